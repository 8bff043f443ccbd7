//! `iptc7901`: the IPTC's text transmission format of 1979 for wire circuits.
//!
//! ```text
//! SOH exa062 4 i 211 example 061        source and number, priority, category, words, option
//! Harbour/strike/                       keyword line
//! STX 1ST LEAD                          notices, one a line
//! Dockers vote to go on                 headline
//! By Ann Lee =                          byline; the last of these lines ends in =
//!    Bergen (example) - Dockers …       text, paragraphs indented
//! ETX 231905 GMT Nov 26                 day, time, zone, month, year
//! ```

use super::circuit::{self, Message, dateline, paragraphs};
use super::date::{Dates, Moment};
use super::{Record, agency, fields, teletype};
use crate::item::{Item, Marker, Subject};

mod time;

/// Reads a document of one or more messages.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    if !text.contains(circuit::SOH) && text.trim_start().starts_with(teletype::START) {
        return teletype::parse(text, dates, max_record, out);
    }
    circuit::items(text, max_record, out, |message| item(message, dates));
}

fn item(message: &Message, dates: &Dates) -> Item {
    let heading = Heading::read(message.heading);
    let Head { headline, byline, markers, lines } = Head::read(message.text);
    let notebook = lines.iter().position(|line| is_notebook(line)).unwrap_or(lines.len());
    let body = paragraphs(lines[..notebook].iter().copied(), |_| false);
    let notes = paragraphs(lines[notebook..].iter().copied(), |_| false);
    let opening = body.iter().find_map(|paragraph| dateline(paragraph));
    let (located, agency) = match opening {
        Some((place, agency, _)) => (Some(place), fields::some(agency)),
        None => (None, None),
    };
    let body = fields::some(&body.join("\n"));
    let mut item = Item {
        headline: headline.or_else(|| heading.slugline.clone()).unwrap_or_default(),
        byline: byline
            .or_else(|| body.as_deref().and_then(agency::byline_in))
            .or_else(|| reporter(&notes)),
        body,
        slugline: heading.slugline,
        ednote: fields::some(&notes.join("\n")),
        located,
        publisher: heading.agency.or(agency),
        urgency: heading.urgency,
        subjects: heading.category.into_iter().collect(),
        markers: heading.markers.into_iter().chain(markers).collect(),
        ..Item::default()
    };
    if let Some(moment) = sent(message, dates) {
        item.set_time(moment);
    }
    item
}

/// What the lines between SOH and STX say.
#[derive(Default)]
struct Heading {
    urgency: Option<u8>,
    category: Option<Subject>,
    agency: Option<String>,
    slugline: Option<String>,
    markers: Vec<Marker>,
}

impl Heading {
    fn read(heading: &str) -> Heading {
        let mut lines = heading.lines().filter(|line| !line.trim().is_empty());
        let mut words = lines.next().unwrap_or_default().split_whitespace();
        let _source_and_number = words.next();
        let urgency = words.next().and_then(fields::urgency);
        let category = words.next().filter(|word| word.len() <= 3);
        let category = category.map(|code| Subject { code: Some(code.to_owned()), name: None });
        // The count of words, then options: distribution codes and the agency with its number.
        let options: Vec<&str> = words.skip(1).collect();
        let numbered = |pair: &&[&str]| pair[1].bytes().all(|b| b.is_ascii_digit());
        let agency = options.windows(2).find(numbered).map(|pair| pair[0].to_owned());
        // Notices stand below the keyword line, or below STX.
        let (notices, labels): (Vec<&str>, Vec<&str>) =
            lines.map(str::trim).partition(|line| is_notice(line) && notice(line).is_some());
        let slugline = labels.last().and_then(|line| fields::some(line.trim_end_matches('/')));
        let markers = notices.into_iter().filter_map(notice).collect();
        Heading { urgency, category, agency, slugline, markers }
    }
}

/// What stands above the text.
#[derive(Default)]
struct Head<'a> {
    headline: Option<String>,
    byline: Option<String>,
    markers: Vec<Marker>,
    /// The lines of the text.
    lines: Vec<&'a str>,
}

