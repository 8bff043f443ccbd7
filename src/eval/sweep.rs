//! How precision and recall change with the threshold.

use serde::Serialize;

use super::{f1, ratio};

/// Precision and recall at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The threshold.
    pub threshold: f32,
    /// Precision at it; 1 when nothing is found.
    pub precision: f64,
    /// Recall at it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// Thresholds from .05 to .95, and the best of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// The threshold with the highest F1; the highest of equals, since precision comes first.
    pub best: Point,
    /// All of them, in order.
    pub points: Vec<Point>,
}

/// The thresholds of a sweep.
pub(super) fn thresholds() -> impl Iterator<Item = f32> {
    (1..20_u8).map(|step| f32::from(step) / 20.0)
}

impl Sweep {
    /// Puts points in order and finds the best.
    pub(super) fn of(mut points: Vec<Point>) -> Sweep {
        points.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
        let nothing = Point { threshold: 0.5, precision: 1.0, recall: 0.0, f1: 0.0 };
        let best = points.iter().copied().max_by(|a, b| a.f1.total_cmp(&b.f1)).unwrap_or(nothing);
        Sweep { best, points }
    }

    /// The sweep of pairs that were scored once for all thresholds.
    pub fn of_scores(scores: &[(f32, bool)]) -> Sweep {
        let positives = scores.iter().filter(|(_, same)| *same).count();
        let point = |threshold: f32| {
            let found = scores.iter().filter(|(score, _)| *score >= threshold);
            let (count, right) =
                found.fold((0, 0), |(n, r), (_, same)| (n + 1, r + usize::from(*same)));
            let precision = if count == 0 { 1.0 } else { ratio(right, count) };
            let recall = ratio(right, positives);
            Point { threshold, precision, recall, f1: f1(precision, recall) }
        };
        Sweep::of(thresholds().map(point).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_falls_as_the_threshold_rises() {
        let sweep = Sweep::of_scores(&[(0.9, true), (0.6, false), (0.3, true), (0.1, false)]);
        let points = &sweep.points;
        assert_eq!(points.len(), 19);
        assert!(points.windows(2).all(|pair| pair[0].recall >= pair[1].recall));
        assert_eq!(points[10].precision, 0.5, "at .55");
        assert_eq!(sweep.best.threshold, 0.3, "the highest of those that find both");
    }
}
