//! One bad item costs itself, not the newsroom. A debug build panics where it is asked to.

use std::process::Stdio;
use std::time::Duration;

use crate::support::{Desk, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
format = "ndjson"
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
channels = ["all", "rejected"]
"#;

const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Looks: a minute and more of them.
const PATIENCE: usize = 3_000;

fn item(number: u64) -> String {
    format!("{{\"uri\":\"i:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
}

/// Three files; the second holds what a panic is asked for.
fn desk() -> Desk {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let poison = "{\"uri\":\"i:0\",\"headline\":\"Arsenic harbour\"}\n";
    desk.write("spool/b.ndjson", &(item(2) + poison + &item(3)));
    desk.write("spool/c.ndjson", &item(4));
    desk
}

/// Runs the daemon to its end; true when it was told to stop, since every file is put away.
fn runs(desk: &Desk, panic: &str) -> bool {
    let mut child = desk
        .command(&["run", "-c", "wirefold.toml"])
        .env("WIREFOLD_TEST_PANIC", panic)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(desk.path("daemon.log")).unwrap())
        .spawn()
        .unwrap();
    for _ in 0..PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(!status.success(), "it panicked, and says so");
            return false;
        }
        let kinds: Vec<_> = lines(desk).iter().map(|line| line["type"].clone()).collect();
        let stories = kinds.iter().filter(|kind| *kind == "story").count();
        if stories == 4 && kinds.len() == 5 && desk.list("spool").is_empty() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    child.kill().unwrap();
    panic!("waited in vain:\n{}", desk.read("daemon.log"));
}

/// The whole lines of the sink's file.
fn lines(desk: &Desk) -> Vec<serde_json::Value> {
    desk.records_so_far("out.ndjson")
}

fn assert_only_the_bad_item_is_missing(desk: &Desk) {
    let mut headlines: Vec<String> = lines(desk)
        .iter()
        .filter(|line| line["type"] == "story")
        .map(|line| line["headline"].as_str().unwrap().to_owned())
        .collect();
    headlines.sort();
    let mut expected: Vec<String> = (1..=4).map(unlike_any_other).collect();
    expected.sort();
    assert_eq!(headlines, expected);
    let rejected: Vec<_> =
        lines(desk).into_iter().filter(|line| line["type"] == "rejected").collect();
    assert_eq!((rejected.len(), &rejected[0]["kind"]), (1, &"poison".into()), "{rejected:?}");
}

#[test]
fn an_item_that_a_stage_panics_on_stops_the_others_for_two_restarts_at_most() {
    if !cfg!(debug_assertions) {
        return assert!(std::env::var_os("CI").is_none(), "a release build cannot be asked");
    }
    let desk = desk();
    let starts = (1..=3).find(|_| runs(&desk, "prepare:Arsenic"));
    assert_eq!(starts, Some(3), "{}", desk.read("daemon.log"));
    assert_only_the_bad_item_is_missing(&desk);
}

#[test]
fn a_parser_that_panics_stops_nothing() {
    if !cfg!(debug_assertions) {
        return assert!(std::env::var_os("CI").is_none(), "a release build cannot be asked");
    }
    let desk = Desk::with(CONFIG);
    for number in 1..=4 {
        desk.write(&format!("spool/{number}.ndjson"), &item(number));
    }
    desk.write("spool/bad.ndjson", "{\"headline\":\"Arsenic harbour\"}\n");
    assert!(runs(&desk, "parser:Arsenic"), "{}", desk.read("daemon.log"));
    assert_only_the_bad_item_is_missing(&desk);
    assert_eq!(desk.list("spool/rejected"), ["bad.ndjson"]);
}
