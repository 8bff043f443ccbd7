//! Channel policies: what a channel holds back of what its rules send, and when it lets it go.
//!
//! Asked once for every delivery, before commit; what they decide stands in the record. A delivery
//! passes the [gates](Gate) in their order; at the first that is closed it waits, as one line for
//! its story, until the gate opens or another item of the story is let through. A correction, kill
//! or dispute of a story that the channel carries passes them all.
//!
//! `keeper` is the state of one channel, `pending` a delivery that waits, `meter` counts, `release`
//! is what time brings about.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::condition::PartId;
use super::rules::Rules;
use crate::config::Policy;
use crate::item::{Item, Seq};
use crate::log::record::Timer;
use crate::log::{Digest, Gate, Withheld};
use crate::metrics::Waiting;
use crate::publisher::{Publisher, Publishers};
use crate::story::{FoldDecision, StoryId, Teller};

mod byhand;
mod keeper;
mod meter;
mod pending;
mod release;
mod restore;

use keeper::{Keeper, Step};
pub(super) use pending::{Asked, Withdraws};

/// What a start reads back of the log at least: a delivery may wait a day at each of three gates.
pub(super) const MEMORY: Duration = Duration::from_secs(3 * 86_400);

/// The policy of a channel, compiled.
#[derive(Clone, Debug)]
pub(super) struct Ruling {
    pub(super) channel: Arc<str>,
    pub(super) policy: Policy,
    /// The text part of `quiet_except`.
    pub(super) except: Option<PartId>,
}

/// The policies of all channels that have one, or have something held back.
#[derive(Debug, Default)]
pub(super) struct Policies {
    keepers: BTreeMap<Arc<str>, Keeper>,
    pub(super) publishers: Publishers,
    pub(super) waiting: Waiting,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// It goes out.
    Deliver,
    /// The story goes out, but with another item of it.
    Instead(Timer),
    /// It does not go out now.
    Withhold(Withheld),
}

impl Policies {
    pub(super) fn new(rules: &Rules, waiting: Waiting) -> Policies {
        let mut policies = Policies { waiting, ..Policies::default() };
        policies.replace(rules);
        policies
    }

    /// Goes over to other policies. What is held back is looked at again at once.
    pub(super) fn replace(&mut self, rules: &Rules) {
        self.publishers = rules.publishers.clone();
        for keeper in self.keepers.values_mut() {
            // Without a policy everything goes.
            (keeper.policy, keeper.except) = (Policy::default(), None);
            keeper.look_again();
        }
        for ruling in &rules.policies {
            let new = || Keeper::new(ruling.channel.clone(), self.waiting.clone());
            let keeper = self.keepers.entry(ruling.channel.clone()).or_insert_with(new);
            (keeper.policy, keeper.except) = (ruling.policy.clone(), ruling.except);
            keeper.best_rank = rules.publishers.best_rank();
        }
        self.keepers.retain(|_, keeper| !keeper.is_idle());
    }

    /// Whether nothing is ever held back.
    pub(super) fn is_empty(&self) -> bool {
        self.keepers.is_empty()
    }

    /// The text part by which items pass a channel's quiet hours.
    pub(super) fn except(&self, channel: &str) -> Option<PartId> {
        self.keepers.get(channel)?.except
    }

    /// Asks a channel's policy.
    pub(super) fn ask(&mut self, channel: &str, asked: &Asked) -> Answer {
        let Some(keeper) = self.keepers.get_mut(channel) else { return Answer::Deliver };
        let Asked { story, now, .. } = *asked;
        let withheld = |gate, until| {
            let channel = channel.to_owned();
            Answer::Withhold(Withheld { channel, gate, until, urgent: asked.urgent })
        };
        if asked.withdraws == Withdraws::Own {
            // What others told of the story goes on waiting.
            keeper.took_place(now);
            return Answer::Deliver;
        }
        if asked.update && asked.carries {
            // What waited of the story is out of date.
            keeper.take(story);
            keeper.took_place(now);
            return Answer::Deliver;
        }
        if asked.withdraws == Withdraws::Story {
            if keeper.take(story).is_some() {
                return withheld(Gate::Withdrawn, None);
            }
            keeper.delivered(story, true, now);
            return Answer::Deliver;
        }
        let mut pending = keeper.joined(asked);
        match keeper.step(story, &pending, now, false) {
            Step::Go => {
                keeper.delivered(story, pending.first, now);
                if pending.item == asked.item {
                    return Answer::Deliver;
                }
                let (item, reason) = (pending.item, pending.reason());
                let (channels, withheld) = (vec![channel.to_owned()], Vec::new());
                let timer = Timer { at: now, story, item, channels, withheld, reason, shown: None };
                Answer::Instead(timer)
            }
            Step::Wait(..) if !keeper.has_room() => {
                keeper.leave_out(Gate::Room, pending.count, now);
                withheld(Gate::Room, None)
            }
            Step::Wait(gate, until) => {
                pending.hold(gate, until);
                keeper.put(story, pending);
                withheld(gate, Some(until))
            }
            Step::Drop(gate) => {
                keeper.leave_out(gate, pending.count, now);
                withheld(gate, None)
            }
        }
    }

