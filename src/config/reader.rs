//! Reads a TOML table key by key. Nothing is thrown: every problem goes to one list with its
//! place, and a key that nobody asked for is a problem too.
//!
//! Plain serde stops at the first error and loses positions in enums; a person who mends a
//! configuration wants all of them at once, each with its line (STYLE.md, habit 6).

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Diagnostics, File, Place, nearest};
use super::value::{Value, describe};

/// A value with its place.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T: Clone> At<T> {
    /// The values alone.
    pub(crate) fn values(of: &[At<T>]) -> Vec<T> {
        of.iter().map(|at| at.value.clone()).collect()
    }
}

/// Compared with what should stand there, wherever it stands.
impl PartialEq<&str> for At<String> {
    fn eq(&self, other: &&str) -> bool {
        self.value == *other
    }
}

/// A table being read.
pub struct Table<'a> {
    file: &'a File,
    /// What the table is called in messages: `[log]`, `[[rule]]`.
    name: String,
    /// Where the table's header (or the inline table) stands.
    place: Place,
    entries: &'a DeTable<'a>,
    /// Keys that were asked for, known whether present or not.
    asked: BTreeSet<&'static str>,
}

impl<'a> Table<'a> {
    /// Starts to read `entries`.
    pub fn new(file: &'a File, name: impl Into<String>, entries: &'a Spanned<DeTable<'a>>) -> Self {
        Self::at(file, name.into(), entries.span(), entries.get_ref())
    }

    fn at(
        file: &'a File,
        name: String,
        span: std::ops::Range<usize>,
        entries: &'a DeTable<'a>,
    ) -> Self {
        let place = Place { file: file.clone(), span };
        Table { file, name, place, entries, asked: BTreeSet::new() }
    }

