//! What the log holds.
//!
//! Two streams in one store. *Intake*: what came in, items and rejects, by [`Seq`]. *Decisions*:
//! what was decided, in the order of commits, by [`Position`]; readers follow this one. An item
//! and its decision are written in one transaction.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Arrival, Identity, Item, Seq};
use crate::prepare::Rejected;
use crate::story::{FoldDecision, Out, StoryId, StoryState, embargo};

mod held;

pub use held::{Digest, Entry as DigestEntry, Gate, Withheld};

/// The place of a record in the decision stream. `channel/position` is a delivery id: at least
/// once, and the same at every attempt.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Position {
    /// The first position of a log.
    pub const FIRST: Position = Position(1);

    /// The position after this one.
    pub fn next(self) -> Position {
        Position(self.0.saturating_add(1))
    }
}

/// What was decided about one item, by fold and by route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The item.
    pub item: Seq,
    /// Fold's part.
    pub fold: FoldDecision,
    /// Names of the rules that hold for the story, in configured order.
    pub rules: Vec<String>,
    /// Digests of the rules' text parts that the story satisfies with this item; of an item under an
    /// embargo, of those that it adds. A start rebuilds from them what holds for the story, without
    /// asking the rules again, also when the story's earlier items have left the window.
    pub held: Vec<u64>,
    /// Channels of those rules; `["unrouted"]` when there is none.
    pub matched: Vec<String>,
    /// Channels the item is delivered to now. What readers deliver, no more and no less.
    pub channels: Vec<String>,
    /// Channels whose policy did not let it through.
    pub withheld: Vec<Withheld>,
    /// The most urgent `set.priority` of those rules, 1 to 9.
    pub priority: Option<u8>,
    /// The `set.labels` of those rules, each once.
    pub labels: Vec<String>,
    /// Until when the item is held; [`Decision::OPEN_EMBARGO`] until a later version lifts it. A
    /// [`Timer`] about the item ends the embargo. Until then nobody is to be shown it.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub embargo: Option<Timestamp>,
}

impl Decision {
    /// Other rules deliver its item.
    pub fn rule(&mut self, ruled: Ruled) {
        let Ruled { rules, priority, labels } = ruled;
        (self.rules, self.priority, self.labels) = (rules, priority, labels);
    }

    /// An embargo whose end is not known: the last whole second there is.
    pub const OPEN_EMBARGO: Timestamp = embargo::OPEN;

    /// The channels that count as having carried the story from now on: those the item is
    /// delivered to, and for one that was seen before its source was known ([`Item::seen`]) those
    /// it would have been.
    pub fn carried(&self, item: &Item) -> Vec<String> {
        if self.embargo.is_some() {
            return Vec::new();
        }
        let mut carried = self.channels.clone();
        let seen = self.matched.iter().filter(|_| item.seen);
        carried.extend(seen.filter(|name| !self.channels.contains(name)).cloned());
        carried
    }
}

/// A decision that follows from time passing and not from an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// When it was taken.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// The story it is about.
    pub story: StoryId,
    /// The item that is delivered, or goes on waiting.
    pub item: Seq,
    /// Channels it is delivered to now.
    pub channels: Vec<String>,
    /// Channels whose policy did not let it through.
    pub withheld: Vec<Withheld>,
    /// One sentence for a person.
    pub reason: String,
    /// The story as it is told now; not known of what a policy let go before December 2026. The log
    /// keeps it behind the record.
    #[serde(skip)]
    pub shown: Option<Shown>,
}

impl Timer {
    /// Whether what was held back only goes on waiting, for something else or for another time.
    pub fn only_waits(&self) -> bool {
        self.channels.is_empty()
            && self.shown.is_none()
            && self.withheld.iter().any(|withheld| withheld.until.is_some())
    }
}

/// A story as a [`Timer`] shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The story.
    pub out: Out,
    /// The rules that deliver it; not known of records from before November 2026.
    pub ruled: Option<Ruled>,
    /// True when the item comes out of its embargo.
    pub uncovered: bool,
}

impl Shown {
    /// A story as it stands, delivered late by these rules.
    pub fn late(state: StoryState, ruled: Ruled) -> Shown {
        let out = Out { state, disputes: false };
        Shown { out, ruled: Some(ruled), uncovered: false }
    }
}

/// Rules that hold for a story, and what they set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruled {
    /// Their names, in configured order.
    pub rules: Vec<String>,
    /// Their most urgent `set.priority`, 1 to 9.
    pub priority: Option<u8>,
    /// Their `set.labels`, each once.
    pub labels: Vec<String>,
}

/// From here on decisions were made with this configuration and model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// When it took effect.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// Digest of the configuration, 16 hex digits.
    pub config: String,
    /// Digest of the model, 16 hex digits.
    pub model: String,
}

