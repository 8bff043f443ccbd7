//! Reading: short looks at one consistent state, by number or in order.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::cursor::{self, Cursor, Cursors};
use super::error::{LogError, LogErrorKind};
use super::mend;
use super::reads::{GapCause, Read, Reads};
use super::record::{Intake, Logged, Position, Record};
use super::snapshot::{Decode, Snapshot, read_brief, read_logged};
use super::store::Store;
use crate::item::Seq;

/// Reads a log, in the process that writes it or in another one. Clones are cheap.
#[derive(Clone)]
pub struct View(pub(super) Arc<Store>);

impl View {
    /// Reads the log of the data directory `dir` beside the daemon that may be writing it. What a
    /// killed one left behind is mended first.
    ///
    /// # Errors
    /// When there is no log, it cannot be read, or it has to be mended and must not be written.
    pub fn open(dir: &Path) -> Result<View, LogError> {
        mend::open(dir).map(|store| View(Arc::new(store)))
    }

    pub(super) fn of(store: Arc<Store>) -> View {
        View(store)
    }

    /// Whether the log that is read is no longer the one that a daemon would write: its file was moved,
    /// removed or replaced.
    pub fn is_gone(&self) -> bool {
        self.0.in_place().is_err_and(|error| error.kind() == LogErrorKind::Gone)
    }

    /// The first position that is kept and the first that is not yet written.
    pub fn bounds(&self) -> Result<(Position, Position), LogError> {
        self.0.read(|transaction| Snapshot::of(&self.0, transaction)?.bounds())
    }

    /// An intake record, or `None` when there is none of that number (any more).
    pub fn intake(&self, seq: Seq) -> Result<Option<Intake>, LogError> {
        self.0.read(|transaction| Snapshot::of(&self.0, transaction)?.intake(seq))
    }

    /// Whether an item that was taken in as `seq` at `received` is one of this log, or may have been one
    /// that it no longer keeps.
    pub fn knows(&self, seq: Seq, received: Timestamp) -> Result<bool, LogError> {
        self.0.read(|transaction| {
            let snapshot = Snapshot::of(&self.0, transaction)?;
            match snapshot.intake(seq) {
                Err(error) if error.kind() != LogErrorKind::Corrupt => Err(error),
                Ok(Some(intake)) => Ok(intake.arrival.received == received),
                Ok(None) | Err(_) => Ok(seq < snapshot.next_seq()),
            }
        })
    }

    /// A record of the decision stream, or `None` when there is none there (any more).
    pub fn record(&self, position: Position) -> Result<Option<Logged>, LogError> {
        self.0.read(|transaction| Snapshot::of(&self.0, transaction)?.record(position))
    }

    /// What was decided about an intake record, for `explain SEQ`.
    pub fn decision_of(&self, seq: Seq) -> Result<Option<(Intake, Logged)>, LogError> {
        self.0.read(|transaction| {
            let snapshot = Snapshot::of(&self.0, transaction)?;
            let Some(intake) = snapshot.intake(seq)? else { return Ok(None) };
            Ok(snapshot.record(intake.position)?.map(|logged| (intake, logged)))
        })
    }

    /// Up to `limit` positions of the decision stream from `from` on, and the position to go on
    /// from. `wanted` chooses the records that are returned and joined with their items.
    ///
    /// # Errors
    /// A damaged record is no error but a [`Gap`](super::Gap): the rest is served.
    pub fn read_from(
        &self,
        from: Position,
        limit: usize,
        wanted: impl Fn(&Record) -> bool,
    ) -> Result<(Vec<Read>, Position), LogError> {
        self.read_as(read_logged, from, limit, &wanted)
    }

    /// Like [`View::read_from`] of everything, decisions without their evidence, rules and labels.
    pub(super) fn brief_from(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<(Vec<Read>, Position), LogError> {
        self.read_as(read_brief, from, limit, &|_| true)
    }

    fn read_as(
        &self,
        decode: Decode,
        from: Position,
        limit: usize,
        wanted: &impl Fn(&Record) -> bool,
    ) -> Result<(Vec<Read>, Position), LogError> {
        let scanned = self.0.read(|transaction| {
            Snapshot::of(&self.0, transaction)?.scan(decode, from, limit, wanted)
        });
        match scanned {
            Err(error) if error.kind() == LogErrorKind::Corrupt => {
                self.read_singly(from, limit, wanted)
            }
            result => result,
        }
    }

    /// Like [`View::read_from`] without a filter or items.
    pub fn decisions_from(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<(Vec<Read>, Position), LogError> {
        self.read_from(from, limit, |_| true)
    }

    /// Up to `limit` positions of the decision stream without their items, and the position to go
    /// on from: a third of the work of [`View::read_from`]. What cannot be read is left out.
    pub fn decided_from(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<(Vec<Logged>, Position), LogError> {
        self.0.read(|transaction| Snapshot::of(&self.0, transaction)?.decided(from, limit))
    }

    /// The cursors of all sinks that ever were, as stored, by name.
    pub fn cursors(&self) -> Result<Vec<(String, Cursor)>, LogError> {
        let damaged = |_: &str, error| tracing::error!("{error}");
        let stored = self.0.read(|transaction| Cursors::load(&self.0, transaction, damaged))?;
        let sinks = stored
            .into_iter()
            .filter_map(|(key, cursor)| Some((cursor::sink_of(&key)?.to_owned(), cursor)));
        Ok(sinks.collect())
    }

    /// What was noted under `key` by [`Log::note_state`](super::Log::note_state), as stored.
    pub fn state(&self, key: &str) -> Result<Option<Vec<u8>>, LogError> {
        let damaged = |_: &str, error| tracing::error!("{error}");
        let stored = self.0.read(|transaction| Cursors::load(&self.0, transaction, damaged))?;
        Ok(stored.get(key).map(|cursor| cursor.state.clone()))
    }

    /// When pages of the store itself are damaged: position by position, so that what can be read
    /// is.
    fn read_singly(
        &self,
        from: Position,
        limit: usize,
        wanted: &impl Fn(&Record) -> bool,
    ) -> Result<(Vec<Read>, Position), LogError> {
        let (_, end) = self.bounds()?;
        let to = Position((from.0 + limit as u64).min(end.0)).max(from);
        let mut reads = Reads::default();
        for at in from.0..to.0 {
            let at = Position(at);
            let read = self.0.read(|transaction| {
                let snapshot = Snapshot::of(&self.0, transaction)?;
                let Some(logged) = snapshot.record(at)? else { return Ok(None) };
                if !wanted(&logged.record) {
                    return Ok(Some(None));
                }
                let seq = logged.record.item();
                let intake = seq.map(|seq| snapshot.intake(seq)).transpose()?.flatten();
                Ok(Some(Some((logged, intake))))
            });
            match read {
                Ok(Some(Some((logged, intake)))) => reads.record(logged, intake),
                Ok(Some(None)) => {}
                Ok(None) => reads.gap(at, at.next(), GapCause::Damaged),
                Err(error) if error.kind() == LogErrorKind::Corrupt => {
                    reads.gap(at, at.next(), GapCause::Damaged);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((reads.0, to))
    }
}
