//! How much a term tells: inverse document frequency, the same on every CPU.

/// Natural logarithm of a positive number, of additions and products only: the standard
/// library's may differ in the last bit between systems, and verdicts must not.
///
/// x = 2^e m with m near 1, then ln m = 2 atanh((m - 1) / (m + 1)) as a series; the error is
/// below 1e-6.
pub(super) fn ln(x: f32) -> f32 {
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    let mut exponent = (bits >> 23) as i32 - 127;
    let mut mantissa = f32::from_bits((bits & 0x7F_FFFF) | 0x3F80_0000);
    if mantissa > std::f32::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let series = 1.0 + square * (1.0 / 3.0 + square * (0.2 + square * (1.0 / 7.0 + square / 9.0)));
    exponent as f32 * std::f32::consts::LN_2 + 2.0 * s * series
}

/// Weight of a term in general.
pub(super) fn general(share: f32) -> f32 {
    -ln(share)
}

/// What the weight of a term is the logarithm of, in a window of `live` items of which `having` have
/// it. The background stands in for [`PRIOR`] items, so that a young window does not take every word
/// for rare.
pub(super) fn rarity_in_window(live: usize, having: usize, share: f32) -> f32 {
    (live as f32 + PRIOR) / (having as f32 + 0.5 + share * PRIOR)
}

const PRIOR: f32 = 50.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_right_to_a_millionth() {
        for x in [1e-9_f32, 0.3, 0.999, 1.0, 1.4143, 2.0, 7.5, 1e6] {
            assert!((ln(x) - x.ln()).abs() < 4e-6, "ln({x}) = {}", ln(x));
        }
    }

    #[test]
    fn what_the_window_is_full_of_tells_little() {
        let rare = 1e-5;
        let weight = |having| ln(rarity_in_window(1_000, having, rare));
        assert!(weight(1) > weight(300) + 4.0);
    }
}
