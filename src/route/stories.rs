//! What route knows of each story: which text parts its items satisfied, and which channels
//! carried it.
//!
//! The first follows the window: a story is forgotten when its last item leaves it, as fold
//! forgets it. The second stays a year, so that a late correction finds every channel that showed
//! the story; it is kept small for that.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use smallvec::SmallVec;

use super::condition::PartId;
use crate::item::Seq;
use crate::prepare::Prepared;
use crate::story::{Course, FoldDecision, StoryId, Verdict};

/// How long the channels of a story are remembered after its last item.
const CARRIED_FOR: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How many stories' channels are remembered at most; beyond it the oldest are forgotten. About
/// 80 MB when full.
const CARRIED_MOST: usize = 1_000_000;

/// How many stories are remembered with the channels of what they were before; beyond it the oldest are
/// forgotten.
const BEFORE_MOST: usize = 10_000;

/// Publisher families of a story whose latest items are remembered.
const MOST_TOLD: usize = 64;

/// The number of a channel's name in [`Stories`].
pub(super) type NameId = u16;

/// All stories.
#[derive(Debug)]
pub(super) struct Stories {
    window: SignedDuration,
    live: HashMap<StoryId, Live>,
    /// When each item came, oldest first, with its story.
    arrivals: VecDeque<(Timestamp, StoryId)>,
    carried: BTreeMap<StoryId, Carried>,
    /// Of a story that was split off: channels that carried the one it was part of, and so may have
    /// shown its item. Of one of which all that was shown was withdrawn while others held more of it under
    /// embargo: channels that carried it before that came out. They are told of updates; all else is news to
    /// them.
    before: BTreeMap<StoryId, Carried>,
    /// Names of channels that carried something, by number.
    names: Vec<Arc<str>>,
}

/// A story within the window.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Text parts that an item satisfied, in order.
    pub(super) parts: Parts,
    last: Timestamp,
    /// What each publisher family told last, in that order: of what was not seen before its source
    /// was known, is not under embargo and was not withdrawn.
    told: SmallVec<[(u32, Seq); 2]>,
    /// Its state by now, and how it goes on.
    pub(super) course: Option<Course>,
}

#[derive(Debug, Default)]
struct Carried {
    channels: Channels,
    last: Timestamp,
}

impl Carried {
    fn add(&mut self, channels: impl IntoIterator<Item = NameId>) {
        for channel in channels {
            if !self.channels.contains(&channel) {
                self.channels.push(channel);
            }
        }
    }
}

type Channels = SmallVec<[NameId; 4]>;

impl Stories {
    /// No stories yet; text parts are kept as long as the window.
    pub(super) fn new(window: SignedDuration) -> Stories {
        Stories {
            window,
            live: HashMap::new(),
            arrivals: VecDeque::new(),
            carried: BTreeMap::new(),
            before: BTreeMap::new(),
            names: Vec::new(),
        }
    }

    /// The story, which got an item `now`. Stories that left the window are forgotten.
    pub(super) fn enter(&mut self, story: StoryId, now: Timestamp) -> &mut Live {
        while let Some((came, oldest)) = self.arrivals.front().copied()
            && now.duration_since(came) > self.window
        {
            self.arrivals.pop_front();
            if self.live.get(&oldest).is_some_and(|live| live.last == came) {
                self.live.remove(&oldest);
            }
        }
        self.arrivals.push_back((now, story));
        let live = self.live.entry(story).or_default();
        live.last = now;
        live
    }

    /// The stories within the window, oldest first.
    pub(super) fn live(&self) -> Vec<StoryId> {
        let mut stories: Vec<_> = self.live.keys().copied().collect();
        stories.sort_unstable();
        stories
    }

    /// The story, if it is within the window.
    pub(super) fn get(&self, story: StoryId) -> Option<&Live> {
        self.live.get(&story)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, story: StoryId) -> Option<&mut Live> {
        self.live.get_mut(&story)
    }

