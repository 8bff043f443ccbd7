//! What fold keeps of an item to compare it with others.

use std::num::NonZeroU32;

use xxhash_rust::xxh3::xxh3_64;

use crate::fold::background::Background;
use crate::fold::embedding::{Embedding, Vector};
use crate::fold::weight;
use crate::item::{Item, Language, Marker, TimeQuality};
use crate::prepare::{Polarity, Prepared, Stages, Turns, Word};
use crate::publisher::Publishers;
use crate::story::Teller;

/// Bytes of a cache line.
const LINE: usize = 64;

/// The compact form of an item. Everything in it follows from the item and the models alone,
/// except `nearness`, which the window gives, and `standing`, which decisions do.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Profile {
    // What a search reads, first (see `Live`).
    pub(super) vector: Option<Vector>,
    /// None where nothing tells it.
    pub(super) language: Option<Language>,
    /// Publisher family; 0 for none.
    pub(super) family: u32,
    /// Event time in seconds.
    pub(super) event: i64,
    pub(super) terms: Box<[Term]>,
    pub(super) sketch: [u64; 4],
    /// Rank of the publisher; `u32::MAX` for none.
    pub(super) rank: u32,
    /// Mean cosine to the nearest items of the window when it came; NaN when unknown.
    pub(super) nearness: f32,
    /// `UPDATE n` or the n-th lead; 0 for neither.
    pub(super) update: u16,
    pub(super) stages: Stages,
    /// Whether the event time is the item's own.
    pub(super) timed: bool,
    pub(super) negates: bool,
    pub(super) turns: Turns,
    pub(super) polarity: Polarity,
    pub(super) asks: bool,
    /// Whether capitals tell names in it.
    pub(super) cased: bool,
    pub(super) standing: Standing,
    /// The slugline of an item that may correct and kill, as a number.
    pub(super) slugline: Option<NonZeroU32>,
}

/// Whether what an item tells still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It does, or will when its embargo ends.
    Stands,
    /// Its provider has withdrawn it.
    Withdrawn,
    /// It tells nothing: it withdraws.
    Withdraws,
}

/// Low 32 bits of the XXH3-64 of the slugline by which an item's corrections may find it.
fn slugline(item: &Item) -> Option<NonZeroU32> {
    let slugline = item.slugline.as_ref().filter(|_| item.lifecycle)?;
    NonZeroU32::new(xxh3_64(slugline.as_bytes()) as u32)
}

/// A word with its weight in general. Packed: an item has nine of them, and each would have two
/// bytes to spare.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(2))]
pub(super) struct Term {
    pub(super) id: u32,
    /// Its number in the window, [`UNNUMBERED`] where it has none.
    pub(super) number: u32,
    pub(super) flags: u8,
    /// Weight in general, in sixteenths.
    pub(super) weight: u8,
}

/// The number of a term that no item of the window has.
pub(super) const UNNUMBERED: u32 = u32::MAX;

impl Term {
    pub(super) fn is(self, flag: u8) -> bool {
        self.flags & flag == flag
    }

    pub(super) fn weight(self) -> f32 {
        sixteenths(u32::from(self.weight))
    }
}

/// A sum of weights: exact, as it is far below 2^24.
pub(super) fn sixteenths(sum: u32) -> f32 {
    sum as f32 / 16.0
}

impl Profile {
    pub(super) fn new(
        prepared: &Prepared,
        publishers: &Publishers,
        background: &Background,
        embedding: Option<&Embedding>,
    ) -> Profile {
        let publisher = publishers.of(&prepared.item);
        let text = &prepared.text;
        let term = |word: &Word| Term {
            id: word.id,
            number: UNNUMBERED,
            flags: word.flags,
            weight: (weight::general(background.share(word.id)) * 16.0) as u8,
        };
        // Of an unknown language the teacher may know what is written as in English.
        let ascii = || prepared.headline.as_str().is_ascii();
        let knows = |embedding: &&Embedding| match prepared.language {
            Some(language) => embedding.knows(language),
            None => ascii(),
        };
        let vector = embedding.filter(knows).and_then(|it| it.embed(prepared.headline.as_str()));
        let update = prepared.markers.iter().map(|marker| match marker {
            Marker::Update(n) | Marker::Lead(n) | Marker::Wrapup(n) => *n,
            _ => 0,
        });
        Profile {
            terms: text.words.iter().map(term).collect(),
            sketch: text.sketch,
            vector,
            event: prepared.event.as_second(),
            timed: prepared.item.time_quality != TimeQuality::Missing
                || prepared.item.versioncreated.is_some(),
            family: publisher.as_ref().map_or(0, |publisher| publisher.family_id()),
            rank: publisher.and_then(|publisher| publisher.rank).unwrap_or(u32::MAX),
            language: prepared.language.filter(|_| prepared.language_told),
            update: update.max().unwrap_or(0),
            negates: text.negates,
            turns: text.turns,
            stages: text.stages,
            polarity: text.polarity,
            asks: text.asks,
            cased: text.cased,
            nearness: f32::NAN,
            slugline: slugline(&prepared.item),
            standing: Standing::Stands,
        }
    }

    /// Who told the item.
    pub(super) fn teller(&self) -> Teller {
        Teller { family: self.family, rank: (self.rank != u32::MAX).then_some(self.rank) }
    }

    /// The distinct terms.
    pub(super) fn distinct(&self) -> impl Iterator<Item = Term> + '_ {
        self.terms.iter().copied().filter(|term| !term.is(Word::AGAIN))
    }

    /// Reads each cache line of the vector: asks memory for it before it is needed.
    pub(super) fn read(&self) -> i8 {
        let Some(vector) = &self.vector else { return 0 };
        let components = vector.components();
        components.iter().step_by(LINE).chain(components.last()).fold(0, |sum, it| sum ^ it)
    }

    /// Whether the two can tell one story at all: stories do not cross languages. The same letters
    /// do, as one of the two was declared or guessed wrong then.
    pub(super) fn comparable(&self, other: &Profile) -> bool {
        match (self.language, other.language) {
            (Some(a), Some(b)) => a == b || self.sketch == other.sketch,
            _ => true,
        }
    }

    /// Whether the one with fewer words has most of them in common with the other.
    pub(super) fn shares_most(&self, other: &Profile) -> bool {
        let has = |term: &Term| other.terms.iter().any(|it| it.id == { term.id });
        let shared = self.distinct().filter(has).count();
        2 * shared > self.distinct().count().min(other.distinct().count())
    }

    /// Whether the two have the same words in the same order.
    pub(super) fn same_words(&self, other: &Profile) -> bool {
        self.terms.len() == other.terms.len()
            && self.terms.iter().zip(&other.terms).all(|(a, b)| a.id == b.id)
    }
}

#[cfg(test)]
mod tests;
