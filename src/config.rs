//! Configuration: a TOML file becomes a [`Config`] that is valid, or a list of everything that is
//! wrong with it.
//!
//! `reader` takes keys out of spanned tables and collects problems; each section has a file here
//! that reads its keys; `check` looks at what spans sections. A [`Config`] holds nothing "that
//! must be there at run time": what is optional in the file has its default applied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;
use xxhash_rust::xxh3::Xxh3;

pub mod diagnostic;
pub mod reader;
pub mod value;

mod channel;
mod check;
mod endpoint;
mod feature;
mod files;
mod fold;
mod list;
mod log;
mod login;
mod loose;
mod nats;
mod policy;
mod publisher;
mod rule;
mod schedule;
mod secret;
mod serve;
mod sink;
mod source;
mod test;

pub use channel::Channel;
pub use diagnostic::{Diagnostic, Diagnostics, File, Place};
pub use endpoint::Endpoint;
pub(crate) use endpoint::user_of;
pub use files::Files;
pub use fold::FoldConfig;
pub use list::Lists;
pub use log::{LogConfig, OnFull};
pub use login::Login;
pub use nats::NatsServer;
pub use policy::{AtDeadline, MinPublishers, Overflow, Policy, Quiet, Rate, Repeats};
pub use publisher::PublisherConfig;
pub(crate) use publisher::{host, normal};
pub use reader::At;
pub use rule::{RuleConfig, Settings};
pub use schedule::{Missed, Schedule};
pub use secret::Secret;
pub use serve::{ServeConfig, TokenConfig};
pub use sink::{
    Address, From, GiveUp, MailSink, NatsSink, PostgresSink, RedisSink, Rhythm, Rotation,
    SinkConfig, SinkKind, StdoutFormat, Template, WebhookConfig,
};
pub use source::{
    DirectoryConfig, FeedConfig, NatsSource, Order, SourceConfig, SourceKind, TcpConfig,
};
pub use test::{Expect, Expected, TestConfig, TestItem, TestLater};

use reader::Table;
use value::Span;

/// Everything the daemon is told. Paths are resolved against the configuration file's folder.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where this came from, for messages.
    pub origin: Origin,
    /// What it was read from.
    pub files: Files,
    /// The first of them.
    pub file: File,
    /// `[log]`.
    pub log: LogConfig,
    /// `[fold]`.
    pub fold: FoldConfig,
    /// `[[publisher]]`, in order.
    pub publishers: Vec<PublisherConfig>,
    /// `[[source.*]]`.
    pub sources: Vec<SourceConfig>,
    /// `[[channel]]`, in order.
    pub channels: Vec<Channel>,
    /// `[[rule]]`, in order; those of `[rules] dir` after those of the file itself.
    pub rules: Vec<RuleConfig>,
    /// `[list]`, by name.
    pub lists: Lists,
    /// `[[test]]`, in order.
    pub tests: Vec<TestConfig>,
    /// `[[sink.*]]`.
    pub sinks: Vec<SinkConfig>,
    /// `[serve]`; without it nothing listens.
    pub serve: Option<ServeConfig>,
}

/// Where a configuration came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The default that is built in: one channel for everything, standard input, standard output.
    BuiltIn,
}

/// The configuration used when none is named.
const BUILT_IN: &str = include_str!("config/default.toml");

impl Config {
    /// The built-in default: standard input to standard output, one channel for everything.
    ///
    /// # Panics
    /// Never in a build that passed its tests: the text is part of the program.
    pub fn built_in() -> Config {
        match Config::parse(File::new("built-in default", BUILT_IN), Path::new(".")) {
            (Some(config), _) => Config { origin: Origin::BuiltIn, ..config },
            (None, problems) => panic!("the built-in configuration is wrong:\n{problems}"),
        }
    }

    /// Loads and checks `path`. On success the diagnostics hold warnings only.
    pub fn load(path: &Path) -> Result<(Config, Diagnostics), Diagnostics> {
        match Config::draft(path) {
            (Some(config), warnings) if !warnings.has_errors() => Ok((config, warnings)),
            (_, problems) => Err(problems),
        }
    }

