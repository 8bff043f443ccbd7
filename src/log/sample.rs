//! Entries for tests: invented headlines with everything a real one has.

use jiff::{SignedDuration, Timestamp};

use super::record::{Change, Decision, Entry, Feedback, Timer};
use crate::item::{Identity, Item, Reject, RejectKind, Seq};
use crate::prepare::Rejected;
use crate::story::{Evidence, FoldDecision, Share, StoryId, StoryState, Teller, Verdict};

/// The n-th second of the test's time.
pub(crate) fn at(n: u64) -> Timestamp {
    let start: Timestamp = "2026-03-01T06:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(n as i64)
}

/// Item `seq`, taken in at second `seq`, opening story `seq` on channel `harbour`.
pub(crate) fn item(seq: u64) -> Entry {
    item_on(seq, &["harbour"])
}

/// Like [`item`], delivered to these channels.
pub(crate) fn item_on(seq: u64, channels: &[&str]) -> Entry {
    let channels: Vec<String> = channels.iter().map(ToString::to_string).collect();
    let item = Item {
        uri: Some(format!("tag:example.org,2026:{seq}")),
        headline: format!("Ferry {seq} leaves the old harbour"),
        byline: Some("A. Writer".to_owned()),
        source: "coast".to_owned(),
        publisher: Some("Coast Wire".to_owned()),
        versioncreated: Some(at(seq)),
        ..Item::default()
    };
    let state = state(seq);
    let evidence = Evidence {
        of: (seq > 1).then(|| Seq(seq - 1)),
        score: Some(0.125),
        threshold: 0.4,
        reason: "No earlier item tells this.".to_owned(),
        shares: vec![Share { feature: "shared terms".into(), value: Some(0.5), share: 0.25 }],
        model: "00112233aabbccdd".into(),
    };
    let verdict = Verdict::New;
    let story = StoryId(seq);
    let decision = Decision {
        item: Seq(seq),
        fold: FoldDecision {
            verdict,
            story,
            state,
            disputes: false,
            evidence,
            nearness: Some(0.5),
            merged: Vec::new(),
            ahead: None,
            teller: Teller { family: seq as u32, rank: None },
        },
        rules: vec!["Ferries".to_owned()],
        held: vec![0x5eed],
        matched: channels.clone(),
        channels,
        withheld: Vec::new(),
        priority: Some(4),
        labels: vec!["sea".to_owned()],
        embargo: None,
    };
    Entry::Item {
        seq: Seq(seq),
        received: at(seq),
        item: Box::new(item),
        decision: Box::new(decision),
        identities: vec![Identity([seq as u8; 16]), Identity([0xff; 16])],
    }
}

/// A story of one item at second `n`.
pub(crate) fn state(n: u64) -> StoryState {
    StoryState {
        items: 1,
        publishers: 1,
        first: at(n),
        last: at(n),
        disputed: false,
        killed: false,
    }
}

/// Items `seqs` as one batch.
pub(crate) fn items(seqs: std::ops::Range<u64>) -> Vec<Entry> {
    seqs.map(item).collect()
}

/// Intake record `seq` that is no item.
pub(crate) fn reject(seq: u64) -> Entry {
    let reject = Reject::new(RejectKind::NoText, "There is no headline.", 17, b"<item/>");
    let source = "coast".to_owned();
    Entry::Rejected(Rejected { seq: Seq(seq), received: at(seq), source, reject })
}

/// A timer at second `now` that delivers item `seq` to channel `night`.
pub(crate) fn timer(now: u64, seq: u64) -> Entry {
    Entry::Timer(Timer {
        at: at(now),
        story: StoryId(seq),
        item: Seq(seq),
        channels: vec!["night".to_owned()],
        withheld: Vec::new(),
        reason: "The quiet hours are over.".to_owned(),
        shown: None,
    })
}

/// A person makes a story of item `seq`.
pub(crate) fn split(seq: u64) -> Feedback {
    Feedback {
        at: at(5),
        change: Change::Split { from: StoryId(seq), opens: StoryId(9) },
        item: Seq(seq),
        channels: vec!["harbour".to_owned()],
        state: state(5),
        rules: vec!["Ferries".to_owned()],
        held: vec![0x5eed],
        left: Some(state(6)),
        priority: Some(4),
        labels: vec!["sea".to_owned()],
    }
}
