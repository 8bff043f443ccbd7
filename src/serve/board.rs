//! The board: which stories are on which channel, kept in memory so that a question finds them
//! without walking the log. It holds numbers only; the text of items is read from the log.
//!
//! It is built from the decisions in the log and brought up to date before each question is
//! answered, so that whoever has pushed an item finds it. It holds the newest `history` records;
//! what retention has removed from the log goes from here too.

use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use crate::channel::REJECTED;
use crate::log::{Change, Feedback, Logged, Position, Record};
use crate::story::{Aliases, StoryId, Verdict};

mod keep;
mod story;

pub(super) use keep::Keeper;
pub(super) use story::{Carried, Entry, Story};

/// The stories of the newest records.
#[derive(Debug)]
pub(super) struct Board {
    /// Records held, at most.
    most: usize,
    /// The first position that was not looked at.
    next: Position,
    stories: HashMap<StoryId, Story>,
    /// Ids that were merged into others.
    aliases: Aliases,
    channels: HashMap<String, Shelf>,
    /// What is held, oldest first.
    records: VecDeque<(Position, Option<StoryId>)>,
}

/// What the board knows of one channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelf {
    /// Its stories by the position of their last delivery; a digest delivers several.
    by_last: BTreeSet<(Position, StoryId)>,
    /// Deliveries of those stories.
    pub(super) deliveries: u64,
    /// Place and time of the last delivery.
    pub(super) last: Option<(Position, Timestamp)>,
}

impl Shelf {
    /// Stories on it.
    pub(super) fn stories(&self) -> usize {
        self.by_last.len()
    }
}

impl Board {
    pub(super) fn new(most: usize) -> Board {
        Board {
            most: most.max(1),
            next: Position::FIRST,
            stories: HashMap::new(),
            aliases: Aliases::default(),
            channels: HashMap::new(),
            records: VecDeque::new(),
        }
    }

    /// The first position that was not looked at.
    pub(super) fn next(&self) -> Position {
        self.next
    }

    /// Stories held.
    pub(super) fn stories(&self) -> usize {
        self.stories.len()
    }

    /// A story by its id or one that was merged into it.
    pub(super) fn story(&self, id: StoryId) -> Option<(StoryId, &Story)> {
        let id = self.resolve(id);
        self.stories.get(&id).map(|story| (id, story))
    }

    /// A channel, if anything was ever on it.
    pub(super) fn channel(&self, name: &str) -> Option<&Shelf> {
        self.channels.get(name)
    }

    /// Up to `limit` stories of a channel whose last delivery lies in `from..to`, newest first; or
    /// with `rising`, oldest first. More when the last of them was delivered together with others.
    pub(super) fn on(
        &self,
        channel: &str,
        from: Position,
        to: Position,
        limit: usize,
        rising: bool,
    ) -> Vec<(Position, StoryId)> {
        let Some(shelf) = self.channels.get(channel).filter(|_| from < to) else {
            return Vec::new();
        };
        let range = shelf.by_last.range((from, StoryId(0))..(to, StoryId(0))).copied();
        if rising { whole(range, limit) } else { whole(range.rev(), limit) }
    }

    /// Takes note of the next record.
    pub(super) fn apply(&mut self, logged: &Logged) {
        let position = logged.position;
        self.next = position.next();
        let story = match &logged.record {
            Record::Decision(decision) => {
                let id = self.resolve(decision.fold.story);
                for alias in &decision.fold.merged {
                    self.merge(*alias, id);
                }
                let entry = Entry { position, item: decision.item };
                let story = self.stories.entry(id).or_default();
                story.join(entry, &decision.fold.state);
                story.withdrawn |= decision.fold.verdict == Verdict::Kill;
                self.deliver(id, &decision.channels, logged);
                Some(id)
            }
            Record::Timer(timer) => {
                let id = self.resolve(timer.story);
                let entry = Entry { position, item: timer.item };
                let story = self.stories.entry(id).or_default();
                story.entries.push(entry);
                if let Some(shown) = &timer.shown {
                    story.is(&shown.out.state);
                }
                self.deliver(id, &timer.channels, logged);
                Some(id)
            }
            Record::Feedback(feedback) => {
                self.change(feedback);
                let id = self.resolve(feedback.change.story());
                let entry = Entry { position, item: feedback.item };
                self.stories.entry(id).or_default().join(entry, &feedback.state);
                self.deliver(id, &feedback.channels, logged);
                Some(id)
            }
            Record::Digest(digest) => {
                let mut shown = digest.shown.iter();
                for it in &digest.entries {
                    let id = self.resolve(it.story);
                    let entry = Entry { position, item: it.item };
                    let story = self.stories.entry(id).or_default();
                    story.entries.push(entry);
                    if let Some(Some(shown)) = shown.next() {
                        story.is(&shown.out.state);
                    }
                    self.deliver(id, std::slice::from_ref(&digest.channel), logged);
                    self.records.push_back((position, Some(id)));
                }
                return self.keep_most();
            }
            Record::Rejected(_) => {
                let shelf = self.channels.entry(REJECTED.to_owned()).or_default();
                shelf.deliveries += 1;
                shelf.last = Some((position, logged.at));
                None
            }
            Record::Config(_) => return,
        };
        self.records.push_back((position, story));
        self.keep_most();
    }

