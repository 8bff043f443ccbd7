//! Charsets: bytes to text, however they were declared.
//!
//! The order is that of the web: byte order mark, charset from outside (an HTTP header), charset
//! the text declares, then a guess. Two rules bend it. Text that is valid UTF-8 and not plain
//! ASCII is UTF-8 whatever was declared, since no other charset produces it by accident. And a
//! declared Latin-1 is windows-1252, as the WHATWG encoding standard has it.

use std::borrow::Cow;
use std::ops::Range;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Record, offset_of};
use crate::item::{Reject, RejectKind};

mod trace;

use trace::Trace;

/// One character in so many may be unreadable before bytes are refused as text: three slips in a
/// headline pass, a picture does not.
const READABLE: usize = 20;

/// How many bytes at the start of a document are searched for a declaration.
const PROLOG: usize = 1024;

/// A byte order mark of UTF-8 that was taken for Latin-1 on the way.
pub(super) const LATIN_MARK: &str = "ï»¿";

/// Text and how it was decoded.
pub(super) struct Decoded<'a> {
    /// The text without its byte order mark.
    pub(super) text: Cow<'a, str>,
    encoding: &'static Encoding,
    mark: usize,
    bytes: &'a [u8],
}

/// Decodes a document. `outside` is a charset given with the bytes; `offset` is where the bytes
/// begin in their input.
///
/// # Errors
///
/// A reject of kind `Charset` that names the first unreadable place when more than one character
/// in [`READABLE`] cannot be read.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    outside: Option<&str>,
    offset: u64,
) -> Result<Decoded<'a>, Reject> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return checked(bytes, encoding, mark, offset);
    }
    unmarked(bytes, outside, offset)
}

/// Decodes a piece of a document, which has no byte order mark of its own. Errors as [`decode`].
pub(super) fn unmarked<'a>(
    bytes: &'a [u8],
    outside: Option<&str>,
    offset: u64,
) -> Result<Decoded<'a>, Reject> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !(text.is_ascii() && text.contains(['\0', '\x1b']))
    {
        return checked(bytes, UTF_8, 0, offset);
    }
    let declared = outside.and_then(label).or_else(|| declaration(bytes));
    let encoding = match declared {
        // What is not UTF-8 here was declared UTF-8: slips in it, or a wrong declaration.
        Some(encoding) if encoding != UTF_8 => encoding,
        _ => guess(bytes),
    };
    checked(bytes, encoding, 0, offset)
}

/// The encoding of a charset name, tolerant of white space and quotes.
pub(super) fn label(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(name.trim_matches(['"', '\'', ' ']).as_bytes())
}

/// Decodes in one encoding. Errors as [`decode`].
pub(super) fn checked<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
    mark: usize,
    offset: u64,
) -> Result<Decoded<'a>, Reject> {
    let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
    let decoded = Decoded { text, encoding, mark, bytes };
    let (mut bad, mut all, mut first) = (0, 0, None);
    for (at, character) in decoded.text.char_indices() {
        all += 1;
        if unreadable(character) {
            bad += 1;
            first = first.or(Some(at));
        }
    }
    match first {
        Some(first) if bad * READABLE > all => {
            let at = decoded.origin(first, offset);
            let name = encoding.name();
            let reason = format!(
                "The bytes from offset {at} are not {name} text: {bad} of {all} characters cannot \
                 be read. Send UTF-8, or declare the charset."
            );
            Err(Reject::new(RejectKind::Charset, reason, at, bytes))
        }
        _ => Ok(decoded),
    }
}

/// Where the text is in bytes to which file systems and transfers added something: zero bytes before
/// it or up to the end of a block, the end-of-file character of DOS. In UTF-16 there are zero bytes
/// elsewhere, too, and all belong to the text.
pub(super) fn unpadded(bytes: &[u8]) -> Range<usize> {
    let end = bytes.iter().rposition(|b| !matches!(b, 0 | 0x1A)).map_or(0, |last| last + 1);
    let start = bytes[..end].iter().take_while(|b| **b == 0).count();
    if bytes[start..end].contains(&0) { 0..bytes.len() } else { start..end }
}

