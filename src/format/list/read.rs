//! What a line of a page is: a byline, a time, a date line, or text.

use jiff::civil::Date;

use crate::format::date::{Dates, Moment};
use crate::format::fields;

/// Bullets that stand before a line or between its parts.
const BULLETS: &[char] = &['•', '·', '●', '▪', '◦', '‣', '*', '|'];

/// Longer lines are text, not a byline or a time.
const MAX_META: usize = 120;

/// A line this long that ends a sentence is a paragraph, not a headline.
const PROSE: usize = 140;

/// What a line says about the headline above it.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub(super) byline: Option<String>,
    pub(super) time: Option<Moment>,
}

/// Reads a line of bylines and times, with or without bullets, together or apart; none when any
/// part of it is something else. `day` is the day of times that name none, else that of receipt.
pub(super) fn meta(line: &str, dates: &Dates, day: Option<Date>) -> Option<Meta> {
    let line = line.trim();
    if line.len() > MAX_META {
        return None;
    }
    let dashed = line.strip_prefix(['-', '–', '—']).map(str::trim_start);
    let marked = dashed.is_some() || line.contains(BULLETS);
    let parts = dashed.unwrap_or(line).split(BULLETS).map(str::trim).filter(|p| !p.is_empty());
    let mut meta = Meta::default();
    for part in parts {
        if let Some(byline) = byline(part, marked) {
            meta.byline = Some(byline);
        } else {
            meta.time = Some(time(part, marked, dates, day)?);
        }
    }
    (meta.byline.is_some() || meta.time.is_some()).then_some(meta)
}

/// A byline. Without a bullet it must look like names, since "By the numbers: …" is a headline.
fn byline(part: &str, marked: bool) -> Option<String> {
    let (by, name) = part.split_once(char::is_whitespace)?;
    if !by.trim_end_matches(':').eq_ignore_ascii_case("by") {
        return None;
    }
    let small = ["and", "of", "for", "in", "de", "van", "von", "bin", "al"];
    let named = |word: &str| !word.starts_with(char::is_lowercase) || small.contains(&word);
    let names = name.split_whitespace().count() <= 8
        && name.split_whitespace().all(named)
        && !name.contains([':', '?', '!']);
    if marked || names { fields::byline(part) } else { None }
}

/// A time. Without a bullet it must have a clock or a year, since "9/11" may be a headline.
fn time(part: &str, marked: bool, dates: &Dates, day: Option<Date>) -> Option<Moment> {
    let (first, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
    let label = first.trim_end_matches(':').to_ascii_lowercase();
    let part = match label.as_str() {
        "updated" | "published" | "posted" | "time" => rest.trim(),
        _ => part,
    };
    let digits = part.split(|c: char| !c.is_ascii_digit());
    let explicit = part.contains(':') || digits.clone().any(|run| matches!(run.len(), 4 | 8));
    if !marked && !explicit {
        return None;
    }
    let ago = || ago(part, dates).filter(|_| marked);
    dates.parse(part).or_else(|| of_day(part, dates, day)).or_else(ago)
}

/// A time of a day, which may be named by a word.
fn of_day(part: &str, dates: &Dates, day: Option<Date>) -> Option<Moment> {
    let (word, rest) = part.split_once([' ', ',']).unwrap_or((part, ""));
    let today = dates.today();
    let (part, day) = match word.to_ascii_lowercase().as_str() {
        "today" => (rest, Some(today)),
        "yesterday" => (rest, Some(today.yesterday().ok()?)),
        _ => (part, day),
    };
    let part = part.trim_start_matches([',', ' ']);
    if let Some(day) = day {
        return dates.time_of_day(part, day);
    }
    let moment = dates.time_of_day(part, today)?;
    // What is read in the morning was told the evening before.
    let past = moment.time <= dates.received;
    if past { Some(moment) } else { dates.time_of_day(part, today.yesterday().ok()?) }
}

/// "2 hours ago", counted from receipt.
fn ago(part: &str, dates: &Dates) -> Option<Moment> {
    let mut words = part.split_whitespace();
    let count: i64 = match words.next()? {
        "a" | "an" => 1,
        count => count.parse().ok().filter(|count| (0..10_000).contains(count))?,
    };
    let unit = words.next()?.to_ascii_lowercase();
    let minutes = match unit.trim_end_matches('s') {
        "min" | "minute" => 1,
        "h" | "hr" | "hour" => 60,
        "day" => 24 * 60,
        _ => return None,
    };
    let ends = words.next()?.eq_ignore_ascii_case("ago") && words.next().is_none();
    let since = jiff::SignedDuration::from_mins(count * minutes);
    let time = dates.received.checked_sub(since).ok().filter(|_| ends)?;
    Some(Moment { time, zoned: true })
}

/// Reads a line that begins with the word "date" and goes on with one; what follows the date is
/// the name of the page or its place.
pub(super) fn date_line(line: &str, dates: &Dates) -> Option<Moment> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace)?;
    if !word.trim_end_matches(':').eq_ignore_ascii_case("date") || line.len() > MAX_META {
        return None;
    }
    let mut text = rest.trim();
    loop {
        if let Some(moment) = dates.parse(text.trim_end_matches(',')) {
            return Some(moment);
        }
        text = text.rsplit_once(char::is_whitespace)?.0.trim_end();
    }
}

/// Whether the numeric date of a line must put the day first or the month first.
pub(super) fn day_first(line: &str) -> Option<bool> {
    if line.len() > MAX_META {
        return None;
    }
    line.split_whitespace().find_map(|token| {
        let mut fields = token.trim_matches(|c: char| !c.is_ascii_digit()).split(['/', '-']);
        let (a, b, year) = (fields.next()?, fields.next()?, fields.next()?);
        if a.len() > 2 || b.len() > 2 || !matches!(year.len(), 2 | 4) {
            return None;
        }
        match (a.parse::<u8>().ok()?, b.parse::<u8>().ok()?) {
            (13..=31, 1..=12) => Some(true),
            (1..=12, 13..=31) => Some(false),
            _ => None,
        }
    })
}

/// A headline without the bullet of its list.
pub(super) fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    let rest = line.trim_start_matches(['•', '·', '●', '▪', '◦', '‣', '*', '-', '–']);
    if rest.starts_with(char::is_whitespace) { rest.trim_start() } else { line }
}

/// Whether a line is a paragraph of an article.
pub(super) fn is_prose(text: &str) -> bool {
    text.len() >= PROSE && text.ends_with(['.', '"', '”', '!', '?'])
}

/// The publisher a byline names: pages write organisations in capitals and people not.
pub(super) fn organisation(byline: &str) -> Option<String> {
    let letters = byline.chars().any(char::is_alphabetic);
    (letters && !byline.chars().any(char::is_lowercase)).then(|| byline.to_owned())
}
