//! When a feed is asked next. Pure: everything that counts is a parameter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::rhythm::Rhythm;

/// The longest wait that a failing feed, or its server, can bring about.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);
/// The longest wait that `Retry-After` can ask for, of a feed or of all feeds of its host: more is
/// a mistake, and would silence them for good.
pub(super) const LONGEST_TOLD: Duration = Duration::from_secs(7 * 24 * 3_600);
/// The wait for a feed of which nothing is known yet.
const UNKNOWN: Duration = Duration::from_secs(600);

/// How often a feed may be asked, as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Not more often.
    pub(super) min: Duration,
    /// Not less often while it works.
    pub(super) max: Duration,
}

/// How the last poll ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The feed was read, changed or not.
    Read,
    /// It could not be read, for this many times in a row.
    Failed(u32),
    /// The server says that it is gone for good (410).
    Gone,
    /// It could not be asked, through no fault of its own.
    Unasked,
}

/// What the server and the feed itself ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wishes {
    /// Not before this (`Retry-After`).
    pub(super) retry_after: Option<Duration>,
    /// What is fetched stays good for this long (`ttl`, `max-age`, `updatePeriod`).
    pub(super) fresh_for: Option<Duration>,
    /// Hours of the day in GMT without news, one bit each.
    pub(super) skip_hours: u32,
    /// Days of the week in GMT without news, Monday the lowest bit.
    pub(super) skip_days: u8,
}

/// When to ask again. `chance` in 0..1 spreads feeds that would march in step.
pub(super) fn next(
    outcome: Outcome,
    rhythm: &Rhythm,
    wishes: &Wishes,
    bounds: Bounds,
    now: Timestamp,
    chance: f64,
) -> Timestamp {
    let wait = match outcome {
        Outcome::Read => {
            let own = rhythm.interval(now).unwrap_or(UNKNOWN);
            // A server may ask for less traffic, but not for more than the operator can bear.
            let wanted = own.max(wishes.fresh_for.unwrap_or_default());
            wanted.clamp(bounds.min, bounds.max.max(bounds.min))
        }
        Outcome::Failed(times) => {
            bounds.min.saturating_mul(1 << times.min(16)).min(LONGEST.max(bounds.min))
        }
        Outcome::Gone => LONGEST,
        Outcome::Unasked => bounds.min,
    };
    let wait = wait.mul_f64(0.95 + 0.1 * chance).max(bounds.min);
    // Retry-After is a promise to keep: chance only adds to it.
    let told = wishes.retry_after.unwrap_or_default().min(LONGEST_TOLD).mul_f64(1.0 + 0.1 * chance);
    let wait = SignedDuration::try_from(wait.max(told)).unwrap_or(SignedDuration::MAX);
    open_hour(now.saturating_add(wait).unwrap_or(Timestamp::MAX), wishes, chance)
}

