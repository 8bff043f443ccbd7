//! What a digest tells: the stories of one channel since the last one, each with its sources.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::channel::{Delivery, Event};
use crate::net::web_link;
use crate::story::{StoryId, Verdict};

/// Sources of one story that are told; the others are counted.
const SOURCES: usize = 12;

/// The stories of one channel, in the order in which they came.
///
/// A story that was withdrawn, corrected or disputed is listed however many there are: an earlier
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

/// One story, as of its newest item.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) headline: String,
    pub(super) link: Option<String>,
    /// It was opened in the time of this digest.
    pub(super) new: bool,
    pub(super) disputed: bool,
    pub(super) killed: bool,
    pub(super) corrected: bool,
    pub(super) sources: Vec<Source>,
    pub(super) more_sources: usize,
}

/// One item of a story.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) publisher: String,
    pub(super) headline: String,
    pub(super) link: Option<String>,
    pub(super) at: Timestamp,
}

impl Digest {
    /// An empty digest that tells at most `most` stories.
    pub(super) fn new(channel: &str, most: usize) -> Digest {
        Digest { channel: channel.to_owned(), most, ..Digest::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stories.is_empty() && self.rejected.is_empty() && self.gaps == 0
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
            None => (delivery.verdict == Verdict::New, 0),
        };
        if self.stories.len() >= self.most && !takes_back(delivery) {
            self.more += 1;
            self.known.insert(delivery.story, Known::Counted { new, items: 1 });
            return None;
        }
        let place = self.stories.len();
        self.known.insert(delivery.story, Known::Listed(place));
        self.stories.push(Story {
            headline: String::new(),
            link: None,
            new,
            disputed: false,
            killed: false,
            corrected: false,
            sources: Vec::new(),
            more_sources,
        });
        Some(place)
    }

    fn add_item(&mut self, delivery: &Delivery) {
        let Some(place) = self.place_of(delivery) else { return };
        let Some(story) = self.stories.get_mut(place) else { return };
        story.headline.clone_from(&delivery.headline);
        story.link = web(delivery.link.as_deref()).or(story.link.take());
        (story.disputed, story.killed) = (delivery.disputed, delivery.killed);
        story.corrected |= delivery.verdict == Verdict::Correction;
        if story.sources.len() == SOURCES {
            story.more_sources += 1;
        } else {
            story.sources.push(Source {
                publisher: delivery.publisher.clone().unwrap_or_else(|| delivery.source.clone()),
                headline: delivery.headline.clone(),
                link: web(delivery.link.as_deref()),
                at: delivery.event,
            });
        }
    }
}

impl Story {
    /// It was withdrawn, corrected or disputed.
    fn is_marked(&self) -> bool {
        self.killed || self.corrected || self.disputed
    }
}

/// It says that a story is not, or may not be, as it was told.
fn takes_back(delivery: &Delivery) -> bool {
    delivery.killed || delivery.disputed || delivery.verdict == Verdict::Correction
}

/// The address, if it is one of the web: a reader's click must lead nowhere else.
fn web(link: Option<&str>) -> Option<String> {
    link.and_then(web_link).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::testing;

    fn delivery(story: u64, verdict: Verdict) -> Delivery {
        let killed = verdict == Verdict::Kill;
        let told = testing::delivery(&format!("Story {story}"));
        Delivery { verdict, story: StoryId(story), killed, ..told }
    }

    /// The headlines that a digest of at most two stories tells, and how many more there are.
    #[track_caller]
    fn case(deliveries: Vec<Delivery>, told: &[&str], more: usize) {
        let mut digest = Digest::new("harbour", 2);
        for delivery in deliveries {
            digest.add(&Event::Story(Box::new(delivery)));
        }
        let headlines: Vec<_> = digest.told().map(|story| story.headline.as_str()).collect();
        assert_eq!((headlines.as_slice(), digest.more), (told, more));
    }

    #[test]
    fn what_was_taken_back_is_told_first_and_however_many_there_are() {
        let new = |story| delivery(story, Verdict::New);
        let disputed = Delivery { disputed: true, ..delivery(5, Verdict::Development) };
        case(vec![new(1), new(2), new(3)], &["Story 1", "Story 2"], 1);
        for last in [delivery(3, Verdict::Kill), delivery(3, Verdict::Correction)] {
            case(vec![new(1), new(2), last], &["Story 3", "Story 1", "Story 2"], 0);
        }
        case(
            vec![delivery(3, Verdict::Kill), delivery(4, Verdict::Correction), disputed, new(1)],
            &["Story 3", "Story 4", "Story 5"],
            1,
        );
    }

    #[test]
    fn a_story_that_was_only_counted_is_listed_once_it_is_taken_back() {
        let mut digest = Digest::new("harbour", 1);
        for (story, verdict) in
            [(1, Verdict::New), (2, Verdict::New), (2, Verdict::Development), (2, Verdict::Kill)]
        {
            digest.add(&Event::Story(Box::new(delivery(story, verdict))));
        }
        let withdrawn = digest.told().next().unwrap();
        assert_eq!((withdrawn.headline.as_str(), withdrawn.new), ("Story 2", true));
        assert_eq!((withdrawn.sources.len(), withdrawn.more_sources, digest.more), (1, 2, 0));
    }
}
