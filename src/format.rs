//! Formats: bytes in, items out. Pure: no I/O, no clock.
//!
//! [`Parser`] takes bytes as they come. The line formats (`list`, `tsv`, `ndjson`) give a record
//! as soon as it is complete and hold no more than one; the document formats hold up to
//! [`MAX_DOCUMENT`] bytes and are read at the end. Every intake record, good or bad, becomes
//! exactly one [`Record`], in the order of the input.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::item::{Item, Reject};

mod agency;
mod anpa;
mod binary;
mod charset;
mod circuit;
mod date;
mod detect;
mod embargo;
mod exported;
mod feed;
mod fields;
mod iptc7901;
mod lines;
mod list;
mod mail;
mod ndjson;
mod newsml_1;
mod newsml_g2;
mod ninjs;
mod nitf;
mod notice;
mod parser;
mod pieces;
mod teletype;
pub mod text;
mod tsv;
mod xml;

pub use parser::{MAX_DOCUMENT, Parser};
pub use pieces::Pieces;

/// How bytes become items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Recognised from the first bytes.
    Auto,
    /// A plain page of headlines with byline and time lines.
    List,
    /// Tab-separated values; the header names the columns.
    Tsv,
    /// One JSON object a line, with ninjs field names.
    Ndjson,
    /// RSS 0.9–2.0, RDF, Atom, JSON Feed.
    Feed,
    /// IPTC NewsML-G2.
    NewsmlG2,
    /// NewsML 1.2.
    Newsml1,
    /// NITF.
    Nitf,
    /// IPTC 7901, and what teletypes frame by `ZCZC` and `NNNN`.
    Iptc7901,
    /// ANPA 1312.
    Anpa,
    /// One RFC 5322 message with MIME parts.
    Mail,
}

impl Format {
    /// The word of every format, as written in configurations and on the command line.
    pub const WORDS: &'static [(&'static str, Format)] = &[
        ("auto", Format::Auto),
        ("list", Format::List),
        ("tsv", Format::Tsv),
        ("ndjson", Format::Ndjson),
        ("feed", Format::Feed),
        ("newsml-g2", Format::NewsmlG2),
        ("newsml-1", Format::Newsml1),
        ("nitf", Format::Nitf),
        ("iptc7901", Format::Iptc7901),
        ("anpa", Format::Anpa),
        ("mail", Format::Mail),
    ];

    /// Whether it is read line by line.
    fn is_of_lines(self) -> bool {
        matches!(self, Format::List | Format::Tsv | Format::Ndjson)
    }

    /// Whether its input is read when it ends, and cannot be read before.
    pub fn wants_an_end(self) -> bool {
        matches!(
            self,
            Format::Feed | Format::NewsmlG2 | Format::Newsml1 | Format::Nitf | Format::Mail
        )
    }

    /// Whether items of this format may correct and kill stories unless their source says
    /// otherwise: true for what only agencies send.
    pub fn lifecycle(self) -> bool {
        matches!(
            self,
            Format::NewsmlG2 | Format::Newsml1 | Format::Nitf | Format::Iptc7901 | Format::Anpa
        )
    }
}

/// What a parser needs to know about the source of the bytes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Zone of times that name none.
    pub timezone: TimeZone,
    /// When the bytes were received: the reference for dates without a year.
    pub received: Timestamp,
    /// Charset from outside the bytes (an HTTP header).
    pub charset: Option<String>,
    /// Address that the bytes were fetched from: relative links in a feed are relative to it.
    pub base: Option<String>,
    /// Largest single record in bytes; a longer one becomes a reject.
    pub max_record: usize,
    /// The input may never end, as that of a port: each message of a circuit is a record as soon as
    /// it has ended itself.
    pub endless: bool,
    /// Whether what `log export` wrote under `wirefold` is believed: who wrote it chooses the source
    /// of an item and when it was received. For files of one's own alone, never for what a source
    /// reads.
    pub exported: bool,
}

/// What a parser yields: an item, or why there is none.
pub type Record = Result<Item, Reject>;

/// What a whole input gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// Its records in order.
    pub records: Vec<Record>,
    /// It is a feed that ends before it is closed. If it ends within an entry, the last record is
    /// the reject of that.
    pub cut: bool,
    /// What the sender should know of it: see [`Parser::take_notice`].
    pub notice: Option<String>,
}

/// Most records of one document: 100,000, which take some 100 MB of memory. One reject stands for
/// all that follow. Inputs of line formats are no documents and have as many as they like, but a push
/// or a message of a broker, which is taken in as a whole, has no more than this either.
pub const MAX_RECORDS: usize = if cfg!(test) { 2_000 } else { 100_000 };

/// Reads a whole input. [`Pieces`] holds fewer of its records at a time.
pub fn parse(format: Format, bytes: &[u8], options: &Options) -> Vec<Record> {
    read(format, bytes, options).records
}

/// Like [`parse`], and tells what else is to be known of the input.
pub fn read(format: Format, bytes: &[u8], options: &Options) -> Parsed {
    let mut pieces = Pieces::new(format, bytes, options);
    let records = pieces.by_ref().flatten().collect();
    Parsed { records, cut: pieces.cut(), notice: pieces.take_notice() }
}

/// The text of a document in whatever charset, as it says or as it looks.
///
/// # Errors
/// When too much of it cannot be read as text.
pub(crate) fn decoded(bytes: &[u8]) -> Result<String, Reject> {
    charset::decode(bytes, None, 0).map(|decoded| decoded.tidy().text.into_owned())
}

/// Where a record stood in its input, if it says so.
fn offset_of(record: &mut Record) -> Option<&mut u64> {
    match record {
        Ok(item) => item.raw.as_mut().map(|raw| &mut raw.offset),
        Err(reject) => reject.offset.as_mut(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
