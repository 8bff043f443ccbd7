//! The stories that can still be met: in the window, or by a remembered name. A story that was merged
//! into another lives on as an id that leads there, as long as that one is remembered.

use jiff::Timestamp;
use smallvec::SmallVec;

use super::held::Member;
use super::identity::Known;
use super::profile::{Profile, Standing};
use super::register::Register;
use crate::prepare::Prepared;
use crate::story::{Aliases, Past, StoryId, StoryState, Teller, Verdict, embargo};

/// A story as far as it is needed to go on with it. Items under embargo are not in it, except as
/// `live`.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) items: u32,
    /// Items of it in the window.
    pub(super) live: u32,
    /// Names that lead to it.
    named: u32,
    first: Timestamp,
    last: Timestamp,
    /// Families so far, at most [`Story::MOST_FAMILIES`] of them; first those that have withdrawn
    /// what they told.
    families: SmallVec<[u32; 2]>,
    /// How many of `families` have.
    withdrawn: u32,
    /// Families that stand by it.
    publishers: u32,
    pub(super) best_rank: u32,
    pub(super) disputed: bool,
    pub(super) killed: bool,
    /// Somebody told it: it is not only a kill of what has not come.
    told: bool,
    /// A person took an item out of it, or made it of one.
    pub(super) parted: bool,
    /// What was made of it by this second is withdrawn with it, where all of it was.
    pub(super) gone_until: i64,
}

impl Story {
    /// A story that more families than this report is large enough: later ones are not counted.
    const MOST_FAMILIES: usize = 1_024;

    /// The state after `profile` joins at `event`.
    pub(super) fn after(&self, profile: &Profile, event: Timestamp, part: Part) -> StoryState {
        let opens = self.items == 0;
        let (mut publishers, mut killed) = (self.publishers, self.killed);
        match part {
            Part::Held => {
                let (first, last) = if opens { (event, event) } else { (self.first, self.last) };
                return StoryState { first, last, ..self.state() };
            }
            Part::Told => publishers += u32::from(self.would_stand(profile.family)),
            Part::Withdraws => {
                publishers -= u32::from(self.stands(profile.family)).min(publishers);
                killed |= publishers == 0;
            }
            Part::Resent => return StoryState { items: self.items + 1, ..self.state() },
        }
        StoryState {
            items: self.items + 1,
            publishers,
            first: if opens { event } else { self.first.min(event) },
            last: if opens { event } else { self.last.max(event) },
            disputed: self.disputed,
            killed,
        }
    }

    /// Counts an item that was held. Where all that was told of the story has been withdrawn
    /// meanwhile, what comes out tells it again.
    pub(super) fn count(&mut self, out: &Member) {
        self.killed = false;
        let opens = self.items == 0;
        self.first = if opens { out.event } else { self.first.min(out.event) };
        self.last = if opens { out.event } else { self.last.max(out.event) };
        self.items += 1;
        self.publishers += u32::from(self.tell(out.family(), out.rank));
        self.disputed |= out.disputes;
    }

    /// Takes in all that is known of another story.
    pub(super) fn take_in(&mut self, from: Story) {
        if self.items == 0 {
            (self.first, self.last) = (from.first, from.last);
        } else if from.items > 0 {
            (self.first, self.last) = (self.first.min(from.first), self.last.max(from.last));
        }
        self.items += from.items;
        self.live += from.live;
        self.named += from.named;
        self.best_rank = self.best_rank.min(from.best_rank);
        self.disputed |= from.disputed;
        self.killed |= from.killed;
        self.told |= from.told;
        self.parted |= from.parted;
        self.gone_until = self.gone_until.max(from.gone_until);
        let (withdrawn, standing) = from.families.split_at(from.withdrawn as usize);
        standing.iter().for_each(|family| _ = self.stand(*family));
        for family in withdrawn {
            if !self.has_family(*family) {
                self.withdraw(*family);
            }
        }
        self.publishers = self.publishers.max(self.families.len() as u32 - self.withdrawn);
    }

    /// Takes over what was decided.
    fn set(&mut self, state: &StoryState) {
        let StoryState { items, publishers, first, last, disputed, killed } = *state;
        (self.items, self.publishers) = (items, publishers);
        (self.first, self.last) = (first, last);
        (self.disputed, self.killed) = (disputed, killed);
    }

    /// Notes who told an item that is counted; true when the family is a new one.
    fn tell(&mut self, family: u32, rank: u32) -> bool {
        self.best_rank = self.best_rank.min(rank);
        self.told = true;
        self.stand(family)
    }

