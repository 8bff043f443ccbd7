//! Pair files: each pair scored alone.

use serde::Serialize;

use super::bootstrap::{Interval, Part, intervals};
use super::calibration::Calibration;
use super::labelled::PairRow;
use super::mistake::{Mistake, keep_worst};
use super::sweep::Sweep;
use super::{f1, ratio};
use crate::config::FoldConfig;
use crate::fold::Scorer;
use crate::fold::training::prepare_one;
use crate::item::Seq;

/// How well pairs were told apart. The first seven serialised keys are a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PairReport {
    /// Pairs.
    pub pairs: usize,
    /// Pairs that tell one story.
    pub positives: usize,
    /// Of the pairs found to tell one story, the share that does; 1 when none is found.
    pub precision: f64,
    /// Of the pairs that tell one story, the share that was found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// Pairs found to tell one story that do not.
    pub false_merges: usize,
    /// Probability that a pair of one story scores above a pair of two.
    pub auc: f64,
    /// 95 % interval of the precision, by resampling pairs.
    pub precision_95: Interval,
    /// 95 % interval of the recall.
    pub recall_95: Interval,
    /// 95 % interval of the F1.
    pub f1_95: Interval,
    /// The threshold that decided.
    pub threshold: f32,
    /// Probabilities held against the labels.
    pub calibration: Calibration,
    /// The worst mistakes.
    pub worst: Vec<Mistake>,
    /// Other thresholds.
    pub sweep: Option<Sweep>,
}

/// Scores labelled pairs. At most `worst` mistakes of each kind are kept.
pub fn pairs(rows: &[PairRow], config: &FoldConfig, scorer: &Scorer, worst: usize) -> PairReport {
    let threshold = scorer.pair_threshold(config);
    let mut report = PairReport { pairs: rows.len(), threshold, ..PairReport::default() };
    let mut scores = Vec::new();
    for row in rows {
        let a = prepare_one(Seq(0), &row.headline_a, row.time_a, None, None);
        let b = prepare_one(Seq(1), &row.headline_b, row.time_b, None, None);
        // A headline without text is like no other.
        let (score, mut shares) = match (a, b) {
            (Some(a), Some(b)) => scorer.score(&a, &b),
            _ => (0.0, Vec::new()),
        };
        scores.push((score, row.same));
        if (score >= threshold) != row.same {
            let headlines = [row.headline_b.clone(), row.headline_a.clone()];
            shares.truncate(Mistake::SHARES);
            report.worst.push(Mistake { joined: !row.same, score, headlines, shares });
        }
    }
    keep_worst(&mut report.worst, worst);
    let found = scores.iter().filter(|(score, _)| *score >= threshold).count();
    let right = scores.iter().filter(|(score, same)| *score >= threshold && *same).count();
    report.positives = rows.iter().filter(|row| row.same).count();
    report.precision = if found == 0 { 1.0 } else { ratio(right, found) };
    report.recall = ratio(right, report.positives);
    report.f1 = f1(report.precision, report.recall);
    let one = |is: bool| f64::from(u8::from(is));
    let part = |(score, same): &(f32, bool)| Part {
        precision: one(*score >= threshold && *same),
        precision_of: one(*score >= threshold),
        recall: one(*score >= threshold && *same),
        recall_of: one(*same),
    };
    let parts: Vec<Part> = scores.iter().map(part).collect();
    [report.precision_95, report.recall_95, report.f1_95] = intervals(&parts);
    report.false_merges = found - right;
    report.auc = auc(&scores);
    report.calibration = Calibration::of(&scores);
    report.sweep = Some(Sweep::of_scores(&scores));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_counts_ties_half() {
        assert_eq!(auc(&[(0.9, true), (0.1, false)]), 1.0);
        assert_eq!(auc(&[(0.1, true), (0.9, false)]), 0.0);
        assert_eq!(auc(&[(0.5, true), (0.5, false)]), 0.5);
    }

    #[test]
    fn the_first_keys_are_a_contract() {
        let json = serde_json::to_string(&PairReport::default()).expect("plain numbers");
        let keys = "{\"pairs\":0,\"positives\":0,\"precision\":0.0,\"recall\":0.0,\"f1\":0.0,\
                    \"false_merges\":0,\"auc\":0.0,";
        assert!(json.starts_with(keys), "{json}");
    }

    #[test]
    fn a_pair_on_the_wrong_side_is_listed_with_what_spoke() {
        let at = "2026-03-01T09:00:00Z".parse().ok();
        let row = |same, a: &str, b: &str| PairRow {
            time_a: at,
            time_b: at,
            same,
            headline_a: a.to_owned(),
            headline_b: b.to_owned(),
        };
        let rows = [
            row(false, "Dam at Elmsford opens today", "Dam at Elmsford opens today"),
            row(true, "Bakery wins prize", "Ferry runs aground off Port Selene"),
        ];
        let config = FoldConfig::default();
        let scorer = Scorer::new(&config).expect("the shipped model");
        let report = pairs(&rows, &config, &scorer, 10);
        assert_eq!((report.false_merges, report.recall), (1, 0.0));
        assert!(report.worst[0].joined && !report.worst[0].shares.is_empty());
        assert!(!report.worst[1].joined);
        assert_eq!(pairs(&rows, &config, &scorer, 0).worst, []);
        let none = pairs(&rows[1..], &config, &scorer, 0);
        assert_eq!((none.precision, none.recall, none.f1), (1.0, 0.0, 0.0), "as in a sweep");
    }
}
