//! The scanner: words and numbers of a date, told apart by their form and their order.

use super::Parts;
use super::clock::Clock;
use super::zone::Zone;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Months of the languages of western and northern Europe, where they begin otherwise than in
/// English.
#[rustfmt::skip]
const FOREIGN: &[(&[&str], i8)] = &[
    (&["januar", "januari", "janvier", "janeiro", "gennaio", "enero", "jänner"], 1),
    (&["februar", "februari", "février", "fevrier", "febbraio", "febrero", "fevereiro"], 2),
    (&["märz", "mars", "marzo", "março", "marco", "maart", "mrt"], 3),
    (&["avril", "abril", "aprile"], 4),
    (&["mai", "maggio", "mayo", "maio", "mei", "maj"], 5),
    (&["juin", "juni", "giugno", "junio", "junho"], 6),
    (&["juillet", "juli", "luglio", "julio", "julho"], 7),
    (&["août", "aout", "agosto", "augusti", "augustus"], 8),
    (&["septembre", "settembre", "septiembre", "setembro"], 9),
    (&["oktober", "octobre", "ottobre", "octubre", "outubro"], 10),
    (&["novembre", "noviembre", "novembro"], 11),
    (&["dezember", "décembre", "decembre", "dicembre", "diciembre", "dezembro", "desember"], 12),
];

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

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
    scan(text, day_first).or_else(|| scan(without_day()?, day_first).filter(timed))
}

fn scan(text: &str, day_first: bool) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut halved = false;
    let tokens = text.split(|c: char| c.is_whitespace() || c == ',').filter(|t| !t.is_empty());
    let mut tokens = tokens.peekable();
    while let Some(token) = tokens.next() {
        // `8 PM`: the number is no day.
        let hour = token.len() <= 2 && token.bytes().all(|b| b.is_ascii_digit());
        if hour && tokens.peek().is_some_and(|next| half(&next.to_ascii_lowercase()).is_some()) {
            set(&mut parts.clock, Clock::parse(&format!("{token}:00"))?)?;
        } else {
            read(token, &mut parts, &mut halved, day_first)?;
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
    if let Some(month) = month(&lower) {
        return set(&mut parts.month, month);
    }
    let filler = match lower.as_str() {
        "at" | "on" | "of" | "-" | "de" | "den" | "le" => true,
        // `6 p.m. Eastern Time`.
        "time" => parts.zone.is_some(),
        _ => name_index(&WEEKDAYS, &lower).is_some(),
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
        Err(_) => self::month(&month.to_lowercase())?,
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

/// The number of a month by its name, whole or cut to three letters or more.
fn month(lower: &str) -> Option<i8> {
    let lower = lower.trim_end_matches('.');
    let foreign = || {
        let known = |name: &&str| lower.len() >= 3 && name.starts_with(lower);
        Some(FOREIGN.iter().find(|(names, _)| names.iter().any(known))?.1)
    };
    name_index(&MONTHS, lower).map(|index| index + 1).or_else(foreign)
}

/// The place of a name, whole or cut to three letters or more (`Sept`).
fn name_index(names: &[&str], lower: &str) -> Option<i8> {
    let lower = lower.trim_end_matches('.');
    let found = names.iter().position(|name| lower.len() >= 3 && name.starts_with(lower))?;
    i8::try_from(found).ok()
}

/// Fills a part once; a second value means that the text is not one date.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}
