//! Replay: the stages of the daemon over recorded items, without tasks, log or network.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::decide::Decider;
use crate::format::Record;
use crate::item::{Arrival, Seq};
use crate::log::{Decision, Digest, Entry, Timer};
use crate::route::Comparison;

/// What became of one input record. The keys and their order are a contract (DESIGN section 9):
/// all are always present, null where absent.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The input record, from 0.
    pub n: u64,
    /// Its identifier, as sent.
    pub uri: Option<String>,
    /// Its headline, as sent.
    pub headline: Option<String>,
    /// A verdict, or `Rejected`.
    pub verdict: &'static str,
    /// Why.
    pub reason: Option<String>,
    /// Its story; null only when rejected.
    pub story: Option<String>,
    /// Stories that it showed to be the same, which became that one; left out when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<String>,
    /// The record it was matched with.
    pub of: Option<u64>,
    /// The probability that both tell one story.
    pub score: Option<f32>,
    /// Whether the story is disputed after this item.
    pub disputed: Option<bool>,
    /// The channels whose rules hold.
    pub matched: Vec<String>,
    /// The channels it is delivered to now.
    pub channels: Vec<String>,
    /// What channel policies held back of it and why; left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// What came of that; left out when there is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
}

/// A delivery that time brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Later {
    /// When.
    pub at: Timestamp,
    /// The channel.
    pub channel: String,
    /// It is one of several that are delivered together.
    pub digest: bool,
}

/// Counts for the closing summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Input records.
    pub records: u64,
    /// Those that were rejected.
    pub rejected: u64,
    /// Stories opened, but for those that were merged into others.
    pub stories: u64,
    /// Items that joined a story, or whose story joined another.
    pub folded: u64,
    /// Items delivered to a channel.
    pub delivered: u64,
    /// Items that a channel's policy held back or dropped.
    pub withheld: u64,
    /// Items delivered to a channel later than they came.
    pub later: u64,
}

/// Decides about `records` as the daemon would have, and returns a line for each in input order. An
/// item was received when the log it comes from says, else at its own time; where none has a time,
/// `now`.
pub fn replay(decider: &mut Decider, records: Vec<Record>, now: Timestamp) -> (Vec<Line>, Summary) {
    let mut lines: Vec<Option<Line>> = Vec::new();
    lines.resize_with(records.len(), || None);
    let mut later: Vec<(Seq, Event)> = Vec::new();
    decide(decider, records, now, |n, uri, headline, entry| match entry {
        Entry::Timer(_) | Entry::Digest(_) => later.extend(events(entry)),
        entry => {
            if let Some(line) = line(entry, uri, headline) {
                lines[n as usize] = Some(line);
            }
        }
    });
    for (seq, event) in later {
        let Some(line) = lines.get_mut(seq.0 as usize).and_then(Option::as_mut) else { continue };
        match event {
            Event::Delivered(later) => line.later.push(later),
            Event::Withheld(why) => line.withheld.push(why),
        }
    }
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    let summary = summary(&lines);
    (lines, summary)
}

/// What would change if the rules of `after` were those of `before`: both decide about the same
/// records.
pub fn compare(
    before: &mut Decider,
    after: &mut Decider,
    records: Vec<Record>,
    now: Timestamp,
) -> Comparison {
    let mut first: Vec<Option<Box<Decision>>> = Vec::new();
    first.resize_with(records.len(), || None);
    decide(before, records.clone(), now, |_, _, _, entry| {
        if let Entry::Item { seq, decision, .. } = entry {
            first[seq.0 as usize] = Some(decision);
        }
    });
    let mut comparison = Comparison::default();
    decide(after, records, now, |_, _, headline, entry| {
        if let Entry::Item { seq, decision, .. } = entry
            && let Some(before) = first[seq.0 as usize].take()
        {
            comparison.add(&headline.unwrap_or_default(), &before, &decision);
        }
    });
    comparison
}

/// Decides about `records` in order of time and hands each outcome to `each`, with the record's
/// number, identifier and headline.
fn decide(
    decider: &mut Decider,
    records: Vec<Record>,
    now: Timestamp,
    mut each: impl FnMut(u64, Option<String>, Option<String>, Entry),
) {
    let mut last = Timestamp::UNIX_EPOCH;
    for arrival in in_order_of_time(records, now) {
        let n = arrival.seq.0;
        let item = arrival.record.as_ref().ok();
        let uri = item.and_then(|item| item.uri.clone());
        let headline = item.map(|item| item.headline.clone());
        last = arrival.received;
        for entry in decider.push(arrival) {
            let headline = match &entry {
                // That of the body, where the record had none.
                Entry::Item { item, .. } => Some(item.headline.clone()),
                _ => headline.clone(),
            };
            each(n, uri.clone(), headline, entry);
        }
    }
    // What is held back at the end is let go as if nothing else came.
    if decider.route.held() > 0
        && let Ok(memory) = SignedDuration::try_from(decider.route.memory(false))
    {
        for entry in decider.pass(last.saturating_add(memory).unwrap_or(last)) {
            each(u64::MAX, None, None, entry);
        }
    }
}