    /// The latest item that stands of a story, and its family.
    pub(super) fn latest(&self, story: StoryId) -> Option<(Seq, u32)> {
        self.live.get(&story)?.latest()
    }

    /// Makes one story of two: it lives on as if an item had come `now`.
    pub(super) fn unite(&mut self, kept: StoryId, alias: StoryId, now: Timestamp) {
        let other = self.live.remove(&alias);
        let live = self.enter(kept, now);
        if let Some(other) = other {
            other.parts.iter().for_each(|part| _ = live.satisfy(*part));
            let (own, others) = (live.told.clone(), other.told.clone());
            let (mut first, mut then) = (&others, &own);
            if live.latest() < other.latest() {
                live.course = other.course;
                (first, then) = (&own, &others);
            }
            live.told.clear();
            first.iter().chain(then).for_each(|(family, item)| live.tell(*family, *item));
        }
        if let Some(other) = self.carried.remove(&alias) {
            let carried = self.carried.entry(kept).or_default();
            carried.last = carried.last.max(other.last);
            carried.add(other.channels);
        }
        if let Some(other) = self.before.remove(&alias) {
            self.was_on(kept, other.channels, now);
        }
    }

    /// A story was split off another one.
    pub(super) fn part(&mut self, from: StoryId, opens: StoryId, now: Timestamp) {
        let shown = self.carried.get(&from).into_iter().chain(self.before.get(&from));
        let channels: Channels = shown.flat_map(|carried| carried.channels.clone()).collect();
        self.was_on(opens, channels, now);
    }

    /// Whether all that was shown of a story was withdrawn, and it will begin anew.
    fn is_over(&self, story: StoryId, now: Timestamp) -> bool {
        let Some(live) = self.live.get(&story) else { return false };
        live.course.as_ref().is_some_and(|course| course.is_over(now.max(live.last)))
    }

    fn was_on(&mut self, story: StoryId, channels: Channels, now: Timestamp) {
        if channels.is_empty() {
            return;
        }
        let before = self.before.entry(story).or_default();
        before.last = before.last.max(now);
        before.add(channels);
        if self.before.len() > BEFORE_MOST {
            let others = self.before.iter().filter(|(id, _)| **id != story);
            let oldest = others.min_by_key(|(_, before)| before.last).map(|(id, _)| *id);
            oldest.and_then(|oldest| self.before.remove(&oldest));
        }
    }

    /// Takes over which channels carried a story, of them those of `before` only before it ended.
    pub(super) fn restore(&mut self, carried: &crate::log::Carried) {
        let crate::log::Carried { story, at, channels, before } = carried;
        let known = before.iter().filter_map(|name| self.name(name));
        let known: Channels = known.collect();
        self.was_on(*story, known, *at);
        let since = channels.iter().filter(|name| !before.contains(name));
        self.carry(*story, since.map(String::as_str), *at);
    }

    /// Whether a channel carried the story.
    pub(super) fn carried(&self, story: StoryId, channel: &str) -> bool {
        self.carriers(story).any(|name| &**name == channel)
    }

    /// Whether a channel counts as having carried the story, for an update to it or for other news.
    pub(super) fn told_of(&self, story: StoryId, channel: &str, update: bool) -> bool {
        self.hearing(story, update).any(|name| &**name == channel)
    }

    /// The channels that count so: of updates to it those also hear that carried what it was before. Some
    /// may be named twice.
    pub(super) fn hearing(&self, story: StoryId, update: bool) -> impl Iterator<Item = &Arc<str>> {
        let before = self.before.get(&story).filter(|_| update);
        let before = before.map_or(&[][..], |before| &before.channels);
        self.carriers(story).chain(before.iter().map(|id| &self.names[usize::from(*id)]))
    }

    /// The channels that carried the story, in the order in which they did.
    pub(super) fn carriers(&self, story: StoryId) -> impl Iterator<Item = &Arc<str>> {
        let carried = self.carried.get(&story).map_or(&[][..], |carried| &carried.channels);
        carried.iter().map(|id| &self.names[usize::from(*id)])
    }

