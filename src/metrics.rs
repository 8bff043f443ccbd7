//! What the daemon counts about itself. Stages and handlers add; `/metrics` reads.
//!
//! Labels are names from the configuration and closed sets of words, so that their number is
//! bounded, whatever comes in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::channel::REJECTED;
use crate::item::RejectKind;
use crate::link::Gauge;
use crate::log::{Entry, Withheld};

mod waiting;

pub use waiting::{Now, Waiting};

/// Bounds of the buckets of a commit's time, in seconds.
pub const SECONDS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The daemon's counters. Clones are handles to the same ones.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Inner>);

#[derive(Default)]
struct Inner {
    counts: Mutex<Counts>,
    gauges: Mutex<Vec<Gauge>>,
    waiting: OnceLock<Waiting>,
    stall: Mutex<Option<Stall>>,
}

/// Why nothing can be committed now, so that intake stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stall {
    /// The log has reached its `max_size`.
    LogFull,
    /// The disk under it is full.
    DiskFull,
    /// The log's file is not where it was.
    Gone,
    /// The disk fails in another way.
    Disk,
}

impl Stall {
    /// What is the matter, in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Stall::LogFull => "the log has reached its max_size",
            Stall::DiskFull => "the disk is full",
            Stall::Gone => "the log was moved, removed or replaced",
            Stall::Disk => "the disk fails",
        }
    }
}

