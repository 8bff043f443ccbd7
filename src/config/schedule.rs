//! `schedule` of a rule: on which days and hours it holds.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::Table;

/// When a rule holds.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Days on which the hours start, Monday first.
    pub days: [bool; 7],
    /// When it opens.
    pub opens: Time,
    /// When it closes; on the next day when that is not after `opens`.
    pub closes: Time,
    /// Whose days and hours these are.
    pub timezone: TimeZone,
    /// What becomes of stories that came while it was closed.
    pub missed: Missed,
}

/// What becomes of stories that matched while a schedule was closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missed {
    /// They are delivered when it opens, if they are still in the window.
    #[default]
    Deliver,
    /// They are delivered only when another item of them arrives.
    Skip,
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Reads `schedule = { days = "mon-fri", hours = "22:00-06:00", timezone = "Europe/Berlin" }`.
pub(super) fn read(rule: &mut Table<'_>, problems: &mut Diagnostics) -> Option<Schedule> {
    let mut table = rule.table("schedule", problems)?;
    let days = table.get::<String>("days", problems);
    let hours = table.get::<String>("hours", problems);
    let timezone = table.get::<TimeZone>("timezone", problems);
    let words = [("deliver", Missed::Deliver), ("skip", Missed::Skip)];
    let missed = table.one_of("missed", &words, problems).unwrap_or_default();
    let mut schedule = Schedule {
        days: [true; 7],
        opens: Time::midnight(),
        closes: Time::midnight(),
        timezone: timezone.map_or(TimeZone::UTC, |zone| zone.value),
        missed,
    };
    if let Some(written) = days {
        match parse_days(&written.value) {
            Some(days) => schedule.days = days,
            None => problems.push(
                Diagnostic::error(&written.place, format!("`{}` is no set of days", written.value))
                    .hint("write `mon-fri`, `sat,sun` or `mon-wed,fri`"),
            ),
        }
    }
    if let Some(written) = hours {
        match parse_hours(&written.value) {
            Some((opens, closes)) => (schedule.opens, schedule.closes) = (opens, closes),
            None => problems.push(
                Diagnostic::error(
                    &written.place,
                    format!("`{}` is no span of hours", written.value),
                )
                .hint("write `08:00-18:00`, or `22:00-06:00` for a night"),
            ),
        }
    }
    table.finish(problems);
    Some(schedule)
}

fn parse_days(text: &str) -> Option<[bool; 7]> {
    let number = |word: &str| {
        let word = word.trim().to_ascii_lowercase();
        let short = word.get(..3)?;
        DAYS.iter().position(|(day, _)| *day == short)
    };
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        let mut day = first;
        days[day] = true;
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Some(days)
}

/// Reads `22:00-06:30`.
pub(super) fn parse_hours(text: &str) -> Option<(Time, Time)> {
    let (opens, closes) = text.split_once('-')?;
    let time = |text: &str| match text.trim() {
        "24:00" => Some(Time::midnight()),
        text => Time::strptime("%H:%M", text).ok(),
    };
    Some((time(opens)?, time(closes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_names_and_ranges_round_the_week() {
        let days = |text: &str| {
            parse_days(text)
                .map(|days| days.map(|on| if on { '1' } else { '0' }).iter().collect::<String>())
        };
        assert_eq!(days("mon-fri").as_deref(), Some("1111100"));
        assert_eq!(days("sat, sun").as_deref(), Some("0000011"));
        assert_eq!(days("Friday-mon,wed").as_deref(), Some("1010111"));
        assert_eq!(days("mo"), None);
        assert_eq!(days(""), None);
        assert_eq!(days("mon-"), None);
    }

    #[test]
    fn hours_are_two_times() {
        let time = |hour| Time::constant(hour, 0, 0, 0);
        assert_eq!(parse_hours("22:00-06:00"), Some((time(22), time(6))));
        assert_eq!(parse_hours("00:00 - 24:00"), Some((time(0), time(0))));
        assert_eq!(parse_hours("8-18"), None);
        assert_eq!(parse_hours("25:00-26:00"), None);
    }
}
