//! `wirefold explain`: why.

use serde_json::Value;

use crate::support::Desk;

#[test]
fn two_headlines_are_explained_with_a_probability_and_a_threshold() {
    let said = Desk::new()
        .wirefold(&[
            "explain",
            "Norland agreed to cease night inspections - regional media",
            "Ministry source claims Norland did not agree to stop night inspections",
        ])
        .success();
    for expected in ["probability", "threshold", "disputed"] {
        assert!(said.out.contains(expected), "no {expected:?} in:\n{}", said.out);
    }
}

#[test]
fn a_single_word_that_is_no_number_is_bad_usage() {
    Desk::new().wirefold(&["explain", "headline"]).exited(2);
}

const DESK: &str = r#"
[log]
dir = "data"

[[source.file]]
name = "wire"
path = "wire.ndjson"

[[channel]]
name = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.stdout]]
name = "out"
channels = ["all"]
format = "text"
"#;

/// A desk whose log has a report, its copy, and one under embargo.
fn desk() -> Desk {
    let desk = Desk::with(DESK);
    let first = "{\"headline\":\"Ferry aground off Port Selene\"}\n";
    let held = "{\"headline\":\"Bank raises rates\",\"embargoed\":\"2999-01-01T00:00:00Z\"}\n";
    desk.write("wire.ndjson", &format!("{first}{first}{held}"));
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).success();
    assert!(said.out.contains("s1 · item 1"), "{}", said.out);
    desk
}

#[test]
fn what_no_channel_got_says_why() {
    let desk = desk();
    let explained = |what: &str| {
        let args = ["explain", "-c", "wirefold.toml", what];
        let text = desk.wirefold(&args).success().out;
        let json = desk.wirefold(&[&args[..], &["--json"]].concat()).success().lines();
        (text, json[0].clone())
    };
    let (text, json) = explained("2");
    assert!(text.contains("not delivered to all: its story is there already"), "{text}");
    assert_eq!(json["missed"]["channels"][0], "all");
    let (text, json) = explained("3");
    assert!(text.contains("not delivered to all: its embargo"), "{text}");
    assert!(json["embargo"].is_string(), "{json}");
    let (text, json) = explained("1");
    assert!(!text.contains("not delivered"), "{text}");
    assert_eq!((&json["missed"], &json["embargo"]), (&Value::Null, &Value::Null));
}

#[test]
fn an_item_is_found_by_the_id_of_a_delivery() {
    let desk = desk();
    let said = desk.wirefold(&["tail", "-c", "wirefold.toml", "all", "--once", "--json"]).success();
    let id = said.lines()[0]["id"].as_str().unwrap().to_owned();
    let said = desk.wirefold(&["explain", "-c", "wirefold.toml", &id]).success();
    assert!(said.out.starts_with("item 1 of source wire"), "{}", said.out);
    let said = desk.wirefold(&["explain", "-c", "wirefold.toml", "all/99"]).exited(1);
    assert!(said.err.contains("Position 99"), "{}", said.err);
}

#[test]
fn a_mistake_beside_the_log_keeps_nobody_from_looking_at_it() {
    let desk = desk();
    desk.write("wirefold.toml", &format!("{DESK}colour = true\n"));
    for command in
        [&["explain", "1"][..], &["tail", "all", "--once"], &["log", "stats"], &["sinks"]]
    {
        let args = [command, &["-c", "wirefold.toml"]].concat();
        let said = desk.wirefold(&args).success();
        assert!(said.err.contains("has mistakes, which `wirefold check` shows"), "{}", said.err);
        assert!(!said.out.is_empty(), "{command:?}");
    }
    // Without a daemon it is this process that would open the sinks.
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "pause", "out"]).exited(2);
    desk.write("wirefold.toml", &DESK.replace("dir =", "dirr ="));
    let said = desk.wirefold(&["tail", "-c", "wirefold.toml", "all", "--once"]).exited(2);
    assert!(said.err.contains("dirr"), "{}", said.err);
}

#[test]
fn one_object_tells_the_same_to_a_program() {
    let args = ["explain", "--json", "Dam at Elmsford opens", "Ferry aground off Port Selene"];
    let lines = Desk::new().wirefold(&args).success().lines();
    assert_eq!(lines[0]["same"], false);
    let number = |key: &str| lines[0][key].as_f64().unwrap();
    let shares = lines[0]["shares"].as_array().unwrap();
    let sum: f64 = shares.iter().map(|share| share["share"].as_f64().unwrap()).sum();
    let probability = 1.0 / (1.0 + (-(number("bias") + sum)).exp());
    assert!((probability - number("probability")).abs() < 1e-3, "{}", lines[0]);
    assert!(lines[0]["alternatives"][0]["feature"].is_string());
}

#[test]
fn that_languages_differ_is_said_on_the_page_and_in_the_object() {
    let pair = ["Singer cancels the Paris concert", "Der Sturm zwingt die Fähren in den Hafen"];
    let said = Desk::new().wirefold(&["explain", pair[0], pair[1]]).success();
    assert!(said.out.contains("different languages are not compared"), "{}", said.out);
    let lines = Desk::new().wirefold(&["explain", "--json", pair[0], pair[1]]).success().lines();
    assert_eq!(lines[0]["languages"][1], "de");
    assert_eq!(lines[0]["shares"].as_array().map(Vec::len), Some(0));
}
