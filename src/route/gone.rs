//! What was held back on a channel that the configuration no longer has: it was renamed or removed.

use std::sync::Arc;

use jiff::Timestamp;

use super::policy::Asked;
use super::{Route, UNROUTED, hold};
use crate::item::Seq;
use crate::log::{Entry, Gate, Shown, Timer, Withheld};
use crate::story::StoryId;

impl Route {
    /// Lets go what waits on channels that are no more.
    pub(super) fn let_go_gone(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        let is_gone = |channel: &str| self.rules.channel(channel).is_none();
        for (channel, story, item) in self.policies.take_gone(is_gone) {
            let timer = self.deliver_elsewhere(&channel, story, item, now);
            self.record_early(out);
            self.stories.carry(story, timer.channels.iter().map(String::as_str), now);
            out.push(Entry::Timer(timer));
        }
    }

    /// Delivers a story where the rules send it now: to the channels that did not carry it yet, past
    /// their policies, or to `unrouted`. On `gone` it is withdrawn.
    fn deliver_elsewhere(
        &mut self,
        gone: &Arc<str>,
        story: StoryId,
        item: Seq,
        now: Timestamp,
    ) -> Timer {
        let live = self.stories.get(story).and_then(|live| {
            let (latest, course) = live.latest().zip(live.course.as_ref())?;
            Some((latest, course.at(now), live.parts.clone()))
        });
        let reason = format!("Held on the channel `{gone}`, which is no more.");
        let mut timer = Timer {
            at: now,
            story,
            item,
            channels: Vec::new(),
            withheld: Vec::new(),
            reason,
            shown: None,
        };
        let mut is_unrouted = true;
        if let Some(((latest, family), state, parts)) = live {
            let holding = self.rules.holding(&parts, &state, now);
            is_unrouted = holding.is_empty();
            timer.channels = self.missed(story, &holding);
            let asked = Asked::late(story, latest, family, state.publishers, now);
            timer.withheld = hold::let_through(
                &mut self.policies,
                &asked,
                &self.stories,
                &parts,
                &mut timer.channels,
                &mut self.early,
            );
            timer.item = latest;
            timer.shown = Some(Shown::late(state, self.rules.ruled(&holding)));
        }
        if is_unrouted && !self.stories.carried(story, UNROUTED) {
            timer.channels.push(UNROUTED.to_owned());
        }
        let (channel, gate) = (gone.to_string(), Gate::Withdrawn);
        timer.withheld.push(Withheld { channel, gate, until: None, urgent: false });
        timer
    }
}
