//! Fold with 10,000 and 100,000 live items of a seeded, invented wire.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use wirefold::config::FoldConfig;
use wirefold::fold::Fold;
use wirefold::item::{Arrival, Item, Seq};
use wirefold::prepare::{Prepare, Prepared};
use wirefold::publisher::Publishers;

/// Headlines of eight words with Zipf's frequencies; one in five repeats a recent one.
struct Wire {
    state: u64,
    recent: Vec<String>,
    seq: u64,
}

impl Wire {
    const VOCABULARY: f64 = 50_000.0;

    fn new() -> Wire {
        Wire { state: 1, recent: Vec::new(), seq: 0 }
    }

    /// SplitMix64, as a number from 0 to 1.
    fn chance(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn headline(&mut self) -> String {
        if !self.recent.is_empty() && self.chance() < 0.2 {
            let at = (self.chance() * self.recent.len() as f64) as usize;
            return self.recent[at].clone();
        }
        let words: Vec<String> = (0..8)
            .map(|_| format!("word{}", Wire::VOCABULARY.powf(self.chance()) as u64))
            .collect();
        let headline = words.join(" ");
        if self.recent.len() == 1_000 {
            self.recent.remove(0);
        }
        self.recent.push(headline.clone());
        headline
    }

    fn next(&mut self) -> Prepared {
        self.seq += 1;
        // 1,000,000 items in less than the window of 96 hours.
        let millis = 1_770_000_000_000 + self.seq as i64 * 300;
        let received = Timestamp::from_millisecond(millis).expect("a time of this century");
        let headline = self.headline();
        let item = Item { headline, versioncreated: Some(received), ..Item::default() };
        let (seq, source) = (Seq(self.seq), "bench".to_owned());
        let arrival = Arrival { seq, received, source, record: Ok(item) };
        Prepare::new().prepare(arrival).expect("it has a headline")
    }
}

fn fold(c: &mut Criterion) {
    let mut group = c.benchmark_group("fold");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    for live in [10_000, 100_000] {
        let mut wire = Wire::new();
        let config = FoldConfig { max_items: live, ..FoldConfig::default() };
        let mut fold = Fold::new(&config, Publishers::default()).expect("the shipped models");
        for _ in 0..live {
            // Its own headlines only: the window is full before measuring begins.
            let _ = fold.decide(wire.next());
        }
        group.bench_function(format!("{live} live"), |b| {
            b.iter_batched(
                || wire.next(),
                |item| black_box(fold.decide(item)),
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, fold);
criterion_main!(benches);
