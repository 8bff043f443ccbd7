use super::*;
use crate::fold::model::Feature;
use crate::train::Silent;
use crate::train::random::Random;

/// Pairs of two sets. A pair tells one story where overlap is large and the gap small; a third
/// feature is noise, and the overlap is sometimes missing.
fn examples(pairs: usize) -> Examples {
    let mut random = Random::new(3);
    let feature = |name: &str, direction| Feature { name: name.to_owned(), direction };
    let mut examples = Examples {
        features: vec![
            feature("overlap", Direction::Rising),
            feature("gap", Direction::Falling),
            feature("noise", Direction::Free),
        ],
        sets: ["first", "second"]
            .map(|name| Set { name: name.to_owned(), origin: name.to_owned(), candidates: false })
            .into(),
        ..Examples::default()
    };
    for pair in 0..pairs {
        let [overlap, gap, noise] = std::array::from_fn(|_| random.symmetric());
        examples.labels.push(overlap - gap + 0.5 * random.symmetric() > 0.5);
        let overlap = if pair % 10 == 0 { f32::NAN } else { overlap };
        examples.values.extend([overlap, gap, noise]);
        examples.of_set.push(usize::from(pair % 3 == 0));
        examples.subjects.push([pair as u64 / 4, pair as u64 / 2]);
    }
    examples
}

fn settings() -> Settings {
    Settings { trees: 40, leaf_pairs: 20, ..Settings::default() }
}

fn trained() -> Trained {
    train(&examples(3_000), &settings(), &mut Silent).expect("a scorer")
}

#[test]
fn what_can_be_learnt_is_learnt_and_holds_on_the_set_left_out() {
    for set in trained().sets {
        let left_out = set.left_out.expect("two sets");
        assert!(left_out.auc > 0.9, "{set}");
        assert!(left_out.calibration_error < 0.05, "{set}");
    }
}

#[test]
fn noise_is_the_least_important() {
    let importance = trained().importance;
    assert_eq!(importance[2].0, "noise");
    assert!(importance[2].1 < 0.1, "{importance:?}");
}

#[test]
fn more_of_a_bound_feature_never_moves_the_score_the_wrong_way() {
    let model = trained().model;
    let mut random = Random::new(9);
    for _ in 0..2_000 {
        let [overlap, gap, noise, more] = std::array::from_fn(|_| random.symmetric());
        let score = |overlap, gap| model.log_odds(&[overlap, gap, noise]);
        let larger = overlap.max(more);
        assert!(score(larger, gap) >= score(overlap.min(more), gap));
        let longer = gap.max(more);
        assert!(score(overlap, longer) <= score(overlap, gap.min(more)));
    }
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let bytes = |seed| {
        let settings = Settings { seed, ..settings() };
        let trained = train(&examples(1_000), &settings, &mut Silent);
        trained.expect("a scorer").model.encode()
    };
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}

#[test]
fn a_small_set_weighs_as_much_as_a_large_one_unless_told_otherwise() {
    let examples = examples(900);
    let all: Vec<usize> = (0..examples.len()).collect();
    let of_set = |set, power| -> f64 {
        let settings = Settings { size_power: power, ..Settings::default() };
        let weights = examples.weights(&all, &settings);
        all.iter().filter(|at| examples.of_set[**at] == set).map(|at| weights[*at]).sum()
    };
    assert!((of_set(0, 0.0) - of_set(1, 0.0)).abs() < 1e-6);
    assert!((of_set(0, 1.0) - 2.0 * of_set(1, 1.0)).abs() < 1e-6);
}

#[test]
fn labels_of_one_kind_only_are_refused() {
    let mut examples = examples(200);
    examples.labels.fill(false);
    let error = train(&examples, &settings(), &mut Silent).expect_err("no positives");
    assert!(error.to_string().contains("at least 20 pairs of each kind"), "{error}");
}

#[test]
fn a_scorer_that_says_the_same_of_every_pair_is_refused() {
    for settings in [
        Settings { leaf_pairs: 10_000, ..settings() },
        Settings { leaves: 1, ..settings() },
        Settings { trees: 0, ..settings() },
    ] {
        let error = train(&examples(600), &settings, &mut Silent).expect_err("no split");
        assert!(error.to_string().contains("the same of every pair"), "{error}");
    }
}

#[test]
fn sets_of_one_origin_are_left_out_together() {
    let mut examples = examples(600);
    examples.sets[1].origin = examples.sets[0].origin.clone();
    let trained = train(&examples, &settings(), &mut Silent).expect("a scorer");
    assert!(trained.sets.iter().all(|set| set.left_out.is_none()), "nothing was left to learn on");
}

#[test]
fn of_candidates_pairs_of_one_story_weigh_the_share_that_is_set() {
    let mut examples = examples(900);
    examples.sets.iter_mut().for_each(|set| set.candidates = true);
    let all: Vec<usize> = (0..examples.len()).collect();
    let settings = Settings { same_share: 0.25, ..Settings::default() };
    let weights = examples.weights(&all, &settings);
    for set in 0..2 {
        let of_set = || all.iter().filter(|at| examples.of_set[**at] == set);
        let total: f64 = of_set().map(|at| weights[*at]).sum();
        let same: f64 = of_set().filter(|at| examples.labels[**at]).map(|at| weights[*at]).sum();
        assert!((same / total - 0.25).abs() < 1e-9, "set {set}: {same} of {total}");
    }
}

#[test]
fn a_set_counts_as_much_as_is_said() {
    let examples = examples(900);
    let all: Vec<usize> = (0..examples.len()).collect();
    let name = examples.sets[1].name.clone();
    let settings = Settings { set_weights: vec![(name, 0.5)], ..Settings::default() };
    let weights = examples.weights(&all, &settings);
    let total = |set: usize| -> f64 {
        all.iter().filter(|at| examples.of_set[**at] == set).map(|at| weights[*at]).sum()
    };
    assert!((total(1) / total(0) - 0.5).abs() < 1e-9, "{} {}", total(1), total(0));
}

#[test]
fn in_its_turn_a_story_is_left_out_and_judged_by_a_scorer_that_has_not_seen_it() {
    let examples = examples(3_000);
    let parts = examples.by_turn(4);
    let mut judged: Vec<usize> = parts.iter().flat_map(|part| part.judge.clone()).collect();
    judged.sort_unstable();
    assert_eq!(judged, (0..examples.len()).collect::<Vec<_>>(), "each once");
    for part in &parts {
        let learnt: Vec<u64> = part.learn.iter().flat_map(|at| examples.subjects[*at]).collect();
        assert!(part.learn.len() > 1_000);
        assert!(part.judge.iter().all(|at| !learnt.contains(&examples.subjects[*at][0])));
    }
    let trained = train(&examples, &Settings { turns: 4, ..settings() }, &mut Silent);
    let trained = trained.expect("a scorer");
    assert_eq!(trained.in_turn.len(), 4);
    assert!(trained.sets.iter().all(|set| set.own_left_out.expect("turns").auc > 0.9));
}
