//! The scanner: words and numbers of a date, told apart by their form and their order.

use super::Parts;
use super::clock::Clock;
use super::name;
use super::zone::Zone;

/// The parts of a date; `None` when a word of the text has no place in one. What stands before a
/// comma at its begin may be a day of the week in any language if a time of day follows: "Olympics,
/// July 2028" is none.
pub(super) fn parts(text: &str, day_first: bool) -> Option<Parts> {
    /// Longer words are no days.
    const MAX: usize = 14;
    let without_day = || {
        let (day, rest) = text.split_once(',')?;
        let word = |c: char| c.is_alphabetic() || matches!(c, '-' | '.');
        (day.len() <= MAX && day.chars().all(word)).then_some(rest)
    };
    let timed = |parts: &Parts| parts.clock.is_some();
    let plain = of_signs(text).or_else(|| with_point(text));
    let text = plain.as_deref().unwrap_or(text);
    scan(text, day_first).or_else(|| scan(without_day()?, day_first).filter(timed))
}

/// `2026年11月28日 10:00`, as `2026-11-28  10:00`.
fn of_signs(text: &str) -> Option<String> {
    let (year, rest) = text.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let (day, rest) = rest.split_once('日')?;
    Some(format!("{year}-{month}-{day} {rest}"))
}

/// `20261128T100000,500Z` with a point for its comma, which elsewhere parts a date from a time.
fn with_point(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once(',')?;
    let time = whole.rsplit(['T', ' ']).next()?;
    let digits = time.bytes().filter(u8::is_ascii_digit).count();
    let seconds = digits == 6 && matches!(time.len() - digits, 0 | 2);
    (seconds && rest.starts_with(|c: char| c.is_ascii_digit())).then(|| format!("{whole}.{rest}"))
}

fn scan(text: &str, day_first: bool) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut halved = false;
    let tokens = text.split(|c: char| c.is_whitespace() || c == ',').filter(|t| !t.is_empty());
    let mut tokens = tokens.peekable();
    while let Some(token) = tokens.next() {
        // `8 PM`, `8.30 Uhr`: the number is no day.
        let hour =
            Clock::spoken(token).filter(|_| tokens.peek().is_some_and(|t| is_behind_hour(t)));
        match hour {
            Some(clock) => set(&mut parts.clock, clock)?,
            None => read(token, &mut parts, &mut halved, day_first)?,
        }
    }
    let something = parts.clock.is_some() || parts.day.is_some() || parts.month.is_some();
    something.then_some(parts)
}

fn read(token: &str, parts: &mut Parts, halved: &mut bool, day_first: bool) -> Option<()> {
    // A zone after an offset repeats it: `+0100 (CET)`, `+0000 UTC`.
    let bracketed = token.starts_with('(') && token.ends_with(')');
    let token = token.trim_matches(['(', ')', '[', ']', ';']).trim_end_matches('.');
    if token.is_empty() || (bracketed && parts.zone.is_some()) {
        return Some(());
    }
    let first = token.chars().next()?;
    if first.is_ascii_digit() {
        return number(token, parts, halved, day_first);
    }
    let lower = token.to_lowercase();
    if let Some(afternoon) = half(&lower) {
        return apply_half(parts, halved, afternoon);
    }
    if let Some(month) = name::month(&lower) {
        return set(&mut parts.month, month);
    }
    let filler = match lower.as_str() {
        "at" | "on" | "of" | "-" | "de" | "den" | "le" => true,
        // `6 p.m. Eastern Time`.
        "time" => parts.zone.is_some(),
        "uhr" => parts.clock.is_some(),
        _ => name::weekday(&lower).is_some(),
    };
    if filler {
        return Some(());
    }
    if lower.contains('/') && !lower.starts_with('/') {
        // An IANA name is left to the caller's zone: reading it needs the zone database.
        return iana(token, parts);
    }
    // Only a time has a zone: "11/23/2026 storm" is not a date.
    parts.clock?;
    let zone = Zone::parse(token)?;
    if parts.zone.as_ref().is_some_and(Zone::is_offset) && !zone.is_offset() {
        return Some(());
    }
    set(&mut parts.zone, zone)
}

fn iana(token: &str, parts: &mut Parts) -> Option<()> {
    let letters = token.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'_' | b'-'));
    (letters && parts.clock.is_some()).then_some(())
}

