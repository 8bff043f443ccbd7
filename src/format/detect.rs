//! Which format bytes are in, told from the first of them.

use encoding_rs::{Encoding, UTF_8};

use super::binary::{is_binary, is_noise};
use super::circuit::{self, SOH, STX, is_anpa};
use super::{Format, charset, mail, teletype, tsv, xml};

/// How many bytes decide.
const ENOUGH: usize = 8 * 1024;

/// Goes before a message on a wire circuit, so that both ends agree on the time.
const SYN: char = '\x16';

impl Format {
    /// Recognises a format by its first bytes: [`None`] when they are not of any, or too few.
    ///
    /// Looks at no more than 8 KiB. Any line of text is a `list`, so a `tsv` is recognised by its
    /// header, and JSON without a feed's version is `ndjson`, whether an object fills a line or a
    /// document.
    pub fn detect(bytes: &[u8]) -> Option<Format> {
        let bytes = sample(bytes).unwrap_or(&bytes[..bytes.len().min(ENOUGH)]);
        if is_binary(bytes) {
            return None;
        }
        let (encoding, mark) = Encoding::for_bom(bytes)
            .unwrap_or_else(|| (if bytes.contains(&0) { charset::guess(bytes) } else { UTF_8 }, 0));
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let text = charset::line_ends(text);
        of_text(&text[charset::lead(&text)..])
    }

    /// The format of XML with such an outermost element.
    pub(super) fn of_root(name: &str) -> Option<Format> {
        match name.to_ascii_lowercase().as_str() {
            "rss" | "rdf" | "feed" | "channel" | "item" | "entry" => Some(Format::Feed),
            "newsmessage" | "newsitem" | "packageitem" | "planningitem" => Some(Format::NewsmlG2),
            "newsml" => Some(Format::Newsml1),
            "nitf" => Some(Format::Nitf),
            _ => None,
        }
    }
}

/// Whether the bytes of a stream so far suffice to tell. Of one that may never end, a message that
/// has does.
pub(super) fn decidable(bytes: &[u8], endless: bool) -> bool {
    sample(bytes).is_some() || endless && circuit::ended(bytes) > 0
}

/// The bytes that decide, the same however a stream is cut: the first line of plain text, else
/// the first 8 KiB. None while there are fewer.
fn sample(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.strip_prefix(charset::LATIN_MARK.as_bytes()).unwrap_or(bytes);
    let start = bytes.len() - start.trim_ascii_start().len();
    let end = bytes[start..].iter().position(|b| *b == b'\n').map(|length| start + length);
    let line = end.map(|end| &bytes[start..end]).filter(|line| {
        // The name of an XML root may come late, after comments and a document type; a wire
        // message shows what it is in its second line.
        let plain = |b: &u8| *b >= b' ' || matches!(*b, b'\t' | b'\r');
        let document = match line[0] {
            // An object on one line is `ndjson`: its stream must not wait for more.
            b'{' => !line.trim_ascii_end().ends_with(b"}"),
            b'<' | b'[' | 0xEF | 0xFE | 0xFF => true,
            // One field does not make a mail.
            _ => std::str::from_utf8(line).is_ok_and(mail::is_field),
        };
        line.iter().all(plain) && !document
    });
    line.or_else(|| bytes.get(..ENOUGH))
}

fn of_text(text: &str) -> Option<Format> {
    if let Some(format) = circuit(text) {
        return Some(format);
    }
    let start = text.trim_start();
    match start.chars().next()? {
        '<' => xml_root(start),
        '{' | '[' => Some(json(start)),
        _ if start.starts_with(teletype::START) => Some(Format::Iptc7901),
        _ if tsv::is_header(start.lines().next().unwrap_or_default()) => Some(Format::Tsv),
        _ if mail::is_header(start) => Some(Format::Mail),
        _ if printable(start) => Some(Format::List),
        _ => None,
    }
}

/// Whether a line that stands on a page of headlines may begin what is none: messages of a circuit, or
/// XML, behind a line of noise. What follows it tells.
pub(super) fn may_interrupt(line: &str) -> bool {
    let start = line[charset::lead(line)..].trim_start();
    let xml = || {
        ["<?xml", "<!DOCTYPE"].iter().any(|begin| start.starts_with(begin))
            // A tag may go on in the next line.
            || start.starts_with('<') && xml_root(&format!("{start} ")).is_some()
    };
    line.contains([SOH, STX, SYN]) || start.starts_with(teletype::START) || xml()
}

/// Whether what a line that may interrupt a page begins is a message or document, of which more may
/// come: not where it merely holds a character that messages have.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let fills = |byte: &&u8| **byte <= b' ' && **byte != SOH as u8;
    let start = &bytes[bytes.iter().take_while(fills).count()..];
    let begins = [teletype::START.as_bytes(), b"<", &[SOH as u8]];
    begins.iter().any(|begin| start.starts_with(begin))
}

/// ANPA 1312 begins with SYN SYN SOH, IPTC 7901 with SOH. Files are kept with and without the
/// SYNs, so what follows decides when they are missing.
fn circuit(text: &str) -> Option<Format> {
    if is_noise(text) {
        return None;
    }
    let start = text.trim_start_matches(|c: char| c != SYN && c != SOH && !c.is_alphanumeric());
    if start.starts_with(SYN) {
        return start.contains(SOH).then_some(Format::Anpa);
    }
    let (heading, text) = match start.strip_prefix(SOH) {
        Some(message) => message.split_once(STX).unwrap_or((message, "")),
        // Behind noise, or what lost its SOH.
        None => start.split_once(SOH)?.1.split_once(STX)?,
    };
    Some(if is_anpa(heading, text) { Format::Anpa } else { Format::Iptc7901 })
}

fn xml_root(text: &str) -> Option<Format> {
    Format::of_root(xml::root_name(text)?)
}

fn json(text: &str) -> Format {
    if text.contains("jsonfeed.org/version") { Format::Feed } else { Format::Ndjson }
}

/// Whether text could be a page: hardly any control or replacement characters.
fn printable(text: &str) -> bool {
    let odd =
        text.chars().filter(|c| c.is_control() && !c.is_whitespace() || *c == '\u{FFFD}').count();
    odd * 10 <= text.chars().count()
}
