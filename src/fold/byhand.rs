//! Corrections by hand: the fold takes over what a person says, and keeps to it after a restart.

use super::disputed::contradict;
use super::identity::Names;
use super::stories::{Stories, Story};
use super::window::{Live, Window};
use super::{Fold, Known};
use crate::feedback::{Ask, Corrected, Refusal, Request};
use crate::item::Seq;
use crate::log::Change;
use crate::prepare::Prepared;
use crate::story::{StoryId, StoryState};

/// Members that are held against each other to see whether a story is still disputed. A larger one
/// stays as it was.
const MOST_COMPARED: usize = 256;

impl Fold {
    /// Takes over that a story became another one. To be called before anything else is restored.
    pub fn restore_alias(&mut self, alias: StoryId, kept: StoryId) {
        self.ahead.add(alias, kept);
    }

    /// All is restored. No story opened from here on has an id below `next`.
    pub fn restored(&mut self, next: StoryId) {
        self.next_story = self.next_story.max(next.0);
        for (alias, kept) in std::mem::take(&mut self.ahead).iter() {
            self.stories.link(alias, kept);
        }
    }

    /// Does what a person asks for, or refuses.
    pub(super) fn correct(&mut self, request: &Request) -> Result<Corrected, Refusal> {
        match (&request.ask, request.prepared.as_deref()) {
            (Ask::Merge(one, other), _) => self.merge(*one, *other),
            (Ask::Split { story, .. }, Some(prepared)) => self.split(*story, prepared),
            (Ask::Split { item, .. }, None) => {
                Err(Refusal::Impossible(format!("record {} is no item", item.seq)))
            }
        }
    }

    /// Applies a recorded correction.
    pub fn apply_change(&mut self, change: Change, item: &Prepared) -> Option<Corrected> {
        match change {
            Change::Split { from, opens } => Some(self.part(from, opens, item)),
            Change::Merge { alias, kept } => self.unite(kept, alias),
        }
    }

    fn split(&mut self, story: StoryId, item: &Prepared) -> Result<Corrected, Refusal> {
        let (seq, asked) = (item.seq, self.stories.resolve(story));
        let Some(from) = self.window.story_of(seq).map(|raw| self.stories.resolve(raw)) else {
            return Err(Refusal::Unknown(format!(
                "item {seq} has left the fold's window: nothing can be matched with it any more"
            )));
        };
        if from != asked {
            return Err(Refusal::Impossible(format!("item {seq} is in story {from}, not {story}")));
        }
        if self.stories.get(from).is_none_or(|story| story.items < 2) {
            return Err(Refusal::Impossible(format!("item {seq} is all there is of {from}")));
        }
        Ok(self.part(from, StoryId(self.next_story), item))
    }

    fn merge(&mut self, one: StoryId, other: StoryId) -> Result<Corrected, Refusal> {
        let (one, other) = (self.stories.resolve(one), self.stories.resolve(other));
        if one == other {
            return Err(Refusal::Impossible(format!("both are story {one} already")));
        }
        for story in [one, other] {
            if self.stories.get(story).is_none() {
                return Err(Refusal::Unknown(format!(
                    "there is no story {story} in the fold's window, nor a name that leads to it"
                )));
            }
        }
        // Numbers of stories grow, so the smaller one is the older.
        let (kept, alias) = (one.min(other), one.max(other));
        self.unite(kept, alias).ok_or_else(|| {
            Refusal::Unknown(format!("no item of story {alias} is in the fold's window any more"))
        })
    }

    /// Lets an item open the story `opens`.
    fn part(&mut self, from: StoryId, opens: StoryId, item: &Prepared) -> Corrected {
        let profile = self.scorer.profile(item, &self.publishers);
        let names = Names::of(item, profile.family);
        let state = Story::default().after(&profile, item.event);
        self.next_story = self.next_story.max(opens.0 + 1);
        self.stories.part(from);
        if self.window.move_item(item.seq, opens) {
            self.stories.join(opens, &profile, &state);
            self.stories.part(opens);
            self.stories.left(from);
            self.parted.insert(item.seq);
        }
        for name in names.all() {
            let Some(known) = self.identities.get(&name).filter(|it| it.seq == item.seq) else {
                continue;
            };
            self.stories.name(opens);
            self.identities.replace(name, Known { story: opens, ..known });
            self.stories.unname(from);
        }
        let left = self.settle(from, true);
        Corrected::Split { from, left, opens, state }
    }

    /// Makes one story of two; `None` when no item of the other is in the window.
    fn unite(&mut self, kept: StoryId, alias: StoryId) -> Option<Corrected> {
        let latest = members(&self.window, &self.stories, alias).last()?.seq;
        self.stories.unite(kept, alias);
        let state = self.settle(kept, false)?.1;
        Some(Corrected::Merge { kept, alias, latest, state })
    }

    /// Finds a story's state anew after a correction; `shrank`: it lost an item. Returns its latest item in the window.
    fn settle(&mut self, id: StoryId, shrank: bool) -> Option<(Seq, StoryState)> {
        let members = members(&self.window, &self.stories, id);
        let latest = members.last().map(|live| live.seq);
        let disputed = (members.len() <= MOST_COMPARED).then(|| {
            let mut pairs = members.iter().enumerate().flat_map(|(n, a)| {
                members[..n].iter().map(move |b| contradict(&a.profile, &b.profile))
            });
            pairs.any(|contradicts| contradicts)
        });
        let profiles: Vec<_> = members.iter().map(|live| &live.profile).collect();
        let state = self.stories.settle(id, &profiles, shrank, disputed);
        latest.zip(state)
    }
}

/// The items of a story that are in the window, oldest first.
fn members<'w>(window: &'w Window, stories: &Stories, story: StoryId) -> Vec<&'w Live> {
    let story = stories.resolve(story);
    window.items().filter(|live| stories.resolve(live.story) == story).collect()
}