    /// Notes that channels carried the story. Where that is over for now, all that was shown of it was so
    /// before: what comes out of it later is news to all.
    pub(super) fn carry<'a>(
        &mut self,
        story: StoryId,
        channels: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) {
        for channel in channels {
            let Some(id) = self.name(channel) else { continue };
            let carried = self.carried.entry(story).or_default();
            carried.last = now;
            carried.add([id]);
        }
        if self.is_over(story, now)
            && let Some(carried) = self.carried.remove(&story)
        {
            self.was_on(story, carried.channels, now);
        }
        // Numbers of stories grow, so the smallest is the oldest.
        while let Some(oldest) = self.carried.first_entry()
            && (now.duration_since(oldest.get().last) > CARRIED_FOR
                || self.carried.len() > CARRIED_MOST)
        {
            self.carried.pop_first();
        }
    }

    fn name(&mut self, channel: &str) -> Option<NameId> {
        let known = self.names.iter().position(|name| &**name == channel);
        let number = known.unwrap_or_else(|| {
            self.names.push(channel.into());
            self.names.len() - 1
        });
        // Channels are written by hand: 65,536 names in one run are not reached.
        NameId::try_from(number).ok()
    }

    /// Renumbers all text parts after a reload; those without a new number are forgotten.
    pub(super) fn renumber(&mut self, new: impl Fn(PartId) -> Option<PartId>) {
        for live in self.live.values_mut() {
            live.parts = live.parts.iter().filter_map(|part| new(*part)).collect();
            live.parts.sort_unstable();
        }
    }
}

impl Live {
    /// An item of a family has joined the story; `held`: it is under embargo.
    pub(super) fn join(
        &mut self,
        prepared: &Prepared,
        fold: &FoldDecision,
        held: bool,
        family: u32,
    ) {
        if fold.verdict == Verdict::Kill {
            self.withdraw(family);
        } else if !prepared.item.seen && !held && !prepared.kills() {
            self.tell(family, prepared.seq);
        }
        self.course = Some(fold.course());
    }

    /// A family's item may be shown from now on.
    pub(super) fn tell(&mut self, family: u32, item: Seq) {
        self.withdraw(family);
        if self.told.len() >= MOST_TOLD {
            self.told.remove(0);
        }
        self.told.push((family, item));
    }

    /// A family has withdrawn what it told.
    pub(super) fn withdraw(&mut self, family: u32) {
        self.told.retain(|(other, _)| *other != family);
    }

    /// An item has left the story; `latest` is what is the latest there now.
    pub(super) fn leave(&mut self, item: Seq, latest: Option<Seq>) {
        let Some(place) = self.told.iter().position(|(_, told)| *told == item) else { return };
        let (family, _) = self.told.remove(place);
        // Of whom it is, is known of the last of each family only.
        if let Some(latest) = latest.filter(|latest| self.told.iter().all(|(_, it)| it < latest)) {
            self.tell(family, latest);
        }
    }

    /// The latest item that stands, and its family. What a schedule delivers late.
    pub(super) fn latest(&self) -> Option<(Seq, u32)> {
        self.told.last().map(|(family, item)| (*item, *family))
    }

    /// The family of an item that is the latest of one; 0 without.
    pub(super) fn family_of(&self, item: Seq) -> u32 {
        self.told.iter().find(|(_, told)| *told == item).map_or(0, |(family, _)| *family)
    }

    /// Adds a text part; true when it is new to the story.
    pub(super) fn satisfy(&mut self, part: PartId) -> bool {
        add(&mut self.parts, part)
    }
}

/// Text parts in order.
pub(super) type Parts = SmallVec<[PartId; 4]>;

/// Adds a text part; true when it is new.
pub(super) fn add(parts: &mut Parts, part: PartId) -> bool {
    match parts.binary_search(&part) {
        Ok(_) => false,
        Err(at) => {
            parts.insert(at, part);
            true
        }
    }
}

#[cfg(test)]
mod tests;
