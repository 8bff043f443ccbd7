//! How often one token may ask: the generic cell rate algorithm (ITU-T I.371), which needs one
//! number for each token and no timer.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The limit for each token.
#[derive(Debug)]
pub(super) struct Limiter {
    /// Requests a second, and at once, for tokens that have no limit of their own.
    usual: (f64, u32),
    /// When each token will have used up nothing in advance. Tokens are few and configured.
    even: HashMap<String, Timestamp>,
}

impl Limiter {
    /// At most `rate` requests a second in the long run, and `burst` at once.
    pub(super) fn new(rate: f64, burst: u32) -> Limiter {
        Limiter { usual: (rate, burst), even: HashMap::new() }
    }

    /// Lets a request of `token` pass, which may have a rate and a burst of its own, or tells how
    /// long it has to wait.
    pub(super) fn pass(
        &mut self,
        token: &str,
        own: (Option<f64>, Option<u32>),
        now: Timestamp,
    ) -> Result<(), Duration> {
        let rate = own.0.unwrap_or(self.usual.0);
        let burst = own.1.unwrap_or(self.usual.1);
        // Time that one request uses up, and how much may be used up in advance.
        let cost = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX);
        let cost = SignedDuration::try_from(cost).unwrap_or(SignedDuration::MAX);
        let ahead = cost.saturating_mul(i32::try_from(burst).unwrap_or(i32::MAX));
        let even = match self.even.get_mut(token) {
            Some(even) => even,
            None => self.even.entry(token.to_owned()).or_insert(now),
        };
        // Only a clock that was set back leaves more than can be used up in advance: whose it is
        // has waited for nothing, and begins anew.
        let bound = now.saturating_add(ahead).unwrap_or(Timestamp::MAX);
        if *even < now || *even > bound {
            *even = now;
        }
        let after = even.saturating_add(cost).unwrap_or(Timestamp::MAX);
        let over = after.duration_since(now) - ahead;
        if over.is_positive() {
            return Err(over.unsigned_abs());
        }
        *even = after;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    /// How many of `requests` at the same moment pass.
    fn passed(limiter: &mut Limiter, token: &str, now: Timestamp, requests: u32) -> usize {
        (0..requests).filter(|_| limiter.pass(token, (None, None), now).is_ok()).count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut limiter = Limiter::new(10.0, 5);
        assert_eq!(passed(&mut limiter, "a", at(0), 100), 5);
        assert_eq!(limiter.pass("a", (None, None), at(0)), Err(Duration::from_millis(100)));
        assert_eq!(passed(&mut limiter, "a", at(100), 100), 1);
        assert_eq!(passed(&mut limiter, "a", at(400), 100), 3);
        assert_eq!(passed(&mut limiter, "a", at(60_000), 100), 5, "rest is not saved up");
    }

    #[test]
    fn tokens_do_not_use_up_each_others_share() {
        let mut limiter = Limiter::new(1.0, 1);
        assert_eq!(passed(&mut limiter, "a", at(0), 2), 1);
        assert_eq!(passed(&mut limiter, "b", at(0), 2), 1);
    }

    #[test]
    fn a_token_can_have_a_pace_of_its_own() {
        let mut limiter = Limiter::new(1.0, 1);
        let passed = (0..9).filter(|_| limiter.pass("a", (None, Some(3)), at(0)).is_ok()).count();
        assert_eq!(passed, 3);
        let own = (Some(10.0), Some(1));
        assert!(limiter.pass("b", own, at(0)).is_ok());
        assert_eq!(limiter.pass("b", own, at(0)), Err(Duration::from_millis(100)));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let mut limiter = Limiter::new(1.0, 2);
        assert_eq!(passed(&mut limiter, "a", at(1_000_000), 2), 2);
        assert_eq!(passed(&mut limiter, "a", at(0), 3), 2, "it begins anew");
        assert!(limiter.pass("a", (None, None), at(2_000)).is_ok());
    }
}
