//! `[list]`: named lists that queries use as `@name`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Diagnostics, File, Place};
use super::files::Files;
use super::reader::{At, Table};
use super::resolve;
use super::value::describe;

/// The lists by name, each entry a word or a phrase.
pub type Lists = BTreeMap<String, Vec<At<String>>>;

pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    seen: &mut Files,
    problems: &mut Diagnostics,
) -> Lists {
    let mut lists = Lists::new();
    let Some(table) = top.table("list", problems) else { return lists };
    let file = table.place().file.clone();
    for (name, value) in table.user_keys() {
        let place = Place { file: file.clone(), span: value.span() };
        let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !name.chars().all(fits) {
            let problem = Diagnostic::error(&place, format!("`{name}` cannot name a list"));
            problems.push(problem.hint("use letters, digits, `-` and `_`"));
        }
        let entries = match value.get_ref() {
            DeValue::Array(array) => Some(written(array, &file, problems)),
            DeValue::Table(keys) => {
                unknown_keys(keys, name, &file, problems);
                let path = keys.get("file").and_then(|path| path.get_ref().as_str());
                let path = path.map(|path| resolve(folder, PathBuf::from(path)));
                path.iter().for_each(|path| seen.note(path));
                match path.map(|path| from_file(&path)) {
                    Some(Ok(entries)) => {
                        lists.insert(name.to_owned(), entries);
                    }
                    Some(Err(message)) => problems.push(Diagnostic::error(&place, message)),
                    None => problems.push(wrong(&place, name)),
                }
                None
            }
            _ => {
                problems.push(wrong(&place, name));
                None
            }
        };
        let Some(entries) = entries else { continue };
        if entries.is_empty() {
            let problem = Diagnostic::warning(&place, format!("the list `{name}` is empty"));
            problems.push(problem.hint("what looks for it never matches"));
        }
        lists.insert(name.to_owned(), entries);
    }
    lists
}

fn wrong(place: &Place, name: &str) -> Diagnostic {
    Diagnostic::error(place, format!("the list `{name}` is neither entries nor a file"))
        .hint(format!("write `{name} = [\"…\", \"…\"]` or `{name} = {{ file = \"{name}.txt\" }}`"))
}

/// The entries that stand in the configuration.
fn written(
    array: &[Spanned<DeValue<'_>>],
    file: &File,
    problems: &mut Diagnostics,
) -> Vec<At<String>> {
    let mut entries = Vec::new();
    for entry in array {
        let place = Place { file: file.clone(), span: entry.span() };
        match entry.get_ref() {
            DeValue::String(text) => entries.push(At { value: text.to_string(), place }),
            other => {
                let message = format!("an entry is text, not {}", describe(other));
                problems.push(Diagnostic::error(&place, message));
            }
        }
    }
    entries
}

fn unknown_keys(keys: &DeTable<'_>, name: &str, file: &File, problems: &mut Diagnostics) {
    for key in keys.keys().filter(|key| key.get_ref() != "file") {
        let place = Place { file: file.clone(), span: key.span() };
        let message = format!("the list `{name}` has no key `{}`", key.get_ref());
        let problem = Diagnostic::error(&place, message).label("unknown key");
        problems.push(problem.hint(format!("write `{name} = {{ file = \"{name}.txt\" }}`")));
    }
}

/// One entry a line; empty lines and what follows a `#` at the start of a line are left out.
fn from_file(path: &Path) -> Result<Vec<At<String>>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the list {}: {error}", path.display()))?;
    let file = File::new(path, text);
    let mut entries = Vec::new();
    let mut at = 0;
    for line in file.text().split_inclusive('\n') {
        let entry = if at == 0 { line.trim_start_matches('\u{feff}') } else { line }.trim();
        let start = at + line.find(entry).unwrap_or(0);
        at += line.len();
        if entry.is_empty() || entry.starts_with('#') {
            continue;
        }
        let place = Place { file: file.clone(), span: start..start + entry.len() };
        entries.push(At { value: entry.to_owned(), place });
    }
    Ok(entries)
}
