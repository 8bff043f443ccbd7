//! What became of an item after it was decided on.

use super::error::{LogError, LogErrorKind};
use super::read::View;
use super::record::{Logged, Position, Record};
use super::store::LATER;
use crate::item::Seq;

impl View {
    /// The records that are about an item though they are not its decision: what timers, digests
    /// and corrections by hand made of it, in order. `own` is the position of its decision.
    pub fn later_about(&self, seq: Seq, own: Position) -> Result<Vec<Logged>, LogError> {
        let mut found = Vec::new();
        for position in self.later_positions(seq, own)? {
            match self.record(position) {
                Ok(Some(logged)) if is_about(&logged.record, seq) => found.push(logged),
                Ok(_) => {}
                Err(error) if error.kind() == LogErrorKind::Corrupt => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Digests are listed under the oldest of their items.
    fn later_positions(&self, seq: Seq, own: Position) -> Result<Vec<Position>, LogError> {
        self.0.read(|transaction| {
            let fault = |error| self.0.fault("Reading", error);
            let table =
                transaction.open_table(LATER).map_err(|error| self.0.fault("Reading", error))?;
            let mut positions = Vec::new();
            for stored in table.range(own.0..).map_err(fault)? {
                let (position, item) = stored.map_err(fault)?;
                if item.value() <= seq.0 {
                    positions.push(Position(position.value()));
                }
            }
            Ok(positions)
        })
    }
}

fn is_about(record: &Record, seq: Seq) -> bool {
    match record {
        Record::Timer(timer) => timer.item == seq,
        Record::Feedback(feedback) => feedback.item == seq,
        Record::Digest(digest) => digest.entries.iter().any(|entry| entry.item == seq),
        Record::Decision(_) | Record::Rejected(_) | Record::Config(_) => false,
    }
}
