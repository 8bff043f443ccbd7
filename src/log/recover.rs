//! What a start needs: the window's records in order, carried stories, what is held.

use jiff::Timestamp;
use redb::ReadableTable;

use super::error::LogError;
use super::frame::{self, Damage, Opened};
use super::read::View;
use super::reads::Read;
use super::record::Position;
use super::remembered::Carried;
use super::store::{Bytes, CARRIED, HELD};
use crate::item::Seq;
use crate::story::StoryId;

/// Records read in one look: what they take is still in the CPU's cache when it is given back.
const CHUNK: usize = 256;

impl View {
    /// All records from `since` on, with their items, in the order they were committed: applying
    /// them rebuilds the state of fold and route. May begin a little earlier. Decisions come without
    /// their evidence, rules and labels, which nothing is rebuilt from.
    pub fn window(&self, since: Timestamp) -> Result<Window, LogError> {
        Ok(Window {
            view: self.clone(),
            next: self.first_at(since)?,
            chunk: Vec::new().into_iter(),
            failed: false,
        })
    }

    /// The items whose embargo has not ended, in the order in which they came.
    pub fn held(&self) -> Result<Vec<Seq>, LogError> {
        self.0.read(|transaction| {
            let fault = |error| self.0.fault("Reading", error);
            let held =
                transaction.open_table(HELD).map_err(|error| self.0.fault("Reading", error))?;
            let rows = held.iter().map_err(fault)?;
            rows.map(|row| row.map(|(seq, _)| Seq(seq.value())).map_err(fault)).collect()
        })
    }

    /// Calls `each` with every carried story, oldest first. A damaged row is reported and left out.
    pub fn carried(&self, mut each: impl FnMut(Carried)) -> Result<(), LogError> {
        self.carried_rows(|row| match row {
            Ok(row) => each(row),
            Err(error) => tracing::error!("{error}"),
        })
    }

    pub(super) fn carried_rows(
        &self,
        each: impl FnMut(Result<Carried, LogError>),
    ) -> Result<(), LogError> {
        self.rows(CARRIED, "The list of channels of story", Carried::read, each)
    }

    /// The channels that carried one story.
    pub fn carried_by(&self, story: StoryId) -> Result<Option<Carried>, LogError> {
        self.0.read(|transaction| {
            let table =
                transaction.open_table(CARRIED).map_err(|error| self.0.fault("Reading", error))?;
            let stored = table.get(story.0).map_err(|error| self.0.fault("Reading", error))?;
            let Some(stored) = stored else { return Ok(None) };
            frame::open(stored.value(), &story.0.to_le_bytes())
                .and_then(|opened| Carried::read(&opened))
                .map(Some)
                .map_err(|damage| damage.of(format_args!("The list of channels of {story}")))
        })
    }

    pub(super) fn rows<T>(
        &self,
        table: redb::TableDefinition<'static, u64, Bytes>,
        what: &str,
        read: impl Fn(&Opened<'_>) -> Result<T, Damage>,
        mut each: impl FnMut(Result<T, LogError>),
    ) -> Result<(), LogError> {
        self.0.read(|transaction| {
            let table =
                transaction.open_table(table).map_err(|error| self.0.fault("Reading", error))?;
            for stored in table.iter().map_err(|error| self.0.fault("Reading", error))? {
                let (key, bytes) = stored.map_err(|error| self.0.fault("Reading", error))?;
                let (key, bytes) = (key.value(), bytes.value());
                let row = frame::open(bytes, &key.to_le_bytes()).and_then(|opened| read(&opened));
                each(row.map_err(|damage| damage.of(format_args!("{what} {key}"))));
            }
            Ok(())
        })
    }

    /// The first position at or after `since`, found by halving: times never fall.
    pub fn first_at(&self, since: Timestamp) -> Result<Position, LogError> {
        let (first, end) = self.bounds()?;
        let (mut low, mut high) = (first.0, end.0);
        while low < high {
            let middle = low + (high - low) / 2;
            // A damaged record in the middle counts as late: better to start too early.
            let late = match self.record(Position(middle)) {
                Ok(Some(logged)) => logged.at >= since,
                Ok(None) => true,
                Err(error) if error.kind() == super::LogErrorKind::Corrupt => true,
                Err(error) => return Err(error),
            };
            if late {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(Position(low))
    }
}

/// Iterates over the records from a time on. Reads in chunks: the log may go on growing.
pub struct Window {
    view: View,
    next: Position,
    chunk: std::vec::IntoIter<Read>,
    failed: bool,
}

impl Iterator for Window {
    type Item = Result<Read, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(read) = self.chunk.next() {
                return Some(Ok(read));
            }
            if self.failed {
                return None;
            }
            match self.view.brief_from(self.next, CHUNK) {
                Ok((_, next)) if next == self.next => return None,
                Ok((reads, next)) => {
                    self.next = next;
                    self.chunk = reads.into_iter();
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
    }
}
