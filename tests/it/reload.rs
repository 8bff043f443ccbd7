//! SIGHUP: new rules between two items, or none.

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
name = "early"

[[channel]]
name = "late"

[[rule]]
name = "everything"
query = "*"
channels = ["early"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["early", "late", "unrouted"]
"#;

fn drop_in(desk: &Desk, number: u64) {
    let item = format!("{{\"headline\":\"{}\"}}\n", unlike_any_other(number));
    let aside = desk.write("aside", &item);
    std::fs::rename(aside, desk.path(&format!("spool/{number}.ndjson"))).unwrap();
}

/// Channel of each delivery, in order.
fn channels(desk: &Desk) -> Vec<String> {
    let channel = |line: &serde_json::Value| line["channel"].as_str().unwrap().to_owned();
    desk.records_so_far("out.ndjson").iter().map(channel).collect()
}

#[test]
fn new_rules_decide_about_the_next_item_and_wrong_ones_about_none() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let mut daemon = desk.daemon();
    drop_in(&desk, 1);
    daemon.until("the first item is delivered", || channels(&desk) == ["early"]);

    desk.write(
        "wirefold.toml",
        &CONFIG.replace("channels = [\"early\"]\n", "channels = [\"late\"]\n"),
    );
    daemon.hang_up();
    daemon.until("it says so", || desk.read("daemon.log").contains("reloaded: "));
    drop_in(&desk, 2);
    daemon.until("the second item is delivered", || channels(&desk) == ["early", "late"]);

    assert!(desk.read("daemon.log").contains("changed=[\"everything\"]"), "it says what changed");

    desk.write("wirefold.toml", &CONFIG.replace("query = \"*\"", "query = \"(\""));
    daemon.hang_up();
    daemon.until("it refuses", || desk.read("daemon.log").contains("not reloaded"));
    drop_in(&desk, 3);
    daemon.until("the third item is delivered", || channels(&desk).len() == 3);
    assert_eq!(channels(&desk), ["early", "late", "late"]);
    daemon.stop();
}

#[test]
fn a_file_that_changes_is_read_again_without_a_signal() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let mut daemon = desk.daemon();
    daemon.until("it runs", || desk.read("daemon.log").contains("the window is as"));
    desk.write("wirefold.toml", &CONFIG.replace("name = \"everything\"", "name = \"all of it\""));
    daemon.until("it says so", || desk.read("daemon.log").contains("added=[\"all of it\"]"));
    daemon.stop();
}

#[test]
fn lists_added_files_and_mended_ones_are_read_without_a_signal() {
    let head = "[rules]\ndir = \"desks\"\n[list]\nfirms = { file = \"firms.txt\" }\n";
    let desk = Desk::with(&format!("{head}{CONFIG}"));
    desk.write("spool/.keep", "");
    desk.write("desks/.keep", "");
    desk.write("firms.txt", "Acme\n");
    let mut daemon = desk.daemon();
    let said = |what: &str| desk.read("daemon.log").matches(what).count();
    daemon.until("it runs", || said("the window is as") == 1);

    desk.write("firms.txt", "Acme\nBolt\n");
    daemon.until("the list is read again", || said("reloaded: ") == 1);
    let two = "[[rule]]\nname = \"two\"\nquery = \"@firms\"\nchannels = [\"nowhere\"]\n";
    desk.write("desks/two.toml", two);
    daemon.until("the first file is refused", || said("unknown channel `nowhere`") == 1);
    desk.write("desks/two.toml", &two.replace("nowhere", "late"));
    daemon.until("it is mended", || said("added=[\"two\"]") == 1);
    assert_eq!(said("unknown channel"), 1, "it is reported once");
    daemon.stop();
}

#[test]
fn what_a_new_policy_does_not_hold_back_goes_without_waiting_for_an_item() {
    let held = "name = \"early\"\nmin_publishers = 2\ndeadline = \"1d\"\n";
    let desk = Desk::with(&CONFIG.replace("name = \"early\"\n", held));
    desk.write("spool/.keep", "");
    let mut daemon = desk.daemon();
    drop_in(&desk, 1);
    daemon.until("it is taken in", || desk.path("spool/done/1.ndjson").exists());
    assert!(channels(&desk).is_empty(), "one publisher is not enough");
    desk.write("wirefold.toml", CONFIG);
    daemon.until("it is delivered", || channels(&desk) == ["early"]);
    daemon.stop();
}

/// The rule, the channel and the sink at once, with a backlog.
#[test]
fn a_channel_that_is_renamed_while_the_daemon_runs_reaches_its_sink_before_and_after_a_restart() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let mut daemon = desk.daemon();
    drop_in(&desk, 1);
    daemon.until("the first item is delivered", || channels(&desk) == ["early"]);
    let renamed = CONFIG.replace("\"early\"", "\"dawn\"").replace("out.ndjson", "other.ndjson");
    desk.write("wirefold.toml", &renamed);
    let said = |what: &str| desk.read("daemon.log").contains(what);
    daemon.until("it says so", || said("reloaded: "));
    daemon.until("it says what waits", || said("before the next start: [[sink.file]] `out`"));
    drop_in(&desk, 2);
    daemon.until("the second item is delivered", || channels(&desk) == ["early", "dawn"]);
    daemon.stop();

    let mut daemon = desk.daemon();
    drop_in(&desk, 3);
    daemon.until("the third item is delivered", || desk.count("other.ndjson") == 1);
    daemon.stop();
    assert_eq!(channels(&desk), ["early", "dawn"]);
}