/// What time brought about for an item.
enum Event {
    Delivered(Later),
    Withheld(String),
}

fn events(entry: Entry) -> Vec<(Seq, Event)> {
    match entry {
        Entry::Timer(timer) => {
            let Timer { at, item, channels, withheld, .. } = timer;
            let delivered = channels
                .into_iter()
                .map(|channel| (item, Event::Delivered(Later { at, channel, digest: false })));
            let withheld = withheld.iter().map(|why| (item, Event::Withheld(why.to_string())));
            delivered.chain(withheld).collect()
        }
        Entry::Digest(Digest { at, channel, entries, .. }) => {
            let later = || Later { at, channel: channel.clone(), digest: true };
            entries.iter().map(|entry| (entry.item, Event::Delivered(later()))).collect()
        }
        _ => Vec::new(),
    }
}

/// Numbers the records in input order and returns them in order of receipt, stably: those of a log
/// as they came, others by their own time. A record without a time stays behind the one before it;
/// where none has a time, all came `now`.
fn in_order_of_time(records: Vec<Record>, now: Timestamp) -> Vec<Arrival> {
    let first = records.iter().find_map(time).unwrap_or(now);
    let mut last = first;
    let mut arrivals: Vec<Arrival> = (0..)
        .map(Seq)
        .zip(records)
        .map(|(seq, record)| {
            last = time(&record).unwrap_or(last);
            let source = record.as_ref().map_or("replay", |item| item.source.as_str()).to_owned();
            Arrival { seq, received: last, source, record }
        })
        .collect();
    arrivals.sort_by_key(|arrival| arrival.received);
    arrivals
}

fn time(record: &Record) -> Option<Timestamp> {
    record.as_ref().ok().and_then(|item| item.received.or(item.versioncreated))
}

fn line(entry: Entry, uri: Option<String>, headline: Option<String>) -> Option<Line> {
    Some(match entry {
        Entry::Item { seq, decision, .. } => {
            let held = match decision.embargo {
                None => String::new(),
                Some(until) if until == Decision::OPEN_EMBARGO => {
                    " Held: an embargo without an end.".to_owned()
                }
                Some(until) => format!(" Held: its embargo ends at {until:.0}."),
            };
            let fold = decision.fold;
            Line {
                n: seq.0,
                uri,
                headline,
                verdict: fold.verdict.as_str(),
                reason: Some(fold.evidence.reason + &held),
                story: Some(fold.story.to_string()),
                merged: fold.merged.iter().map(ToString::to_string).collect(),
                of: fold.evidence.of.map(|of| of.0),
                score: fold.evidence.score,
                disputed: Some(fold.state.disputed),
                matched: decision.matched,
                channels: decision.channels,
                withheld: decision.withheld.iter().map(ToString::to_string).collect(),
                later: Vec::new(),
            }
        }
        Entry::Rejected(rejected) => Line {
            n: rejected.seq.0,
            uri,
            headline,
            verdict: "Rejected",
            reason: Some(rejected.reject.reason),
            story: None,
            merged: Vec::new(),
            of: None,
            score: None,
            disputed: None,
            matched: Vec::new(),
            channels: vec!["rejected".to_owned()],
            withheld: Vec::new(),
            later: Vec::new(),
        },
        Entry::Timer(_) | Entry::Config(_) | Entry::Feedback(_) | Entry::Digest(_) => return None,
    })
}

fn summary(lines: &[Line]) -> Summary {
    let count =
        |keep: &dyn Fn(&Line) -> bool| lines.iter().filter(|line| keep(line)).count() as u64;
    let rejected = count(&|line| line.story.is_none());
    let merged = lines.iter().map(|line| line.merged.len() as u64).sum::<u64>();
    let stories = count(&|line| line.verdict == "New") - merged;
    Summary {
        records: lines.len() as u64,
        rejected,
        stories,
        folded: lines.len() as u64 - rejected - stories,
        delivered: count(&|line| line.story.is_some() && !line.channels.is_empty()),
        withheld: count(&|line| !line.withheld.is_empty()),
        later: count(&|line| !line.later.is_empty()),
    }
}

#[cfg(test)]
mod tests;
