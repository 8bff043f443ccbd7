//! Embargoes: items that are decided about when they come, and delivered when they may be.
//!
//! A held item is a member of its story from the start, but it is not counted in it (see `fold`), no
//! rule sees its words and no channel carries it before its embargo ends, so that another report of
//! the event goes its own way. Every embargo with a known end is ended by a [`Timer`]: one that
//! delivers the item, or one without channels when a later version or a kill came first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::policy::Asked;
use super::{Route, UNROUTED, hold};
use crate::item::Seq;
use crate::log::record::{Shown, Timer};
use crate::log::{Decision, Entry};
use crate::metrics::Waiting;
use crate::prepare::Prepared;
use crate::story::embargo::{self, Subject};
use crate::story::{Course, FoldDecision, Folded, Out, StoryId, Verdict};

/// Items held at one time; further ones wait for a later version, as those without an end do.
const MOST: usize = 100_000;

/// The items that are held.
#[derive(Debug, Default)]
pub(super) struct Embargoes {
    held: BTreeMap<Seq, Held>,
    ends: BTreeSet<(Timestamp, Seq)>,
    names: HashMap<u64, Seq>,
    waiting: Waiting,
}

/// What is needed to deliver an item later.
#[derive(Debug)]
pub(super) struct Held {
    subject: Subject,
    until: Timestamp,
    /// Without its evidence, which the item's own record has. The state is that with the item, as
    /// it was expected when it came.
    fold: FoldDecision,
    /// Digests of the text parts that it satisfies.
    parts: Vec<u64>,
}

impl Held {
    /// Whether it is of what had been withdrawn when it came. What comes out of a story that is over lets it
    /// begin anew; only of this it was never expected.
    fn is_withdrawn(&self) -> bool {
        self.fold.state.killed
    }

    /// Its story as it comes out.
    fn comes_out(&self, course: Option<&Course>, now: Timestamp) -> Out {
        let FoldDecision { state, disputes, .. } = self.fold;
        let Some(course) = course else { return Out { state, disputes } };
        // Fold does not count what has left its window.
        course.with(self.subject.item).unwrap_or_else(|| Out { state: course.at(now), disputes })
    }
}

impl Embargoes {
    /// No items. How many there are is told to `waiting`.
    pub(super) fn new(waiting: Waiting) -> Embargoes {
        Embargoes { waiting, ..Embargoes::default() }
    }

    /// Whether one more item can be held.
    pub(super) fn has_room(&self) -> bool {
        self.held.len() < MOST
    }

