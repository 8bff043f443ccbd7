//! What one channel holds back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::meter::{Meter, Meters};
use super::pending::{Asked, Pending};
use crate::config::{AtDeadline, Overflow, Policy, Rate};
use crate::log::Gate;
use crate::metrics::Waiting;
use crate::route::condition::PartId;
use crate::route::schedule;
use crate::story::StoryId;

/// How much one channel holds back at most.
const MOST: usize = 10_000;

/// The state of one channel's policy.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    channel: Arc<str>,
    waiting: Waiting,
    pub(super) policy: Policy,
    /// The text part by which an item passes during quiet hours.
    pub(super) except: Option<PartId>,
    /// The best configured rank.
    pub(super) best_rank: Option<u32>,
    pub(super) pending: BTreeMap<StoryId, Pending>,
    /// When each of `pending` is looked at again.
    due: BTreeSet<(Timestamp, StoryId)>,
    deliveries: Meter,
    updates: Meters,
    pub(super) left_out: Option<LeftOut>,
}

/// Deliveries that were dropped and are yet to be told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeftOut {
    pub(super) count: u64,
    pub(super) limits: Limits,
    pub(super) since: Timestamp,
    pub(super) due: Timestamp,
}

/// Which limits of a channel were passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// `rate`, or what can wait at all.
    pub(super) rate: bool,
    /// `max_updates`.
    pub(super) updates: bool,
}

impl Limits {
    /// Takes note of what a gate holds back or drops.
    pub(super) fn note(&mut self, gate: Gate) {
        self.updates |= gate == Gate::Updates;
        self.rate |= matches!(gate, Gate::Rate | Gate::Room);
    }
}

/// What becomes of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It goes out.
    Go,
    /// It is looked at again then.
    Wait(Gate, Timestamp),
    /// It is given up.
    Drop(Gate),
}

impl Keeper {
    /// A channel that holds nothing back. What it does is counted in `waiting`.
    pub(super) fn new(channel: Arc<str>, waiting: Waiting) -> Keeper {
        Keeper { channel, waiting, ..Keeper::default() }
    }

    /// What becomes of a delivery at `now`. `with_room`: whatever the channel's rate.
    pub(super) fn step(
        &self,
        story: StoryId,
        it: &Pending,
        now: Timestamp,
        with_room: bool,
    ) -> Step {
        let policy = &self.policy;
        if it.first {
            if let Some(wanted) = policy.publishers
                && it.publishers < wanted.least
            {
                let deadline = after(it.since, wanted.deadline);
                if now < deadline {
                    return Step::Wait(Gate::Publishers, deadline);
                }
                if wanted.at_deadline == AtDeadline::Drop {
                    return Step::Drop(Gate::Publishers);
                }
            }
            if let Some(within) = policy.prefer_rank
                && self.best_rank.is_some_and(|best| it.rank > best)
            {
                let until = after(it.since, within);
                if now < until {
                    return Step::Wait(Gate::Rank, until);
                }
            }
        } else if let Some(rate) = policy.max_updates
            && let Some(free) = self.updates.free_at(story, rate, now)
        {
            return self.beyond(Gate::Updates, free, it);
        }
        if !it.urgent
            && let Some(quiet) = &policy.quiet
            && let Some(closes) = schedule::closing(&quiet.hours, now)
        {
            return Step::Wait(Gate::Quiet, closes);
        }
        if let Some(rate) = policy.rate.filter(|_| !with_room)
            && let Some(free) = self.deliveries.free_at(rate, now)
        {
            return self.beyond(Gate::Rate, free, it);
        }
        Step::Go
    }

    fn beyond(&self, gate: Gate, free: Timestamp, it: &Pending) -> Step {
        // What waited for others goes out with them, however much it is.
        match self.policy.overflow {
            Overflow::Drop if !it.together => Step::Drop(gate),
            Overflow::Drop | Overflow::Digest => Step::Wait(gate, free),
        }
    }

