//! One consistent state of the log, and the walk along both of its streams.

use redb::{ReadOnlyTable, ReadTransaction, ReadableTable};
use serde::Deserialize;

use super::behind;
use super::brief::Brief;
use super::error::LogError;
use super::frame::{self, At, Damage, Kind};
use super::meta::Meta;
use super::reads::{GapCause, Read, Reads};
use super::record::{Decision, Digest, Feedback, Intake, Logged, Position, Record, Timer};
use super::store::{Bytes, DECISIONS, INTAKE, Store};
use crate::item::{Arrival, Item, Seq};

/// One consistent state.
pub(super) struct Snapshot<'s> {
    store: &'s Store,
    transaction: &'s ReadTransaction,
    meta: Meta,
    intake: ReadOnlyTable<u64, Bytes>,
    decisions: ReadOnlyTable<u64, Bytes>,
}

impl<'s> Snapshot<'s> {
    pub(super) fn of(store: &'s Store, transaction: &'s ReadTransaction) -> Result<Self, LogError> {
        let fault = |error| store.fault("Reading", error);
        Ok(Snapshot {
            store,
            transaction,
            meta: Meta::load(store, transaction)?,
            intake: transaction.open_table(INTAKE).map_err(fault)?,
            decisions: transaction.open_table(DECISIONS).map_err(fault)?,
        })
    }

    pub(super) fn bounds(&self) -> Result<(Position, Position), LogError> {
        let end = self.meta.next_position;
        let first = self.decisions.first().map_err(|error| self.fault(error))?;
        Ok((first.map_or(end, |(first, _)| Position(first.value())), end))
    }

    /// Number of the next intake record.
    pub(super) fn next_seq(&self) -> Seq {
        self.meta.next_seq
    }

    pub(super) fn intake(&self, seq: Seq) -> Result<Option<Intake>, LogError> {
        let stored = self.intake.get(seq.0).map_err(|error| self.fault(error))?;
        let Some(stored) = stored else { return Ok(None) };
        read_intake(seq, stored.value())
            .map(Some)
            .map_err(|damage| damage.of(format_args!("Intake record {seq}")))
    }

    pub(super) fn record(&self, position: Position) -> Result<Option<Logged>, LogError> {
        let mut stored = self.decisions.get(position.0).map_err(|error| self.fault(error))?;
        if stored.is_none()
            && let Some(spared) = self.store.spared(self.transaction)?
        {
            stored = spared.get(position.0).map_err(|error| self.fault(error))?;
        }
        let Some(stored) = stored else { return Ok(None) };
        read_logged(position, stored.value())
            .map(Some)
            .map_err(|damage| damage.of(format_args!("Record {position} of the log")))
    }

    /// Walks both streams side by side: items and their decisions are in the same order.
    pub(super) fn scan(
        &self,
        decode: Decode,
        from: Position,
        limit: usize,
        wanted: &impl Fn(&Record) -> bool,
    ) -> Result<(Vec<Read>, Position), LogError> {
        let (first, end) = self.bounds()?;
        let mut reads = Reads::default();
        let mut next = from;
        if from < first {
            reads.gap(from, first, GapCause::Trimmed);
            next = first;
        }
        let to = Position(next.0.saturating_add(limit as u64)).min(end).max(next);
        let mut items = Side { table: &self.intake, store: self.store, range: None };
        let range = self.decisions.range(next.0..to.0).map_err(|error| self.fault(error))?;
        for stored in range {
            let (key, bytes) = stored.map_err(|error| self.fault(error))?;
            let position = Position(key.value());
            if next < position {
                reads.gap(next, position, GapCause::Damaged);
            }
            next = position.next();
            match decode(position, bytes.value()) {
                Ok(logged) if wanted(&logged.record) => {
                    let intake = match logged.record.item() {
                        Some(seq) => items.find(seq)?,
                        None => None,
                    };
                    reads.record(logged, intake);
                }
                Ok(_) => {}
                Err(Damage::Broken) => reads.gap(position, next, GapCause::Damaged),
                Err(newer) => return Err(newer.of(format_args!("Record {position} of the log"))),
            }
        }
        if next < to {
            reads.gap(next, to, GapCause::Damaged);
        }
        Ok((reads.0, to))
    }

    /// Walks the decision stream alone. What cannot be read is left out.
    pub(super) fn decided(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<(Vec<Logged>, Position), LogError> {
        let (first, end) = self.bounds()?;
        let from = from.max(first);
        let to = Position(from.0.saturating_add(limit as u64)).min(end).max(from);
        let mut found = Vec::new();
        for stored in self.decisions.range(from.0..to.0).map_err(|error| self.fault(error))? {
            let (key, bytes) = stored.map_err(|error| self.fault(error))?;
            found.extend(read_logged(Position(key.value()), bytes.value()));
        }
        Ok((found, to))
    }

    fn fault(&self, error: redb::StorageError) -> LogError {
        self.store.fault("Reading", error)
    }
}

/// The intake stream, read along with the decisions.
struct Side<'t> {
    table: &'t ReadOnlyTable<u64, Bytes>,
    store: &'t Store,
    range: Option<redb::Range<'static, u64, Bytes>>,
}

