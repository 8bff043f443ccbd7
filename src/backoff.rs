//! Waiting between attempts: exponential, bounded, spread out.

use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Delays between attempts at the same thing: each twice as long as the one before, up to a
/// bound, and up to a quarter shorter by jitter, so that many who failed together do not come
/// back together.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    /// Who waits. The jitter follows from it, so that nothing here needs a source of chance.
    seed: u64,
    attempt: u32,
}

impl Backoff {
    /// Delays for `who`, from `first` to `longest`.
    pub fn new(who: &str, first: Duration, longest: Duration) -> Backoff {
        Backoff { first, longest, seed: xxh3_64_with_seed(who.as_bytes(), 0), attempt: 0 }
    }

    /// How long to wait before the next attempt.
    pub fn delay(&mut self) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.attempt.min(20));
        let jitter = xxh3_64_with_seed(&self.attempt.to_le_bytes(), self.seed) % 256;
        self.attempt = self.attempt.saturating_add(1);
        doubled.min(self.longest).mul_f64(1.0 - jitter as f64 / 1_024.0)
    }

    /// How many attempts failed in a row.
    pub fn attempts(&self) -> u32 {
        self.attempt
    }

    /// It worked: the next failure starts from the first delay.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(who: &str, n: usize) -> Vec<Duration> {
        let mut backoff = Backoff::new(who, Duration::from_millis(100), Duration::from_secs(30));
        std::iter::repeat_with(|| backoff.delay()).take(n).collect()
    }

    #[test]
    fn delays_double_up_to_the_bound() {
        for (n, delay) in delays("desk", 64).into_iter().enumerate() {
            let whole = Duration::from_millis(100).mul_f64(2_f64.powi(n.min(20) as i32));
            let whole = whole.min(Duration::from_secs(30));
            assert!(delay <= whole && delay >= whole.mul_f64(0.75), "attempt {n}: {delay:?}");
        }
    }

    #[test]
    fn two_who_failed_together_do_not_come_back_together() {
        assert_ne!(delays("desk", 8), delays("archive", 8));
        assert_eq!(delays("desk", 8), delays("desk", 8));
    }

    #[test]
    fn success_starts_over() {
        let mut backoff = Backoff::new("desk", Duration::from_secs(1), Duration::from_secs(30));
        let first = backoff.delay();
        backoff.delay();
        backoff.reset();
        assert_eq!(backoff.delay(), first);
    }
}
