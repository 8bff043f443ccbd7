//! Embargoes: items that are decided about when they come, and delivered when they may be.
//!
//! A held item is a member of its story from the start, but no rule sees its words and no channel
//! carries it before its embargo ends, so that another report of the event goes its own way. Every
//! embargo with a known end is ended by a [`Timer`]: one that delivers the item, or one without
//! channels when a later version or a kill came first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use xxhash_rust::xxh3::Xxh3;

use super::policy::Asked;
use super::{Route, UNROUTED, hold};
use crate::item::{Item, LONGEST_EMBARGO, Seq};
use crate::log::record::Timer;
use crate::log::{Decision, Entry};
use crate::metrics::Waiting;
use crate::prepare::{Prepared, has_open_embargo};
use crate::story::{FoldDecision, Folded, StoryId, Verdict};

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
    item: Seq,
    until: Timestamp,
    name: Option<u64>,
    source: String,
    /// Without its evidence, which the item's own record has.
    fold: FoldDecision,
    /// Digests of the text parts that it satisfies.
    parts: Vec<u64>,
}

/// Until when an item that fold decided about is held; `None` when it is not.
/// [`Decision::OPEN_EMBARGO`] stands for an embargo without an end.
pub(super) fn asked(prepared: &Prepared, fold: &FoldDecision) -> Option<Timestamp> {
    if fold.verdict == Verdict::Kill {
        return None;
    }
    let item = &prepared.item;
    match item.embargoed {
        Some(end) if end.duration_since(prepared.received) > LONGEST_EMBARGO => {
            Some(Decision::OPEN_EMBARGO)
        }
        Some(end) => (end > prepared.received).then_some(end),
        None => has_open_embargo(item, &prepared.markers).then_some(Decision::OPEN_EMBARGO),
    }
}

