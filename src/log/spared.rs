//! What retention cuts around: items that another record is to deliver, or delivers, each with its
//! decision. The item stays where it is. The decision moves to a table of its own, so that the
//! decision stream begins where it was cut and has no hole.

use std::collections::BTreeMap;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::error::{LogError, LogErrorKind};
use super::frame::{self, Kind};
use super::read::View;
use super::reads::{Gap, GapCause, Read};
use super::record::{Position, Record};
use super::snapshot::{position_of, read_logged};
use super::store::{DECISIONS, HELD, INTAKE, LATER, SPARED, Store};
use crate::item::Seq;

/// The items before a cut that stay.
#[derive(Default)]
pub(super) struct Spared {
    items: BTreeMap<Seq, Row>,
    /// Items under an embargo whose records are gone.
    lost: Vec<Seq>,
}

struct Row {
    /// Where its decision stands or stood.
    position: Position,
    /// How much it takes, if it is under an embargo.
    held: Option<u64>,
}

/// What a cut removed.
#[derive(Default)]
pub(super) struct Removed {
    pub(super) records: u64,
    pub(super) bytes: u64,
}

impl Spared {
    /// The items before `intake`, decided about before `cut`, that are under an embargo, or that a
    /// record from `cut` on is about.
    pub(super) fn find(
        store: &Store,
        transaction: &ReadTransaction,
        cut: Position,
        intake: Seq,
    ) -> Result<Spared, LogError> {
        let fault = |error| store.fault("Reading", error);
        let open =
            |table| transaction.open_table(table).map_err(|error| store.fault("Reading", error));
        let (items, decisions) = (open(INTAKE)?, open(DECISIONS)?);
        let aside = store.spared(transaction)?;
        let decided = |position: Position| -> Result<_, LogError> {
            Ok(match (decisions.get(position.0).map_err(fault)?, &aside) {
                (None, Some(aside)) => aside.get(position.0).map_err(fault)?,
                (found, _) => found,
            })
        };
        let mut spared = Spared::default();
        let numbers =
            |table| transaction.open_table(table).map_err(|error| store.fault("Reading", error));
        for stored in numbers(HELD)?.iter().map_err(fault)? {
            let (seq, position) = stored.map_err(fault)?;
            let (seq, position) = (Seq(seq.value()), Position(position.value()));
            // Items and their decisions are in the same order.
            if position >= cut {
                break;
            }
            match (items.get(seq.0).map_err(fault)?, decided(position)?) {
                (Some(item), Some(decision)) => {
                    let bytes = item.value().len() + decision.value().len();
                    spared.items.insert(seq, Row { position, held: Some(bytes as u64) });
                }
                _ => spared.lost.push(seq),
            }
        }
        for stored in numbers(LATER)?.range(cut.0..).map_err(fault)? {
            let (position, oldest) = stored.map_err(fault)?;
            let oldest = Seq(oldest.value());
            if oldest >= intake {
                continue;
            }
            let record = decisions.get(position.value()).map_err(fault)?;
            let about = record
                .map_or_else(Vec::new, |record| about(oldest, position.value(), record.value()));
            for seq in about.into_iter().filter(|seq| *seq < intake) {
                if spared.items.contains_key(&seq) {
                    continue;
                }
                // A damaged item has nothing to wait for.
                let stored = items.get(seq.0).map_err(fault)?;
                if let Some(position) = stored.and_then(|item| position_of(seq, item.value()).ok())
                {
                    spared.items.insert(seq, Row { position, held: None });
                }
            }
        }
        Ok(spared)
    }

    /// What all items under an embargo take, and the oldest of them.
    pub(super) fn held(
        store: &Store,
        transaction: &ReadTransaction,
    ) -> Result<(u64, Option<Seq>), LogError> {
        let all = Spared::find(store, transaction, Position(u64::MAX), Seq(0))?;
        Ok((all.held_bytes(), all.oldest_held()))
    }

    fn held_bytes(&self) -> u64 {
        self.items.values().filter_map(|row| row.held).sum()
    }

    fn oldest_held(&self) -> Option<Seq> {
        self.items.iter().find(|(_, row)| row.held.is_some()).map(|(seq, _)| *seq)
    }

    /// Gives up the oldest that are under an embargo, until those take `most` bytes or less. Returns
    /// how many.
    pub(super) fn give_up(&mut self, most: u64) -> u64 {
        let (mut bytes, mut given_up) = (self.held_bytes(), 0);
        while bytes > most
            && let Some(seq) = self.oldest_held()
            && let Some(row) = self.items.remove(&seq)
        {
            bytes -= row.held.unwrap_or_default();
            self.lost.push(seq);
            given_up += 1;
        }
        given_up
    }

