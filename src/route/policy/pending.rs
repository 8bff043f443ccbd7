//! A delivery that waits.

use jiff::Timestamp;
use smallvec::{SmallVec, smallvec};

use super::Policies;
use crate::item::Seq;
use crate::log::Gate;
use crate::prepare::Prepared;
use crate::route::delivery;
use crate::story::{FoldDecision, Folded, StoryId, Teller, Verdict};

/// Items that are remembered of one story that waits, at most.
const MOST_TOLD: usize = 64;

/// An item that would be delivered, as policies see it.
#[derive(Clone, Copy, Debug)]
pub(in crate::route) struct Asked {
    pub(in crate::route) story: StoryId,
    pub(in crate::route) item: Seq,
    /// Rank of its publisher; `u32::MAX` without.
    pub(in crate::route) rank: u32,
    /// Family of its publisher; 0 without.
    pub(in crate::route) family: u32,
    /// Publishers of its story so far.
    pub(in crate::route) publishers: u32,
    /// The channel carries the story.
    pub(in crate::route) carries: bool,
    /// It corrects, withdraws or disputes: whoever was shown the story must learn of it.
    pub(in crate::route) update: bool,
    /// What it withdraws.
    pub(in crate::route) withdraws: Withdraws,
    /// It may pass during quiet hours.
    pub(in crate::route) urgent: bool,
    pub(in crate::route) now: Timestamp,
}

/// What an item withdraws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::route) enum Withdraws {
    Nothing,
    /// What its own provider told of the story.
    Own,
    /// The story.
    Story,
}

impl Withdraws {
    fn of(fold: &FoldDecision) -> Withdraws {
        match fold.verdict {
            Verdict::Kill if fold.state.killed => Withdraws::Story,
            Verdict::Kill => Withdraws::Own,
            _ => Withdraws::Nothing,
        }
    }
}

impl Asked {
    /// An item that fold has decided about.
    pub(in crate::route) fn of(folded: &Folded, policies: &Policies) -> Asked {
        Asked::about(&folded.prepared, &folded.decision, policies)
    }

    /// An item, by what was decided about it.
    pub(in crate::route) fn about(
        prepared: &Prepared,
        fold: &FoldDecision,
        policies: &Policies,
    ) -> Asked {
        let teller = match policies.is_empty() {
            // Nobody asks.
            true => Teller::default(),
            false => policies.teller(&prepared.item, fold),
        };
        Asked {
            story: fold.story,
            item: prepared.seq,
            family: teller.family,
            rank: teller.rank.unwrap_or(u32::MAX),
            publishers: fold.state.publishers,
            carries: false,
            update: delivery::is_update(fold),
            withdraws: Withdraws::of(fold),
            urgent: false,
            now: prepared.received,
        }
    }

    /// The latest item of a story that is delivered though no item comes. It has waited long
    /// enough for a better ranked one.
    pub(in crate::route) fn late(
        story: StoryId,
        item: Seq,
        family: u32,
        publishers: u32,
        now: Timestamp,
    ) -> Asked {
        Asked {
            story,
            item,
            rank: 0,
            family,
            publishers,
            carries: false,
            update: false,
            withdraws: Withdraws::Nothing,
            urgent: false,
            now,
        }
    }
}

/// A story that waits to be delivered on a channel, or an update to one.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// When it was first held back.
    pub(super) since: Timestamp,
    /// When it is looked at again.
    pub(super) due: Timestamp,
    /// What it waits for.
    pub(super) gate: Gate,
    /// Until when, as the log has it.
    pub(super) until: Timestamp,
    /// The item that stands for it.
    pub(super) item: Seq,
    pub(super) rank: u32,
    pub(super) family: u32,
    pub(super) publishers: u32,
    /// The channel does not carry the story yet.
    pub(super) first: bool,
    pub(super) urgent: bool,
    /// It waited for something that others wait for too, and goes out together with them.
    pub(super) together: bool,
    /// How many deliveries it stands for.
    pub(super) count: u32,
    /// The items of these that still stand, in order, with the families that told them; of many the
    /// latest.
    told: SmallVec<[(u32, Seq); 2]>,
}

impl Pending {
    pub(super) fn new(asked: &Asked) -> Pending {
        Pending {
            since: asked.now,
            due: asked.now,
            gate: Gate::Rate,
            until: asked.now,
            item: asked.item,
            rank: asked.rank,
            family: asked.family,
            publishers: asked.publishers,
            first: !asked.carries,
            urgent: asked.urgent,
            together: false,
            count: 1,
            told: smallvec![(asked.family, asked.item)],
        }
    }

    /// Another item of the story came. With `by_rank` the best ranked one stands for it, the
    /// earlier of two that are equal; without, and after a correction, the latest.
    pub(super) fn join(mut self, asked: &Asked, by_rank: bool) -> Pending {
        if asked.update || !by_rank || !self.first || asked.rank < self.rank {
            (self.item, self.rank, self.family) = (asked.item, asked.rank, asked.family);
        }
        self.publishers = self.publishers.max(asked.publishers);
        self.urgent |= asked.urgent;
        self.count = self.count.saturating_add(1);
        self.tell(asked.family, asked.item);
        self
    }

    fn tell(&mut self, family: u32, item: Seq) {
        if self.told.len() >= MOST_TOLD {
            self.told.remove(0);
        }
        self.told.push((family, item));
    }

    /// Takes in what waited of a story that is the same one.
    pub(super) fn take_in(&mut self, other: Pending) {
        let own = std::mem::take(&mut self.told);
        let mut told: SmallVec<[(u32, Seq); 2]> = own.into_iter().chain(other.told).collect();
        told.sort_by_key(|(_, item)| *item);
        told.dedup();
        told.into_iter().for_each(|(family, item)| self.tell(family, item));
    }

    /// Gives up the items of families that are `gone`. In place of the one that stood for it waits, of
    /// a story that the channel does not carry yet, the `latest` of it; of an update the latest that
    /// waited, too: the channel was shown all others, or was not to be shown them. False when there
    /// is none.
    pub(super) fn give_up(
        &mut self,
        gone: impl Fn(u32, Seq) -> bool,
        latest: Option<(Seq, u32)>,
    ) -> bool {
        self.told.retain(|(family, item)| !gone(*family, *item));
        if !gone(self.family, self.item) {
            return true;
        }
        let waited = || self.told.last().map(|(family, item)| (*item, *family));
        let Some((item, family)) = (if self.first { latest } else { waited() }) else {
            return false;
        };
        (self.item, self.rank, self.family) = (item, u32::MAX, family);
        true
    }

    /// Lets it wait.
    pub(super) fn hold(&mut self, gate: Gate, due: Timestamp) {
        (self.gate, self.due, self.until) = (gate, due, due);
        self.together |= matches!(gate, Gate::Quiet | Gate::Rate);
    }

    /// Why it is delivered now, in a sentence.
    pub(super) fn reason(&self) -> String {
        let why = match self.gate {
            Gate::Publishers => "Held for more publishers",
            Gate::Rank => "Held for a better ranked publisher",
            Gate::Updates => "Held since the story had many updates",
            Gate::Quiet => "Held during quiet hours",
            Gate::Rate | Gate::Withdrawn | Gate::Room => "Held since the channel had much",
        };
        match self.count {
            1 => format!("{why}, since {}.", self.since),
            n => format!("{why}, since {}: one of {n} items.", self.since),
        }
    }
}
