//! The time of a message: day and time run together, zone, month, year.

use jiff::civil::{Date, DateTime, Time};

use crate::format::date::{self, Dates, Moment};

/// Reads `231905 GMT Nov 26`, `231905Z Nov 26` or `231905 GMT 23 Nov 2026`; without a month, the day
/// nearest before the time of receipt.
pub(super) fn parse(line: &str, dates: &Dates) -> Option<Moment> {
    let mut words = line.split_whitespace();
    let word = words.next()?;
    let (stamp, glued) = word.split_at_checked(6)?;
    let glued = Some(glued).filter(|zone| !zone.is_empty());
    if glued.is_some_and(|zone| zone != "Z") {
        return None;
    }
    let number = |range: std::ops::Range<usize>| stamp.get(range)?.parse::<i8>().ok();
    let (day, hour, minute) = (number(0..2)?, number(2..4)?, number(4..6)?);
    let rest: Vec<&str> = words.collect();
    let is_month = |word: &str| date::month(&word.to_lowercase()).is_some();
    let is_zone = |word: &str| word.bytes().all(|b| b.is_ascii_alphabetic()) && !is_month(word);
    let (zone, month) = match rest.as_slice() {
        [zone, month @ ..] if glued.is_none() && is_zone(zone) => (Some(*zone), month),
        month => (glued, month),
    };
    let month = match month {
        // The day again.
        [_, rest @ ..] if rest.first().is_some_and(|word| is_month(word)) => rest,
        month => month,
    };
    let date = match month {
        [month, ..] => dates.day(&format!("{day} {}", month_and_year(month, rest.last()?)))?,
        [] => recent(day, dates)?,
    };
    let time = Time::new(hour, minute, 0, 0).ok()?;
    dates.at(DateTime::from_parts(date, time), zone)
}

fn month_and_year(month: &str, last: &str) -> String {
    let year = last.bytes().all(|b| b.is_ascii_digit());
    if year { format!("{month} {last}") } else { month.to_owned() }
}

/// The last such day of a month up to the day after the time of receipt.
fn recent(day: i8, dates: &Dates) -> Option<Date> {
    let tomorrow = dates.today().tomorrow().ok()?;
    let first = tomorrow.first_of_month();
    let before = first.yesterday().ok()?.first_of_month();
    [first, before].into_iter().find_map(|month| {
        Date::new(month.year(), month.month(), day).ok().filter(|date| *date <= tomorrow)
    })
}
