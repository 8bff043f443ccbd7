//! The item: one message as a source sent it. Field names follow IPTC ninjs.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

mod language;
mod marker;
mod ninjs;

pub use language::Language;
pub use marker::Marker;
pub use ninjs::Ninjs;

/// An embargo that ends further away is taken for one without an end: the log keeps what is held,
/// and not for ever.
pub const LONGEST_EMBARGO: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The number of an intake record, items and rejects alike, in the order of intake.
///
/// In a log it is what `explain SEQ` takes; in `replay` it is the 0-based input record `n`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    pub fn next(self) -> Seq {
        Seq(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One rung of an item's identity ladder (uri, address, content), as a digest of 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Identity(pub [u8; 16]);

/// One message as a source sent it.
///
/// A format fills what the message says and leaves the rest at its default; intake adds
/// `source` and `lifecycle`. Text fields hold plain text: entities are resolved and tags removed
/// by the format, everything else of normalisation is prepare's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Identifier that the provider keeps across versions: ninjs `uri`, feed `guid`, NewsML `guid`.
    pub uri: Option<String>,
    /// Version of `uri`, higher is newer. A version that is not a number is left out.
    pub version: Option<u64>,
    /// The [`Item::uri`] of the item that a correction or kill under another one means.
    #[serde(skip)]
    pub amends: Option<String>,
    /// Canonical web address of the item.
    pub link: Option<String>,
    /// Headline as sent.
    pub headline: String,
    /// Body as plain text, paragraphs separated by `\n`.
    pub body: Option<String>,
    /// Who wrote it, as sent, without a leading "By".
    pub byline: Option<String>,
    /// The wire's short label that chains the takes of a story ("Heat-Hawks").
    pub slugline: Option<String>,
    /// Note to editors.
    pub ednote: Option<String>,
    /// Dateline place.
    pub located: Option<String>,
    /// Name of the configured source it came from.
    pub source: String,
    /// Who stands behind it, as sent ("Reuters", "reuters.com").
    pub publisher: Option<String>,
    /// Declared language.
    pub language: Option<Language>,
    /// When this version was made: the event time before capping (`Prepared::event`).
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub versioncreated: Option<Timestamp>,
    /// When the first version was made.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub firstcreated: Option<Timestamp>,
    /// Not to be passed on before this time.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub embargoed: Option<Timestamp>,
    /// How far `versioncreated` can be trusted.
    pub time_quality: TimeQuality,
    /// IPTC urgency, 1 (flash) to 9; 0 is never used.
    pub urgency: Option<u8>,
    /// What it is about, as coded by the provider.
    pub subjects: Vec<Subject>,
    /// Places it concerns, as named or coded by the provider.
    pub places: Vec<String>,
    /// ninjs `pubstatus`.
    pub pubstatus: PubStatus,
    /// Markers found in header fields; prepare adds those of the headline.
    pub markers: Vec<Marker>,
    /// True when its source may correct and kill stories (`lifecycle = true`).
    pub lifecycle: bool,
    /// True when it was there before its source was first looked at and is not new enough for an
    /// alert: it joins its story and counts as carried by the channels it matches, but is
    /// delivered to none (DESIGN section 3, first contact).
    pub seen: bool,
    /// When it was taken in, if it was read back from what a log was exported to: `replay` goes by
    /// it. In the log the [`Arrival`] says so.
    #[serde(skip)]
    pub received: Option<Timestamp>,
    /// What it was read from, where that gave neither headline nor body: what it may have said in
    /// fields that are not known is in no other place. Not kept in the log.
    #[serde(skip)]
    pub raw: Option<Box<Raw>>,
}

impl Item {
    /// Keeps the record that the item was read from, if its fields hold no text at all.
    pub(crate) fn keep_if_textless(&mut self, offset: u64, record: &str) {
        if self.is_textless() {
            let bytes = first_bytes(record.as_bytes());
            self.raw = Some(Box::new(Raw { offset, bytes }));
        }
    }

    /// True for an item whose provider holds it back without a time: by its status, or, where the
    /// source may, by a marker of header or headline.
    pub fn has_open_embargo(&self, markers: &[Marker]) -> bool {
        let marked = self.lifecycle && markers.contains(&Marker::Embargoed);
        self.embargoed.is_none() && (marked || self.pubstatus == PubStatus::Withheld)
    }

    /// Whether it takes back what its provider told, and its source may do that. `markers` are those of
    /// its header, or with its headline's.
    pub fn kills(&self, markers: &[Marker]) -> bool {
        self.lifecycle && self.withdraws(markers)
    }

    /// Whether it says that it takes something back, by its status or a marker.
    fn withdraws(&self, markers: &[Marker]) -> bool {
        let kill = |marker: &Marker| matches!(marker, Marker::Kill | Marker::Withdrawn);
        self.pubstatus == PubStatus::Canceled || markers.iter().any(kill)
    }

