//! Whether probabilities are what they say: of all pairs scored .7, seven in ten should be right.

use serde::Serialize;

/// Ten bins of scores, and how far they are off.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error: the mean distance between what was said and what was seen.
    pub error: f64,
    /// The bins, lowest scores first.
    pub bins: Vec<Bin>,
}

/// The pairs whose scores lie within a tenth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// Scores from here.
    pub from: f64,
    /// How many pairs.
    pub count: usize,
    /// Their mean score; 0 when there are none.
    pub mean: f64,
    /// The share of them that tells one story; 0 when there are none.
    pub observed: f64,
}

const BINS: usize = 10;

impl Calibration {
    /// Sorts scores with labels into bins.
    pub fn of(scores: &[(f32, bool)]) -> Calibration {
        let mut bins = [(0_usize, 0.0_f64, 0_usize); BINS];
        for (score, same) in scores {
            let bin = &mut bins[((score * BINS as f32) as usize).min(BINS - 1)];
            bin.0 += 1;
            bin.1 += f64::from(*score);
            bin.2 += usize::from(*same);
        }
        let bins: Vec<Bin> = bins
            .iter()
            .enumerate()
            .map(|(at, (count, sum, same))| {
                let of = (*count).max(1) as f64;
                let from = at as f64 / BINS as f64;
                Bin { from, count: *count, mean: sum / of, observed: *same as f64 / of }
            })
            .collect();
        let off = |bin: &Bin| bin.count as f64 * (bin.mean - bin.observed).abs();
        let error = bins.iter().map(off).sum::<f64>() / scores.len().max(1) as f64;
        Calibration { error, bins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_held_against_what_was_seen() {
        let scores = [(0.0, false), (0.95, true), (0.95, true), (1.0, false)];
        let calibration = Calibration::of(&scores);
        assert_eq!(calibration.bins.len(), 10);
        assert_eq!(calibration.bins[0].count, 1);
        let last = calibration.bins[9];
        assert_eq!(last.count, 3);
        assert!((last.mean - 2.9 / 3.0).abs() < 1e-6 && (last.observed - 2.0 / 3.0).abs() < 1e-9);
        assert!((calibration.error - 3.0 * 0.3 / 4.0).abs() < 1e-6, "{}", calibration.error);
    }
}
