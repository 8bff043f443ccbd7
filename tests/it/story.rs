//! `wirefold story`: corrections by hand, on a running daemon, and after its restart.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::push::{headers, start};
use crate::support::{Daemon, Desk};
use crate::web::{ask, free_port};

const CLAIM: &str = "Norland agreed to cease night inspections - regional media";
const DENIAL: &str = "Ministry source claims Norland did not agree to stop night inspections";

fn desk() -> (Desk, SocketAddr) {
    let listen = free_port();
    let config = format!(
        r#"
[log]
dir = "data"

[serve]
listen = "{listen}"

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
"#
    );
    (Desk::with(&config), listen)
}

/// Pushes an item and returns the answer's report.
fn push(desk: &Desk, listen: SocketAddr, uri: &str, headline: &str) {
    let body = format!("{}\n", json!({ "uri": uri, "headline": headline }));
    let (status, report) = ask(listen, "POST", "/v1/items", &headers(desk), &body).unwrap();
    assert_eq!(status, 202, "{report}");
}

fn delivered(desk: &Desk, daemon: &mut Daemon, count: usize) -> Vec<Value> {
    daemon.until(&format!("{count} are delivered"), || desk.count("out.ndjson") == count);
    desk.records("out.ndjson")
}

/// The stories that are listed on the channel, the latest delivery first.
fn listed(desk: &Desk, listen: SocketAddr) -> Vec<String> {
    let (status, page) =
        ask(listen, "GET", "/v1/channels/all/stories", &headers(desk), "").unwrap();
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).unwrap();
    let stories = page["stories"].as_array().unwrap().iter();
    stories.map(|story| format!("{}: {}", story["id"], story["latest"]["item"])).collect()
}

#[test]
fn a_split_and_a_merge_are_delivered_and_outlive_a_kill() {
    let (desk, listen) = desk();
    let mut daemon = start(&desk, listen);
    push(&desk, listen, "i:1", CLAIM);
    push(&desk, listen, "i:2", DENIAL);
    let said = desk.wirefold(&["story", "split", "-c", "wirefold.toml", "2"]).success();
    assert_eq!(said.out.trim(), "item 2 opens s2; told: all");
    let lines = delivered(&desk, &mut daemon, 3);
    assert_eq!((&lines[2]["verdict"], &lines[2]["story"]), (&json!("New"), &json!("s2")));
    assert_eq!((&lines[2]["item"], &lines[2]["disputed"]), (&json!(2), &json!(false)));
    let both = listed(&desk, listen);
    assert_eq!(both, ["\"s2\": 2", "\"s1\": 1"]);
    daemon.kill();

    let mut daemon = start(&desk, listen);
    assert_eq!(listed(&desk, listen), both);
    // A new version of the item follows it.
    push(&desk, listen, "i:2", "Norland did not agree at all, ministry source now says");
    let said = desk.wirefold(&["story", "merge", "-c", "wirefold.toml", "s2", "s1"]).success();
    assert_eq!(said.out.trim(), "s2 and s1 are s1; told: all");
    let lines = delivered(&desk, &mut daemon, 4);
    assert_eq!((&lines[3]["verdict"], &lines[3]["story"]), (&json!("Development"), &json!("s1")));
    assert_eq!(lines[3]["items"], 3);
    let one = listed(&desk, listen);
    assert_eq!(one, ["\"s1\": 3"]);
    daemon.kill();

    let daemon = start(&desk, listen);
    assert_eq!(listed(&desk, listen), one);
    let said = desk.wirefold(&["story", "merge", "-c", "wirefold.toml", "s2", "s1"]).exited(1);
    assert!(said.err.contains("both are story s1 already"), "{}", said.err);
    let said = desk.wirefold(&["story", "split", "-c", "wirefold.toml", "77"]).exited(1);
    assert!(said.err.contains("has no record 77"), "{}", said.err);
    daemon.stop();
    let said = desk.wirefold(&["explain", "-c", "wirefold.toml", "2"]).success();
    assert!(said.out.contains("split off by hand from s1, opens s2"), "{}", said.out);
    let said = desk.wirefold(&["story", "split", "-c", "wirefold.toml", "2"]).exited(1);
    assert!(said.err.contains("no daemon of this configuration answers"), "{}", said.err);
}

#[test]
fn a_correction_needs_a_token() {
    let (desk, listen) = desk();
    let daemon = start(&desk, listen);
    for (path, body) in
        [("/v1/stories/s1/split", "{\"item\":1}"), ("/v1/stories/s1/merge", "{\"story\":\"s2\"}")]
    {
        let (status, _) = ask(listen, "POST", path, "", body).unwrap();
        assert_eq!(status, 401, "{path}");
    }
    daemon.stop();
}
