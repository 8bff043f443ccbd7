//! The courier: carries what some channels hold to one sink, in order, at the sink's own pace.
//!
//! One loop serves every kind of sink. What fails is tried again with growing pauses, in smaller
//! batches, so that one delivery that is never taken does not hold up its neighbours. Given up, it
//! becomes a dead letter, and the next ones have their turn.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::batch::Batch;
use super::error::{SinkError, SinkErrorKind};
use super::keeper::{Keeper, Turn};
use super::state::{Effort, MOST_LETTERS};
use super::{Sink, SinkConfig};
use crate::backoff::Backoff;
use crate::channel::{Page, Subscription};
use crate::config::{At, GiveUp};
use crate::log::Position;

mod again;
mod due;

use again::Again;

/// The pause after a first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause between attempts, unless the receiver asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// No receiver may ask for a longer pause.
const LONGEST_WISH: Duration = Duration::from_secs(3_600);

/// Delivers to one sink.
pub struct Courier {
    config: SinkConfig,
    keeper: Arc<Keeper>,
    /// `None` before the first delivery and while paused.
    sink: Option<Sink>,
    subscription: Subscription,
    turn: Turn,
    page: Page,
    /// Events of the page that are taken or buried.
    done: usize,
    /// Deliveries in the next batch. Halved by failures, doubled by successes.
    size: usize,
    backoff: Backoff,
    /// What was due and failed is not tried again before this.
    not_before: Timestamp,
    /// What was due has failed. That deliveries are taken meanwhile is no sign that it works again.
    overdue: bool,
    /// Something is due: what was committed up to here is taken first.
    due_after: Option<Position>,
    again: Again,
}

impl Courier {
    pub(super) fn new(config: SinkConfig, keeper: Arc<Keeper>) -> Courier {
        let (turn, next) = keeper.place();
        Courier {
            subscription: keeper.subscribe(next),
            page: nothing(next),
            done: 0,
            size: config.batch,
            backoff: Backoff::new(&keeper.name, FIRST_PAUSE, LONGEST_PAUSE),
            not_before: Timestamp::MIN,
            overdue: false,
            due_after: None,
            again: Again::new(&keeper.name),
            sink: None,
            config,
            keeper,
            turn,
        }
    }

    /// Name of the sink.
    pub fn name(&self) -> &str {
        &self.keeper.name
    }

