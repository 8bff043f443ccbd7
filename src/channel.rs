//! Channels as their readers see them: a subscription follows the log and yields what some
//! channels carry, in order. Sinks, streams and feeds all read through one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use tokio::sync::watch;

use crate::log::{Log, LogError, Position, Read, Record, View, blocking};

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

/// Other channels, from the record on that notes a configuration.
#[derive(Clone, Debug)]
struct Handover {
    config: String,
    /// That record is not before this.
    since: Position,
    wanted: Wanted,
}

impl Handover {
    fn is_noted(&self, record: &Record) -> bool {
        matches!(record, Record::Config(noted) if noted.config == self.config)
    }

    /// How many of these changes, which are in order, `read` is the end of; and the position after it.
    /// Some are never noted: they were out of date before they took effect. Of records that are
    /// lost, any may have noted one.
    fn passed(changes: &VecDeque<Handover>, read: &Read) -> (usize, Position) {
        match read {
            Read::Record(logged, _) => {
                // An earlier record of the same configuration is of another time.
                let is_here = |change: &Handover| {
                    change.since <= logged.position && change.is_noted(&logged.record)
                };
                let noted = changes.iter().position(is_here);
                (noted.map_or(0, |last| last + 1), logged.position.next())
            }
            Read::Gap(gap) => {
                (changes.iter().take_while(|change| change.since < gap.to).count(), gap.to)
            }
        }
    }
}

impl Wanted {
    fn all(channels: impl IntoIterator<Item = impl Into<String>>) -> Wanted {
        Wanted(Arc::new(channels.into_iter().map(Into::into).collect()))
    }

    fn record(&self, record: &Record) -> bool {
        match record {
            Record::Rejected(_) => self.0.contains(REJECTED),
            record => record.channels().iter().any(|channel| self.0.contains(channel)),
        }
    }

    /// Those of `channels` that are wanted, in their order, each with what `first` says of it.
    fn of<'c>(&self, channels: &'c [String], first: &[bool]) -> Vec<(&'c String, bool)> {
        let first = first.iter().copied().chain(std::iter::repeat(false));
        channels.iter().zip(first).filter(|(channel, _)| self.0.contains(*channel)).collect()
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
    /// From `next` on the channels are others: the digest of the configuration that says so.
    pub turned: Option<String>,
}

/// Follows the log for a set of channels.
#[derive(Clone)]
pub struct Subscription {
    view: View,
    end: watch::Receiver<Position>,
    wanted: Wanted,
    changes: VecDeque<Handover>,
    next: Position,
}

/// Positions looked at for one page. With rejects of up to 16 KiB this bounds a page's memory.
const PAGE: usize = 256;

impl Subscription {
    /// Follows `channels` from the position `next` on.
    pub fn new(
        log: &Log,
        channels: impl IntoIterator<Item = impl Into<String>>,
        next: Position,
    ) -> Subscription {
        Subscription::beside(log.view(), log.watch(), channels, next)
    }

    /// Follows a log that another process writes. `end` tells what is committed there.
    pub fn beside(
        view: View,
        end: watch::Receiver<Position>,
        channels: impl IntoIterator<Item = impl Into<String>>,
        next: Position,
    ) -> Subscription {
        let wanted = Wanted::all(channels);
        Subscription { view, end, wanted, changes: VecDeque::new(), next }
    }

    /// Follows other channels once the record is passed that notes the configuration of this digest,
    /// which is at `since` or later. What was decided before that is read as ever.
    pub fn change(
        &mut self,
        config: String,
        since: Position,
        channels: impl IntoIterator<Item = impl Into<String>>,
    ) {
        self.changes.push_back(Handover { config, since, wanted: Wanted::all(channels) });
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
        let changes = self.changes.clone();
        let (mut page, passed) = blocking(move || {
            let noted = |record: &Record| changes.iter().any(|change| change.is_noted(record));
            let (reads, mut next) =
                view.read_from(from, positions, |record| wanted.record(record) || noted(record))?;
            let mut events = Vec::with_capacity(reads.len());
            let mut passed = 0;
            for read in reads {
                let (count, after) = Handover::passed(&changes, &read);
                compose::compose(read, &wanted, &view, &mut events)?;
                if count > 0 {
                    (passed, next) = (count, after);
                    break;
                }
            }
            Ok((Page { events, from, next, turned: None }, passed))
        })
        .await?;
        self.next = page.next;
        if let Some(change) = self.changes.drain(..passed).next_back() {
            self.wanted = change.wanted;
            page.turned = Some(change.config);
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests;
