//! Corrections by hand: which channels are told. They pass all policies: a person has decided.

use jiff::Timestamp;

use super::condition::PartId;
use super::document::View;
use super::rules::RuleId;
use super::stories::Stories;
use super::{Route, UNROUTED};
use crate::feedback::{Corrected, Merged, Outcome, Parted, Request};
use crate::item::Seq;
use crate::log::{Change, Entry, Feedback, Ruled};
use crate::prepare::Prepared;
use crate::story::{Course, StoryId};

impl Route {
    /// Makes a record of what fold has corrected. An item that was split off is delivered to the
    /// channels whose rules hold for it alone, as a new story. A merge is told where the story
    /// that is an alias now was shown, and where rules hold only for the two together.
    pub(super) fn correct(&mut self, request: Request) -> Option<Entry> {
        let Request { at, prepared, corrected, answer, .. } = request;
        let feedback = match (corrected?, prepared) {
            (Corrected::Split(parted), Some(item)) => self.split(&item, &parted, at),
            (Corrected::Merge(merged), _) => self.merge(merged, at),
            (Corrected::Split(_), None) => return None,
        };
        let (story, item) = (feedback.change.story(), feedback.item);
        answer.give(Ok(Outcome { story, item, channels: feedback.channels.clone() }));
        Some(Entry::Feedback(feedback))
    }

    fn split(&mut self, item: &Prepared, parted: &Parted, at: Timestamp) -> Feedback {
        let rules = &self.rules;
        self.document.read(View::prepared(item), &rules.atoms, &rules.families);
        rules.satisfied(&self.document, &mut self.satisfied);
        let parts = self.satisfied.clone();
        let held = parts.iter().map(|part| rules.parts[*part as usize].digest).collect();
        let Parted { from, opens, course: Course { state, .. }, .. } = *parted;
        let holding = rules.holding(&parts, &state, at);
        let ruled = rules.ruled(&holding);
        // What is under embargo is not shown before its time, whoever moves it.
        let channels = if parted.held { Vec::new() } else { self.named(&holding) };
        self.part(item.seq, parted, &parts, at);
        self.told(opens, &channels, at);
        let change = Change::Split { from, opens };
        let left = parted.left.as_ref().map(|(_, course)| course.state);
        let Ruled { rules, priority, labels } = ruled;
        let item = item.seq;
        Feedback { at, change, item, channels, state, rules, held, left, priority, labels }
    }

    fn merge(&mut self, merged: Merged, at: Timestamp) -> Feedback {
        let Merged { kept, alias, latest, course, held } = merged;
        let state = course.state;
        let mut channels: Vec<String> =
            self.stories.carriers(alias).map(|name| name.to_string()).collect();
        self.unite_by_hand(kept, alias, Some(course), at);
        let parts = self.stories.get(kept).map_or(&[][..], |live| &live.parts[..]);
        let holding = self.rules.holding(parts, &state, at);
        let Ruled { rules, priority, labels } = self.rules.ruled(&holding);
        if !holding.is_empty() {
            let matched = self.named(&holding);
            let new = |name: &String| !self.stories.carried(kept, name) && !channels.contains(name);
            let new: Vec<String> = matched.into_iter().filter(new).collect();
            channels.extend(new);
        }
        if held {
            channels.clear();
        }
        self.told(kept, &channels, at);
        let change = Change::Merge { alias, kept };
        let (item, held, left) = (latest, Vec::new(), None);
        Feedback { at, change, item, channels, state, rules, held, left, priority, labels }
    }

    /// Takes over a correction that was recorded before a restart. `corrected` is what fold made
    /// of it.
    pub fn apply_feedback(&mut self, feedback: &Feedback, corrected: Option<Corrected>) {
        let at = feedback.at;
        match (feedback.change, corrected) {
            (Change::Split { .. }, Some(Corrected::Split(parted))) => {
                let parts = feedback.held.iter().filter_map(|held| self.rules.part_of(*held));
                let parts: Vec<PartId> = parts.collect();
                self.part(feedback.item, &parted, &parts, at);
            }
            (Change::Merge { alias, kept }, corrected) => {
                let course = match corrected {
                    Some(Corrected::Merge(merged)) => Some(merged.course),
                    _ => None,
                };
                self.unite_by_hand(kept, alias, course, at);
            }
            (Change::Split { .. }, _) => {}
        }
        self.told(feedback.change.story(), &feedback.channels, at);
        self.wakes.pass(at, &self.rules);
    }

    fn part(&mut self, item: Seq, parted: &Parted, parts: &[PartId], at: Timestamp) {
        let Parted { from, left, opens, course, held, family } = parted;
        // Nobody was shown what is held, but may have been the version before.
        if !*held || self.embargoes.holds_version(item) {
            self.stories.part(*from, *opens, at);
        }
        self.stories.left(*from, item, left.as_ref());
        let latest = left.as_ref().and_then(|(latest, _)| *latest);
        let of_latest = self.stories.get(*from).zip(latest).map_or(0, |(it, at)| it.family_of(at));
        self.policies.left(*from, item, left.as_ref(), of_latest);
        let live = self.stories.enter(*opens, at);
        live.course = Some(course.clone());
        if !*held {
            live.tell(*family, item);
        }
        if *held {
            let digests = parts.iter().map(|part| self.rules.parts[*part as usize].digest);
            self.embargoes.part(item, *opens, digests.collect());
        } else {
            parts.iter().for_each(|part| _ = live.satisfy(*part));
        }
    }

    fn unite_by_hand(
        &mut self,
        kept: StoryId,
        alias: StoryId,
        course: Option<Course>,
        at: Timestamp,
    ) {
        self.unite(kept, alias, at);
        if let (Some(live), Some(course)) = (self.stories.get_mut(kept), course) {
            live.course = Some(course);
        }
    }

    /// Makes one story of two.
    pub(super) fn unite(&mut self, kept: StoryId, alias: StoryId, now: Timestamp) {
        self.stories.unite(kept, alias, now);
        let (stories, rules) = (&self.stories, &self.rules);
        self.policies.unite(kept, alias, |channel| {
            let number = rules.channel(channel).filter(|_| stories.carried(kept, channel))?;
            Some(rules.channels[usize::from(number)].1)
        });
        self.embargoes.unite(kept, alias);
    }

    /// The channels of rules, `unrouted` without any.
    fn named(&self, holding: &[RuleId]) -> Vec<String> {
        if holding.is_empty() {
            return vec![UNROUTED.to_owned()];
        }
        let numbers = self.rules.channels_of(holding).into_iter();
        numbers.map(|number| self.rules.name_of(number).to_string()).collect()
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
    fn left(&mut self, story: StoryId, item: Seq, left: Option<&(Option<Seq>, Course)>) {
        let Some(live) = self.get_mut(story) else { return };
        live.leave(item, left.and_then(|(latest, _)| *latest));
        live.course = left.map(|(_, course)| course.clone());
    }
}
