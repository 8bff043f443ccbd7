//! Directory drops with the real binary.

use crate::support::{Desk, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
every = "10ms"
trigger = ".done"
sidecar = ".meta"
order = "time"

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

fn item(number: u64) -> String {
    format!("{{\"uri\":\"i:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
}

#[test]
fn a_drop_is_taken_by_its_triggers_in_order_with_its_sidecars() {
    let desk = Desk::with(CONFIG);
    desk.write("outside.ndjson", &item(9));
    for (name, number, second) in [("b", 1, 10), ("a", 2, 20), ("c", 3, 30)] {
        let path = desk.write(&format!("spool/{name}.ndjson"), &item(number));
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + second);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }
    desk.write("spool/a.ndjson.meta", "{\"provider\": \"Fjord Wire\", \"urgency\": 2}");
    std::os::unix::fs::symlink("../outside.ndjson", desk.path("spool/link.ndjson")).unwrap();
    desk.write("spool/a.done", "");
    desk.write("spool/b.ndjson.done", "");
    let mut daemon = desk.daemon();
    daemon.until("both are done and the link is refused", || {
        desk.list("spool/done").len() == 5 && desk.list("spool") == ["c.ndjson"]
    });
    daemon.stop();
    assert_eq!(
        desk.list("spool/done"),
        ["a.done", "a.ndjson", "a.ndjson.meta", "b.ndjson", "b.ndjson.done"]
    );
    assert!(desk.path("spool/rejected/link.ndjson").is_symlink());
    let lines = desk.records("out.ndjson");
    let stories: Vec<_> = lines.iter().filter(|line| line["type"] == "story").collect();
    let headlines: Vec<_> = stories.iter().map(|line| line["headline"].clone()).collect();
    assert_eq!(headlines, [unlike_any_other(1), unlike_any_other(2)], "the oldest first");
    assert_eq!(stories[1]["publisher"], "Fjord Wire");
    let rejected: Vec<_> = lines.iter().filter(|line| line["type"] == "rejected").collect();
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert!(rejected[0]["reason"].as_str().unwrap().contains("link.ndjson is a link"));

    // A restart refuses nothing again, and takes what waited for its trigger.
    desk.write("spool/c.done", "");
    let mut daemon = desk.daemon();
    daemon.until("the third is done", || desk.list("spool").is_empty());
    daemon.stop();
    assert_eq!(desk.records("out.ndjson").len(), 4);
}

#[test]
fn what_a_directory_cannot_be_told_is_said_with_its_place() {
    let config = CONFIG
        .replace("trigger = \".done\"", "trigger = \"done\"")
        .replace("order = \"time\"", "order = \"size\"");
    let desk = Desk::with(&config);
    let said = desk.wirefold(&["check", "-c", "wirefold.toml"]).exited(2);
    assert!(said.err.contains("wirefold.toml:9:"), "{}", said.err);
    assert!(said.err.contains("`trigger` cannot be `done`"), "{}", said.err);
    assert!(said.err.contains("`order` cannot be `size`"), "{}", said.err);
}

#[test]
fn a_directory_that_has_to_be_made_may_be_mistyped_and_is_named() {
    let desk = Desk::with(CONFIG);
    let mut daemon = desk.daemon();
    daemon.until("it watches", || desk.path("spool/rejected").exists());
    daemon.stop();
    assert!(desk.read("daemon.log").contains("was not there, and is made"));
    desk.write("daemon.log", "");
    let mut daemon = desk.daemon();
    daemon.until("it watches", || desk.read("daemon.log").contains("watching"));
    daemon.stop();
    assert!(!desk.read("daemon.log").contains("was not there"), "it is there now");
}
