//! Parsing: MB/s of every format, and of feed-rs beside ours.
//!
//! `cargo bench --bench format`; items a second are the throughput divided by the size of an item,
//! which the name of each benchmark tells.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use wirefold::format::{Format, Options, parse};

#[path = "support/allocator.rs"]
mod allocator;

/// Items of a document.
const ITEMS: usize = 200;

fn options() -> Options {
    Options {
        timezone: TimeZone::UTC,
        received: Timestamp::UNIX_EPOCH,
        charset: None,
        base: None,
        max_record: 1 << 20,
        endless: false,
        exported: false,
    }
}

fn lines(line: impl Fn(usize) -> String) -> Vec<u8> {
    (0..ITEMS).map(line).collect::<String>().into_bytes()
}

fn rss() -> Vec<u8> {
    let item = |n| {
        format!(
            "<item><title>Harbour bridge reopens after storm {n}</title><link>https://example.org/{n}</link>\
             <guid isPermaLink=\"false\">news-{n}</guid><pubDate>Mon, 23 Nov 2026 19:05:45 GMT</pubDate>\
             <category>Transport</category><dc:creator>Ann Lee</dc:creator>\
             <description><![CDATA[<p>The bridge &amp; the tunnel opened again on Monday.</p>]]></description></item>"
        )
    };
    let items: String = (0..ITEMS).map(item).collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
         <title>Example</title><link>https://example.org/</link><description>x</description>{items}</channel></rss>"
    )
    .into_bytes()
}

fn inputs() -> Vec<(&'static str, Format, Vec<u8>)> {
    let list = lines(|n| {
        format!("Harbour bridge reopens after storm {n}\n  • By ANN LEE\n  • 11/23/2026 07:05 PM\n")
    });
    let mut tsv = b"time\tsource\tlang\theadline\n".to_vec();
    tsv.extend(lines(|n| {
        format!("2026-11-23T19:05:45Z\tExample News\teng\tHarbour bridge reopens after storm {n}\n")
    }));
    let ndjson = lines(|n| {
        format!(
            "{{\"uri\":\"{n}\",\"headline\":\"Harbour bridge reopens after storm {n}\",\
             \"versioncreated\":\"2026-11-23T19:05:45Z\",\"source\":\"Example\",\"language\":\"en\"}}\n"
        )
    });
    let g2 = include_bytes!("../tests/data/format/newsml-g2.xml").to_vec();
    let anpa = include_bytes!("../tests/data/format/anpa.tst").repeat(ITEMS);
    vec![
        ("list", Format::List, list),
        ("tsv", Format::Tsv, tsv),
        ("ndjson", Format::Ndjson, ndjson),
        ("rss", Format::Feed, rss()),
        ("newsml-g2", Format::NewsmlG2, g2),
        ("anpa", Format::Anpa, anpa),
    ]
}

fn format(c: &mut Criterion) {
    let options = options();
    let mut group = c.benchmark_group("format");
    for (name, format, bytes) in inputs() {
        let items = parse(format, &bytes, &options).len();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("{name}/{items} items"), |b| {
            b.iter(|| parse(format, black_box(&bytes), &options));
        });
    }
    let bytes = rss();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function(format!("rss by feed-rs/{ITEMS} items"), |b| {
        b.iter(|| feed_rs::parser::parse(black_box(bytes.as_slice())));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = format
}
criterion_main!(benches);
