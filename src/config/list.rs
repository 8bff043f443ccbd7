//! `[list]`: named lists that queries use as `@name`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Diagnostics, Place};
use super::files::Files;
use super::reader::Table;
use super::resolve;
use super::value::describe;

/// The lists by name, each entry a word or a phrase.
pub type Lists = BTreeMap<String, Vec<String>>;

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
            DeValue::Array(array) => array.iter().map(|entry| match entry.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                other => Err((entry.span(), format!("an entry is text, not {}", describe(other)))),
            }),
            DeValue::Table(keys) => {
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
                continue;
            }
            _ => {
                problems.push(wrong(&place, name));
                continue;
            }
        };
        let mut sound = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => sound.push(entry),
                Err((span, message)) => {
                    let place = Place { file: file.clone(), span };
                    problems.push(Diagnostic::error(&place, message));
                }
            }
        }
        if sound.is_empty() {
            let problem = Diagnostic::warning(&place, format!("the list `{name}` is empty"));
            problems.push(problem.hint("what looks for it never matches"));
        }
        lists.insert(name.to_owned(), sound);
    }
    lists
}

fn wrong(place: &Place, name: &str) -> Diagnostic {
    Diagnostic::error(place, format!("the list `{name}` is neither entries nor a file"))
        .hint(format!("write `{name} = [\"…\", \"…\"]` or `{name} = {{ file = \"{name}.txt\" }}`"))
}

/// One entry a line; empty lines and what follows a `#` at the start of a line are left out.
fn from_file(path: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the list {}: {error}", path.display()))?;
    let entries = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    Ok(entries
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}
