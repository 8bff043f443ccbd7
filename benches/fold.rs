//! Fold with windows of 10,000, 100,000 and 1,000,000 live items.
//!
//! `cargo bench --bench fold -- measure` prints what the issue of folding asks for: cost a headline
//! (prepare and fold), memory a live item, and what is looked at for each, beside a Jaro-Winkler
//! scan and MinHash with banding. `LIVE=10000,61000` chooses other sizes. Without `measure`,
//! criterion takes over.
//!
//! The wire is `support/generator.rs`: seeded, Zipf's words, one report in five a verbatim copy,
//! stories of geometric size with mean 3.

use std::fmt::Display;
use std::hint::black_box;
use std::io::Write as _;
use std::sync::LazyLock;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput};
use jiff::SignedDuration;
use wirefold::config::FoldConfig;
use wirefold::fold::Fold;
use wirefold::item::Arrival;
use wirefold::prepare::Prepare;
use wirefold::publisher::Publishers;

#[path = "support/generator.rs"]
mod generator;
#[path = "support/minhash.rs"]
mod minhash;

use generator::Wire;
use minhash::MinHash;

#[path = "support/allocator.rs"]
mod allocator;

/// Rounds of which the median counts.
const ROUNDS: usize = 7;
/// Headlines of a round.
const ITEMS: usize = 3_000;
/// Window of the Jaro-Winkler scan, whose cost grows with it.
const SCANNED: usize = 10_000;

