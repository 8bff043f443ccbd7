//! The end of an embargo: a date with or without a time of day, or a time of day with or without a
//! day.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::bare;
use crate::format::date::{Dates, Moment, month, weekday};

/// Words within a time that tell nothing.
pub(super) const FILLERS: &[&str] = &[
    "", "at", "on", "the", "den", "dem", "um", "le", "la", "las", "el", "del", "de", "du", "al",
    "alle", "il", "a", "à", "hrs", "hours", "h",
];
/// Words after a time that tell more of it than was read.
const MORE: &[&str] = &[
    "noon",
    "midnight",
    "morning",
    "afternoon",
    "evening",
    "night",
    "time",
    "uhr",
    "abend",
    "nachmittag",
    "tarde",
    "noche",
    "soir",
    "heures",
];
/// Words after a time with which an embargo is over.
const LIFTED: &[&str] = &["lifted", "removed", "released", "aufgehoben"];
/// Years around the present one that four digits alone name.
const NEAR_YEARS: i16 = 5;
/// Words that a time may have.
const WORDS: usize = 12;

/// What was read of an end.
#[derive(Clone, Copy)]
pub(super) struct End {
    /// None if more was said of it than was read.
    pub(super) until: Option<Timestamp>,
    /// Whether it is a day and a time of day, or nothing else follows.
    pub(super) whole: bool,
    /// Whether the sentence ends with that it was lifted.
    pub(super) lifted: bool,
}

/// Whether words begin as a time does.
pub(super) fn is_time(words: &[&str]) -> bool {
    let digit = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let Some(first) = words.first().map(|word| bare(word)) else { return false };
    digit(&first.as_str())
        || weekday(&first).is_some()
        || ahead(&first).is_some()
        || matches!(first.as_str(), "noon" | "midnight")
        // "Embargo may end".
        || (month(&first).is_some() && words.get(1).is_some_and(digit))
}

/// The time that words begin with, by the longest run of them that is one; none when they begin with
/// none. The same time in another zone may stand in brackets: `12:01 a.m. EST (0501 GMT) Monday`.
pub(super) fn read(words: &[&str], dates: &Dates) -> Option<End> {
    let telling = |word: &&&str| !FILLERS.contains(&bare(word).as_str());
    let words: Vec<&str> = words.iter().filter(telling).copied().collect();
    let end = run(&words, dates)?;
    if end.whole && end.until.is_some() {
        return Some(end);
    }
    let mut within = false;
    let outside = |word: &&&str| {
        within |= word.starts_with('(');
        let outside = !within;
        within &= !word.contains(')');
        outside
    };
    let outer: Vec<&str> = words.iter().filter(outside).copied().collect();
    let other = run(&outer, dates).filter(|other| outer.len() < words.len() && other.whole);
    other.or(Some(end))
}

fn run(words: &[&str], dates: &Dates) -> Option<End> {
    let most = words.len().min(WORDS);
    let year = dates.zone.to_datetime(dates.received).year();
    let clocks: Vec<String> = (0..most).map(|at| clock(words, at, year)).collect();
    let read = |count: usize| Some((count, time(&clocks[..count], dates)?));
    let (count, (until, exact)) = (1..=most).rev().find_map(read)?;
    let behind = if ends_sentence(words[count - 1]) { &[] } else { sentence(&words[count..]) };
    let thereafter = behind.get(..2).is_some_and(|two| bare(two[1]) == "thereafter");
    let alone = behind.is_empty() || thereafter;
    let begun = matches!(exact, Exact::Begun { .. });
    let unread = exact != Exact::Full && behind.iter().any(|word| tells(&bare(word)));
    // "Today after the vote" is yet to come.
    let unread = unread || (begun && !alone);
    let told = !unread && exact != Exact::Begun { week: false };
    let lifted = behind.iter().map(|word| bare(word)).skip_while(|word| {
        matches!(word.as_str(), "" | "now" | "has" | "been" | "was" | "is" | "already")
    });
    let lifted: Vec<String> = lifted.collect();
    Some(End {
        until: told.then_some(until),
        whole: (exact == Exact::Full || alone) && !unread,
        lifted: matches!(&lifted[..], [word] if LIFTED.contains(&word.as_str())),
    })
}

/// The words up to the end of their first sentence.
pub(super) fn sentence<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    let last = words.iter().position(|word| ends_sentence(word));
    &words[..last.map_or(words.len(), |last| last + 1)]
}

/// Whether a word tells of a time.
pub(super) fn tells(bare: &str) -> bool {
    bare.contains(|c: char| c.is_ascii_digit())
        || MORE.contains(&bare)
        || weekday(bare).is_some()
        || ahead(bare).is_some()
}

/// Whether a word is the last of a sentence, and no abbreviation (`a.m.`, `Nov.`).
fn ends_sentence(word: &str) -> bool {
    /// Longer names of months and days are whole.
    const LONGEST: usize = 4;
    let inner = bare(word);
    let named = month(&inner).is_some() || weekday(&inner).is_some();
    let short = inner.contains('.') || (named && inner.len() <= LONGEST);
    word.ends_with([';', '!', ')', ']', '*']) || (word.ends_with('.') && !short)
}

