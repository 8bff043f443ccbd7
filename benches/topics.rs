//! How well a set of rules finds topics, and how fast: micro-averaged precision, recall and F1 of
//! config/reuters-topics.toml over labelled headlines.
//!
//! `cargo bench --bench topics -- FILE.tsv`, where the header of the file names the columns
//! `headline` and `topics` (names separated by spaces), as in the Reuters-21578 collection.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use wirefold::config::{Config, Diagnostics};
use wirefold::item::Item;
use wirefold::route::Route;

#[path = "support/allocator.rs"]
mod allocator;

/// Channels of the configuration and the topics they stand for.
const TOPICS: [(&str, &str); 10] = [
    ("earnings", "earn"),
    ("acquisitions", "acq"),
    ("currencies", "money-fx"),
    ("grain", "grain"),
    ("crude", "crude"),
    ("trade", "trade"),
    ("interest", "interest"),
    ("wheat", "wheat"),
    ("shipping", "ship"),
    ("corn", "corn"),
];

#[derive(Clone, Copy, Default)]
struct Counts {
    right: u32,
    found: u32,
    wanted: u32,
}

impl Counts {
    fn line(self, name: &str) -> String {
        let precision = f64::from(self.right) / f64::from(self.found.max(1));
        let recall = f64::from(self.right) / f64::from(self.wanted.max(1));
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE);
        format!("{name:<14}{precision:>8.3}{recall:>8.3}{f1:>8.3}{:>8}", self.wanted)
    }
}

fn main() {
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| writeln!(out, "{text}").expect("standard output is there");
    let mut files = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    let Some(file) = files.next_back() else {
        line("skipped: name a labelled file, `cargo bench --bench topics -- FILE.tsv`".to_owned());
        return;
    };
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/reuters-topics.toml");
    let (config, _) = Config::load(&config).unwrap_or_else(|problems| panic!("{problems}"));
    let mut problems = Diagnostics::default();
    let route = Route::compile(&config, &mut problems);
    let mut route = route.unwrap_or_else(|| panic!("{problems}"));
    let rows = rows(&text);

    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let started = Instant::now();
    let found: Vec<Vec<String>> = rows
        .iter()
        .map(|(item, _)| route.matches(item).into_iter().map(str::to_owned).collect())
        .collect();
    let took = started.elapsed();

    let mut all = Counts::default();
    line(format!("{:<14}{:>8}{:>8}{:>8}{:>8}", "", "P", "R", "F1", "items"));
    for (channel, topic) in TOPICS {
        let mut counts = Counts::default();
        for ((_, topics), found) in rows.iter().zip(&found) {
            let wanted = topics.split(' ').any(|name| name == topic);
            let found = found.iter().any(|name| name == channel);
            counts.right += u32::from(wanted && found);
            counts.found += u32::from(found);
            counts.wanted += u32::from(wanted);
        }
        line(counts.line(topic));
        all.right += counts.right;
        all.found += counts.found;
        all.wanted += counts.wanted;
    }
    line(all.line("micro"));
    let rate = rows.len() as f64 / took.as_secs_f64();
    line(format!("{} headlines, {rate:.0} a second on one core", rows.len()));
}

/// The headlines with their topics.
fn rows(text: &str) -> Vec<(Item, &str)> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        header.iter().position(|cell| *cell == name).unwrap_or_else(|| panic!("no column {name}"))
    };
    let (headline, topics) = (column("headline"), column("topics"));
    let row = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let item = Item { headline: (*cells.get(headline)?).to_owned(), ..Item::default() };
        Some((item, *cells.get(topics)?))
    };
    lines.filter_map(row).collect()
}