/// What was counted since the daemon's start.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Items by source and verdict.
    pub items: BTreeMap<(String, &'static str), u64>,
    /// Records that are no items, by source and kind of fault.
    pub rejects: BTreeMap<(String, &'static str), u64>,
    /// Deliveries decided, by channel.
    pub deliveries: BTreeMap<String, u64>,
    /// Deliveries that a channel's policy holds back, by channel and what they wait for.
    pub held: BTreeMap<(String, &'static str), u64>,
    /// Deliveries that it gave up, by channel and what they waited for in vain.
    pub dropped: BTreeMap<(String, &'static str), u64>,
    /// Digests, by channel.
    pub digests: BTreeMap<String, Digests>,
    /// Groups that were committed.
    pub commits: Histogram,
    /// Entries in them.
    pub entries: u64,
    /// Answers to requests by the hundreds of their status.
    pub answers: [u64; 5],
}

/// What a channel's digests held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// How many there were.
    pub digests: u64,
    /// Stories in them.
    pub stories: u64,
    /// Deliveries of which they only tell that they were dropped.
    pub left_out: u64,
}

/// How long something took, each time.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// How often it took at most [`SECONDS`] of that place, and not the one before.
    pub buckets: [u64; SECONDS.len() + 1],
    /// All of it together, in seconds.
    pub sum: f64,
}

impl Histogram {
    fn add(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let place = SECONDS.iter().position(|bound| seconds <= *bound).unwrap_or(SECONDS.len());
        self.buckets[place] += 1;
        self.sum += seconds;
    }
}

impl Counts {
    fn add(&mut self, entry: &Entry) {
        let (channels, withheld): (&[String], &[Withheld]) = match entry {
            Entry::Item { item, decision, .. } => {
                let key = (item.source.clone(), decision.fold.verdict.as_str());
                *self.items.entry(key).or_default() += 1;
                (&decision.channels, &decision.withheld)
            }
            Entry::Rejected(rejected) => {
                let kind: RejectKind = rejected.reject.kind;
                let key = (rejected.source.clone(), kind.as_str());
                *self.rejects.entry(key).or_default() += 1;
                *self.deliveries.entry(REJECTED.to_owned()).or_default() += 1;
                return;
            }
            // It was counted when it was held back.
            Entry::Timer(timer) if timer.only_waits() => return,
            Entry::Timer(timer) => (&timer.channels, &timer.withheld),
            Entry::Feedback(feedback) => (&feedback.channels, &[]),
            Entry::Digest(digest) => {
                let counted = self.digests.entry(digest.channel.clone()).or_default();
                counted.digests += 1;
                counted.stories += digest.entries.len() as u64;
                counted.left_out += digest.left_out;
                (std::slice::from_ref(&digest.channel), &[])
            }
            Entry::Config(_) => return,
        };
        for channel in channels {
            match self.deliveries.get_mut(channel) {
                Some(count) => *count += 1,
                None => {
                    self.deliveries.insert(channel.clone(), 1);
                }
            }
        }
        for Withheld { channel, gate, until, .. } in withheld {
            let counted = if until.is_some() { &mut self.held } else { &mut self.dropped };
            *counted.entry((channel.clone(), gate.as_str())).or_default() += 1;
        }
    }
}

impl Metrics {
    /// Entries were made durable together.
    pub fn committed(&self, entries: &[Entry], took: Duration) {
        let mut counts = self.lock();
        counts.commits.add(took);
        counts.entries += entries.len() as u64;
        entries.iter().for_each(|entry| counts.add(entry));
    }

    /// Nothing can be committed now, or it can be again.
    pub fn stall(&self, why: Option<Stall>) {
        *self.0.stall.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Why nothing can be committed now.
    pub fn stalled(&self) -> Option<Stall> {
        *self.0.stall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request was answered with this status.
    pub fn answered(&self, status: u16) {
        let place = usize::from(status / 100).saturating_sub(1).min(4);
        self.lock().answers[place] += 1;
    }

    /// From now on a link is watched.
    pub fn watch(&self, gauge: Gauge) {
        self.0.gauges.lock().unwrap_or_else(PoisonError::into_inner).push(gauge);
    }

    /// How full each watched link is: its name, what waits, and how much it holds.
    pub fn links(&self) -> Vec<(&'static str, usize, usize)> {
        let gauges = self.0.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |gauge: &Gauge| {
            let (waiting, most) = gauge.read();
            (gauge.name, waiting, most)
        };
        gauges.iter().map(read).collect()
    }

    /// From now on it is known what waits.
    pub fn follow(&self, waiting: Waiting) {
        // There is one stage that holds things back; a second one would go uncounted.
        let _ = self.0.waiting.set(waiting);
    }

    /// What waits now.
    pub fn waiting(&self) -> Now {
        self.0.waiting.get().map(Waiting::now).unwrap_or_default()
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Seq;
    use crate::log::sample::{at, item, item_on, reject, timer};
    use crate::log::{Digest, DigestEntry, Gate};
    use crate::story::StoryId;

    #[test]
    fn entries_are_counted_by_what_became_of_them() {
        let metrics = Metrics::default();
        let entries = [item(1), item_on(2, &["harbour", "sea"]), reject(3), timer(4, 1)];
        metrics.committed(&entries, Duration::from_millis(3));
        metrics.committed(&[item(5)], Duration::from_secs(9));
        let counts = metrics.counts();
        assert_eq!(counts.items[&("coast".to_owned(), "New")], 3);
        assert_eq!(counts.rejects[&("coast".to_owned(), "no_text")], 1);
        let deliveries: Vec<_> = counts.deliveries.into_iter().collect();
        let expected = [("harbour", 3), ("night", 1), ("rejected", 1), ("sea", 1)];
        assert_eq!(deliveries, expected.map(|(name, count)| (name.to_owned(), count)));
        assert_eq!((counts.entries, counts.commits.buckets[2]), (5, 1));
        assert_eq!(counts.commits.buckets[SECONDS.len()], 1);
    }

    #[test]
    fn what_a_policy_holds_back_drops_and_puts_together_is_counted() {
        let held =
            |gate, until| Withheld { channel: "night".to_owned(), gate, until, urgent: false };
        let withheld = |entry, withheld| match entry {
            Entry::Item { seq, received, item, mut decision, identities } => {
                decision.withheld = withheld;
                Entry::Item { seq, received, item, decision, identities }
            }
            Entry::Timer(timer) => Entry::Timer(crate::log::Timer { withheld, ..timer }),
            other => other,
        };
        let story = |n| DigestEntry { story: StoryId(n), item: Seq(n), count: 1 };
        let digest = Digest {
            at: at(9),
            channel: "night".to_owned(),
            since: at(1),
            entries: vec![story(1), story(2)],
            left_out: 3,
            reason: String::new(),
            shown: Vec::new(),
        };
        let metrics = Metrics::default();
        let entries = [
            withheld(item_on(1, &[]), vec![held(Gate::Quiet, Some(at(9)))]),
            withheld(item_on(2, &[]), vec![held(Gate::Quiet, Some(at(9)))]),
            withheld(item_on(3, &[]), vec![held(Gate::Publishers, Some(at(8)))]),
            withheld(timer(8, 3), vec![held(Gate::Publishers, None)]),
            Entry::Digest(digest),
        ];
        metrics.committed(&entries, Duration::from_millis(3));
        let counts = metrics.counts();
        let count = |gate: Gate, count| (("night".to_owned(), gate.as_str()), count);
        let both = BTreeMap::from([count(Gate::Publishers, 1), count(Gate::Quiet, 2)]);
        assert_eq!(counts.held, both);
        assert_eq!(counts.dropped, BTreeMap::from([count(Gate::Publishers, 1)]));
        let digests = Digests { digests: 1, stories: 2, left_out: 3 };
        assert_eq!(counts.digests, BTreeMap::from([("night".to_owned(), digests)]));
    }

    #[test]
    fn links_are_read_as_they_are_now() {
        let metrics = Metrics::default();
        let (tx, rx) = crate::link::bounded("entries", 8);
        metrics.watch(rx.gauge());
        tx.send_blocking(1).unwrap();
        assert_eq!(metrics.links(), [("entries", 1, 8)]);
    }
}
