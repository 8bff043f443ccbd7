//! Embargoes that are only written: `EMBARGOED until 0001 GMT Monday`, `NOT FOR RELEASE BEFORE …`,
//! in a note to editors, a headline or the first lines of a text.
//!
//! Read for the formats that only agencies send; a web page that talks about embargoes is news.

use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan};

use super::date::{Dates, Moment};
use crate::item::{Item, Marker};

/// What opens an embargo, the longer first where one begins another.
const OPENINGS: &[&str] = &[
    "not for publication or broadcast before",
    "not to be published before",
    "not for publication before",
    "not for release before",
    "not for release until",
    "not for use before",
    "hold for release until",
    "hold for release",
    "for release at",
    "under embargo until",
    "embargoed for release until",
    "embargoed for release",
    "embargoed until",
    "embargoed till",
    "embargoed to",
    "embargo until",
    "embargo to",
    "embargoed",
    "embargo",
    "sperrfrist bis",
    "sperrfrist",
    "sous embargo jusqu'au",
    "embargo jusqu'au",
];
/// Words between the opening and its time.
const FILLERS: &[&str] = &["until", "till", "to", "at", "the", "den", "dem", "um", "le", "-", "–"];
/// Lines of a text that are looked at.
const LINES: usize = 3;
/// Words that a time may have.
const WORDS: usize = 9;
/// Longer lines are prose.
const LONGEST: usize = 300;

/// Adds the embargo that an item's words state, if no field states one; where its end cannot be
/// read, the marker alone.
pub(super) fn add(item: &mut Item, dates: &Dates) {
    if item.embargoed.is_some() {
        return;
    }
    let body = item.body.iter().flat_map(|body| body.lines().take(LINES));
    let notes = item.ednote.iter().flat_map(|note| note.lines());
    let lines = notes.chain([item.headline.as_str()]).chain(body);
    // A release that is over by the time the version was made is history.
    let made = item.versioncreated.unwrap_or(dates.received);
    // Nor does an old file that is read again name a day of this year.
    let dates = &Dates { received: made, ..dates.clone() };
    let mut found = None;
    for line in lines.filter(|line| line.len() <= LONGEST) {
        let Some(rest) = after_opening(line) else { continue };
        found = Some(end(rest, made, dates));
        if found.flatten().is_some() {
            break;
        }
    }
    match found {
        Some(Some(until)) => item.embargoed = Some(until),
        Some(None) if !item.markers.contains(&Marker::Embargoed) => {
            item.markers.push(Marker::Embargoed);
        }
        _ => {}
    }
}

/// What follows the words that open an embargo. They begin the line, and are followed by a number,
/// a colon or a filler: "Embargo lifted, trade resumes" is news.
fn after_opening(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    for opening in OPENINGS {
        let Some(head) = line.get(..opening.len()) else { continue };
        if !head.eq_ignore_ascii_case(opening) {
            continue;
        }
        let rest = line[opening.len()..].trim_start_matches(' ');
        let sure = opening.contains(' ') || rest.starts_with(':') || rest.is_empty();
        let rest = rest.trim_start_matches([':', '-', ' ']);
        let dated = rest.starts_with(|c: char| c.is_ascii_digit());
        let filler = FILLERS.iter().any(|word| starts_with_word(rest, word));
        return (dated || filler || (sure && is_capitals(head))).then_some(rest);
    }
    None
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
        && text[word.len()..].starts_with(' ')
}

fn is_capitals(text: &str) -> bool {
    !text.contains(char::is_lowercase)
}

/// The time that a text begins with: the longest run of words that is one.
fn end(text: &str, made: Timestamp, dates: &Dates) -> Option<Timestamp> {
    let words: Vec<&str> = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .skip_while(|word| FILLERS.iter().any(|filler| word.eq_ignore_ascii_case(filler)))
        .take(WORDS)
        .collect();
    (1..=words.len()).rev().find_map(|count| time(&words[..count], made, dates))
}

/// Words as a time: a whole date, or a time of day with or without a day of the week.
fn time(words: &[&str], made: Timestamp, dates: &Dates) -> Option<Timestamp> {
    let words: Vec<String> = words.iter().map(|word| clock(word)).collect();
    let whole = words.join(" ");
    let whole = whole.trim_end_matches(['.', ';', ')', '*']);
    let dated = |moment: Moment| moment.time;
    if let Some(until) = dates.parse(whole).map(dated) {
        return Some(until);
    }
    let weekday = words.iter().find_map(|word| weekday(word));
    let today = dates.zone.to_datetime(made).date();
    let day = match weekday {
        Some(weekday) if today.weekday() != weekday => today.nth_weekday(1, weekday).ok()?,
        _ => today,
    };
    let rest: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| self::weekday(word).is_none()).collect();
    let until = dates.time_of_day(rest.join(" ").trim_end_matches(['.', ';', ')']), day)?.time;
    // "0001" said in the evening is the next day's.
    let over = until <= made;
    let next = || dates.time_of_day(&rest.join(" "), day.checked_add(1.day()).ok()?).map(dated);
    if over && weekday.is_none() { next() } else { Some(until) }
}