    /// A family stands by the story; true when it did not before.
    fn stand(&mut self, family: u32) -> bool {
        let stands = self.would_stand(family);
        if stands {
            match self.families.iter().position(|it| *it == family) {
                Some(place) => {
                    self.withdrawn -= 1;
                    self.families.swap(place, self.withdrawn as usize);
                }
                None => self.families.push(family),
            }
        }
        stands
    }

    /// Whether a family that tells the story will newly stand by it. Nobody takes back that all of a
    /// story was withdrawn.
    fn would_stand(&self, family: u32) -> bool {
        match self.has_family(family) {
            true => !self.killed && !self.stands(family),
            false => self.families.len() < Story::MOST_FAMILIES,
        }
    }

    /// A family withdraws what it told, or tells later.
    fn withdraw(&mut self, family: u32) {
        let known = self.families.iter().position(|it| *it == family);
        let place = known.unwrap_or(self.families.len());
        let withdrawn = self.withdrawn as usize;
        if place < withdrawn || place >= Story::MOST_FAMILIES {
            return;
        }
        if known.is_none() {
            self.families.push(family);
        }
        self.families.swap(place, withdrawn);
        self.withdrawn += 1;
    }

    fn stands(&self, family: u32) -> bool {
        self.families.iter().skip(self.withdrawn as usize).any(|it| *it == family)
    }

    /// Whether a family has withdrawn what it told.
    pub(super) fn withdrew(&self, family: u32) -> bool {
        self.families.iter().take(self.withdrawn as usize).any(|it| *it == family)
    }

    /// The family that told it, if no other did.
    pub(super) fn only_family(&self) -> Option<u32> {
        self.families.first().copied().filter(|_| self.families.len() == 1)
    }

    /// What is `known` now tells it. Where a kill has waited, what was made by then is withdrawn with it.
    fn told_by(&mut self, known: &Known, teller: Teller) {
        if self.waits() {
            self.gone_until = self.gone_until.max(known.event.unwrap_or(known.received));
        }
        self.tell(teller.family, teller.rank.unwrap_or(u32::MAX));
    }

    /// What is `known` now withdraws what a family told; `ends`: with it all of the story that was made
    /// before, if it says when it was made, and by when the last of it was.
    fn withdrawn_by(&mut self, known: &Known, family: u32, ends: bool) {
        self.withdraw(family);
        if ends {
            let told = if self.killed { self.gone_until } else { self.last.as_second() };
            self.gone_until = known.event.map_or(told, |made| told.max(made - 1));
        }
    }

    /// Whether it is only a kill, which waits for what it withdraws.
    pub(super) fn waits(&self) -> bool {
        self.killed && !self.told
    }

    pub(super) fn state(&self) -> StoryState {
        let Story { items, publishers, first, last, disputed, killed, .. } = *self;
        StoryState { items, publishers, first, last, disputed, killed }
    }

    pub(super) fn has_family(&self, family: u32) -> bool {
        self.families.contains(&family)
    }
}

/// What an item is in its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It tells it.
    Told,
    /// It is under embargo, and not counted.
    Held,
    /// It withdraws what its provider told.
    Withdraws,
    /// It did so when it came first: now it neither tells nor withdraws anything.
    Resent,
}

impl Part {
    /// What an item is in a story to which it is `verdict`.
    pub(super) fn of(prepared: &Prepared, verdict: Verdict) -> Part {
        if verdict == Verdict::Kill {
            Part::Withdraws
        } else if prepared.kills() {
            Part::Resent
        } else if embargo::until(prepared, verdict).is_some() {
            Part::Held
        } else {
            Part::Told
        }
    }
}

/// Stories by id. Every id that is given may be an alias.
#[derive(Debug, Default)]
pub(super) struct Stories {
    stories: Register<StoryId, Story>,
    /// Of these stories.
    aliases: Aliases,
}

impl Stories {
    /// The story that an id means now.
    pub(super) fn resolve(&self, id: StoryId) -> StoryId {
        self.aliases.resolve(id)
    }

    pub(super) fn get(&self, id: StoryId) -> Option<&Story> {
        self.stories.get(self.stories.number(self.resolve(id))?)
    }

    fn get_mut(&mut self, id: StoryId) -> Option<&mut Story> {
        self.stories.get_mut(self.stories.number(self.resolve(id))?)
    }

    pub(super) fn len(&self) -> usize {
        self.stories.len()
    }

