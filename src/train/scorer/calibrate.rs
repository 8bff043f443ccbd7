//! Calibration: from scores to log-odds that mean what they say.

/// Rounds of Newton's method. It has converged long before.
const ROUNDS: usize = 50;

/// Slope and shift such that `slope × score + shift` are log-odds, by a logistic regression on
/// pairs that the scorer did not see (Platt 1999). The slope stays above zero, so that the order of
/// scores is kept.
pub(super) fn platt(scores: &[f32], labels: &[bool], weights: &[f64]) -> (f32, f32) {
    let (mut slope, mut shift) = (1.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        // First derivatives by both, and the three second ones.
        let (mut by_slope, mut by_shift) = (0.0, 0.0);
        let (mut slope_slope, mut slope_shift, mut shift_shift) = (1e-9, 0.0, 1e-9);
        for ((score, label), weight) in scores.iter().zip(labels).zip(weights) {
            let score = f64::from(*score);
            let chance = 1.0 / (1.0 + (-(slope * score + shift)).exp());
            let error = weight * (chance - f64::from(u8::from(*label)));
            let curve = weight * chance * (1.0 - chance);
            by_slope += error * score;
            by_shift += error;
            slope_slope += curve * score * score;
            slope_shift += curve * score;
            shift_shift += curve;
        }
        let determinant = slope_slope * shift_shift - slope_shift * slope_shift;
        if determinant.abs() < 1e-12 {
            break;
        }
        let step = |value: f64| value.clamp(-1.0, 1.0);
        slope -= step((by_slope * shift_shift - by_shift * slope_shift) / determinant);
        shift -= step((by_shift * slope_slope - by_slope * slope_shift) / determinant);
        slope = slope.max(0.05);
    }
    (slope as f32, shift as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::model::probability;

    #[test]
    fn overconfident_scores_are_drawn_to_what_is_true() {
        // Scores of ±4 claim 98 %, and three in four are right.
        let scores: Vec<f32> = (0..400).map(|at| if at % 2 == 0 { 4.0 } else { -4.0 }).collect();
        let labels: Vec<bool> = (0..400).map(|at| (at % 2 == 0) == (at % 8 < 6)).collect();
        let (slope, shift) = platt(&scores, &labels, &[1.0; 400]);
        assert!((probability(4.0 * slope + shift) - 0.75).abs() < 1e-3, "{slope} {shift}");
        assert!((probability(-4.0 * slope + shift) - 0.25).abs() < 1e-3, "{slope} {shift}");
    }
}
