//! What a digest tells: the stories of one channel since the last one, each with its sources.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::channel::{Delivery, Event};
use crate::net::web_link;
use crate::story::{StoryId, Verdict};

/// Sources of one story that are told; the others are counted.
const SOURCES: usize = 12;

/// The stories of one channel, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Digest {
    pub(super) channel: String,
    pub(super) stories: Vec<Story>,
    /// Stories beyond the most that are told.
    pub(super) more: usize,
    /// Records that could not be read; only on the channel `rejected`.
    pub(super) rejected: Vec<String>,
    /// Rejected records beyond the most that are told.
    pub(super) more_rejected: usize,
    /// Something is missing: the log had it no more.
    pub(super) gaps: usize,
    most: usize,
    known: HashMap<StoryId, Option<usize>>,
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

    fn add_item(&mut self, delivery: &Delivery) {
        let place = *self.known.entry(delivery.story).or_insert_with(|| {
            if self.stories.len() == self.most {
                self.more += 1;
                return None;
            }
            self.stories.push(Story {
                headline: String::new(),
                link: None,
                new: delivery.verdict == Verdict::New,
                disputed: false,
                killed: false,
                corrected: false,
                sources: Vec::new(),
                more_sources: 0,
            });
            Some(self.stories.len() - 1)
        });
        let Some(story) = place.and_then(|place| self.stories.get_mut(place)) else { return };
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

/// The address, if it is one of the web: a reader's click must lead nowhere else.
fn web(link: Option<&str>) -> Option<String> {
    link.and_then(web_link).map(String::from)
}
