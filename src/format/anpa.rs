//! `anpa`: ANPA 1312, the format of American wire circuits.
//!
//! ```text
//! SYN SYN SOH W2870 US asian                    service level, number, selector
//! r s DC3 DC1 BC-Harbour   11-23 0350           priority, category, keyword, date, words
//! STX ^BC-US--Harbour, 1st Ld-Writethru,350<    keyword line
//! ^Harbour bridge reopens<                      headline
//! ^Eds: Adds quotes.<                           note
//! ^By ANN LEE=                                  byline
//!    BERGEN (EX) _ The bridge …                 text, paragraphs indented
//! ETX EX-WF-11-23-26 1905GMT<                   agency, date and time
//! ```

use jiff::civil::Time;
use jiff::{Timestamp, ToSpan};

use super::circuit::{self, Message};
use super::date::{Dates, Moment};
use super::fields::{self, dateline, paragraphs};
use super::{Record, embargo};
use crate::item::{Item, Marker, Subject};

mod keyword;

pub(super) use keyword::Keyword;

/// Reads a document of one or more messages.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    circuit::items(text, max_record, out, |message| item(message, dates));
}

pub(super) fn item(message: &Message, dates: &Dates) -> Item {
    let heading = Heading::read(message.heading);
    let marked = Marked::read(message.text);
    let line = marked.keyword.as_deref().unwrap_or(heading.keyword);
    let keyword = Keyword::read(line);
    let opening = marked.body.iter().find_map(|paragraph| dateline(paragraph));
    let agency = message.trailer.trim_start().split_once('-').map(|(agency, _)| agency);
    let agency = agency.filter(|name| name.bytes().all(|b| b.is_ascii_uppercase()));
    let alert = keyword.markers.contains(&Marker::Breaking);
    let headline = marked.headline.or_else(|| match &opening {
        // An alert has no headline: its one sentence is the news.
        Some((_, _, news)) if alert => fields::some(news),
        _ => None,
    });
    let mut item = Item {
        headline: headline.or_else(|| keyword.slugline.clone()).unwrap_or_default(),
        byline: marked.byline,
        slugline: keyword.slugline,
        ednote: marked.ednote,
        located: opening.as_ref().map(|(place, _, _)| place.clone()),
        publisher: agency
            .and_then(fields::some)
            .or_else(|| opening.as_ref().and_then(|(_, agency, _)| fields::some(agency))),
        urgency: heading.urgency,
        subjects: heading.category.into_iter().collect(),
        markers: keyword.markers,
        body: fields::some(&marked.body.join("\n")),
        ..Item::default()
    };
    super::agency::heed_note(&mut item);
    if let Some(moment) = sent(message.trailer, dates).or_else(|| dates.parse(heading.date)) {
        item.set_time(moment);
    }
    // What is written tells more than the day.
    embargo::add(&mut item, dates);
    let made = item.versioncreated.unwrap_or(dates.received);
    item.embargoed = item.embargoed.or_else(|| advance(line, made, dates));
    item
}

/// What the lines between SOH and STX say.
#[derive(Default)]
struct Heading<'a> {
    urgency: Option<u8>,
    category: Option<Subject>,
    keyword: &'a str,
    date: &'a str,
}