    /// Delivers until `stop` is cancelled and everything that was committed is delivered, or the
    /// sink is paused. A receiver that does not come back keeps it trying: whoever stops the
    /// daemon sets the deadline.
    ///
    /// # Errors
    /// When trying again is no use: a secret is not there at the start, the reader of standard output
    /// is gone, or the log is damaged.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), SinkError> {
        let keeper = self.keeper.clone();
        if !keeper.is_paused() {
            Sink::check(&self.config)?;
        }
        loop {
            if keeper.is_paused() {
                self.sink = None;
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return Ok(()),
                    () = keeper.changed() => {
                        self.hurry();
                        continue;
                    }
                }
            }
            self.follow_changes();
            self.follow_rewind();
            self.mind_the_clock();
            if self.config.kind.opens_early() && self.sink.is_none() {
                self.open_early().await;
            } else if let Some(letter) = self.letter_in_turn() {
                self.deliver_again(letter).await?;
            } else if self.is_time_to_wake() {
                self.wake().await?;
            } else if self.done < self.page.events.len() {
                self.deliver().await?;
            } else if self.subscription.is_caught_up() {
                let times = [self.wakes_at(), self.letter_waits_until()];
                let wake = times.into_iter().flatten().min().unwrap_or(Timestamp::MAX);
                tokio::select! {
                    biased;
                    () = self.subscription.wait() => {}
                    // Somebody asks for the next attempt, or for something else, now.
                    () = keeper.changed() => self.hurry(),
                    () = stop.cancelled() => return Ok(()),
                    () = keeper.clock.sleep_until(wake) => {}
                    _ = keeper.clock.set_back() => {}
                }
            } else {
                self.read().await?;
            }
        }
    }

    /// A reload may have given the sink other channels.
    fn follow_changes(&mut self) {
        let Some(channels) = self.keeper.take_untold() else { return };
        self.subscription = self.keeper.subscribe(self.subscription.position());
        if At::values(&self.config.channels) != At::values(&channels) {
            self.config.channels = channels;
            // It may have an address for each.
            self.sink = None;
        }
    }

    /// Somebody asks for something: what waits for its time is attempted at once.
    fn hurry(&mut self) {
        self.not_before = Timestamp::MIN;
        self.again.not_before = Timestamp::MIN;
    }

    /// Somebody may have sent the sink to another place of the log.
    fn follow_rewind(&mut self) {
        let (turn, next) = self.keeper.place();
        if turn != self.turn {
            info!(sink = self.keeper.name, position = %next, "goes on from there");
            self.turn = turn;
            self.subscription = self.keeper.subscribe(next);
            (self.page, self.done) = (nothing(next), 0);
            if self.config.kind.collects() {
                // What it holds was passed over.
                (self.sink, self.overdue) = (None, false);
                self.hurry();
            }
            self.keeper.has_moved();
        }
    }

    async fn read(&mut self) -> Result<(), SinkError> {
        let before = self.subscription.clone();
        match self.subscription.read().await {
            // The record from which they count may be on this page.
            Ok(_) if self.keeper.has_untold() => {
                self.subscription = before;
                Ok(())
            }
            Ok(page) => {
                if let Some(config) = &page.turned {
                    self.keeper.turned(config, page.next);
                }
                if page.events.is_empty() {
                    self.keeper.advance(self.turn, page.next, self.keeper.own_state());
                }
                (self.page, self.done) = (page, 0);
                self.works_again();
                Ok(())
            }
            Err(fault) => {
                let fault = SinkError::from(fault);
                if fault.kind() == SinkErrorKind::Fatal {
                    return Err(fault);
                }
                self.wait(&fault, "cannot read the log").await;
                Ok(())
            }
        }
    }

    /// Attempts the next batch.
    async fn deliver(&mut self) -> Result<(), SinkError> {
        self.again.others_had_their_turn();
        let keeper = self.keeper.clone();
        let left = self.page.events.len() - self.done;
        let count = if self.config.kind.in_pages() { left } else { self.size.clamp(1, left) };
        let end = self.done + count;
        let from = self.place_of(self.done);
        let outcome = match open(&mut self.sink, &self.config, &keeper).await {
            Ok(sink) => {
                let events = &self.page.events[self.done..end];
                let batch = Batch { events, from, turn: self.turn, keeper: &keeper };
                sink.deliver(&batch).await.map(|()| sink.state())
            }
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(own) => {
                if !self.config.kind.collects() {
                    keeper.delivered(count);
                }
                keeper.advance(self.turn, self.place_of(end), own);
                self.done = end;
                self.size = (self.size * 2).min(self.config.batch);
                self.works_again();
                Ok(())
            }
            Err(fault) => self.failed(fault, count).await,
        }
    }

    /// The batch of the next `count` deliveries was not taken.
    async fn failed(&mut self, fault: SinkError, count: usize) -> Result<(), SinkError> {
        self.size = (count / 2).max(1);
        let alone = count == 1 || self.config.kind.in_pages();
        match fault.kind() {
            SinkErrorKind::Fatal => return Err(fault),
            SinkErrorKind::Gone => {
                let reason = fault.to_string();
                self.keeper.failed(&self.page.events[self.done].id(), &fault);
                self.pause(&reason);
            }
            // One of them is refused: which one, smaller batches will tell.
            SinkErrorKind::Refused if !alone => {}
            SinkErrorKind::Refused => {
                let effort = self.keeper.failed(&self.page.events[self.done].id(), &fault);
                self.bury(count, effort.attempts, &fault.to_string());
            }
            SinkErrorKind::Passing => {
                let effort = self.keeper.failed(&self.page.events[self.done].id(), &fault);
                if alone && self.is_enough(self.config.give_up, &effort) {
                    let Effort { attempts, since, .. } = effort;
                    let reason =
                        format!("given up after {attempts} attempts since {since}: {fault}");
                    self.bury(count, attempts, &reason);
                } else {
                    self.wait(&fault, "not delivered").await;
                }
            }
        }
        Ok(())
    }

    fn is_enough(&self, give_up: GiveUp, effort: &Effort) -> bool {
        // A clock that was set back makes it negative.
        let tried = self.keeper.clock.now().duration_since(effort.since);
        let tried = Duration::try_from(tried).unwrap_or_default();
        give_up.attempts.is_some_and(|most| effort.attempts >= most)
            || give_up.after.is_some_and(|longest| tried >= longest)
    }

    /// Makes dead letters of the next `count` deliveries.
    fn bury(&mut self, count: usize, attempts: u32, reason: &str) {
        for _ in 0..count {
            let event = &self.page.events[self.done];
            if !self.keeper.bury(event, attempts, reason) {
                let reason = format!(
                    "{MOST_LETTERS} deliveries were not taken, the last one since: {reason}"
                );
                return self.pause(&reason);
            }
            match event.channel() {
                Some(_) => {
                    warn!(sink = self.keeper.name, id = event.id(), "now a dead letter: {reason}");
                }
                None => warn!(sink = self.keeper.name, id = event.id(), "not told: {reason}"),
            }
            self.done += 1;
            let next = self.place_of(self.done);
            self.keeper.advance(self.turn, next, self.keeper.own_state());
        }
        self.backoff.reset();
    }

    fn pause(&mut self, reason: &str) {
        error!(
            sink = self.keeper.name,
            "paused until `wirefold sinks resume {}`: {reason}", self.keeper.name
        );
        self.keeper.pause(reason);
        self.backoff.reset();
    }

    /// Where the n-th event of the page is; the end of the page after the last.
    fn place_of(&self, n: usize) -> Position {
        match self.page.events.get(n) {
            Some(_) if n == 0 => self.page.from,
            Some(event) => event.position(),
            None => self.page.next,
        }
    }

    /// Waits before the next attempt, until somebody asks for something.
    async fn wait(&mut self, fault: &SinkError, what: &str) {
        let delay = pause_after(fault, self.backoff.delay());
        warn!(
            sink = self.keeper.name,
            attempt = self.backoff.attempts(),
            retry_ms = delay.as_millis() as u64,
            "{what}: {fault}"
        );
        self.keeper.retries_at(self.keeper.clock.now().checked_add(delay).ok());
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.keeper.changed() => self.hurry(),
        }
    }

    fn works_again(&mut self) {
        if self.overdue {
            return;
        }
        if self.backoff.attempts() > 0 {
            info!(sink = self.keeper.name, "delivers again");
            self.backoff.reset();
        }
        self.keeper.works_again();
    }
}

/// The pause that the receiver wishes for, or `own`. A wish for none, or until a date that is over,
/// would have it asked without end.
fn pause_after(fault: &SinkError, own: Duration) -> Duration {
    fault.wait().map_or(own, |wish| wish.clamp(own, LONGEST_WISH))
}

/// The sink, connected at its first use.
async fn open<'s>(
    sink: &'s mut Option<Sink>,
    config: &SinkConfig,
    keeper: &Keeper,
) -> Result<&'s mut Sink, SinkError> {
    let opened = match sink.take() {
        Some(sink) => sink,
        None => Sink::open(config, &keeper.own_state(), keeper.clock.now()).await?,
    };
    Ok(sink.insert(opened))
}

/// A page before the first one.
fn nothing(next: Position) -> Page {
    Page { events: Vec::new(), from: next, next, turned: None }
}

#[cfg(test)]
mod tests;
