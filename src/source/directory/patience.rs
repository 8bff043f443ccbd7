//! Files that cannot be read just now: no permission yet, too many files open, a server that is away.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::backoff::Backoff;

/// A file that cannot be read for so long is rejected.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long each is waited for.
#[derive(Debug, Default)]
pub(super) struct Patience(HashMap<PathBuf, Wait>);

#[derive(Debug)]
struct Wait {
    since: Timestamp,
    until: Timestamp,
    backoff: Backoff,
}

impl Patience {
    /// Forgets the files for which `there` is false.
    pub(super) fn retain(&mut self, there: impl Fn(&Path) -> bool) {
        self.0.retain(|path, _| there(path));
    }

    /// Whether a file is not to be read yet. A clock that was set back has it read at once.
    pub(super) fn waits(&self, path: &Path, now: Timestamp) -> bool {
        self.0.get(path).is_some_and(|wait| now < wait.until && now >= wait.since)
    }

    /// A file could not be read. False when it was waited for long enough.
    pub(super) fn waits_longer(&mut self, path: &Path, error: &io::Error, now: Timestamp) -> bool {
        let wait = self.0.entry(path.to_owned()).or_insert_with(|| {
            let backoff = Backoff::new(&path.to_string_lossy(), FIRST_PAUSE, LONGEST_PAUSE);
            Wait { since: now, until: now, backoff }
        });
        wait.since = wait.since.min(now);
        if now.duration_since(wait.since) >= LONGEST {
            self.0.remove(path);
            return false;
        }
        let pause = wait.backoff.delay();
        wait.until = now.checked_add(pause).unwrap_or(now);
        let retry_ms = pause.as_millis() as u64;
        warn!(path = %path.display(), retry_ms, "cannot be read just now: {error}");
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_file_is_tried_again_with_growing_pauses_and_given_up_after_ten_minutes() {
        let mut patience = Patience::default();
        let file = Path::new("a.xml");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let mut tries = 0;
        let given_up = (0..3_600).find(|second| {
            if patience.waits(file, at(*second)) {
                return false;
            }
            tries += 1;
            !patience.waits_longer(file, &denied, at(*second))
        });
        assert!((600..=660).contains(&given_up.unwrap()), "{given_up:?}");
        assert!((10..25).contains(&tries), "{tries}");
        assert!(patience.waits_longer(file, &denied, at(4_000)), "it is counted anew");
    }

    #[test]
    fn a_file_that_is_gone_is_forgotten_and_a_clock_set_back_makes_nobody_wait() {
        let mut patience = Patience::default();
        let file = Path::new("a.xml");
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        patience.waits_longer(file, &denied, at(1_000));
        assert!(patience.waits(file, at(1_000)) && !patience.waits(file, at(10)));
        patience.retain(|_| false);
        assert!(!patience.waits(file, at(1_000)));
    }
}
