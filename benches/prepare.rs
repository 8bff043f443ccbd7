//! Prepare on plain, marked-up and non-ASCII headlines.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use wirefold::item::{Arrival, Item, Seq};
use wirefold::prepare::Prepare;

#[path = "support/allocator.rs"]
mod allocator;

fn prepare(c: &mut Criterion) {
    let cases = [
        ("plain", "Ferry runs aground off Sandvik, 40 passengers rescued"),
        ("marked", "UPDATE 2-Ferry &amp; tug run <b>aground</b> off Sandvik - Reuters"),
        ("russian", "Паром сел на мель у Сандвика, спасены сорок пассажиров"),
    ];
    let mut group = c.benchmark_group("prepare");
    group.throughput(Throughput::Elements(1));
    for (name, headline) in cases {
        let arrival = || Arrival {
            seq: Seq(1),
            received: Timestamp::UNIX_EPOCH,
            source: "bench".to_owned(),
            record: Ok(Item { headline: headline.to_owned(), ..Item::default() }),
        };
        group.bench_function(name, |b| b.iter(|| black_box(Prepare::new().prepare(arrival()))));
    }
    group.finish();
}

criterion_group!(benches, prepare);
criterion_main!(benches);
