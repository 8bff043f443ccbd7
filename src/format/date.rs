//! Dates as wires and feeds write them, which is seldom as a standard says.
//!
//! One scanner reads them all: ISO 8601 extended and basic, RFC 822 with odd zones and wrong
//! weekdays, American and European numeric dates, long month names, 12-hour clocks. jiff's own
//! parsers are not used for reading because they take unknown zone names for UTC and refuse long
//! month names, missing zones and 24:00; its calendar and its zones are.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::item::{Item, TimeQuality};

mod clock;
mod name;
mod scan;
mod zone;

pub(super) use name::{month, weekday};

/// Longest text that is taken for a date, in bytes.
const MAX_LENGTH: usize = 80;

/// How dates of one source are read.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    /// Zone of times that name none.
    pub(super) zone: TimeZone,
    /// Reference for dates without a year or without a date.
    pub(super) received: Timestamp,
    /// Whether `03/04/2026` is the third of April. A number above 12 decides by itself.
    pub(super) day_first: bool,
}

/// A point in time as read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// The time.
    pub(super) time: Timestamp,
    /// Whether the text named a zone; otherwise [`Dates::zone`] was assumed.
    pub(super) zoned: bool,
}

/// The parts found in a text. A missing hour means midnight: the text was a date only.
#[derive(Clone, Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    clock: Option<clock::Clock>,
    zone: Option<zone::Zone>,
}

impl Dates {
    /// Reads a date with or without a time of day; `None` when any part of the text is neither.
    ///
    /// `:60` is read as `:59`, 24:00 as the next midnight. A two-digit year below 70 is of this
    /// century. A date without a year is put in the year that brings it nearest to
    /// [`Dates::received`].
    pub(super) fn parse(&self, text: &str) -> Option<Moment> {
        let parts = self.scan(text)?;
        let date = self.date(&parts)?;
        self.moment(date, &parts)
    }

    /// Reads a time of day alone (`08:15 PM`) as of the day `on`.
    pub(super) fn time_of_day(&self, text: &str, on: Date) -> Option<Moment> {
        let parts = self.scan(text)?;
        let timed_only = parts.clock.is_some() && parts.day.is_none() && parts.month.is_none();
        if timed_only { self.moment(on, &parts) } else { None }
    }

    /// Whether a text names a time of day, and whether it names a zone, be it an unknown one.
    pub(super) fn names(&self, text: &str) -> (bool, bool) {
        let parts = self.scan(text).unwrap_or_default();
        (parts.clock.is_some(), parts.zone.is_some())
    }

    /// The day a text names, whether or not it names a time of day.
    pub(super) fn day(&self, text: &str) -> Option<Date> {
        self.date(&self.scan(text)?)
    }

    /// The moment of a date and time already told apart, with an optional zone name or offset.
    pub(super) fn at(&self, at: DateTime, zone: Option<&str>) -> Option<Moment> {
        let zone = zone.and_then(zone::Zone::parse);
        self.resolve(at, &Parts { zone, ..Parts::default() })
    }

    /// The day of receipt.
    pub(super) fn today(&self) -> Date {
        self.zone.to_datetime(self.received).date()
    }

    /// The year that brings a month and day nearest to the time of receipt.
    fn nearest(&self, month: i8, day: i8) -> Option<Date> {
        let today = self.today();
        let year = today.year();
        [year, year - 1, year + 1]
            .into_iter()
            .filter_map(|year| Date::new(year, month, day).ok())
            .min_by_key(|date| date.duration_since(today).abs())
    }

    fn scan(&self, text: &str) -> Option<Parts> {
        let text = text.trim();
        // Most lines that are tried are headlines.
        if text.len() > MAX_LENGTH || !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        scan::parts(text, self.day_first)
    }

    fn date(&self, parts: &Parts) -> Option<Date> {
        match (parts.year, parts.month, parts.day) {
            (Some(year), Some(month), Some(day)) => Date::new(year, month, day).ok(),
            (None, Some(month), Some(day)) => self.nearest(month, day),
            (Some(year), Some(month), None) if parts.clock.is_none() => {
                Date::new(year, month, 1).ok()
            }
            _ => None,
        }
    }

    fn moment(&self, date: Date, parts: &Parts) -> Option<Moment> {
        let clock = parts.clock.unwrap_or_default();
        let time = Time::new(clock.hour % 24, clock.minute, clock.second, clock.nanosecond).ok()?;
        let date = if clock.hour == 24 { date.tomorrow().ok()? } else { date };
        self.resolve(DateTime::from_parts(date, time), parts)
    }

    fn resolve(&self, at: DateTime, parts: &Parts) -> Option<Moment> {
        let assumed = self.zone.to_timestamp(at).ok()?;
        let Some(zone) = &parts.zone else {
            return Some(Moment { time: assumed, zoned: false });
        };
        // IST is India, Israel and Ireland: the source's own zone decides when it has that name.
        if zone.named(self.zone.to_offset_info(assumed).abbreviation()) {
            return Some(Moment { time: assumed, zoned: true });
        }
        match zone.timestamp(at) {
            Some(time) => Some(Moment { time, zoned: true }),
            None => Some(Moment { time: assumed, zoned: false }),
        }
    }
}

impl Item {
    /// Sets `versioncreated` and how far it can be trusted.
    pub(super) fn set_time(&mut self, moment: Moment) {
        self.versioncreated = Some(moment.time);
        self.time_quality = if moment.zoned { TimeQuality::Zoned } else { TimeQuality::Unzoned };
    }
}

#[cfg(test)]
mod tests;
