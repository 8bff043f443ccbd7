//! What was found out about a word, kept for when it comes again: the words of headlines are few,
//! and most of them are common.
//!
//! A table of fixed size in which a newer word takes the place of an older one. It holds nothing
//! that could not be found out anew, so that what it holds changes no answer.

/// Places of a table; a power of 2.
const PLACES: usize = 16_384;

/// Longer words are rare, and looked at anew each time.
const LONGEST: usize = 15;

/// Answers by word.
#[derive(Debug)]
pub(crate) struct Memo<V> {
    places: Vec<Option<(Key, V)>>,
    /// The last answer about a word that is too long.
    long: Option<V>,
}

/// A word, and what else an answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    /// Its bytes, zeros, and its length.
    word: [u8; LONGEST + 1],
    about: u32,
}

impl<V> Default for Memo<V> {
    fn default() -> Memo<V> {
        Memo { places: Vec::new(), long: None }
    }
}

impl<V> Memo<V> {
    /// The answer about a word. `about` is all else it depends on; `find` finds it, the same each
    /// time.
    pub(crate) fn get(&mut self, word: &str, about: u32, find: impl FnOnce() -> V) -> &V {
        let Some(key) = Key::of(word, about) else { return self.long.insert(find()) };
        if self.places.is_empty() {
            self.places.resize_with(PLACES, || None);
        }
        let place = &mut self.places[key.place()];
        if place.as_ref().is_some_and(|(known, _)| *known != key) {
            *place = None;
        }
        &place.get_or_insert_with(|| (key, find())).1
    }
}

impl Key {
    fn of(word: &str, about: u32) -> Option<Key> {
        let mut key = Key { word: [0; LONGEST + 1], about };
        key.word[..LONGEST].get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        key.word[LONGEST] = word.len() as u8;
        Some(key)
    }

    fn place(&self) -> usize {
        let word = u128::from_le_bytes(self.word);
        let mixed = (word as u64)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add((word >> 64) as u64 ^ u64::from(self.about))
            .wrapping_mul(0xD6E8_FEB8_6659_FD93);
        (mixed >> (u64::BITS - PLACES.trailing_zeros())) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_the_word_asked_about() {
        let mut memo = Memo::default();
        // More words than places, some too long, each with two things it can depend on.
        for round in 0..2 {
            for n in 0..3 * PLACES as u32 {
                let word = format!("{}{n}", "a".repeat(n as usize % 20));
                for about in 0..2 {
                    let answer = format!("{word} {about}");
                    assert_eq!(*memo.get(&word, about, || answer.clone()), answer, "{round}");
                }
            }
        }
        assert_eq!(memo.places.len(), PLACES);
    }

    #[test]
    fn what_was_found_is_not_looked_for_again() {
        let mut memo = Memo::default();
        assert_eq!(*memo.get("harbour", 0, || 1), 1);
        assert_eq!(*memo.get("harbour", 0, || 2), 1);
        assert_eq!(*memo.get("harbour", 1, || 3), 3, "it depends on more than the word");
    }
}
