//! The stories that can still be met: in the window, or by a remembered name.

use foldhash::HashMap;
use jiff::Timestamp;
use smallvec::SmallVec;

use super::profile::Profile;
use crate::story::{StoryId, StoryState};

/// A story as far as it is needed to go on with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) items: u32,
    /// Items of it in the window.
    pub(super) live: u32,
    /// Names that lead to it.
    named: u32,
    first: Timestamp,
    last: Timestamp,
    /// Families so far, at most [`Story::MOST_FAMILIES`] of them.
    families: SmallVec<[u32; 2]>,
    /// Families so far.
    publishers: u32,
    pub(super) best_rank: u32,
    pub(super) disputed: bool,
    pub(super) killed: bool,
}

impl Story {
    /// A story that more families than this report is large enough: later ones are not counted.
    const MOST_FAMILIES: usize = 1_024;

    /// The state after `profile` joins at `event`.
    pub(super) fn after(&self, profile: &Profile, event: Timestamp) -> StoryState {
        let opens = self.items == 0;
        let new =
            !self.families.contains(&profile.family) && self.families.len() < Story::MOST_FAMILIES;
        StoryState {
            items: self.items + 1,
            publishers: self.publishers + u32::from(new),
            first: if opens { event } else { self.first.min(event) },
            last: if opens { event } else { self.last.max(event) },
            disputed: self.disputed,
            killed: self.killed,
        }
    }

    fn add_family(&mut self, family: u32) {
        if !self.has_family(family) && self.families.len() < Story::MOST_FAMILIES {
            self.families.push(family);
        }
    }

    fn state(&self) -> StoryState {
        let Story { items, publishers, first, last, disputed, killed, .. } = *self;
        StoryState { items, publishers, first, last, disputed, killed }
    }

    pub(super) fn has_family(&self, family: u32) -> bool {
        self.families.contains(&family)
    }
}

/// Stories by id.
#[derive(Debug, Default)]
pub(super) struct Stories {
    stories: HashMap<StoryId, Story>,
}

impl Stories {
    pub(super) fn get(&self, id: StoryId) -> Option<&Story> {
        self.stories.get(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.stories.len()
    }

    /// Lets an item of the window join.
    pub(super) fn join(&mut self, id: StoryId, profile: &Profile, state: &StoryState) {
        let story = self.entry(id);
        story.live += 1;
        story.items = state.items;
        story.publishers = state.publishers;
        (story.first, story.last) = (state.first, state.last);
        (story.disputed, story.killed) = (state.disputed, state.killed);
        story.best_rank = story.best_rank.min(profile.rank);
        story.add_family(profile.family);
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

    /// Makes one story of two. Items and names count for the kept one from now on.
    pub(super) fn unite(&mut self, kept: StoryId, other: StoryId) {
        let Some(from) = self.stories.remove(&other) else { return };
        let story = self.entry(kept);
        let opens = story.items == 0;
        story.first = if opens { from.first } else { story.first.min(from.first) };
        story.last = if opens { from.last } else { story.last.max(from.last) };
        story.items += from.items;
        story.live += from.live;
        story.named += from.named;
        story.best_rank = story.best_rank.min(from.best_rank);
        story.disputed |= from.disputed;
        story.killed |= from.killed;
        for family in from.families {
            story.add_family(family);
        }
        story.publishers = story.publishers.max(story.families.len() as u32);
    }

    /// Finds a story's state anew from its members in the window, where these are all of it; else
    /// only what is certain. `shrank`: it lost an item that is still counted.
    pub(super) fn settle(
        &mut self,
        id: StoryId,
        members: &[&Profile],
        shrank: bool,
        disputed: Option<bool>,
    ) -> Option<StoryState> {
        let story = self.stories.get_mut(&id)?;
        if shrank {
            story.items = story.items.saturating_sub(1);
        }
        if story.items as usize == members.len() {
            let rank = members.iter().map(|profile| profile.rank).min();
            story.best_rank = rank.unwrap_or(u32::MAX);
            story.families.clear();
            members.iter().for_each(|profile| story.add_family(profile.family));
            story.publishers = story.families.len() as u32;
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
        Some(story.state())
    }

    fn entry(&mut self, id: StoryId) -> &mut Story {
        self.stories.entry(id).or_insert_with(|| Story { best_rank: u32::MAX, ..Story::default() })
    }

    fn release(&mut self, id: StoryId, change: impl FnOnce(&mut Story)) {
        if let Some(story) = self.stories.get_mut(&id) {
            change(story);
            if story.live == 0 && story.named == 0 {
                self.stories.remove(&id);
            }
        }
    }
}
