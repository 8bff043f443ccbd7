//! One story of a digest: its reports, and which of them stand.

use jiff::Timestamp;

use crate::channel::Delivery;
use crate::net::web_link;
use crate::story::{Provider, Report, Verdict};

/// Sources of one story that are told; the others are counted. What was withdrawn is told however
/// much there is.
const SOURCES: usize = 12;

/// One story, as of its newest item.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// That of the newest report which stands; if none is known here, of what was withdrawn.
    pub(super) headline: String,
    pub(super) link: Option<String>,
    /// It was opened in the time of this digest.
    pub(super) new: bool,
    pub(super) disputed: bool,
    /// All that told it have withdrawn it.
    pub(super) killed: bool,
    /// A report of it was withdrawn.
    pub(super) withdrawn: bool,
    pub(super) corrected: bool,
    /// Its reports, oldest first.
    pub(super) sources: Vec<Source>,
    pub(super) more_sources: usize,
}

/// One item of a story.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) report: Report,
    pub(super) headline: String,
    pub(super) link: Option<String>,
    pub(super) at: Timestamp,
    /// It withdraws what its publisher told.
    pub(super) withdrawn: bool,
}

impl Story {
    /// A story of which nothing is told yet, but `more_sources` items were counted.
    pub(super) fn begun(new: bool, more_sources: usize) -> Story {
        Story { new, more_sources, ..Story::default() }
    }

    /// Takes in the next item. What withdraws others stands in their place.
    pub(super) fn add(&mut self, delivery: &Delivery) {
        let source = Source::of(delivery);
        if source.withdrawn {
            let kill = &source.report;
            self.sources.retain(|told| !told.report.is_taken_back(kill, delivery.of));
        }
        self.withdrawn |= source.withdrawn;
        self.corrected |= delivery.verdict == Verdict::Correction;
        (self.disputed, self.killed) = (delivery.disputed, delivery.killed);
        self.sources.push(source);
        self.settle();
    }

    /// Takes in the items of a story that turned out to be the same.
    pub(super) fn take_in(&mut self, other: Story) {
        self.withdrawn |= other.withdrawn;
        self.corrected |= other.corrected;
        self.disputed |= other.disputed;
        self.more_sources += other.more_sources;
        self.sources.extend(other.sources);
        self.sources.sort_by_key(|source| source.report.item);
        self.settle();
    }

    /// It was withdrawn in all or in part, corrected or disputed.
    pub(super) fn is_marked(&self) -> bool {
        self.killed || self.withdrawn || self.corrected || self.disputed
    }

    /// Counts the sources that are too many, the newest being told, and takes headline and link of
    /// what stands.
    fn settle(&mut self) {
        let stands = |source: &Source| !source.withdrawn;
        let mut over = self.sources.iter().filter(|it| stands(it)).count().saturating_sub(SOURCES);
        self.more_sources += over;
        while over > 0 {
            let mut standing = (0..self.sources.len()).rev().filter(|n| stands(&self.sources[*n]));
            if let Some(place) = standing.nth(1) {
                self.sources.remove(place);
            }
            over -= 1;
        }
        let told = |source: &&Source| self.killed || stands(source);
        let lead = self.sources.iter().rfind(told).or(self.sources.last());
        let link = self.sources.iter().filter(told).rev().find_map(|source| source.link.clone());
        self.headline = lead.map(|source| source.headline.clone()).unwrap_or_default();
        self.link = link;
    }
}

impl Source {
    fn of(delivery: &Delivery) -> Source {
        let by = Provider {
            family: delivery.family,
            publisher: delivery.publisher.clone(),
            source: delivery.source.clone(),
        };
        Source {
            report: Report { item: delivery.item, uri: delivery.uri.clone(), by },
            headline: delivery.headline.clone(),
            link: web(delivery.link.as_deref()),
            at: delivery.event,
            withdrawn: delivery.verdict == Verdict::Kill,
        }
    }
}

/// The address, if it is one of the web: a reader's click must lead nowhere else.
fn web(link: Option<&str>) -> Option<String> {
    link.and_then(web_link).map(String::from)
}
