use std::path::Path;

use jiff::SignedDuration;

use super::*;
use crate::config::{Config, Diagnostics, File};
use crate::prepare::Prepare;
use crate::route::Route;
use crate::stage::Stage;
use crate::story::{Evidence, FoldDecision, Folded, StoryId, StoryState, Verdict};

/// Prepare and fold in small: one story for all items whose first words are the same, and an
/// item without a headline is rejected.
fn stages(config: &Config) -> impl FnMut(Step) -> Vec<Entry> {
    let mut route = Route::compile(config, &mut Diagnostics::default()).unwrap();
    let mut stories: Vec<(String, Seq, u32)> = Vec::new();
    move |step| {
        let mut out = Vec::new();
        let now = match &step {
            Step::Arrives(arrival) => arrival.received,
            Step::Until(now) => *now,
        };
        while let Some(at) = route.next_wake().filter(|at| *at <= now) {
            route.wake(at, &mut out);
        }
        let Step::Arrives(arrival) = step else { return out };
        let (seq, received) = (arrival.seq, arrival.received);
        let prepared = match Prepare::new().prepare(*arrival) {
            Ok(prepared) => prepared,
            Err(rejected) => {
                route.push(Err(rejected.into()), received, &mut out);
                return out;
            }
        };
        let headline = prepared.item.headline.clone();
        let word = headline.split(' ').next().unwrap_or_default();
        let known = stories.iter().position(|(first, ..)| first == word);
        let number = known.unwrap_or(stories.len());
        let of = known.map(|number| stories[number].1);
        if known.is_none() {
            stories.push((word.to_owned(), seq, 0));
        }
        stories[number].2 += 1;
        let items = stories[number].2;
        let state = StoryState {
            items,
            publishers: 1,
            first: received - SignedDuration::from_mins(1),
            last: received,
            disputed: headline.contains("denies"),
            killed: false,
        };
        let verdict = if known.is_some() { Verdict::Repeat } else { Verdict::New };
        let decision = FoldDecision {
            evidence: Evidence { of, ..Evidence::default() },
            ..FoldDecision::bare(verdict, StoryId(number as u64), state, state.disputed)
        };
        let folded = Folded { prepared, decision, identities: Vec::new() };
        route.push(Ok(folded), received, &mut out);
        out
    }
}

fn report(tests: &str) -> Report {
    report_with("", tests)
}

/// The report when the channel has a policy.
fn report_with(policy: &str, tests: &str) -> Report {
    let text = format!(
        "[[channel]]\nname = \"mideast\"\n{policy}\n[[rule]]\nquery = \"gaza OR hamas\"\n\
         channels = [\"mideast\"]\n{tests}"
    );
    let (config, problems) = Config::parse(File::new("desk.toml", text), Path::new("."));
    let config = config.unwrap_or_else(|| panic!("{problems}"));
    run(&config.tests, || stages(&config))
}

const PASSES: &str = r#"
[[test]]
name = "one disputed story"
items = [
  { at = "2026-01-01T09:00:00Z", headline = "Truce in Gaza", expect = { verdict = "New", channels = ["mideast"] } },
  { at = 2026-01-01T10:00:00Z, headline = "Truce again", expect = { verdict = "Repeat", of = 0, channels = [], matched = ["mideast"] } },
  { headline = "Truce? Army denies", expect = { disputed = true } },
  { headline = "", expect = { verdict = "Rejected", channels = ["rejected"] } },
  { headline = "Snow", expect = { channels = ["unrouted"] } },
]
"#;

#[test]
fn a_test_passes_when_all_is_as_expected() {
    let report = report(PASSES);
    assert!(report.passed(), "{report}");
    assert_eq!(report.to_string(), "ok      one disputed story\n1 passed, 0 failed");
}

#[test]
fn each_test_starts_from_nothing() {
    assert!(report(&PASSES.repeat(2)).passed());
}

