//! Items of the window that are under embargo: they are in their story, but are not counted in it
//! before they come out. One that leaves the window before is never counted: a start, which reads no
//! further back, would not know of it.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use jiff::Timestamp;

use super::Fold;
use super::disputed::contradict;
use super::identity::Known;
use super::profile::Profile;
use super::stories::{Part, Story};
use super::window::Live;
use crate::item::Seq;
use crate::prepare::Prepared;
use crate::story::embargo::{self, Subject};
use crate::story::{Ahead, Coming, Course, FoldDecision, StoryId, StoryState, Verdict};

/// Held items of one story that are counted when they come out, at most: later ones never are.
const MOST: usize = 64;

/// A held item, as far as its story will have to know.
#[derive(Clone, Debug)]
pub(super) struct Member {
    subject: Subject,
    until: Timestamp,
    pub(super) rank: u32,
    pub(super) event: Timestamp,
    /// It contradicts what is counted.
    pub(super) disputes: bool,
    /// Held items that it contradicts.
    contradicts: Vec<Seq>,
}

impl Member {
    pub(super) fn seq(&self) -> Seq {
        self.subject.item
    }

    pub(super) fn family(&self) -> u32 {
        self.subject.family()
    }

    fn contradicts(&self, other: &Member) -> bool {
        self.contradicts.contains(&other.seq()) || other.contradicts.contains(&self.seq())
    }

    /// Finds out anew what it contradicts of its story.
    pub(super) fn compare(&mut self, counted: &[&Live], held: &[&Live]) {
        let Some(own) = held.iter().find(|live| live.seq == self.seq()) else { return };
        let clashes = |live: &&&Live| contradict(&own.profile, &live.profile);
        self.disputes = counted.iter().any(|live| clashes(&live));
        self.contradicts = held.iter().filter(clashes).map(|live| live.seq).collect();
    }
}

/// The held items, by the stories that they are in now.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// In the order in which they came.
    members: HashMap<StoryId, Vec<Member>>,
    /// Those with a known end. The story may have become another one since.
    ends: BTreeMap<(Timestamp, Seq), StoryId>,
    /// All items of the window that are not counted: also those that will never be, since they were
    /// killed, were withdrawn before they came, or are too many.
    items: BTreeSet<Seq>,
}

impl Held {
    pub(super) fn has(&self, item: Seq) -> bool {
        !self.items.is_empty() && self.items.contains(&item)
    }

    pub(super) fn of(&self, story: StoryId) -> &[Member] {
        self.members.get(&story).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_mut(&mut self, story: StoryId) -> &mut [Member] {
        self.members.get_mut(&story).map_or(&mut [], Vec::as_mut_slice)
    }

    fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Holds an item of a story.
    pub(super) fn put(&mut self, story: StoryId, member: Member) {
        self.items.insert(member.seq());
        let members = self.members.entry(story).or_default();
        if members.len() < MOST {
            if member.until < embargo::OPEN {
                self.ends.insert((member.until, member.seq()), story);
            }
            members.push(member);
            members.sort_by_key(Member::seq);
        }
    }

    /// An item of a story is no longer held, or no longer in the window.
    pub(super) fn take(&mut self, story: StoryId, item: Seq) -> Option<Member> {
        if self.items.remove(&item) { self.remove(story, item) } else { None }
    }

    fn remove(&mut self, story: StoryId, item: Seq) -> Option<Member> {
        let members = self.members.get_mut(&story)?;
        let place = members.iter().position(|member| member.seq() == item)?;
        let member = members.remove(place);
        if members.is_empty() {
            self.members.remove(&story);
        }
        self.ends.remove(&(member.until, item));
        Some(member)
    }

    /// The same, of one that is counted from now on: what it contradicts will dispute the story.
    fn take_out(&mut self, story: StoryId, item: Seq) -> Option<Member> {
        let out = self.take(story, item)?;
        for other in self.of_mut(story) {
            other.disputes |= other.contradicts(&out);
        }
        Some(out)
    }

    /// An item opens a story, in which it contradicts nothing.
    pub(super) fn part(&mut self, from: StoryId, opens: StoryId, item: Seq) {
        if let Some(parted) = self.remove(from, item) {
            self.put(opens, Member { disputes: false, contradicts: Vec::new(), ..parted });
        }
    }

    /// Makes one story of two.
    pub(super) fn unite(&mut self, kept: StoryId, alias: StoryId) {
        for member in self.members.remove(&alias).unwrap_or_default() {
            self.ends.remove(&(member.until, member.seq()));
            self.put(kept, member);
        }
    }

    /// The first item that is out by `now`, with its story.
    fn due(&self, now: Timestamp) -> Option<(Seq, StoryId)> {
        let ((until, item), story) = self.ends.first_key_value()?;
        (*until <= now).then_some((*item, *story))
    }
}

impl Fold {
    /// Counts what is out by `now`.
    pub(super) fn count_due(&mut self, now: Timestamp) {
        while let Some((item, story)) = self.held.due(now) {
            self.count_out(self.stories.resolve(story), item);
        }
    }

    /// An item of the window will not be counted any more.
    pub(super) fn drop_held(&mut self, story: StoryId, item: Seq) {
        if !self.held.is_empty() {
            self.held.take(self.stories.resolve(story), item);
        }
    }

