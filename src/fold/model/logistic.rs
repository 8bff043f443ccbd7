//! Log-odds to probability and back, the same on every CPU.
//!
//! The standard library's `exp` and `ln` may differ in the last bit between systems. Verdicts must
//! not, so the exponential is made here of additions and products, which IEEE 754 fixes.

use crate::fold::weight::ln;

/// The probability that has these log-odds: 1 / (1 + e^-x).
pub fn probability(log_odds: f32) -> f32 {
    let odds = exp(-log_odds.clamp(-30.0, 30.0));
    1.0 / (1.0 + odds)
}

/// The log-odds of a probability, for thresholds: what [`probability`] turns back. Limited to
/// ±30; found by halving, so that it needs no logarithm.
pub fn log_odds(of: f32) -> f32 {
    let (mut low, mut high) = (-30.0_f32, 30.0_f32);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if probability(middle) < of {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The log-odds of a probability, for every decision: [`log_odds`] is exact and slow. Limited to
/// ±15.
pub(in crate::fold) fn odds(of: f32) -> f32 {
    const LEAST: f32 = 3e-7;
    let of = of.clamp(LEAST, 1.0 - LEAST);
    ln(of) - ln(1.0 - of)
}

/// e^x for |x| ≤ 30, to a few units in the last place: x = k ln 2 + r, and a polynomial for the
/// small r (the Taylor series up to r⁷).
fn exp(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let k = (x * std::f32::consts::LOG2_E + if x < 0.0 { -0.5 } else { 0.5 }) as i32;
    let r = x - k as f32 * LN_2_HIGH - k as f32 * LN_2_LOW;
    let mut sum = 1.0 / 5040.0;
    for divisor in [720.0_f32, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        sum = sum * r + 1.0 / divisor;
    }
    sum * f32::from_bits(((127 + k) as u32) << 23)
}
