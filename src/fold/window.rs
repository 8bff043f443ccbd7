//! The items that can still be matched, and where each term occurs among them.

use std::cmp::Ordering;

use super::postings::Postings;
use super::profile::{Profile, Standing};
use super::ring::Ring;
use super::similarity::Frequencies;
use crate::item::Seq;
use crate::prepare::Word;
use crate::story::StoryId;

/// An item of the window. Laid out so that a search, which reads dozens of them wherever they lie,
/// waits for as few cache lines of each as it can: a profile starts with what a search wants.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Live {
    pub(super) profile: Profile,
    pub(super) seq: Seq,
    /// When it was taken in, in seconds.
    pub(super) received: i64,
    /// The story that it came to, which may have been merged into another one since.
    pub(super) story: StoryId,
}

// Four cache lines: a byte more would cost one.
const _: () = assert!(size_of::<Live>() <= 256);

/// Items in the order they were received. An item's place is a number that only grows; postings
/// hold the low 32 bits of it, which is enough for any window.
#[derive(Debug, Default)]
pub(super) struct Window {
    items: Ring<Live>,
    /// Place of the first item.
    first: u32,
    postings: Postings,
}

impl Window {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn get(&self, place: u32) -> Option<&Live> {
        self.items.get(place.wrapping_sub(self.first) as usize)
    }

    /// The item of a number.
    pub(super) fn sent(&self, seq: Seq) -> Option<&Live> {
        self.items.get(self.at(seq)?)
    }

    /// Where an item stands: they are in the order of their numbers.
    fn at(&self, seq: Seq) -> Option<usize> {
        let (mut from, mut to) = (0, self.items.len());
        while from < to {
            let middle = from + (to - from) / 2;
            match self.items.get(middle)?.seq.cmp(&seq) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// The item that came last.
    pub(super) fn newest(&self) -> Option<&Live> {
        self.items.get(self.items.len().checked_sub(1)?)
    }

    /// Gives the terms of an item that is about to be decided on their numbers in this window.
    pub(super) fn number(&self, profile: &mut Profile) {
        for term in &mut profile.terms {
            term.number = self.postings.number(term.id);
        }
    }

    /// Places of the items that have a term, by its number, as [`Postings::runs`].
    pub(super) fn having(&self, number: u32) -> [&[u32]; 3] {
        self.postings.runs(number)
    }

    /// How common terms are.
    pub(super) fn frequencies(&self) -> Frequencies<'_> {
        Frequencies { live: self.items.len(), having: self.postings.counts() }
    }

    /// All items, oldest first.
    pub(super) fn items(&self) -> impl Iterator<Item = &Live> {
        self.items.iter()
    }

    /// Puts an item into another story; false when it is not in the window.
    pub(super) fn move_item(&mut self, seq: Seq, to: StoryId) -> bool {
        let found = self.at(seq).and_then(|at| self.items.get_mut(at));
        found.map(|live| live.story = to).is_some()
    }

    /// Lets the items that a kill `means` be withdrawn.
    pub(super) fn withdraw(&mut self, means: impl Fn(&Live) -> bool) {
        let stands = |live: &&mut Live| live.profile.standing == Standing::Stands && means(live);
        let withdrawn = self.items.iter_mut().filter(stands);
        withdrawn.for_each(|live| live.profile.standing = Standing::Withdrawn);
    }

    pub(super) fn push(&mut self, mut live: Live) {
        let place = self.first.wrapping_add(self.items.len() as u32);
        for at in 0..live.profile.terms.len() {
            let term = live.profile.terms[at];
            live.profile.terms[at].number = if term.is(Word::AGAIN) {
                self.postings.number(term.id)
            } else {
                self.postings.push(term.id, place)
            };
        }
        self.items.push(live);
    }

    /// Takes out the oldest item if it was received before `edge` or there are more than `most`.
    pub(super) fn pop(&mut self, edge: i64, most: usize) -> Option<Live> {
        let oldest = self.items.get(0)?;
        if oldest.received >= edge && self.items.len() <= most {
            return None;
        }
        let live = self.items.pop()?;
        self.first = self.first.wrapping_add(1);
        for term in live.profile.distinct() {
            // The oldest item is the first of each posting that it is in.
            self.postings.pop(term);
        }
        Some(live)
    }

    /// How many terms have postings: for tests of expiry.
    #[cfg(test)]
    pub(super) fn terms(&self) -> usize {
        self.postings.len()
    }
}
