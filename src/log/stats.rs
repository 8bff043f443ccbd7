//! How much there is, without checking it all.

use jiff::Timestamp;
use redb::{ReadableTable, ReadableTableMetadata};

use super::error::LogError;
use super::frame::{Kind, is_of};
use super::meta::Meta;
use super::read::View;
use super::record::Position;
use super::store::{CARRIED, DECISIONS, IDENTITIES, INTAKE};
use crate::item::Seq;

/// How much a log holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// The first position that is kept.
    pub first: Position,
    /// The first that is not written yet.
    pub end: Position,
    /// The number that the next intake record gets.
    pub next_seq: Seq,
    /// Records of the decision stream.
    pub records: u64,
    /// Intake records, rejects among them.
    pub intake: u64,
    /// Rejects.
    pub rejected: u64,
    /// Stories of which it is known what channels carried them.
    pub carried: u64,
    /// Time of the first record that is kept, if it can be read.
    pub oldest: Option<Timestamp>,
    /// Time of the last record.
    pub newest: Option<Timestamp>,
    /// Bytes of the records, which is what `max_size` bounds.
    pub bytes: u64,
    /// Bytes of what outlives them: identities, and which channels carried which story.
    pub remembered_bytes: u64,
    /// Bytes of the file they are in. It does not shrink: room that became free is used again.
    pub file_bytes: u64,
    /// Every sink that ever was, and the first position it has not been acknowledged for.
    pub sinks: Vec<(String, Position)>,
}

impl View {
    /// Counts what the log holds.
    pub fn stats(&self) -> Result<Stats, LogError> {
        let store = &self.0;
        let (meta, counts, rejected, remembered_bytes) = store.read(|transaction| {
            let mut counts = [0; 3];
            for (count, table) in counts.iter_mut().zip([DECISIONS, INTAKE, CARRIED]) {
                let table =
                    transaction.open_table(table).map_err(|error| store.fault("Reading", error))?;
                *count = table.len().map_err(|error| store.fault("Reading", error))?;
            }
            let fault = |error: redb::StorageError| store.fault("Reading", error);
            let decisions =
                transaction.open_table(DECISIONS).map_err(|error| store.fault("Reading", error))?;
            let mut rejected = 0;
            for row in decisions.iter().map_err(fault)? {
                let (_, bytes) = row.map_err(fault)?;
                rejected += u64::from(is_of(Kind::Rejected, bytes.value()));
            }
            let mut remembered = 0;
            for table in [IDENTITIES, CARRIED] {
                let table =
                    transaction.open_table(table).map_err(|error| store.fault("Reading", error))?;
                remembered += table.stats().map_err(fault)?.stored_bytes();
            }
            Ok((Meta::load(store, transaction)?, counts, rejected, remembered))
        })?;
        let [records, intake, carried] = counts;
        let (first, end) = self.bounds()?;
        let file = std::fs::metadata(store.path())
            .map_err(|error| LogError::io(store.path(), "Reading", error))?;
        let sinks = self.cursors()?.into_iter().map(|(name, cursor)| (name, cursor.next));
        Ok(Stats {
            first,
            end,
            next_seq: meta.next_seq,
            records,
            intake,
            rejected,
            carried,
            oldest: self.record(first).ok().flatten().map(|logged| logged.at),
            newest: (end > Position::FIRST).then_some(meta.at),
            bytes: meta.bytes,
            remembered_bytes,
            file_bytes: file.len(),
            sinks: sinks.collect(),
        })
    }
}
