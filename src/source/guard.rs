//! A parser that panics costs the bytes it was given, not the daemon.
//!
//! Parsers are pure and are thrown away after a panic, so nothing doubtful is kept; a stage's panic
//! is another matter (`poison`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::{error, warn};

use crate::config::SourceConfig;
use crate::format::{Format, MAX_RECORDS, Options, Parsed, Parser, Pieces, Record};
use crate::item::{Reject, RejectKind};
use crate::poison::panic_if_asked;

/// A push parser behind a guard.
pub(super) struct Guarded {
    source: String,
    format: Format,
    options: Options,
    parser: Parser,
    /// Bytes fed so far.
    offset: u64,
}

impl Guarded {
    pub(super) fn new(config: &SourceConfig, options: Options) -> Guarded {
        let (source, format) = (config.name.value.clone(), config.format);
        Guarded { source, format, parser: Parser::new(format, options.clone()), options, offset: 0 }
    }

    /// Feeds bytes and returns the records that are complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Record> {
        let offset = self.offset;
        self.offset += bytes.len() as u64;
        let mut records = Vec::new();
        let fed = catch_unwind(AssertUnwindSafe(|| {
            panic_if_asked("parser", bytes);
            self.parser.feed(bytes, &mut records);
        }));
        tell(&self.source, self.parser.take_notice());
        self.after(fed, offset, bytes, records)
    }

    /// See [`Parser::flush`].
    pub(super) fn flush(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        let flushed = catch_unwind(AssertUnwindSafe(|| self.parser.flush(&mut records)));
        self.after(flushed, self.offset, b"", records)
    }

    /// See [`Parser::holds_document`].
    pub(super) fn holds_document(&self) -> bool {
        self.parser.holds_document()
    }

    /// Ends the input and returns the records that were left.
    pub(super) fn finish(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        let fresh = Parser::new(self.format, self.options.clone());
        let mut parser = std::mem::replace(&mut self.parser, fresh);
        let finished = catch_unwind(AssertUnwindSafe(|| parser.finish(&mut records)));
        self.after(finished, self.offset, b"", records)
    }

    fn after(
        &mut self,
        outcome: std::thread::Result<()>,
        offset: u64,
        bytes: &[u8],
        mut records: Vec<Record>,
    ) -> Vec<Record> {
        if outcome.is_err() {
            self.parser = Parser::new(self.format, self.options.clone());
            records.push(Err(poison(offset, bytes)));
        }
        records
    }
}

/// Parses what a source takes in as a whole behind the guard. More than [`MAX_RECORDS`] records end
/// in one reject for all that follow.
pub(crate) fn parse(source: &str, format: Format, bytes: &[u8], options: &Options) -> Vec<Record> {
    read(source, format, bytes, options).records
}

/// Like [`parse`], and tells whether the input was cut.
pub(super) fn read(source: &str, format: Format, bytes: &[u8], options: &Options) -> Parsed {
    let mut pieces = Guard::new(source, format, bytes, options);
    let mut records = Vec::new();
    loop {
        let offset = pieces.offset();
        let Some(more) = pieces.next() else { break };
        records.extend(more);
        if let Some(first_left_out) = records.get(MAX_RECORDS) {
            let known = first_left_out.as_ref().err().and_then(|reject| reject.offset);
            records.truncate(MAX_RECORDS);
            records.push(Err(Reject::too_many(known.unwrap_or(offset))));
            break;
        }
    }
    Parsed { records, cut: pieces.cut, notice: None }
}

/// The records of a whole input, piece by piece, behind the guard. Of a piece that the parser panics
/// on, and what follows it, there is one reject.
pub(super) struct Guard<B> {
    source: String,
    pieces: Option<Pieces<B>>,
    /// See [`Parsed::cut`]; known at the end.
    cut: bool,
}

impl<B: AsRef<[u8]>> Guard<B> {
    pub(super) fn new(source: &str, format: Format, bytes: B, options: &Options) -> Guard<B> {
        let pieces = Some(Pieces::new(format, bytes, options));
        Guard { source: source.to_owned(), pieces, cut: false }
    }

    /// Offset of what is read next.
    fn offset(&self) -> u64 {
        self.pieces.as_ref().map_or(0, Pieces::offset)
    }
}

impl<B: AsRef<[u8]>> Iterator for Guard<B> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        let mut pieces = self.pieces.take()?;
        let offset = pieces.offset();
        let ahead = pieces.ahead();
        let first_bytes = ahead[..ahead.len().min(Reject::MAX_BYTES)].to_vec();
        let parsed = catch_unwind(AssertUnwindSafe(move || {
            panic_if_asked("parser", pieces.ahead());
            pieces.next().map(|records| (pieces, records))
        }));
        match parsed {
            Ok(Some((mut pieces, records))) => {
                tell(&self.source, pieces.take_notice());
                self.cut = pieces.cut();
                self.pieces = Some(pieces);
                Some(records)
            }
            Ok(None) => None,
            Err(_) => Some(vec![Err(poison(offset, &first_bytes))]),
        }
    }
}

fn tell(source: &str, notice: Option<String>) {
    if let Some(notice) = notice {
        warn!(%source, "{notice}");
    }
}

fn poison(offset: u64, bytes: &[u8]) -> Reject {
    error!(offset, "a parser panicked: the bytes it was given are rejected (please report this)");
    let reason = format!("the parser panicked on the bytes from offset {offset}");
    Reject::new(RejectKind::Poison, reason, offset, bytes)
}

#[cfg(test)]
mod tests;
