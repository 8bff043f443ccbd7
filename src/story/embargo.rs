//! Embargoes: until when an item is held, and what ends that early. Fold does not count a held item
//! and route does not deliver it; both ask here.

use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use super::{FoldDecision, Provider, Verdict};
use crate::item::{Item, LONGEST_EMBARGO, Seq};
use crate::prepare::Prepared;

/// An embargo whose end is not known: the last whole second there is.
pub(crate) const OPEN: Timestamp = Timestamp::constant(253_402_207_200, 0);

/// Until when an item is held, [`OPEN`] without a known end; `None` when it is not.
pub(crate) fn until(prepared: &Prepared, verdict: Verdict) -> Option<Timestamp> {
    if verdict == Verdict::Kill || prepared.kills() {
        return None;
    }
    let item = &prepared.item;
    match item.embargoed {
        Some(end) if end.duration_since(prepared.received) > LONGEST_EMBARGO => Some(OPEN),
        Some(end) => (end > prepared.received).then_some(end),
        None => item.has_open_embargo(&prepared.markers).then_some(OPEN),
    }
}

/// A held item as far as later ones may end its embargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) item: Seq,
    /// By what its versions know each other.
    pub(crate) name: Option<u64>,
    uri: Option<String>,
    by: Provider,
}

impl Subject {
    /// What is held of an item that a publisher `family` told.
    pub(crate) fn of(prepared: &Prepared, family: u32) -> Subject {
        let Prepared { seq, item, .. } = prepared;
        let (uri, by) = (item.uri.clone(), Provider::of(item, family));
        Subject { item: *seq, name: name(item), uri, by }
    }

    /// The family that told it; 0 for none.
    pub(crate) fn family(&self) -> u32 {
        self.by.family
    }

    /// Whether another item takes its place, or withdraws it. `same_story`: both are of one story.
    pub(crate) fn gives_way_to(
        &self,
        prepared: &Prepared,
        fold: &FoldDecision,
        same_story: bool,
    ) -> bool {
        let sent = &prepared.item;
        let named = self.name.is_some() && self.name == name(sent);
        let is_target = fold.evidence.of == Some(self.item);
        let of_provider = || same_story && self.by.is(&Provider::of(sent, fold.teller.family));
        match fold.verdict {
            Verdict::Kill => named || is_target || of_provider(),
            Verdict::Correction => {
                let same_uri =
                    self.uri.is_some() && (self.uri == sent.uri || self.uri == sent.amends);
                named || is_target || (same_uri && of_provider())
            }
            Verdict::Revision => named || is_target,
            // A kill that comes again has nothing left to end.
            _ => named && !prepared.kills(),
        }
    }
}

/// By what the versions of an item know each other.
pub(crate) fn name(item: &Item) -> Option<u64> {
    let own = item.uri.as_ref().or(item.link.as_ref())?;
    let mut hasher = Xxh3::new();
    hasher.update(&(item.source.len() as u64).to_le_bytes());
    hasher.update(item.source.as_bytes());
    hasher.update(own.as_bytes());
    Some(hasher.digest())
}
