//! The only place that reads a clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A wall clock is looked at again after this time.
const LONGEST: Duration = Duration::from_secs(60);
/// … and a standing one after this.
const STANDING: Duration = Duration::from_millis(5);

/// Records that are ahead of the clock by more were taken in while it was wrong, or it is now.
pub const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Tells the time: the wall's in the daemon, a set one in tests.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Wall,
    /// Microseconds since the epoch.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The wall clock.
    pub fn wall() -> Clock {
        Clock(Kind::Wall)
    }

    /// A clock that stands at `at` until [`Clock::set`] moves it.
    pub fn standing(at: Timestamp) -> Clock {
        Clock(Kind::Set(Arc::new(AtomicI64::new(at.as_microsecond()))))
    }

    /// Moves a standing clock; the wall clock does not move.
    pub fn set(&self, at: Timestamp) {
        if let Kind::Set(micros) = &self.0 {
            micros.store(at.as_microsecond(), Ordering::Release);
        }
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the one reader of the wall clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::Wall => Timestamp::now(),
            Kind::Set(micros) => Timestamp::from_microsecond(micros.load(Ordering::Acquire))
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// Resolves once this clock was set back, with about by how much. Looks once a minute.
    pub async fn set_back(&self) -> SignedDuration {
        /// Clocks that are kept right go back by less.
        const MUCH: SignedDuration = SignedDuration::from_secs(2);
        let pause = self.pause(SignedDuration::MAX);
        let mut seen = self.now();
        loop {
            tokio::time::sleep(pause).await;
            let now = self.now();
            let back = seen.duration_since(now);
            if back > MUCH {
                return back;
            }
            seen = now;
        }
    }

    /// Sleeps until this clock shows `at`. Looks again at least once a minute, so that a wall
    /// clock that is set forward is noticed.
    pub async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = at.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            tokio::time::sleep(self.pause(left)).await;
        }
    }

    /// How long to sleep of what is left before this clock is looked at again.
    fn pause(&self, left: SignedDuration) -> Duration {
        match self.0 {
            Kind::Wall => left.unsigned_abs().min(LONGEST),
            Kind::Set(_) => STANDING,
        }
    }

    /// Time that goes on from this clock's and never goes back.
    pub fn steady(&self) -> Steady {
        let now = self.now();
        Steady { clock: self.clone(), shown: now, seen: now, counted: Instant::now() }
    }
}

/// Time for those who wait: as much of it passes as the clock says or, where that was set back
/// meanwhile, as the machine has counted. A clock that is set has them wait no longer, be it back,
/// or forward and back between two looks. What it shows is no time of day.
#[derive(Debug)]
pub struct Steady {
    clock: Clock,
    shown: Timestamp,
    /// The clock at the last look.
    seen: Timestamp,
    /// The machine's own count then. It stands still while the machine sleeps.
    counted: Instant,
}

impl Steady {
    /// The time now.
    pub fn now(&mut self) -> Timestamp {
        let (seen, counted) = (self.clock.now(), Instant::now());
        let least = match self.clock.0 {
            Kind::Wall => SignedDuration::try_from(counted.duration_since(self.counted)),
            Kind::Set(_) => Ok(SignedDuration::ZERO),
        };
        let passed = seen.duration_since(self.seen).max(least.unwrap_or(SignedDuration::ZERO));
        self.shown = self.shown.saturating_add(passed).unwrap_or(Timestamp::MAX);
        (self.seen, self.counted) = (seen, counted);
        self.shown
    }

    /// Sleeps until this shows `at`, and looks at the clock as [`Clock::sleep_until`] does. Cancel
    /// safe.
    pub async fn sleep_until(&mut self, at: Timestamp) {
        loop {
            let left = at.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            tokio::time::sleep(self.clock.pause(left)).await;
        }
    }
}
