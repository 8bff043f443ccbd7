//! Channels as their readers see them: a subscription follows the log and yields what some
//! channels carry, in order. Sinks, streams and feeds all read through one.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;

use crate::log::{Log, LogError, Position, Record, View, blocking};

mod compose;
mod event;

pub use event::{Delivery, Digest, Event, Lost, Refusal, VERSION};

/// The reserved channel of what no rule matches.
pub const UNROUTED: &str = "unrouted";
/// The reserved channel of what is no item.
pub const REJECTED: &str = "rejected";

/// The channels a reader wants.
#[derive(Clone, Debug)]
struct Wanted(Arc<BTreeSet<String>>);

impl Wanted {
    fn record(&self, record: &Record) -> bool {
        match record {
            Record::Rejected(_) => self.0.contains(REJECTED),
            record => record.channels().iter().any(|channel| self.0.contains(channel)),
        }
    }

    /// Those of `channels` that are wanted, in their order.
    fn of<'c>(&self, channels: &'c [String]) -> Vec<&'c String> {
        channels.iter().filter(|channel| self.0.contains(*channel)).collect()
    }
}

/// What a subscription read in one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What the channels carry, in order. May be empty though the log went on.
    pub events: Vec<Event>,
    /// Where the page begins.
    pub from: Position,
    /// Where the next one does: acknowledging the page means a cursor here.
    pub next: Position,
}

/// Follows the log for a set of channels.
#[derive(Clone)]
pub struct Subscription {
    view: View,
    end: watch::Receiver<Position>,
    wanted: Wanted,
    next: Position,
}

/// Positions looked at for one page. With rejects of up to 64 KiB this bounds a page's memory.
const PAGE: usize = 256;

impl Subscription {
    /// Follows `channels` from the position `next` on.
    pub fn new(
        log: &Log,
        channels: impl IntoIterator<Item = impl Into<String>>,
        next: Position,
    ) -> Subscription {
        let wanted = Wanted(Arc::new(channels.into_iter().map(Into::into).collect()));
        Subscription { view: log.view(), end: log.watch(), wanted, next }
    }

    /// Follows a log that another process writes. `end` tells what is committed there.
    pub fn beside(
        view: View,
        end: watch::Receiver<Position>,
        channels: impl IntoIterator<Item = impl Into<String>>,
        next: Position,
    ) -> Subscription {
        let wanted = Wanted(Arc::new(channels.into_iter().map(Into::into).collect()));
        Subscription { view, end, wanted, next }
    }

    /// Where the next page begins.
    pub fn position(&self) -> Position {
        self.next
    }

    /// True when nothing more is committed.
    pub fn is_caught_up(&self) -> bool {
        self.next >= *self.end.borrow()
    }

    /// Waits until something is committed that was not read. Cancel safe. Never resolves again
    /// once the log is closed and everything is read.
    pub async fn wait(&mut self) {
        let next = self.next;
        if self.end.wait_for(|end| next < *end).await.is_err() {
            std::future::pending().await
        }
    }

    /// Reads the next page. At the end of the log it is empty and ends where it begins.
    pub async fn read(&mut self) -> Result<Page, LogError> {
        self.read_up_to(PAGE).await
    }

    /// Like [`Subscription::read`], for a page of at most so many positions.
    pub async fn read_up_to(&mut self, positions: usize) -> Result<Page, LogError> {
        let (view, wanted, from) = (self.view.clone(), self.wanted.clone(), self.next);
        let page = blocking(move || {
            let (reads, next) = view.read_from(from, positions, |record| wanted.record(record))?;
            let mut events = Vec::with_capacity(reads.len());
            for read in reads {
                compose::compose(read, &wanted, &view, &mut events)?;
            }
            Ok(Page { events, from, next })
        })
        .await?;
        self.next = page.next;
        Ok(page)
    }
}

#[cfg(test)]
mod tests;
