//! `wirefold check`: every problem at once.

use crate::support::Desk;

#[test]
fn every_shipped_configuration_is_good() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config");
    let mut found = 0;
    for entry in ["wirefold.toml", "demo/wirefold.toml"] {
        let said = Desk::new().wirefold(&["check", "-c", &format!("{folder}/{entry}")]).success();
        assert!(said.out.contains("is good"), "{}", said.out);
        found += 1;
    }
    assert_eq!(found, 2);
}

#[test]
fn all_problems_come_at_once_with_places_and_hints() {
    let desk = Desk::with(
        "[fold]\nwindw = \"96h\"\n\n[[channel]]\nname = \"mideast\"\n\n[[rule]]\nname = \"r\"\n\
         query = \"gaza AND (\"\nchannels = [\"mideats\"]\n\n[[sink.stdout]]\nname = \"s\"\n\
         channels = [\"mideast\"]\nformat = \"xml\"\n",
    );
    let said = desk.wirefold(&["check", "-c", "wirefold.toml"]).exited(2);
    for expected in [
        "wirefold.toml:2:1",
        "did you mean `window`?",
        "wirefold.toml:9:",
        "unknown channel `mideats`",
        "wirefold.toml:10:13",
        "did you mean `mideast`?",
        "wirefold.toml:15:10",
        "4 errors",
    ] {
        assert!(said.err.contains(expected), "no {expected:?} in:\n{}", said.err);
    }
}

#[test]
fn a_missing_file_is_named() {
    let said = Desk::new().wirefold(&["check", "-c", "gone.toml"]).exited(2);
    assert!(said.err.contains("gone.toml"), "{}", said.err);
}

#[test]
fn a_model_that_cannot_be_read_is_told_among_other_problems_with_its_place() {
    let desk = Desk::with("[fold]\nwindow = \"x\"\nmodel = \"gone.bin\"\n");
    let said = desk.wirefold(&["check", "-c", "wirefold.toml"]).exited(2);
    for expected in ["wirefold.toml:2:10", "wirefold.toml:3:9", "gone.bin", "2 errors"] {
        assert!(said.err.contains(expected), "no {expected:?} in:\n{}", said.err);
    }
}

#[test]
fn what_leads_nowhere_is_a_warning() {
    let desk = Desk::with("[[source.stdin]]\nname = \"in\"\n[[channel]]\nname = \"a\"\n");
    let said = desk.wirefold(&["check", "-c", "wirefold.toml"]).success();
    assert!(said.out.contains("is good"), "{}", said.out);
    for expected in ["wirefold.toml:4:8", "no rule sends to the channel `a`", "nobody reads"] {
        assert!(said.err.contains(expected), "no {expected:?} in:\n{}", said.err);
    }
}
