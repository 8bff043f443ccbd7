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
        if !story.has_family(profile.family) && story.families.len() < Story::MOST_FAMILIES {
            story.families.push(profile.family);
        }
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
