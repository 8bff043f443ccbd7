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

use super::circuit::{self, Message};
use super::date::{Dates, Moment};
use super::fields::{self, dateline, paragraphs};
use super::notice::notice;
use super::{Record, agency, anpa, teletype};
use crate::item::{Item, Marker, Subject};

mod time;

/// Reads a document of one or more messages.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    messages(text, dates, max_record, out, item);
}

/// Reads a document of messages that may be of ANPA as well, as one line may carry both.
pub(super) fn parse_either(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    messages(text, dates, max_record, out, |message, dates| {
        match circuit::is_anpa(message.heading, message.text) {
            true => anpa::item(message, dates),
            false => item(message, dates),
        }
    });
}

fn messages(
    text: &str,
    dates: &Dates,
    max_record: usize,
    out: &mut Vec<Record>,
    item: impl Fn(&Message, &Dates) -> Item,
) {
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
        // Notices stand below the keyword line, or below STX. A line alone is the keyword's.
        let lines: Vec<&str> = lines.map(str::trim).collect();
        let label = lines.iter().rfind(|line| said(line).is_none()).or(lines.first());
        let slugline = label.and_then(|line| fields::some(line.trim_end_matches('/')));
        let markers = lines.iter().filter(|line| Some(*line) != label);
        let markers = markers.filter_map(|line| said(line)).collect();
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
            let by = head.last().filter(|_| head.len() > 1);
            let by = by.filter(|line| line.get(..3).is_some_and(|b| b.eq_ignore_ascii_case("by ")));
            let byline = by.and_then(|line| fields::byline(line));
            if byline.is_some() {
                head.pop();
            }
            // Where the headline is in capitals, too, only the words of its first lines tell.
            let above = |n: &usize| match head[n + 1..].concat().contains(char::is_lowercase) {
                true => is_notice(head[*n]),
                false => is_bracketed(head[*n]) || said(head[*n]).is_some(),
            };
            let notices = (0..head.len().saturating_sub(1)).take_while(above).count();
            let markers = head.drain(..notices).filter_map(said).collect();
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

/// What a line says of its item if it is a notice, in capitals or brackets: `(Korrektur: Name)`.
/// A keyword line ends in a slash.
fn said(line: &str) -> Option<Marker> {
    if is_bracketed(line) {
        let said = line.trim_matches(['(', ')']);
        return notice(&said.split(':').next().unwrap_or(said).to_uppercase());
    }
    if line.contains('/') || line.contains(char::is_lowercase) { None } else { notice(line) }
}

/// A line above the headline that says what the item is: `EXTRA`, `1ST LEAD`, `(Achtung)`.
fn is_notice(line: &str) -> bool {
    is_bracketed(line) || line.split_whitespace().count() <= 2 && !line.contains(char::is_lowercase)
}

fn is_bracketed(line: &str) -> bool {
    line.starts_with('(') && line.ends_with(')')
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
