//! Channel policies: what is held back is delivered in the end, whatever happens meanwhile.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::push::{headers, ready};
use crate::support::{Desk, unlike_any_other};
use crate::web::{ask, free_port};

fn config(policy: &str) -> String {
    format!(
        r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
settle = "0s"
every = "10ms"

[[channel]]
name = "all"
{policy}

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#
    )
}

fn item(number: u64, publisher: &str) -> String {
    let headline = unlike_any_other(number);
    format!("{{\"headline\":\"{headline}\",\"publisher\":\"{publisher}\"}}\n")
}

#[test]
fn a_story_that_is_held_when_the_daemon_is_killed_is_delivered_at_its_deadline() {
    let desk = Desk::with(&config("min_publishers = 2\ndeadline = \"2s\""));
    desk.write("spool/a.ndjson", &item(1, "Alpha"));
    let mut daemon = desk.daemon();
    daemon.until("the item is durable", || desk.list("spool/done") == ["a.ndjson"]);
    daemon.kill();
    let mut daemon = desk.daemon();
    daemon.until("it is delivered", || desk.read("out.ndjson").ends_with('\n'));
    daemon.stop();
    let lines = desk.records("out.ndjson");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["headline"], unlike_any_other(1));
    let reason = lines[0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("Held for more publishers"), "{reason}");
    let said = desk.wirefold(&["explain", "-c", "wirefold.toml", "1"]).success();
    assert!(said.out.contains("held on `all` until"), "{}", said.out);
    assert!(said.out.contains("delivered to all (position "), "{}", said.out);
}

#[test]
fn beyond_its_rate_a_channel_gets_a_digest_with_everything() {
    let desk = Desk::with(&config("rate = \"1/2s\""));
    let wire: String = (0..5).map(|n| item(n, "Alpha")).collect();
    desk.write("spool/a.ndjson", &wire);
    let mut daemon = desk.daemon();
    daemon.until("the digest is delivered", || desk.read("out.ndjson").lines().count() == 2);
    daemon.stop();
    let lines = desk.records("out.ndjson");
    assert_eq!((&lines[0]["type"], &lines[1]["type"]), (&json!("story"), &json!("digest")));
    let stories = lines[1]["stories"].as_array().unwrap();
    let headlines: Vec<_> = stories.iter().map(|story| &story["headline"]).collect();
    let expected: Vec<_> = (1..5).map(unlike_any_other).collect();
    assert_eq!(headlines, expected.iter().collect::<Vec<_>>());
    assert_eq!(stories[2]["id"], format!("all/{}/2", lines[1]["position"]));
}

#[test]
fn replay_shows_what_is_held_and_what_comes_of_it() {
    let desk = Desk::with(&config("quiet = \"22:00-06:30\""));
    let at = |number, time: &str| {
        let time = format!("\"versioncreated\":\"2026-03-02T{time}:00Z\"");
        item(number, "Alpha").replace("\"publisher\"", &format!("{time},\"publisher\""))
    };
    desk.write("wire.ndjson", &(at(1, "21:00") + &at(2, "22:30") + &at(3, "23:00")));
    let said = desk.wirefold(&["replay", "-c", "wirefold.toml", "wire.ndjson"]).success();
    let lines = said.lines();
    assert_eq!(lines[0]["channels"], json!(["all"]));
    assert!(lines[0].get("withheld").is_none() && lines[0].get("later").is_none());
    assert_eq!(lines[1]["channels"], json!([]));
    let held = "held on `all` until 2026-03-03T06:30:00Z: quiet hours";
    assert_eq!(lines[1]["withheld"], json!([held]));
    let later = json!([{ "at": "2026-03-03T06:30:00Z", "channel": "all", "digest": true }]);
    assert_eq!((&lines[1]["later"], &lines[2]["later"]), (&later, &later));
    assert!(said.err.contains("2 held back"), "{}", said.err);
}

#[test]
fn a_desk_can_test_its_policies() {
    let tests = r#"
[[test]]
name = "one source is not enough"
items = [
  { at = "2026-03-02T09:00:00Z", headline = "Norland closes its harbour", publisher = "Alpha", expect = { withheld = ["all"] } },
]
later = [{ at = "2026-03-02T09:20:00Z", channel = "all", items = [0] }]
"#;
    let policy = "min_publishers = 2\ndeadline = \"20m\"";
    let desk = Desk::with(&(config(policy) + tests));
    let said = desk.wirefold(&["test", "-c", "wirefold.toml"]).success();
    assert!(said.out.contains("1 passed, 0 failed"), "{}", said.out);
    let desk = Desk::with(&(config("") + tests));
    let said = desk.wirefold(&["test", "-c", "wirefold.toml"]).exited(1);
    assert!(said.out.contains("- later = [{ at"), "{}", said.out);
}

#[test]
fn what_waits_is_told_by_the_metrics_also_after_a_restart() {
    let listen = free_port();
    #[expect(clippy::disallowed_methods, reason = "quiet hours around it, and an embargo beyond")]
    let now = Timestamp::now();
    let clock = |hours| (now + SignedDuration::from_hours(hours)).strftime("%H:%M").to_string();
    let policy = format!(
        "min_publishers = 2\ndeadline = \"1h\"\n[[channel]]\nname = \"night\"\n\
         quiet = \"{}-{}\"\n[[rule]]\nname = \"of the night\"\nquery = \"*\"\n\
         channels = [\"night\"]",
        clock(-1),
        clock(2)
    );
    let desk = Desk::with(&format!("{}[serve]\nlisten = \"{listen}\"\n", config(&policy)));
    let told = || {
        let (_, text) = ask(listen, "GET", "/metrics", &headers(&desk), "").unwrap();
        let lines = text.lines().filter(|line| {
            line.starts_with("wirefold_waiting{") || line.starts_with("wirefold_embargoed ")
        });
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut daemon = desk.daemon();
    daemon.until("it is ready", || ready(listen));
    assert_eq!(told(), ["wirefold_embargoed 0"]);
    let end = now + SignedDuration::from_hours(1);
    let embargo = item(3, "Alpha").replace('{', &format!("{{\"embargoed\":\"{end}\","));
    let items = item(1, "Alpha") + &item(2, "Alpha") + &item(1, "Beta") + &embargo;
    let (status, report) = ask(listen, "POST", "/v1/items", &headers(&desk), &items).unwrap();
    assert_eq!(status, 202, "{report}");
    let expected = [
        "wirefold_waiting{channel=\"all\",gate=\"publishers\"} 1",
        "wirefold_waiting{channel=\"night\",gate=\"quiet\"} 2",
        "wirefold_embargoed 1",
    ];
    assert_eq!(told(), expected);
    daemon.kill();
    let mut daemon = desk.daemon();
    daemon.until("it is ready", || ready(listen));
    assert_eq!(told(), expected, "after a restart");
    daemon.stop();
}