/// A token that begins with a digit: a date, a time, a day, a year, or a mixture glued together.
fn number(token: &str, parts: &mut Parts, halved: &mut bool, day_first: bool) -> Option<()> {
    if let Some((date, time)) = token.split_once(['T', 't'])
        && time.starts_with(|c: char| c.is_ascii_digit())
        && date.len() >= 8
    {
        numeric_date(date, parts, day_first)?;
        return timed(time, parts, halved);
    }
    if token.contains(':') {
        // Exif and some feeds write `2026:11:23`.
        return timed(token, parts, halved);
    }
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let (value, rest) = token.split_at(digits);
    match rest {
        "" => plain_number(value, parts),
        "st" | "nd" | "rd" | "th" => set(&mut parts.day, value.parse().ok()?),
        "Z" | "z" => timed(token, parts, halved),
        _ if half(&rest.to_ascii_lowercase()).is_some() => {
            set(&mut parts.clock, Clock::parse(&format!("{value}:00"))?)?;
            apply_half(parts, halved, half(&rest.to_ascii_lowercase())?)
        }
        // `6h`, `10h00`, `12.01am`.
        _ if rest.starts_with(['h', 'H']) => set(&mut parts.clock, Clock::spoken(token)?),
        _ if rest.starts_with('.')
            && rest.get(3..).and_then(|r| half(&r.to_ascii_lowercase())).is_some() =>
        {
            set(&mut parts.clock, Clock::spoken(&token[..digits + 3])?)?;
            apply_half(parts, halved, half(&rest[3..].to_ascii_lowercase())?)
        }
        _ if rest.starts_with(['-', '/', '.']) => numeric_date(token, parts, day_first),
        // Wire circuits glue the zone on: `1509GMT`.
        _ if value.len() == 4 => timed(token, parts, halved),
        _ => None,
    }
}

/// A number alone: the day, then the year; four digits after a whole date are a time (`1509`).
fn plain_number(value: &str, parts: &mut Parts) -> Option<()> {
    match value.len() {
        1 | 2 if parts.day.is_none() => set(&mut parts.day, value.parse().ok()?),
        2 if parts.year.is_none() => set(&mut parts.year, century(value.parse().ok()?)),
        4 if parts.year.is_none() && parts.day.is_some() => {
            set(&mut parts.year, value.parse().ok()?)
        }
        4 if parts.day.is_some() => set(&mut parts.clock, Clock::compact(value)?),
        4 if parts.month.is_some() => set(&mut parts.year, value.parse().ok()?),
        8 => {
            set(&mut parts.year, value[..4].parse().ok()?)?;
            set(&mut parts.month, value[4..6].parse().ok()?)?;
            set(&mut parts.day, value[6..].parse().ok()?)
        }
        14 => {
            plain_number(&value[..8], parts)?;
            set(&mut parts.clock, Clock::compact(&value[8..])?)
        }
        _ => None,
    }
}

/// `2026-11-23`, `20261123`, `23.11.2026`, `11/23/26`, `23-Nov-2026`.
fn numeric_date(text: &str, parts: &mut Parts, day_first: bool) -> Option<()> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return plain_number(text, parts);
    }
    let mut fields = text.split(['-', '/', '.']).filter(|f| !f.is_empty());
    let (a, b) = (fields.next()?, fields.next()?);
    let c = fields.next();
    if fields.next().is_some() {
        return None;
    }
    let (year, month, day) = match (a.len(), c) {
        (4, Some(c)) => (Some(a), b, c),
        (4, None) => {
            set(&mut parts.year, a.parse().ok()?)?;
            return set(&mut parts.month, b.parse().ok()?);
        }
        _ if b.starts_with(|c: char| c.is_ascii_alphabetic()) => (c, b, a),
        _ => {
            let (first, second) = (a.parse::<i8>().ok()?, b.parse::<i8>().ok()?);
            let swap = first > 12 || text.contains('.') || (day_first && second <= 12);
            if swap { (c, b, a) } else { (c, a, b) }
        }
    };
    if let Some(year) = year {
        let value: i16 = year.parse().ok()?;
        let value = match year.len() {
            2 => century(value),
            4 => value,
            _ => return None,
        };
        set(&mut parts.year, value)?;
    }
    let month = match month.parse::<i8>() {
        Ok(month) => month,
        Err(_) => name::month(&month.to_lowercase())?,
    };
    set(&mut parts.month, month)?;
    set(&mut parts.day, day.parse().ok()?)
}

/// A time of day with what may be glued to it: `19:05Z`, `190545+0100`, `8:15PM`, `1509GMT`.
fn timed(text: &str, parts: &mut Parts, halved: &mut bool) -> Option<()> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')))
        .unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let clock = clock.trim_end_matches('.');
    let clock = if clock.contains(':') { Clock::parse(clock) } else { Clock::compact(clock) };
    set(&mut parts.clock, clock?)?;
    let rest = rest.split('[').next().unwrap_or_default();
    match rest {
        "" | "h" | "H" => Some(()),
        _ => match half(&rest.to_ascii_lowercase()) {
            Some(afternoon) => apply_half(parts, halved, afternoon),
            None => set(&mut parts.zone, Zone::parse(rest)?),
        },
    }
}

fn is_behind_hour(token: &str) -> bool {
    let lower = token.trim_end_matches([')', ']', ';', '.']).to_ascii_lowercase();
    lower == "uhr" || half(&lower).is_some()
}

fn half(lower: &str) -> Option<bool> {
    match lower {
        "am" | "a.m" | "a.m." => Some(false),
        "pm" | "p.m" | "p.m." => Some(true),
        _ => None,
    }
}

fn apply_half(parts: &mut Parts, halved: &mut bool, afternoon: bool) -> Option<()> {
    let clock = parts.clock?;
    if *halved {
        return None;
    }
    *halved = true;
    parts.clock = Some(clock.half(afternoon));
    Some(())
}

/// POSIX's rule for two-digit years.
fn century(year: i16) -> i16 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Fills a part once; a second value means that the text is not one date.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}
