//! Embargoes with the real binary and the real clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{Desk, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
settle = "0s"
every = "10ms"

[[channel]]
name = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#;

#[expect(clippy::disallowed_methods, reason = "the daemon's own clock is the wall's")]
fn from_now(seconds: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(seconds)
}

fn item(number: u64, more: &str) -> String {
    format!("{{\"uri\":\"i:{number}\",\"headline\":\"{}\"{more}}}\n", unlike_any_other(number))
}

fn delivered(desk: &Desk) -> Vec<Value> {
    desk.records_so_far("out.ndjson")
}

#[test]
fn an_embargoed_item_is_released_on_time_across_a_restart() {
    // On a slow machine an embargo may be over before the item is read: then a longer one is tried.
    for seconds in [4, 16, 64] {
        let desk = Desk::with(CONFIG);
        let until = from_now(seconds);
        let embargo = format!(",\"embargoed\":\"{until}\"");
        desk.write("spool/a.ndjson", &(item(1, &embargo) + &item(2, "")));
        let mut daemon = desk.daemon();
        daemon.until("the item without an embargo is delivered", || !delivered(&desk).is_empty());
        daemon.stop();
        if from_now(0) >= until {
            continue;
        }
        let headlines: Vec<_> = delivered(&desk).iter().map(|it| it["headline"].clone()).collect();
        assert_eq!(headlines, [unlike_any_other(2)], "the other one is held");

        let mut daemon = desk.daemon();
        daemon.until("the embargo ends", || delivered(&desk).len() == 2);
        assert!(from_now(0) >= until, "not before its time");
        daemon.stop();
        let released = &delivered(&desk)[1];
        assert_eq!(released["headline"], unlike_any_other(1));
        let reason = released["reason"].as_str().unwrap();
        assert!(reason.starts_with("Its embargo ended at "), "{reason}");

        let daemon = desk.daemon();
        daemon.stop();
        assert_eq!(delivered(&desk).len(), 2, "once");
        return;
    }
    panic!("an item needs more than a minute to be taken in");
}

#[test]
fn a_version_that_lifts_an_embargo_is_delivered_at_once_and_the_first_never() {
    let desk = Desk::with(CONFIG);
    let embargo = format!(",\"version\":\"1\",\"embargoed\":\"{}\"", from_now(3_600));
    desk.write("spool/a.ndjson", &item(1, &embargo));
    let mut daemon = desk.daemon();
    daemon.until("it is taken in", || desk.list("spool/done") == ["a.ndjson"]);
    daemon.stop();
    assert!(delivered(&desk).is_empty());
    desk.write("spool/b.ndjson", &item(1, ",\"version\":\"2\""));
    let mut daemon = desk.daemon();
    daemon.until("it is lifted", || !delivered(&desk).is_empty());
    daemon.stop();
    assert_eq!(delivered(&desk).len(), 1);
}

const COUNTING: &str = r#"
[[channel]]
name = "widely-told"

[[rule]]
name = "told by two"
query = "publishers:>=2"
channels = ["widely-told"]

[[sink.file]]
name = "widely-told"
path = "widely-told.ndjson"
channels = ["widely-told"]
"#;

#[test]
fn a_rule_that_counts_publishers_counts_a_held_one_when_its_embargo_ends_across_a_restart() {
    let report = |number: u64, publisher: &str, more: &str| {
        let headline = unlike_any_other(7);
        format!(
            "{{\"uri\":\"i:{number}\",\"headline\":\"{headline}\",\
             \"publisher\":\"{publisher}\"{more}}}\n"
        )
    };
    for seconds in [4, 16, 64] {
        let desk = Desk::with(&(CONFIG.to_owned() + COUNTING));
        let widely_told = || desk.records_so_far("widely-told.ndjson");
        let until = from_now(seconds);
        let embargo = format!(",\"embargoed\":\"{until}\"");
        desk.write("spool/a.ndjson", &(report(1, "Alpha", &embargo) + &report(2, "Beta", "")));
        let mut daemon = desk.daemon();
        daemon.until("the other report is delivered", || !delivered(&desk).is_empty());
        daemon.kill();
        if from_now(0) >= until {
            continue;
        }
        let told = &delivered(&desk)[0];
        assert_eq!((&told["items"], &told["publishers"]), (&1.into(), &1.into()));

        let mut daemon = desk.daemon();
        daemon.until("the embargo ends", || !widely_told().is_empty());
        assert!(from_now(0) >= until, "not before its time");
        daemon.stop();
        let told = widely_told();
        assert_eq!(told.len(), 1);
        assert_eq!((&told[0]["items"], &told[0]["publishers"]), (&2.into(), &2.into()));

        desk.write("spool/b.ndjson", &report(3, "Gamma", ""));
        let mut daemon = desk.daemon();
        daemon.until("the third is taken in", || desk.list("spool/done").len() == 2);
        daemon.stop();
        assert_eq!(widely_told().len(), 1, "once");
        return;
    }
    panic!("an item needs more than a minute to be taken in");
}