/// By what the versions of an item know each other.
fn name(item: &Item) -> Option<u64> {
    let own = item.uri.as_ref().or(item.link.as_ref())?;
    let mut hasher = Xxh3::new();
    hasher.update(&(item.source.len() as u64).to_le_bytes());
    hasher.update(item.source.as_bytes());
    hasher.update(own.as_bytes());
    Some(hasher.digest())
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

    /// Holds an item if its decision says so and says until when.
    pub(super) fn note(&mut self, prepared: &Prepared, decision: &Decision) {
        let Some(until) = decision.embargo.filter(|until| *until < Decision::OPEN_EMBARGO) else {
            return;
        };
        let FoldDecision { verdict, story, state, disputes, .. } = decision.fold;
        // Where the story is known by then, this is what the desk hears of it.
        let verdict = if verdict == Verdict::New { Verdict::Development } else { verdict };
        let name = name(&prepared.item);
        if let Some(name) = name {
            self.names.insert(name, prepared.seq);
        }
        self.ends.insert((until, prepared.seq));
        let held = Held {
            item: prepared.seq,
            until,
            name,
            source: prepared.item.source.clone(),
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
        if let Some(name) = held.name.filter(|name| self.names.get(name) == Some(&item)) {
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

    /// An item whose embargo has ended.
    fn ended(&mut self, now: Timestamp) -> Option<Held> {
        let (_, item) = self.ends.first().filter(|(until, _)| *until <= now)?;
        self.take(*item)
    }

    /// The held items that must not be delivered any more once `folded` is there.
    fn outdated_by(&self, folded: &Folded) -> Vec<Seq> {
        let (prepared, fold) = (&folded.prepared, &folded.decision);
        let named = name(&prepared.item).and_then(|name| self.names.get(&name)).copied();
        let revised = fold.evidence.of.filter(|_| fold.verdict == Verdict::Revision);
        let mut outdated: Vec<Seq> =
            named.into_iter().chain(revised).filter(|item| self.held.contains_key(item)).collect();
        if fold.verdict == Verdict::Kill {
            let killed = |held: &&Held| {
                let target = fold.evidence.of == Some(held.item);
                target || (held.fold.story == fold.story && held.source == prepared.item.source)
            };
            outdated.extend(self.held.values().filter(killed).map(|held| held.item));
        }
        outdated.sort_unstable();
        outdated.dedup();
        outdated
    }
}

impl Route {
    /// Holds an item that came before the records a start reads, and whose embargo has not ended.
    pub fn hold(&mut self, prepared: &Prepared, decision: &Decision) {
        self.embargoes.note(prepared, decision);
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
            out.push(Entry::Timer(Timer { at: now, story, item, channels, withheld, reason }));
        }
    }

    /// Delivers the items whose embargo has ended.
    pub(super) fn release(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        while let Some(held) = self.embargoes.ended(now) {
            let (story, until) = (held.fold.story, held.until);
            self.join_released(&held, now);
            let Some(live) = self.stories.get(story) else { continue };
            let state = live.latest.map_or(held.fold.state, |(_, state)| state);
            let holding = self.rules.holding(&live.parts, &state, now);
            let mut channels = self.channels_for(&held.fold, &holding);
            let asked = Asked::late(story, held.item, state.publishers, now);
            let asked = Asked { update: super::delivery::is_update(&held.fold), ..asked };
            let withheld = hold::let_through(
                &mut self.policies,
                &asked,
                &self.stories,
                &[],
                &mut channels,
                &mut self.early,
            );
            self.record_early(out);
            self.stories.carry(story, channels.iter().map(String::as_str), now);
            let reason = format!("Its embargo ended at {until:.0}.");
            let item = held.item;
            out.push(Entry::Timer(Timer { at: now, story, item, channels, withheld, reason }));
        }
    }

    /// Takes over that an embargo ended before a restart.
    pub(super) fn restore_release(&mut self, timer: &Timer) {
        if let Some(held) = self.embargoes.take(timer.item)
            && held.until <= timer.at
        {
            self.join_released(&held, timer.at);
        }
    }

    /// From now on the rules see a held item's words.
    fn join_released(&mut self, held: &Held, now: Timestamp) {
        let live = self.stories.enter(held.fold.story, now);
        for part in held.parts.iter().filter_map(|digest| self.rules.part_of(*digest)) {
            live.satisfy(part);
        }
        let state = live.latest.map_or(held.fold.state, |(_, state)| state);
        live.join(held.item, false, state);
    }

    /// The channels that get an item of a story for which the rules of `holding` hold.
    pub(super) fn channels_for(
        &self,
        fold: &FoldDecision,
        holding: &[super::rules::RuleId],
    ) -> Vec<String> {
        let (story, rules) = (fold.story, &self.rules);
        let matched = rules.channels_of(holding);
        let carriers = self.stories.carriers(story).filter_map(|name| rules.channel(name));
        let mut concerned: Vec<u16> = matched.iter().copied().chain(carriers).collect();
        concerned.sort_unstable();
        concerned.dedup();
        let anywhere = self.stories.carriers(story).next().is_some();
        if fold.verdict == Verdict::Kill && fold.evidence.of.is_some() && !anywhere {
            // Nobody was shown what it kills: it was under an embargo.
            return Vec::new();
        }
        let mut channels: Vec<String> = Vec::new();
        for number in concerned {
            let (name, repeats) = &rules.channels[usize::from(number)];
            let carries = self.stories.carried(story, name);
            if super::delivery::delivers(fold, *repeats, carries, matched.contains(&number)) {
                channels.push(name.to_string());
            }
        }
        // A story that some channel carries is routed, even if the rules no longer say so.
        let carries = self.stories.carried(story, UNROUTED);
        let unrouted = holding.is_empty() && !anywhere;
        if super::delivery::delivers(fold, crate::config::Repeats::First, carries, unrouted) {
            channels.push(UNROUTED.to_owned());
        }
        channels
    }
}
