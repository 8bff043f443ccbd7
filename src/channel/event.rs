//! What leaves the house: one line of a channel, for every sink, stream and feed alike.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::item::{Marker, RejectKind, Seq};
use crate::log::{GapCause, Position};
use crate::story::{StoryId, Verdict};

/// Version of the JSON of [`Event`]. Keys may be added within a version; none changes its meaning.
pub const VERSION: u32 = 1;

/// One line of a channel. As JSON, `type` comes first (`story`, `digest`, `rejected` or `gap`), then
/// the fields in the order they have here. Times are UTC in RFC 3339; what is unknown is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Event {
    /// A story, or an update to one.
    Story(Box<Delivery>),
    /// Stories that the channel's policy held back, together.
    Digest(Box<Digest>),
    /// A record that is no item; only on the channel `rejected`.
    Rejected(Box<Refusal>),
    /// Records that this reader will not get.
    Gap(Lost),
}

impl Delivery {
    /// What it is to a reader of its channel.
    pub fn told_as(&self) -> Verdict {
        match self.verdict {
            Verdict::Development | Verdict::Revision | Verdict::Repeat if self.first => {
                Verdict::New
            }
            verdict => verdict,
        }
    }
}

impl Event {
    /// The items it delivers, for readers to whom a digest is just several of them.
    pub fn deliveries(&self) -> &[Delivery] {
        match self {
            Event::Story(delivery) => std::slice::from_ref(&**delivery),
            Event::Digest(digest) => &digest.stories,
            Event::Rejected(_) | Event::Gap(_) => &[],
        }
    }

    /// The delivery id: the same at every attempt.
    pub fn id(&self) -> String {
        match self {
            Event::Story(delivery) => delivery.id.clone(),
            Event::Digest(digest) => digest.id.clone(),
            Event::Rejected(refusal) => refusal.id.clone(),
            Event::Gap(lost) => format!("gap/{}-{}", lost.from, lost.to),
        }
    }

    /// Its place in the log; of a gap the first place that is lost.
    pub fn position(&self) -> Position {
        match self {
            Event::Story(delivery) => delivery.position,
            Event::Digest(digest) => digest.position,
            Event::Rejected(refusal) => refusal.position,
            Event::Gap(lost) => lost.from,
        }
    }

    /// The channel; a gap is on none.
    pub fn channel(&self) -> Option<&str> {
        match self {
            Event::Story(delivery) => Some(&delivery.channel),
            Event::Digest(digest) => Some(&digest.channel),
            Event::Rejected(refusal) => Some(&refusal.channel),
            Event::Gap(_) => None,
        }
    }

    /// When what it tells of was taken in, or a digest was made. With the id, this tells one log from
    /// another. A gap has no time.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Event::Story(delivery) => Some(delivery.received),
            Event::Digest(digest) => Some(digest.at),
            Event::Rejected(refusal) => Some(refusal.received),
            Event::Gap(_) => None,
        }
    }
}

/// An item on a channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delivery {
    /// [`VERSION`].
    pub v: u32,
    /// `channel/position`: the same at every attempt, so that a receiver knows a repetition.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The position in the log.
    pub position: Position,
    /// What the item is to its story.
    pub verdict: Verdict,
    /// The channel carried nothing of the story before, or nothing that was not withdrawn: to its readers
    /// it is new, whatever `verdict` says. Not known, and false, of what was decided before December 2026.
    pub first: bool,
    /// The story.
    #[serde(serialize_with = "text")]
    pub story: StoryId,
    /// Stories that this item, or a person, showed to be the same: their ids lead to it from here on.
    #[serde(serialize_with = "texts")]
    pub merged: Vec<StoryId>,
    /// The item's number, for `explain`.
    pub item: Seq,
    /// The earlier item it was matched with.
    pub of: Option<Seq>,
    /// Headline as sent. It may hold control characters: escape it where that matters.
    pub headline: String,
    /// Byline as sent.
    pub byline: Option<String>,
    /// Publisher as sent.
    pub publisher: Option<String>,
    /// The publisher family that fold found for it; 0 for none, or when a log of before December 2026 does
    /// not say. Not told in the JSON.
    #[serde(skip)]
    pub family: u32,
    /// Name of the configured source.
    pub source: String,
    /// When it was taken in.
    pub received: Timestamp,
    /// The item's own time, at most five minutes after `received`; `received` when it has none.
    pub event: Timestamp,
    /// Web address, of http or https; any other is not passed on.
    pub link: Option<String>,
    /// The provider's identifier.
    pub uri: Option<String>,
    /// This item made the story disputed.
    pub disputes: bool,
    /// The story's items contradict each other.
    pub disputed: bool,
    /// The story was withdrawn by all that told it.
    pub killed: bool,
    /// Items of the story so far.
    pub items: u32,
    /// Publisher families of the story so far that have not withdrawn what they told.
    pub publishers: u32,
    /// What the wire says about the item.
    #[serde(serialize_with = "texts")]
    pub markers: Vec<Marker>,
    /// Rules that hold for the story.
    pub rules: Vec<String>,
    /// The most urgent priority that those rules set, 1 to 9.
    pub priority: Option<u8>,
    /// Labels that those rules set.
    pub labels: Vec<String>,
    /// Why it is delivered, in a sentence.
    pub reason: String,
    /// Probability that it and `of` tell one story.
    pub score: Option<f32>,
}

/// What a channel's policy held back: during quiet hours, or beyond its rate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Digest {
    /// [`VERSION`].
    pub v: u32,
    /// `channel/position`.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The position in the log.
    pub position: Position,
    /// When it was put together.
    pub at: Timestamp,
    /// When the first of it was held back.
    pub since: Timestamp,
    /// Why it was held back, in a sentence.
    pub reason: String,
    /// Deliveries that were dropped meanwhile and are only counted.
    pub left_out: u64,
    /// Its stories, in the order in which they were held back. Their ids are `channel/position/n`.
    pub stories: Vec<Delivery>,
}

/// A record that is no item, with what is needed to find and mend it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// [`VERSION`].
    pub v: u32,
    /// `rejected/position`.
    pub id: String,
    /// `rejected`.
    pub channel: String,
    /// The position in the log.
    pub position: Position,
    /// The record's number, for `explain`.
    pub item: Seq,
    /// Name of the configured source.
    pub source: String,
    /// When it was taken in.
    pub received: Timestamp,
    /// The kind of fault.
    #[serde(serialize_with = "kind")]
    pub kind: RejectKind,
    /// What is wrong and where.
    pub reason: String,
    /// Byte offset of the record in its input.
    pub offset: Option<u64>,
    /// The bytes that were kept; what is not UTF-8 is replaced.
    pub text: String,
}

/// Positions that this reader will not get. Which channels they were on is no longer known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lost {
    /// [`VERSION`].
    pub v: u32,
    /// The first position that is lost.
    pub from: Position,
    /// The first after it that is not.
    pub to: Position,
    /// `trimmed` (retention has passed) or `damaged` (the disk).
    #[serde(serialize_with = "cause")]
    pub cause: GapCause,
}

fn text<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn texts<S: Serializer>(values: &[impl Display], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(ToString::to_string))
}

fn kind<S: Serializer>(kind: &RejectKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.as_str())
}

fn cause<S: Serializer>(cause: &GapCause, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match cause {
        GapCause::Trimmed => "trimmed",
        GapCause::Damaged => "damaged",
    })
}
