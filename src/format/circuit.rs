//! What the formats of wire circuits share: messages framed by control characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::{Record, charset, fields, teletype};
use crate::item::{Item, Reject, RejectKind};

/// Start of heading.
pub(super) const SOH: char = '\x01';
/// Start of text.
pub(super) const STX: char = '\x02';
/// End of text.
pub(super) const ETX: char = '\x03';
/// End of transmission.
pub(super) const EOT: char = '\x04';
/// Fills time, and is no text.
const DEL: char = '\x7F';

/// One message between its control characters.
#[derive(Debug, PartialEq)]
pub(super) struct Message<'a> {
    /// All of it, from its SOH on.
    pub(super) framed: &'a str,
    /// Between SOH and STX.
    pub(super) heading: &'a str,
    /// Between STX and ETX.
    pub(super) text: &'a str,
    /// Between ETX and EOT.
    pub(super) trailer: &'a str,
}

/// Whether a message is of ANPA: its heading has codes for type-setting, or its text begins with a
/// marked line.
pub(super) fn is_anpa(heading: &str, text: &str) -> bool {
    heading.contains(['\x1F', '\x11', '\x12', '\x13', '\x14', '^']) || text.starts_with('^')
}

/// Up to where the bytes of a circuit hold messages that have ended: with EOT, with the start of the
/// next one or, on a teletype, with its end line. 0 when none has.
pub(super) fn ended(bytes: &[u8]) -> usize {
    let last = |mark: char| bytes.iter().rposition(|byte| *byte == mark as u8);
    let Some(start) = last(SOH) else { return teletype::ended(bytes) };
    let end = last(EOT).map_or(0, |at| at + 1);
    let text_ended = bytes[end.min(start)..start].contains(&(ETX as u8));
    if text_ended { end.max(start) } else { end }
}

/// The bytes of a document without the zero bytes that some lines send while a carriage returns: DEL,
/// which fills as well, is in their place. In UTF-16 they are of the text.
pub(super) fn without_zeros(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = || Encoding::for_bom(bytes).is_some() || charset::guess(bytes) != UTF_8;
    if !bytes.contains(&0) || wide() {
        return Cow::Borrowed(bytes);
    }
    bytes.iter().map(|byte| if *byte == 0 { DEL as u8 } else { *byte }).collect()
}

/// Whether the bytes hold nothing but what fills the time between two messages.
pub(super) fn is_filler(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
        && !bytes.contains(&(SOH as u8))
}

/// Reads the messages of a document, each by `item`.
pub(super) fn items(
    document: &str,
    max_record: usize,
    out: &mut Vec<Record>,
    item: impl Fn(&Message) -> Item,
) {
    let begun = out.len();
    for (offset, found) in messages(document, max_record) {
        if !fields::has_room(begun, offset, out) {
            return;
        }
        out.push(found.and_then(|found| {
            let framed = found.framed.replace(DEL, "");
            let mut item = item(&message(&framed)?);
            item.keep_if_textless(offset, found.framed);
            Ok(item)
        }));
    }
}

/// Splits a document into messages, each with the offset that it begins at.
///
/// # Errors
///
/// A message without its STX or ETX is a reject at the offset where one is missed; so is what stands
/// outside of any message, such as one without its SOH.
fn messages(
    document: &str,
    max_record: usize,
) -> impl Iterator<Item = (u64, Result<Message<'_>, Reject>)> {
    let mut starts = document.match_indices(SOH).map(|(at, _)| at).peekable();
    let first = starts.peek().copied();
    let none = first.is_none().then(|| {
        let reason = "The document holds no message: no SOH character begins one.";
        (0, Err(Reject::new(RejectKind::Malformed, reason, 0, document.as_bytes())))
    });
    let next = move || {
        let start = starts.next()?;
        let end = starts.peek().copied().unwrap_or(document.len());
        let framed = &document[start..end];
        let length = length(framed);
        let found = if length > max_record {
            Err(Reject::too_large(start as u64, max_record, framed.as_bytes()))
        } else {
            message(&framed[..length]).map_err(|cut| cut.moved(start as u64))
        };
        Some(
            std::iter::once((start as u64, found)).chain(strays(&framed[length..], start + length)),
        )
    };
    let before = strays(&document[..first.unwrap_or(0)], 0);
    none.into_iter().chain(before).chain(std::iter::from_fn(next).flatten())
}

/// How much of what stands before the next SOH belongs to a message: up to its EOT or, where another
/// text begins before that, to the end of its trailer's line.
fn length(framed: &str) -> usize {
    let end = framed.find(EOT).map_or(framed.len(), |at| at + EOT.len_utf8());
    let Some(trailer) = framed[..end].find(ETX) else { return end };
    let Some(again) = framed[trailer..end].find(STX) else { return end };
    let line = framed[trailer..].find('\n').filter(|line| *line < again);
    trailer + line.map_or(ETX.len_utf8(), |line| line + 1)
}

