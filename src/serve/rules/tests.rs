use std::path::Path;

use super::*;
use crate::config::File;

/// A desk with a channel that not everybody is to know of.
fn desk() -> Config {
    let text = r#"
[[channel]]
name = "pub"
[[channel]]
name = "secret"

[[rule]]
name = "ferries"
query = "ferr*"
channels = ["pub"]
set = { priority = 5, labels = ["sea"] }

[[rule]]
name = "CEO under investigation"
query = "ferr*"
channels = ["secret"]
set = { priority = 1, labels = ["hush", "sea"] }

[[rule]]
name = "films of the CEO"
query = "film"
channels = []
set = { priority = 7, labels = ["video"] }
"#;
    let (config, problems) = Config::parse(File::new("desk.toml", text), Path::new("."));
    config.unwrap_or_else(|| panic!("{problems}"))
}

/// What one who reads `seen` alone is told of a decision.
#[track_caller]
fn told(
    seen: &str,
    rules: &[&str],
    priority: Option<u8>,
    labels: &[&str],
) -> (Vec<String>, Option<u8>, Vec<String>) {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (mut rules, mut priority, mut labels) = (owned(rules), priority, owned(labels));
    let config = desk();
    Known::of(&config, |channel| channel == seen).keep(&mut rules, &mut priority, &mut labels);
    (rules, priority, labels)
}

const PUB: &str = "ferries";
const SECRET: &str = "CEO under investigation";
const NOWHERE: &str = "films of the CEO";

#[test]
fn rules_are_told_to_whoever_reads_where_they_send() {
    let all = ["sea", "hush", "video"];
    let (rules, priority, labels) = told("pub", &[PUB, SECRET, NOWHERE], Some(1), &all);
    assert_eq!((rules, priority), (vec![PUB.to_owned()], Some(5)));
    assert_eq!(labels, ["sea", "video"], "a rule that sends nowhere labels what others send");
    let (rules, priority, labels) = told("secret", &[PUB, SECRET], Some(1), &["sea", "hush"]);
    assert_eq!((rules, priority), (vec![SECRET.to_owned()], Some(1)));
    assert_eq!(labels, ["sea", "hush"]);
}

#[test]
fn a_rule_that_did_not_hold_or_has_gone_since_lends_its_labels_to_none() {
    let nothing = (Vec::new(), None, Vec::new());
    assert_eq!(told("pub", &[SECRET], Some(1), &["hush", "sea"]), nothing);
    assert_eq!(told("pub", &["long gone"], Some(5), &["sea"]), nothing);
    // It was less urgent then than it is now.
    assert_eq!(told("pub", &[PUB], Some(8), &[]), (vec![PUB.to_owned()], None, Vec::new()));
    assert_eq!(told("pub", &[NOWHERE], Some(7), &["video"]).0, [""; 0], "it is not named");
}

#[test]
fn a_reason_names_no_other_rule() {
    let config = desk();
    let known = Known::of(&config, |channel| channel == "pub");
    for (rule, expected) in [
        (PUB, "The schedule of rule `ferries` opened."),
        (SECRET, "A schedule opened."),
        (NOWHERE, "A schedule opened."),
    ] {
        let mut reason = format!("The schedule of rule `{rule}` opened.");
        known.keep_in_reason(&mut reason);
        assert_eq!(reason, expected);
    }
    let mut reason = "Its embargo ended at 2026-03-01T06:00:00Z.".to_owned();
    let before = reason.clone();
    known.keep_in_reason(&mut reason);
    assert_eq!(reason, before);
}
