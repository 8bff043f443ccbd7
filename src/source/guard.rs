//! A parser that panics costs the bytes it was given, not the daemon.
//!
//! Parsers are pure and are thrown away after a panic, so nothing doubtful is kept; a stage's panic
//! is another matter (`poison`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::{error, warn};

use crate::config::SourceConfig;
use crate::format::{self, Format, Options, Parsed, Parser, Record};
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

/// Parses a whole file of a source behind the guard.
pub(crate) fn parse(source: &str, format: Format, bytes: &[u8], options: &Options) -> Vec<Record> {
    read(source, format, bytes, options).records
}

/// Like [`parse`], and tells whether the input was cut.
pub(super) fn read(source: &str, format: Format, bytes: &[u8], options: &Options) -> Parsed {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        panic_if_asked("parser", bytes);
        format::read(format, bytes, options)
    }));
    let poisoned = |_| Parsed { records: vec![Err(poison(0, bytes))], cut: false, notice: None };
    let mut parsed = parsed.unwrap_or_else(poisoned);
    tell(source, parsed.notice.take());
    parsed
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
