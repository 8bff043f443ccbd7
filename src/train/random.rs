//! Seeded randomness: the same seed gives the same training on every machine of one kind.

/// SplitMix64 (Steele, Lea and Flood 2014): small, and good enough to shuffle with.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number below `bound`, which is above zero. The bias of the modulus is far below
    /// what matters here.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A number from -1 to 1.
    pub(crate) fn symmetric(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Puts `items` into random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// About `share` of the numbers below `count`, in order; all of them if by chance there is
    /// none.
    pub(crate) fn sample(&mut self, count: usize, share: f64) -> Vec<usize> {
        let limit = (share.clamp(0.0, 1.0) * u64::MAX as f64) as u64;
        let chosen: Vec<usize> = (0..count).filter(|_| self.next() <= limit).collect();
        if chosen.is_empty() { (0..count).collect() } else { chosen }
    }
}