impl<'a> Head<'a> {
    /// The headline, a byline after it or both end in a sign of equality; without one the headline
    /// is the first line, if a blank line or an indented one follows.
    fn read(text: &'a str) -> Head<'a> {
        /// A headline may be wrapped over so many lines, with its notices and byline.
        const MAX_LINES: usize = 8;
        let lines: Vec<&str> = text.lines().collect();
        let start = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
        let ended =
            lines[start..].iter().take(MAX_LINES).position(|line| line.trim_end().ends_with('='));
        if let Some(end) = ended {
            let end = start + end;
            let ended = |line: &&'a str| line.trim().trim_end_matches('=').trim_end();
            let mut head: Vec<&str> = lines[start..=end].iter().map(ended).collect();
            let notices = head.iter().take(end - start).take_while(|line| is_notice(line)).count();
            let markers = head.drain(..notices).filter_map(notice).collect();
            let by = head.last().filter(|_| head.len() > 1);
            let by = by.filter(|line| line.get(..3).is_some_and(|b| b.eq_ignore_ascii_case("by ")));
            let byline = by.and_then(|line| fields::byline(line));
            if byline.is_some() {
                head.pop();
            }
            let headline = fields::some(&head.join(" "));
            return Head { headline, byline, markers, lines: lines[end + 1..].to_vec() };
        }
        let first = lines.get(start).filter(|line| !line.starts_with([' ', '\t']));
        let alone = lines
            .get(start + 1)
            .is_none_or(|next| next.trim().is_empty() || next.starts_with([' ', '\t']));
        let headline = first.filter(|_| alone).and_then(|line| fields::some(line));
        let from = if headline.is_some() { start + 1 } else { start };
        Head { headline, lines: lines[from..].to_vec(), ..Head::default() }
    }
}

/// What a notice says of its item.
fn notice(line: &str) -> Option<Marker> {
    let upper = line.trim_matches(['(', ')', ' ']).to_ascii_uppercase();
    let number = upper.bytes().take_while(u8::is_ascii_digit).count();
    let nth = upper[..number].parse().unwrap_or(1);
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    if has(&["KILL", "STORNO"]) {
        Some(Marker::Kill)
    } else if has(&["WITHDRAW", "ZURÜCKZIEH"]) {
        Some(Marker::Withdrawn)
    } else if has(&["CORRECT", "BERICHTIG", "KORREKTUR"]) {
        Some(Marker::Corrected)
    } else if has(&["REFILE"]) {
        Some(Marker::Refile)
    } else if has(&["REPEAT", "WIEDERHOLUNG"]) {
        Some(Marker::Repeat)
    } else if has(&["LEAD", "UPDATE", "ROUNDUP"]) {
        Some(Marker::Lead(nth))
    } else if has(&["URGENT", "EXTRA", "FLASH", "BULLETIN", "EIL"]) {
        Some(Marker::Breaking)
    } else if has(&["ADVISORY"]) {
        Some(Marker::Advisory)
    } else if has(&["EXCLUSIVE"]) {
        Some(Marker::Exclusive)
    } else {
        None
    }
}

/// A line above the headline that says what the item is: `EXTRA`, `1ST LEAD`, `(Achtung)`.
fn is_notice(line: &str) -> bool {
    let bracketed = line.starts_with('(') && line.ends_with(')');
    bracketed || line.split_whitespace().count() <= 2 && !line.contains(char::is_lowercase)
}

/// The heading of notes to editors that close a text.
fn is_notebook(line: &str) -> bool {
    line.starts_with('#') && line.to_ascii_lowercase().contains("notebook")
}

/// The reporter a notebook names.
fn reporter(notes: &[String]) -> Option<String> {
    let lines = notes.iter().flat_map(|note| note.split("- "));
    let named = |line: &str| line.trim().strip_prefix("Reporting by:").map(str::to_owned);
    fields::byline(&lines.into_iter().find_map(named)?)
}

fn sent(message: &Message, dates: &Dates) -> Option<Moment> {
    message.trailer.lines().find_map(|line| time::parse(line, dates))
}

#[cfg(test)]
mod tests;