/// A time of day as circuits write it, in the form dates are read in: `0001`, `0001GMT`, `noon`.
fn clock(word: &str) -> String {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = word.split_at(digits);
    let hour = number.get(..2).and_then(|hour| hour.parse::<u8>().ok());
    match word.to_ascii_lowercase().as_str() {
        "noon" => "12:00".to_owned(),
        "midnight" => "24:00".to_owned(),
        "uhr" | "h" | "hrs" | "hours" => String::new(),
        // No year of a release has a hour and a minute in its place that is this early.
        _ if digits == 4
            && hour.is_some_and(|hour| hour < 20)
            && (rest.is_empty() || rest.bytes().all(|b| b.is_ascii_alphabetic())) =>
        {
            format!("{}:{} {rest}", &number[..2], &number[2..]).trim_end().to_owned()
        }
        // `12.00 Uhr`.
        _ if number.len() == 2
            && rest.len() == 3
            && rest.starts_with('.')
            && rest[1..].bytes().all(|b| b.is_ascii_digit()) =>
        {
            format!("{number}:{}", &rest[1..])
        }
        _ => word.to_owned(),
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let lower = word.trim_end_matches(['.', ',', ';', ')']).to_ascii_lowercase();
    let found = DAYS.iter().find(|(name, _)| lower.len() >= 3 && name.starts_with(&lower))?;
    Some(found.1)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// Made on Thursday 8 September 2016 at noon in London.
    fn read(line: &str) -> (Option<String>, bool) {
        let made: Timestamp = "2016-09-08T12:00:00+01:00".parse().unwrap();
        let zone = TimeZone::get("Europe/London").unwrap();
        let dates = Dates { zone, received: made, day_first: true };
        let mut item = Item {
            headline: "Study finds link".to_owned(),
            ednote: Some(line.to_owned()),
            versioncreated: Some(made),
            ..Item::default()
        };
        add(&mut item, &dates);
        let until = item.embargoed.map(|at| at.to_string());
        (until, item.markers.contains(&Marker::Embargoed))
    }

    #[track_caller]
    fn until(line: &str, expected: &str) {
        assert_eq!(read(line), (Some(expected.to_owned()), false), "{line:?}");
    }

    #[test]
    fn whole_dates_are_read_in_the_ways_agencies_write_them() {
        until("EMBARGOED UNTIL 00:01 GMT FRIDAY 9 SEPTEMBER 2016", "2016-09-09T00:01:00Z");
        until("Embargoed to 0001 Friday September 9", "2016-09-08T23:01:00Z");
        until("NOT FOR RELEASE BEFORE 6:00 p.m. EDT, September 9, 2016.", "2016-09-09T22:00:00Z");
        until("Embargo: 2016-09-10T06:00:00Z", "2016-09-10T06:00:00Z");
        until("EMBARGOED UNTIL 6 p.m. ET FRIDAY", "2016-09-09T22:00:00Z");
        until("Sperrfrist: 10. September 2016, 12.00 Uhr", "2016-09-10T11:00:00Z");
        until("*** HOLD FOR RELEASE UNTIL 0500 GMT Sept 10 ***", "2016-09-10T05:00:00Z");
        until("Sperrfrist: 10.09.2016 12.00 Uhr", "2016-09-10T11:00:00Z");
    }

    #[test]
    fn a_time_of_day_is_the_next_one_and_a_weekday_the_next_such_day() {
        until("EMBARGOED TO 0001", "2016-09-08T23:01:00Z");
        until("EMBARGOED UNTIL 1800 GMT", "2016-09-08T18:00:00Z");
        until("Embargoed until 0001 GMT Monday", "2016-09-12T00:01:00Z");
        until("EMBARGOED FOR RELEASE UNTIL NOON FRIDAY", "2016-09-09T11:00:00Z");
    }

    #[test]
    fn an_end_that_cannot_be_read_leaves_the_marker() {
        assert_eq!(read("EMBARGOED UNTIL THE SPEECH BEGINS"), (None, true));
        assert_eq!(read("EMBARGOED: check against delivery"), (None, true));
    }

    #[test]
    fn embargoes_that_are_news_are_none() {
        for line in [
            "Embargo on arms lifted, trade resumes",
            "Embargoed goods found in port",
            "The embargo until 2014 hurt exports",
            "For release at last: a lost film",
            "Adds quotes.",
        ] {
            assert_eq!(read(line), (None, false), "{line:?}");
        }
    }
}
