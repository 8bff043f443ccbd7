//! One story on the board.

use std::sync::Arc;

use jiff::Timestamp;
use smallvec::{SmallVec, smallvec};

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
    /// A report of it was withdrawn.
    pub(in crate::serve) withdrawn: bool,
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
    /// Its deliveries that are held, in their order; never none.
    positions: SmallVec<[Position; 1]>,
}

impl Carried {
    /// The first delivery that is known.
    pub(in crate::serve) fn first(&self) -> Position {
        self.positions.first().copied().unwrap_or_default()
    }

    /// The last delivery.
    pub(in crate::serve) fn last(&self) -> Position {
        self.positions.last().copied().unwrap_or_default()
    }

    pub(in crate::serve) fn deliveries(&self) -> u32 {
        u32::try_from(self.positions.len()).unwrap_or(u32::MAX)
    }

    /// Lets go of a delivery whose item is no longer in the story. Of the last one the place
    /// stays: the channel has carried the story, whatever is left of that.
    fn take_back(&mut self, position: Position) {
        let place = self.positions.iter().position(|known| *known == position);
        if let Some(place) = place.filter(|_| self.positions.len() > 1) {
            self.positions.remove(place);
        }
    }
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
                let before = carried.last();
                carried.positions.push(position);
                Some(before)
            }
            None => {
                let positions = smallvec![position];
                self.carried.push(Carried { channel: Arc::from(channel), positions });
                None
            }
        }
    }

    /// Takes out the records of an item that counted as so many, and its deliveries with them.
    pub(super) fn split(&mut self, item: Seq, counted: u32) -> SmallVec<[Entry; 1]> {
        self.items = self.items.saturating_sub(counted);
        let entries = std::mem::take(&mut self.entries);
        let (moved, left) = entries.into_iter().partition(|entry| entry.item == item);
        self.entries = left;
        let moved: SmallVec<[Entry; 1]> = moved;
        for carried in &mut self.carried {
            moved.iter().for_each(|entry| carried.take_back(entry.position));
        }
        moved
    }

    /// Takes in the records and deliveries of another story. The record that says so has the state.
    pub(super) fn merge(&mut self, other: Story) {
        self.withdrawn |= other.withdrawn;
        self.entries.extend(other.entries);
        self.entries.sort_by_key(|entry| entry.position);
        for theirs in other.carried {
            match self.carried.iter_mut().find(|ours| ours.channel == theirs.channel) {
                Some(ours) => {
                    ours.positions.extend(theirs.positions);
                    ours.positions.sort_unstable();
                }
                None => self.carried.push(theirs),
            }
        }
    }

    /// Lets go of records up to `position`, and of their deliveries.
    pub(super) fn forget(&mut self, position: Position) {
        self.entries.retain(|entry| entry.position > position);
        for carried in &mut self.carried {
            carried.positions.retain(|known| *known > position);
        }
        self.carried.retain(|carried| !carried.positions.is_empty());
    }
}
