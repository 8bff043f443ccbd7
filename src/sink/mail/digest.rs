//! What a digest tells: the stories of one channel since the last one, each with its sources.

use std::collections::HashMap;

use super::story::Story;
use crate::channel::{Delivery, Event};
use crate::story::{StoryId, Verdict};

/// The stories of one channel, in the order in which they came. Stories that turn out to be one are
/// told as one.
///
/// A story that was withdrawn, if only in part, corrected or disputed is listed however many there are: an earlier
/// digest may have told it as good.
#[derive(Debug, Default)]
pub(super) struct Digest {
    pub(super) channel: String,
    pub(super) stories: Vec<Story>,
    /// Stories that are counted only, beyond the most that are told.
    pub(super) more: usize,
    /// Records that could not be read; only on the channel `rejected`.
    pub(super) rejected: Vec<String>,
    /// Rejected records beyond the most that are told.
    pub(super) more_rejected: usize,
    /// Something is missing: the log had it no more.
    pub(super) gaps: usize,
    /// Deliveries that it is made of.
    pub(super) deliveries: usize,
    most: usize,
    known: HashMap<StoryId, Known>,
}

/// What became of a story.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// Its place in the list.
    Listed(usize),
    /// It is only counted: whether it was opened in this time, and how many items it had in it.
    Counted { new: bool, items: usize },
}

impl Digest {
    /// An empty digest that tells at most `most` stories.
    pub(super) fn new(channel: &str, most: usize) -> Digest {
        Digest { channel: channel.to_owned(), most, ..Digest::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tells_nothing() && self.gaps == 0
    }

    /// There is nothing in it, whatever is missing.
    pub(super) fn tells_nothing(&self) -> bool {
        self.stories.is_empty() && self.more == 0 && self.rejected.is_empty()
    }

    pub(super) fn add(&mut self, event: &Event) {
        self.deliveries += 1;
        match event {
            Event::Story(delivery) => self.add_item(delivery),
            Event::Digest(digest) => {
                digest.stories.iter().for_each(|delivery| self.add_item(delivery));
                self.more += usize::try_from(digest.left_out).unwrap_or(usize::MAX);
            }
            Event::Rejected(_) if self.rejected.len() == self.most => self.more_rejected += 1,
            Event::Rejected(refusal) => {
                self.rejected.push(format!("{}: {}", refusal.source, refusal.reason));
            }
            Event::Gap(_) => self.gaps += 1,
        }
    }

    /// The stories as they are told: those first that a reader may have believed.
    pub(super) fn told(&self) -> impl Iterator<Item = &Story> {
        let (marked, others): (Vec<_>, Vec<_>) =
            self.stories.iter().partition(|story| story.is_marked());
        marked.into_iter().chain(others)
    }

    /// Where the story of a delivery is listed. `None`: it is only counted.
    fn place_of(&mut self, delivery: &Delivery) -> Option<usize> {
        let (new, more_sources) = match self.known.get_mut(&delivery.story) {
            Some(Known::Listed(place)) => return Some(*place),
            Some(Known::Counted { items, .. }) if !takes_back(delivery) => {
                *items += 1;
                return None;
            }
            Some(Known::Counted { new, items }) => {
                self.more -= 1;
                (*new, *items)
            }
            None => (delivery.told_as() == Verdict::New, 0),
        };
        if self.stories.len() >= self.most && !takes_back(delivery) {
            self.more += 1;
            self.known.insert(delivery.story, Known::Counted { new, items: 1 });
            return None;
        }
        let place = self.stories.len();
        self.known.insert(delivery.story, Known::Listed(place));
        self.stories.push(Story::begun(new, more_sources));
        Some(place)
    }

    fn add_item(&mut self, delivery: &Delivery) {
        delivery.merged.iter().for_each(|alias| self.merge(*alias, delivery.story));
        let place = self.place_of(delivery);
        if let Some(story) = place.and_then(|place| self.stories.get_mut(place)) {
            story.add(delivery);
        }
    }

    /// Tells a story that turned out to be another one with that.
    fn merge(&mut self, alias: StoryId, kept: StoryId) {
        if alias == kept {
            return;
        }
        let Some(theirs) = self.known.remove(&alias) else { return };
        let Some(ours) = self.known.get(&kept).copied() else {
            self.known.insert(kept, theirs);
            return;
        };
        let merged = match (ours, theirs) {
            (Known::Listed(ours), Known::Listed(theirs)) => {
                let other = self.take_out(theirs);
                let place = ours - usize::from(theirs < ours);
                self.stories[place].take_in(other);
                Known::Listed(place)
            }
            (Known::Listed(place), Known::Counted { items, .. }) => {
                self.more -= 1;
                self.stories[place].more_sources += items;
                Known::Listed(place)
            }
            (Known::Counted { new, items }, Known::Listed(place)) => {
                self.more -= 1;
                let story = &mut self.stories[place];
                story.more_sources += items;
                story.new = new;
                Known::Listed(place)
            }
            (Known::Counted { new, items }, Known::Counted { items: others, .. }) => {
                self.more -= 1;
                Known::Counted { new, items: items + others }
            }
        };
        self.known.insert(kept, merged);
    }

    /// Takes a story off the list.
    fn take_out(&mut self, place: usize) -> Story {
        for known in self.known.values_mut() {
            if let Known::Listed(other) = known {
                *other -= usize::from(*other > place);
            }
        }
        self.stories.remove(place)
    }
}

/// It says that a story is not, or may not be, as it was told: also when others stand by it.
fn takes_back(delivery: &Delivery) -> bool {
    delivery.killed
        || delivery.disputed
        || matches!(delivery.verdict, Verdict::Kill | Verdict::Correction)
}

#[cfg(test)]
mod tests;