/// Moves `at` out of hours and days in which the feed has no news. A feed that skips everything
/// is taken for a mistake and its wish ignored.
fn open_hour(at: Timestamp, wishes: &Wishes, chance: f64) -> Timestamp {
    if wishes.skip_hours == 0 && wishes.skip_days == 0 {
        return at;
    }
    let mut moment = at;
    for _ in 0..8 * 24 {
        let hours = moment.as_second().div_euclid(3_600);
        // Hour 0 of the epoch was the start of a Thursday.
        let (hour, day) = (hours.rem_euclid(24), (hours.div_euclid(24) + 3).rem_euclid(7));
        let skipped = wishes.skip_hours >> hour & 1 == 1 || wishes.skip_days >> day & 1 == 1;
        if !skipped {
            return moment;
        }
        // The start of the next hour, and a little later so that not all come at once.
        let next = (hours + 1) * 3_600 + (chance * 300.0) as i64;
        let Ok(next) = Timestamp::from_second(next) else { return at };
        moment = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const BOUNDS: Bounds = Bounds { min: MINUTE, max: Duration::from_secs(3_600) };
    /// Tuesday, 2026-11-24T10:00:00Z.
    const NOW: Timestamp = Timestamp::constant(1_795_514_400, 0);

    /// A feed with a new entry every `gap` seconds.
    fn every(gap: i64) -> Rhythm {
        let mut rhythm = Rhythm::default();
        let times: Vec<_> =
            (0..5).map(|n| NOW.checked_sub(SignedDuration::from_secs(n * gap)).unwrap()).collect();
        rhythm.note(&times, NOW);
        rhythm
    }

    /// Minutes until the next poll, without chance (0.5 is its middle).
    fn minutes(outcome: Outcome, rhythm: &Rhythm, wishes: Wishes) -> i64 {
        next(outcome, rhythm, &wishes, BOUNDS, NOW, 0.5).duration_since(NOW).as_mins()
    }

    #[test]
    fn a_feed_is_asked_in_its_own_rhythm_within_the_bounds() {
        let read = |rhythm| minutes(Outcome::Read, &rhythm, Wishes::default());
        assert_eq!(read(every(40 * 60)), 20);
        assert_eq!(read(every(5)), 1);
        assert_eq!(read(every(7 * 86_400)), 60);
        assert_eq!(read(Rhythm::default()), 10);
    }

    #[test]
    fn what_a_server_calls_fresh_is_not_asked_for_again() {
        let wishes = Wishes { fresh_for: Some(30 * MINUTE), ..Wishes::default() };
        assert_eq!(minutes(Outcome::Read, &every(60), wishes), 30);
        let for_ever = Wishes { fresh_for: Some(365 * LONGEST), ..Wishes::default() };
        assert_eq!(minutes(Outcome::Read, &every(60), for_ever), 60);
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day() {
        let failed = |times| minutes(Outcome::Failed(times), &every(60), Wishes::default());
        assert_eq!([1, 2, 3, 10, 11, 4_000].map(failed), [2, 4, 8, 1_024, 1_440, 1_440]);
        assert_eq!(minutes(Outcome::Gone, &every(60), Wishes::default()), 1_440);
    }

    #[test]
    fn a_feed_that_was_not_asked_for_want_of_files_is_asked_soon() {
        assert_eq!(minutes(Outcome::Unasked, &every(86_400), Wishes::default()), 1);
    }

    #[test]
    fn retry_after_is_kept_whatever_chance_says() {
        let told = Duration::from_secs(7_200);
        let wishes = Wishes { retry_after: Some(told), ..Wishes::default() };
        for chance in [0.0, 0.3, 0.999] {
            let at = next(Outcome::Failed(1), &every(60), &wishes, BOUNDS, NOW, chance);
            assert!(at.duration_since(NOW).unsigned_abs() >= told, "{chance}: {at}");
        }
    }

    #[test]
    fn skipped_hours_and_days_are_skipped() {
        let at = |skip_hours, skip_days| {
            let wishes = Wishes { skip_hours, skip_days, ..Wishes::default() };
            next(Outcome::Read, &every(40 * 60), &wishes, BOUNDS, NOW, 0.5).to_string()
        };
        assert_eq!(at(0, 0), "2026-11-24T10:20:00Z");
        assert_eq!(at(1 << 10 | 1 << 11, 0), "2026-11-24T12:02:30Z");
        assert_eq!(at(0, 1 << 1), "2026-11-25T00:02:30Z", "Tuesday is skipped");
        assert_eq!(at((1 << 24) - 1, 0), "2026-11-24T10:20:00Z", "a feed cannot skip everything");
    }

    #[test]
    fn chance_spreads_feeds_but_never_below_the_least_wait() {
        let at = |gap, chance| {
            let rhythm = every(gap);
            next(Outcome::Read, &rhythm, &Wishes::default(), BOUNDS, NOW, chance)
        };
        assert!(at(40 * 60, 0.0) < at(40 * 60, 0.9));
        assert_eq!(at(1, 0.0).duration_since(NOW), SignedDuration::from_secs(60));
    }
}
