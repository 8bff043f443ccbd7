//! Prepare: from an item as sent to text that can be compared.

use jiff::Timestamp;

use crate::item::{Item, Language, Marker, Reject, Seq};

/// The normalised comparison text of an item: NFKC, markers, suffixes and attributions taken off,
/// white space folded. Case is kept: capitals tell names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Headline(String);

/// An item ready to be folded.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its number.
    pub seq: Seq,
    /// When it was taken in.
    pub received: Timestamp,
    /// Event time: the item's own, at most 5 minutes after `received`.
    pub event: Timestamp,
    /// The item as sent.
    pub item: Item,
    /// What is compared.
    pub headline: Headline,
    /// Declared language, or a guess.
    pub language: Option<Language>,
    /// Markers of header and headline.
    pub markers: Vec<Marker>,
}

/// An intake record that did not become an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// Its number.
    pub seq: Seq,
    /// When it was taken in.
    pub received: Timestamp,
    /// Name of the configured source.
    pub source: String,
    /// Why, where, and its bytes.
    pub reject: Reject,
}
