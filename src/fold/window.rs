//! The items that can still be matched, and where each term occurs among them.

use std::collections::VecDeque;

use foldhash::HashMap;

use super::profile::{Profile, Term};
use super::similarity::Counts;
use crate::item::Seq;
use crate::story::StoryId;

/// An item of the window.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) seq: Seq,
    /// When it was taken in, in seconds.
    pub(super) received: i64,
    pub(super) story: StoryId,
    pub(super) profile: Profile,
}

/// Items in the order they were received. An item's place is a number that only grows; postings
/// hold the low 32 bits of it, which is enough for any window.
#[derive(Debug, Default)]
pub(super) struct Window {
    items: VecDeque<Live>,
    /// Place of the first item.
    first: u32,
    postings: HashMap<u32, VecDeque<u32>>,
}

impl Window {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn get(&self, place: u32) -> Option<&Live> {
        self.items.get(place.wrapping_sub(self.first) as usize)
    }

    /// Places of the items that have a term, oldest first.
    pub(super) fn having(&self, term: u32) -> Option<&VecDeque<u32>> {
        self.postings.get(&term)
    }

    /// How common terms are.
    pub(super) fn frequencies(&self) -> Counts<impl Fn(u32) -> usize> {
        let having = |term: u32| self.postings.get(&term).map_or(0, VecDeque::len);
        Counts { live: self.items.len(), having }
    }

    pub(super) fn push(&mut self, live: Live) {
        let place = self.first.wrapping_add(self.items.len() as u32);
        for term in live.profile.distinct() {
            self.postings
                .entry(term.id)
                .or_insert_with(|| VecDeque::with_capacity(1))
                .push_back(place);
        }
        self.items.push_back(live);
    }

    /// Takes out the oldest item if it was received before `edge` or there are more than `most`.
    pub(super) fn pop(&mut self, edge: i64, most: usize) -> Option<Live> {
        let oldest = self.items.front()?;
        if oldest.received >= edge && self.items.len() <= most {
            return None;
        }
        let live = self.items.pop_front()?;
        self.first = self.first.wrapping_add(1);
        let terms: Vec<Term> = live.profile.distinct().collect();
        for term in terms {
            let Some(posting) = self.postings.get_mut(&term.id) else { continue };
            // The oldest item is the first of each posting that it is in.
            posting.pop_front();
            if posting.is_empty() {
                self.postings.remove(&term.id);
            } else if posting.capacity() > 4 * posting.len() + 8 {
                posting.shrink_to(2 * posting.len());
            }
        }
        Some(live)
    }

    /// How many terms have postings: for tests of expiry.
    #[cfg(test)]
    pub(super) fn terms(&self) -> usize {
        self.postings.len()
    }
}
