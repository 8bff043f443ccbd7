//! Which words two headlines have in common: found once, then every feature that asks is a few
//! operations on bits. A headline has at most 32 words, so that a set of them is a `u32`.

use std::ops::Range;

use super::profile::{Profile, Term};
use crate::prepare::{Text, Word};

const MOST: usize = Text::MOST_WORDS;
const _: () = assert!(MOST <= u32::BITS as usize, "a set of words is a u32");

/// Words of a headline by place, as bits.
pub(super) type Places = u32;

/// The places of a range.
pub(super) fn places(range: Range<usize>) -> Places {
    ((1_u64 << range.end) - (1_u64 << range.start)) as Places
}

/// The words that two headlines share.
pub(super) struct Overlap {
    /// For each word of the left headline, where the right one has it.
    there: [Places; MOST],
    left_words: usize,
    /// Words of the left headline that the right one has.
    pub(super) left: Places,
    /// Words of the right headline that the left one has.
    pub(super) right: Places,
}

impl Overlap {
    pub(super) fn of(left: &Profile, right: &Profile) -> Overlap {
        let seats = Seats::of(&left.terms);
        let mut there = [0; MOST];
        let mut found = 0;
        for (at, term) in right.terms.iter().enumerate() {
            if let Some(first) = seats.find(&left.terms, term.id) {
                there[first] |= 1 << at;
                found |= 1 << at;
            }
        }
        let mut have = 0;
        for (at, term) in left.terms.iter().enumerate() {
            if term.is(Word::AGAIN)
                && let Some(first) = seats.find(&left.terms, term.id)
            {
                there[at] = there[first];
            }
            have |= Places::from(there[at] != 0) << at;
        }
        Overlap { there, left_words: left.terms.len(), left: have, right: found }
    }

    /// Where the right headline has each word of the left one.
    fn rows(&self) -> &[Places] {
        &self.there[..self.left_words]
    }

    /// Words of the left headline that are among `of` where the right one first has them.
    pub(super) fn among_firsts(&self, of: Places) -> Places {
        let first = |places: &Places| places & places.wrapping_neg() & of != 0;
        self.rows().iter().enumerate().map(|(at, row)| Places::from(first(row)) << at).sum()
    }

    /// Which of `lefts` are also among `rights`, and which of `rights` among `lefts`.
    pub(super) fn between(&self, lefts: Places, rights: Places) -> (Places, Places) {
        let (mut left, mut right) = (0, 0);
        for (at, row) in self.rows().iter().enumerate().filter(|(at, _)| lefts >> at & 1 != 0) {
            left |= Places::from(row & rights != 0) << at;
            right |= row & rights;
        }
        (left, right)
    }

    /// Length of the longest common subsequence: the bits of one row of the usual table at a time
    /// (Hyyrö 2004).
    pub(super) fn common_order(&self) -> u32 {
        let open = self.rows().iter().fold(Places::MAX, |open, row| {
            let met = open & row;
            open.wrapping_add(met) | (open - met)
        });
        // Only places that the right headline has are ever closed.
        open.count_zeros()
    }

    /// How many pairs of neighbouring words are shared, counted on the side that has fewer.
    pub(super) fn neighbours(&self) -> u32 {
        let (mut lefts, mut rights) = (0, 0);
        for pair in self.rows().windows(2) {
            let both = pair[0] << 1 & pair[1];
            lefts += u32::from(both != 0);
            rights |= both;
        }
        rights.count_ones().min(lefts)
    }

    /// Pairs of one of `lefts` and one of `rights` that differ and are followed by the same word.
    pub(super) fn differ_before_same(&self, lefts: Places, rights: Places) -> u32 {
        let pairs = self.rows().windows(2).enumerate().filter(|(at, _)| lefts >> at & 1 != 0);
        pairs.map(|(_, pair)| (pair[1] >> 1 & rights & !pair[0]).count_ones()).sum()
    }
}

/// Finds the first place of a word in a headline: a table of twice its size.
struct Seats([u8; 2 * MOST]);

impl Seats {
    const FREE: u8 = u8::MAX;

    fn of(terms: &[Term]) -> Seats {
        let mut seats = Seats([Seats::FREE; 2 * MOST]);
        for (at, term) in terms.iter().enumerate() {
            if !term.is(Word::AGAIN) {
                let mut seat = Seats::seat(term.id);
                while seats.0[seat] != Seats::FREE {
                    seat = Seats::next(seat);
                }
                seats.0[seat] = at as u8;
            }
        }
        seats
    }

    fn find(&self, terms: &[Term], id: u32) -> Option<usize> {
        let mut seat = Seats::seat(id);
        loop {
            let at = self.0[seat];
            if at == Seats::FREE {
                return None;
            }
            if terms[usize::from(at)].id == id {
                return Some(usize::from(at));
            }
            seat = Seats::next(seat);
        }
    }

    fn seat(id: u32) -> usize {
        id as usize % (2 * MOST)
    }

    fn next(seat: usize) -> usize {
        (seat + 1) % (2 * MOST)
    }
}

#[cfg(test)]
mod tests;