/// Rejects for what stands between two messages, which begins at an offset of the document: filler is
/// nothing, and anything else, up to an EOT, may have been a message.
fn strays(
    between: &str,
    offset: usize,
) -> impl Iterator<Item = (u64, Result<Message<'_>, Reject>)> {
    let mut end = offset;
    let pieces = between.split_inclusive(EOT).map(move |piece| {
        end += piece.len();
        (end - piece.len(), piece)
    });
    // Some circuits end each message as teletypes do, besides.
    let ends = |piece: &str| {
        piece.split_ascii_whitespace().all(|word| word.trim_end_matches(EOT) == "NNNN")
    };
    let stray = pieces.filter(move |(_, piece)| !is_filler(piece.as_bytes()) && !ends(piece));
    stray.map(|(at, piece)| {
        let reason = "This is of no message: no SOH character begins it.";
        (at as u64, Err(Reject::new(RejectKind::Malformed, reason, at as u64, piece.as_bytes())))
    })
}

/// Reads what begins with SOH. The offset of a reject counts from there.
fn message(framed: &str) -> Result<Message<'_>, Reject> {
    let missing = |what: &str| {
        let at = framed.len();
        let reason = format!("The message breaks off after {at} bytes: its {what} is missing.");
        Reject::new(RejectKind::Malformed, reason, at as u64, framed.as_bytes())
    };
    let inside = &framed[SOH.len_utf8()..];
    let (heading, rest) = inside.split_once(STX).ok_or_else(|| missing("start of text (STX)"))?;
    let (text, rest) = rest.split_once(ETX).ok_or_else(|| missing("end of text (ETX)"))?;
    let trailer = rest.split(EOT).next().unwrap_or(rest);
    Ok(Message { framed, heading, text, trailer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_and_cut_ones_are_rejects_at_the_cut() {
        let found = messages("\x01a\x02b\x03c\x04\r\n\x01d\x02e", 100);
        let found: Vec<_> = found.map(|(_, message)| message).collect();
        let framed = "\x01a\x02b\x03c\x04";
        let whole = Message { framed, heading: "a", text: "b", trailer: "c" };
        assert_eq!(found[0], Ok(whole));
        let reject = found[1].as_ref().expect_err("cut");
        assert_eq!(reject.offset, Some(13));
        assert!(messages("text", 100).all(|(_, message)| message.is_err()));
    }

    #[test]
    fn what_lost_its_start_is_a_reject_and_what_fills_is_nothing() {
        let found = |document: &str| -> Vec<(u64, bool)> {
            messages(document, 100).map(|(at, found)| (at, found.is_ok())).collect()
        };
        let whole = "\x01a\x02b\x03c\x04";
        assert_eq!(found(&format!("h\x02t\x03u\x04\r\n{whole}")), [(0, false), (8, true)]);
        let lost = format!("{whole}\r\nh\x02t\x03u\x04h\x02t\x03u\x04\r\n\x7f{whole}");
        assert_eq!(found(&lost), [(0, true), (7, false), (15, false), (24, true)]);
        let without_end = format!("\x01a\x02b\x03c\nh\x02t\x03u\x04{whole}");
        assert_eq!(found(&without_end), [(0, true), (7, false), (13, true)]);
        assert_eq!(found(&format!("\r\n\x07\x16{whole}\r\n\x7f\x0c\x16")), [(4, true)]);
    }

    #[test]
    fn a_message_has_ended_when_nothing_of_it_can_follow() {
        let whole = "\x01a\x02b\x03c\x04";
        assert_eq!(ended(whole.as_bytes()), whole.len());
        assert_eq!(ended(&whole.as_bytes()[..whole.len() - 1]), 0, "its trailer may go on");
        assert_eq!(ended(format!("{whole}\r\n\x01d\x02e").as_bytes()), whole.len());
        assert_eq!(ended(b"\x01a\x02b\x03c\r\n\x01d"), 8, "the next one has begun");
        assert_eq!(ended(b"\x01a\x02b\x01c"), 0, "its text has not ended");
        assert_eq!(ended(b"ZCZC1\r\nOne\r\nNNNN\r\nZCZC2\r\nTw"), 18);
        assert_eq!(ended(b"ZCZC1\r\nOne\r\nNNNN"), 16);
        assert_eq!(ended(b"One NNNN of them"), 0);
        assert!(is_filler(b"\r\n\x7f\x16") && !is_filler(b"\r\n\x01") && !is_filler(b"a"));
    }
}
