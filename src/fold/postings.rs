//! Where each term occurs in the window.
//!
//! Terms of the window have numbers, so that how common one is costs a look into a table rather
//! than a search. A number is free again when the last item with its term has left.

use std::collections::VecDeque;

use hashbrown::HashTable;

use super::profile::{Term, UNNUMBERED};

/// The postings of all terms of the window.
#[derive(Debug, Default)]
pub(super) struct Postings {
    numbers: HashTable<u32>,
    /// How many items have a term, by its number.
    counts: Vec<u32>,
    /// The rest about a term, by its number.
    terms: Vec<Posting>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Posting {
    id: u32,
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
        self.numbers.len()
    }

    /// The number of a term, [`UNNUMBERED`] when no item of the window has it.
    pub(super) fn number(&self, id: u32) -> u32 {
        let same = |number: &u32| self.terms[*number as usize].id == id;
        self.numbers.find(hash(id), same).copied().unwrap_or(UNNUMBERED)
    }

    /// The places of a term, newest first.
    pub(super) fn newest(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        let posting = self.terms.get(number as usize);
        posting.into_iter().flat_map(|it| it.later.iter().rev().chain([&it.first]).copied())
    }

    /// Enters a place, newer than all others, under a term; the number of the term.
    pub(super) fn push(&mut self, id: u32, place: u32) -> u32 {
        match self.number(id) {
            UNNUMBERED => self.add(id, place),
            number => {
                self.counts[number as usize] += 1;
                let later = &mut self.terms[number as usize].later;
                if later.capacity() == 0 {
                    later.reserve_exact(2);
                }
                later.push_back(place);
                number
            }
        }
    }

    fn add(&mut self, id: u32, first: u32) -> u32 {
        let posting = Posting { id, first, later: VecDeque::new() };
        let number = match self.free.pop() {
            Some(number) => {
                self.terms[number as usize] = posting;
                self.counts[number as usize] = 1;
                number
            }
            None => {
                self.terms.push(posting);
                self.counts.push(1);
                self.terms.len() as u32 - 1
            }
        };
        let rehash = |number: &u32| hash(self.terms[*number as usize].id);
        self.numbers.insert_unique(hash(id), number, rehash);
        number
    }

    /// Takes out the oldest place of a term.
    pub(super) fn pop(&mut self, term: Term) {
        let number = term.number as usize;
        let (Some(count), Some(posting)) =
            (self.counts.get_mut(number), self.terms.get_mut(number))
        else {
            return;
        };
        *count -= 1;
        if let Some(next) = posting.later.pop_front() {
            posting.first = next;
            let (len, room) = (posting.later.len(), posting.later.capacity());
            if room > 4 * len + 8 {
                posting.later.shrink_to(2 * len);
            }
            return;
        }
        let same = |number: &u32| *number == term.number;
        if let Ok(entry) = self.numbers.find_entry(hash(term.id), same) {
            entry.remove();
        }
        self.free.push(term.number);
    }
}

/// Ids are bits of a good hash already; the table wants them in the upper half too.
fn hash(id: u32) -> u64 {
    u64::from(id).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::tests::profile;

    #[test]
    fn places_are_kept_until_they_are_taken_out_and_numbers_are_used_again() {
        let mut postings = Postings::default();
        let mut term = profile("harbour").terms[0];
        assert_eq!(postings.number(term.id), UNNUMBERED);
        for place in 5..25 {
            term.number = postings.push(term.id, place);
        }
        let other = postings.push(term.id + 1, 7);
        assert_eq!(postings.number(term.id), term.number);
        assert_eq!(postings.counts()[term.number as usize], 20);
        for left in 6..26 {
            postings.pop(term);
            let places: Vec<u32> = postings.newest(term.number).take(100).collect();
            let expected: Vec<u32> = (left..25).rev().collect();
            if left < 25 {
                assert_eq!(places, expected);
            }
        }
        assert_eq!((postings.len(), postings.number(term.id)), (1, UNNUMBERED));
        assert_eq!(postings.push(term.id + 2, 30), term.number);
        assert_eq!(postings.newest(other).collect::<Vec<_>>(), [7]);
    }
}