impl<'a> Heading<'a> {
    fn read(heading: &'a str) -> Heading<'a> {
        let Some(line) = heading.lines().filter(|line| !line.trim().is_empty()).nth(1) else {
            return Heading::default();
        };
        let separators = |c: char| c.is_whitespace() || c.is_control();
        let mut letters = line.split(separators).filter(|word| !word.is_empty());
        let urgency = letters.next().and_then(urgency);
        let category = letters.next().filter(|word| word.len() == 1);
        let category = category.map(|code| Subject { code: Some(code.to_owned()), name: None });
        let date = line.split(separators).find(|word| is_date(word)).unwrap_or_default();
        // After the codes for type-setting stands the keyword, up to the date.
        let keyword = line.rsplit(|c: char| c.is_control() && c != '\t').next().unwrap_or(line);
        let keyword = keyword.split(date).next().filter(|_| !date.is_empty()).unwrap_or(keyword);
        Heading { urgency, category, keyword: keyword.trim(), date }
    }
}

/// ANPA's priority letters in IPTC's numbers: flash, bulletin, urgent, regular, deferred.
fn urgency(letter: &str) -> Option<u8> {
    match letter {
        "f" => Some(1),
        "b" => Some(2),
        "u" => Some(3),
        "r" => Some(4),
        "d" => Some(5),
        // Held for a weekday or Sunday, and what else can wait.
        _ if letter.len() == 1 && letter.starts_with(|c: char| c.is_ascii_lowercase()) => Some(6),
        _ => None,
    }
}

/// `11-23`, as a heading writes its date.
fn is_date(word: &str) -> bool {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    word.split_once('-').is_some_and(|(month, day)| digits(month) && digits(day))
}

/// The lines of a text by their marks: `^` opens a line of the head.
#[derive(Default)]
struct Marked {
    keyword: Option<String>,
    headline: Option<String>,
    byline: Option<String>,
    ednote: Option<String>,
    body: Vec<String>,
}

impl Marked {
    fn read(text: &str) -> Marked {
        let mut marked = Marked::default();
        let mut notes: Vec<String> = Vec::new();
        let mut listed: Vec<String> = Vec::new();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) =
            lines.next_if(|line| line.starts_with('^') || !line.starts_with([' ', '\t']))
        {
            if marked.keyword.is_some() && !line.starts_with('^') {
                marked.body.push(plain(line));
                break;
            }
            let line = plain(without_routing(line).trim_start_matches('^'));
            let note = line.trim_start_matches('(').to_ascii_lowercase();
            let lower = line.to_ascii_lowercase();
            if marked.keyword.is_none() {
                marked.keyword = Some(line);
            } else if NOTES.iter().any(|opening| note.starts_with(opening)) {
                let (_, note) = line.split_once(':').unwrap_or(("", &line));
                let note = if line.starts_with('(') { note.trim_end_matches(')') } else { note };
                notes.extend(fields::some(note));
            } else if lower.starts_with("$adv") {
                // The day of the keyword line again.
            } else if is_release(&line) {
                notes.push(line);
            } else if lower.starts_with("by ") {
                marked.byline = marked.byline.or_else(|| fields::byline(&line));
            } else if marked.byline.is_none() && !is_reference(&lower) {
                match marked.headline {
                    None => marked.headline = Some(line),
                    Some(_) => listed.push(line),
                }
            }
        }
        marked
            .body
            .extend(paragraphs(lines, |line| line.ends_with(['<', '='])).iter().map(|p| plain(p)));
        if marked.body.is_empty() {
            // A list of headlines has nothing but marked lines.
            marked.body = listed;
        }
        marked.ednote = fields::some(&notes.join("\n"));
        marked
    }
}

/// How notes to editors begin.
const NOTES: [&str; 4] = ["eds:", "editors:", "eds.:", "editor's note:"];

/// A line that says from when an advance may be used, such as `For release Sunday, Dec. 6`.
fn is_release(line: &str) -> bool {
    const OPENINGS: [&str; 9] = [
        "hold for release",
        "embargoed until",
        "embargoed till",
        "embargoed to ",
        "embargoed for release",
        "under embargo",
        "not for release",
        "not for use before",
        "not for publication",
    ];
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lower = line.to_ascii_lowercase();
    let dated = |rest: &str| {
        let mut words = rest.split_whitespace();
        let word = words.find(|word| !["on", "at", "after", "before"].contains(word));
        word.is_some_and(|word| !word.starts_with(char::is_lowercase))
    };
    OPENINGS.iter().any(|opening| lower.starts_with(opening))
        || ["for release ", "for use "]
            .iter()
            .any(|opening| lower.starts_with(opening) && dated(&line[opening.len()..]))
}

/// The start of the day that an advance is for, if that is to come: the next of its number, unless one
/// is hardly over.
fn advance(keyword: &str, made: Timestamp, dates: &Dates) -> Option<Timestamp> {
    let day = keyword::advance_day(keyword)?;
    let first = dates.zone.to_datetime(made).date().checked_sub(7.days()).ok()?;
    let date = first.series(1.day()).take(31).find(|date| date.day() == day)?;
    let start = dates.at(date.to_datetime(Time::midnight()), None)?.time;
    (start > made).then_some(start)
}

/// A line without the routing code that may open it: `^*9006< ^AP-Top-Headlines,0176<`.
fn without_routing(line: &str) -> &str {
    let Some(code) = line.strip_prefix("^*") else { return line };
    match code.split_once('<') {
        Some((code, rest))
            if code.bytes().all(|b| b.is_ascii_digit()) && rest.trim_start().starts_with('^') =>
        {
            rest.trim_start()
        }
        _ => line,
    }
}

/// A line that lists photos, graphics or other media.
fn is_reference(lower: &str) -> bool {
    ["ap photo", "ap graphic", "ap video", "ap audio", "photos", "photo ", "graphic"]
        .iter()
        .any(|start| lower.starts_with(start))
}

/// A line without its end mark, with quotes and dashes as they are printed.
fn plain(line: &str) -> String {
    let line = line.trim().trim_start_matches('^').trim_end_matches(['<', '=']).trim();
    let line = line.replace("``", "“").replace("''", "”").replace(" _ ", " — ");
    super::text::one_line(&line)
}

/// `EX-WF-11-23-26 1905GMT`: the agency, its bureau, date and time.
fn sent(trailer: &str, dates: &Dates) -> Option<Moment> {
    let line = trailer.lines().find(|line| !line.trim().is_empty())?;
    let line = line.trim().trim_end_matches('<').trim_end();
    let digits = line.find(|c: char| c.is_ascii_digit())?;
    dates.parse(&line[digits..])
}

#[cfg(test)]
mod tests;