impl Side<'_> {
    /// The record of `seq`; `None` when it is gone or damaged. Cheap when asked for in order.
    fn find(&mut self, seq: Seq) -> Result<Option<Intake>, LogError> {
        let fault = |error| self.store.fault("Reading", error);
        if let Some(range) = &mut self.range
            && let Some(stored) = range.next()
        {
            let (key, bytes) = stored.map_err(fault)?;
            if key.value() == seq.0 {
                return Ok(read_intake(seq, bytes.value()).ok());
            }
        }
        let mut range = self.table.range(seq.0..).map_err(fault)?;
        let found = match range.next() {
            Some(stored) => {
                let (key, bytes) = stored.map_err(fault)?;
                (key.value() == seq.0).then(|| read_intake(seq, bytes.value()).ok()).flatten()
            }
            None => None,
        };
        self.range = Some(range);
        Ok(found)
    }
}

/// Reads what is stored in the intake stream under `seq`.
fn read_intake(seq: Seq, bytes: &[u8]) -> Result<Intake, Damage> {
    let opened = frame::open(bytes, &seq.0.to_le_bytes())?;
    let (position, received, source, record) = match opened.kind {
        Kind::Item => {
            let (((position, At(received)), mut item), mut more): (((Position, At), Item), _) =
                opened.read_more()?;
            // At first there was nothing behind an item.
            item.amends = more.next().flatten();
            (position, received, item.source.clone(), Ok(item))
        }
        Kind::Reject => {
            let ((position, At(received)), source, reject): ((Position, At), String, _) =
                opened.read()?;
            (position, received, source, Err(reject))
        }
        _ => return Err(Damage::Broken),
    };
    Ok(Intake { position, arrival: Arrival { seq, received, source, record } })
}

/// Where the decision about the item stands that is stored under `seq`.
pub(super) fn position_of(seq: Seq, bytes: &[u8]) -> Result<Position, Damage> {
    let ((position, At(_)), _) =
        frame::open(bytes, &seq.0.to_le_bytes())?.read_more::<(Position, At)>()?;
    Ok(position)
}

fn read_decision<'a, D>(opened: &frame::Opened<'a>) -> Result<(At, Record, Vec<bool>), Damage>
where
    D: Deserialize<'a>,
    Decision: From<D>,
{
    let ((at, decision), mut more): ((At, D), _) = opened.read_more()?;
    let mut decision = Box::new(Decision::from(decision));
    behind::decision(&mut more, &mut decision.fold);
    Ok((at, Record::Decision(decision), behind::firsts(&mut more)))
}

/// How what is stored in the decision stream at a position becomes a record.
pub(super) type Decode = fn(Position, &[u8]) -> Result<Logged, Damage>;

/// [`read_logged`], decisions without their evidence, rules and labels.
pub(super) fn read_brief(position: Position, bytes: &[u8]) -> Result<Logged, Damage> {
    read_as::<Brief<'_>>(position, bytes)
}

/// Reads what is stored in the decision stream at `position`.
pub(super) fn read_logged(position: Position, bytes: &[u8]) -> Result<Logged, Damage> {
    read_as::<Decision>(position, bytes)
}

/// [`read_logged`], decisions by way of `D`.
fn read_as<'a, D>(position: Position, bytes: &'a [u8]) -> Result<Logged, Damage>
where
    D: Deserialize<'a>,
    Decision: From<D>,
{
    let opened = frame::open(bytes, &position.0.to_le_bytes())?;
    let (At(at), record, first) = match opened.kind {
        Kind::Decision => read_decision::<D>(&opened)?,
        Kind::Rejected => opened.read().map(|(at, it)| (at, Record::Rejected(it), Vec::new()))?,
        Kind::Timer => {
            let ((at, timer), mut more): ((At, Timer), _) = opened.read_more()?;
            let timer = Timer { shown: behind::timer(&mut more), ..timer };
            (at, Record::Timer(timer), behind::firsts(&mut more))
        }
        Kind::Config => opened.read().map(|(at, it)| (at, Record::Config(it), Vec::new()))?,
        Kind::Digest => {
            let ((at, digest), mut more): ((At, Digest), _) = opened.read_more()?;
            let digest = Digest { shown: behind::digest(&mut more), ..digest };
            (at, Record::Digest(digest), behind::firsts(&mut more))
        }
        Kind::Feedback => {
            let ((at, feedback), mut more): ((At, Feedback), _) = opened.read_more()?;
            let feedback = behind::feedback(&mut more, feedback);
            (at, Record::Feedback(feedback), behind::firsts(&mut more))
        }
        _ => return Err(Damage::Broken),
    };
    Ok(Logged { position, at, record, first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_item_amends_is_kept_and_an_older_version_wrote_none() {
        let item = Item { amends: Some("w:1".to_owned()), ..Item::default() };
        let head = (Position(3), At(jiff::Timestamp::UNIX_EPOCH));
        let read = |stored: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = Vec::new();
            stored(&mut bytes);
            read_intake(Seq(7), &bytes).expect("an item").arrival.record.expect("an item")
        };
        let key = 7_u64.to_le_bytes();
        let now = (&head, &item, &item.amends);
        assert_eq!(read(&|to| frame::seal(Kind::Item, &key, &now, to).unwrap()), item);
        let before = (&head, &item);
        let older = read(&|to| frame::seal(Kind::Item, &key, &before, to).unwrap());
        assert_eq!(older, Item { amends: None, ..item.clone() });
        // What this version writes, an older one reads.
        let mut bytes = Vec::new();
        frame::seal(Kind::Item, &key, &now, &mut bytes).unwrap();
        let opened = frame::open(&bytes, &key).expect("a frame");
        let ((position, _), _): ((Position, At), Item) = opened.read().expect("an item");
        assert_eq!(position, Position(3));
    }
}
