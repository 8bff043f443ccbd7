//! The counters of the log: one small record, rewritten by every transaction.

use jiff::Timestamp;
use redb::{ReadTransaction, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::frame::{self, Kind};
use super::record::Position;
use super::store::{
    ALIASES, CARRIED, CURSORS, DECISIONS, HELD, IDENTITIES, INTAKE, LATER, META, SPARED, Store,
};
use crate::item::Seq;
use crate::story::StoryId;

const KEY: &str = "meta";

/// What the next record gets, and how much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// Number of the next intake record.
    pub(super) next_seq: Seq,
    /// Place of the next record in the decision stream.
    pub(super) next_position: Position,
    /// One more than the highest story so far; outlives the records that named it.
    pub(super) next_story: StoryId,
    /// Time of the last record.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub(super) at: Timestamp,
    /// Bytes of all intake and decision records.
    pub(super) bytes: u64,
}

impl Meta {
    const EMPTY: Meta = Meta {
        next_seq: Seq(1),
        next_position: Position::FIRST,
        next_story: StoryId(1),
        at: Timestamp::UNIX_EPOCH,
        bytes: 0,
    };

    /// Reads the counters; in a log that was just made, writes the first ones and every table.
    pub(super) fn load_or_init(store: &Store) -> Result<Meta, LogError> {
        let fresh = store.read(|transaction| {
            let tables =
                transaction.list_tables().map_err(|error| store.fault("Reading", error))?;
            Ok(tables.count() == 0)
        })?;
        if fresh {
            store.write(|transaction| {
                let fault = |error| store.fault("Writing", error);
                transaction.open_table(INTAKE).map_err(fault)?;
                transaction.open_table(DECISIONS).map_err(fault)?;
                transaction.open_table(LATER).map_err(fault)?;
                transaction.open_table(HELD).map_err(fault)?;
                transaction.open_table(SPARED).map_err(fault)?;
                transaction.open_table(IDENTITIES).map_err(fault)?;
                transaction.open_table(CARRIED).map_err(fault)?;
                transaction.open_table(ALIASES).map_err(fault)?;
                transaction.open_table(CURSORS).map_err(fault)?;
                Meta::EMPTY.save(store, transaction)
            })?;
        }
        store.read(|transaction| Meta::load(store, transaction))
    }

    /// Reads the counters.
    pub(super) fn load(store: &Store, transaction: &ReadTransaction) -> Result<Meta, LogError> {
        let table = transaction.open_table(META).map_err(|error| store.fault("Reading", error))?;
        let stored = table.get(KEY).map_err(|error| store.fault("Reading", error))?;
        let what = || format!("The table of counters in {}", store.path().display());
        let stored = stored.ok_or_else(|| LogError::corrupt(what()))?;
        frame::open(stored.value(), KEY.as_bytes())
            .and_then(|opened| opened.read())
            .map_err(|damage| damage.of(what()))
    }

    /// Writes the counters.
    pub(super) fn save(
        &self,
        store: &Store,
        transaction: &WriteTransaction,
    ) -> Result<(), LogError> {
        let mut bytes = Vec::new();
        frame::seal(Kind::Meta, KEY.as_bytes(), self, &mut bytes)?;
        let mut table =
            transaction.open_table(META).map_err(|error| store.fault("Writing", error))?;
        table.insert(KEY, bytes.as_slice()).map_err(|error| store.fault("Writing", error))?;
        Ok(())
    }
}
