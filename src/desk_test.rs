//! `[[test]]`: a desk's own tests of its rules, run on a virtual clock.
//!
//! Each test starts from nothing: no stories, no log. Its items arrive at their times, go through
//! the same stages as in the daemon, and what was decided is held against what was expected.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::config::{Expect, Expected, TestConfig, TestItem, TestLater};
use crate::item::{Arrival, Seq};
use crate::log::{Decision, Entry};

mod junit;

pub use junit::junit;

/// What came of all tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Each test, in configured order.
    pub tests: Vec<TestReport>,
}

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// Its name.
    pub name: String,
    /// The file it stands in.
    pub file: String,
    /// The line of its name.
    pub line: usize,
    /// What was not as expected; the test passed when there is nothing.
    pub mismatches: Vec<Mismatch>,
}

/// One thing that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The item's place in the test, from 0.
    pub item: usize,
    /// Its headline.
    pub headline: String,
    /// The line of the expectation.
    pub line: usize,
    /// The key under `expect`.
    pub key: &'static str,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub found: String,
}

/// What the stages are told.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something arrives.
    Arrives(Box<Arrival>),
    /// Time passes.
    Until(Timestamp),
}

/// How long a test goes on after its last item and its last embargo: longer than any policy holds
/// anything back.
const AFTER: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Runs tests. `fresh` makes the stages anew, with no stories; what it makes decides about one
/// step after the other.
pub fn run<D>(tests: &[TestConfig], mut fresh: impl FnMut() -> D) -> Report
where
    D: FnMut(Step) -> Vec<Entry>,
{
    Report { tests: tests.iter().map(|test| run_one(test, fresh())).collect() }
}

fn run_one(test: &TestConfig, mut decide: impl FnMut(Step) -> Vec<Entry>) -> TestReport {
    let mut mismatches = Vec::new();
    let mut happened = Vec::new();
    for (number, wanted) in test.items.iter().enumerate() {
        let seq = Seq(number as u64);
        let entries = decide(Step::Arrives(Box::new(Arrival {
            seq,
            received: wanted.at,
            source: wanted.item.source.clone(),
            record: Ok(wanted.item.clone()),
        })));
        happened.extend(entries.iter().flat_map(later));
        let decision = entries.iter().find_map(|entry| match entry {
            Entry::Item { seq: found, decision, .. } if *found == seq => Some(&**decision),
            _ => None,
        });
        check(number, wanted, decision, &mut mismatches);
    }
    if let Some(expected) = &test.later {
        // An embargo ends after its item comes.
        let ends = test.items.iter().map(|wanted| wanted.item.embargoed.unwrap_or(wanted.at));
        let last = ends.max().unwrap_or(Timestamp::UNIX_EPOCH);
        let entries = decide(Step::Until(last.saturating_add(AFTER).unwrap_or(last)));
        happened.extend(entries.iter().flat_map(later));
        check_later(test, expected, &happened, &mut mismatches);
    }
    let place = &test.name.place;
    TestReport {
        name: test.name.value.clone(),
        file: place.file.path().display().to_string(),
        line: place.file.position(place.span.start).0,
        mismatches,
    }
}