    /// Whether neither headline nor body has a letter or digit, be it of mark-up.
    pub(crate) fn is_textless(&self) -> bool {
        let says = |text: &str| text.chars().any(char::is_alphanumeric);
        !says(&self.headline) && !self.body.as_deref().is_some_and(says)
    }
}

/// A record as it stood in its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Byte offset of the record.
    pub offset: u64,
    /// Its text in UTF-8, at most [`Reject::MAX_BYTES`] of it.
    pub bytes: Vec<u8>,
}

fn first_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(Reject::MAX_BYTES)].to_vec()
}

/// How far an item's own time can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TimeQuality {
    /// A time with a zone, as sent.
    Zoned,
    /// A time without a zone: the source's `timezone` was assumed.
    Unzoned,
    /// No usable time: the time of receipt stands in.
    #[default]
    Missing,
}

/// Whether the provider lets the item be used. The values of ninjs `pubstatus`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PubStatus {
    /// May be used.
    #[default]
    Usable,
    /// Held back for now.
    Withheld,
    /// Killed: must not be used.
    Canceled,
}

impl PubStatus {
    /// Reads the word of ninjs, NewsML-G2 or NewsML 1.2, in any case; `None` for any other word.
    pub fn parse(word: &str) -> Option<PubStatus> {
        let word = word.rsplit(':').next().unwrap_or(word);
        match word.to_ascii_lowercase().as_str() {
            "usable" => Some(PubStatus::Usable),
            "withheld" | "embargoed" => Some(PubStatus::Withheld),
            "canceled" | "cancelled" => Some(PubStatus::Canceled),
            _ => None,
        }
    }
}

/// What an item is about: a code of a vocabulary, a name, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Code as sent, with its vocabulary where given (`medtop:15000000`, `15000000`).
    pub code: Option<String>,
    /// Name as sent.
    pub name: Option<String>,
}

/// Why an intake record is not an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// What kind of fault it is, for counters.
    pub kind: RejectKind,
    /// A full sentence: what is wrong and where.
    pub reason: String,
    /// Byte offset of the record in its input.
    pub offset: Option<u64>,
    /// The record's bytes, at most [`Reject::MAX_BYTES`] of them.
    pub bytes: Vec<u8>,
}

impl Reject {
    /// How many bytes of a rejected record are kept at most: 16 KiB.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// A reject of `bytes`, which are cut to [`Reject::MAX_BYTES`].
    pub fn new(kind: RejectKind, reason: impl Into<String>, offset: u64, bytes: &[u8]) -> Reject {
        let bytes = first_bytes(bytes);
        Reject { kind, reason: reason.into(), offset: Some(offset), bytes }
    }

    /// The same of a record that stands so many bytes further in its input.
    pub(crate) fn moved(self, by: u64) -> Reject {
        Reject { offset: self.offset.map(|at| at + by), ..self }
    }

    /// A reject of what was read as an item. Keeps the record it was read from, or else the item as
    /// ninjs; nothing of one that is `held`, since anybody may read what is rejected.
    pub fn of(kind: RejectKind, reason: impl Into<String>, item: &Item, held: bool) -> Reject {
        let mut reason = reason.into();
        let offset = item.raw.as_ref().map(|raw| raw.offset);
        let bytes = match &item.raw {
            _ if held => {
                reason.push_str(" It is under embargo, so nothing of it is kept here.");
                Vec::new()
            }
            Some(raw) => raw.bytes.clone(),
            None => first_bytes(&Ninjs::of(item).to_bytes()),
        };
        Reject { kind, reason, offset, bytes }
    }
}

/// The kinds of reject, as counted in metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RejectKind {
    /// The bytes are not of the format.
    Malformed,
    /// The bytes are not text in the declared or detected charset.
    Charset,
    /// A size or depth limit was passed.
    TooLarge,
    /// Neither a headline nor a body to take one from.
    NoText,
    /// A newer version of the item was already accepted.
    OlderVersion,
    /// The item was in flight at two consecutive panics.
    Poison,
}

impl RejectKind {
    /// The word used in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            RejectKind::Malformed => "malformed",
            RejectKind::Charset => "charset",
            RejectKind::TooLarge => "too_large",
            RejectKind::NoText => "no_text",
            RejectKind::OlderVersion => "older_version",
            RejectKind::Poison => "poison",
        }
    }
}

/// One intake record: an item or a reject, numbered and stamped by intake.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Its number.
    pub seq: Seq,
    /// When it was taken in: max(previous, wall clock).
    pub received: Timestamp,
    /// Name of the configured source.
    pub source: String,
    /// What was read.
    pub record: Result<Item, Reject>,
}
