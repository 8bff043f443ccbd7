//! Dead letters that are to be delivered once more.
//!
//! They take turns with the deliveries that wait, so that a thousand of them hold up no news, and
//! one that fails waits by itself.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{info, warn};

use super::super::batch::Batch;
use super::super::error::{SinkError, SinkErrorKind};
use super::super::state::DeadLetter;
use super::{Courier, FIRST_PAUSE, LONGEST_PAUSE, open, pause_after};
use crate::backoff::Backoff;
use crate::channel::{Event, Subscription};

/// Attempts at one letter, one after the other, that may fail in passing. Then it stays dead, so that
/// the letters behind it have their turn.
const ATTEMPTS: u32 = 10;

/// Where the letters stand.
pub(super) struct Again {
    /// A letter was attempted, and nothing else since.
    had_its_turn: bool,
    /// The pauses between attempts at the letter in hand.
    backoff: Backoff,
    /// The next attempt at a letter.
    pub(super) not_before: Timestamp,
    /// The letter in hand, and how often it failed in passing.
    failed: (String, u32),
}

impl Again {
    pub(super) fn new(sink: &str) -> Again {
        Again {
            had_its_turn: false,
            backoff: Backoff::new(sink, FIRST_PAUSE, LONGEST_PAUSE),
            not_before: Timestamp::MIN,
            failed: Default::default(),
        }
    }

    pub(super) fn others_had_their_turn(&mut self) {
        self.had_its_turn = false;
    }

    /// The letter `id` failed in passing at `now`. The pause before it is tried again; `None` when it
    /// was tried often enough.
    fn retry(&mut self, id: &str, fault: &SinkError, now: Timestamp) -> Option<Duration> {
        if self.failed.0 != id {
            self.failed = (id.to_owned(), 0);
        }
        self.failed.1 += 1;
        let delay = pause_after(fault, self.backoff.delay());
        self.not_before = now.checked_add(delay).unwrap_or(now);
        if self.failed.1 < ATTEMPTS {
            return Some(delay);
        }
        // Asked for once more, it is tried as often again.
        self.failed = Default::default();
        None
    }

    fn works(&mut self) {
        self.backoff.reset();
        self.not_before = Timestamp::MIN;
    }
}

impl Courier {
    /// The letter that is to be attempted now.
    pub(super) fn letter_in_turn(&self) -> Option<DeadLetter> {
        let others_wait = self.done < self.page.events.len() || !self.subscription.is_caught_up();
        if (self.again.had_its_turn && others_wait)
            || self.again.not_before > self.keeper.clock.now()
        {
            return None;
        }
        self.keeper.again()
    }

    /// When the next letter is attempted, if one waits.
    pub(super) fn letter_waits_until(&self) -> Option<Timestamp> {
        self.keeper.again().map(|_| self.again.not_before)
    }

    /// Attempts a dead letter once more, out of its order. Refused, or failed too often, it stays dead.
    pub(super) async fn deliver_again(&mut self, letter: DeadLetter) -> Result<(), SinkError> {
        self.again.had_its_turn = true;
        let keeper = self.keeper.clone();
        match self.attempt_again(&letter).await {
            Ok(own) => {
                match self.config.kind.collects() {
                    true => info!(sink = keeper.name, id = letter.id, "to be sent once more"),
                    false => {
                        info!(sink = keeper.name, id = letter.id, "delivered after all");
                        keeper.delivered(1);
                    }
                }
                keeper.risen(self.turn, &letter, own);
                self.again.works();
                self.works_again();
            }
            Err(fault) => match fault.kind() {
                SinkErrorKind::Fatal => return Err(fault),
                SinkErrorKind::Passing => self.failed_again(&letter, &fault),
                SinkErrorKind::Refused => {
                    self.again.works();
                    self.stays_dead(&letter, &fault);
                }
                SinkErrorKind::Gone => {
                    self.stays_dead(&letter, &fault);
                    self.pause(&fault.to_string());
                }
            },
        }
        Ok(())
    }

    async fn attempt_again(&mut self, letter: &DeadLetter) -> Result<Vec<u8>, SinkError> {
        let keeper = self.keeper.clone();
        let sink = open(&mut self.sink, &self.config, &keeper).await?;
        if sink.take_up(letter)? {
            return Ok(sink.state());
        }
        let Some(event) = self.exhume(letter).await? else {
            return Err(SinkError::refused("the log keeps it no more"));
        };
        let from = self.place_of(self.done);
        let sink = open(&mut self.sink, &self.config, &keeper).await?;
        let events = std::slice::from_ref(&event);
        sink.deliver(&Batch { events, from, turn: self.turn, keeper: &keeper }).await?;
        Ok(sink.state())
    }

    fn failed_again(&mut self, letter: &DeadLetter, fault: &SinkError) {
        let Some(delay) = self.again.retry(&letter.id, fault, self.keeper.clock.now()) else {
            return self.stays_dead(letter, fault);
        };
        let retry_ms = delay.as_millis() as u64;
        warn!(sink = self.keeper.name, id = letter.id, retry_ms, "not delivered again: {fault}");
        self.keeper.failed_again(letter, &fault.to_string());
    }

    fn stays_dead(&self, letter: &DeadLetter, fault: &SinkError) {
        warn!(sink = self.keeper.name, id = letter.id, "not taken again: {fault}");
        self.keeper.refused_again(letter, &fault.to_string());
    }

    /// Reads a dead letter's content from the log.
    async fn exhume(&self, letter: &DeadLetter) -> Result<Option<Event>, SinkError> {
        let channel = [letter.channel.clone()];
        let mut grave = Subscription::new(&self.keeper.log, channel, letter.position);
        let page = grave.read_up_to(1).await?;
        Ok(page.events.into_iter().find(|event| event.id() == letter.id))
    }
}
