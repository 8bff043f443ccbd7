//! A seeded wire: headlines of invented words with the shape of real ones.
//!
//! Words follow a Zipf law (exponent 1) over 50,000 invented ones. A story has eight words of its
//! own; a report of it takes six or seven of them in its own order and adds two of the day. One
//! report in five is a verbatim copy of an earlier one. Story sizes are geometric with mean 3.

use jiff::{SignedDuration, Timestamp};
use wirefold::item::{Arrival, Item, Seq, TimeQuality};

const VOCABULARY: usize = 50_000;
const STORY_WORDS: usize = 8;
/// Reports of one story come within this many stories of each other.
const INTERLEAVED: usize = 64;

/// An endless wire.
pub(crate) struct Wire {
    chance: u64,
    cumulated: Vec<f64>,
    open: Vec<Vec<String>>,
    last: Vec<String>,
    next: u64,
    start: Timestamp,
    /// Time between two items.
    spacing: SignedDuration,
}

impl Wire {
    pub(crate) fn new(seed: u64, spacing: SignedDuration) -> Wire {
        let mut total = 0.0;
        let cumulated = (1..=VOCABULARY)
            .map(|rank| {
                total += 1.0 / rank as f64;
                total
            })
            .collect();
        Wire {
            chance: seed,
            cumulated,
            open: Vec::new(),
            last: Vec::new(),
            next: 0,
            start: Timestamp::from_second(1_700_000_000).expect("a fixed time"),
            spacing,
        }
    }

    /// SplitMix64.
    fn chance(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.chance() % limit as u64) as usize
    }

    fn word(&mut self) -> String {
        let total = self.cumulated[VOCABULARY - 1];
        let at = self.chance() as f64 / u64::MAX as f64 * total;
        let rank = self.cumulated.partition_point(|sum| *sum < at);
        spell(rank)
    }

    fn headline(&mut self) -> String {
        if !self.last.is_empty() && self.below(5) == 0 {
            let copy = self.below(self.last.len());
            return self.last[copy].clone();
        }
        if self.open.len() < INTERLEAVED || self.below(3) == 0 {
            let story = (0..STORY_WORDS).map(|_| self.word()).collect();
            if self.open.len() < INTERLEAVED {
                self.open.push(story);
            } else {
                let slot = self.below(INTERLEAVED);
                self.open[slot] = story;
            }
        }
        let slot = self.below(self.open.len());
        let mut words = self.open[slot].clone();
        for _ in 0..=self.below(2) {
            let gone = self.below(words.len());
            words.swap_remove(gone);
        }
        words.push(self.word());
        words.push(self.word());
        let headline = words.join(" ");
        if self.last.len() < INTERLEAVED {
            self.last.push(headline.clone());
        } else {
            let slot = self.below(INTERLEAVED);
            self.last[slot].clone_from(&headline);
        }
        headline
    }
}

/// The invented word of a rank: short for frequent ones, capitalised one time in four as names are.
fn spell(rank: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "mu",
        "ka", "re", "li", "to", "hu",
    ];
    let mut rest = rank + 20;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 20]);
        rest /= 20;
    }
    if rank.is_multiple_of(4) {
        word[..1].make_ascii_uppercase();
    }
    word
}

impl Iterator for Wire {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let seq = Seq(self.next);
        self.next += 1;
        let received = self.start + self.spacing * seq.0 as i32;
        let item = Item {
            headline: self.headline(),
            source: "generator".to_owned(),
            publisher: Some(format!("Publisher {}", self.below(200))),
            versioncreated: Some(received),
            time_quality: TimeQuality::Zoned,
            language: Some(wirefold::item::Language::ENGLISH),
            ..Item::default()
        };
        Some(Arrival { seq, received, source: "generator".to_owned(), record: Ok(item) })
    }
}
