//! What items are recognised by when they come again after their records are gone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::read::View;
use super::recover;
use super::store::IDENTITIES;
use crate::item::{Identity, Seq};
use crate::story::StoryId;

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
        self.rows(IDENTITIES, ROW, each)
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
                match recover::row::<Vec<Remembered>>(ROW, key, bytes.value()) {
                    Ok(row) => chunk.extend(row),
                    Err(error) => tracing::error!("{error}"),
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
