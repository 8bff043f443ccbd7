//! Corrections by hand: a person takes an item out of a story, or makes one story of two.
//!
//! A [`Request`] enters by the intake like an item and passes the stages in its turn, so that it
//! takes effect between two items, the same in every stage. Fold does it or refuses, route decides
//! which channels are told, commit makes a record of it; its receipt tells when that is durable.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use crate::item::{Arrival, Seq};
use crate::prepare::{Prepared, Rejected};
use crate::story::{Course, StoryId};

/// What enters at the intake.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "all but a few are records")]
pub enum Incoming {
    /// A record of a source.
    Arrival(Arrival),
    /// A correction by hand.
    Feedback(Box<Request>),
}

impl From<Arrival> for Incoming {
    fn from(arrival: Arrival) -> Incoming {
        Incoming::Arrival(arrival)
    }
}

/// What passes the stages beside items.
#[derive(Clone, Debug)]
pub enum Aside {
    /// A record that is no item.
    Rejected(Rejected),
    /// A correction by hand.
    Feedback(Box<Request>),
}

impl From<Rejected> for Aside {
    fn from(rejected: Rejected) -> Aside {
        Aside::Rejected(rejected)
    }
}

/// What a person asks for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// This item opens a story of its own.
    Split {
        /// The story it is in, as the person sees it.
        story: StoryId,
        /// The item, as the log has it.
        item: Box<Arrival>,
    },
    /// These two are one story.
    Merge(StoryId, StoryId),
}

/// A correction on its way through the stages.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub ask: Ask,
    /// When it was taken in.
    pub at: Timestamp,
    /// The item of a split, prepared.
    pub prepared: Option<Box<Prepared>>,
    /// What fold made of it.
    pub corrected: Option<Corrected>,
    /// Where the answer goes.
    pub answer: Answer,
}

impl Request {
    /// A request, and where its answer will be.
    pub fn new(ask: Ask, at: Timestamp) -> Request {
        Request { ask, at, prepared: None, corrected: None, answer: Answer::default() }
    }
}

/// What fold changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrected {
    /// An item has left its story.
    Split(Parted),
    /// Two stories are one.
    Merge(Merged),
}

/// An item that has left its story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The story it left.
    pub from: StoryId,
    /// The latest item that is left there and not under embargo, and how the story goes on without
    /// the other.
    pub left: Option<(Option<Seq>, Course)>,
    /// The story it opens.
    pub opens: StoryId,
    /// How that goes on.
    pub course: Course,
    /// The item is under embargo.
    pub held: bool,
    /// Publisher family of the item; 0 for none.
    pub family: u32,
}

/// Two stories that are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The id that is kept.
    pub kept: StoryId,
    /// The id that is an alias of it now.
    pub alias: StoryId,
    /// The latest item that was in the other one and is not under embargo, if there is one.
    pub latest: Seq,
    /// How the story goes on.
    pub course: Course,
    /// That item is under embargo, as all others are.
    pub held: bool,
}

/// The answer to a request: empty until a stage gives it.
#[derive(Clone, Debug, Default)]
pub struct Answer(Arc<OnceLock<Result<Outcome, Refusal>>>);

impl Answer {
    /// Gives it. The first answer stands.
    pub fn give(&self, answer: Result<Outcome, Refusal>) {
        // A second answer would be a stage's mistake and says nothing new.
        let _ = self.0.set(answer);
    }

    /// What was answered.
    pub fn get(&self) -> Option<&Result<Outcome, Refusal>> {
        self.0.get()
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The story that was opened or kept.
    pub story: StoryId,
    /// The item that is delivered because of it.
    pub item: Seq,
    /// Channels it is delivered to.
    pub channels: Vec<String>,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such story or item any more, or there never was.
    Unknown(String),
    /// It is, but this makes no sense of it.
    Impossible(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unknown(why) | Refusal::Impossible(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests;