    /// Like [`Config::load`], but returns what could be read of a configuration with errors too,
    /// so that later checks can add theirs to the report. `None` when the file is not TOML.
    pub fn draft(path: &Path) -> (Option<Config>, Diagnostics) {
        let mut unreadable = Diagnostics::default();
        let mut files = Files::default();
        files.note(path);
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("cannot read {}: {error}", path.display());
                let hint = "name a configuration file with -c FILE";
                unreadable.push(Diagnostic::general(message).hint(hint));
                return (None, unreadable);
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => {
                let folder = path.parent().unwrap_or(Path::new("."));
                Config::read(File::new(path, text), folder, files)
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let message = format!("{} is not UTF-8: bad byte at {at}", path.display());
                unreadable.push(Diagnostic::general(message).hint("save the file as UTF-8"));
                (None, unreadable)
            }
        }
    }

    /// Reads and checks a configuration; relative paths in it start at `folder`. Returns no
    /// configuration when the diagnostics have errors.
    pub fn parse(file: File, folder: &Path) -> (Option<Config>, Diagnostics) {
        let (config, problems) = Config::read(file, folder, Files::default());
        (config.filter(|_| !problems.has_errors()), problems)
    }

    fn read(file: File, folder: &Path, mut files: Files) -> (Option<Config>, Diagnostics) {
        let mut problems = Diagnostics::default();
        let (document, syntax) = DeTable::parse_recoverable(file.text());
        for error in syntax {
            let span = error.span().unwrap_or(0..0);
            let place = Place { file: file.clone(), span };
            problems.push(Diagnostic::error(&place, error.message().replace('\n', ", ")));
        }
        if problems.has_errors() {
            // What a broken line left behind is no ground for further complaints.
            return (None, problems);
        }
        let mut top = Table::new(&file, "the configuration", &document);
        let (log, retain) = log::read(&mut top, folder, &mut problems);
        let (fold, window) = fold::read(&mut top, folder, &mut problems);
        if let Some(place) = retain.or(window).filter(|_| log.retain <= fold.window) {
            let (retain, window) = (Span(log.retain), Span(fold.window));
            let message = format!("`retain` ({retain}) is not longer than `window` ({window})");
            let hint = "the window of [fold] is rebuilt from the log: keep its records longer";
            problems.push(Diagnostic::error(&place, message).hint(hint));
        }
        let desk = rule::read(&mut top, folder, &mut files, &mut problems);
        let config = Config {
            origin: Origin::File(file.path().to_owned()),
            serve: serve::read(&mut top, folder, &log.dir, &mut problems),
            log,
            fold,
            publishers: publisher::read(&mut top, &mut problems),
            sources: source::read(&mut top, folder, &mut problems),
            channels: channel::read(&mut top, &mut problems),
            rules: desk.rules,
            lists: list::read(&mut top, folder, &mut files, &mut problems),
            tests: desk.tests,
            sinks: sink::read(&mut top, folder, &mut problems),
            files,
            file: file.clone(),
        };
        top.finish(&mut problems);
        check::check(&config, &mut problems);
        (Some(config), problems)
    }

    /// Digest of the configuration as written, 16 hex digits: its file, those of its rules, and its
    /// lists.
    pub fn digest(&self) -> String {
        let channels = self.channels.iter().map(|channel| &channel.name.place.file);
        let sources = self.sources.iter().map(|source| &source.name.place.file);
        let rules = self.rules.iter().map(|rule| &rule.query.place.file);
        let files = channels.chain(sources).chain(rules);
        let files: BTreeMap<&Path, &str> = files.map(|file| (file.path(), file.text())).collect();
        let mut hasher = Xxh3::new();
        files.values().for_each(|text| hasher.update(text.as_bytes()));
        let lists = self.lists.iter().flat_map(|(name, entries)| {
            [name].into_iter().chain(entries.iter().map(|entry| &entry.value))
        });
        lists.for_each(|word| hasher.update(format!("{word}\n").as_bytes()));
        format!("{:016x}", hasher.digest())
    }

    /// How long channels may hold back a delivery, and some time to deliver it then; zero when none
    /// holds back anything.
    pub fn holds_back(&self) -> Duration {
        const UNDER_WAY: Duration = Duration::from_secs(3_600);
        let longest = self.channels.iter().map(|channel| channel.policy.longest()).max();
        let longest = longest.filter(|longest| !longest.is_zero());
        longest.map_or(Duration::ZERO, |longest| longest + UNDER_WAY)
    }

    /// The channel of that name.
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name.value == name)
    }
}

/// Resolves a path of the configuration against the folder it stands in.
fn resolve(folder: &Path, path: PathBuf) -> PathBuf {
    if path.is_absolute() { path } else { folder.join(path) }
}

#[cfg(test)]
mod tests;