    /// Gives up what waits of a story that is withdrawn, beside what is `asked` for. Returns where
    /// that was.
    pub(super) fn withdraw(&mut self, story: StoryId, asked: &[String]) -> Vec<String> {
        let mut withdrawn = Vec::new();
        for (channel, keeper) in &mut self.keepers {
            let is_asked = asked.iter().any(|name| **name == **channel);
            if !is_asked && keeper.take(story).is_some() {
                withdrawn.push(channel.to_string());
            }
        }
        withdrawn
    }

    /// Gives up what waits of a story's items that their provider withdraws. Where others stand by the
    /// story, what waits of theirs stays, and of a story that was not shown yet `latest` of them and
    /// its family wait in its place; returns where there is none.
    pub(super) fn withdraw_own(
        &mut self,
        asked: &Asked,
        latest: Option<(Seq, u32)>,
    ) -> Vec<String> {
        let mut withdrawn = Vec::new();
        for (channel, keeper) in &mut self.keepers {
            let Some(mut pending) = keeper.take(asked.story) else { continue };
            pending.publishers = asked.publishers;
            if pending.give_up(|family, _| family == asked.family, latest) {
                keeper.put(asked.story, pending);
            } else {
                withdrawn.push(channel.to_string());
            }
        }
        withdrawn
    }

    /// Who told an item: as fold found it; where it found nobody, or a log of before does not say, by what
    /// the item says itself.
    pub(super) fn teller(&self, item: &Item, fold: &FoldDecision) -> Teller {
        if fold.teller.family != 0 {
            return fold.teller;
        }
        let publisher = self.publishers.of(item);
        let teller = |it: Publisher| Teller { family: it.family_id(), rank: it.rank };
        publisher.map(teller).unwrap_or_default()
    }

    /// Takes out what waits on channels that are gone: each story with the item that stands for it.
    pub(super) fn take_gone(
        &mut self,
        is_gone: impl Fn(&str) -> bool,
    ) -> Vec<(Arc<str>, StoryId, Seq)> {
        let mut taken = Vec::new();
        for (channel, keeper) in self.keepers.iter_mut().filter(|(channel, _)| is_gone(channel)) {
            let stories: Vec<_> = keeper.pending.keys().copied().collect();
            for story in stories {
                let pending = keeper.take(story);
                taken.extend(pending.map(|pending| (channel.clone(), story, pending.item)));
            }
            // Nobody can be told of it.
            keeper.left_out = None;
        }
        taken
    }

    /// When something that is held back is to be looked at.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.keepers.values().filter_map(Keeper::next).min()
    }

    /// Stories that wait, on how many channels.
    pub(super) fn held(&self) -> usize {
        self.keepers.values().map(|keeper| keeper.pending.len()).sum()
    }
}

/// What time brought about on the channels.
#[derive(Debug, Default)]
pub(super) struct Released {
    /// Deliveries by themselves, and what was given up.
    pub(super) timers: Vec<Timer>,
    /// Deliveries together.
    pub(super) digests: Vec<Digest>,
}

impl Released {
    /// What was delivered on which channel.
    pub(super) fn carried(&self) -> impl Iterator<Item = (StoryId, &str)> {
        let single = self
            .timers
            .iter()
            .flat_map(|timer| timer.channels.iter().map(|channel| (timer.story, channel.as_str())));
        let together = self.digests.iter().flat_map(|digest| {
            digest.entries.iter().map(|entry| (entry.story, digest.channel.as_str()))
        });
        single.chain(together)
    }
}

#[cfg(test)]
mod tests;