/// Holds what was decided about an item against what was expected; `None` when it was rejected.
fn check(
    number: usize,
    wanted: &TestItem,
    decision: Option<&Decision>,
    mismatches: &mut Vec<Mismatch>,
) {
    let Expect { verdict, of, disputed, channels, matched, withheld } = &wanted.expect;
    let mut compare = |key, place: &crate::config::Place, expected: String, found: String| {
        if expected != found {
            let line = place.file.position(place.span.start).0;
            let headline = wanted.item.headline.clone();
            mismatches.push(Mismatch { item: number, headline, line, key, expected, found });
        }
    };
    if let Some(verdict) = verdict {
        let found = decision.map_or(Expected::Rejected.as_str(), |d| d.fold.verdict.as_str());
        compare("verdict", &verdict.place, verdict.value.as_str().to_owned(), found.to_owned());
    }
    if let Some(of) = of {
        let found = decision.and_then(|decision| decision.fold.evidence.of);
        let found = found.map_or_else(|| "no item".to_owned(), |seq| seq.to_string());
        compare("of", &of.place, of.value.to_string(), found);
    }
    if let Some(disputed) = disputed {
        let found = decision.is_some_and(|decision| decision.fold.state.disputed);
        compare("disputed", &disputed.place, disputed.value.to_string(), found.to_string());
    }
    let held: Vec<String> = decision
        .map_or(&[][..], |decision| &decision.withheld)
        .iter()
        .map(|withheld| withheld.channel.clone())
        .collect();
    let rejected = ["rejected".to_owned()];
    for (key, expected, found) in [
        ("channels", channels, decision.map_or(&rejected[..], |decision| &decision.channels)),
        ("matched", matched, decision.map_or(&rejected[..], |decision| &decision.matched)),
        ("withheld", withheld, &held[..]),
    ] {
        if let Some(expected) = expected {
            let wanted = expected.value.iter().map(|channel| channel.value.as_str());
            let found = found.iter().map(String::as_str);
            compare(key, &expected.place, set(wanted), set(found));
        }
    }
}

/// What time brought about, in the words of `later`: one delivery on each channel.
fn later(entry: &Entry) -> Vec<String> {
    match entry {
        Entry::Timer(timer) => {
            let on = |channel: &String| in_words(timer.at, channel, &[timer.item.0], 0);
            timer.channels.iter().map(on).collect()
        }
        Entry::Digest(digest) => {
            let items: Vec<u64> = digest.entries.iter().map(|entry| entry.item.0).collect();
            vec![in_words(digest.at, &digest.channel, &items, digest.left_out)]
        }
        _ => Vec::new(),
    }
}

fn in_words(at: Timestamp, channel: &str, items: &[u64], left_out: u64) -> String {
    let left_out = if left_out == 0 { String::new() } else { format!(", left_out = {left_out}") };
    format!("{{ at = \"{at}\", channel = \"{channel}\", items = {items:?}{left_out} }}")
}

fn check_later(
    test: &TestConfig,
    expected: &[TestLater],
    happened: &[String],
    mismatches: &mut Vec<Mismatch>,
) {
    let wanted: Vec<String> = expected
        .iter()
        .map(|it| {
            let items: Vec<u64> = it.items.iter().map(|item| u64::from(*item)).collect();
            in_words(it.at.value, &it.channel.value, &items, u64::from(it.left_out))
        })
        .collect();
    if wanted != happened {
        let place = expected.first().map_or(&test.name.place, |first| &first.at.place);
        mismatches.push(Mismatch {
            item: test.items.len(),
            headline: "after the last item".to_owned(),
            line: place.file.position(place.span.start).0,
            key: "later",
            expected: format!("[{}]", wanted.join(", ")),
            found: format!("[{}]", happened.join(", ")),
        });
    }
}

/// Names in order, as a list in a configuration.
fn set<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let quoted: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

impl Report {
    /// True when every test passed.
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|test| test.mismatches.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for test in &self.tests {
            let passed = test.mismatches.is_empty();
            writeln!(f, "{}  {}", if passed { "ok    " } else { "FAILED" }, test.name)?;
            let mut last = None;
            for mismatch in &test.mismatches {
                if last != Some(mismatch.item) {
                    let Mismatch { item, headline, line, .. } = mismatch;
                    writeln!(f, "  item {item} ({}:{line}): {headline}", test.file)?;
                    last = Some(mismatch.item);
                }
                writeln!(f, "    - {} = {}", mismatch.key, mismatch.expected)?;
                writeln!(f, "    + {} = {}", mismatch.key, mismatch.found)?;
            }
        }
        let failed = self.tests.iter().filter(|test| !test.mismatches.is_empty()).count();
        write!(f, "{} passed, {failed} failed", self.tests.len() - failed)
    }
}

#[cfg(test)]
mod tests;
