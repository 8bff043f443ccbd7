use jiff::Timestamp;

use super::*;
use crate::eval::Labelled;
use crate::fold::model::Model;
use crate::fold::training;
use crate::story::{StoryState, Verdict};

const ROWS: &str = "\
time\tsource\tlang\tstory\theadline
2026-03-01T08:00:00Z\tFjord\teng\tdam\tDam at Elmsford opens after ten years of work
2026-03-01T08:10:00Z\tCoast\teng\tdam\tElmsford dam opens after ten years of work
2026-03-01T08:20:00Z\tFjord\teng\tdam\tElmsford opens its dam after ten years
2026-03-01T09:00:00Z\tCoast\teng\tferry\tFerry with 212 aboard runs aground off Port Selene
2026-03-01T09:10:00Z\tFjord\teng\tferry\tPort Selene: ferry with 212 aboard aground
2026-03-01T09:20:00Z\tPlaya\tspa\tferry\tUn ferry con 212 personas encalla frente a Puerto Selene
2026-03-01T10:00:00Z\tFjord\teng\tother\tBakery of Tarn wins national bread prize for third year
";

fn rows() -> Vec<StoryRow> {
    match Labelled::parse(ROWS) {
        Ok(Labelled::Stories(rows)) => rows,
        other => panic!("{other:?}"),
    }
}

fn report() -> StoryReport {
    let config = FoldConfig::default();
    let scorer = Scorer::new(&config).expect("the shipped model");
    stories(&rows(), &config, scorer, 10, &|_, _, _| {})
}

#[test]
fn a_report_counts_what_it_replayed() {
    let report = report();
    assert_eq!((report.items, report.stories_gold), (7, 4), "stories do not cross languages");
    assert!(report.stories_found >= 4 && report.b3_p > 0.9 && report.b3_r > 0.7, "{report:?}");
    assert!(report.b3_f1_95.low <= report.b3_f1 && report.b3_f1 <= report.b3_f1_95.high);
    let compared: usize = report.calibration.bins.iter().map(|bin| bin.count).sum();
    assert!(compared >= 3, "{compared}");
}

#[test]
fn stories_count_as_what_they_became() {
    let at = Timestamp::UNIX_EPOCH;
    let state =
        StoryState { items: 1, publishers: 1, first: at, last: at, disputed: false, killed: false };
    let merges = |story, merged: &[u64]| FoldDecision {
        merged: merged.iter().copied().map(StoryId).collect(),
        ..FoldDecision::bare(Verdict::Development, StoryId(story), state, false)
    };
    let mut found = Found::default();
    for decision in [merges(1, &[]), merges(2, &[]), merges(3, &[]), merges(2, &[3])] {
        found.push(&decision);
    }
    found.push(&merges(1, &[2]));
    assert_eq!(found.in_the_end(), [StoryId(1); 5]);
}

#[test]
fn languages_and_sources_are_told_apart() {
    let report = report();
    let names: Vec<&str> = report.languages.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["en", "es"]);
    assert_eq!(report.sources[0].name, "Fjord");
    assert_eq!(report.sources.iter().map(|group| group.items).sum::<usize>(), 7);
}

#[test]
fn recall_falls_as_the_threshold_of_a_sweep_rises() {
    let sweep = sweep_stories(&rows(), &FoldConfig::default(), &|_, _, _| {}).expect("the model");
    assert_eq!(sweep.points.len(), 19);
    assert!(sweep.points.windows(2).all(|pair| pair[0].threshold < pair[1].threshold));
    assert!(sweep.points[0].recall >= sweep.points[18].recall);
}

#[test]
fn the_first_keys_are_a_contract() {
    let json = serde_json::to_string(&StoryReport::default()).expect("plain numbers");
    let keys = "{\"items\":0,\"stories_gold\":0,\"stories_found\":0,\"b3_p\":0.0,\"b3_r\":0.0,\
                \"b3_f1\":0.0,\"pair_f1\":0.0,\"candidate_recall\":0.0,";
    assert!(json.starts_with(keys), "{json}");
    insta::assert_snapshot!(keys_of(&json), @"items stories_gold stories_found b3_p b3_r b3_f1 pair_f1 candidate_recall b3_p_95 b3_r_95 b3_f1_95 threshold calibration languages sources worst sweep");
}

/// The top keys, in order.
fn keys_of(json: &str) -> String {
    let mut depth = 0;
    let mut keys = Vec::new();
    for piece in json.split_inclusive(['{', '}', '[', ']', ':', ',']) {
        match (piece.chars().last(), depth) {
            (Some('{' | '['), _) => depth += 1,
            (Some('}' | ']'), _) => depth -= 1,
            (Some(':'), 1) => keys.push(piece.trim_matches(['"', ':'])),
            _ => {}
        }
    }
    keys.join(" ")
}

#[test]
fn scorers_take_turns_over_the_stories() {
    let config = FoldConfig::default();
    let shipped = || Scorer::new(&config).expect("the shipped model");
    // One that joins nothing, judged by the dam alone.
    let never = Model::new(String::new(), training::features(), -9.0, Vec::new());
    let never = never.and_then(Scorer::with).expect("a scorer");
    let turn = |story: &str| usize::from(story.contains("dam"));
    let both = stories_in_turn(&rows(), &config, vec![shipped(), never], turn);
    let whole = stories_in_turn(&rows(), &config, vec![shipped()], |_| 0);
    assert_eq!(both.items, 7);
    assert!((whole.b3_f1 - report().b3_f1).abs() < 1e-9);
    let of_dam = (whole.b3_r * 7.0 - both.b3_r * 7.0) / 3.0;
    assert!((of_dam - 2.0 / 3.0).abs() < 1e-9, "each of the three for itself: {of_dam}");
}
