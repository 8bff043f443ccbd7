//! The whole deciding pipeline, prepare to route, without tasks and log.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::SignedDuration;
use wirefold::config::Config;
use wirefold::decide::Decider;

#[path = "support/allocator.rs"]
mod allocator;

#[path = "support/generator.rs"]
mod generator;

const ITEMS: usize = 2_000;

fn decider() -> Decider {
    let built = Decider::build(&Config::built_in());
    built.unwrap_or_else(|problems| panic!("{problems}")).0
}

fn pipeline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(ITEMS as u64)).sample_size(10);
    for live in [1_000, 50_000] {
        group.bench_function(format!("{ITEMS} items into a window of {live}"), |bencher| {
            let setup = || {
                let mut wire = generator::Wire::new(7, SignedDuration::from_millis(1));
                let mut decider = decider();
                for arrival in wire.by_ref().take(live) {
                    decider.push(arrival);
                }
                (decider, wire.take(ITEMS).collect::<Vec<_>>())
            };
            let push = |(mut decider, arrivals): (Decider, Vec<_>)| {
                let entries = arrivals.into_iter().map(|arrival| decider.push(arrival).len());
                (entries.sum::<usize>(), decider)
            };
            bencher.iter_batched(setup, push, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
