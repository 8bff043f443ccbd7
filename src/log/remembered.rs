//! What outlives the records: what items are recognised by when they come again, and the channels that
//! carried a story.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::frame::{self, Damage, Opened};
use super::read::View;
use super::store::IDENTITIES;
use crate::item::{Identity, Seq};
use crate::story::{Past, StoryId};

/// What an item is recognised by when it comes again after its record is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The item.
    pub seq: Seq,
    /// The story it joined.
    pub story: StoryId,
    /// When it was taken in.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub received: Timestamp,
    /// Its identities.
    pub identities: Vec<Identity>,
    /// What else is known of it; logs of earlier versions do not say. Stored behind the rows, so
    /// that those versions read them.
    #[serde(skip)]
    pub past: Option<Past>,
}

impl Remembered {
    /// The rows of a commit as they are stored.
    pub(super) fn stored(rows: &[Remembered]) -> impl Serialize + '_ {
        let withdraws = |row: &Remembered| row.past.is_some_and(|past| past.withdraws);
        let pasts: Vec<Option<Past>> = rows.iter().map(|row| row.past).collect();
        (rows, pasts, rows.iter().map(withdraws).collect::<Vec<bool>>())
    }

    /// Reads the rows of a commit.
    pub(super) fn read(opened: &Opened<'_>) -> Result<Vec<Remembered>, Damage> {
        let (mut rows, mut more): (Vec<Remembered>, _) = opened.read_more()?;
        let pasts: Vec<Option<Past>> = more.next().unwrap_or_default();
        let withdraws: Vec<bool> = more.next().unwrap_or_default();
        rows.iter_mut().zip(pasts).for_each(|(row, past)| row.past = past);
        for (row, withdraws) in rows.iter_mut().zip(withdraws) {
            row.past = row.past.map(|past| Past { withdraws, ..past });
        }
        Ok(rows)
    }
}

/// Which channels carried a story, so that a late correction or kill reaches them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// The story.
    pub story: StoryId,
    /// When the last of the channels was added.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// The channels, sorted.
    pub channels: Vec<String>,
    /// Those of them that were shown only what was withdrawn of it, while others held more: what comes out of
    /// that is news to them. Stored behind the others.
    #[serde(skip)]
    pub before: Vec<String>,
}

impl Carried {
    pub(super) fn read(opened: &Opened<'_>) -> Result<Carried, Damage> {
        let (carried, mut more): (Carried, _) = opened.read_more()?;
        Ok(Carried { before: more.next().unwrap_or_default(), ..carried })
    }
}

/// Items read in one look, at least.
const CHUNK: usize = 1_024;

/// What a row is called in errors.
const ROW: &str = "The identities of the commit that began with item";

impl View {
    /// What is remembered of every item, oldest first. A damaged row is reported and left out: its
    /// items would be taken for new ones.
    pub fn identities(&self) -> Identities {
        Identities { view: self.clone(), next: Some(0), chunk: Vec::new().into_iter() }
    }

    pub(super) fn identity_rows(
        &self,
        each: impl FnMut(Result<Vec<Remembered>, LogError>),
    ) -> Result<(), LogError> {
        self.rows(IDENTITIES, ROW, Remembered::read, each)
    }
}

/// Iterates over what is remembered of items. Reads in chunks: a log may remember millions.
pub struct Identities {
    view: View,
    /// The first row that was not read.
    next: Option<u64>,
    chunk: std::vec::IntoIter<Remembered>,
}

impl Identities {
    /// Reads the next rows. A row holds the items of one commit.
    fn read(&mut self, from: u64) -> Result<Vec<Remembered>, LogError> {
        let store = self.view.0.clone();
        let mut chunk = Vec::new();
        self.next = store.read(|transaction| {
            let fault = |error| store.fault("Reading", error);
            let table = transaction
                .open_table(IDENTITIES)
                .map_err(|error| store.fault("Reading", error))?;
            for stored in table.range(from..).map_err(fault)? {
                let (key, bytes) = stored.map_err(fault)?;
                let key = key.value();
                if chunk.len() >= CHUNK {
                    return Ok(Some(key));
                }
                let row = frame::open(bytes.value(), &key.to_le_bytes());
                match row.and_then(|row| Remembered::read(&row)) {
                    Ok(row) => chunk.extend(row),
                    Err(damage) => tracing::error!("{}", damage.of(format_args!("{ROW} {key}"))),
                }
            }
            Ok(None)
        })?;
        Ok(chunk)
    }
}

impl Iterator for Identities {
    type Item = Result<Remembered, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(remembered) = self.chunk.next() {
                return Some(Ok(remembered));
            }
            let from = self.next.take()?;
            match self.read(from) {
                Ok(chunk) => self.chunk = chunk.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::log::frame::Kind;
    use crate::story::Teller;

    fn sealed(value: &impl Serialize) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame::seal(Kind::Identities, &[7], value, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn rows_with_and_without_a_past_are_read_by_either_version() {
        let teller = Some(Teller { family: 9, rank: Some(1) });
        let past = Past {
            state: sample::state(3),
            teller,
            event: Some(5),
            version: None,
            withdraws: true,
        };
        let row = |seq, past| Remembered {
            seq: Seq(seq),
            story: StoryId(3),
            received: sample::at(seq),
            identities: vec![Identity([seq as u8; 16])],
            past,
        };
        let rows = [row(1, Some(past)), row(2, None)];
        let now = sealed(&Remembered::stored(&rows));
        assert_eq!(Remembered::read(&frame::open(&now, &[7]).unwrap()).unwrap(), rows);
        let plain = rows.clone().map(|row| Remembered { past: None, ..row });
        let before: Vec<Remembered> = frame::open(&now, &[7]).unwrap().read().unwrap();
        assert_eq!(before, plain);
        let forgetful = |row: &Remembered| row.past.map(|it| Past { withdraws: false, ..it });
        let unsaid = rows.clone().map(|row| Remembered { past: forgetful(&row), ..row });
        let pasts: Vec<Option<Past>> = unsaid.iter().map(|row| row.past).collect();
        let earlier = sealed(&(plain.to_vec(), pasts));
        assert_eq!(Remembered::read(&frame::open(&earlier, &[7]).unwrap()).unwrap(), unsaid);
        let old = sealed(&plain.to_vec());
        assert_eq!(Remembered::read(&frame::open(&old, &[7]).unwrap()).unwrap(), plain);
    }
}
