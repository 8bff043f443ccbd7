//! What policies know, from the log: recorded decisions are taken over, not made again. What a channel
//! held back is known also where it has no policy any more.

use std::sync::Arc;

use super::Policies;
use super::keeper::Keeper;
use super::pending::{Asked, Withdraws};
use crate::item::Seq;
use crate::log::record::Timer;
use crate::log::{Digest, Gate, Withheld};
use crate::story::StoryId;

impl Policies {
    /// A delivery was recorded.
    pub(in crate::route) fn restore_delivered(&mut self, channel: &str, asked: &Asked) {
        let Some(keeper) = self.keepers.get_mut(channel) else { return };
        if asked.withdraws != Withdraws::Own {
            keeper.take(asked.story);
        }
        keeper.took_place(asked.now);
        if !asked.update {
            keeper.carried(asked.story, !asked.carries, asked.now);
        }
    }

    /// It was recorded that a delivery was held back.
    pub(in crate::route) fn restore_withheld(&mut self, withheld: &Withheld, asked: &Asked) {
        if withheld.gate == Gate::Withdrawn {
            if let Some(keeper) = self.keepers.get_mut(withheld.channel.as_str()) {
                keeper.take(asked.story);
            }
            return;
        }
        let channel = Arc::<str>::from(withheld.channel.as_str());
        let new = || Keeper::new(channel.clone(), self.waiting.clone());
        let keeper = self.keepers.entry(channel.clone()).or_insert_with(new);
        let mut pending = keeper.joined(&Asked { urgent: withheld.urgent, ..*asked });
        match withheld.until {
            Some(until) => {
                pending.hold(withheld.gate, until);
                keeper.put(asked.story, pending);
            }
            None => keeper.leave_out(withheld.gate, pending.count, asked.now),
        }
    }

    /// It was recorded that time brought something about. `update`: it uncovered a correction, kill or
    /// dispute.
    pub(in crate::route) fn restore_timer(
        &mut self,
        timer: &Timer,
        update: bool,
        carries: impl Fn(&str) -> bool,
    ) {
        for channel in &timer.channels {
            let Some(keeper) = self.keepers.get_mut(channel.as_str()) else { continue };
            if update && carries(channel) {
                keeper.take(timer.story);
                keeper.took_place(timer.at);
            } else {
                keeper.delivered(timer.story, !carries(channel), timer.at);
            }
        }
        for withheld in timer.withheld.iter().filter(|withheld| withheld.until.is_none()) {
            let Some(keeper) = self.keepers.get_mut(withheld.channel.as_str()) else { continue };
            let count = keeper.take(timer.story).map_or(1, |pending| pending.count);
            keeper.leave_out(withheld.gate, count, timer.at);
        }
    }

    /// It was recorded that what waits of a story goes on waiting, for another reason or longer. False
    /// when nothing for which this `item` stands is known to wait.
    pub(in crate::route) fn restore_wait(
        &mut self,
        story: StoryId,
        item: Seq,
        withheld: &Withheld,
    ) -> bool {
        let Some(until) = withheld.until else { return false };
        let Some(keeper) = self.keepers.get_mut(withheld.channel.as_str()) else { return false };
        if keeper.pending.get(&story).is_none_or(|pending| pending.item != item) {
            return false;
        }
        if let Some(mut pending) = keeper.take(story) {
            pending.urgent |= withheld.urgent;
            pending.hold(withheld.gate, until);
            keeper.put(story, pending);
        }
        true
    }

    /// The log was read back. What is held back where nothing holds it any more is looked at at once,
    /// and so is everything if policies may be others than those that held it back.
    pub(in crate::route) fn restored(&mut self, changed: bool) {
        for keeper in self.keepers.values_mut() {
            if changed || keeper.policy.is_open() {
                keeper.look_again();
            }
        }
        self.keepers.retain(|_, keeper| !keeper.is_idle());
    }

    /// A digest was recorded.
    pub(in crate::route) fn restore_digest(
        &mut self,
        digest: &Digest,
        carries: impl Fn(StoryId) -> bool,
    ) {
        let Some(keeper) = self.keepers.get_mut(digest.channel.as_str()) else { return };
        keeper.took_place(digest.at);
        for entry in &digest.entries {
            keeper.carried(entry.story, !carries(entry.story), digest.at);
        }
        if digest.left_out > 0 {
            keeper.left_out = None;
        }
    }
}
