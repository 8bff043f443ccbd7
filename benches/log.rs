//! The log: appends by size of the group, opening it again, and the scan that a start needs.
//!
//! Every append is durable, so the disk sets the pace of the small groups: run it where the data
//! directory will be (`TMPDIR`).

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use wirefold::config::{LogConfig, OnFull};
use wirefold::item::{Identity, Item, Seq};
use wirefold::log::{Decision, Entry, Log, Position};
use wirefold::story::{Evidence, FoldDecision, Share, StoryId, StoryState, Teller, Verdict};

#[path = "support/allocator.rs"]
mod allocator;

fn open(dir: &Path) -> Log {
    let config = LogConfig {
        dir: dir.to_owned(),
        retain: Duration::from_secs(30 * 86_400),
        max_size: 1 << 40,
        on_full: OnFull::Block,
    };
    Log::open(&config).expect("the log opens")
}

/// An item of ordinary size with full evidence: about 250 and 550 bytes as stored.
fn entry(seq: u64) -> Entry {
    let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seq as i64);
    let features = ["idf_jaccard", "containment", "trigram", "token_sort", "jaro_winkler"];
    let share = |(n, feature): (usize, &'static str)| Share {
        feature: feature.into(),
        value: Some(0.1 * n as f32),
        share: 0.25,
    };
    let evidence = Evidence {
        of: Some(Seq(seq / 2)),
        score: Some(0.75),
        threshold: 0.4,
        reason: "Most rare terms are shared and the times are close.".to_owned(),
        shares: features.into_iter().cycle().take(16).enumerate().map(share).collect(),
        model: "00112233aabbccdd".into(),
    };
    let state =
        StoryState { items: 2, publishers: 2, first: at, last: at, disputed: false, killed: false };
    let fold = FoldDecision {
        verdict: Verdict::New,
        story: StoryId(seq),
        state,
        disputes: false,
        evidence,
        nearness: Some(0.5),
        merged: Vec::new(),
        ahead: None,
        teller: Teller { family: 1, rank: None },
    };
    let channels = vec!["harbour".to_owned()];
    Entry::Item {
        seq: Seq(seq),
        received: at,
        item: Box::new(Item {
            uri: Some(format!("https://example.org/news/2026/03/01/ferry-{seq}")),
            link: Some(format!("https://example.org/news/2026/03/01/ferry-{seq}.html")),
            headline: format!("Ferry {seq} leaves the old harbour as storm warnings are lifted"),
            byline: Some("A. Writer and B. Editor".to_owned()),
            source: "coast".to_owned(),
            publisher: Some("Coast Wire".to_owned()),
            versioncreated: Some(at),
            ..Item::default()
        }),
        decision: Box::new(Decision {
            item: Seq(seq),
            fold,
            rules: vec!["Ferries and harbours".to_owned()],
            held: vec![0x5eed],
            matched: channels.clone(),
            channels,
            withheld: Vec::new(),
            priority: None,
            labels: Vec::new(),
            embargo: None,
        }),
        identities: (0..3).map(|n| Identity([seq as u8 ^ n; 16])).collect(),
    }
}

fn entries(first: u64, count: u64) -> Vec<Entry> {
    (first..first + count).map(entry).collect()
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("log/append");
    group.sample_size(10);
    for size in [1, 32, 256, 1_000] {
        let dir = tempfile::tempdir().expect("a directory");
        let log = open(dir.path());
        group.throughput(Throughput::Elements(size));
        group.bench_function(BenchmarkId::from_parameter(size), |b| {
            let next = || entries(log.next_seq().0, size);
            b.iter_batched(
                next,
                |batch| log.append(&batch).expect("durable"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

const RECORDS: u64 = 200_000;

fn start(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a directory");
    let log = open(dir.path());
    for first in (1..RECORDS).step_by(2_000) {
        log.append(&entries(first, 2_000)).expect("durable");
    }
    drop(log);
    let mut group = c.benchmark_group("log/start");
    group.sample_size(10);
    group.bench_function("open", |b| b.iter(|| open(dir.path())));
    let log = open(dir.path());
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("window", |b| {
        b.iter(|| {
            let window = log.view().window(Timestamp::MIN).expect("the log reads");
            assert_eq!(
                window.map(|read| black_box(read.is_ok())).filter(|ok| *ok).count() as u64,
                RECORDS
            );
        });
    });
    group.bench_function("identities", |b| {
        b.iter(|| {
            let mut count = 0;
            for row in log.view().identities() {
                count += row.expect("the log reads").identities.len();
            }
            assert_eq!(black_box(count) as u64, 3 * RECORDS);
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("explain one", |b| {
        let view = log.view();
        let mut seq = 0;
        b.iter(|| {
            seq = (seq + 7_919) % RECORDS;
            black_box(view.decision_of(Seq(seq + 1)).expect("the log reads"))
        });
    });
    group.bench_function("page of 256", |b| {
        let view = log.view();
        b.iter(|| {
            black_box(view.decisions_from(Position(RECORDS / 2), 256).expect("the log reads"))
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = append, start
}
criterion_main!(benches);
