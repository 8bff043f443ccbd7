//! `[[test]]`: what a desk expects of its rules, run by `wirefold test`.

use jiff::Timestamp;
use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::source;
use super::value::{Value, describe};
use crate::item::{Item, LONGEST_EMBARGO, PubStatus, Subject, TimeQuality};
use crate::story::Verdict;

/// `[[test]]`: items in the order in which they arrive, with what is expected of each.
#[derive(Clone, Debug)]
pub struct TestConfig {
    /// Name for people.
    pub name: At<String>,
    /// What arrives.
    pub items: Vec<TestItem>,
    /// What is delivered though no item comes, all of it and in order; `None` when that is not
    /// looked at.
    pub later: Option<Vec<TestLater>>,
}

/// A delivery that time brings about.
#[derive(Clone, Debug)]
pub struct TestLater {
    /// When.
    pub at: At<Timestamp>,
    /// The channel.
    pub channel: At<String>,
    /// The places in the test, from 0, of its items.
    pub items: Vec<u32>,
    /// How many deliveries were dropped and are only counted.
    pub left_out: u32,
}

/// One item of a test.
#[derive(Clone, Debug)]
pub struct TestItem {
    /// When it arrives.
    pub at: Timestamp,
    /// The item.
    pub item: Item,
    /// What is expected of it.
    pub expect: Expect,
}

/// What is expected of an item; what is not named is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The verdict; `None` in a named verdict means that it is rejected.
    pub verdict: Option<At<Expected>>,
    /// The place in the test, from 0, of the item it was matched with.
    pub of: Option<At<u32>>,
    /// Whether the story is disputed afterwards.
    pub disputed: Option<At<bool>>,
    /// Channels it is delivered to, in any order.
    pub channels: Option<At<Vec<At<String>>>>,
    /// Channels whose rules hold, in any order.
    pub matched: Option<At<Vec<At<String>>>>,
    /// Channels whose policy holds it back or drops it, in any order.
    pub withheld: Option<At<Vec<At<String>>>>,
}

/// A verdict, or that the item is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Fold decides so.
    Verdict(Verdict),
    /// It does not get as far as fold.
    Rejected,
}

impl Expected {
    /// The word of the output contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Expected::Verdict(verdict) => verdict.as_str(),
            Expected::Rejected => "Rejected",
        }
    }
}

impl Value for Timestamp {
    const EXAMPLE: &'static str = "\"2026-01-31T09:45:00Z\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            other => {
                return Err(format!("is a time, like {}, not {}", Self::EXAMPLE, describe(other)));
            }
        };
        text.parse()
            .map_err(|_| format!("is a time with a zone, like {}, not `{text}`", Self::EXAMPLE))
    }
}

pub(super) fn read(top: &mut Table<'_>, problems: &mut Diagnostics) -> Vec<TestConfig> {
    let mut tests = Vec::new();
    for mut table in top.tables("test", problems) {
        let name = table.required_name(problems);
        let mut items = Vec::new();
        let mut earlier = Timestamp::UNIX_EPOCH;
        for table in table.tables("items", problems) {
            let item = item(table, earlier, items.len() as u32, problems);
            earlier = item.at;
            items.push(item);
        }
        if items.is_empty() {
            let problem = Diagnostic::error(table.place(), "[[test]] has no `items`");
            problems.push(
                problem.hint("add `items = [{ at = \"…\", headline = \"…\", expect = { … } }]`"),
            );
        }
        let later = table.has("later").then(|| {
            let tables = table.tables("later", problems);
            let all = items.len() as u32;
            tables.into_iter().filter_map(|table| later(table, all, problems)).collect()
        });
        table.finish(problems);
        tests.push(TestConfig { name, items, later });
    }
    tests
}

/// Reads a delivery of a test with so many items.
fn later(mut table: Table<'_>, all: u32, problems: &mut Diagnostics) -> Option<TestLater> {
    let at = table.require::<Timestamp>("at", problems);
    let channel = table.require::<String>("channel", problems);
    let items = table.list::<u32>("items", problems).map_or_else(Vec::new, |list| list.value);
    for item in items.iter().filter(|item| item.value >= all) {
        problems.push(no_item(item, all));
    }
    let left_out = table.or("left_out", 0, problems);
    table.finish(problems);
    let items = items.into_iter().map(|item| item.value).collect();
    Some(TestLater { at: at?, channel: channel?, items, left_out })
}

/// What is said of the place of an item of which there are only `before`.
fn no_item(place: &At<u32>, before: u32) -> Diagnostic {
    let problem = Diagnostic::error(&place.place, format!("there is no item {}", place.value));
    problem.hint(match before {
        0 => "the first item has none before it".to_owned(),
        1 => "the only one is 0: items are counted from 0".to_owned(),
        _ => format!("items are counted from 0: the last one is {}", before - 1),
    })
}

