//! Messages of telegraph circuits, which `iptc7901` takes too: framed by letters, as teletypes had
//! no control characters to spare. The Italian agencies and AAP's services still send them.
//!
//! ```text
//! ZCZC0123/EXA                         start and number, or the name of the sender
//! R CRO S0B QBXB                       codes of priority, category and destination
//! Harbour bridge reopens               headline, up to a line that ends in = if one does
//!  (EXAMPLE) - BERGEN, 23 NOV - The bridge …
//! 23-NOV-26 19:05
//! NNNN                                 end
//! ```
//!
//! Others mark the lines of the head: `#` or `:` keyword, `:` or `^` headline, `$` category, `+`
//! subject.

use super::Record;
use super::date::Dates;
use super::fields::{self, dateline, paragraphs};
use crate::item::{Item, Reject, RejectKind, Subject};

/// What begins a message.
pub(super) const START: &str = "ZCZC";
/// What ends one.
const END: &str = "NNNN";
/// Marks of the lines of the head.
const MARKS: [char; 10] = ['%', '$', '&', '*', '+', '#', '@', '^', ':', '='];

/// Up to where bytes hold messages that have ended: behind the last line that ends in NNNN. 0 when
/// they begin as none does.
pub(super) fn ended(bytes: &[u8]) -> usize {
    if !bytes.trim_ascii_start().starts_with(START.as_bytes()) {
        return 0;
    }
    let mut end = 0;
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii_end().ends_with(END.as_bytes()) {
            end = at;
        }
    }
    end
}

/// Reads a document of one or more messages.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let blank = line.len() - line.trim_start().len();
        if line[blank..].starts_with(START) {
            starts.push(at + blank);
        }
        at += line.len();
    }
    let begun = out.len();
    for (n, start) in starts.iter().enumerate() {
        if !fields::has_room(begun, *start as u64, out) {
            return;
        }
        let end = starts.get(n + 1).copied().unwrap_or(text.len());
        let framed = &text[*start..end];
        out.push(if framed.len() > max_record {
            Err(Reject::too_large(*start as u64, max_record, framed.as_bytes()))
        } else {
            whole(framed).map_err(|cut| cut.moved(*start as u64)).map(|lines| {
                let mut item = item(&lines, dates);
                item.keep_if_textless(*start as u64, framed);
                item
            })
        });
    }
}

/// The lines of a message between its start and its end; a reject if the end is missing, with an
/// offset within the message.
fn whole(framed: &str) -> Result<Vec<&str>, Reject> {
    let mut lines = Vec::new();
    for line in framed[START.len()..].lines() {
        let rest = line.trim_end().strip_suffix(END);
        lines.push(rest.unwrap_or(line));
        if rest.is_some() {
            return Ok(lines);
        }
    }
    let end = framed.len();
    let reason = format!("The message breaks off after {end} bytes: its end ({END}) is missing.");
    Err(Reject::new(RejectKind::Malformed, reason, end as u64, framed.as_bytes()))
}

fn item(lines: &[&str], dates: &Dates) -> Item {
    let (sender, lines) = lines.split_first().unwrap_or((&"", &[]));
    let mut head = Head::default();
    let mut lines = lines.iter().copied().skip_while(|line| head.takes(line)).collect::<Vec<_>>();
    let sent = lines.iter().rposition(|line| !line.trim().is_empty());
    let sent = sent.and_then(|at| Some((at, dates.parse(lines[at])?)));
    if let Some((at, _)) = sent {
        lines.truncate(at);
    }
    let named = head.headline();
    let (first, lines) = if named.is_some() { (None, lines.as_slice()) } else { first(&lines) };
    let body = paragraphs(lines.iter().copied(), |_| false);
    let opening = body.iter().find_map(|paragraph| source(paragraph));
    let (located, agency) = opening.map_or((None, None), |(place, agency)| (place, Some(agency)));
    let letters = |c: char| c.is_ascii_uppercase();
    let mut item = Item {
        headline: named.or(first).unwrap_or_default(),
        slugline: head.keyword.or(head.colon),
        located,
        publisher: agency.or_else(|| fields::some(sender).filter(|name| name.chars().all(letters))),
        subjects: head.subjects,
        body: fields::some(&body.join("\n")),
        ..Item::default()
    };
    if let Some((_, moment)) = sent {
        item.set_time(moment);
    }
    item
}

/// What the lines above the text say.
#[derive(Default)]
struct Head {
    keyword: Option<String>,
    colon: Option<String>,
    caret: Option<String>,
    subjects: Vec<Subject>,
}

impl Head {
    /// Reads a line if it is one of the head: empty, marked, or nothing but codes.
    fn takes(&mut self, line: &str) -> bool {
        let line = line.trim();
        let Some(mark) = line.chars().next() else { return true };
        if !MARKS.contains(&mark) {
            return is_codes(line);
        }
        let Some(value) = fields::some(&line[mark.len_utf8()..]) else { return true };
        match mark {
            '#' => self.keyword = Some(value),
            ':' => self.colon = Some(value),
            '^' => self.caret = Some(value),
            '$' | '+' => self.subjects.push(Subject { code: Some(value), name: None }),
            _ => {}
        }
        true
    }

    /// The headline a mark gives: of a date alone, together with the keyword.
    fn headline(&self) -> Option<String> {
        let marked = self.caret.as_ref().or(self.colon.as_ref())?;
        match &self.keyword {
            Some(keyword) if !marked.contains(char::is_alphabetic) => {
                Some(format!("{keyword} {marked}"))
            }
            _ => Some(marked.clone()),
        }
    }
}

/// `R CRO S0B QBXB`, `EXA0123 7 CRO`: short words in capitals, and words with numbers.
fn is_codes(line: &str) -> bool {
    let code = |word: &str| {
        word.len() <= 4 || word.contains(|c: char| c.is_ascii_digit()) || word.contains('_')
    };
    !line.contains(char::is_lowercase) && line.split_whitespace().all(code)
}

/// The headline that opens a text, and what follows it.
fn first<'t, 'a>(lines: &'t [&'a str]) -> (Option<String>, &'t [&'a str]) {
    /// A headline may be wrapped over so many lines.
    const MAX: usize = 4;
    let ends = |line: &&str| line.trim_end().ends_with('=');
    let end = lines.iter().take(MAX).position(ends).unwrap_or(0);
    let Some((head, rest)) = lines.split_at_checked(end + 1) else { return (None, lines) };
    let trimmed = head.iter().map(|line| line.trim().trim_end_matches(['=', '<', '!']).trim());
    (fields::some(&trimmed.collect::<Vec<_>>().join(" ")), rest)
}

/// The place and the agency of an opening: `(EXAMPLE) - BERGEN, 23 NOV - …`, or with the place first.
fn source(text: &str) -> Option<(Option<String>, String)> {
    let place = |text: &str| fields::some(text.split(',').next().unwrap_or_default());
    if let Some((agency, rest)) = text.strip_prefix('(').and_then(|text| text.split_once(") - ")) {
        let (at, _) = rest.split_once(" - ")?;
        return Some((place(at), fields::some(agency)?));
    }
    let (at, agency, _) = dateline(text)?;
    Some((place(&at), fields::some(agency)?))
}

#[cfg(test)]
mod tests;
