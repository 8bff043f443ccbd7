//! Live: what a channel carries, told to everyone who listens.
//!
//! However many listen to a channel, the log is read for them once: a [`Line`] follows the log and
//! keeps the newest messages. Those who read some channels only are told less, by a line of their
//! own. Each listener has only a place. One that is further behind than the line remembers reads
//! from the log by itself until it has caught up, so that nobody, however slow, makes the daemon
//! keep anything for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::channel::{Event, Page, Subscription};
use crate::config::Config;
use crate::log::{Log, LogError, Position};

use super::read::channels;

mod line;

use super::token::Grant;
use line::Line;

/// When nothing is told for so long, a sign of life is.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Bytes of messages handed to a listener in one go, about.
const PORTION: usize = 64 * 1024;

/// One message of a channel, made once for all who listen.
#[derive(Debug)]
pub(super) struct Message {
    position: Position,
    /// Where to go on after it: `channel/position`.
    pub(super) id: String,
    /// `story`, `digest`, `rejected` or `gap`.
    pub(super) kind: &'static str,
    /// The event as JSON, on one line.
    pub(super) json: String,
}

impl Message {
    fn of(channel: &str, event: &Event) -> Message {
        let (kind, position) = match event {
            Event::Story(delivery) => ("story", delivery.position),
            Event::Digest(digest) => ("digest", digest.position),
            Event::Rejected(refusal) => ("rejected", refusal.position),
            Event::Gap(lost) => ("gap", Position(lost.to.0.saturating_sub(1))),
        };
        // Numbers and text: encoding them cannot fail.
        let json = serde_json::to_string(event).unwrap_or_default();
        Message { position, id: format!("{channel}/{position}"), kind, json }
    }

    /// As a server-sent event.
    fn sse(&self, out: &mut Vec<u8>) {
        for part in ["id: ", &self.id, "\nevent: ", self.kind, "\ndata: ", &self.json, "\n\n"] {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

/// The lines that somebody listens to.
pub(super) struct Live {
    log: Log,
    stop: CancellationToken,
    work: TaskTracker,
    /// The configuration in force.
    told: watch::Receiver<Arc<Config>>,
    /// By channel, and whether those who listen read every channel.
    lines: Mutex<HashMap<(String, bool), Weak<Line>>>,
}

impl Live {
    pub(super) fn new(
        log: Log,
        stop: CancellationToken,
        work: TaskTracker,
        told: watch::Receiver<Arc<Config>>,
    ) -> Live {
        Live { log, stop, work, told, lines: Mutex::default() }
    }

    /// The first position that is not committed.
    pub(super) fn end(&self) -> Position {
        *self.log.watch().borrow()
    }

    /// Listens to a channel from a position on, as far as a grant goes and for as long as it stands.
    /// `held` is given back when the listener has gone.
    pub(super) fn listen<H>(
        &self,
        channel: &str,
        grant: &Grant,
        from: Position,
        held: H,
    ) -> Listener<H> {
        let line = self.line(channel, grant.sees_all());
        Listener {
            told: line.told(),
            line,
            behind: None,
            log: self.log.clone(),
            next: from,
            stop: self.stop.clone(),
            in_force: self.told.clone(),
            ended: grant.ended.clone(),
            _held: held,
        }
    }

    /// How many listen to anything.
    pub(super) fn listeners(&self) -> usize {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.values().filter_map(Weak::upgrade).map(|line| line.listeners()).sum()
    }

    fn line(&self, channel: &str, all: bool) -> Arc<Line> {
        let key = (channel.to_owned(), all);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&key).and_then(Weak::upgrade) {
            return line;
        }
        lines.retain(|_, line| line.strong_count() > 0);
        let rules = (!all).then(|| self.told.clone());
        let line = Arc::new(Line::new(channel, rules, self.end()));
        lines.insert(key, Arc::downgrade(&line));
        let subscription = Subscription::new(&self.log, [channel], self.end().min(line.end()));
        self.work.spawn(line::follow(Arc::downgrade(&line), subscription, self.stop.clone()));
        line
    }
}

/// One who listens. `H` is what it occupies.
pub(super) struct Listener<H> {
    line: Arc<Line>,
    told: watch::Receiver<Position>,
    /// Reads the log while the line no longer has what is next.
    behind: Option<Box<Subscription>>,
    log: Log,
    next: Position,
    stop: CancellationToken,
    in_force: watch::Receiver<Arc<Config>>,
    /// What it was let in by has ended.
    ended: CancellationToken,
    _held: H,
}

/// What a listener is told.
#[derive(Debug)]
pub(super) enum Told {
    /// Messages, at least one.
    Messages(Vec<Arc<Message>>),
    /// Nothing, but the connection lives. Going on after this id misses nothing.
    Alive(String),
}

impl<H> Listener<H> {
    /// Whether the configuration no longer has the channel.
    pub(super) fn is_gone(&self) -> bool {
        let config = self.in_force.borrow();
        channels::names(&config).all(|(name, _)| name != self.line.channel())
    }

    /// What comes next. `None` when the daemon stops, the channel is no more, its grant has ended or
    /// the log cannot be read. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Told> {
        loop {
            // Told to stop, it ends at the next message: whoever comes back goes on from there.
            if self.stop.is_cancelled() || self.ended.is_cancelled() {
                return None;
            }
            match self.line.after(self.next, PORTION) {
                Some((messages, next)) => {
                    (self.next, self.behind) = (next, None);
                    if !messages.is_empty() {
                        return Some(Told::Messages(messages));
                    }
                }
                None => {
                    let messages = self.catch_up().await.ok()?;
                    if !messages.is_empty() {
                        return Some(Told::Messages(messages));
                    }
                    continue;
                }
            }
            let next = self.next;
            let told = async { self.told.wait_for(|end| next < *end).await.map(drop) };
            tokio::select! {
                told = told => told.ok()?,
                () = self.stop.cancelled() => return None,
                () = self.ended.cancelled() => return None,
                Ok(()) = self.in_force.changed() => {
                    if self.is_gone() {
                        return None;
                    }
                }
                () = tokio::time::sleep(HEARTBEAT) => {
                    return Some(Told::Alive(self.line.id(next)));
                }
            }
        }
    }

    /// A page from the log.
    async fn catch_up(&mut self) -> Result<Vec<Arc<Message>>, LogError> {
        let subscription = self.behind.get_or_insert_with(|| {
            Box::new(Subscription::new(&self.log, [self.line.channel()], self.next))
        });
        let Page { events, next, .. } = subscription.read().await.inspect_err(|error| {
            tracing::warn!(%error, "a listener cannot be told what is in the log");
        })?;
        self.next = next;
        Ok(self.line.messages(events).map(Arc::new).collect())
    }
}

impl Told {
    /// As server-sent events.
    pub(super) fn sse(&self) -> Bytes {
        match self {
            Told::Messages(messages) => {
                let room = messages.iter().map(|message| message.json.len() + 64).sum();
                let mut out = Vec::with_capacity(room);
                messages.iter().for_each(|message| message.sse(&mut out));
                out.into()
            }
            // An event without data is not dispatched, but its id is remembered.
            Told::Alive(id) => format!(": alive\nid: {id}\n\n").into(),
        }
    }
}

#[cfg(test)]
mod tests;
