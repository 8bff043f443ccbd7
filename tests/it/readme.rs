//! What the README says is true.

use crate::support::Desk;

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a fence is closed"))
        .collect()
}

#[test]
fn the_configuration_in_the_readme_is_good() {
    let blocks = blocks("toml");
    assert!(!blocks.is_empty(), "the README shows a configuration");
    for block in blocks {
        Desk::with(block).wirefold(&["check", "-c", "wirefold.toml"]).success();
    }
}

#[test]
fn the_demo_shows_folded_and_routed_stories() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo");
    let desk = Desk::with(&std::fs::read_to_string(format!("{demo}/wirefold.toml")).unwrap());
    std::fs::copy(format!("{demo}/wire.txt"), desk.path("wire.txt")).unwrap();
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).success();
    let lines = said.lines();
    let on = |channel: &str| lines.iter().filter(|line| line["channel"] == channel).count();
    for channel in ["shipping", "markets", "politics", "alerts", "unrouted"] {
        assert!(on(channel) > 0, "nothing on {channel}:\n{}", said.out);
    }
    let mut told = std::collections::HashSet::new();
    for line in &lines {
        let is_first = told.insert((line["channel"].to_string(), line["story"].to_string()));
        assert_eq!(line["first"], is_first, "what a channel shows first is new there: {line}");
    }
    let disputed = |line: &&serde_json::Value| line["disputed"] == true;
    assert!(lines.iter().any(|line| disputed(&line)), "the denial is shown as a dispute");
    let again = desk.wirefold(&["run", "-c", "wirefold.toml"]).success();
    assert_eq!(again.out, "", "a second run delivers nothing twice");
}

#[test]
fn the_readme_names_the_command_that_ci_runs() {
    let ci = include_str!("../../.ci/run");
    assert!(blocks("sh").iter().any(|block| block.contains("cargo test")));
    assert!(ci.contains("cargo test"));
}

/// Names of all functions in the sources under `folder`.
fn functions(folder: &std::path::Path, found: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_the_guarantees_name_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = std::collections::BTreeSet::new();
    for folder in ["src", "tests/it"] {
        functions(&root.join(folder), &mut known);
    }
    let page = include_str!("../../docs/guarantees.md");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let proofs = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    let named: Vec<&str> = proofs.flat_map(|proof| proof.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 50, "{named:?}");
    for name in named {
        assert!(known.contains(name), "docs/guarantees.md names `{name}`, which is no test");
    }
}