    /// Whether what was spared before, or is not there, has to be cleared away.
    pub(super) fn leaves(
        &self,
        store: &Store,
        transaction: &ReadTransaction,
    ) -> Result<bool, LogError> {
        let aside = positions(store, transaction)?;
        let wanted = self.positions();
        Ok(!self.lost.is_empty()
            || aside.iter().any(|position| wanted.binary_search(position).is_err()))
    }

    /// Removes what is before the cut and not spared.
    pub(super) fn cut(
        &self,
        store: &Store,
        transaction: &WriteTransaction,
        to: Position,
        intake: Seq,
    ) -> Result<Removed, LogError> {
        let fault = |error| store.fault("Writing", error);
        let open =
            |table| transaction.open_table(table).map_err(|error| store.fault("Writing", error));
        let wanted = self.positions();
        let mut removed = Removed::default();
        let (mut decisions, mut aside) = (open(DECISIONS)?, open(SPARED)?);
        for position in wanted.iter().filter(|position| **position < to) {
            if let Some(decision) = decisions.remove(position.0).map_err(fault)? {
                aside.insert(position.0, decision.value()).map_err(fault)?;
            }
        }
        let mut gone = |bytes: &[u8]| {
            removed.records += 1;
            removed.bytes += bytes.len() as u64;
            false
        };
        decisions.retain_in(..to.0, |_, bytes| gone(bytes)).map_err(fault)?;
        aside
            .retain(|position, bytes| {
                wanted.binary_search(&Position(position)).is_ok() || gone(bytes)
            })
            .map_err(fault)?;
        open(INTAKE)?
            .retain_in(..intake.0, |seq, bytes| {
                let stays = self.items.contains_key(&Seq(seq));
                removed.bytes += if stays { 0 } else { bytes.len() as u64 };
                stays
            })
            .map_err(fault)?;
        let mut held =
            transaction.open_table(HELD).map_err(|error| store.fault("Writing", error))?;
        for seq in &self.lost {
            held.remove(seq.0).map_err(fault)?;
        }
        Ok(removed)
    }

    /// Where the decisions about the items stand, in order.
    fn positions(&self) -> Vec<Position> {
        self.items.values().map(|row| row.position).collect()
    }
}

/// The items that a record of the decision stream is about other than by their own decision.
fn about(oldest: Seq, position: u64, bytes: &[u8]) -> Vec<Seq> {
    let opened = frame::open(bytes, &position.to_le_bytes());
    if !opened.is_ok_and(|opened| opened.kind == Kind::Digest) {
        return vec![oldest];
    }
    match read_logged(Position(position), bytes).map(|logged| logged.record) {
        Ok(Record::Digest(digest)) => digest.entries.iter().map(|entry| entry.item).collect(),
        _ => vec![oldest],
    }
}

fn positions(store: &Store, transaction: &ReadTransaction) -> Result<Vec<Position>, LogError> {
    let fault = |error| store.fault("Reading", error);
    let Some(aside) = store.spared(transaction)? else { return Ok(Vec::new()) };
    let rows = aside.iter().map_err(fault)?;
    rows.map(|row| row.map(|(position, _)| Position(position.value())).map_err(fault)).collect()
}

impl View {
    /// Where decisions are found that are older than the decision stream, in order.
    pub(super) fn spared(&self) -> Result<Vec<Position>, LogError> {
        self.0.read(|transaction| positions(&self.0, transaction))
    }

    /// Reads one of them with its item.
    pub(super) fn spared_at(&self, position: Position) -> Result<Read, LogError> {
        let gap = |cause| Read::Gap(Gap { from: position, to: position.next(), cause });
        let logged = match self.record(position) {
            Ok(Some(logged)) => logged,
            // Retention has passed meanwhile.
            Ok(None) => return Ok(gap(GapCause::Trimmed)),
            Err(error) if error.kind() == LogErrorKind::Corrupt => {
                return Ok(gap(GapCause::Damaged));
            }
            Err(error) => return Err(error),
        };
        let intake = match logged.record.item().map(|seq| self.intake(seq)) {
            Some(Ok(Some(intake))) => intake,
            Some(Err(error)) if error.kind() != LogErrorKind::Corrupt => return Err(error),
            _ => return Ok(gap(GapCause::Damaged)),
        };
        Ok(Read::Record(Box::new(logged), Some(Box::new(intake))))
    }
}