/// How much of a time is told.
#[derive(Clone, Copy, PartialEq)]
enum Exact {
    /// Day, month and time of day.
    Full,
    /// Less.
    Part,
    /// A day alone that has begun, and whether it is this week's for sure: "today", not "Thursday".
    Begun { week: bool },
}

/// Words as a time: a whole date, or a time of day with or without a day of the week, or that day.
fn time(words: &[String], dates: &Dates) -> Option<(Timestamp, Exact)> {
    let made = dates.received;
    let joined = |wanted: &dyn Fn(&str) -> bool| {
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|w| wanted(w)).collect();
        let text = words.join(" ");
        text.trim().trim_end_matches(['.', ';', ')', ']', '*', '!']).to_owned()
    };
    let known = |moment: Moment, text: &str| {
        let (timed, zone) = dates.names(text);
        // Of a zone that is not known, only that the place has one.
        let placed = moment.zoned || !zone || text.to_ascii_lowercase().contains("local");
        placed.then_some((moment.time, timed))
    };
    let text = joined(&|_| true);
    if let Some((until, timed)) = dates.parse(&text).and_then(|moment| known(moment, &text)) {
        return Some((until, if timed { Exact::Full } else { Exact::Part }));
    }
    let today = dates.zone.to_datetime(made).date();
    let day_of = |word: &str| named_day(&bare(word), today);
    let day = words.iter().find_map(|word| day_of(word));
    let rest = joined(&|word| day_of(word).is_none());
    let at = |day: Date| known(dates.time_of_day(&rest, day)?, &rest).map(|(time, _)| time);
    let until = match day {
        // The begin of a day.
        Some(day) if rest.is_empty() => {
            let begin = dates.at(day.at(0, 0, 0, 0), None)?.time;
            if begin <= made {
                let today =
                    |word: &String| matches!(bare(word).as_str(), "today" | "heute" | "hoy");
                return Some((begin, Exact::Begun { week: words.iter().any(today) }));
            }
            begin
        }
        Some(day) => at(day)?,
        // "0001" said in the evening is the next day's.
        None => match at(today)? {
            until if until <= made => at(today.tomorrow().ok()?)?,
            until => until,
        },
    };
    Some((until, Exact::Part))
}

/// The day that a word names, today or one of the seven after it.
fn named_day(bare: &str, today: Date) -> Option<Date> {
    match ahead(bare).or_else(|| weekday(bare).map(|day| today.weekday().until(day).into())) {
        Some(days) => today.checked_add(days.days()).ok(),
        None => None,
    }
}

/// How many days ahead a word is.
fn ahead(bare: &str) -> Option<i32> {
    match bare {
        "today" | "tonight" | "heute" | "hoy" => Some(0),
        "tomorrow" | "morgen" | "demain" | "mañana" => Some(1),
        _ => None,
    }
}

/// A time of day as circuits write it, in the form dates are read in: `0001`, `0001GMT`, `12.00`,
/// `noon`.
fn clock(words: &[&str], at: usize, year: i16) -> String {
    let word = words[at];
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = word.split_at(digits);
    let next = words.get(at + 1).map(|word| bare(word)).unwrap_or_default();
    let half = |next: &str| matches!(next, "noon" | "midnight");
    let sixty = |text: &str| text.parse::<u8>().is_ok_and(|minute| minute < 60);
    match bare(word).as_str() {
        "noon" => "12:00".to_owned(),
        "midnight" => "24:00".to_owned(),
        // `12 noon`.
        "12" if half(&next) => String::new(),
        _ if digits == 4 && sixty(&number[2..]) && is_hour(words, at, year) => {
            format!("{}:{} {rest}", &number[..2], &number[2..]).trim_end().to_owned()
        }
        // `12.00`, which is no day of a month.
        _ if matches!(digits, 1 | 2)
            && rest.len() == 3
            && rest.starts_with('.')
            && number.parse::<u8>().is_ok_and(|hour| hour <= 24)
            && sixty(&rest[1..]) =>
        {
            format!("{number}:{}", &rest[1..])
        }
        _ => word.to_owned(),
    }
}

/// Whether four digits begin with an hour, glued to a zone or not. `2030` is a year as well, unless
/// what follows goes with an hour, or it stands alone and no such year is near.
fn is_hour(words: &[&str], at: usize, year: i16) -> bool {
    let word = words[at];
    let behind = &word[4..];
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    let next = words.get(at + 1).copied().unwrap_or_default();
    let lower = bare(next);
    let zone = (2..=4).contains(&next.len()) && next.bytes().all(|b| b.is_ascii_uppercase());
    let near = word[..4].parse::<i16>().is_ok_and(|named| (named - year).abs() <= NEAR_YEARS);
    let timed = weekday(&lower).is_some()
        || ahead(&lower).is_some()
        || (zone && month(&lower).is_none())
        || (words.len() == 1 && !near);
    match word[..2].parse::<u8>() {
        Ok(20) => !behind.is_empty() && letters(behind) || behind.is_empty() && timed,
        Ok(hour) => hour <= 24 && letters(behind),
        Err(_) => false,
    }
}
