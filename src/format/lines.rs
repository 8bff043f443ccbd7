//! Lines of a byte stream, decoded one by one, with their offsets.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::{Options, charset};
use crate::item::Reject;

/// Splits a stream into lines. Holds one incomplete line, never more than `max_record` of it.
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Where the first unread line begins in `buffer`.
    start: usize,
    /// Up to where `buffer` was searched for a line end.
    searched: usize,
    /// Offset of `buffer[0]` in the stream.
    offset: u64,
    /// Whether the rest of an over-long line is being thrown away.
    skipping: bool,
    charset: Option<String>,
    utf16: Option<&'static Encoding>,
    /// Where the first line begins, once it was read.
    first: Option<u64>,
    /// Whether the line that comes next was read before.
    rewound: bool,
    /// The byte that ends lines, once the first end of one was seen.
    newline: Option<u8>,
    max: usize,
}

/// One line without its end.
#[derive(Debug)]
pub(super) struct Line {
    /// Byte offset of the line in the stream.
    pub(super) offset: u64,
    /// Its text.
    pub(super) text: String,
}

impl Lines {
    /// What [`Lines::text_ahead`] says of text that does not begin in ASCII.
    pub(super) const NOT_ASCII: u8 = 0xFF;

    pub(super) fn new(options: &Options) -> Lines {
        Lines {
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            offset: 0,
            skipping: false,
            charset: options.charset.clone(),
            utf16: None,
            first: None,
            rewound: false,
            newline: None,
            max: options.max_record,
        }
    }

    /// Adds bytes of the stream. Take all lines out before adding more.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.offset += self.start as u64;
        self.searched -= self.start;
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete line; with `last`, also the unterminated one at the end.
    ///
    /// `Err` is a line that is too long or not text; reading goes on after it.
    pub(super) fn next(&mut self, last: bool) -> Option<Result<Line, Reject>> {
        loop {
            if !self.begun(last) {
                return None;
            }
            let found = self.find_end(last);
            let (end, after) = match found {
                Some(end) => (end, end + if self.utf16.is_some() { 2 } else { 1 }),
                None if last && self.start < self.buffer.len() => {
                    let rest = &self.buffer[self.start..];
                    let padded = self.utf16.is_none();
                    let length = if padded { charset::unpadded(rest).end } else { rest.len() };
                    (self.start + length, self.buffer.len())
                }
                None => return self.overlong(self.buffer.len(), self.buffer.len()),
            };
            if std::mem::take(&mut self.skipping) {
                self.advance(after);
                continue;
            }
            if end - self.start > self.max {
                let refused = self.overlong(end, after);
                self.skipping = false;
                return refused;
            }
            let offset = self.offset + self.start as u64;
            let mut line = self.decode(&self.buffer[self.start..end], offset);
            if *self.first.get_or_insert(offset) == offset {
                line = line.map(|text| text[charset::lead(&text)..].to_owned());
            }
            self.advance(after);
            self.rewound = false;
            return Some(line.map(|text| Line { offset, text }));
        }
    }

    /// Refuses the line so far when it is too long, and skips the rest of it.
    fn overlong(&mut self, end: usize, after: usize) -> Option<Result<Line, Reject>> {
        if self.skipping {
            self.advance(after);
            return None;
        }
        if end - self.start <= self.max {
            return None;
        }
        let offset = self.offset + self.start as u64;
        let bytes = &self.buffer[self.start..end];
        let reject = Reject::too_large(offset, self.max, bytes);
        self.skipping = true;
        self.advance(after);
        Some(Err(reject))
    }

    /// Passes over white space and zero bytes before the line that comes next, and says where the
    /// text begins and with which byte, [`Lines::NOT_ASCII`] for all that are not ASCII. None while
    /// no text is held. What was passed over is not seen again, so that the answer is the same
    /// however the input is cut.
    pub(super) fn text_ahead(&mut self, last: bool) -> Option<(u64, u8)> {
        if !self.begun(last) {
            return None;
        }
        let (width, big) = match self.utf16 {
            None => (1, false),
            Some(encoding) => (2, encoding == UTF_16BE),
        };
        let letter = |unit: &[u8]| match *unit {
            [byte] | [byte, 0] if !big => byte,
            [0, byte] if big => byte,
            _ => Lines::NOT_ASCII,
        };
        let blank = |unit: &&[u8]| matches!(letter(unit), 0 | b' ' | b'\t' | b'\r' | b'\n');
        let units = |at: usize| self.buffer[at..].chunks_exact(width);
        let text = self.start + units(self.start).take_while(blank).count() * width;
        let first = units(text).next().map(letter);
        if text > self.start {
            self.advance(text);
        }
        Some((self.offset + text as u64, first?))
    }

    /// Goes back to where the last line begins: it is to be read again, with what follows it.
    pub(super) fn rewind(&mut self, to: u64) {
        self.advance(to.saturating_sub(self.offset) as usize);
        self.rewound = true;
    }

    /// Whether it went back and has not read on since.
    pub(super) fn is_rewound(&self) -> bool {
        self.rewound
    }

