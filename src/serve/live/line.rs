//! The newest messages of one channel.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Message;
use crate::backoff::Backoff;
use crate::channel::{Event, Subscription};
use crate::config::Config;
use crate::log::Position;
use crate::serve::rules::Known;

/// Messages kept, at most …
const MOST: usize = 1_024;
/// … and their bytes.
const MOST_BYTES: usize = 4 << 20;
/// Waking a thousand listeners for each item would cost more than the items: with many of them,
/// what comes within this time is told together.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
/// Listeners for each millisecond of it.
const A_MILLISECOND: usize = 50;

/// A channel that somebody listens to.
#[derive(Debug)]
pub(super) struct Line {
    channel: String,
    /// Whoever listens is told of the rules of this channel alone, which are found here.
    rules: Option<watch::Receiver<Arc<Config>>>,
    kept: RwLock<Kept>,
    /// Up to where the log has been looked at.
    end: watch::Sender<Position>,
}

#[derive(Debug)]
struct Kept {
    /// Everything from here on is kept.
    from: Position,
    messages: VecDeque<Arc<Message>>,
    bytes: usize,
}

impl Line {
    /// A line that knows nothing of what was before `from`.
    pub(super) fn new(
        channel: &str,
        rules: Option<watch::Receiver<Arc<Config>>>,
        from: Position,
    ) -> Line {
        let kept = Kept { from, messages: VecDeque::new(), bytes: 0 };
        let (channel, kept) = (channel.to_owned(), RwLock::new(kept));
        Line { channel, rules, kept, end: watch::Sender::new(from) }
    }

    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// Events as whoever listens is told them.
    pub(super) fn messages(&self, mut events: Vec<Event>) -> impl Iterator<Item = Message> {
        if let Some(rules) = self.rules.as_ref().filter(|_| !events.is_empty()) {
            let config = rules.borrow().clone();
            let known = Known::of(&config, |channel| channel == self.channel);
            events.iter_mut().for_each(|event| known.keep_in(event));
        }
        events.into_iter().map(|event| Message::of(&self.channel, &event))
    }

    /// The id after which `next` comes.
    pub(super) fn id(&self, next: Position) -> String {
        format!("{}/{}", self.channel, next.0.saturating_sub(1))
    }

    pub(super) fn end(&self) -> Position {
        *self.end.borrow()
    }

    pub(super) fn told(&self) -> watch::Receiver<Position> {
        self.end.subscribe()
    }

    pub(super) fn listeners(&self) -> usize {
        self.end.receiver_count()
    }

    /// Messages from `next` on, about `portion` bytes of them, and where to go on; `None` when
    /// they are not all kept.
    pub(super) fn after(
        &self,
        next: Position,
        portion: usize,
    ) -> Option<(Vec<Arc<Message>>, Position)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if next < kept.from {
            return None;
        }
        let start = kept.messages.partition_point(|message| message.position < next);
        let mut bytes = 0;
        let mut messages = Vec::new();
        for message in kept.messages.range(start..) {
            if bytes >= portion {
                let next = message.position;
                return Some((messages, next));
            }
            bytes += message.json.len();
            messages.push(message.clone());
        }
        Some((messages, next.max(*self.end.borrow())))
    }

    /// Adds what was read, up to `end`.
    pub(super) fn add(&self, messages: impl Iterator<Item = Message>, end: Position) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        for message in messages {
            kept.bytes += message.json.len();
            kept.messages.push_back(Arc::new(message));
        }
        while kept.messages.len() > MOST || kept.bytes > MOST_BYTES {
            let Some(gone) = kept.messages.pop_front() else { break };
            kept.bytes -= gone.json.len();
            kept.from = gone.position.next();
        }
        // Before the lock is let go: whoever sees the messages sees the end.
        self.end.send_replace(end);
    }
}

/// Follows the log for a line until nobody listens any more.
pub(super) async fn follow(
    line: Weak<Line>,
    mut subscription: Subscription,
    stop: CancellationToken,
) {
    let shortest = Duration::from_millis(100);
    let mut patience = Backoff::new("live", shortest, Duration::from_secs(10));
    // The last listener may leave while nothing comes.
    const LOOK: Duration = Duration::from_secs(5);
    loop {
        tokio::select! {
            () = subscription.wait() => {}
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
        let Some(line) = line.upgrade() else { return };
        match subscription.read().await {
            Ok(page) if page.from == page.next => {}
            Ok(page) => {
                patience.reset();
                line.add(line.messages(page.events), page.next);
            }
            Err(error) => {
                tracing::warn!(%error, channel = line.channel, "listeners wait for the log");
                tokio::time::sleep(patience.delay()).await;
            }
        }
        let pause = Duration::from_millis((line.listeners() / A_MILLISECOND) as u64);
        drop(line);
        if !pause.is_zero() {
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
        }
    }
}