/// Reads one item, with `number` before it; without `at` it comes a minute after the last of them.
fn item(
    mut table: Table<'_>,
    earlier: Timestamp,
    number: u32,
    problems: &mut Diagnostics,
) -> TestItem {
    let minute = jiff::SignedDuration::from_mins(1);
    let at = table.get::<Timestamp>("at", problems);
    if let Some(at) = &at
        && at.value < earlier
    {
        let problem = Diagnostic::error(&at.place, "this item comes before the one above it");
        problems.push(problem.hint("write items in the order of their times"));
    }
    let at = at.map_or(earlier.saturating_add(minute).unwrap_or(earlier), |at| at.value);
    let mut text = |key: &'static str| table.get::<String>(key, problems).map(|found| found.value);
    let mut item = Item {
        headline: text("headline").unwrap_or_default(),
        body: text("body"),
        byline: text("byline"),
        slugline: text("slugline"),
        located: text("located"),
        uri: text("uri"),
        link: text("link"),
        publisher: text("publisher"),
        source: text("source").unwrap_or_else(|| "test".to_owned()),
        versioncreated: Some(at),
        time_quality: TimeQuality::Zoned,
        ..Item::default()
    };
    item.language = source::language(&mut table, problems);
    item.pubstatus = pubstatus(&mut table, problems);
    item.version = table.get::<u32>("version", problems).map(|version| u64::from(version.value));
    item.urgency = table.has("urgency").then(|| table.within("urgency", 5, 1..=9, problems) as u8);
    item.lifecycle = table.or("lifecycle", false, problems);
    item.embargoed = embargoed(&mut table, at, problems);
    let mut list = |key: &'static str| {
        let found = table.list::<String>(key, problems).map_or_else(Vec::new, |list| list.value);
        found.into_iter().map(|entry| entry.value).collect::<Vec<_>>()
    };
    item.places = list("places");
    let subject = |text: String| {
        let coded = text.contains(':') || text.bytes().all(|b| b.is_ascii_digit());
        let (code, name) = if coded { (Some(text), None) } else { (None, Some(text)) };
        Subject { code, name }
    };
    item.subjects = list("subjects").into_iter().map(subject).collect();
    let expect: Option<Expect> =
        table.table("expect", problems).map(|table| expect(table, problems));
    let of = expect.as_ref().and_then(|expect| expect.of.as_ref());
    if let Some(of) = of.filter(|of| of.value >= number) {
        problems.push(no_item(of, number));
    }
    table.finish(problems);
    TestItem { at, item, expect: expect.unwrap_or_default() }
}

/// Reads the publishing status, in the words that feeds use.
fn pubstatus(table: &mut Table<'_>, problems: &mut Diagnostics) -> PubStatus {
    let Some(word) = table.get::<String>("pubstatus", problems) else {
        return PubStatus::default();
    };
    PubStatus::parse(&word.value).unwrap_or_else(|| {
        let message = format!("`pubstatus` cannot be `{}`", word.value);
        let problem = Diagnostic::error(&word.place, message);
        problems.push(problem.hint("one of `usable`, `withheld`, `canceled`"));
        PubStatus::default()
    })
}

/// Reads the end of an embargo. One that holds nothing, or that the daemon would not end, is a slip.
fn embargoed(
    table: &mut Table<'_>,
    at: Timestamp,
    problems: &mut Diagnostics,
) -> Option<Timestamp> {
    let end = table.get::<Timestamp>("embargoed", problems)?;
    let problem = if end.value <= at {
        Diagnostic::error(&end.place, "this embargo is over when the item comes")
            .hint(format!("write an end after {at}, or leave `embargoed` out"))
    } else if end.value.duration_since(at) > LONGEST_EMBARGO {
        let last = at.saturating_add(LONGEST_EMBARGO).unwrap_or(at);
        let message = "this embargo ends more than 90 days after the item comes";
        Diagnostic::error(&end.place, message).hint(format!(
            "write an end by {last}, or `pubstatus = \"withheld\"` for one without an end"
        ))
    } else {
        return Some(end.value);
    };
    problems.push(problem);
    None
}

fn expect(mut table: Table<'_>, problems: &mut Diagnostics) -> Expect {
    use Verdict::{Correction, Development, Kill, New, Repeat, Revision};
    let verdicts = [New, Repeat, Development, Revision, Correction, Kill];
    let mut words = verdicts.map(|verdict| (verdict.as_str(), Expected::Verdict(verdict))).to_vec();
    words.push((Expected::Rejected.as_str(), Expected::Rejected));
    let place =
        table.get::<String>("verdict", &mut Diagnostics::default()).map(|found| found.place);
    let verdict = table.one_of("verdict", &words, problems);
    let expect = Expect {
        verdict: verdict.zip(place).map(|(value, place)| At { value, place }),
        of: table.get("of", problems),
        disputed: table.get("disputed", problems),
        channels: table.list("channels", problems),
        matched: table.list("matched", problems),
        withheld: table.list("withheld", problems),
    };
    table.finish(problems);
    expect
}
