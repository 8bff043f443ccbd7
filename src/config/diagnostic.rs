//! Problems of a configuration, each where it stands.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A configuration file's path and text, shared by everything that points into it.
#[derive(Clone, Debug)]
pub struct File(Arc<(PathBuf, String)>);

impl File {
    /// A file that was read from `path`.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> File {
        File(Arc::new((path.into(), text.into())))
    }

    /// Where it was read from.
    pub fn path(&self) -> &Path {
        &self.0.0
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.0.1
    }

    /// Line and column of a byte offset, both from 1, columns counted in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text()[..self.text().floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// A place in a configuration file. Kept beside every value that a later check may complain of.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: File,
    /// Bytes within it.
    pub span: Range<usize>,
}

impl Place {
    /// The first word of the table that it stands in; empty before the first.
    fn section(&self) -> &str {
        let text = self.file.text();
        let start = text.floor_char_boundary(self.span.start);
        let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let mut lines = text[..end].lines().rev().map(str::trim_start);
        let header = lines.find(|line| line.starts_with('[')).unwrap_or_default();
        let name = header.trim_start_matches('[').split(['.', ']']).next();
        name.unwrap_or_default().trim()
    }
}

/// Sections that say nothing of where the log is and where a daemon answers.
const APART: [&str; 9] =
    ["fold", "publisher", "source", "channel", "rule", "rules", "list", "test", "sink"];

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// It can be used, but is likely not what was meant.
    Warning,
}

/// One problem: what, where, and what to do.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, without a full stop.
    pub message: String,
    /// Where; `None` only for problems of a whole file or of no file.
    pub place: Option<Place>,
    /// A few words under the marked text.
    pub label: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error at `place`.
    pub fn error(place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            place: Some(place.clone()),
            label: String::new(),
            hint: None,
        }
    }

    /// A warning at `place`.
    pub fn warning(place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(place, message) }
    }

    /// An error that stands nowhere in particular.
    pub fn general(message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            message: message.into(),
            place: None,
            label: String::new(),
            hint: None,
        }
    }

    /// Adds a few words under the marked text.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Renders it with the line it is about: `error: …`, `--> file:line:column`, the line, a hint.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str());
        let mut group = match &self.place {
            None => Group::with_title(title),
            Some(place) => {
                let text = place.file.text();
                let end = place.span.end.min(text.len());
                let span = place.span.start.min(end)..end;
                let mark = AnnotationKind::Primary.span(span).label(self.label.as_str());
                let path = place.file.path().display().to_string();
                let text = without_passwords(text);
                title.element(Snippet::source(text).path(path).annotation(mark))
            }
        };
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

/// The same text with a `*` for each byte of a password in an address: reports end up in logs.
fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"'".contains(c));
        let authority = &after[..end.unwrap_or(after.len())];
        let user = authority.rfind('@').map(|at| &authority[..at]);
        rest = match user.and_then(|user| user.find(':').map(|colon| (colon + 1, user.len()))) {
            Some((from, to)) => {
                shown.push_str(&after[..from]);
                shown.extend(std::iter::repeat_n('*', to - from));
                &after[to..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

/// Every problem found, in the order of where they stand.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds a problem, unless the same is said of that place already.
    pub fn push_once(&mut self, diagnostic: Diagnostic) {
        let known = self.0.iter().any(|other| {
            other.message == diagnostic.message
                && match (&other.place, &diagnostic.place) {
                    (Some(a), Some(b)) => a.span == b.span && a.file.path() == b.file.path(),
                    (a, b) => a.is_none() && b.is_none(),
                }
        });
        if !known {
            self.push(diagnostic);
        }
    }

    /// Adds all problems of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// True when something makes the configuration unusable.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// True when an error of the configuration in `file` may be about where the log is or where a daemon
    /// answers: also one in a section that is none, whose name may be misspelt. Files of rules and lists
    /// say nothing of either.
    pub fn touch_the_log(&self, file: &File) -> bool {
        let is_apart =
            |place: &Place| place.file.path() != file.path() || APART.contains(&place.section());
        let mut errors = self.0.iter().filter(|problem| problem.severity == Severity::Error);
        errors.any(|problem| !problem.place.as_ref().is_some_and(is_apart))
    }

    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems, sorted by file and place.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|problem| {
            problem.place.as_ref().map(|place| (place.file.path().to_owned(), place.span.start))
        });
        sorted
    }

    /// Renders all of them, with a closing count.
    pub fn render(&self, color: bool) -> String {
        let mut text = String::new();
        for problem in self.sorted() {
            text.push_str(&problem.render(color));
            text.push_str("\n\n");
        }
        let count = |severity| self.0.iter().filter(|p| p.severity == severity).count();
        let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        text.push_str(&match (errors, warnings) {
            (0, 0) => String::new(),
            (n, 0) => plural(n, "error"),
            (0, n) => plural(n, "warning"),
            (n, m) => format!("{}, {}", plural(n, "error"), plural(m, "warning")),
        });
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// The candidate closest to a misspelt `word`, if one is close enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(12) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_mistake_is_apart_from_the_log_when_it_is_in_a_section_that_says_nothing_of_it() {
        let touch = |text: &str| {
            let file = File::new("wirefold.toml", text);
            let (_, problems) = Config::parse(file.clone(), Path::new("."));
            assert!(problems.has_errors(), "{text}");
            assert!(!problems.touch_the_log(&File::new("other.toml", text)), "{text}");
            problems.touch_the_log(&file)
        };
        for apart in [
            "[log]\ndir = \"d\"\n[[channel]]\nname = \"a\"\nrepeat = 1\n",
            "[[sink.file]]\nname = \"f\"\n",
            "[fold]\nwindow = \"x\"\n",
        ] {
            assert!(!touch(apart), "{apart}");
        }
        for about in [
            "[log]\ndirr = \"d\"\n[[channel]]\nname = \"a\"\n",
            "[lgo]\ndir = \"d\"\n",
            "[[serve.token]]\nname = \"t\"\n",
            "log.dirr = \"d\"\n",
        ] {
            assert!(touch(about), "{about}");
        }
    }
}
