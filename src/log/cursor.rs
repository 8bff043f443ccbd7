//! Cursors: how far each sink has come.
//!
//! A sink notes its cursor when its receiver has taken what was delivered. Noting is cheap: the
//! cursor is durable with the next group commit, or after a short while when there is none. A
//! kill in between repeats deliveries with the same ids; it never skips any. Sources keep how far
//! they have read in the same way, as a state without a position.

use std::collections::{BTreeMap, BTreeSet};

use redb::{ReadTransaction, ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::frame::{self, Kind};
use super::record::{Entry, Position};
use super::store::{CURSORS, Store};

/// Sinks and sources may have the same name; their keys differ.
const SINK: &str = "sink:";

/// The key of the digest of the configuration that made the last decisions.
pub(super) const CONFIGURED: &str = "configured";

/// How far a sink has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The first position it has not been acknowledged for.
    pub next: Position,
    /// What the sink itself wants to find again, such as an offset in a file.
    pub state: Vec<u8>,
}

/// The cursors in memory, newest first known here, some not yet durable.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    known: BTreeMap<String, Cursor>,
    /// Configured sinks: retention waits for these.
    attached: BTreeSet<String>,
    /// The first position that a sink will read again, though its cursor is past it.
    needed: BTreeMap<String, Position>,
    /// Noted since the last save.
    dirty: BTreeSet<String>,
}

impl Cursors {
    /// Reads what is stored. A damaged cursor is left out and handed to `damaged`.
    pub(super) fn load(
        store: &Store,
        transaction: &ReadTransaction,
        mut damaged: impl FnMut(&str, LogError),
    ) -> Result<BTreeMap<String, Cursor>, LogError> {
        let fault = |error| store.fault("Reading", error);
        let table =
            transaction.open_table(CURSORS).map_err(|error| store.fault("Reading", error))?;
        let mut known = BTreeMap::new();
        for stored in table.iter().map_err(fault)? {
            let (name, bytes) = stored.map_err(fault)?;
            let name = name.value();
            let read = frame::open(bytes.value(), name.as_bytes()).and_then(|found| found.read());
            match read {
                Ok(cursor) => {
                    known.insert(name.to_owned(), cursor);
                }
                Err(damage) => damaged(name, damage.of(format_args!("The cursor `{name}`"))),
            }
        }
        Ok(known)
    }

    pub(super) fn new(known: BTreeMap<String, Cursor>) -> Cursors {
        Cursors { known, ..Cursors::default() }
    }

    pub(super) fn state(&self, key: &str) -> Option<Vec<u8>> {
        self.known.get(key).map(|cursor| cursor.state.clone())
    }

    /// Names a configured sink; `start` is its cursor if it has none yet.
    pub(super) fn attach(&mut self, sink: &str, start: Position) -> Cursor {
        let key = key_of(sink);
        self.attached.insert(sink.to_owned());
        if !self.known.contains_key(&key) {
            self.note(key.clone(), Cursor { next: start, state: Vec::new() });
        }
        self.known[&key].clone()
    }

    pub(super) fn detach(&mut self, sink: &str) {
        self.attached.remove(sink);
    }

    pub(super) fn note(&mut self, key: String, cursor: Cursor) {
        self.known.insert(key.clone(), cursor);
        self.dirty.insert(key);
    }

    /// Takes note from where on a sink will read again what its cursor is past.
    pub(super) fn note_needed(&mut self, sink: &str, from: Option<Position>) {
        match from {
            Some(from) => self.needed.insert(sink.to_owned(), from),
            None => self.needed.remove(sink),
        };
    }

    /// The configured sinks and how far each has come.
    pub(super) fn sinks(&self) -> Vec<(String, Position)> {
        let next = |sink: &String| Some((sink.clone(), self.known.get(&key_of(sink))?.next));
        self.attached.iter().filter_map(next).collect()
    }

    /// The configured sink that is furthest behind, and the first position that it still needs.
    pub(super) fn furthest_behind(&self) -> Option<(String, Position)> {
        let needed = |(sink, next): (String, Position)| {
            let from = self.needed.get(&sink).map_or(next, |from| next.min(*from));
            (sink, from)
        };
        self.sinks().into_iter().map(needed).min_by_key(|(_, from)| *from)
    }

    pub(super) fn unsaved(&self) -> Vec<(String, Cursor)> {
        let cursor = |name: &String| Some((name.clone(), self.known.get(name)?.clone()));
        self.dirty.iter().filter_map(cursor).collect()
    }

    /// Takes note that `saved` is durable. What was noted again meanwhile stays unsaved.
    pub(super) fn saved(&mut self, saved: &[(String, Cursor)]) {
        for (name, cursor) in saved {
            if self.known.get(name) == Some(cursor) {
                self.dirty.remove(name);
            }
        }
    }
}

/// The key of a sink's cursor.
pub(super) fn key_of(sink: &str) -> String {
    format!("{SINK}{sink}")
}

/// The sink whose cursor has this key.
pub(super) fn sink_of(key: &str) -> Option<&str> {
    key.strip_prefix(SINK)
}

/// What is to be found again of the last configuration that a batch notes.
pub(super) fn configured(batch: &[&Entry]) -> Option<(String, Cursor)> {
    let noted = batch.iter().rev().find_map(|entry| match entry {
        Entry::Config(change) => Some(change.config.clone().into_bytes()),
        _ => None,
    });
    let cursor = |state| Cursor { next: Position::default(), state };
    noted.map(|state| (CONFIGURED.to_owned(), cursor(state)))
}

/// Writes cursors in the transaction of something else.
pub(super) fn save(
    store: &Store,
    transaction: &WriteTransaction,
    unsaved: &[(String, Cursor)],
) -> Result<(), LogError> {
    if unsaved.is_empty() {
        return Ok(());
    }
    let mut table =
        transaction.open_table(CURSORS).map_err(|error| store.fault("Writing", error))?;
    let mut bytes = Vec::new();
    for (name, cursor) in unsaved {
        frame::seal(Kind::Cursor, name.as_bytes(), cursor, &mut bytes)?;
        table
            .insert(name.as_str(), bytes.as_slice())
            .map_err(|error| store.fault("Writing", error))?;
    }
    Ok(())
}
