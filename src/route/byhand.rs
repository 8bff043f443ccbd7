//! Corrections by hand: which channels are told. They pass all policies: a person has decided.

use jiff::Timestamp;

use super::condition::PartId;
use super::document::View;
use super::rules::RuleId;
use super::stories::Stories;
use super::{Route, UNROUTED};
use crate::feedback::{Corrected, Outcome, Request};
use crate::item::Seq;
use crate::log::{Change, Entry, Feedback};
use crate::prepare::Prepared;
use crate::story::{StoryId, StoryState};

impl Route {
    /// Makes a record of what fold has corrected. An item that was split off is delivered to the
    /// channels whose rules hold for it alone, as a new story. A merge is told where the story
    /// that is an alias now was shown, and where rules hold only for the two together.
    pub(super) fn correct(&mut self, request: Request) -> Option<Entry> {
        let Request { at, prepared, corrected, answer, .. } = request;
        let feedback = match (corrected?, prepared) {
            (Corrected::Split { from, left, opens, state }, Some(item)) => {
                self.split(&item, from, left, opens, state, at)
            }
            (Corrected::Merge { kept, alias, latest, state }, _) => {
                self.merge(kept, alias, latest, state, at)
            }
            (Corrected::Split { .. }, None) => return None,
        };
        let (story, item) = (feedback.change.story(), feedback.item);
        answer.give(Ok(Outcome { story, item, channels: feedback.channels.clone() }));
        Some(Entry::Feedback(feedback))
    }

    fn split(
        &mut self,
        item: &Prepared,
        from: StoryId,
        left: Option<(Seq, StoryState)>,
        opens: StoryId,
        state: StoryState,
        at: Timestamp,
    ) -> Feedback {
        let rules = &self.rules;
        self.document.read(View::prepared(item), &rules.atoms, &rules.families);
        rules.satisfied(&self.document, &mut self.satisfied);
        let parts = self.satisfied.clone();
        let held = parts.iter().map(|part| rules.parts[*part as usize].digest).collect();
        let holding = rules.holding(&parts, &state, at);
        let names = holding.iter().map(|rule| rules.rules[*rule as usize].name.to_string());
        let names = names.collect();
        let channels = self.named(&holding);
        self.part(from, left, opens, (item.seq, state), &parts, at);
        self.told(opens, &channels, at);
        let change = Change::Split { from, opens };
        Feedback { at, change, item: item.seq, channels, state, rules: names, held }
    }

    fn merge(
        &mut self,
        kept: StoryId,
        alias: StoryId,
        latest: Seq,
        state: StoryState,
        at: Timestamp,
    ) -> Feedback {
        let mut channels: Vec<String> =
            self.stories.carriers(alias).map(|name| name.to_string()).collect();
        self.unite(kept, alias, at);
        let parts = self.stories.get(kept).map_or(&[][..], |live| &live.parts[..]);
        let holding = self.rules.holding(parts, &state, at);
        let names = holding.iter().map(|rule| self.rules.rules[*rule as usize].name.to_string());
        let rules = names.collect();
        if !holding.is_empty() {
            let matched = self.named(&holding);
            let new = |name: &String| !self.stories.carried(kept, name) && !channels.contains(name);
            let new: Vec<String> = matched.into_iter().filter(new).collect();
            channels.extend(new);
        }
        self.told(kept, &channels, at);
        let change = Change::Merge { alias, kept };
        Feedback { at, change, item: latest, channels, state, rules, held: Vec::new() }
    }

    /// Takes over a correction that was recorded before a restart. `corrected` is what fold made
    /// of it.
    pub fn apply_feedback(&mut self, feedback: &Feedback, corrected: Option<Corrected>) {
        let at = feedback.at;
        match (feedback.change, corrected) {
            (Change::Split { .. }, Some(Corrected::Split { from, left, opens, state })) => {
                let parts = feedback.held.iter().filter_map(|held| self.rules.part_of(*held));
                let parts: Vec<PartId> = parts.collect();
                self.part(from, left, opens, (feedback.item, state), &parts, at);
            }
            (Change::Merge { alias, kept }, _) => self.unite(kept, alias, at),
            (Change::Split { .. }, _) => {}
        }
        self.told(feedback.change.story(), &feedback.channels, at);
        self.wakes.pass(at, &self.rules);
    }

    fn part(
        &mut self,
        from: StoryId,
        left: Option<(Seq, StoryState)>,
        opens: StoryId,
        (item, state): (Seq, StoryState),
        parts: &[PartId],
        at: Timestamp,
    ) {
        self.stories.left(from, item, left);
        self.policies.left(from, item, left);
        let live = self.stories.enter(opens, at);
        for part in parts {
            live.satisfy(*part);
        }
        live.join(item, false, state);
    }

    /// Makes one story of two.
    pub(super) fn unite(&mut self, kept: StoryId, alias: StoryId, now: Timestamp) {
        self.stories.unite(kept, alias, now);
        self.policies.unite(kept, alias);
        self.embargoes.unite(kept, alias);
    }

    /// The channels of rules, `unrouted` without any.
    fn named(&self, holding: &[RuleId]) -> Vec<String> {
        if holding.is_empty() {
            return vec![UNROUTED.to_owned()];
        }
        let numbers = self.rules.channels_of(holding);
        let name = |number| self.rules.channels[usize::from(number)].0.to_string();
        numbers.into_iter().map(name).collect()
    }

    fn told(&mut self, story: StoryId, channels: &[String], at: Timestamp) {
        for channel in channels {
            self.policies.told(channel, story, at);
        }
        self.stories.carry(story, channels.iter().map(String::as_str), at);
    }
}

impl Stories {
    /// An item has left a story; `left` is what is the latest there now.
    fn left(&mut self, story: StoryId, item: Seq, left: Option<(Seq, StoryState)>) {
        let Some(live) = self.get_mut(story) else { return };
        live.latest = match (live.latest, left) {
            (Some((latest, _)), Some((_, state))) if latest != item => Some((latest, state)),
            (_, left) => left,
        };
    }
}