#[test]
fn a_failure_shows_what_was_expected_and_what_came() {
    let wrong = "{ headline = \"Truce holds\", expect = { of = 1, channels = [\"mideast\"] } },";
    let report = report(
        &PASSES.replace("  { headline = \"Truce?", &format!("{wrong}\n  {{ headline = \"Truce?")),
    );
    assert!(!report.passed());
    let expected = "\
FAILED  one disputed story
  item 2 (desk.toml:13): Truce holds
    - of = 1
    + of = 0
    - channels = [\"mideast\"]
    + channels = []
0 passed, 1 failed";
    assert_eq!(report.to_string(), expected);
    let xml = junit(&report);
    for expected in [
        "tests=\"1\" failures=\"1\"",
        "<testcase name=\"one disputed story\" classname=\"desk.toml\" file=\"desk.toml\" line=\"9\">",
        "<failure message=\"item 2: of is 0, not 1\">Truce holds (line 13)</failure>",
        "[&quot;mideast&quot;]",
    ] {
        assert!(xml.contains(expected), "no {expected} in:\n{xml}");
    }
}

#[test]
fn mistakes_in_tests_are_reported_where_they_stand() {
    let text = "[[channel]]\nname = \"c\"\n[[test]]\nname = \"t\"\nitems = [\n\
                { at = \"tomorrow\", headline = \"x\" },\n\
                { headlin = \"x\", expect = { verdict = \"Nwe\", channels = [\"d\"] } },\n]\n\
                [[test]]\nname = \"u\"\n";
    let (_, problems) = Config::parse(File::new("desk.toml", text), Path::new("."));
    let report = problems.render(false);
    for expected in [
        "desk.toml:6:8",
        "did you mean `headline`?",
        "did you mean `New`?",
        "unknown channel `d`",
        "has no `items`",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
}

const NIGHT: &str = r#"
[[test]]
name = "the night is told in the morning"
items = [
  { at = "2026-01-01T23:00:00Z", headline = "Truce in Gaza", expect = { channels = [], withheld = ["mideast"] } },
  { headline = "Hamas speaks", expect = { withheld = ["mideast"] } },
  { headline = "Gaza: one killed", expect = { withheld = ["mideast"] } },
]
later = [{ at = "2026-01-02T06:30:00Z", channel = "mideast", items = [0, 1, 2] }]
"#;

#[test]
fn what_a_policy_holds_back_and_what_time_brings_about_can_be_expected() {
    let report = report_with("quiet = \"22:00-06:30\"", NIGHT);
    assert!(report.passed(), "{report}");
}

#[test]
fn a_delivery_at_another_time_is_a_failure() {
    let report = report_with("quiet = \"22:00-07:00\"", NIGHT);
    let expected = "\
FAILED  the night is told in the morning
  item 3 (desk.toml:15): after the last item
    - later = [{ at = \"2026-01-02T06:30:00Z\", channel = \"mideast\", items = [0, 1, 2] }]
    + later = [{ at = \"2026-01-02T07:00:00Z\", channel = \"mideast\", items = [0, 1, 2] }]
0 passed, 1 failed";
    assert_eq!(report.to_string(), expected);
}

const EMBARGO: &str = r#"
[[test]]
name = "nothing before noon"
items = [
  { at = "2026-01-01T09:00:00Z", headline = "Truce in Gaza", embargoed = "2026-01-01T12:00:00Z", expect = { channels = [], matched = ["mideast"] } },
  { at = "2026-01-01T11:59:00Z", headline = "Talks go on", expect = { channels = ["unrouted"] } },
  { at = "2026-01-01T12:00:00Z", headline = "Truce holds", expect = { of = 0, channels = [], matched = ["mideast"] } },
]
later = [{ at = "2026-01-01T12:00:00Z", channel = "mideast", items = [0] }]
"#;

#[test]
fn an_embargoed_item_is_delivered_by_time_alone() {
    let report = report(EMBARGO);
    assert!(report.passed(), "{report}");
}

#[test]
fn what_time_brings_to_several_channels_is_expected_of_each() {
    let more = "\n[[channel]]\nname = \"more\"\n[[rule]]\nname = \"more\"\nquery = \"truce\"\n\
                channels = [\"more\"]";
    let again = "items = [0] }, { at = \"2026-01-01T12:00:00Z\", channel = \"more\", items = [0] }";
    let embargo = EMBARGO.replace(", matched = [\"mideast\"]", "").replace("items = [0] }", again);
    let report = report(&format!("{more}{embargo}"));
    assert!(report.passed(), "{report}");
}

#[test]
fn an_item_that_is_expected_before_its_embargo_ends_is_a_failure() {
    let early = EMBARGO
        .replace(
            "channels = [], matched = [\"mideast\"] } },\n  { at = \"2026-01-01T11:59",
            "channels = [\"mideast\"] } },\n  { at = \"2026-01-01T11:59",
        )
        .replace(
            "later = [{ at = \"2026-01-01T12:00:00Z\"",
            "later = [{ at = \"2026-01-01T11:00:00Z\"",
        );
    let expected = "\
FAILED  nothing before noon
  item 0 (desk.toml:11): Truce in Gaza
    - channels = [\"mideast\"]
    + channels = []
  item 3 (desk.toml:15): after the last item
    - later = [{ at = \"2026-01-01T11:00:00Z\", channel = \"mideast\", items = [0] }]
    + later = [{ at = \"2026-01-01T12:00:00Z\", channel = \"mideast\", items = [0] }]
0 passed, 1 failed";
    assert_eq!(report(&early).to_string(), expected);
}

#[test]
fn a_test_goes_on_until_its_embargoes_and_what_they_set_off_are_over() {
    // It ends in the night, and the channel is told in the morning.
    let text = r#"
[[test]]
name = "sixty days"
items = [
  { at = "2026-01-01T09:00:00Z", headline = "Truce in Gaza", embargoed = "2026-03-02T23:00:00Z" },
  { at = "2026-01-01T10:00:00Z", headline = "Snow" },
]
later = [{ at = "2026-03-03T06:30:00Z", channel = "mideast", items = [0] }]
"#;
    let report = report_with("quiet = \"22:00-06:30\"", text);
    assert!(report.passed(), "{report}");
}

#[test]
fn an_embargo_that_cannot_be_meant_is_reported_where_it_stands() {
    let text = "[[test]]\nname = \"t\"\nitems = [\n\
        { at = \"2026-01-01T09:00:00Z\", headline = \"a\", embargoed = \"noon\" },\n\
        { at = \"2026-01-01T09:00:00Z\", headline = \"b\", embargoed = 2026-01-01T09:00:00Z },\n\
        { at = \"2026-01-01T09:00:00Z\", headline = \"c\", embargoed = 2027-01-01T09:00:00Z },\n\
        { at = \"2026-01-01T09:00:00Z\", headline = \"d\", embargoed = 2026-04-01T09:00:00Z },\n]\n";
    let (config, problems) = Config::parse(File::new("desk.toml", text), Path::new("."));
    assert!(config.is_none());
    let report = problems.render(false);
    for expected in [
        "`embargoed` is a time with a zone, like \"2026-01-31T09:45:00Z\", not `noon`",
        "desk.toml:4:60",
        "this embargo is over when the item comes",
        "write an end after 2026-01-01T09:00:00Z, or leave `embargoed` out",
        "desk.toml:5:60",
        "this embargo ends more than 90 days after the item comes",
        "write an end by 2026-04-01T09:00:00Z, or `pubstatus = \"withheld\"`",
        "desk.toml:6:60",
    ] {
        assert!(report.contains(expected), "no {expected:?} in:\n{report}");
    }
    assert!(!report.contains("desk.toml:7:"), "ninety days to the second are held:\n{report}");
}