/// How many bytes before a text are none of it: zero bytes, a second byte order mark, also behind
/// blank lines.
pub(super) fn lead(text: &str) -> usize {
    let mark = |c: char| matches!(c, '\u{FEFF}' | '\u{200B}' | '\0');
    let rest = text.trim_start_matches(|c: char| mark(c) || c.is_whitespace());
    let run = &text[..text.len() - rest.len()];
    if rest.starts_with(LATIN_MARK) {
        return run.len() + LATIN_MARK.len();
    }
    run.char_indices().rfind(|(_, c)| mark(*c)).map_or(0, |(at, mark)| at + mark.len_utf8())
}

/// Text with line feeds where it has carriage returns alone, as old Macs wrote them. Places in it
/// stay where they are.
pub(super) fn line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') && !text.contains('\n') {
        return Cow::Owned(text.replace('\r', "\n"));
    }
    text
}

/// A replacement character, or a control character that no wire uses in text.
fn unreadable(character: char) -> bool {
    match character {
        '\u{FFFD}' | '\0' => true,
        // Wire circuits frame messages with SOH to BEL, DC1 to SYN, ESC and DEL.
        '\x01'..='\x1F' | '\x7F' => false,
        '\u{80}'..='\u{9F}' => true,
        _ => false,
    }
}

impl Decoded<'_> {
    /// Takes off what stands before the text, and ends lines as the formats expect it.
    pub(super) fn tidy(mut self) -> Self {
        let lead = lead(&self.text);
        if lead > 0 {
            self.mark = Trace::new(&self).origin(lead);
            self.text = match self.text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[lead..]),
                Cow::Owned(mut text) => Cow::Owned(text.split_off(lead)),
            };
        }
        self.text = line_ends(self.text);
        self
    }

    /// Where the text at byte `at` stood in the bytes it was decoded from.
    fn origin(&self, at: usize, offset: u64) -> u64 {
        offset + Trace::new(self).origin(at) as u64
    }

    /// Turns the offsets of records from places in the text into places in the bytes.
    pub(super) fn restore_offsets(&self, records: &mut [Record]) {
        if matches!(self.text, Cow::Borrowed(_)) && self.mark == 0 {
            return;
        }
        let mut trace = Trace::new(self);
        for offset in records.iter_mut().filter_map(offset_of) {
            *offset = trace.origin(usize::try_from(*offset).unwrap_or(usize::MAX)) as u64;
        }
    }
}

/// The charset an XML declaration or an HTML `meta` element names.
fn declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let prolog = &bytes[..bytes.len().min(PROLOG)];
    let prolog = String::from_utf8_lossy(prolog);
    let trimmed = prolog.trim_start();
    if !trimmed.starts_with('<') {
        return None;
    }
    let named = ["encoding=", "charset="].into_iter().find_map(|key| {
        let value = trimmed.split_once(key)?.1.trim_start_matches(['"', '\'']);
        value.split(['"', '\'', ' ', ';', '?', '>']).next()
    });
    // A declaration that could be read as ASCII is not that of UTF-16.
    named.and_then(label).filter(|encoding| ![UTF_16BE, UTF_16LE].contains(encoding))
}

/// Guesses the charset of bytes that are not valid UTF-8.
pub(super) fn guess(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = unmarked_utf16(bytes) {
        return encoding;
    }
    // Zero bytes that are not UTF-16 are no text: UTF-8 shows where it goes wrong.
    if bytes.contains(&0) || damaged_utf8(bytes) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    if guessed == WINDOWS_1252 && not_latin(bytes) { UTF_8 } else { guessed }
}

/// UTF-16 without a mark shows in the zero bytes of its ASCII letters.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(PROLOG)];
    let zeros = |parity| sample.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let most = sample.len() / 2 - sample.len() / 8;
    match sample.len() {
        0..4 => None,
        _ if odd >= most && even == 0 => Some(UTF_16LE),
        _ if even >= most && odd == 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether bytes are UTF-8 with slips: most of what is not ASCII forms valid sequences.
fn damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// FE and FF side by side are "þÿ" in windows-1252, which no language writes.
fn not_latin(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair.iter().all(|b| *b >= 0xFE))
}

#[cfg(test)]
mod tests;