    fn keep_most(&mut self) {
        while self.records.len() > self.most {
            self.forget();
        }
    }

    /// Lets go of what lies before `first`, the oldest record of the log.
    pub(super) fn forget_before(&mut self, first: Position) {
        while self.records.front().is_some_and(|(position, _)| *position < first) {
            self.forget();
        }
    }

    /// Positions up to `next` cannot be read.
    pub(super) fn skip_to(&mut self, next: Position) {
        self.next = self.next.max(next);
    }

    fn resolve(&self, id: StoryId) -> StoryId {
        self.aliases.resolve(id)
    }

    fn deliver(&mut self, id: StoryId, channels: &[String], logged: &Logged) {
        let Some(story) = self.stories.get_mut(&id) else { return };
        for name in channels {
            let shelf = match self.channels.get_mut(name) {
                Some(shelf) => shelf,
                None => self.channels.entry(name.clone()).or_default(),
            };
            if let Some(before) = story.deliver(name, logged.position) {
                shelf.by_last.remove(&(before, id));
            }
            shelf.by_last.insert((logged.position, id));
            shelf.deliveries += 1;
            shelf.last = Some((logged.position, logged.at));
        }
    }

    fn change(&mut self, feedback: &Feedback) {
        match feedback.change {
            Change::Split { from, opens } => {
                let from = self.resolve(from);
                let Some(mut story) = self.take(from) else { return };
                // Of an item under embargo, which was not counted there, there are none.
                let moved = story.split(feedback.item, feedback.state.items);
                feedback.left.iter().for_each(|left| story.is(left));
                self.put(from, story);
                self.stories.entry(opens).or_default().entries.extend(moved);
            }
            Change::Merge { alias, kept } => self.merge(alias, kept),
        }
    }

    fn merge(&mut self, alias: StoryId, kept: StoryId) {
        let (alias, kept) = (self.resolve(alias), self.resolve(kept));
        if alias == kept {
            return;
        }
        if let Some(gone) = self.take(alias) {
            let mut story = self.take(kept).unwrap_or_default();
            story.merge(gone);
            self.put(kept, story);
        }
        self.aliases.add(alias, kept);
    }

    /// Takes a story off the board, to be changed.
    fn take(&mut self, id: StoryId) -> Option<Story> {
        let story = self.stories.remove(&id)?;
        for carried in &story.carried {
            let Some(shelf) = self.channels.get_mut(&*carried.channel) else { continue };
            shelf.by_last.remove(&(carried.last(), id));
            shelf.deliveries = shelf.deliveries.saturating_sub(u64::from(carried.deliveries()));
        }
        Some(story)
    }

    /// Puts it back where its deliveries say, unless nothing is left of it.
    fn put(&mut self, id: StoryId, story: Story) {
        if story.entries.is_empty() {
            self.aliases.forget(id);
            return;
        }
        for carried in &story.carried {
            let Some(shelf) = self.channels.get_mut(&*carried.channel) else { continue };
            shelf.by_last.insert((carried.last(), id));
            shelf.deliveries += u64::from(carried.deliveries());
        }
        self.stories.insert(id, story);
    }

    /// Lets go of the oldest record, and of its story when nothing is left of that.
    fn forget(&mut self) {
        let Some((position, id)) = self.records.pop_front() else { return };
        let Some(id) = id.map(|id| self.resolve(id)) else {
            if let Some(shelf) = self.channels.get_mut(REJECTED) {
                shelf.deliveries = shelf.deliveries.saturating_sub(1);
            }
            return;
        };
        let Some(mut story) = self.take(id) else { return };
        story.forget(position);
        self.put(id, story);
    }
}

/// The first `limit`, and what stands at the same position as the last of them.
fn whole(
    stories: impl Iterator<Item = (Position, StoryId)>,
    limit: usize,
) -> Vec<(Position, StoryId)> {
    let mut found: Vec<(Position, StoryId)> = Vec::new();
    for story in stories {
        if found.len() >= limit && found.last().is_none_or(|last| last.0 != story.0) {
            break;
        }
        found.push(story);
    }
    found
}

#[cfg(test)]
mod tests;
