//! What a sink is given to deliver.

use jiff::Timestamp;

use super::error::SinkError;
use super::keeper::{Keeper, Turn};
use crate::channel::Event;
use crate::item::Seq;
use crate::log::{LogError, Position, blocking};

/// Deliveries that are taken together or not at all: after an error they come again, possibly in
/// smaller batches.
pub(super) struct Batch<'a> {
    /// The deliveries, in order; never empty.
    pub(super) events: &'a [Event],
    /// Everything before this position is taken.
    pub(super) from: Position,
    pub(super) turn: Turn,
    pub(super) keeper: &'a Keeper,
}

impl Batch<'_> {
    /// The time, as the daemon has it.
    pub(super) fn now(&self) -> Timestamp {
        self.keeper.clock.now()
    }

    /// Whether the log has taken in this item, then.
    pub(super) async fn knows(&self, item: Seq, received: Timestamp) -> Result<bool, LogError> {
        let view = self.keeper.log.view();
        blocking(move || view.knows(item, received)).await
    }

    /// Makes durable, before this batch, what the sink itself wants to find again.
    pub(super) async fn save(&self, own: Vec<u8>) -> Result<(), SinkError> {
        self.keeper.save_before(self.turn, self.from, own).await
    }
}
