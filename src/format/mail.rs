//! `mail`: one RFC 5322 message as a file, with MIME parts.

use super::date::Dates;
use super::{Record, charset, fields, text};
use crate::item::{Item, Reject, RejectKind};

mod encoding;
mod header;

use header::Headers;

/// Deepest nesting of multipart bodies that is read.
const MAX_DEPTH: usize = 4;

/// Header fields of which a mail has several.
const KNOWN: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "return-path",
    "mime-version",
    "delivered-to",
    "reply-to",
    "content-type",
];

/// Whether a line begins like one of a mail's header.
pub(super) fn is_field(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
    name.is_some_and(|name| KNOWN.contains(&name.as_str()))
}

/// Whether a text begins with the header of a mail: two known fields at least.
pub(super) fn is_header(text: &str) -> bool {
    let header = text.lines().take_while(|line| !line.trim().is_empty());
    is_field(text.lines().next().unwrap_or_default()) && header.filter(|l| is_field(l)).count() >= 2
}

/// Reads a message.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    let blank = text.len() - text.trim_start().len();
    let text = &text[blank..];
    let (headers, body) = header::split(text);
    if text.len() > max_record {
        out.push(Err(Reject::too_large(blank as u64, max_record, text.as_bytes())));
    } else if !is_header(text) {
        let reason = "The document is no mail: it does not begin with header fields.";
        out.push(Err(Reject::new(RejectKind::Malformed, reason, blank as u64, text.as_bytes())));
    } else if cut_off(&headers, body) {
        let at = blank + text.len();
        let reason = format!(
            "The mail breaks off at offset {at}, before the end of its parts. It was cut on its way."
        );
        out.push(Err(Reject::new(RejectKind::Malformed, reason, at as u64, text.as_bytes())));
    } else {
        let mut item = item(&headers, body, dates);
        item.keep_if_textless(blank as u64, text);
        out.push(Ok(item));
    }
}

fn item(headers: &Headers, body: &str, dates: &Dates) -> Item {
    let sender = headers.words("from").map(|from| sender(&from));
    let subjects = headers.words("keywords");
    let mut item = Item {
        uri: headers
            .raw("message-id")
            .and_then(|id| fields::some(id.trim_matches(['<', '>', ' ']))),
        headline: headers.words("subject").unwrap_or_default(),
        body: content(headers, body, MAX_DEPTH).map(|(body, _)| body),
        publisher: headers.words("organization").or(sender),
        language: headers.raw("content-language").and_then(|tag| fields::language(&tag)),
        subjects: subjects
            .iter()
            .flat_map(|words| words.split(','))
            .filter_map(fields::some)
            .map(|word| fields::subject(&word))
            .collect(),
        ..Item::default()
    };
    if let Some(moment) = headers.raw("date").and_then(|date| dates.parse(&date)) {
        item.set_time(moment);
    }
    item
}

/// Whether the boundary that ends a multipart body is missing.
fn cut_off(headers: &Headers, body: &str) -> bool {
    let kind = headers.raw("content-type").unwrap_or_default();
    let boundary = header::parameter(&kind, "boundary");
    kind.to_ascii_lowercase().starts_with("multipart/")
        && boundary.is_some_and(|boundary| !body.contains(&format!("--{boundary}--")))
}

/// The name of a sender, or the domain of the address.
fn sender(from: &str) -> String {
    let (name, address) = from.split_once('<').unwrap_or((from, from));
    let name = name.trim().trim_matches('"').trim();
    if !name.is_empty() && !name.contains('@') {
        return name.to_owned();
    }
    let address = address.trim_matches(['<', '>', ' ']);
    address.rsplit('@').next().unwrap_or(address).to_owned()
}

/// The text of a body and whether it was sent as plain text: the first plain part, else the first
/// of HTML.
fn content(headers: &Headers, body: &str, depth: usize) -> Option<(String, bool)> {
    let kind = headers.raw("content-type").unwrap_or_default();
    let lower = kind.to_ascii_lowercase();
    if lower.starts_with("multipart/") {
        let boundary = header::parameter(&kind, "boundary").filter(|_| depth > 0)?;
        let parts = parts(body, &boundary).into_iter().map(header::split);
        let mut texts = parts.filter_map(|(headers, body)| content(&headers, body, depth - 1));
        let first = texts.next()?;
        return if first.1 { Some(first) } else { texts.find(|(_, plain)| *plain).or(Some(first)) };
    }
    let attached = headers.raw("content-disposition").is_some_and(|d| d.starts_with("attachment"));
    let html = lower.starts_with("text/html");
    if attached || !(html || lower.is_empty() || lower.starts_with("text/")) {
        return None;
    }
    let transfer = headers.raw("content-transfer-encoding").unwrap_or_default();
    let decoded = match transfer.to_ascii_lowercase().as_str() {
        "base64" => Some(encoding::base64(body)),
        "quoted-printable" => Some(encoding::quoted_printable(body)),
        _ => None,
    };
    let named = header::parameter(&kind, "charset");
    let text = match &decoded {
        Some(bytes) => charset::decode(bytes, named.as_deref(), 0).ok()?.text.into_owned(),
        None => body.to_owned(),
    };
    let text = if html { text::from_html(&text) } else { unwrapped(&text) };
    fields::some(&text).map(|text| (text, !html))
}

/// The parts between the lines of a boundary.
fn parts<'a>(body: &'a str, boundary: &str) -> Vec<&'a str> {
    let mark = format!("--{boundary}");
    let parts = body.split(mark.as_str()).skip(1).take_while(|part| !part.starts_with("--"));
    parts.map(|part| part.trim_start_matches([' ', '\t', '\r']).trim_start_matches('\n')).collect()
}

/// Plain text with its wrapped lines joined: a blank line ends a paragraph.
fn unwrapped(text: &str) -> String {
    super::fields::paragraphs(text.lines(), |_| false).join("\n")
}

#[cfg(test)]
mod tests;
