//! Story files: replay and scoring.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::labelled::StoryRow;
use super::{WORST, f1, ratio};
use crate::config::FoldConfig;
use crate::fold::Fold;
use crate::fold::Scorer;
use crate::fold::training::prepare_stories;
use crate::publisher::Publishers;

/// How well stories were found. The serialised keys are a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StoryReport {
    /// Headlines.
    pub items: usize,
    /// Labelled stories.
    pub stories_gold: usize,
    /// Stories found.
    pub stories_found: usize,
    /// B-cubed precision (Bagga and Baldwin 1998).
    pub b3_p: f64,
    /// B-cubed recall.
    pub b3_r: f64,
    /// Harmonic mean of the two.
    pub b3_f1: f64,
    /// F1 over all pairs of headlines.
    pub pair_f1: f64,
    /// Of the headlines that have an earlier one of their story in the window, the share that had
    /// one among the items they were compared with.
    pub candidate_recall: f64,
    /// The worst errors.
    #[serde(skip)]
    pub worst: Vec<StoryError>,
    /// For every headline, its disputed flag: whether it made its story disputed, and with which.
    #[serde(skip)]
    pub disputes: Vec<(String, String)>,
}

/// A headline in the wrong story.
#[derive(Clone, Debug)]
pub struct StoryError {
    /// It was joined with another story; else it was kept apart from its own.
    pub joined: bool,
    /// The headline.
    pub headline: String,
    /// What it was joined with or kept apart from.
    pub other: String,
    /// The probability that decided.
    pub score: f32,
}

/// Replays labelled headlines in the order of their times and compares stories.
pub fn stories(rows: &[StoryRow], config: &FoldConfig, scorer: Scorer) -> StoryReport {
    let mut fold = Fold::with(config, Publishers::default(), scorer);
    let window = config.window.as_secs() as i64;
    let (order, prepared) = prepare_stories(rows);
    let row = |seq: u64| &rows[order[seq as usize]];
    let (mut gold, mut found) = (Vec::new(), Vec::new());
    let mut last: HashMap<&str, i64> = HashMap::new();
    let (mut having, mut reached) = (0, 0);
    let mut report = StoryReport::default();
    for item in prepared {
        let here = row(item.seq.0);
        let (outcome, trace) = fold.decide(item);
        let Ok(folded) = outcome else { continue };
        let decision = folded.decision;
        gold.push(here.story.as_str());
        found.push(decision.story);
        let time = here.time.as_second();
        let same = |seq: u64| row(seq).story == here.story;
        let matched = decision.evidence.of;
        if last.insert(&here.story, time).is_some_and(|last| last >= time - window) {
            having += 1;
            let own = trace.candidates.iter().filter(|candidate| same(candidate.seq.0));
            let own = own.max_by(|a, b| a.probability.total_cmp(&b.probability));
            reached += usize::from(own.is_some() || matched.is_some_and(|of| same(of.0)));
            if let (Some(own), None) = (own, matched) {
                report.worst.push(StoryError {
                    joined: false,
                    headline: here.headline.clone(),
                    other: row(own.seq.0).headline.clone(),
                    score: own.probability,
                });
            }
        }
        if let Some(of) = matched.filter(|of| !same(of.0)) {
            report.worst.push(StoryError {
                joined: true,
                headline: here.headline.clone(),
                other: row(of.0).headline.clone(),
                score: decision.evidence.score.unwrap_or(1.0),
            });
        }
        if let Some(of) = matched.filter(|_| decision.disputes) {
            report.disputes.push((here.headline.clone(), row(of.0).headline.clone()));
        }
    }
    let surprise = |error: &StoryError| if error.joined { error.score } else { 1.0 - error.score };
    report.worst.sort_by(|a, b| surprise(b).total_cmp(&surprise(a)));
    report.worst.truncate(2 * WORST);
    report.candidate_recall = ratio(reached, having);
    score(&gold, &found, &mut report);
    report
}

/// B-cubed and pairwise figures of two partitions of the same items.
fn score<G, F>(gold: &[G], found: &[F], report: &mut StoryReport)
where
    G: Copy + Ord,
    F: Copy + Ord,
{
    use std::collections::BTreeMap;
    // Ordered maps, so that sums of fractions come out the same on every run.
    let (mut of_gold, mut of_found, mut of_both) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (g, f) in gold.iter().zip(found) {
        *of_gold.entry(*g).or_insert(0_usize) += 1;
        *of_found.entry(*f).or_insert(0_usize) += 1;
        *of_both.entry((*g, *f)).or_insert(0_usize) += 1;
    }
    let square = |n: usize| (n * n) as f64;
    let items = gold.len().max(1) as f64;
    let sum = |size: &dyn Fn(&(G, F)) -> usize| -> f64 {
        of_both.iter().map(|(key, n)| square(*n) / size(key) as f64).sum()
    };
    report.items = gold.len();
    report.stories_gold = of_gold.len();
    report.stories_found = of_found.len();
    report.b3_p = sum(&|key| of_found[&key.1]) / items;
    report.b3_r = sum(&|key| of_gold[&key.0]) / items;
    report.b3_f1 = f1(report.b3_p, report.b3_r);
    let pairs = |n: &usize| n * n.saturating_sub(1) / 2;
    let together: usize = of_both.values().map(pairs).sum();
    let in_gold: usize = of_gold.values().map(pairs).sum();
    let in_found: usize = of_found.values().map(pairs).sum();
    report.pair_f1 = f1(ratio(together, in_found), ratio(together, in_gold));
}

impl fmt::Display for StoryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "items {}  stories {} labelled, {} found",
            self.items, self.stories_gold, self.stories_found
        )?;
        writeln!(
            f,
            "B-cubed   precision {:.3}  recall {:.3}  F1 {:.3}",
            self.b3_p, self.b3_r, self.b3_f1
        )?;
        writeln!(
            f,
            "pairwise  F1 {:.3}   candidate recall {:.3}",
            self.pair_f1, self.candidate_recall
        )?;
        for error in &self.worst {
            let kind = if error.joined { "joined wrongly" } else { "kept apart" };
            writeln!(f, "{kind} at {:.2}: {}\n    {}", error.score, error.headline, error.other)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_known_partition() {
        let mut report = StoryReport::default();
        score(&[1, 1, 1, 2], &[1, 1, 2, 2], &mut report);
        assert_eq!((report.items, report.stories_gold, report.stories_found), (4, 2, 2));
        assert!((report.b3_p - 0.75).abs() < 1e-9, "{}", report.b3_p);
        assert!((report.b3_r - (2.0 * 2.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-9);
        assert!((report.pair_f1 - 0.4).abs() < 1e-9, "{}", report.pair_f1);
    }

    #[test]
    fn the_keys_are_a_contract() {
        let json = serde_json::to_string(&StoryReport::default()).expect("plain numbers");
        let keys = ["items", "stories_gold", "stories_found", "b3_p", "b3_r", "b3_f1", "pair_f1"];
        for key in keys.iter().chain(&["candidate_recall"]) {
            assert!(json.contains(&format!("\"{key}\"")), "{key} in {json}");
        }
        assert_eq!(json.matches("\":").count(), 8, "{json}");
    }
}
