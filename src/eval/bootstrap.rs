//! How far a figure would move with other stories of the same kind: the bootstrap (Efron 1979).

use serde::Serialize;

use super::f1;

/// Where a figure lies in 95 of 100 draws: written as `[low, high]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(into = "[f64; 2]")]
pub struct Interval {
    /// 2.5 % of the draws lie below.
    pub low: f64,
    /// 2.5 % of the draws lie above.
    pub high: f64,
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> [f64; 2] {
        [interval.low, interval.high]
    }
}

/// What one unit (a story, or a pair) adds to precision and recall: both are quotients of sums.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) precision: f64,
    pub(super) precision_of: f64,
    pub(super) recall: f64,
    pub(super) recall_of: f64,
}

const DRAWS: usize = 1_000;
const SEED: u64 = 2_026;

/// Intervals of precision, recall and F1. Each of the draws takes as many units as there are, with
/// replacement; a fixed seed gives the same intervals every time.
pub(super) fn intervals(parts: &[Part]) -> [Interval; 3] {
    if parts.is_empty() {
        return [Interval::default(); 3];
    }
    let mut chance = Chance(SEED);
    let mut figures: [Vec<f64>; 3] = Default::default();
    for _ in 0..DRAWS {
        let mut sum = Part::default();
        for _ in parts {
            let part = parts[chance.below(parts.len())];
            sum.precision += part.precision;
            sum.precision_of += part.precision_of;
            sum.recall += part.recall;
            sum.recall_of += part.recall_of;
        }
        let share = |part: f64, of: f64| if of > 0.0 { part / of } else { 0.0 };
        let precision = share(sum.precision, sum.precision_of);
        let recall = share(sum.recall, sum.recall_of);
        for (drawn, figure) in figures.iter_mut().zip([precision, recall, f1(precision, recall)]) {
            drawn.push(figure);
        }
    }
    figures.map(|mut drawn| {
        drawn.sort_by(f64::total_cmp);
        Interval { low: drawn[DRAWS / 40], high: drawn[DRAWS - 1 - DRAWS / 40] }
    })
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    /// A whole number below `bound`, which is above zero.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(precision: f64, recall: f64) -> Part {
        Part { precision, precision_of: 1.0, recall, recall_of: 1.0 }
    }

    #[test]
    fn units_that_agree_leave_no_doubt() {
        let [precision, recall, _] = intervals(&[part(0.5, 1.0); 20]);
        assert_eq!(precision, Interval { low: 0.5, high: 0.5 });
        assert_eq!(recall, Interval { low: 1.0, high: 1.0 });
    }

    #[test]
    fn an_interval_is_as_wide_as_the_binomial_says() {
        // 400 units, half of them right: .5 ± 1.96 · √(.25 / 400) = .451 to .549.
        let parts: Vec<Part> = (0..400).map(|n| part(f64::from(n % 2), 1.0)).collect();
        let [precision, ..] = intervals(&parts);
        assert!((precision.low - 0.451).abs() < 0.01, "{precision:?}");
        assert!((precision.high - 0.549).abs() < 0.01, "{precision:?}");
        assert_eq!(intervals(&parts)[0], precision, "the same draws every time");
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(intervals(&[]), [Interval::default(); 3]);
    }
}
