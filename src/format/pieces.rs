//! A whole input, read piece by piece: its records come as its lines are read.

use super::{Format, Options, Parser, Record};

/// Bytes of lines that are read at a time: no more records come of them.
const PIECE: usize = 16 * 1024;

/// The records of a whole input, as many at a time as a piece of it holds. A document is one piece.
pub struct Pieces<B> {
    bytes: B,
    parser: Parser,
    /// Bytes that the parser has been given.
    given: usize,
    /// Bytes that it is given at a time. A piece that has fewer is the last.
    piece: usize,
    finished: bool,
}

impl<B: AsRef<[u8]>> Pieces<B> {
    /// Reads `bytes`, which are all of the input.
    pub fn new(format: Format, bytes: B, options: &Options) -> Pieces<B> {
        let whole = bytes.as_ref();
        let mut parser = Parser::new(format, options.clone());
        let piece = if parser.expect(whole) { PIECE } else { usize::MAX };
        Pieces { bytes, parser, given: 0, piece, finished: false }
    }

    /// The bytes that are read next.
    pub fn ahead(&self) -> &[u8] {
        let rest = &self.bytes.as_ref()[self.given..];
        &rest[..rest.len().min(self.piece)]
    }

    /// Offset of what is read next.
    pub fn offset(&self) -> u64 {
        self.given as u64
    }

    /// See [`Parsed::cut`](super::Parsed::cut); known at the end.
    pub fn cut(&self) -> bool {
        self.parser.cut()
    }

    /// See [`Parser::take_notice`].
    pub fn take_notice(&mut self) -> Option<String> {
        self.parser.take_notice()
    }
}

impl<B: AsRef<[u8]>> Iterator for Pieces<B> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        if self.finished {
            return None;
        }
        let mut records = Vec::new();
        let rest = &self.bytes.as_ref()[self.given..];
        let piece = &rest[..rest.len().min(self.piece)];
        self.given += piece.len();
        self.finished = piece.len() < self.piece;
        self.parser.feed(piece, &mut records);
        if self.finished {
            self.parser.finish(&mut records);
        }
        Some(records)
    }
}

#[cfg(test)]
mod tests;
