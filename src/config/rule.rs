//! `[[rule]]`: which stories go to which channels; and the directory that holds more of them, one
//! file a desk.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::diagnostic::{Diagnostic, Diagnostics, File, Place};
use super::files::{Files, in_folder};
use super::reader::{At, Table};
use super::resolve;
use super::schedule::{self, Schedule};
use super::test::{self, TestConfig};

/// `[[rule]]`, its query still as written. Route compiles it.
#[derive(Clone, Debug)]
pub struct RuleConfig {
    /// Name for people.
    pub name: At<String>,
    /// The query as written.
    pub query: At<String>,
    /// Channels it sends to. None: what it matches goes nowhere, and not to `unrouted` either.
    pub channels: Vec<At<String>>,
    /// When it matches, later rules are not looked at.
    pub exit: bool,
    /// False leaves the rule out, but checked.
    pub enabled: bool,
    /// Whether its words are compared by their stems.
    pub stem: bool,
    /// When it holds; always without.
    pub schedule: Option<Schedule>,
    /// What it notes on the stories that it matches.
    pub set: Settings,
}

/// `set` of a rule: notes on the stories that it matches, passed on with each delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// 1 (first) to 9.
    pub priority: Option<u8>,
    /// Words of the desk's own.
    pub labels: Vec<String>,
}

impl RuleConfig {
    /// A rule with every default.
    pub fn new(name: At<String>, query: At<String>, channels: Vec<At<String>>) -> RuleConfig {
        RuleConfig {
            name,
            query,
            channels,
            exit: false,
            enabled: true,
            stem: true,
            schedule: None,
            set: Settings::default(),
        }
    }
}

/// What the main file and the files of `[rules] dir` hold.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) rules: Vec<RuleConfig>,
    pub(super) tests: Vec<TestConfig>,
}

pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    seen: &mut Files,
    problems: &mut Diagnostics,
) -> Desk {
    let mut desk = Desk::default();
    desk.read(top, problems);
    let Some(mut table) = top.table("rules", problems) else { return desk };
    if let Some(dir) = table.require::<PathBuf>("dir", problems) {
        let path = resolve(folder, dir.value);
        seen.note(&path);
        match in_folder(&path) {
            Ok(files) => {
                for file in files {
                    seen.note(&file);
                    desk.read_file(&file, &dir.place, problems);
                }
            }
            Err(error) => {
                let message = format!("cannot read the directory {}: {error}", path.display());
                problems.push(Diagnostic::error(&dir.place, message));
            }
        }
    }
    table.finish(problems);
    desk
}

impl Desk {
    fn read_file(&mut self, path: &Path, named_at: &Place, problems: &mut Diagnostics) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("cannot read {}: {error}", path.display());
                problems.push(Diagnostic::error(named_at, message));
                return;
            }
        };
        let file = File::new(path, text);
        let (document, syntax) = DeTable::parse_recoverable(file.text());
        let sound = syntax.is_empty();
        for error in syntax {
            let place = Place { file: file.clone(), span: error.span().unwrap_or(0..0) };
            problems.push(Diagnostic::error(&place, error.message().replace('\n', ", ")));
        }
        if sound {
            let mut top = Table::new(&file, "a file of rules", &document);
            self.read(&mut top, problems);
            top.finish(problems);
        }
    }

    fn read(&mut self, top: &mut Table<'_>, problems: &mut Diagnostics) {
        for table in top.tables("rule", problems) {
            self.rules.extend(rule(table, problems));
        }
        self.tests.extend(test::read(top, problems));
    }
}

fn rule(mut table: Table<'_>, problems: &mut Diagnostics) -> Option<RuleConfig> {
    let query = table.require::<String>("query", problems);
    let name = table.get::<String>("name", problems);
    let channels = table.list("channels", problems);
    let exit = table.or("exit", false, problems);
    let enabled = table.or("enabled", true, problems);
    let stem = table.or("stem", true, problems);
    let schedule = schedule::read(&mut table, problems);
    let set = table.table("set", problems).map(|table| settings(table, problems));
    if channels.is_none() {
        let problem = Diagnostic::error(table.place(), "[[rule]] has no `channels`");
        problems.push(problem.hint("add `channels = [\"…\"]`; `[]` drops what matches"));
    }
    table.finish(problems);
    if let Some(empty) = name.as_ref().filter(|name| name.value.trim().is_empty()) {
        problems.push(Diagnostic::error(&empty.place, "`name` is empty"));
    }
    // Without channels its query is checked all the same: all problems come at once.
    let (query, channels) = (query?, channels.map_or_else(Vec::new, |channels| channels.value));
    let name = name.unwrap_or_else(|| query.clone());
    let rule = RuleConfig::new(name, query, channels);
    Some(RuleConfig { exit, enabled, stem, schedule, set: set.unwrap_or_default(), ..rule })
}

fn settings(mut table: Table<'_>, problems: &mut Diagnostics) -> Settings {
    let priority = table.get::<u32>("priority", problems).and_then(|priority| {
        let fits = (1..=9).contains(&priority.value);
        if !fits {
            let message = format!("`priority` is 1 (first) to 9, not {}", priority.value);
            problems.push(Diagnostic::error(&priority.place, message));
        }
        fits.then_some(priority.value as u8)
    });
    let labels = table.list::<String>("labels", problems);
    table.finish(problems);
    let labels = labels.map_or_else(Vec::new, |labels| labels.value);
    Settings { priority, labels: labels.into_iter().map(|label| label.value).collect() }
}
