//! What is known of one sink: its cursor, its pause, its dead letters, how it fares.
//!
//! The courier moves it along, people pause, resume and rewind it, and both at the same time: all
//! of it is behind one lock. A rewind while a batch is under way begins a new *turn*; what the
//! courier of the old turn then reports about its place is void.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::error::SinkError;
use super::state::{DeadLetter, Effort, Pause, State, cut};
use crate::channel::Subscription;
use crate::clock::Clock;
use crate::config::{At, SinkConfig};
use crate::log::{Cursor, Log, LogError, Position, Read, Record, View, blocking};

mod letters;

/// Positions looked at in one go for records of configurations.
const CONFIGS_AT_A_TIME: usize = 1_024;

/// Counts the rewinds of a sink.
pub(super) type Turn = u64;

pub(super) struct Keeper {
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// It only collects what it is handed, and sends that at times of its own.
    collects: bool,
    pub(super) log: Log,
    pub(super) clock: Clock,
    inner: Mutex<Inner>,
    /// Wakes the courier when people have asked for something.
    changed: Notify,
}

/// Everything that changes.
pub(super) struct Inner {
    /// The channels in the end, while the courier has not been told of them.
    untold: Option<Vec<At<String>>>,
    turn: Turn,
    pub(super) next: Position,
    /// What the sink itself wants to find again.
    pub(super) own: Vec<u8>,
    pub(super) state: State,
    pub(super) live: Live,
}

/// What is known only while the daemon runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    pub(super) delivered: u64,
    pub(super) delivered_at: Option<Timestamp>,
    pub(super) error: Option<(Timestamp, String)>,
    pub(super) retry_at: Option<Timestamp>,
    /// Attempts in vain at what the sink does at times of its own.
    pub(super) missed: u32,
}

