//! From places in decoded text back to places in the bytes.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::Decoded;

/// Traces places that mostly come in order, so that each stretch of text is measured once.
pub(super) struct Trace<'d> {
    decoded: &'d Decoded<'d>,
    /// A place in the text and the one it came from.
    known: (usize, usize),
}

impl<'d> Trace<'d> {
    pub(super) fn new(decoded: &'d Decoded<'_>) -> Trace<'d> {
        Trace { decoded, known: (0, decoded.mark) }
    }

    /// Where the text at byte `at` came from, never past the end of the bytes. Exact for UTF-8 and
    /// for other charsets up to the first replaced character.
    pub(super) fn origin(&mut self, at: usize) -> usize {
        let at = at.min(self.decoded.text.len());
        if at < self.known.0 {
            self.known = (0, self.decoded.mark);
        }
        let (from, origin) = self.known;
        let length = if self.decoded.encoding == UTF_8 {
            self.utf8(at - from, origin)
        } else {
            self.length(self.decoded.text.get(from..at).unwrap_or_default())
        };
        let origin = (origin + length).min(self.decoded.bytes.len());
        self.known = (at, origin);
        origin
    }

    /// How many bytes from `origin` on became `length` bytes of text: each faulty sequence became
    /// one replacement character.
    fn utf8(&self, length: usize, origin: usize) -> usize {
        let (mut text, mut bytes) = (0, 0);
        for chunk in self.decoded.bytes[origin..].utf8_chunks() {
            if text + chunk.valid().len() >= length {
                break;
            }
            text += chunk.valid().len() + char::REPLACEMENT_CHARACTER.len_utf8();
            bytes += chunk.valid().len() + chunk.invalid().len();
            if text >= length {
                return bytes;
            }
        }
        bytes + (length - text)
    }

    /// How many bytes a piece of text came from in charsets other than UTF-8.
    fn length(&self, piece: &str) -> usize {
        let encoding = self.decoded.encoding;
        match &self.decoded.text {
            Cow::Borrowed(_) => piece.len(),
            Cow::Owned(_) if encoding == UTF_16LE || encoding == UTF_16BE => {
                piece.chars().map(char::len_utf16).sum::<usize>() * 2
            }
            Cow::Owned(_) if encoding.is_single_byte() => piece.chars().count(),
            Cow::Owned(_) => encoding.encode(piece).0.len(),
        }
    }
}
