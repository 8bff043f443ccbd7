//! What the log holds.
//!
//! Two streams in one store. *Intake*: what came in, items and rejects, by [`Seq`]. *Decisions*:
//! what was decided, in the order of commits, by [`Position`]; readers follow this one. An item
//! and its decision are written in one transaction.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Item, Seq};
use crate::prepare::Rejected;
use crate::story::{FoldDecision, StoryId};

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

/// What was decided about one item, by fold and by route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The item.
    pub item: Seq,
    /// Fold's part.
    pub fold: FoldDecision,
    /// Names of the rules that hold for the story, in configured order.
    pub rules: Vec<String>,
    /// Channels of those rules; `["unrouted"]` when there is none.
    pub matched: Vec<String>,
    /// Channels the item is delivered to now. What readers deliver, no more and no less.
    pub channels: Vec<String>,
}

/// A decision that follows from time passing and not from an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// When it was taken.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// The story it is about.
    pub story: StoryId,
    /// The item that is delivered.
    pub item: Seq,
    /// Channels it is delivered to now.
    pub channels: Vec<String>,
    /// One sentence for a person.
    pub reason: String,
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
        /// The item as sent.
        item: Box<Item>,
        /// What was decided.
        decision: Box<Decision>,
    },
    /// A record that is no item.
    Rejected(Rejected),
    /// A decision that follows from time passing.
    Timer(Timer),
}
