//! The time of day within a date.

/// A time of day; 24:00 is allowed and means the end of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) nanosecond: i32,
}

impl Clock {
    /// Reads `19:05`, `19:05:45`, `19:05:45.123` or `19.05.45,5`; the whole text must fit.
    pub(super) fn parse(text: &str) -> Option<Clock> {
        let mut fields = text.split(':');
        let hour = number(fields.next()?)?;
        let minute = number(fields.next()?)?;
        let (second, nanosecond) = match fields.next() {
            None => (0, 0),
            Some(seconds) => {
                let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, ""));
                (number(whole)?, nanoseconds(fraction)?)
            }
        };
        if fields.next().is_some() {
            return None;
        }
        Clock { hour, minute, second, nanosecond }.checked()
    }

    /// Reads `1905`, `190545` or `190545.5`, as in basic ISO 8601 and on wire circuits.
    pub(super) fn compact(text: &str) -> Option<Clock> {
        let (digits, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let second = if digits.len() == 6 { number(&digits[4..])? } else { 0 };
        let nanosecond = nanoseconds(fraction)?;
        let (hour, minute) = (number(&digits[..2])?, number(&digits[2..4])?);
        Clock { hour, minute, second, nanosecond }.checked()
    }

    /// Reads `8`, `8.30`, `8h` or `8h30`: an hour, with or without its minutes.
    pub(super) fn spoken(text: &str) -> Option<Clock> {
        let (hour, minute) = text.split_once(['.', 'h', 'H']).unwrap_or((text, ""));
        let minute = if minute.is_empty() { 0 } else { number(minute)? };
        Clock { hour: number(hour)?, minute, ..Clock::default() }.checked()
    }

    /// Puts a 12-hour time into the half of the day it names; a 24-hour time with a needless
    /// "PM" stays as it is.
    pub(super) fn half(mut self, afternoon: bool) -> Clock {
        match (self.hour, afternoon) {
            (12, false) => self.hour = 0,
            (1..=11, true) => self.hour += 12,
            _ => {}
        }
        self
    }

    fn checked(mut self) -> Option<Clock> {
        // A leap second, or a sender who counts to 60: the last second there is.
        self.second = self.second.min(59 + i8::from(self.second > 60));
        let end_of_day = self.hour == 24 && self.minute == 0 && self.second == 0;
        let valid = (0..24).contains(&self.hour) || end_of_day;
        (valid && (0..60).contains(&self.minute) && (0..60).contains(&self.second)).then_some(self)
    }
}

fn number(digits: &str) -> Option<i8> {
    let short = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
    if short { digits.parse().ok() } else { None }
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = &fraction[..fraction.len().min(9)];
    let value: i32 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    Some(value * 10_i32.pow(9 - digits.len() as u32))
}
