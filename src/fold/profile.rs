//! What fold keeps of an item to compare it with others.

use crate::fold::background::Background;
use crate::fold::embedding::{Embedding, Vector};
use crate::fold::weight;
use crate::item::{Language, Marker, TimeQuality};
use crate::prepare::{Prepared, Word};
use crate::publisher::Publishers;

/// The compact form of an item. Everything in it follows from the item and the models alone,
/// except `nearness`, which the window gives.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) terms: Box<[Term]>,
    pub(super) sketch: [u64; 4],
    pub(super) vector: Option<Box<Vector>>,
    /// Event time in seconds.
    pub(super) event: i64,
    /// Whether the event time is the item's own.
    pub(super) timed: bool,
    /// Publisher family; 0 for none.
    pub(super) family: u32,
    /// Rank of the publisher; `u32::MAX` for none.
    pub(super) rank: u32,
    pub(super) language: Option<Language>,
    /// `UPDATE n` or the n-th lead; 0 for neither.
    pub(super) update: u16,
    pub(super) negates: bool,
    pub(super) untrue: bool,
    pub(super) asks: bool,
    /// Mean cosine to the nearest items of the window when it came; NaN when unknown.
    pub(super) nearness: f32,
}

/// A word with its weight in general.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) id: u32,
    pub(super) flags: u8,
    /// Weight in general, in sixteenths.
    weight: u8,
}

impl Term {
    pub(super) fn is(self, flag: u8) -> bool {
        self.flags & flag == flag
    }

    pub(super) fn weight(self) -> f32 {
        f32::from(self.weight) / 16.0
    }
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
            flags: word.flags,
            weight: (weight::general(background.share(word.id)) * 16.0) as u8,
        };
        let knows = |embedding: &&Embedding| {
            prepared.language.is_none_or(|language| embedding.knows(language))
        };
        let vector = embedding.filter(knows).and_then(|it| it.embed(prepared.headline.as_str()));
        let update = prepared.markers.iter().map(|marker| match marker {
            Marker::Update(n) | Marker::Lead(n) | Marker::Wrapup(n) => *n,
            _ => 0,
        });
        Profile {
            terms: text.words.iter().map(term).collect(),
            sketch: text.sketch,
            vector: vector.map(Box::new),
            event: prepared.event.as_second(),
            timed: prepared.item.time_quality != TimeQuality::Missing
                || prepared.item.versioncreated.is_some(),
            family: publisher.as_ref().map_or(0, |publisher| publisher.family_id()),
            rank: publisher.and_then(|publisher| publisher.rank).unwrap_or(u32::MAX),
            language: prepared.language,
            update: update.max().unwrap_or(0),
            negates: text.negates,
            untrue: text.untrue,
            asks: text.asks,
            nearness: f32::NAN,
        }
    }

    /// The distinct terms.
    pub(super) fn distinct(&self) -> impl Iterator<Item = Term> + '_ {
        self.terms.iter().copied().filter(|term| !term.is(Word::AGAIN))
    }

    /// Whether the two can tell one story at all: stories do not cross languages.
    pub(super) fn comparable(&self, other: &Profile) -> bool {
        match (self.language, other.language) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }

    /// Whether the two have the same words in the same order.
    pub(super) fn same_words(&self, other: &Profile) -> bool {
        let ids = |profile: &Profile| profile.terms.iter().map(|term| term.id).collect::<Vec<_>>();
        self.terms.len() == other.terms.len() && ids(self) == ids(other)
    }
}
