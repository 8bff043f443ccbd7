//! Where the ledger is kept: among the states in the log.

use crate::log::Log;

use super::ledger::Ledger;

/// The key of a source's ledger.
fn key(name: &str) -> String {
    format!("source:{name}")
}

/// The key under which it is noted that a source has ended by itself, and not by a death.
fn end_key(name: &str) -> String {
    format!("source-ended:{name}")
}

/// Finds out which messages became durable in the run before. Comes before any source submits.
pub(in crate::source) fn settle(name: &str, log: &Log) {
    let mut ledger = load(name, log);
    let ended = log.state(&end_key(name)).is_some_and(|state| !state.is_empty());
    ledger.settle(log.next_seq(), !ended);
    log.note_state(&end_key(name), Vec::new());
    note(name, log, &ledger);
}

pub(super) fn load(name: &str, log: &Log) -> Ledger {
    Ledger::read(&log.state(&key(name)).unwrap_or_default())
}

pub(super) fn note(name: &str, log: &Log, ledger: &Ledger) {
    // Numbers in maps: encoding them cannot fail.
    if let Ok(state) = ledger.write() {
        log.note_state(&key(name), state);
    }
}

/// Notes that the source ended by itself. A full log may have kept messages on their way: that says
/// nothing against them.
pub(super) fn note_end(name: &str, log: &Log) {
    log.note_state(&end_key(name), vec![1]);
}