    fn count_out(&mut self, story: StoryId, item: Seq) {
        if let Some(out) = self.held.take_out(story, item) {
            self.stories.count(story, &out);
        }
    }

    /// Whether a family has an item in a story, held or not.
    pub(super) fn has_family(&self, id: StoryId, story: &Story, family: u32) -> bool {
        let held = || self.held.of(self.stories.resolve(id));
        story.has_family(family)
            || (!self.held.is_empty() && held().iter().any(|member| member.family() == family))
    }

    /// Whether an item is held of which its story is told once it comes out.
    pub(super) fn is_to_come(&self, known: &Known) -> bool {
        let story = self.stories.resolve(known.story);
        self.held.of(story).iter().any(|member| member.seq() == known.seq)
    }

    /// Whether a family is one of all those that told a story, and withdrew it.
    fn has_withdrawn(&self, story: StoryId, family: u32) -> bool {
        self.stories.get(story).is_some_and(|story| story.killed && story.withdrew(family))
    }

    /// Adds to a decision what it means to the held items of its story.
    pub(super) fn end_embargoes(&self, prepared: &Prepared, decision: &mut FoldDecision) {
        let until = embargo::until(prepared, decision.verdict);
        if self.held.is_empty() && until.is_none() {
            return;
        }
        let stories = [decision.story].into_iter().chain(decision.merged.iter().copied());
        let held = stories.flat_map(|story| self.held.of(self.stories.resolve(story)));
        let ends = held.filter(|it| it.subject.gives_way_to(prepared, decision, true));
        let ends: Vec<Seq> = ends.map(Member::seq).collect();
        if until.is_some() || !ends.is_empty() {
            let ahead = decision.ahead.get_or_insert_default();
            (ahead.until, ahead.ends) = (until, ends);
        }
    }

    /// Does with the held items of a story what a decision says. A later version lifts the embargo or
    /// moves it for those before, too; a kill ends it for good.
    pub(super) fn keep_embargoes(
        &mut self,
        prepared: &Prepared,
        profile: &Profile,
        decision: &FoldDecision,
    ) {
        let Some(Ahead { until, ends, contradicts, .. }) = decision.ahead.as_deref() else {
            return;
        };
        let story = self.stories.resolve(decision.story);
        let mut moves = false;
        for item in ends {
            match until {
                Some(until) => {
                    if let Some(moved) = self.held.take(story, *item) {
                        moves = true;
                        self.held.put(story, Member { until: *until, ..moved });
                    }
                }
                None if decision.verdict == Verdict::Kill => drop(self.held.remove(story, *item)),
                None => self.count_out(story, *item),
            }
        }
        match until {
            // It came after its provider's kill of all that was told, and so is of what that withdrew,
            // if it is no version of what was not.
            Some(_) if !moves && self.has_withdrawn(story, profile.family) => {
                self.held.items.insert(prepared.seq);
            }
            Some(until) => {
                let member = Member {
                    subject: Subject::of(prepared, profile.family),
                    until: *until,
                    rank: profile.rank,
                    event: prepared.event,
                    disputes: decision.disputes,
                    contradicts: contradicts.clone(),
                };
                self.held.put(story, member);
            }
            None => {
                for member in self.held.of_mut(story) {
                    member.disputes |= contradicts.contains(&member.seq());
                }
            }
        }
    }

    /// The state that an item leads to which lifted an embargo: what was held is counted with it.
    pub(super) fn recount(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        decision: &mut FoldDecision,
    ) {
        let lifts = |ahead: &Ahead| ahead.until.is_none() && !ahead.ends.is_empty();
        if !decision.ahead.as_deref().is_some_and(lifts) {
            return;
        }
        let Some(story) = self.stories.get(decision.story) else { return };
        let disputed = decision.state.disputed;
        let part = Part::of(prepared, decision.verdict);
        let state = story.after(profile, prepared.event, part);
        decision.disputes |= state.disputed && !disputed;
        decision.state = StoryState { disputed: disputed || state.disputed, ..state };
    }

    /// Adds to a decision that was applied what is to come of its story.
    pub(super) fn look_ahead(&self, decision: &mut FoldDecision) {
        let to_come = self.to_come(decision.story);
        if !to_come.is_empty() {
            decision.ahead.get_or_insert_default().to_come = to_come;
        }
    }

    /// How a story goes on from here.
    pub(super) fn course(&self, story: StoryId) -> Option<Course> {
        let state = self.stories.get(story)?.state();
        Some(Course { state, to_come: self.to_come(story) })
    }

    pub(super) fn to_come(&self, id: StoryId) -> Box<[Coming]> {
        let held = self.held.of(self.stories.resolve(id));
        let Some(story) = self.stories.get(id).filter(|_| !held.is_empty()) else {
            return Box::default();
        };
        let mut story = story.clone();
        let mut in_order: Vec<&Member> = held.iter().collect();
        in_order.sort_by_key(|member| (member.until, member.seq()));
        let coming = |(place, member): (usize, &&Member)| {
            story.count(member);
            story.disputed |= in_order[..place].iter().any(|out| member.contradicts(out));
            Coming { item: member.seq(), until: member.until, state: story.state() }
        };
        in_order.iter().enumerate().map(coming).collect()
    }
}

#[cfg(test)]
mod tests;
