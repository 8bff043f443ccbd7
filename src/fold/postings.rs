//! Where each term occurs in the window.
//!
//! Terms of the window have numbers, so that how common one is costs a look into a table rather
//! than a search. A number is free again when the last item with its term has left.

use std::collections::VecDeque;

use super::profile::{Term, UNNUMBERED};
use super::register::Register;

/// The postings of all terms of the window.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// How many items have a term, by its number.
    counts: Vec<u32>,
    /// The rest about a term, by its id.
    terms: Register<u32, Posting>,
}

#[derive(Debug, Default)]
struct Posting {
    /// Places in the window, oldest first. Most terms occur once: then there is no queue.
    first: u32,
    later: VecDeque<u32>,
}

impl Postings {
    /// How many items have a term, by its number.
    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Terms with postings.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// The number of a term, [`UNNUMBERED`] when no item of the window has it.
    pub(super) fn number(&self, id: u32) -> u32 {
        self.terms.number(id).unwrap_or(UNNUMBERED)
    }

    /// The places of a term in runs of rising places, the newest run first.
    pub(super) fn runs(&self, number: u32) -> [&[u32]; 3] {
        let Some(posting) = self.terms.get(number) else { return [&[]; 3] };
        let (older, newer) = posting.later.as_slices();
        [newer, older, std::slice::from_ref(&posting.first)]
    }

    /// Enters a place, newer than all others, under a term; the number of the term.
    pub(super) fn push(&mut self, id: u32, place: u32) -> u32 {
        let Some(number) = self.terms.number(id) else { return self.add(id, place) };
        if let Some(Posting { later, .. }) = self.terms.get_mut(number) {
            self.counts[number as usize] += 1;
            if later.len() == later.capacity() {
                // By a quarter: twice the room would mostly be left over.
                later.reserve_exact((later.len() / 4).max(2));
            }
            later.push_back(place);
        }
        number
    }

    fn add(&mut self, id: u32, first: u32) -> u32 {
        let number = self.terms.insert(id, Posting { first, later: VecDeque::new() });
        match self.counts.get_mut(number as usize) {
            Some(count) => *count = 1,
            None => self.counts.push(1),
        }
        number
    }

    /// Takes out the oldest place of a term.
    pub(super) fn pop(&mut self, term: Term) {
        let Some(posting) = self.terms.get_mut(term.number) else { return };
        self.counts[term.number as usize] -= 1;
        let Some(next) = posting.later.pop_front() else {
            self.terms.remove(term.id);
            return;
        };
        posting.first = next;
        let (len, room) = (posting.later.len(), posting.later.capacity());
        if room > 2 * len + 8 {
            posting.later.shrink_to(len + len / 4);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::tests::profile;

    fn newest(postings: &Postings, number: u32) -> Vec<u32> {
        postings.runs(number).iter().flat_map(|run| run.iter().rev().copied()).collect()
    }

    #[test]
    fn places_are_kept_until_they_are_taken_out_and_numbers_are_used_again() {
        let mut postings = Postings::default();
        let mut term = profile("harbour").terms[0];
        assert_eq!(postings.number(term.id), UNNUMBERED);
        for place in 5..25 {
            term.number = postings.push(term.id, place);
        }
        let other = postings.push(term.id + 1, 7);
        assert_eq!(postings.number(term.id), { term.number });
        assert_eq!(postings.counts()[term.number as usize], 20);
        for left in 6..26 {
            postings.pop(term);
            let places = newest(&postings, term.number);
            let expected: Vec<u32> = (left..25).rev().collect();
            if left < 25 {
                assert_eq!(places, expected);
            }
        }
        assert_eq!((postings.len(), postings.number(term.id)), (1, UNNUMBERED));
        assert_eq!(postings.push(term.id + 2, 30), { term.number });
        assert_eq!(newest(&postings, other), [7]);
    }
}