impl Keeper {
    /// The keeper of a sink of the configuration `digest`, which retention waits for from now on. A sink
    /// that was never here begins at `start`.
    pub(super) fn attach(
        config: &SinkConfig,
        digest: &str,
        start: Position,
        log: &Log,
        clock: &Clock,
    ) -> Keeper {
        let name = config.name.value.clone();
        let cursor = log.attach(&name, start);
        let stored = log.state(&key_of(&name)).unwrap_or_default();
        let mut state = State::decode(&stored).unwrap_or_else(|| {
            tracing::error!(
                sink = name,
                "its dead letters and its pause cannot be read: it begins without them"
            );
            State::default()
        });
        let Cursor { next, state: own } = cursor;
        // The daemon notes its configuration anew before it decides anything.
        state.stretches.change(digest, *log.watch().borrow(), At::values(&config.channels));
        log.note_state(&key_of(&name), state.encode());
        let live = Live::default();
        log.note_needed(&name, super::needs(config.kind.word(), &own));
        let inner = Inner { untold: None, turn: 0, next, own, state, live };
        Keeper {
            kind: config.kind.word(),
            collects: config.kind.collects(),
            name,
            log: log.clone(),
            clock: clock.clone(),
            inner: Mutex::new(inner),
            changed: Notify::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the courier goes on, and in which turn.
    pub(super) fn place(&self) -> (Turn, Position) {
        let inner = self.lock();
        (inner.turn, inner.next)
    }

    /// The channels that it delivers, or will from the last change on.
    pub(super) fn channels(&self) -> Vec<String> {
        self.lock().state.stretches.last().to_vec()
    }

    /// Has it deliver the channels of another configuration, from that one's record on. To be called
    /// before that is written.
    pub(super) fn change_channels(&self, config: &str, channels: &[At<String>]) {
        let mut inner = self.lock();
        let names = At::values(channels);
        let others = names != inner.state.stretches.last();
        if !inner.state.stretches.change(config, *self.log.watch().borrow(), names.clone()) {
            return;
        }
        if others {
            tracing::info!(
                sink = self.name,
                channels = ?names,
                "delivers these from the new rules on"
            );
        }
        inner.untold = Some(channels.to_vec());
        self.note_state(&inner.state);
        self.changed.notify_one();
    }

    /// The log from a position on, as the sink delivers it.
    pub(super) fn subscribe(&self, next: Position) -> Subscription {
        let inner = self.lock();
        let (channels, then) = inner.state.stretches.at(next);
        let mut subscription = Subscription::new(&self.log, channels, next);
        for stretch in then {
            subscription.change(stretch.config.clone(), stretch.since, &stretch.channels);
        }
        subscription
    }

    /// Other channels from `from` on, as the configuration says whose record was read there.
    pub(super) fn turned(&self, config: &str, from: Position) {
        let mut inner = self.lock();
        inner.state.stretches.turned(config, from);
        // Before the cursor: killed between the two, the record is read again.
        self.note_state(&inner.state);
    }

    /// Whether the courier is to be told of other channels.
    pub(super) fn has_untold(&self) -> bool {
        self.lock().untold.is_some()
    }

    /// The channels in the end, if they have changed since it was last asked.
    pub(super) fn take_untold(&self) -> Option<Vec<At<String>>> {
        self.lock().untold.take()
    }

    /// What the sink itself wanted to find again.
    pub(super) fn own_state(&self) -> Vec<u8> {
        self.lock().own.clone()
    }

    pub(super) fn is_paused(&self) -> bool {
        self.lock().state.paused.is_some()
    }

    /// The next dead letter that is to be delivered once more.
    pub(super) fn again(&self) -> Option<DeadLetter> {
        self.lock().state.again().cloned()
    }

    /// Resolves when people have asked for something since it was last called. Cancel safe.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Everything before `next` is taken or buried: the cursor is durable soon.
    pub(super) fn advance(&self, turn: Turn, next: Position, own: Vec<u8>) {
        let mut inner = self.lock();
        if inner.turn == turn && inner.state.effort.take().is_some() {
            self.note_state(&inner.state);
        }
        self.stands(&mut inner, turn, next, own);
    }

    /// Notes where the courier stands, unless it was sent elsewhere since that turn.
    fn stands(&self, inner: &mut Inner, turn: Turn, next: Position, own: Vec<u8>) {
        if inner.turn == turn {
            inner.next = next;
        }
        // A place in a file is known whatever people ask; what is only collected they passed over,
        // but for what was under way then and is done with.
        inner.own = match inner.turn == turn || !self.collects {
            true => own,
            false => super::settle(self.kind, &inner.own, &own),
        };
        self.note_cursor(inner);
    }

    /// Counts what has arrived.
    pub(super) fn delivered(&self, count: usize) {
        let mut inner = self.lock();
        inner.live.delivered += count as u64;
        inner.live.delivered_at = Some(self.clock.now());
    }

    /// An attempt at the delivery `id` failed: what was tried for it so far.
    pub(super) fn failed(&self, id: &str, error: &SinkError) -> Effort {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.live.error = Some((now, cut(&error.to_string())));
        let mut effort = match inner.state.effort.take() {
            Some(effort) if effort.id == id => effort,
            _ => Effort { id: id.to_owned(), since: now, attempts: 0 },
        };
        effort.attempts = effort.attempts.saturating_add(1);
        inner.state.effort = Some(effort.clone());
        self.note_state(&inner.state);
        effort
    }

    /// An attempt at what the sink does at times of its own failed.
    pub(super) fn missed(&self, error: &SinkError) {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.live.error = Some((now, cut(&error.to_string())));
        inner.live.missed = inner.live.missed.saturating_add(1);
    }

    /// Tells when the next attempt is made.
    pub(super) fn retries_at(&self, at: Option<Timestamp>) {
        self.lock().live.retry_at = at;
    }

    /// Nothing waits for another attempt.
    pub(super) fn works_again(&self) {
        let mut inner = self.lock();
        inner.live.retry_at = None;
        inner.live.missed = 0;
    }

    /// The courier is at the place that somebody sent it to. An attempt that was under way may have
    /// failed since, at what does not matter now.
    pub(super) fn has_moved(&self) {
        let mut inner = self.lock();
        inner.live.retry_at = None;
        if inner.state.effort.take().is_some() {
            self.note_state(&inner.state);
        }
    }

    /// Stands still until resumed.
    pub(super) fn pause(&self, reason: &str) {
        let at = self.clock.now();
        let mut inner = self.lock();
        if inner.state.paused.is_none() {
            inner.state.paused = Some(Pause { at, reason: cut(reason) });
            inner.live.retry_at = None;
        }
        self.note_state(&inner.state);
        self.changed.notify_one();
    }

    /// Goes on. A sink that was waiting for its next attempt makes it at once.
    pub(super) fn resume(&self) {
        let mut inner = self.lock();
        inner.state.paused = None;
        self.note_state(&inner.state);
        self.changed.notify_one();
    }

    /// Goes on from `to`. What was only collected so far is passed over, or collected again.
    ///
    /// # Errors
    /// When the records that say which channels it has from there on cannot be read.
    pub(super) fn rewind(&self, to: Position) -> Result<(), LogError> {
        let since = self.lock().state.stretches.waits_since();
        let configs = since.map_or(Ok(Vec::new()), |since| configs(&self.log.view(), since, to))?;
        let mut inner = self.lock();
        for (config, at) in configs {
            inner.state.stretches.turned(&config, at.next());
        }
        inner.turn += 1;
        inner.next = to;
        inner.own = super::pass_over(self.kind, &inner.own);
        inner.state.effort = None;
        inner.state.stretches.sent_to(to);
        inner.live.retry_at = None;
        self.note_state(&inner.state);
        self.note_cursor(&inner);
        self.changed.notify_one();
        Ok(())
    }

    /// Makes durable that everything before `next` is taken, with the sink's own state.
    #[cfg(any(feature = "mail", test))]
    pub(super) async fn save(
        &self,
        turn: Turn,
        next: Position,
        own: Vec<u8>,
    ) -> Result<(), SinkError> {
        self.advance(turn, next, own);
        self.make_durable().await
    }

    /// Makes the sink's own state durable before what comes at `next` is tried. What was tried for that so
    /// far counts on.
    pub(super) async fn save_before(
        &self,
        turn: Turn,
        next: Position,
        own: Vec<u8>,
    ) -> Result<(), SinkError> {
        self.stands(&mut self.lock(), turn, next, own);
        self.make_durable().await
    }

    async fn make_durable(&self) -> Result<(), SinkError> {
        let log = self.log.clone();
        Ok(blocking(move || log.save_cursors()).await?)
    }

    fn note_cursor(&self, inner: &Inner) {
        self.log.note_needed(&self.name, super::needs(self.kind, &inner.own));
        let cursor = Cursor { next: inner.next, state: inner.own.clone() };
        self.log.note_cursor(&self.name, cursor);
    }

    fn note_state(&self, state: &State) {
        self.log.note_state(&key_of(&self.name), state.encode());
    }
}

/// The configurations that records note from `since` to before `to`, and where.
fn configs(
    view: &View,
    mut since: Position,
    to: Position,
) -> Result<Vec<(String, Position)>, LogError> {
    let mut found = Vec::new();
    while since < to {
        let wanted = |record: &Record| matches!(record, Record::Config(_));
        let (reads, next) = view.read_from(since, CONFIGS_AT_A_TIME, wanted)?;
        for read in reads {
            if let Read::Record(logged, _) = read
                && let Record::Config(noted) = logged.record
                && logged.position < to
            {
                found.push((noted.config, logged.position));
            }
        }
        if next <= since {
            break;
        }
        since = next;
    }
    Ok(found)
}

/// The key in the log of a courier's state.
pub(super) fn key_of(sink: &str) -> String {
    format!("courier:{sink}")
}
