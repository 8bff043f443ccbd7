//! Pair files: each pair scored alone.

use std::fmt;

use serde::Serialize;

use super::labelled::PairRow;
use super::{WORST, f1, ratio};
use crate::config::FoldConfig;
use crate::fold::Scorer;
use crate::fold::training::prepare_one;
use crate::item::Seq;

/// How well pairs were told apart. The serialised keys are a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PairReport {
    /// Pairs.
    pub pairs: usize,
    /// Pairs that tell one story.
    pub positives: usize,
    /// Of the pairs found to tell one story, the share that does.
    pub precision: f64,
    /// Of the pairs that tell one story, the share that was found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Pairs found to tell one story that do not.
    pub false_merges: usize,
    /// Probability that a pair of one story scores above a pair of two.
    pub auc: f64,
    /// Probability and label of every pair, in order.
    #[serde(skip)]
    pub scores: Vec<(f32, bool)>,
    /// The worst errors.
    #[serde(skip)]
    pub worst: Vec<PairError>,
}

/// A pair on the wrong side.
#[derive(Clone, Debug)]
pub struct PairError {
    /// The label.
    pub same: bool,
    /// The probability.
    pub score: f32,
    /// The headlines.
    pub headlines: (String, String),
}

/// Scores labelled pairs.
pub fn pairs(rows: &[PairRow], config: &FoldConfig, scorer: &Scorer) -> PairReport {
    let threshold = scorer.pair_threshold(config);
    let mut report = PairReport { pairs: rows.len(), ..PairReport::default() };
    for row in rows {
        let a = prepare_one(Seq(0), &row.headline_a, row.time_a, None, None);
        let b = prepare_one(Seq(1), &row.headline_b, row.time_b, None, None);
        // A headline without text is like no other.
        let score = match (a, b) {
            (Some(a), Some(b)) => scorer.explain(&a, &b, threshold).probability,
            _ => 0.0,
        };
        report.scores.push((score, row.same));
        if (score >= threshold) != row.same {
            let headlines = (row.headline_a.clone(), row.headline_b.clone());
            report.worst.push(PairError { same: row.same, score, headlines });
        }
    }
    let surprise = |error: &PairError| if error.same { 1.0 - error.score } else { error.score };
    report.worst.sort_by(|a, b| surprise(b).total_cmp(&surprise(a)));
    report.worst.truncate(WORST);
    let found = report.scores.iter().filter(|(score, _)| *score >= threshold).count();
    let right = report.scores.iter().filter(|(score, same)| *score >= threshold && *same).count();
    report.positives = rows.iter().filter(|row| row.same).count();
    report.precision = ratio(right, found);
    report.recall = ratio(right, report.positives);
    report.f1 = f1(report.precision, report.recall);
    report.false_merges = found - right;
    report.auc = auc(&report.scores);
    report
}

/// Area under the ROC curve; ties count half.
fn auc(scores: &[(f32, bool)]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut area) = (0.0, 0.0);
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let positive = ties.iter().filter(|(_, same)| *same).count() as f64;
        let negative = ties.len() as f64 - positive;
        area += positive * (below + negative / 2.0);
        below += negative;
    }
    let positives = scores.len() as f64 - below;
    if below * positives > 0.0 { area / (below * positives) } else { 0.5 }
}

impl fmt::Display for PairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pairs {}  same {}", self.pairs, self.positives)?;
        writeln!(
            f,
            "precision {:.3}  recall {:.3}  F1 {:.3}",
            self.precision, self.recall, self.f1
        )?;
        writeln!(f, "false merges {}   AUC {:.3}", self.false_merges, self.auc)?;
        for error in &self.worst {
            let kind = if error.same { "kept apart" } else { "joined wrongly" };
            let (a, b) = &error.headlines;
            writeln!(f, "{kind} at {:.2}: {a}\n    {b}", error.score)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_counts_ties_half() {
        assert_eq!(auc(&[(0.9, true), (0.1, false)]), 1.0);
        assert_eq!(auc(&[(0.1, true), (0.9, false)]), 0.0);
        assert_eq!(auc(&[(0.5, true), (0.5, false)]), 0.5);
    }
}