    /// Whether one more may be held back.
    pub(super) fn has_room(&self) -> bool {
        self.pending.len() < MOST
    }

    /// When the channel's rate allows one more; `None` when it is now.
    pub(super) fn free_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.deliveries.free_at(self.policy.rate?, now)
    }

    /// Takes out what waits of a story.
    pub(super) fn take(&mut self, story: StoryId) -> Option<Pending> {
        let pending = self.pending.remove(&story)?;
        self.due.remove(&(pending.due, story));
        self.waiting.let_go(&self.channel, pending.gate);
        Some(pending)
    }

    /// Lets it wait until it is due.
    pub(super) fn put(&mut self, story: StoryId, pending: Pending) {
        self.take(story);
        self.waiting.hold(&self.channel, pending.gate);
        self.due.insert((pending.due, story));
        self.pending.insert(story, pending);
    }

    /// What waits of a story, with an item that came for it.
    pub(super) fn joined(&mut self, asked: &Asked) -> Pending {
        let by_rank = self.policy.prefer_rank.is_some();
        match self.take(asked.story) {
            Some(before) => before.join(asked, by_rank),
            None => Pending::new(asked),
        }
    }

    /// Takes note of a delivery of its own.
    pub(super) fn delivered(&mut self, story: StoryId, first: bool, now: Timestamp) {
        self.took_place(now);
        self.carried(story, first, now);
    }

    /// Takes note that the channel's rate was used once.
    pub(super) fn took_place(&mut self, now: Timestamp) {
        self.deliveries.count(self.policy.rate, now);
    }

    /// Takes note that a story, or an update to it, went out.
    pub(super) fn carried(&mut self, story: StoryId, first: bool, now: Timestamp) {
        self.take(story);
        if !first {
            self.updates.count(story, self.policy.max_updates, now);
        }
    }

    /// Counts what was dropped by one of the gates of which readers are told.
    pub(super) fn leave_out(&mut self, gate: Gate, count: u32, now: Timestamp) {
        let rate = match gate {
            Gate::Updates => self.policy.max_updates,
            Gate::Rate | Gate::Room => self.policy.rate,
            Gate::Publishers | Gate::Rank | Gate::Quiet | Gate::Withdrawn => return,
        };
        let wait = rate.map_or(SHORTEST, |Rate { period, .. }| period);
        let due = match gate {
            Gate::Rate => self.free_at(now),
            _ => None,
        };
        let due = due.unwrap_or_else(|| after(now, wait));
        let fresh = LeftOut { count: 0, limits: Limits::default(), since: now, due };
        let left_out = self.left_out.get_or_insert(fresh);
        left_out.count += u64::from(count);
        left_out.limits.note(gate);
    }

    /// When something is to be looked at.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let pending = self.due.first().map(|(due, _)| *due);
        let told = self.left_out.map(|left_out| left_out.due);
        [pending, told].into_iter().flatten().min()
    }

    /// What is due at `now`, in order.
    pub(super) fn due(&self, now: Timestamp) -> Vec<StoryId> {
        self.due.iter().take_while(|(due, _)| *due <= now).map(|(_, story)| *story).collect()
    }

    /// Has everything looked at again: the policy has changed.
    pub(super) fn look_again(&mut self) {
        self.due = self.pending.keys().map(|story| (Timestamp::MIN, *story)).collect();
        self.pending.values_mut().for_each(|pending| pending.due = Timestamp::MIN);
        if let Some(left_out) = &mut self.left_out {
            left_out.due = Timestamp::MIN;
        }
    }

    /// Whether it can be forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.policy.is_open() && self.pending.is_empty() && self.left_out.is_none()
    }
}

/// How long what found no room waits to be told of, where no rate says so.
const SHORTEST: std::time::Duration = std::time::Duration::from_secs(60);

fn after(since: Timestamp, wait: std::time::Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    since.checked_add(wait).unwrap_or(Timestamp::MAX)
}