    /// What is held from the line on that comes next.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Gives up reading lines: everything from a place in the input on, which is that of the last
    /// line or of text ahead.
    pub(super) fn take(&mut self, from: u64) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.drain(..from.saturating_sub(self.offset) as usize);
        bytes
    }

    fn advance(&mut self, to: usize) {
        self.start = to;
        self.searched = to;
    }

    fn find_end(&mut self, last: bool) -> Option<usize> {
        let from = self.searched.max(self.start);
        let found = match self.utf16 {
            None => {
                let newline = self.newline(from, last)?;
                let ends = |b: &u8| *b == newline || *b == b'\n';
                self.buffer[from..].iter().position(ends).map(|at| from + at)
            }
            Some(encoding) => {
                let from = from - (from - self.start) % 2;
                let newline: [u8; 2] = if encoding == UTF_16LE { *b"\n\0" } else { *b"\0\n" };
                let mut units = self.buffer[from..].chunks_exact(2);
                units.position(|unit| unit == newline).map(|at| from + at * 2)
            }
        };
        if found.is_none() {
            self.searched = self.buffer.len();
        }
        found
    }

    /// The byte that ends lines, from `from` on: a line feed, or a carriage return too if the first
    /// line ends in one alone, as old Macs and some spreadsheets write it. None while it is
    /// undecided.
    fn newline(&mut self, from: usize, last: bool) -> Option<u8> {
        if self.newline.is_none() {
            let rest = &self.buffer[from..];
            let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n'));
            let returns = end.and_then(|end| rest[end..].iter().find(|b| **b != b'\r'));
            self.newline = match (end, returns) {
                (Some(end), Some(next)) if rest[end] == b'\r' && *next != b'\n' => Some(b'\r'),
                (Some(_), Some(_)) => Some(b'\n'),
                _ if last => Some(b'\n'),
                (Some(_), None) => None,
                // No line ended so far: what was searched need not be searched again.
                (None, _) => {
                    self.searched = self.buffer.len();
                    None
                }
            };
        }
        self.newline
    }

    /// Reads a byte order mark at the start of the stream, or tells UTF-16 without one by its first
    /// two letters; false while it is undecided.
    fn read_mark(&mut self, last: bool) -> bool {
        if self.buffer.len() < 4 && !last {
            return false;
        }
        if let Some((encoding, length)) = Encoding::for_bom(&self.buffer) {
            self.utf16 = (encoding == UTF_16LE || encoding == UTF_16BE).then_some(encoding);
            self.advance(length);
        } else {
            self.utf16 = match self.buffer.first_chunk().map(|four: &[u8; 4]| four.map(|b| b == 0))
            {
                Some([false, true, false, true]) => Some(UTF_16LE),
                Some([true, false, true, false]) => Some(UTF_16BE),
                _ => None,
            };
        }
        true
    }

    /// Reads what stands before the first line: a mark, and zero bytes, however many pieces they come
    /// in. False while it is undecided.
    fn begun(&mut self, last: bool) -> bool {
        if self.offset == 0 && self.start == 0 && !self.read_mark(last) {
            return false;
        }
        if self.first.is_none() && self.utf16.is_none() {
            self.start += self.buffer[self.start..].iter().take_while(|b| **b == 0).count();
            self.searched = self.searched.max(self.start);
        }
        true
    }

    fn decode(&self, bytes: &[u8], offset: u64) -> Result<String, Reject> {
        let decoded = match self.utf16 {
            Some(encoding) => charset::checked(bytes, encoding, 0, offset)?,
            None => charset::unmarked(bytes, self.charset.as_deref(), offset)?,
        };
        let text = decoded.text.trim_end_matches('\r');
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::options;
    use crate::item::RejectKind;

    /// A line's offset and text, or why there is none.
    type Outcome<T> = Result<(u64, T), (RejectKind, Option<u64>)>;

    fn lines(bytes: &[u8], chunk: usize) -> Vec<Outcome<String>> {
        let mut lines = Lines::new(&Options { max_record: 20, ..options() });
        let mut out = Vec::new();
        let mut take = |lines: &mut Lines, last| {
            while let Some(line) = lines.next(last) {
                out.push(line.map(|l| (l.offset, l.text)).map_err(|r| (r.kind, r.offset)));
            }
        };
        for piece in bytes.chunks(chunk) {
            lines.push(piece);
            take(&mut lines, false);
        }
        take(&mut lines, true);
        out
    }

    #[track_caller]
    fn case(bytes: &[u8], expected: &[Outcome<&str>]) {
        let expected: Vec<_> =
            expected.iter().map(|l| l.map(|(offset, text)| (offset, text.to_owned()))).collect();
        for chunk in [1, 2, 3, 7, 100] {
            assert_eq!(lines(bytes, chunk), expected, "in chunks of {chunk}");
        }
    }

    #[test]
    fn lines_are_the_same_however_the_stream_is_cut() {
        case(
            b"one\r\ntwo\n\nthree",
            &[Ok((0, "one")), Ok((5, "two")), Ok((9, "")), Ok((10, "three"))],
        );
        case(b"\xEF\xBB\xBFone\n", &[Ok((3, "one"))]);
        case(b"\xFF\xFEa\0\n\0b\0", &[Ok((2, "a")), Ok((6, "b"))]);
        case(b"\0a\0\n\0b", &[Ok((0, "a")), Ok((4, "b"))]);
        case(
            b"one\rtwo\r\rthree",
            &[Ok((0, "one")), Ok((4, "two")), Ok((8, "")), Ok((9, "three"))],
        );
        case(b"one\r\r\ntwo\rfour\n", &[Ok((0, "one")), Ok((6, "two\rfour"))]);
        case(b"\0one\ntwo\0\0", &[Ok((1, "one")), Ok((5, "two"))]);
        case(b"", &[]);
    }

    #[test]
    fn an_overlong_line_is_one_reject_and_costs_only_itself() {
        case(
            b"a\nthis line is longer than twenty bytes\nb\n",
            &[Ok((0, "a")), Err((RejectKind::TooLarge, Some(2))), Ok((40, "b"))],
        );
    }

    #[test]
    fn a_line_that_is_not_text_costs_only_itself() {
        case(
            b"a\n\xFF\xFE\x00\x01\xFF\nb\n",
            &[Ok((0, "a")), Err((RejectKind::Charset, Some(2))), Ok((8, "b"))],
        );
    }
}