    /// Lets an item of the window join.
    pub(super) fn join(
        &mut self,
        known: &Known,
        profile: &Profile,
        state: &StoryState,
        part: Part,
    ) {
        let story = self.entry(known.story);
        story.live += 1;
        match part {
            Part::Held | Part::Resent => {}
            Part::Told => story.told_by(known, profile.teller()),
            Part::Withdraws => story.withdrawn_by(known, profile.family, state.killed),
        }
        story.set(state);
    }

    /// Brings back what is known of a story from an item that has left the window.
    pub(super) fn recall(&mut self, known: &Known, past: &Past) {
        let Some(story) = self.get_mut(known.story) else { return };
        if let Some(teller) = past.teller {
            match past.withdraws {
                true => story.withdrawn_by(known, teller.family, past.state.killed),
                false => story.told_by(known, teller),
            }
        }
        // A dispute may be over: the item that made it may have been split off. So may a kill: what others
        // held came out, and began the story anew. Nothing that was withdrawn is merged with another.
        story.set(&past.state);
    }

    /// Counts an item of the window that was held.
    pub(super) fn count(&mut self, id: StoryId, out: &Member) {
        self.entry(id).count(out);
    }

    /// Lets a name lead to a story.
    pub(super) fn name(&mut self, id: StoryId) {
        self.entry(id).named += 1;
    }

    /// An item left the window.
    pub(super) fn left(&mut self, id: StoryId) {
        self.release(id, |story| story.live = story.live.saturating_sub(1));
    }

    /// A name was forgotten or leads elsewhere.
    pub(super) fn unname(&mut self, id: StoryId) {
        self.release(id, |story| story.named = story.named.saturating_sub(1));
    }

    /// Makes one story of two. Items and names of the other count for the kept one from now on.
    pub(super) fn unite(&mut self, kept: StoryId, other: StoryId) {
        let (kept, other) = (self.resolve(kept), self.resolve(other));
        if kept == other {
            return;
        }
        let Some(from) = self.stories.remove(other) else { return };
        self.aliases.add(other, kept);
        self.entry(kept).take_in(from);
    }

    /// Lets an id that nothing is known of lead to a story, if there is that story.
    pub(super) fn link(&mut self, alias: StoryId, kept: StoryId) {
        if self.get(alias).is_none() && self.get(kept).is_some() {
            self.aliases.add(alias, kept);
        }
    }

    /// Notes that a person has parted a story.
    pub(super) fn part(&mut self, id: StoryId) {
        self.entry(id).parted = true;
    }

    /// Finds a story's state anew from those of its members in the window that are counted, where
    /// these are all of it; else only what is certain. `shrank`: it lost an item that is still
    /// counted.
    pub(super) fn settle(
        &mut self,
        id: StoryId,
        members: &[&Profile],
        shrank: bool,
        disputed: Option<bool>,
    ) {
        let Some(story) = self.get_mut(id) else { return };
        if shrank {
            story.items = story.items.saturating_sub(1);
        }
        if story.items as usize == members.len() {
            let rank = members.iter().map(|profile| profile.rank).min();
            story.best_rank = rank.unwrap_or(u32::MAX);
            story.families.clear();
            story.withdrawn = 0;
            let stands = |profile: &&&Profile| profile.standing == Standing::Stands;
            members.iter().filter(stands).for_each(|profile| _ = story.stand(profile.family));
            for profile in members.iter().filter(|profile| !stands(profile)) {
                if !story.has_family(profile.family) {
                    story.withdraw(profile.family);
                }
            }
            story.publishers = story.families.len() as u32 - story.withdrawn;
            let event = |profile: &&Profile| Timestamp::from_second(profile.event).ok();
            if let (Some(first), Some(last)) =
                (members.iter().filter_map(event).min(), members.iter().filter_map(event).max())
            {
                (story.first, story.last) = (first, last);
            }
            story.disputed = disputed.unwrap_or(story.disputed);
        } else {
            story.disputed |= disputed.unwrap_or(false);
        }
    }

    fn entry(&mut self, id: StoryId) -> &mut Story {
        let id = self.resolve(id);
        let opened = || Story { best_rank: u32::MAX, ..Story::default() };
        self.stories.get_or_insert_with(id, opened)
    }

    fn release(&mut self, id: StoryId, change: impl FnOnce(&mut Story)) {
        let id = self.resolve(id);
        let Some(story) = self.get_mut(id) else { return };
        change(story);
        if story.live == 0 && story.named == 0 {
            self.stories.remove(id);
            self.aliases.forget(id);
        }
    }
}
