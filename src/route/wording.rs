//! Clauses in words: as a query could have asked them, for explanations and warnings.

use super::atom::{Atom, Atoms, Form};
use super::clause::Clause;
use super::field::{FIELDS, Field, Fields};

/// How many alternatives are shown.
const SHOWN: usize = 8;

/// How words are shown.
pub(super) struct Wording<'a> {
    pub(super) atoms: &'a Atoms,
    /// As the query writes them; else in the form that is compared, so that `trading` is seen to be
    /// looked for as `trade`.
    pub(super) as_written: bool,
}

impl Wording<'_> {
    /// A clause.
    pub(super) fn clause(&self, asked: &Clause) -> String {
        let all = |parts: &[Clause]| parts.iter().map(|part| self.clause(part)).collect::<Vec<_>>();
        let words = |words: &[Atom]| words.iter().map(|it| self.word(*it)).collect::<Vec<_>>();
        match asked {
            Clause::All(parts) => format!("({})", all(parts).join(" ")),
            Clause::Any(parts) => format!("({})", any(&all(parts))),
            Clause::Not(part) => format!("NOT {}", self.clause(part)),
            Clause::Word(found, _) => self.word(*found),
            Clause::AnyWord(found, _) => format!("({})", any(&words(found))),
            Clause::Phrase(phrase) => {
                let slop =
                    if phrase.slop > 0 { format!("~{}", phrase.slop) } else { String::new() };
                format!("\"{}\"{slop}", words(&phrase.words).join(" "))
            }
            Clause::Near(near) => {
                let [left, right] = &near.parts;
                format!("{} NEAR/{} {}", self.clause(left), near.within, self.clause(right))
            }
            Clause::Urgency(low, high) => format!("urgency:[{low} TO {high}]"),
            Clause::Has(set) => format!("{}:*", fields(*set)),
        }
    }

    /// A word or a value.
    pub(super) fn word(&self, word: Atom) -> String {
        let (form, text) = self.atoms.name(word);
        match form {
            Form::Stem => {
                let written = self.atoms.written(word).filter(|_| self.as_written);
                written.unwrap_or(text).to_owned()
            }
            Form::Folded | Form::Wild => text.to_owned(),
            Form::Exact => format!("={text}"),
            Form::Prefix => format!("{text}*"),
            Form::Fuzzy(distance) => format!("{text}~{distance}"),
            Form::Value(field) | Form::ValueWild(field) => format!("{}:{text}", fields(field)),
        }
    }
}

/// Alternatives, the first few of them.
pub(super) fn any(names: &[String]) -> String {
    let shown = names[..names.len().min(SHOWN)].join(" OR ");
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} OR {more} more"),
    }
}

/// The names of item fields.
pub(super) fn fields(fields: Fields) -> String {
    let single = |field: &Field| *field != Field::Text && field.set().meets(fields);
    let names = FIELDS.iter().filter(|(_, field)| single(field)).map(|(name, _)| *name);
    names.collect::<Vec<_>>().join(" or ")
}