fn main() {
    if std::env::args().any(|arg| arg == "measure") {
        measure();
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("fold");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    for live in [10_000, 100_000] {
        let mut window = Window::of(live);
        group.bench_function(format!("{live} live"), |bencher| {
            let next = || window.wire.next().expect("an endless wire");
            let mut fold = std::mem::replace(&mut window.fold, empty(1));
            bencher.iter_batched(next, |item| push(&mut fold, item), BatchSize::SmallInput);
            window.fold = fold;
        });
    }
    group.finish();
    criterion.final_summary();
}

/// A fold whose window is full, and the wire that filled it.
struct Window {
    live: usize,
    fold: Fold,
    wire: Wire,
    bytes: usize,
    /// Seconds an item, of each round.
    rounds: Vec<f64>,
    touched: usize,
    candidates: usize,
}

impl Window {
    fn of(live: usize) -> Window {
        let before = resident();
        // 1,000,000 items in less than the window of 96 hours.
        let mut wire = Wire::new(1, SignedDuration::from_millis(300));
        let mut fold = empty(live);
        for arrival in wire.by_ref().take(live) {
            push(&mut fold, arrival);
        }
        let bytes = resident().saturating_sub(before);
        Window { live, fold, wire, bytes, rounds: Vec::new(), touched: 0, candidates: 0 }
    }

    /// One round. What it looks at is counted too.
    fn round(&mut self) {
        let arrivals: Vec<Arrival> = self.wire.by_ref().take(ITEMS).collect();
        let start = seconds();
        for arrival in arrivals {
            let (touched, candidates) = push(&mut self.fold, arrival);
            self.touched += touched;
            self.candidates += candidates;
        }
        self.rounds.push((seconds() - start) / ITEMS as f64);
    }
}

fn empty(live: usize) -> Fold {
    let config = FoldConfig { max_items: live, ..FoldConfig::default() };
    Fold::new(&config, Publishers::default()).expect("the shipped models")
}

/// Entries of postings read, and pairs compared in full.
fn push(fold: &mut Fold, arrival: Arrival) -> (usize, usize) {
    let prepared = Prepare::new().prepare(arrival).expect("it has a headline");
    let (outcome, trace) = fold.decide(prepared);
    black_box(&outcome);
    (trace.touched, trace.candidates.len())
}

fn measure() {
    let sizes = std::env::var("LIVE").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    let sizes = sizes.split(',').map(|size| size.trim().parse().expect("LIVE is whole numbers"));
    // The models are read once, and are not part of a window.
    push(&mut empty(1), Wire::new(0, SignedDuration::ZERO).next().expect("an endless wire"));
    let mut windows: Vec<Window> = sizes.map(Window::of).collect();
    let (mut scan, mut hashed) = (Scan::new(), Hashed::new());
    for _ in 0..ROUNDS {
        windows.iter_mut().for_each(Window::round);
        scan.round();
        hashed.round();
    }
    let mut out = std::io::stdout().lock();
    let mut line = |cells: [&dyn Display; 7]| {
        let [name, cost, per_second, ratio, bytes, touched, pairs] = cells;
        let row = format!(
            "{name:<28}{cost:>8}{per_second:>10}{ratio:>8}{bytes:>12}{touched:>9}{pairs:>7}"
        );
        writeln!(out, "{row}").expect("standard output is there");
    };
    line([&"", &"µs", &"a second", &"ratio", &"bytes/live", &"entries", &"pairs"]);
    let smallest = windows.first().map_or(f64::NAN, |window| median(&window.rounds));
    let seen = (ROUNDS * ITEMS) as f64;
    for window in &windows {
        let cost = median(&window.rounds);
        line([
            &format!("fold, {} live", window.live),
            &format!("{:.1}", cost * 1e6),
            &format!("{:.0}", 1.0 / cost),
            &format!("{:.2}", cost / smallest),
            &(window.bytes / window.live),
            &format!("{:.1}", window.touched as f64 / seen),
            &format!("{:.2}", window.candidates as f64 / seen),
        ]);
    }
    let scanned = format!("Jaro-Winkler, {SCANNED} live");
    for (name, rounds) in [(scanned.as_str(), &scan.rounds), (hashed.name(), &hashed.rounds)] {
        let cost = median(rounds);
        let (cost, second) = (format!("{:.1}", cost * 1e6), format!("{:.0}", 1.0 / cost));
        line([&name, &cost, &second, &"", &"", &"", &""]);
    }
}

/// Every headline of the window by strsim's Jaro-Winkler: the nearest.
struct Scan {
    window: Vec<String>,
    wire: Wire,
    rounds: Vec<f64>,
}

impl Scan {
    /// So few a round, as each takes a hundredth of a second.
    const ITEMS: usize = 10;

    fn new() -> Scan {
        let mut wire = Wire::new(1, SignedDuration::from_millis(300));
        let window = wire.by_ref().take(SCANNED).map(headline).collect();
        Scan { window, wire, rounds: Vec::new() }
    }

    fn round(&mut self) {
        let items: Vec<String> = self.wire.by_ref().take(Scan::ITEMS).map(headline).collect();
        let start = seconds();
        for item in &items {
            let score = |other: &String| strsim::jaro_winkler(item, other);
            black_box(self.window.iter().map(score).fold(0.0, f64::max));
        }
        self.rounds.push((seconds() - start) / items.len() as f64);
    }
}

/// MinHash over as many headlines as there are rounds for, without expiry: at its best.
struct Hashed {
    index: MinHash,
    wire: Wire,
    rounds: Vec<f64>,
}

impl Hashed {
    const LIVE: usize = 61_000;

    fn new() -> Hashed {
        let mut wire = Wire::new(1, SignedDuration::from_millis(300));
        let mut index = MinHash::default();
        for arrival in wire.by_ref().take(Hashed::LIVE) {
            index.push(&headline(arrival));
        }
        Hashed { index, wire, rounds: Vec::new() }
    }

    fn name(&self) -> &'static str {
        "MinHash 32×4, 61000 live"
    }

    fn round(&mut self) {
        let items: Vec<String> = self.wire.by_ref().take(ITEMS).map(headline).collect();
        let start = seconds();
        for item in &items {
            black_box(self.index.push(item));
        }
        self.rounds.push((seconds() - start) / items.len() as f64);
    }
}

fn headline(arrival: Arrival) -> String {
    arrival.record.expect("the generator writes no broken record").headline
}

fn median(rounds: &[f64]) -> f64 {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// Seconds that this thread was on a core: load beside it then counts less than by the clock,
/// which stands in where the system does not tell.
fn seconds() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| START.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// Bytes of this process in memory; 0 where the system does not tell.
fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = told.and_then(|told| told.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or(0) * 4_096
}
