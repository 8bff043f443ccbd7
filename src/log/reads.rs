//! What a walk along the decision stream gives: records, and gaps where there are none.

use super::record::{Intake, Logged, Position};

/// What a reader meets in the decision stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// A record, with the intake record it is about where the reader wanted one.
    Record(Box<Logged>, Option<Box<Intake>>),
    /// Records that are no longer there.
    Gap(Gap),
}

/// Positions that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first that cannot.
    pub from: Position,
    /// The first that can again.
    pub to: Position,
    /// Why.
    pub cause: GapCause,
}

/// Why positions cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// They were removed: `retain` or `max_size` with `on_full = "skip"` has passed them.
    Trimmed,
    /// Their bytes are not what was written.
    Damaged,
}

/// What was read, neighbouring gaps joined.
#[derive(Default)]
pub(super) struct Reads(pub(super) Vec<Read>);

impl Reads {
    pub(super) fn record(&mut self, logged: Logged, intake: Option<Intake>) {
        // A record about an item that is gone says nothing any more.
        if logged.record.item().is_some() && intake.is_none() {
            return self.gap(logged.position, logged.position.next(), GapCause::Damaged);
        }
        self.0.push(Read::Record(Box::new(logged), intake.map(Box::new)));
    }

    pub(super) fn gap(&mut self, from: Position, to: Position, cause: GapCause) {
        match self.0.last_mut() {
            Some(Read::Gap(last)) if last.to == from && last.cause == cause => last.to = to,
            _ => self.0.push(Read::Gap(Gap { from, to, cause })),
        }
    }
}
