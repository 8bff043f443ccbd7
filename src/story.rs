//! Stories and verdicts: what fold decides about an item, with its evidence.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Identity, Item, Marker, Seq};
use crate::prepare::Prepared;

mod aliases;
mod course;
pub(crate) mod embargo;
mod teller;

pub(crate) use aliases::Aliases;
pub use course::{Ahead, Coming, Course, Out};
pub use teller::Teller;
pub(crate) use teller::{Provider, Report};

/// The name of a story for life, printed as `s` and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoryId(pub u64);

impl StoryId {
    /// Reads what [`fmt::Display`] prints.
    pub fn parse(text: &str) -> Option<StoryId> {
        text.strip_prefix('s')?.parse().ok().map(StoryId)
    }
}

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// What fold decided about an item (DESIGN section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// Opens a story.
    New,
    /// Same identity and text, or same story and nothing new.
    Repeat,
    /// Same story with something new: a fact, a number, a wire version, a better-ranked
    /// publisher, or a contradiction.
    Development,
    /// Same identity, changed text, newer version.
    Revision,
    /// Corrects a story of the same provider.
    Correction,
    /// Withdraws a story of the same provider.
    Kill,
}

impl Verdict {
    /// What an item of a source that may do so does to what its provider sent: it corrects or kills.
    pub(crate) fn claimed_by(prepared: &Prepared) -> Option<Verdict> {
        let corrects = prepared.item.lifecycle && prepared.markers.contains(&Marker::Corrected);
        match prepared.kills() {
            true => Some(Verdict::Kill),
            false => corrects.then_some(Verdict::Correction),
        }
    }

    /// The word used in the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::New => "New",
            Verdict::Repeat => "Repeat",
            Verdict::Development => "Development",
            Verdict::Revision => "Revision",
            Verdict::Correction => "Correction",
            Verdict::Kill => "Kill",
        }
    }

    /// Reads the word of the output contract.
    pub fn parse(word: &str) -> Option<Verdict> {
        use Verdict::{Correction, Development, Kill, New, Repeat, Revision};
        [New, Repeat, Development, Revision, Correction, Kill]
            .into_iter()
            .find(|verdict| verdict.as_str() == word)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of a story right after an item joined it. What rules on stories are evaluated on. Items
/// under embargo are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryState {
    /// Items that joined it so far, this one included; 0 while all of them are under embargo.
    pub items: u32,
    /// Distinct publisher families so far that have not withdrawn what they told; items without a
    /// publisher count as one family.
    pub publishers: u32,
    /// Event time of the earliest item; of an item under embargo while there are only such.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub first: Timestamp,
    /// Event time of the latest item.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub last: Timestamp,
    /// Its items contradict each other.
    pub disputed: bool,
    /// It was withdrawn by all that told it.
    pub killed: bool,
}

/// What a start knows of an item whose records are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// The story right after it joined.
    pub state: StoryState,
    /// Who told it, if it was counted then: an item under embargo is not.
    pub teller: Option<Teller>,
    /// Its event time in seconds, if it had one.
    pub event: Option<i64>,
    /// Its version.
    pub version: Option<u64>,
    /// It withdrew what its provider told; logs from before December 2026 do not say. Stored behind
    /// the others.
    #[serde(skip)]
    pub withdraws: bool,
}

/// What fold decided about one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldDecision {
    /// The decision.
    pub verdict: Verdict,
    /// The story the item now belongs to.
    pub story: StoryId,
    /// The story right after this item.
    pub state: StoryState,
    /// True when this item made the story disputed, or, under embargo, would have.
    pub disputes: bool,
    /// Why.
    pub evidence: Evidence,
    /// Mean cosine to the nearest items of the window when it came, which later comparisons with it
    /// ask for. `None` when nothing was near, and in logs of earlier versions. The log keeps it
    /// behind the decision.
    #[serde(skip)]
    pub nearness: Option<f32>,
    /// Younger stories that this item showed to be the same one: from here on they are part of it,
    /// and their ids lead to it. The log keeps them behind the decision, too.
    #[serde(skip)]
    pub merged: Vec<StoryId>,
    /// What it means to items of the story that are under embargo, and they to the story; `None`
    /// for most decisions. The log keeps it behind the decision, too.
    #[serde(skip)]
    pub ahead: Option<Box<Ahead>>,
    /// Who told the item; without a family nobody, or a log of before December 2026 does not say.
    /// The log keeps it behind the decision.
    #[serde(skip)]
    pub teller: Teller,
}

impl FoldDecision {
    /// A decision without its reasons, which merges no stories.
    pub fn bare(
        verdict: Verdict,
        story: StoryId,
        state: StoryState,
        disputes: bool,
    ) -> FoldDecision {
        FoldDecision {
            verdict,
            story,
            state,
            disputes,
            evidence: Evidence::default(),
            nearness: None,
            merged: Vec::new(),
            ahead: None,
            teller: Teller::default(),
        }
    }
}

/// Why fold decided so: enough to explain the verdict later from the log alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The earlier item this one was matched with.
    pub of: Option<Seq>,
    /// Probability that both tell one story.
    pub score: Option<f32>,
    /// The threshold it was held against.
    pub threshold: f32,
    /// One sentence for a person.
    pub reason: String,
    /// Value and share of each feature that mattered, largest share first. Shares are in the
    /// model's own log-odds and add up, with its bias, to the score.
    pub shares: Vec<Share>,
    /// Digest of the model that scored, 16 hex digits.
    pub model: Arc<str>,
}

/// One feature's part in a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The feature's name in the model.
    pub feature: Cow<'static, str>,
    /// Its value for this pair; `None` when it was missing.
    pub value: Option<f32>,
    /// What it added to the log-odds.
    pub share: f32,
}

/// An item with fold's decision: what route gets.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The item as prepared.
    pub prepared: Prepared,
    /// What was decided.
    pub decision: FoldDecision,
    /// What it is recognised by when it comes again.
    pub identities: Vec<Identity>,
}

impl Folded {
    /// The item as sent.
    pub fn item(&self) -> &Item {
        &self.prepared.item
    }

    /// Markers from header and headline together.
    pub fn markers(&self) -> &[Marker] {
        &self.prepared.markers
    }
}