    /// When the first of them ends.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.ends.first().map(|(until, _)| *until)
    }

    /// Holds an item that a publisher `family` told, if its decision says so and says until when.
    pub(super) fn note(&mut self, prepared: &Prepared, decision: &Decision, family: u32) {
        let Some(until) = decision.embargo.filter(|until| *until < Decision::OPEN_EMBARGO) else {
            return;
        };
        let FoldDecision { verdict, story, .. } = decision.fold;
        let Out { state, disputes } = decision.fold.out(prepared.seq);
        // Where the story is known by then, this is what the desk hears of it.
        let verdict = if verdict == Verdict::New { Verdict::Development } else { verdict };
        let subject = Subject::of(prepared, family);
        if let Some(name) = subject.name {
            self.names.insert(name, prepared.seq);
        }
        self.ends.insert((until, prepared.seq));
        let held = Held {
            subject,
            until,
            fold: FoldDecision::bare(verdict, story, state, disputes),
            parts: decision.held.clone(),
        };
        self.held.insert(prepared.seq, held);
        self.waiting.embargoed(self.held.len());
    }

    /// Ends the embargo of an item.
    pub(super) fn take(&mut self, item: Seq) -> Option<Held> {
        let held = self.held.remove(&item)?;
        self.waiting.embargoed(self.held.len());
        self.ends.remove(&(held.until, item));
        if let Some(name) = held.subject.name.filter(|name| self.names.get(name) == Some(&item)) {
            self.names.remove(&name);
        }
        Some(held)
    }

    /// Two stories are one: what is held of the other is held of the kept one.
    pub(super) fn unite(&mut self, kept: StoryId, alias: StoryId) {
        for held in self.held.values_mut().filter(|held| held.fold.story == alias) {
            held.fold.story = kept;
        }
    }

    /// Whether an item is held that is a version of one that may have been shown.
    pub(super) fn holds_version(&self, item: Seq) -> bool {
        self.held.get(&item).is_some_and(|held| {
            matches!(held.fold.verdict, Verdict::Revision | Verdict::Correction)
        })
    }

    /// A person took an item out of its story: what is held of it is held of the one it opens.
    /// `parts`: digests of the text parts that it satisfies.
    pub(super) fn part(&mut self, item: Seq, opens: StoryId, parts: Vec<u64>) {
        if let Some(held) = self.held.get_mut(&item) {
            (held.fold.story, held.parts) = (opens, parts);
        }
    }

    /// An item whose embargo has ended.
    fn ended(&mut self, now: Timestamp) -> Option<Held> {
        let (_, item) = self.ends.first().filter(|(until, _)| *until <= now)?;
        self.take(*item)
    }

    /// The held items that must not be delivered any more once `folded` is there.
    fn outdated_by(&self, folded: &Folded) -> Vec<Seq> {
        let (prepared, fold) = (&folded.prepared, &folded.decision);
        let gives_way =
            |held: &&Held| held.subject.gives_way_to(prepared, fold, held.fold.story == fold.story);
        let item = |held: &Held| held.subject.item;
        if matches!(fold.verdict, Verdict::Kill | Verdict::Correction) {
            return self.held.values().filter(gives_way).map(item).collect();
        }
        let named = embargo::name(&prepared.item).and_then(|name| self.names.get(&name)).copied();
        let mut asked: Vec<Seq> = named.into_iter().chain(fold.evidence.of).collect();
        asked.sort_unstable();
        asked.dedup();
        asked.iter().filter_map(|item| self.held.get(item)).filter(gives_way).map(item).collect()
    }
}

impl Route {
    /// Holds an item that came before the records a start reads, and whose embargo has not ended.
    pub fn hold(&mut self, prepared: &Prepared, decision: &Decision) {
        let teller = self.policies.teller(&prepared.item, &decision.fold);
        self.embargoes.note(prepared, decision, teller.family);
    }

    /// Lets go of the held items in whose place `folded` comes.
    pub(super) fn give_way(&mut self, folded: &Folded, now: Timestamp, out: &mut Vec<Entry>) {
        if self.embargoes.held.is_empty() {
            return;
        }
        let seq = folded.prepared.seq;
        for item in self.embargoes.outdated_by(folded) {
            let Some(held) = self.embargoes.take(item) else { continue };
            let reason = match folded.decision.verdict {
                Verdict::Kill => format!("Item {seq} killed it before its embargo ended."),
                _ => format!("Item {seq}, a later version, took its place under the embargo."),
            };
            let story = held.fold.story;
            let (channels, withheld) = (Vec::new(), Vec::new());
            let timer = Timer { at: now, story, item, channels, withheld, reason, shown: None };
            out.push(Entry::Timer(timer));
        }
    }

    /// Delivers the items whose embargo has ended.
    pub(super) fn release(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        while let Some(mut held) = self.embargoes.ended(now) {
            let (story, until, item) = (held.fold.story, held.until, held.subject.item);
            if held.is_withdrawn() {
                let reason = "Its provider withdrew what it tells before it came.".to_owned();
                let (channels, withheld) = (Vec::new(), Vec::new());
                let timer = Timer { at: now, story, item, channels, withheld, reason, shown: None };
                out.push(Entry::Timer(timer));
                continue;
            }
            self.join_released(&held, now);
            let Some(live) = self.stories.get(story) else { continue };
            let Out { state, disputes } = held.comes_out(live.course.as_ref(), now);
            (held.fold.disputes, held.fold.state) = (disputes, state);
            let holding = self.rules.holding(&live.parts, &state, now);
            let ruled = Some(self.rules.ruled(&holding));
            let mut channels = self.channels_for(&held.fold, &holding);
            let asked = Asked::late(story, item, held.subject.family(), state.publishers, now);
            let asked = Asked { update: super::delivery::is_update(&held.fold), ..asked };
            let withheld = hold::let_through(
                &mut self.policies,
                &asked,
                &self.stories,
                &live.parts,
                &mut channels,
                &mut self.early,
            );
            self.record_early(out);
            self.stories.carry(story, channels.iter().map(String::as_str), now);
            let reason = format!("Its embargo ended at {until:.0}.");
            let came = Out { state, disputes };
            let shown = Some(Shown { out: came, ruled, uncovered: true });
            let timer = Timer { at: now, story, item, channels, withheld, reason, shown };
            out.push(Entry::Timer(timer));
        }
    }

