//! What a sink does at times of its own, apart from the deliveries that it is handed meanwhile.

use jiff::Timestamp;
use tracing::warn;

use super::super::Sink;
use super::super::error::{SinkError, SinkErrorKind};
use super::{Courier, LONGEST_PAUSE, LONGEST_WISH, open};

impl Courier {
    /// A sink that has times of its own must know them; and what is wrong with secrets is better known
    /// now than at the first delivery. They were good at the start: a person changes them, and looks.
    pub(super) async fn open_early(&mut self) {
        let keeper = self.keeper.clone();
        match open(&mut self.sink, &self.config, &keeper).await.map(drop) {
            Ok(()) => self.works_again(),
            Err(fault) => {
                keeper.missed(&fault);
                self.pause(&fault.to_string());
            }
        }
    }

    pub(super) fn wakes_at(&self) -> Option<Timestamp> {
        self.sink.as_ref().and_then(Sink::wakes_at).map(|at| at.max(self.not_before))
    }

    /// Whether something is due and all that was committed before this was seen is taken: what a
    /// sink tells then is not to lack what it has not been handed yet.
    pub(super) fn is_time_to_wake(&mut self) -> bool {
        if self.wakes_at().is_none_or(|at| at > self.keeper.clock.now()) {
            self.due_after = None;
            return false;
        }
        let end = *self.due_after.get_or_insert_with(|| *self.keeper.log.watch().borrow());
        self.place_of(self.done) >= end
    }

    /// The clock may have been set back: nothing waits longer for that.
    pub(super) fn mind_the_clock(&mut self) {
        let now = self.keeper.clock.now();
        let within = |longest| now.checked_add(longest).unwrap_or(Timestamp::MAX);
        self.not_before = self.not_before.min(within(LONGEST_PAUSE));
        self.again.not_before = self.again.not_before.min(within(LONGEST_WISH));
        if let Some(sink) = &mut self.sink {
            sink.mind_the_clock(now);
        }
    }

    /// Has the sink do what is due.
    pub(super) async fn wake(&mut self) -> Result<(), SinkError> {
        let keeper = self.keeper.clone();
        let next = self.place_of(self.done);
        self.due_after = None;
        let Some(sink) = &mut self.sink else { return Ok(()) };
        match sink.wake(&keeper, self.turn, next).await {
            Ok(()) => {
                self.overdue = false;
                self.works_again();
                Ok(())
            }
            Err(fault) => self.not_woken(fault),
        }
    }

    fn not_woken(&mut self, fault: SinkError) -> Result<(), SinkError> {
        self.keeper.missed(&fault);
        match fault.kind() {
            SinkErrorKind::Fatal => return Err(fault),
            SinkErrorKind::Gone | SinkErrorKind::Refused => self.pause(&fault.to_string()),
            // Deliveries go on meanwhile.
            SinkErrorKind::Passing => {
                self.overdue = true;
                let delay = self.backoff.delay();
                self.not_before = self.keeper.clock.now().checked_add(delay).unwrap_or_default();
                let retry_ms = delay.as_millis() as u64;
                warn!(sink = self.keeper.name, retry_ms, "what was due is not done: {fault}");
                self.keeper.retries_at(Some(self.not_before));
            }
        }
        Ok(())
    }
}
