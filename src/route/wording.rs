//! Clauses in words: as a query could have asked them, for explanations and warnings. Words show
//! the form they are compared in, so that `trading` is seen to be looked for as `trade`.

use super::atom::{Atom, Atoms, Form};
use super::clause::Clause;
use super::field::{FIELDS, Field, Fields};

/// How many alternatives are shown.
const SHOWN: usize = 8;

/// A clause.
pub(super) fn clause(asked: &Clause, atoms: &Atoms) -> String {
    let all = |parts: &[Clause]| parts.iter().map(|part| clause(part, atoms)).collect::<Vec<_>>();
    let words = |words: &[Atom]| words.iter().map(|found| word(*found, atoms)).collect::<Vec<_>>();
    match asked {
        Clause::All(parts) => format!("({})", all(parts).join(" ")),
        Clause::Any(parts) => format!("({})", any(&all(parts))),
        Clause::Not(part) => format!("NOT {}", clause(part, atoms)),
        Clause::Word(found, _) => word(*found, atoms),
        Clause::AnyWord(found, _) => format!("({})", any(&words(found))),
        Clause::Phrase(phrase) => {
            let slop = if phrase.slop > 0 { format!("~{}", phrase.slop) } else { String::new() };
            format!("\"{}\"{slop}", words(&phrase.words).join(" "))
        }
        Clause::Near(near) => {
            let [left, right] = &near.parts;
            format!("{} NEAR/{} {}", clause(left, atoms), near.within, clause(right, atoms))
        }
        Clause::Urgency(low, high) => format!("urgency:[{low} TO {high}]"),
        Clause::Has(set) => format!("{}:*", fields(*set)),
    }
}

/// A word or a value.
pub(super) fn word(word: Atom, atoms: &Atoms) -> String {
    let (form, text) = atoms.name(word);
    match form {
        Form::Stem | Form::Folded | Form::Wild => text.to_owned(),
        Form::Exact => format!("={text}"),
        Form::Prefix => format!("{text}*"),
        Form::Fuzzy(distance) => format!("{text}~{distance}"),
        Form::Value(field) | Form::ValueWild(field) => format!("{}:{text}", fields(field)),
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
