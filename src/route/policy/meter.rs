//! How often something happened lately.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::config::Rate;
use crate::story::StoryId;

fn span(rate: Rate) -> SignedDuration {
    SignedDuration::try_from(rate.period).unwrap_or(SignedDuration::MAX)
}

/// What was delivered on a channel within the span of its rate.
#[derive(Debug, Default)]
pub(super) struct Meter(VecDeque<Timestamp>);

impl Meter {
    /// Counts one. Of more than the rate allows, the latest are remembered: they decide when there
    /// is room again.
    pub(super) fn count(&mut self, rate: Option<Rate>, now: Timestamp) {
        let Some(rate) = rate else { return self.0.clear() };
        self.0.push_back(now);
        while self.0.len() > rate.most as usize {
            self.0.pop_front();
        }
    }

    /// When one more is allowed; `None` when it is now.
    pub(super) fn free_at(&self, rate: Rate, now: Timestamp) -> Option<Timestamp> {
        let counted = self.0.len().checked_sub(rate.most as usize)?;
        free_at(self.0.get(counted)?, rate, now)
    }
}

/// What was delivered of single stories within the span of `max_updates`.
#[derive(Debug, Default)]
pub(super) struct Meters {
    stories: HashMap<StoryId, Meter>,
    /// What is counted in `stories`, oldest first, so that stories are forgotten.
    order: VecDeque<(Timestamp, StoryId)>,
}

impl Meters {
    /// Counts one of a story.
    pub(super) fn count(&mut self, story: StoryId, rate: Option<Rate>, now: Timestamp) {
        let Some(rate) = rate else { return *self = Meters::default() };
        self.stories.entry(story).or_default().count(Some(rate), now);
        self.order.push_back((now, story));
        while let Some((at, oldest)) = self.order.front().copied()
            && now.duration_since(at) >= span(rate)
        {
            self.order.pop_front();
            // Only the last of a story's entries finds nothing younger.
            if self.stories.get(&oldest).is_some_and(|meter| meter.0.back() == Some(&at)) {
                self.stories.remove(&oldest);
            }
        }
    }

    /// When one more of a story is allowed; `None` when it is now.
    pub(super) fn free_at(&self, story: StoryId, rate: Rate, now: Timestamp) -> Option<Timestamp> {
        self.stories.get(&story)?.free_at(rate, now)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.stories.len().max(self.order.len())
    }
}

fn free_at(oldest: &Timestamp, rate: Rate, now: Timestamp) -> Option<Timestamp> {
    let free = oldest.checked_add(span(rate)).unwrap_or(Timestamp::MAX);
    (free > now).then_some(free)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    const TWO_AN_HOUR: Rate = Rate { most: 2, period: Duration::from_secs(3_600) };

    #[test]
    fn a_rate_holds_in_any_span_of_its_length() {
        let mut meter = Meter::default();
        assert_eq!(meter.free_at(TWO_AN_HOUR, at(0)), None);
        meter.count(Some(TWO_AN_HOUR), at(0));
        meter.count(Some(TWO_AN_HOUR), at(50));
        assert_eq!(meter.free_at(TWO_AN_HOUR, at(59)), Some(at(60)));
        assert_eq!(meter.free_at(TWO_AN_HOUR, at(60)), None);
        meter.count(Some(TWO_AN_HOUR), at(60));
        assert_eq!(meter.free_at(TWO_AN_HOUR, at(61)), Some(at(110)));
        // What nobody may hold back counts as well.
        meter.count(Some(TWO_AN_HOUR), at(70));
        assert_eq!(meter.free_at(TWO_AN_HOUR, at(71)), Some(at(120)));
    }

    #[test]
    fn stories_are_counted_each_and_forgotten_after_the_span() {
        let mut meters = Meters::default();
        for minute in [0, 1] {
            meters.count(StoryId(1), Some(TWO_AN_HOUR), at(minute));
        }
        meters.count(StoryId(2), Some(TWO_AN_HOUR), at(2));
        assert_eq!(meters.free_at(StoryId(1), TWO_AN_HOUR, at(3)), Some(at(60)));
        assert_eq!(meters.free_at(StoryId(2), TWO_AN_HOUR, at(3)), None);
        meters.count(StoryId(2), Some(TWO_AN_HOUR), at(62));
        assert_eq!(meters.len(), 1);
    }
}