    /// Where the table stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What the table is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys present, for tables whose keys are names that the user chose. They count as asked.
    pub fn user_keys(&self) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'a>>)> {
        self.entries.iter().map(|(key, value)| (key.get_ref().as_ref(), value))
    }

    /// A value of type `T`, or `None` when the key is absent or its value is wrong (which is then
    /// in `problems`).
    pub fn get<T: Value>(
        &mut self,
        key: &'static str,
        problems: &mut Diagnostics,
    ) -> Option<At<T>> {
        let found = self.raw(key)?;
        let place = self.place_of(found);
        match T::read(found.get_ref()) {
            Ok(value) => Some(At { value, place }),
            Err(message) => {
                problems.push(Diagnostic::error(&place, format!("`{key}` {message}")));
                None
            }
        }
    }

    /// Like [`Table::get`]; an absent key is a problem as well.
    pub fn require<T: Value>(
        &mut self,
        key: &'static str,
        problems: &mut Diagnostics,
    ) -> Option<At<T>> {
        if self.raw(key).is_none() {
            let problem = Diagnostic::error(&self.place, format!("{} has no `{key}`", self.name))
                .hint(format!("add `{key} = {}`", T::EXAMPLE));
            problems.push(problem);
        }
        self.get(key, problems)
    }

    /// Like [`Table::get`], with a default for an absent key.
    pub fn or<T: Value>(&mut self, key: &'static str, default: T, problems: &mut Diagnostics) -> T {
        self.get(key, problems).map_or(default, |found| found.value)
    }

    /// Like [`Table::or`]; a value outside `range` is a problem.
    pub fn within<T: Value + PartialOrd + fmt::Display>(
        &mut self,
        key: &'static str,
        default: T,
        range: RangeInclusive<T>,
        problems: &mut Diagnostics,
    ) -> T {
        let Some(At { value, place }) = self.get::<T>(key, problems) else { return default };
        let bound = match &value {
            value if value < range.start() => format!("at least {}", range.start()),
            value if value > range.end() => format!("at most {}", range.end()),
            _ => return value,
        };
        problems.push(Diagnostic::error(&place, format!("`{key}` is {bound}, not {value}")));
        default
    }

    /// The `name` of what the table describes. A missing or empty one is a problem, and empty.
    pub fn required_name(&mut self, problems: &mut Diagnostics) -> At<String> {
        let name = self.require::<String>("name", problems);
        if let Some(empty) = name.as_ref().filter(|name| name.value.trim().is_empty()) {
            problems.push(Diagnostic::error(&empty.place, "`name` is empty"));
        }
        name.unwrap_or_else(|| At { value: String::new(), place: self.place.clone() })
    }

    /// One of a few words. `None` when absent or none of them.
    pub fn one_of<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        problems: &mut Diagnostics,
    ) -> Option<T> {
        let found = self.get::<String>(key, problems)?;
        let word = found.value.as_str();
        if let Some((_, value)) = words.iter().find(|(known, _)| *known == word) {
            return Some(*value);
        }
        let all: Vec<_> = words.iter().map(|(known, _)| format!("`{known}`")).collect();
        let problem = Diagnostic::error(&found.place, format!("`{key}` cannot be `{word}`"))
            .label(format!("one of {}", all.join(", ")));
        problems.push(match nearest(word, words.iter().map(|(known, _)| *known)) {
            Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
            None => problem,
        });
        None
    }

    /// A list of values, each with its place; wrong elements are left out and reported.
    pub fn list<T: Value>(
        &mut self,
        key: &'static str,
        problems: &mut Diagnostics,
    ) -> Option<At<Vec<At<T>>>> {
        let found = self.raw(key)?;
        let place = self.place_of(found);
        let DeValue::Array(array) = found.get_ref() else {
            let is = describe(found.get_ref());
            let message = format!("`{key}` is a list, `[{}]`, not {is}", T::EXAMPLE);
            problems.push(Diagnostic::error(&place, message));
            return None;
        };
        let mut value = Vec::with_capacity(array.len());
        for element in array {
            let place = self.place_of(element);
            match T::read(element.get_ref()) {
                Ok(read) => value.push(At { value: read, place }),
                Err(message) => problems
                    .push(Diagnostic::error(&place, format!("an element of `{key}` {message}"))),
            }
        }
        Some(At { value, place })
    }

    /// The sub-table `key`, as `[key]` or inline.
    pub fn table(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<Table<'a>> {
        let found = self.raw(key)?;
        let name = self.child_name(key);
        match found.get_ref() {
            DeValue::Table(entries) => {
                Some(Table::at(self.file, format!("[{name}]"), found.span(), entries))
            }
            other => {
                let message = format!("`{name}` is a table, not {}", describe(other));
                let problem = Diagnostic::error(&self.place_of(found), message);
                problems.push(problem.hint(format!("write it as `[{name}]`")));
                None
            }
        }
    }

    /// The tables `[[key]]`, or a list of inline tables.
    pub fn tables(&mut self, key: &'static str, problems: &mut Diagnostics) -> Vec<Table<'a>> {
        let Some(found) = self.raw(key) else { return Vec::new() };
        let name = self.child_name(key);
        let DeValue::Array(array) = found.get_ref() else {
            let is = describe(found.get_ref());
            let message = format!("`{name}` is a list of tables, not {is}");
            let problem = Diagnostic::error(&self.place_of(found), message);
            problems.push(problem.hint(format!("write each as `[[{name}]]`")));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for element in array {
            match element.get_ref() {
                DeValue::Table(entries) => {
                    tables.push(Table::at(
                        self.file,
                        format!("[[{name}]]"),
                        element.span(),
                        entries,
                    ));
                }
                other => problems.push(Diagnostic::error(
                    &self.place_of(element),
                    format!("an element of `{name}` is a table, not {}", describe(other)),
                )),
            }
        }
        tables
    }

    /// Whether the key is there, rightly or not.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Where the key stands, if it is there.
    pub fn place_of_key(&self, key: &str) -> Option<Place> {
        let (key, _) = self.entries.get_key_value(key)?;
        Some(Place { file: self.file.clone(), span: key.span() })
    }

    /// Ends the reading: every key that was not asked for is a problem.
    pub fn finish(self, problems: &mut Diagnostics) {
        for key in self.entries.keys() {
            let word = key.get_ref().as_ref();
            if self.asked.contains(word) {
                continue;
            }
            let place = Place { file: self.file.clone(), span: key.span() };
            let message = format!("{} has no key `{word}`", self.name);
            let problem = Diagnostic::error(&place, message).label("unknown key");
            problems.push(match nearest(word, self.asked.iter().copied()) {
                Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
                None => {
                    let known: Vec<_> = self.asked.iter().map(|key| format!("`{key}`")).collect();
                    problem.hint(format!("known keys: {}", known.join(", ")))
                }
            });
        }
    }

    fn raw(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.insert(key);
        self.entries.get(key)
    }

    fn place_of<T>(&self, found: &Spanned<T>) -> Place {
        Place { file: self.file.clone(), span: found.span() }
    }

    fn child_name(&self, key: &str) -> String {
        // A file as a whole has a name in words; only tables have one in brackets.
        match self.name.strip_prefix('[') {
            Some(parent) => format!("{}.{key}", parent.trim_matches(['[', ']'])),
            None => key.to_owned(),
        }
    }
}
