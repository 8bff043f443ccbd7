//! Corrections by hand: the fold takes over what a person says, and keeps to it after a restart.

use jiff::Timestamp;

use super::disputed::contradict;
use super::identity::Names;
use super::profile::Standing;
use super::stories::{Part, Stories, Story};
use super::window::{Live, Window};
use super::{Fold, Known};
use crate::feedback::{Ask, Corrected, Merged, Parted, Refusal, Request};
use crate::item::Seq;
use crate::log::Change;
use crate::prepare::Prepared;
use crate::story::{Course, StoryId};

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
        self.count_due(request.at);
        match (&request.ask, request.prepared.as_deref()) {
            (Ask::Merge(one, other), _) => self.merge(*one, *other),
            (Ask::Split { story, .. }, Some(prepared)) => self.split(*story, prepared),
            (Ask::Split { item, .. }, None) => {
                Err(Refusal::Impossible(format!("record {} is no item", item.seq)))
            }
        }
    }

    /// Applies a correction that was recorded `at` a time.
    pub fn apply_change(
        &mut self,
        change: Change,
        item: &Prepared,
        at: Timestamp,
    ) -> Option<Corrected> {
        self.count_due(at);
        match change {
            Change::Split { from, opens } => Some(self.part(from, opens, item)),
            Change::Merge { alias, kept } => self.unite(kept, alias),
        }
    }

    fn split(&mut self, story: StoryId, item: &Prepared) -> Result<Corrected, Refusal> {
        let (seq, asked) = (item.seq, self.stories.resolve(story));
        let Some(live) = self.window.sent(seq) else {
            return Err(Refusal::Unknown(format!(
                "item {seq} has left the fold's window: nothing can be matched with it any more"
            )));
        };
        let from = self.stories.resolve(live.story);
        if from != asked {
            return Err(Refusal::Impossible(format!("item {seq} is in story {from}, not {story}")));
        }
        // Split off it would be shown as news; under embargo it never is.
        let withdrawn = match live.profile.standing {
            _ if self.held.has(seq) => None,
            Standing::Stands => None,
            Standing::Withdrawn => Some("was withdrawn by its provider"),
            Standing::Withdraws => Some("withdraws what its provider told"),
        };
        if let Some(what) = withdrawn {
            return Err(Refusal::Impossible(format!("item {seq} {what}: it is no story")));
        }
        let held = self.held.of(from).len();
        if self.stories.get(from).is_none_or(|story| story.items as usize + held < 2) {
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
            let Some(known) = self.stories.get(story) else {
                return Err(Refusal::Unknown(format!(
                    "there is no story {story} in the fold's window, nor a name that leads to it"
                )));
            };
            if known.killed {
                return Err(Refusal::Impossible(format!(
                    "story {story} was withdrawn: nothing joins it any more"
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
        let held = self.held.has(item.seq);
        let part = if held { Part::Held } else { Part::Told };
        let state = Story::default().after(&profile, item.event, part);
        self.next_story = self.next_story.max(opens.0 + 1);
        self.stories.part(from);
        if self.window.move_item(item.seq, opens) {
            self.stories.join(&Known::of(item, opens), &profile, &state, part);
            self.stories.part(opens);
            self.stories.left(from);
            self.parted.insert(item.seq);
            self.held.part(from, opens, item.seq);
        }
        for name in names.all() {
            let Some(known) = self.identities.get(&name).filter(|it| it.seq == item.seq) else {
                continue;
            };
            self.stories.name(opens);
            self.identities.replace(name, Known { story: opens, ..known });
            self.stories.unname(from);
        }
        let left = self.settle(from, !held);
        let course = Course { state, to_come: self.to_come(opens) };
        Corrected::Split(Parted { from, left, opens, course, held, family: profile.family })
    }

    /// Makes one story of two; `None` when no item of the other is in the window.
    fn unite(&mut self, kept: StoryId, alias: StoryId) -> Option<Corrected> {
        let of_alias = members(&self.window, &self.stories, alias);
        let newest = of_alias.last()?.seq;
        let is_shown = |live: &&&Live| stands(live) && !self.held.has(live.seq);
        let shown = of_alias.iter().rev().find(is_shown).map(|live| live.seq);
        self.unite_stories(kept, alias);
        let (latest, course) = self.settle(kept, false)?;
        let latest = shown.or(latest);
        let held = latest.is_none();
        let latest = latest.unwrap_or(newest);
        Some(Corrected::Merge(Merged { kept, alias, latest, course, held }))
    }

    /// Finds a story's state anew after a correction; `shrank`: it lost an item that is counted.
    /// Returns the latest of those in the window, and how the story goes on; `None` when no item of
    /// it is in the window.
    fn settle(&mut self, id: StoryId, shrank: bool) -> Option<(Option<Seq>, Course)> {
        let id = self.stories.resolve(id);
        let members = members(&self.window, &self.stories, id);
        let is_empty = members.is_empty();
        let is_compared = members.len() <= MOST_COMPARED;
        let (held, counted): (Vec<&Live>, Vec<&Live>) =
            members.into_iter().partition(|live| self.held.has(live.seq));
        let latest = counted.iter().rev().find(|live| stands(live)).map(|live| live.seq);
        let disputed = is_compared.then(|| {
            self.held.of_mut(id).iter_mut().for_each(|member| member.compare(&counted, &held));
            let mut pairs = counted.iter().enumerate().flat_map(|(n, a)| {
                counted[..n].iter().map(move |b| contradict(&a.profile, &b.profile))
            });
            pairs.any(|contradicts| contradicts)
        });
        let profiles: Vec<_> = counted.iter().map(|live| &live.profile).collect();
        self.stories.settle(id, &profiles, shrank, disputed);
        self.course(id).filter(|_| !is_empty).map(|course| (latest, course))
    }
}

/// Whether an item tells something that was not withdrawn.
fn stands(live: &Live) -> bool {
    live.profile.standing == Standing::Stands
}

/// The items of a story that are in the window, oldest first.
fn members<'w>(window: &'w Window, stories: &Stories, story: StoryId) -> Vec<&'w Live> {
    let story = stories.resolve(story);
    window.items().filter(|live| stories.resolve(live.story) == story).collect()
}