/// A person's correction of what fold decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// When it was given.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// What was wrong.
    pub change: Change,
    /// The item that is delivered because of it.
    pub item: Seq,
    /// Channels it is delivered to now.
    pub channels: Vec<String>,
    /// The story that was opened or kept, right afterwards.
    pub state: StoryState,
    /// Names of the rules that hold for it.
    pub rules: Vec<String>,
    /// Digests of the rules' text parts that an item that was split off satisfies.
    pub held: Vec<u64>,
    /// The story that it was split off, right afterwards, if an item of it is in the window. The log
    /// keeps this and what follows behind the record.
    #[serde(skip)]
    pub left: Option<StoryState>,
    /// The most urgent `set.priority` of the rules, 1 to 9.
    #[serde(skip)]
    pub priority: Option<u8>,
    /// The `set.labels` of the rules, each once.
    #[serde(skip)]
    pub labels: Vec<String>,
}

/// What a [`Feedback`] changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The item leaves its story and opens its own.
    Split {
        /// The story it leaves.
        from: StoryId,
        /// The story it opens.
        opens: StoryId,
    },
    /// Two stories are one: the older keeps its id, the other becomes an alias of it.
    Merge {
        /// The id that becomes an alias.
        alias: StoryId,
        /// The id that is kept.
        kept: StoryId,
    },
}

impl Change {
    /// The story whose channels get the item.
    pub fn story(self) -> StoryId {
        match self {
            Change::Split { opens, .. } => opens,
            Change::Merge { kept, .. } => kept,
        }
    }
}

/// What route hands to commit.
#[derive(Clone, Debug)]
pub enum Entry {
    /// An accepted item with what was decided about it.
    Item {
        /// Its number.
        seq: Seq,
        /// When it was taken in.
        received: Timestamp,
        /// The item as it was prepared.
        item: Box<Item>,
        /// What was decided.
        decision: Box<Decision>,
        /// What it is recognised by when it comes again.
        identities: Vec<Identity>,
    },
    /// A record that is no item.
    Rejected(Rejected),
    /// A decision that follows from time passing.
    Timer(Timer),
    /// A change of configuration or model.
    Config(ConfigChange),
    /// A person's correction.
    Feedback(Feedback),
    /// What a channel held back and delivers together.
    Digest(Digest),
}

impl Entry {
    /// About how many bytes it takes in the log.
    pub fn weight(&self) -> u64 {
        /// Numbers, names and evidence of an ordinary record, rounded up.
        const REST: usize = 1_024;
        let text = match self {
            Entry::Item { item, .. } => {
                item.headline.len() + item.body.as_ref().map_or(0, String::len)
            }
            Entry::Rejected(rejected) => rejected.reject.bytes.len(),
            Entry::Timer(_) | Entry::Config(_) | Entry::Feedback(_) | Entry::Digest(_) => 0,
        };
        (text + REST) as u64
    }
}

/// A record of the decision stream as read back. Each [`Entry`] became exactly one.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// Its place.
    pub position: Position,
    /// When it was taken in or decided; never earlier than that of the record before it.
    pub at: Timestamp,
    /// What it is.
    pub record: Record,
    /// Of each channel that it is delivered to, or of each entry of a digest, whether the channel had
    /// carried nothing of the story before, or nothing since all that was told of it was withdrawn. The
    /// log finds that out itself and keeps it behind the record; not known, and empty, in logs from before
    /// December 2026.
    pub first: Vec<bool>,
}

/// What a record of the decision stream is.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// What was decided about an item.
    Decision(Box<Decision>),
    /// The intake record of this number is no item; it is found under the number.
    Rejected(Seq),
    /// A decision that follows from time passing.
    Timer(Timer),
    /// A change of configuration or model.
    Config(ConfigChange),
    /// A person's correction.
    Feedback(Feedback),
    /// What a channel held back and delivers together.
    Digest(Digest),
}

impl Record {
    /// The intake record it is about; a digest is about several.
    pub fn item(&self) -> Option<Seq> {
        match self {
            Record::Decision(decision) => Some(decision.item),
            Record::Rejected(seq) => Some(*seq),
            Record::Timer(timer) => Some(timer.item),
            Record::Feedback(feedback) => Some(feedback.item),
            Record::Config(_) | Record::Digest(_) => None,
        }
    }

    /// The channels it is delivered to.
    pub fn channels(&self) -> &[String] {
        match self {
            Record::Decision(decision) => &decision.channels,
            Record::Timer(timer) => &timer.channels,
            Record::Feedback(feedback) => &feedback.channels,
            Record::Digest(digest) => std::slice::from_ref(&digest.channel),
            Record::Rejected(_) | Record::Config(_) => &[],
        }
    }
}

/// A record of the intake stream as read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Intake {
    /// Where its decision (or its rejection) stands in the decision stream.
    pub position: Position,
    /// The record.
    pub arrival: Arrival,
}
