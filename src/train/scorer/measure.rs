//! How good the scores of labelled pairs are.

use std::fmt;

/// Judgement of scores on one set of pairs, each pair alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Chance that a pair of one story scores above a pair of two.
    pub auc: f64,
    /// Mean precision over all recalls.
    pub average_precision: f64,
    /// Mean logarithmic loss, nats.
    pub log_loss: f64,
    /// Mean gap between what is claimed and what is true, over ten groups of equal size.
    pub calibration_error: f64,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AUC {:.3} AP {:.3} loss {:.3} calibration {:.3}",
            self.auc, self.average_precision, self.log_loss, self.calibration_error
        )
    }
}

/// Judges probabilities by labels.
pub(super) fn quality(scores: &[f32], labels: &[bool]) -> Quality {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let positives = labels.iter().filter(|same| **same).count() as f64;
    let negatives = labels.len() as f64 - positives;

    // Pairs of one score are met together, so that their order does not matter.
    let (mut found, mut wrong, mut area, mut precisions) = (0.0, 0.0, 0.0, 0.0);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let same = tied.iter().filter(|at| labels[**at]).count() as f64;
        let other = tied.len() as f64 - same;
        area += other * (found + same / 2.0);
        found += same;
        wrong += other;
        precisions += same * found / (found + wrong);
    }
    let loss = |at: &usize| {
        let claimed = f64::from(scores[*at]).clamp(1e-7, 1.0 - 1e-7);
        if labels[*at] { -claimed.ln() } else { -(1.0 - claimed).ln() }
    };
    let count = scores.len().max(1) as f64;
    let groups = order.chunks(order.len().div_ceil(10).max(1)).map(|group| {
        let claimed: f64 = group.iter().map(|at| f64::from(scores[*at])).sum();
        let same = group.iter().filter(|at| labels[**at]).count() as f64;
        (claimed - same).abs()
    });
    Quality {
        auc: area / (positives * negatives).max(1.0),
        average_precision: precisions / positives.max(1.0),
        log_loss: order.iter().map(loss).sum::<f64>() / count,
        calibration_error: groups.sum::<f64>() / count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_order_is_perfect_and_ties_count_half() {
        let right = quality(&[0.9, 0.8, 0.2], &[true, true, false]);
        assert_eq!((right.auc, right.average_precision), (1.0, 1.0));
        let tied = quality(&[0.5, 0.5], &[true, false]);
        assert_eq!((tied.auc, tied.average_precision), (0.5, 0.5));
        assert!(quality(&[0.2, 0.8], &[true, false]).auc == 0.0);
    }

    #[test]
    fn probabilities_that_are_true_are_calibrated() {
        let labels: Vec<bool> = (0..100).map(|at| at % 4 == 0).collect();
        assert!(quality(&[0.25; 100], &labels).calibration_error < 0.06);
        assert!(quality(&[0.9; 100], &labels).calibration_error > 0.5);
    }
}
