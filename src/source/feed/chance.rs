//! Chance that keeps feeds from marching in step; SplitMix64, no cryptography.

use jiff::Timestamp;

/// A stream of chance.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// Seeded by the time, so that two machines differ.
    pub(super) fn new(now: Timestamp) -> Chance {
        Chance(now.as_nanosecond() as u64)
    }

    /// A number from 0 to just below 1.
    pub(super) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
