//! Where deliveries pass the policies of their channels, and where a start takes over what was
//! held back.

use std::time::Duration;

use jiff::Timestamp;

use super::condition::PartId;
use super::policy::{Answer, Asked, Policies, Released, Withdraws};
use super::stories::Stories;
use super::{Route, policy};
use crate::log::record::Timer;
use crate::log::{Decision, Digest, DigestEntry, Entry, Gate, Shown, Withheld};
use crate::metrics::Waiting;
use crate::prepare::Prepared;
use crate::story::{Out, StoryId};

/// Leaves in `channels` those that get the item now, and tells what became of the others. What a
/// policy lets go in place of the item goes to `early`.
pub(super) fn let_through(
    policies: &mut Policies,
    asked: &Asked,
    stories: &Stories,
    satisfied: &[PartId],
    channels: &mut Vec<String>,
    early: &mut Vec<Timer>,
) -> Vec<Withheld> {
    let mut withheld = Vec::new();
    if policies.is_empty() {
        return withheld;
    }
    let withdrawn = match asked.withdraws {
        Withdraws::Nothing => Vec::new(),
        Withdraws::Own => policies.withdraw_own(asked, stories.latest(asked.story)),
        Withdraws::Story => policies.withdraw(asked.story, channels),
    };
    // Where the item is shown it says itself what became of the others.
    for channel in withdrawn.into_iter().filter(|channel| !channels.contains(channel)) {
        withheld.push(Withheld { channel, gate: Gate::Withdrawn, until: None, urgent: false });
    }
    channels.retain(|channel| {
        let except = policies.except(channel);
        let urgent = except.is_some_and(|part| satisfied.binary_search(&part).is_ok());
        let carries = stories.told_of(asked.story, channel, asked.update);
        match policies.ask(channel, &Asked { carries, urgent, ..*asked }) {
            Answer::Deliver => return true,
            Answer::Instead(timer) => early.push(timer),
            Answer::Withhold(it) => withheld.push(it),
        }
        false
    });
    withheld
}

impl Route {
    /// How far back in the log a start must read, so that nothing that is held back is forgotten.
    /// `changed`: by whatever policies.
    pub fn memory(&self, changed: bool) -> Duration {
        if self.policies.is_empty() && !changed { Duration::ZERO } else { policy::MEMORY }
    }

    /// The log was read back; `changed`: it was written with another configuration.
    pub fn restored(&mut self, changed: bool) {
        self.policies.restored(changed);
    }

    /// What waits, kept up to date while the stage runs.
    pub fn waiting(&self) -> Waiting {
        self.policies.waiting.clone()
    }

    /// Stories that channels hold back, each counted on each channel.
    pub fn held(&self) -> usize {
        self.policies.held()
    }

    /// Records what policies let go in place of the item at hand.
    pub(super) fn record_early(&mut self, out: &mut Vec<Entry>) {
        for mut timer in std::mem::take(&mut self.early) {
            timer.shown = self.on_channel(&timer);
            let channels = timer.channels.iter().map(String::as_str);
            self.stories.carry(timer.story, channels, timer.at);
            out.push(Entry::Timer(timer));
        }
    }

    /// Lets go what has been held back long enough.
    pub(super) fn let_go(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        if self.policies.next().is_none_or(|at| at > now) {
            return;
        }
        self.let_go_gone(now, out);
        let released = self.policies.wake(now);
        for (story, channel) in released.carried() {
            self.stories.carry(story, [channel], now);
        }
        let Released { mut timers, mut digests } = released;
        for timer in &mut timers {
            timer.shown = self.on_channel(timer);
        }
        for digest in &mut digests {
            let shown = |entry: &DigestEntry| self.shown(entry.story, &digest.channel, now);
            digest.shown = digest.entries.iter().map(shown).collect();
        }
        out.extend(timers.into_iter().map(Entry::Timer));
        out.extend(digests.into_iter().map(Entry::Digest));
    }

    /// The story of what one channel let go, as it is told there now.
    fn on_channel(&self, timer: &Timer) -> Option<Shown> {
        self.shown(timer.story, timer.channels.first()?, timer.at)
    }

    /// A story as it stands `now`, delivered on a channel. Where no rule sends it there any more, as when
    /// its schedule has closed, its item has the rules that did.
    fn shown(&self, story: StoryId, channel: &str, now: Timestamp) -> Option<Shown> {
        let live = self.stories.get(story)?;
        let state = live.course.as_ref()?.at(now);
        let holding = self.rules.holding(&live.parts, &state, now);
        let channel = self.rules.channel(channel);
        let sends = channel.is_some_and(|it| self.rules.channels_of(&holding).contains(&it));
        let ruled = sends.then(|| self.rules.ruled(&holding));
        Some(Shown { out: Out { state, disputes: false }, ruled, uncovered: false })
    }

    /// Takes over what channels held back of an item before a restart.
    pub(super) fn restore_held(&mut self, prepared: &Prepared, decision: &Decision) {
        if self.policies.is_empty() && decision.withheld.is_empty() {
            return;
        }
        let asked = Asked::about(prepared, &decision.fold, &self.policies);
        if asked.withdraws == Withdraws::Own {
            self.policies.withdraw_own(&asked, self.stories.latest(asked.story));
        }
        for channel in &decision.channels {
            let carries = self.stories.carried(asked.story, channel);
            self.policies.restore_delivered(channel, &Asked { carries, ..asked });
        }
        self.restore_withheld(&decision.withheld, &asked);
    }

    /// Takes over what time set off before a restart. `update`: it uncovered a correction, kill or dispute.
    pub(super) fn restore_timer(&mut self, timer: &Timer, update: bool) {
        let (story, stories) = (timer.story, &self.stories);
        self.policies.restore_timer(timer, update, |channel| stories.carried(story, channel));
        let still = timer.only_waits();
        let waits = |withheld: &&Withheld| {
            let is_known = still && self.policies.restore_wait(story, timer.item, withheld);
            withheld.until.is_some() && !is_known
        };
        let held: Vec<Withheld> = timer.withheld.iter().filter(waits).cloned().collect();
        if held.is_empty() {
            return;
        }
        // A story that has left the window waits for nothing but the time.
        let live = self.stories.get(story);
        let course = live.and_then(|live| live.course.as_ref());
        let state = timer.shown.as_ref().map(|shown| shown.out.state);
        let state = state.or_else(|| course.map(|course| course.at(timer.at)));
        let publishers = state.map_or(u32::MAX, |state| state.publishers);
        let family = live.map_or(0, |live| live.family_of(timer.item));
        let asked = Asked::late(story, timer.item, family, publishers, timer.at);
        self.restore_withheld(&held, &asked);
    }

    fn restore_withheld(&mut self, withheld: &[Withheld], asked: &Asked) {
        for withheld in withheld {
            let carries = self.stories.carried(asked.story, &withheld.channel);
            self.policies.restore_withheld(withheld, &Asked { carries, ..*asked });
        }
    }

    /// Takes over a digest that was made before a restart.
    pub fn apply_digest(&mut self, digest: &Digest) {
        let stories = &self.stories;
        self.policies.restore_digest(digest, |story| stories.carried(story, &digest.channel));
        for entry in &digest.entries {
            self.stories.carry(entry.story, [digest.channel.as_str()], digest.at);
        }
        self.wakes.pass(digest.at, &self.rules);
    }
}
