//! Route at the size of a media monitor: 100,000 standing queries.
//!
//! `cargo bench --bench route -- measure` prints what the issue of routing asks for: time and
//! memory of compiling, mean time a headline, share of rules verified, and the linear scan in the
//! same run. `RULES=10000` changes the number. Without `measure`, criterion takes over.

use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};

use wirefold::config::{At, Config, Diagnostics, File, Place, RuleConfig};
use wirefold::item::Item;
use wirefold::route::{Route, Search};

#[path = "support/allocator.rs"]
mod allocator;

/// Words with how many of 10,000 headlines have them: what the prose of both sides is made of.
const COMMON: &str = include_str!("../src/route/common.tsv");
/// Companies, persons and places that rules watch for.
const WATCHED: u64 = 665;

fn main() {
    let rules = std::env::var("RULES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    if std::env::args().any(|arg| arg == "measure") {
        measure(rules);
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    let (mut route, _) = compile(&Monitor::new(rules, 0));
    let mut group = criterion.benchmark_group("route");
    for (name, watched) in [("with matches", true), ("without", false)] {
        let mut random = Random(7);
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || headline(&mut random, watched),
                |item| black_box(route.probe(item, Search::Index)),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
    criterion.final_summary();
}

fn measure(rules: u64) {
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| writeln!(out, "{text}").expect("standard output is there");
    line(format!("{rules} rules (8-40 terms); seconds of one core"));
    line(format!("{:<28}{:>10}{:>10}", "", "compile s", "MB in use"));
    for (name, always) in [("rules", 0), ("1 % without a rare word", rules / 100)] {
        let monitor = Monitor::new(rules, always);
        let before = resident();
        let (mut route, took) = compile(&monitor);
        let text: usize = monitor.0.rules.iter().map(|rule| rule.query.value.len()).sum();
        line(format!(
            "{name:<28}{:>10.2}{:>10}   ({} MB of it compiled, text {} MB; peak {} MB)",
            took.as_secs_f64(),
            resident() / 1024,
            (resident() - before) / 1024,
            text / 1_000_000,
            peak() / 1024,
        ));
        line(format!(
            "  {:<26}{:>10}{:>10}{:>12}{:>10}",
            "headlines", "matches", "us mean", "verified %", "x scan"
        ));
        for (name, watched) in [("that rules watch for", true), ("that none does", false)] {
            let index = run(&mut route, watched, Search::Index, 20_000);
            let scan = run(&mut route, watched, Search::Scan, 20);
            line(format!(
                "  {name:<26}{:>10.1}{:>10.1}{:>12.3}{:>10.0}",
                index.matches,
                index.micros,
                100.0 * index.verified,
                scan.micros / index.micros
            ));
        }
    }
}

struct Measured {
    matches: f64,
    micros: f64,
    verified: f64,
}

fn run(route: &mut Route, watched: bool, search: Search, count: u32) -> Measured {
    let mut random = Random(7);
    let mut items = Vec::new();
    while items.len() < count as usize {
        let item = headline(&mut random, watched);
        let matches = route.probe(&item, Search::Index).satisfied.len();
        if watched || matches == 0 {
            items.push(item);
        }
    }
    let (mut matches, mut verified) = (0, 0.0);
    let started = busy();
    for item in &items {
        let probe = black_box(route.probe(item, search));
        matches += probe.satisfied.len();
        verified += probe.verified as f64 / probe.parts as f64;
    }
    let count = f64::from(count);
    Measured {
        matches: matches as f64 / count,
        micros: (busy() - started).as_secs_f64() * 1e6 / count,
        verified: verified / count,
    }
}

/// Time this process has had on a processor, so that a busy machine does not count; the time of
/// the wall where the system does not say.
fn busy() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(now);
    let start = *START;
    let nanos = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = nanos.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}

fn compile(monitor: &Monitor) -> (Route, Duration) {
    let started = busy();
    let mut problems = Diagnostics::default();
    let route = Route::compile(&monitor.0, &mut problems);
    let took = busy() - started;
    (route.unwrap_or_else(|| panic!("{problems}")), took)
}

/// A generated media monitor's configuration.
struct Monitor(Config);

impl Monitor {
    /// `always` of the rules have no word that must occur.
    fn new(rules: u64, always: u64) -> Monitor {
        let file = File::new("generated.toml", "[[channel]]\nname = \"c\"\n");
        let (config, problems) = Config::parse(file.clone(), Path::new("."));
        let mut config = config.unwrap_or_else(|| panic!("{problems}"));
        let at = |value: String| At { value, place: Place { file: file.clone(), span: 0..0 } };
        let prose = Prose::new();
        let mut random = Random(1);
        for number in 0..rules {
            let query = if number < always {
                format!("urgency:<=3 NOT ({})", prose.alternatives(&mut random, 8))
            } else {
                query(&mut random, &prose)
            };
            let channels = vec![at("c".to_owned())];
            config.rules.push(RuleConfig::new(at(format!("rule {number}")), at(query), channels));
        }
        Monitor(config)
    }
}

/// A standing query as monitors write them: whom or what, in which context, and not when.
fn query(random: &mut Random, prose: &Prose) -> String {
    let subject = match random.below(20) {
        // A topic: two groups of everyday words.
        0 => format!(
            "({}) NEAR/6 ({})",
            prose.alternatives(random, 2),
            prose.alternatives(random, 2)
        ),
        // A family of words.
        1 => format!("({}* OR {})", &name(random.below(WATCHED))[..6], name(random.below(WATCHED))),
        2..=6 => {
            let whom = name(random.below(WATCHED));
            format!(
                "(\"{whom} {}\" OR \"{} {whom}\" OR {whom})",
                prose.word(random),
                prose.word(random)
            )
        }
        _ => name(random.below(WATCHED)),
    };
    let (context, unless) = (5 + random.below(22) as usize, 1 + random.below(10) as usize);
    let context = format!("{} OR {}", prose.alternatives(random, context), prose.frequent(random));
    format!("{subject} AND ({context}) NOT ({})", prose.alternatives(random, unless))
}

/// A headline of everyday words with one name in it: one that rules watch for, or another.
fn headline(random: &mut Random, watched: bool) -> Item {
    static PROSE: LazyLock<Prose> = LazyLock::new(Prose::new);
    let prose = &*PROSE;
    let name = name(random.below(WATCHED) + if watched { 0 } else { WATCHED });
    let mut words = vec![name];
    words.extend((0..9).map(|_| prose.frequent(random).to_owned()));
    let at = random.below(words.len() as u64) as usize;
    words.swap(0, at);
    Item { headline: words.join(" "), ..Item::default() }
}

/// An invented name: four syllables.
fn name(number: u64) -> String {
    const HEADS: [&str; 16] = [
        "bra", "vel", "kor", "dun", "mar", "tis", "zan", "pol", "gre", "hul", "fen", "ros", "lyn",
        "cad", "wex", "jor",
    ];
    let mut random = Random(number + 99);
    (0..4).map(|_| HEADS[random.below(16) as usize]).collect()
}

/// Everyday words.
struct Prose(Vec<(&'static str, u64)>);

impl Prose {
    fn new() -> Prose {
        let mut total = 0;
        let line = |line: &'static str| {
            let (word, count) = line.split_once('\t')?;
            total += count.parse::<u64>().ok()?;
            Some((word, total))
        };
        Prose(COMMON.lines().filter_map(line).collect())
    }

    /// A word as often as headlines have it.
    fn frequent(&self, random: &mut Random) -> &'static str {
        let drawn = random.below(self.0.last().map_or(1, |(_, total)| *total));
        self.0[self.0.partition_point(|(_, total)| *total <= drawn)].0
    }

    /// A word that someone would put in a rule: none of the most frequent.
    fn word(&self, random: &mut Random) -> &'static str {
        self.0[60 + random.below(self.0.len() as u64 - 60) as usize].0
    }

    /// So many words, phrases and prefixes joined with OR.
    fn alternatives(&self, random: &mut Random, count: usize) -> String {
        let term = |random: &mut Random| match random.below(8) {
            0 => format!("\"{} {}\"", self.word(random), self.word(random)),
            1 => {
                let word = self.word(random);
                format!("{}*", word.get(..5).unwrap_or(word))
            }
            _ => self.word(random).to_owned(),
        };
        let terms: Vec<String> = (0..count).map(|_| term(random)).collect();
        terms.join(" OR ")
    }
}

/// A small generator of numbers (splitmix64), the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Kilobytes of memory in use, and at its peak; 0 where the system does not say.
fn resident() -> u64 {
    status("VmRSS:")
}

fn peak() -> u64 {
    status("VmHWM:")
}

fn status(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
