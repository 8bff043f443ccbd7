//! What channel policies held back, and what they let go later.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Shown;
use crate::item::Seq;
use crate::story::StoryId;

/// A delivery that a channel's policy did not let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The channel.
    pub channel: String,
    /// What it waits for.
    pub gate: Gate,
    /// When it is looked at again; `None` when it was given up.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub until: Option<Timestamp>,
    /// It may pass during quiet hours.
    pub urgent: bool,
}

/// What a delivery waits for, in the order in which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Gate {
    /// More publishers (`min_publishers`).
    Publishers,
    /// A better ranked publisher (`prefer_rank_within`).
    Rank,
    /// Fewer updates to its story (`max_updates`).
    Updates,
    /// The end of quiet hours (`quiet`).
    Quiet,
    /// Fewer deliveries on the channel (`rate`).
    Rate,
    /// Nothing: a kill withdrew it before anybody saw it, or its channel is no more.
    Withdrawn,
    /// Room: more is held back than a channel keeps.
    Room,
}

impl Gate {
    /// A word for counters and tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Gate::Publishers => "publishers",
            Gate::Rank => "rank",
            Gate::Updates => "updates",
            Gate::Quiet => "quiet",
            Gate::Rate => "rate",
            Gate::Withdrawn => "withdrawn",
            Gate::Room => "room",
        }
    }

    fn why(self) -> &'static str {
        match self {
            Gate::Publishers => "fewer publishers than `min_publishers`",
            Gate::Rank => "a better ranked publisher may follow (`prefer_rank_within`)",
            Gate::Updates => "more updates to the story than `max_updates`",
            Gate::Quiet => "quiet hours",
            Gate::Rate => "more deliveries than `rate`",
            Gate::Withdrawn => "withdrawn before anybody saw it",
            Gate::Room => "more is held back than a channel keeps",
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Withheld { channel, gate, until, .. } = self;
        match until {
            Some(until) => write!(f, "held on `{channel}` until {until}: {}", gate.why()),
            None => write!(f, "dropped on `{channel}`: {}", gate.why()),
        }
    }
}

/// What a channel held back and delivers together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// When it was put together.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// The channel.
    pub channel: String,
    /// When the first of it was held back.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub since: Timestamp,
    /// Its stories, each once, in the order in which they were first held back. At most
    /// [`Digest::MOST`]; there may be several digests at a time.
    pub entries: Vec<Entry>,
    /// Deliveries that were dropped meanwhile and are only counted.
    pub left_out: u64,
    /// One sentence for a person.
    pub reason: String,
    /// The stories as they are told now, in the order of `entries`, where that is known; empty in logs
    /// from before December 2026. The log keeps them behind the record.
    #[serde(skip)]
    pub shown: Vec<Option<Shown>>,
}

/// A story of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The story.
    pub story: StoryId,
    /// The item that stands for it.
    pub item: Seq,
    /// How many deliveries that makes up for.
    pub count: u32,
}

impl Digest {
    /// Stories of one digest, at most: what a reader holds in memory at a time.
    pub const MOST: usize = 50;
}
