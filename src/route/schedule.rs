//! Schedules of rules in time: whether one is open, and when it opens next.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::config::Schedule;

/// Whether the schedule is open at `now`.
pub(super) fn is_open(schedule: &Schedule, now: Timestamp) -> bool {
    closing(schedule, now).is_some()
}

/// When it closes, if it is open at `now`.
pub(super) fn closing(schedule: &Schedule, now: Timestamp) -> Option<Timestamp> {
    let today = schedule.timezone.to_datetime(now).date();
    // Hours across midnight may have started yesterday.
    let days = [today.yesterday().ok(), Some(today)].into_iter().flatten();
    let hours = days.filter_map(|day| opening(schedule, day));
    hours.filter(|(opens, closes)| *opens <= now && now < *closes).map(|(_, closes)| closes).max()
}

/// The first opening after `after`; `None` for a schedule that is never closed.
pub(super) fn next_opening(schedule: &Schedule, after: Timestamp) -> Option<Timestamp> {
    let today = schedule.timezone.to_datetime(after).date();
    let days = (0..=8).filter_map(|days| today.checked_add(days.days()).ok());
    let openings = days.filter_map(|day| opening(schedule, day)).map(|(opens, _)| opens);
    // Hours that follow upon those of the day before open nothing.
    let just_before = |at: Timestamp| at.checked_sub(SignedDuration::from_nanos(1)).ok();
    openings
        .filter(|opens| *opens > after)
        .find(|opens| just_before(*opens).is_some_and(|before| !is_open(schedule, before)))
}

/// From when to when the schedule is open by the hours that start on a day.
fn opening(schedule: &Schedule, day: Date) -> Option<(Timestamp, Timestamp)> {
    if !schedule.days[day.weekday().to_monday_zero_offset() as usize] {
        return None;
    }
    let overnight = schedule.closes <= schedule.opens;
    let last = if overnight { day.tomorrow().ok()? } else { day };
    // `compatible`: an hour that a change of clocks skips counts as the one after it.
    let at = |day: Date, time| {
        schedule.timezone.to_ambiguous_timestamp(day.to_datetime(time)).compatible().ok()
    };
    Some((at(day, schedule.opens)?, at(last, schedule.closes)?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::Time;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::config::Missed;

    fn schedule(days: &str, opens: i8, closes: i8) -> Schedule {
        let mut on = [false; 7];
        for (on, c) in on.iter_mut().zip(days.chars()) {
            *on = c != '.';
        }
        Schedule {
            days: on,
            opens: Time::constant(opens, 0, 0, 0),
            closes: Time::constant(closes, 0, 0, 0),
            timezone: TimeZone::get("Europe/Berlin").unwrap(),
            missed: Missed::Deliver,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn office_hours_are_of_the_zone_and_its_days() {
        let office = schedule("mtwtf..", 8, 18);
        // 2026-03-27 is a Friday; Berlin is at +01:00 until the 29th, then at +02:00.
        assert!(!is_open(&office, at("2026-03-27T06:59:59Z")));
        assert!(is_open(&office, at("2026-03-27T07:00:00Z")));
        assert!(!is_open(&office, at("2026-03-27T17:00:00Z")));
        assert!(!is_open(&office, at("2026-03-28T10:00:00Z")));
        let opens = next_opening(&office, at("2026-03-27T07:00:00Z"));
        assert_eq!(opens, Some(at("2026-03-30T06:00:00Z")));
    }

    #[test]
    fn a_night_belongs_to_the_day_it_starts_on() {
        let night = schedule("....f..", 22, 6);
        assert!(is_open(&night, at("2026-03-27T23:00:00Z")));
        assert!(is_open(&night, at("2026-03-28T04:59:00Z")));
        assert!(!is_open(&night, at("2026-03-28T05:00:00Z")));
        assert!(!is_open(&night, at("2026-03-28T23:00:00Z")));
    }

    #[test]
    fn hours_that_join_open_only_once() {
        let always = schedule("mtwtfss", 0, 0);
        assert!(is_open(&always, at("2026-03-27T23:00:00Z")));
        assert_eq!(next_opening(&always, at("2026-03-27T23:00:00Z")), None);
        let weekdays = schedule("mtwtf..", 0, 0);
        assert_eq!(
            next_opening(&weekdays, at("2026-03-24T12:00:00Z")),
            Some(at("2026-03-29T22:00:00Z"))
        );
    }
}
