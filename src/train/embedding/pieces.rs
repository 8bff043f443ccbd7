//! Making of a vocabulary: letters, then again and again the two neighbours that meet most often
//! are joined (Sennrich et al. 2016), written as WordPiece writes them.
//!
//! Ours, since the trainer of `tokenizers` breaks ties by the order of a hash map: the same corpus
//! gave it another vocabulary each time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Pairs that meet less often are not joined.
const RAREST: u64 = 2;

/// Two pieces next to each other, by number.
type Pair = (u32, u32);

/// A vocabulary of at most `size` pieces, unless there are more letters, from words and how often
/// each occurs. `[UNK]` comes first, then the letters, then what was joined, in order.
pub(super) fn learn(words: BTreeMap<String, u64>, size: usize) -> Vec<String> {
    let mut joining = Joining::new(words);
    while joining.pieces.len() < size && joining.join_most_frequent() {}
    joining.pieces
}

struct Joining {
    pieces: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Each word as the pieces it is made of by now, and its count.
    words: Vec<(Vec<u32>, u64)>,
    counts: HashMap<Pair, u64>,
    /// Words that had the pair at some time.
    places: HashMap<Pair, Vec<usize>>,
    /// Pairs by count. An entry may be out of date; [`Joining::counts`] is not.
    queue: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Joining {
    fn new(words: BTreeMap<String, u64>) -> Joining {
        let mut joining = Joining {
            pieces: Vec::new(),
            numbers: HashMap::new(),
            words: Vec::new(),
            counts: HashMap::new(),
            places: HashMap::new(),
            queue: BinaryHeap::new(),
        };
        joining.number("[UNK]".to_owned());
        for (word, count) in words {
            let letters = word.char_indices().map(|(at, letter)| {
                if at == 0 { letter.to_string() } else { format!("##{letter}") }
            });
            let spelt = letters.map(|letter| joining.number(letter)).collect();
            joining.words.push((spelt, count));
        }
        for word in 0..joining.words.len() {
            joining.count(word);
        }
        joining.queue =
            joining.counts.iter().map(|(pair, count)| (*count, Reverse(*pair))).collect();
        joining
    }

    fn number(&mut self, piece: String) -> u32 {
        let next = self.pieces.len() as u32;
        *self.numbers.entry(piece).or_insert_with_key(|piece| {
            self.pieces.push(piece.clone());
            next
        })
    }

    /// Adds the pairs of a word.
    fn count(&mut self, word: usize) {
        let (spelt, count) = &self.words[word];
        for pair in spelt.array_windows() {
            let [a, b] = *pair;
            *self.counts.entry((a, b)).or_default() += count;
            let places = self.places.entry((a, b)).or_default();
            if places.last() != Some(&word) {
                places.push(word);
            }
        }
    }

    /// Joins the pair that meets most often, the first by number among equals; false if none does.
    fn join_most_frequent(&mut self) -> bool {
        while let Some((count, Reverse(pair))) = self.queue.pop() {
            let now = self.counts.get(&pair).copied().unwrap_or_default();
            if now < count {
                self.queue.push((now, Reverse(pair)));
            } else if count >= RAREST {
                self.join(pair);
                return true;
            }
            if count < RAREST {
                return false;
            }
        }
        false
    }

    fn join(&mut self, pair: Pair) {
        let second = self.pieces[pair.1 as usize].trim_start_matches("##");
        let joined = format!("{}{second}", self.pieces[pair.0 as usize]);
        let joined = self.number(joined);
        let mut places = self.places.remove(&pair).unwrap_or_default();
        places.sort_unstable();
        places.dedup();
        for word in places {
            let (spelt, count) = &mut self.words[word];
            if !spelt.array_windows().any(|[a, b]| (*a, *b) == pair) {
                continue;
            }
            for [a, b] in spelt.array_windows() {
                if let Some(known) = self.counts.get_mut(&(*a, *b)) {
                    *known -= *count;
                }
            }
            let mut kept = Vec::with_capacity(spelt.len());
            for piece in spelt.iter().copied() {
                match kept.last_mut() {
                    Some(last) if (*last, piece) == pair => *last = joined,
                    _ => kept.push(piece),
                }
            }
            *spelt = kept;
            self.count(word);
            for [a, b] in self.words[word].0.array_windows() {
                if (*a == joined || *b == joined)
                    && let Some(count) = self.counts.get(&(*a, *b))
                {
                    self.queue.push((*count, Reverse((*a, *b))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::learn;

    fn learnt(words: &[(&str, u64)], size: usize) -> String {
        learn(words.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect(), size)
            .join(" ")
    }

    #[test]
    fn what_meets_most_often_is_joined_first() {
        let words = [("port", 9), ("ports", 3), ("sort", 1)];
        assert_eq!(learnt(&words, 100), "[UNK] p ##o ##r ##t ##s s ##or ##ort port ports");
        assert_eq!(learnt(&words, 9), "[UNK] p ##o ##r ##t ##s s ##or ##ort");
    }

    #[test]
    fn what_meets_once_is_not_joined() {
        assert_eq!(learnt(&[("ox", 1)], 100), "[UNK] o ##x");
    }

    #[test]
    fn a_letter_three_times_in_a_row_is_joined_once() {
        assert_eq!(learnt(&[("aaaa", 5)], 5), "[UNK] a ##a ##aa aaa");
    }
}
