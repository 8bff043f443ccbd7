//! `[[source.*]]`: where items come from.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::format::Format;
use crate::item::Language;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::resolve;
use super::value::Bytes;

mod directory;
mod feed;
mod nats;
mod tcp;

pub use directory::{DirectoryConfig, Order};
pub use feed::FeedConfig;
pub use nats::NatsSource;
pub use tcp::TcpConfig;

/// One source: what all kinds share, and its kind.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// Name used in records and messages.
    pub name: At<String>,
    /// How its bytes become items.
    pub format: Format,
    /// Zone of times that name none.
    pub timezone: TimeZone,
    /// Language of items that declare none; guessed when `None`.
    pub language: Option<Language>,
    /// Publisher of items that name none.
    pub publisher: Option<String>,
    /// Whether its items may correct and kill stories. `None`: as the format has it.
    pub lifecycle: Option<bool>,
    /// Largest single record in bytes; a longer one is rejected.
    pub max_record: usize,
    /// Where the bytes come from.
    pub kind: SourceKind,
}

impl SourceConfig {
    /// A source of that name and kind with every default.
    pub fn new(name: At<String>, kind: SourceKind) -> SourceConfig {
        SourceConfig {
            name,
            format: match kind {
                // A page that says "not found" must not be taken for a list of headlines.
                SourceKind::Feed(_) => Format::Feed,
                _ => Format::Auto,
            },
            timezone: TimeZone::UTC,
            language: None,
            publisher: None,
            lifecycle: None,
            max_record: 1 << 20,
            kind,
        }
    }
}

/// Where a source's bytes come from.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// Standard input, until it ends.
    Stdin,
    /// One file, read to its end; with `follow`, what is appended to it as well.
    File {
        /// The file.
        path: PathBuf,
        /// Go on reading what is appended.
        follow: bool,
    },
    /// A directory into which others put files.
    Directory(DirectoryConfig),
    /// A feed on the web that is asked again and again.
    Feed(FeedConfig),
    /// A TCP port for lines.
    Tcp(TcpConfig),
    /// A stream of NATS JetStream.
    Nats(Box<NatsSource>),
}

/// Stands for a source with mistakes, for what looks at names: such a configuration is refused.
const UNUSABLE: SourceKind = SourceKind::Stdin;

/// The words for formats.
const FORMATS: &[(&str, Format)] = Format::WORDS;

pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Vec<SourceConfig> {
    let Some(mut group) = top.table("source", problems) else { return Vec::new() };
    let mut sources = Vec::new();
    for mut table in group.tables("stdin", problems) {
        let source = common(&mut table, SourceKind::Stdin, problems);
        table.finish(problems);
        sources.push(source);
    }
    for mut table in group.tables("file", problems) {
        let path = table.require::<PathBuf>("path", problems);
        let follow = table.or("follow", false, problems);
        let path = path.map(|path| resolve(folder, path.value)).unwrap_or_default();
        let source = common(&mut table, SourceKind::File { path, follow }, problems);
        let endless = follow && source.format.wants_an_end();
        if let Some(place) = table.place_of_key("follow").filter(|_| endless) {
            let message = "a document of this format is read when its file ends, and a followed \
                           one never does";
            let hint =
                "leave `follow` out, or have the documents dropped into a [[source.directory]]";
            problems.push(Diagnostic::error(&place, message).hint(hint));
        }
        table.finish(problems);
        sources.push(source);
    }
    for mut table in group.tables("feed", problems) {
        let feed = feed::read(&mut table, folder, problems);
        let kind = feed.map_or(UNUSABLE, SourceKind::Feed);
        let source = common(&mut table, kind, problems);
        table.finish(problems);
        sources.push(source);
    }
    for mut table in group.tables("tcp", problems) {
        let kind = SourceKind::Tcp(tcp::read(&mut table, problems));
        let source = common(&mut table, kind, problems);
        table.finish(problems);
        sources.push(source);
    }
    for mut table in group.tables("nats", problems) {
        let nats = nats::read(&mut table, folder, problems);
        let kind = nats.map_or(UNUSABLE, |nats| SourceKind::Nats(Box::new(nats)));
        let source = common(&mut table, kind, problems);
        table.finish(problems);
        sources.push(source);
    }
    for mut table in group.tables("directory", problems) {
        let kind = SourceKind::Directory(directory::read(&mut table, folder, problems));
        let source = common(&mut table, kind, problems);
        table.finish(problems);
        sources.push(source);
    }
    group.finish(problems);
    sources
}

/// The key `language`.
pub(super) fn language(table: &mut Table<'_>, problems: &mut Diagnostics) -> Option<Language> {
    let language = table.get::<String>("language", problems)?;
    let parsed = Language::parse(&language.value);
    if parsed.is_none() {
        let message = format!("`{}` is not a language code", language.value);
        let hint = "write an ISO 639 code, like `en` or `eng`";
        problems.push(Diagnostic::error(&language.place, message).hint(hint));
    }
    parsed
}

/// The keys that every kind of source has.
fn common(table: &mut Table<'_>, kind: SourceKind, problems: &mut Diagnostics) -> SourceConfig {
    let format = table.one_of("format", FORMATS, problems);
    let timezone = table.get::<TimeZone>("timezone", problems);
    let language = language(table, problems);
    let publisher = table.get::<String>("publisher", problems).map(|found| found.value);
    let lifecycle = table.get::<bool>("lifecycle", problems).map(|found| found.value);
    let mut source = SourceConfig::new(table.required_name(problems), kind);
    let (usual, sizes) = (Bytes(source.max_record as u64), Bytes(1 << 10)..=Bytes(64 << 20));
    source.format = format.unwrap_or(source.format);
    source.timezone = timezone.map_or(source.timezone, |zone| zone.value);
    source.language = language;
    source.publisher = publisher;
    source.lifecycle = lifecycle;
    source.max_record = table.within("max_record", usual, sizes, problems).0 as usize;
    source
}
