//! `wirefold log`: a sound log, and a damaged one.

use crate::support::{Desk, unlike_any_other};

/// A desk that has taken in `count` items and stopped.
fn desk(count: u64) -> Desk {
    let desk = Desk::with(
        r#"
[log]
dir = "data"

[[source.file]]
name = "page"
path = "items.ndjson"
format = "ndjson"

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
"#,
    );
    let item = |n| format!("{{\"uri\":\"item:{n}\",\"headline\":\"{}\"}}\n", unlike_any_other(n));
    desk.write("items.ndjson", &(0..count).map(item).collect::<String>());
    desk.wirefold(&["run", "-c", "wirefold.toml"]).success();
    desk
}

#[test]
fn a_sound_log_is_verified_counted_exported_and_compacted() {
    let desk = desk(50);
    let log = |args: &[&str]| {
        desk.wirefold(&[&["log"], args, &["-c", "wirefold.toml"]].concat()).success()
    };
    let verified = &log(&["verify", "--json"]).lines()[0];
    assert_eq!(
        (&verified["faults"], verified["records"].as_u64() >= Some(50)),
        (&serde_json::json!([]), true)
    );
    assert!(log(&["verify"]).out.contains("faults: 0"));
    let stats = &log(&["stats", "--json"]).lines()[0];
    assert_eq!(stats["next_seq"], 51);
    assert_eq!(
        stats["sinks"][0],
        serde_json::json!({ "name": "out", "next": stats["end"], "lag": 0 })
    );
    assert!(log(&["stats"]).out.contains("sink      out: position"));

    let exported = log(&["export"]);
    assert_eq!(exported.lines().len(), 50);
    desk.write("exported.ndjson", &exported.out);
    let replayed = desk.wirefold(&["replay", "--format", "ndjson", "exported.ndjson"]).success();
    assert_eq!(replayed.lines().len(), 50, "what is exported can be replayed");
    let rules = "[[source.file]]\nname = \"page\"\npath = \"items.ndjson\"\n\
                 [[channel]]\nname = \"pages\"\n\
                 [[rule]]\nquery = \"source:page\"\nchannels = [\"pages\"]\n";
    desk.write("rules.toml", rules);
    let replayed = desk.wirefold(&["replay", "-c", "rules.toml", "exported.ndjson"]).success();
    let of_page = |line: &serde_json::Value| line["matched"] == serde_json::json!(["pages"]);
    assert!(replayed.lines().iter().all(of_page), "with the source it came from");

    let compacted = &log(&["compact", "--json"]).lines()[0];
    assert!(compacted["after"].as_u64() <= compacted["before"].as_u64(), "{compacted}");
    assert_eq!(log(&["verify", "--json"]).lines()[0], *verified, "as sound as before");
    assert_eq!(log(&["export"]).out, exported.out);
    desk.wirefold(&["log", "verify", "--dir", "elsewhere"]).exited(1);
    desk.wirefold(&["log", "verify", "-c", "no.toml"]).exited(2);
}

#[test]
fn a_record_that_is_damaged_in_the_middle_is_named_and_the_rest_is_served() {
    let desk = desk(50);
    let path = desk.path("data/log.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let headline = unlike_any_other(24);
    let mut hits = 0;
    for at in 0..bytes.len() - headline.len() {
        if bytes[at..].starts_with(headline.as_bytes()) {
            bytes[at] ^= 1;
            hits += 1;
        }
    }
    assert!(hits > 0, "the headline is in the file");
    std::fs::write(&path, bytes).unwrap();

    let said = desk.wirefold(&["log", "verify", "-c", "wirefold.toml"]).exited(1);
    assert!(said.out.contains("Intake record 25 is damaged"), "{}", said.out);
    assert!(said.out.contains("Readers of `all` get a gap"), "{}", said.out);
    assert!(said.out.contains("faults: 1"), "{}", said.out);
    let exported = desk.wirefold(&["log", "export", "-c", "wirefold.toml"]).exited(1);
    assert!(exported.err.contains("not exported: position 26"), "{}", exported.err);
    assert_eq!(exported.lines().len(), 49, "the rest is served");
    assert!(!exported.out.contains(&headline));

    // The daemon starts, goes on, and tells readers what is missing.
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "rewind", "out", "--to", "start"]).success();
    desk.wirefold(&["run", "-c", "wirefold.toml"]).success();
    let again = desk.records("out.ndjson");
    let gaps: Vec<_> = again.iter().filter(|line| line["type"] == "gap").collect();
    assert_eq!((again.len(), gaps.len()), (100, 1), "50, then 49 and a gap");
    assert_eq!(gaps[0]["cause"], "damaged");
}

#[test]
fn a_log_whose_tail_is_cut_off_is_reported_and_never_taken_for_an_empty_one() {
    let desk = desk(50);
    let path = desk.path("data/log.redb");
    let length = std::fs::metadata(&path).unwrap().len();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(length / 4).unwrap();
    drop(file);
    for args in [&["log", "verify"][..], &["run"]] {
        let said = desk.wirefold(&[args, &["-c", "wirefold.toml"]].concat()).exited(1);
        assert!(said.err.contains("log.redb"), "{args:?}: {}{}", said.out, said.err);
        assert!(said.err.contains("damaged"), "{args:?}: {}{}", said.out, said.err);
    }
}

#[test]
fn a_page_of_zeros_is_told_in_sentences_and_fails_also_when_nobody_reads() {
    let desk = desk(200);
    let path = desk.path("data/log.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let headline = unlike_any_other(100);
    let place = bytes.windows(headline.len()).position(|found| found == headline.as_bytes());
    let page = place.expect("the headline is in the file") / 4_096 * 4_096;
    bytes[page..page + 4_096].fill(0);
    std::fs::write(&path, bytes).unwrap();
    for what in ["verify", "export"] {
        let args = ["log", what, "-c", "wirefold.toml"];
        let said = desk.wirefold(&args).exited(1);
        assert!(!said.err.contains("panicked"), "{what}: {}", said.err);
        let unread = desk.unread(&args).exited(1);
        assert!(unread.err.contains("damaged") || unread.err.contains("faults"), "{}", unread.err);
    }
    let said = desk.wirefold(&["log", "salvage", "-c", "wirefold.toml"]).success();
    assert!(said.out.contains("could not be read and are lost"), "{}", said.out);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    let again = desk.wirefold(&["log", "salvage", "-c", "wirefold.toml"]).exited(1);
    assert!(again.err.contains("Move it away"), "{}", again.err);
}
