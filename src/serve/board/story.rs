//! One story on the board.

use std::sync::Arc;

use jiff::Timestamp;
use smallvec::SmallVec;

use crate::item::Seq;
use crate::log::Position;
use crate::story::StoryState;

/// A story: its records, and the channels that carry it.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct Story {
    /// Its records that are held, oldest first.
    pub(in crate::serve) entries: SmallVec<[Entry; 1]>,
    /// Where it was delivered.
    pub(in crate::serve) carried: SmallVec<[Carried; 1]>,
    /// Items of it, those that are no longer held included.
    pub(in crate::serve) items: u32,
    /// Publisher families of it.
    pub(in crate::serve) publishers: u32,
    /// Event time of the earliest item.
    pub(in crate::serve) first: Timestamp,
    /// Event time of the latest item.
    pub(in crate::serve) last: Timestamp,
    /// Its items contradict each other.
    pub(in crate::serve) disputed: bool,
    /// It was withdrawn.
    pub(in crate::serve) killed: bool,
}

/// A record about a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Entry {
    /// Its place in the log.
    pub(in crate::serve) position: Position,
    /// The item it is about.
    pub(in crate::serve) item: Seq,
}

/// A channel that carries a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Carried {
    pub(in crate::serve) channel: Arc<str>,
    /// The first delivery that is known.
    pub(in crate::serve) first: Position,
    /// The last delivery.
    pub(in crate::serve) last: Position,
    pub(in crate::serve) deliveries: u32,
}

impl Story {
    pub(super) fn join(&mut self, entry: Entry, state: &StoryState) {
        self.entries.push(entry);
        self.is(state);
    }

    /// Its state from now on.
    pub(super) fn is(&mut self, state: &StoryState) {
        (self.items, self.publishers) = (state.items, state.publishers);
        (self.first, self.last) = (state.first, state.last);
        (self.disputed, self.killed) = (state.disputed, state.killed);
    }

    /// Takes note of a delivery, and tells where the one before it was.
    pub(super) fn deliver(&mut self, channel: &str, position: Position) -> Option<Position> {
        match self.carried.iter_mut().find(|carried| &*carried.channel == channel) {
            Some(carried) => {
                carried.deliveries += 1;
                Some(std::mem::replace(&mut carried.last, position))
            }
            None => {
                let channel = Arc::from(channel);
                self.carried.push(Carried {
                    channel,
                    first: position,
                    last: position,
                    deliveries: 1,
                });
                None
            }
        }
    }

    /// Takes out an item that counted as so many.
    pub(super) fn split(&mut self, item: Seq, counted: u32) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.item == item)?;
        self.items = self.items.saturating_sub(counted);
        Some(self.entries.remove(place))
    }

    /// Begins with an item that was taken out of another story.
    pub(super) fn begin(&mut self, entry: Entry, state: &StoryState) {
        self.join(entry, state);
        self.entries.sort_by_key(|entry| entry.position);
    }

    /// Takes in all of another story.
    pub(super) fn merge(&mut self, other: Story) {
        if self.items == 0 {
            (self.first, self.last) = (other.first, other.last);
        } else if other.items > 0 {
            (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        }
        self.entries.extend(other.entries);
        self.entries.sort_by_key(|entry| entry.position);
        self.items += other.items;
        self.publishers = self.publishers.max(other.publishers);
        self.disputed |= other.disputed;
        self.killed |= other.killed;
        for theirs in other.carried {
            match self.carried.iter_mut().find(|ours| ours.channel == theirs.channel) {
                Some(ours) => {
                    ours.first = ours.first.min(theirs.first);
                    ours.last = ours.last.max(theirs.last);
                    ours.deliveries += theirs.deliveries;
                }
                None => self.carried.push(theirs),
            }
        }
    }

    /// Lets go of records up to `position`; true when nothing is left.
    pub(super) fn forget(&mut self, position: Position) -> bool {
        self.entries.retain(|entry| entry.position > position);
        self.entries.is_empty()
    }
}
