//! How often a feed has something new, learnt from its own entries.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Weight of the latest gap in the mean: about the last ten gaps count.
const WEIGHT: f64 = 0.2;
/// A feed that usually has news is strangely quiet after this many times its mean gap …
const QUIET_GAPS: f64 = 12.0;
/// … and no sooner than this: nights and weekends are no news.
const QUIET_LEAST: Duration = Duration::from_secs(12 * 3_600);

/// The longest gap that a single new entry tells: one that was silent for years has woken up.
const FIRST_GAP: Duration = Duration::from_secs(24 * 3_600);

/// A feed's rhythm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rhythm {
    /// Mean gap between new entries, in seconds.
    gap: Option<f64>,
    /// When it last had something new.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    last: Option<Timestamp>,
}

impl Rhythm {
    /// Takes note of new entries by their own times. The first list a feed shows tells its gaps at
    /// once; later ones move the mean.
    pub(super) fn note(&mut self, times: &[Timestamp], now: Timestamp) {
        // A time in the future would hide every later entry.
        let mut times: Vec<_> = times.iter().map(|time| (*time).min(now)).collect();
        times.sort_unstable();
        let Some(newest) = times.last().copied() else { return };
        match (self.gap, self.last) {
            (Some(gap), Some(last)) => {
                let seconds = seconds_between(last, now) / times.len() as f64;
                // One silent night must not make a busy feed a slow one.
                let seconds = seconds.min(gap * 4.0).max(1.0);
                self.gap = Some(gap + WEIGHT * (seconds - gap));
                self.last = Some(now);
            }
            // It had too few entries to tell when it was met: those that come now do.
            (None, Some(last)) => {
                let seconds = seconds_between(last, newest) / times.len() as f64;
                let longest = FIRST_GAP.as_secs_f64();
                self.gap = (seconds > 0.0).then(|| seconds.clamp(1.0, longest));
                self.last = Some(now);
            }
            _ => {
                self.gap = usual_gap(&times);
                self.last = Some(newest);
            }
        }
    }

    /// How long to wait before it is worth asking again: half the mean gap, longer the longer it
    /// has been silent. `None` while nothing is known.
    pub(super) fn interval(&self, now: Timestamp) -> Option<Duration> {
        let silent = seconds_between(self.last?, now);
        let seconds = (self.gap? / 2.0).max(silent / 8.0);
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// How long it has been silent, if that is strange for it.
    pub(super) fn strangely_quiet(&self, now: Timestamp) -> Option<Duration> {
        let silent = seconds_between(self.last?, now);
        let strange = (self.gap? * QUIET_GAPS).max(QUIET_LEAST.as_secs_f64());
        (silent > strange).then(|| Duration::try_from_secs_f64(silent).ok()).flatten()
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

/// The median gap, since a feed often ends in a few entries that are years old; of entries that come
/// several at a time, the mean. `None` when there are too few entries to tell, or all have one time.
fn usual_gap(sorted: &[Timestamp]) -> Option<f64> {
    let mut gaps: Vec<_> =
        sorted.windows(2).map(|pair| seconds_between(pair[0], pair[1])).collect();
    if gaps.len() < 2 {
        return None;
    }
    gaps.sort_unstable_by(f64::total_cmp);
    let median = gaps[gaps.len() / 2];
    let gap = if median > 0.0 { median } else { gaps.iter().sum::<f64>() / gaps.len() as f64 };
    (gap > 0.0).then_some(gap.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn hourly() -> Rhythm {
        let mut rhythm = Rhythm::default();
        rhythm.note(&[at(3_600), at(0), at(7_200), at(10_800)], at(10_800));
        rhythm
    }

    #[test]
    fn the_first_list_tells_the_gap() {
        assert_eq!(hourly().interval(at(10_800)), Some(Duration::from_secs(1_800)));
    }

    #[test]
    fn a_busier_feed_is_asked_sooner_and_a_silent_one_later() {
        let mut busy = hourly();
        busy.note(&[at(10_900)], at(10_900));
        assert!(busy.interval(at(10_900)) < hourly().interval(at(10_800)));
        let later = at(10_800 + 86_400);
        assert_eq!(hourly().interval(later), Some(Duration::from_secs(10_800)));
    }

    #[test]
    fn one_silent_night_does_not_make_a_busy_feed_slow() {
        let mut rhythm = hourly();
        let morning = at(10_800 + 12 * 3_600);
        rhythm.note(&[morning], morning);
        // Mean gap 3600 + 0.2 * (4 * 3600 - 3600) seconds, half of it.
        assert_eq!(rhythm.interval(morning), Some(Duration::from_secs(2_880)));
    }

    #[test]
    fn silence_is_strange_only_for_a_feed_that_has_a_rhythm() {
        let rhythm = hourly();
        assert_eq!(rhythm.strangely_quiet(at(10_800 + 12 * 3_600)), None);
        let silent = Duration::from_secs(13 * 3_600);
        assert_eq!(rhythm.strangely_quiet(at(10_800 + 13 * 3_600)), Some(silent));
        let mut single = Rhythm::default();
        single.note(&[at(0)], at(0));
        assert_eq!(single.strangely_quiet(at(1_000_000)), None);
    }

    #[test]
    fn a_feed_that_begins_with_one_entry_learns_its_rhythm_from_the_next() {
        let mut rhythm = Rhythm::default();
        rhythm.note(&[at(0)], at(10));
        assert_eq!(rhythm.interval(at(10)), None);
        rhythm.note(&[at(3_600)], at(3_610));
        assert_eq!(rhythm.interval(at(3_610)), Some(Duration::from_secs(1_800)));
        let mut old = Rhythm::default();
        old.note(&[at(0)], at(100 * 86_400));
        old.note(&[at(100 * 86_400)], at(100 * 86_400));
        assert_eq!(old.interval(at(100 * 86_400)), Some(Duration::from_secs(12 * 3_600)));
    }

    #[test]
    fn entries_that_all_have_one_time_tell_nothing() {
        let mut rhythm = Rhythm::default();
        rhythm.note(&[at(0); 20], at(3 * 86_400));
        assert_eq!(rhythm.interval(at(3 * 86_400)), None);
        assert_eq!(rhythm.strangely_quiet(at(3 * 86_400)), None);
        let mut rhythm = Rhythm::default();
        rhythm.note(&[at(0), at(0), at(0), at(0), at(3_600), at(3_600), at(3_600)], at(3_600));
        assert_eq!(rhythm.interval(at(3_600)), Some(Duration::from_secs(300)), "in batches");
    }

    #[test]
    fn an_entry_from_the_future_counts_as_of_now() {
        let mut rhythm = Rhythm::default();
        rhythm.note(&[at(0), at(60), at(120), at(999_999)], at(120));
        assert_eq!(rhythm.interval(at(120)), Some(Duration::from_secs(30)));
    }
}
