//! How far the records' time is ahead of the clock. It never goes back: after a clock that was wrong
//! for one item, it stands still until the clock has caught up, and all that is due waits as long.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::clock::SLACK;

/// How often it is told.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Watches the times that intake gives.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The last time that was given, in microseconds.
    last: AtomicI64,
    /// When it was last told by the clock, in microseconds.
    told: AtomicI64,
}

impl Ahead {
    /// After a log whose last record is of `last`.
    pub(super) fn new(last: Timestamp) -> Ahead {
        Ahead { last: AtomicI64::new(last.as_microsecond()), told: AtomicI64::new(i64::MIN) }
    }

    /// By how much the last time that was given is ahead of `now`, if that is much.
    pub(super) fn by(&self, now: Timestamp) -> Option<SignedDuration> {
        let last = Timestamp::from_microsecond(self.last.load(Ordering::Relaxed)).ok()?;
        Some(last.duration_since(now)).filter(|ahead| *ahead > SLACK)
    }

    /// A time was given. True when it was told that it is far ahead.
    pub(super) fn note(&self, received: Timestamp, now: Timestamp) -> bool {
        self.last.store(received.as_microsecond(), Ordering::Relaxed);
        let Some(ahead) = self.by(now) else { return false };
        let told = Timestamp::from_microsecond(self.told.load(Ordering::Relaxed)).ok();
        let told = told.map(|told| now.duration_since(told));
        if told.is_some_and(|passed| !passed.is_negative() && passed < AGAIN) {
            return false;
        }
        self.told.store(now.as_microsecond(), Ordering::Relaxed);
        warn!(
            ahead_s = ahead.as_secs(),
            "the records' time is ahead of the clock: the clock was wrong before, or is now. Until it \
             has caught up, rates, quiet hours, deadlines and ends of embargoes stand still, and no \
             record grows old; docs/guarantees.md says what to do"
        );
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_far_ahead_is_told_once_an_hour() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let ahead = Ahead::new(at(0));
        assert!(!ahead.note(at(1_000), at(1_000)) && !ahead.note(at(1_000), at(701)));
        assert_eq!(ahead.by(at(701)), None);
        assert!(ahead.note(at(1_000), at(699)));
        assert_eq!(ahead.by(at(699)), Some(SignedDuration::from_secs(301)));
        assert!(!ahead.note(at(900_000), at(4_298)));
        assert!(ahead.note(at(900_000), at(4_299)));
        assert!(ahead.note(at(900_000), at(100)), "the clock was set back once more");
    }
}