    /// Takes over that an embargo ended before a restart. Returns whether that uncovered a correction, kill
    /// or dispute.
    pub(super) fn restore_release(&mut self, timer: &Timer) -> bool {
        if let Some(mut held) = self.embargoes.take(timer.item)
            && held.until <= timer.at
            && !held.is_withdrawn()
        {
            if let Some(shown) = &timer.shown {
                (held.fold.disputes, held.fold.state) = (shown.out.disputes, shown.out.state);
            }
            self.join_released(&held, timer.at);
            return super::delivery::is_update(&held.fold);
        }
        false
    }

    /// From now on the rules see a held item's words.
    fn join_released(&mut self, held: &Held, now: Timestamp) {
        let live = self.stories.enter(held.fold.story, now);
        for part in held.parts.iter().filter_map(|digest| self.rules.part_of(*digest)) {
            live.satisfy(part);
        }
        let alone = || Course { state: held.fold.state, to_come: Box::default() };
        let course = live.course.take().unwrap_or_else(alone);
        live.tell(held.subject.family(), held.subject.item);
        live.course = Some(course);
    }

    /// The channels that get an item of a story for which the rules of `holding` hold.
    pub(super) fn channels_for(
        &self,
        fold: &FoldDecision,
        holding: &[super::rules::RuleId],
    ) -> Vec<String> {
        let (story, rules) = (fold.story, &self.rules);
        let matched = rules.channels_of(holding);
        let is_update = super::delivery::is_update(fold);
        let hearing = self.stories.hearing(story, is_update);
        let carriers = hearing.filter_map(|name| rules.channel(name));
        let mut concerned: Vec<u16> = matched.iter().copied().chain(carriers).collect();
        concerned.sort_unstable();
        concerned.dedup();
        let anywhere = self.stories.hearing(story, true).next().is_some();
        // Readers of a channel that was renamed or removed are told where its stories go now.
        let is_gone = |name: &Arc<str>| **name != *UNROUTED && rules.channel(name).is_none();
        let gone = is_update && self.stories.hearing(story, true).any(is_gone);
        let kills = fold.verdict == Verdict::Kill;
        let withdraws = kills && fold.evidence.of.is_some();
        if withdraws && !anywhere {
            // Nobody was shown what it kills: it was under an embargo, or held back.
            return Vec::new();
        }
        // What is withdrawn is news to nobody else.
        let is_news = gone || if kills { !withdraws } else { !fold.state.killed };
        let mut channels: Vec<String> = Vec::new();
        for number in concerned {
            let (name, repeats) = &rules.channels[usize::from(number)];
            let carries = self.stories.told_of(story, name, is_update);
            let matches = matched.contains(&number) && (is_news || carries);
            if super::delivery::delivers(fold, *repeats, carries, matches) {
                channels.push(name.to_string());
            }
        }
        // A story that some channel carries is routed, even if the rules no longer say so.
        let carries = self.stories.told_of(story, UNROUTED, is_update);
        let carried = self.stories.hearing(story, is_update).next().is_some();
        let heard = !channels.is_empty() || carried && !gone;
        let unrouted = holding.is_empty() && is_news && !heard;
        if super::delivery::delivers(fold, crate::config::Repeats::First, carries, unrouted) {
            channels.push(UNROUTED.to_owned());
        }
        channels
    }
}
