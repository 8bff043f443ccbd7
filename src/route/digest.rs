//! A name for a clause that outlives the process: records say by it which text parts a story has
//! satisfied.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

use super::atom::{Atom, Atoms};
use super::clause::Clause;
use super::field::Fields;

/// The digest of a clause. Two clauses have the same one when they ask the same in the same
/// order; numbers of atoms, which differ from compilation to compilation, are not part of it.
pub(super) fn digest(clause: &Clause, atoms: &Atoms) -> u64 {
    let mut text = String::new();
    write(clause, atoms, &mut text);
    xxh3_64(text.as_bytes())
}

fn write(clause: &Clause, atoms: &Atoms, text: &mut String) {
    match clause {
        Clause::All(parts) | Clause::Any(parts) => {
            text.push(if matches!(clause, Clause::All(_)) { '&' } else { '|' });
            number(parts.len(), text);
            parts.iter().for_each(|part| write(part, atoms, text));
        }
        Clause::Not(part) => {
            text.push('!');
            write(part, atoms, text);
        }
        Clause::Word(word, fields) => {
            atom(*word, atoms, text);
            set(*fields, text);
        }
        Clause::AnyWord(words, fields) => {
            text.push('/');
            number(words.len(), text);
            set(*fields, text);
            words.iter().for_each(|word| atom(*word, atoms, text));
        }
        Clause::Phrase(phrase) => {
            text.push('"');
            number(phrase.words.len(), text);
            number(phrase.slop as usize, text);
            set(phrase.fields, text);
            phrase.words.iter().for_each(|word| atom(*word, atoms, text));
        }
        Clause::Near(near) => {
            text.push('~');
            number(near.within as usize, text);
            near.parts.iter().for_each(|part| write(part, atoms, text));
        }
        Clause::Urgency(low, high) => {
            text.push('u');
            number(usize::from(*low), text);
            number(usize::from(*high), text);
        }
        Clause::Has(fields) => {
            text.push('h');
            set(*fields, text);
        }
    }
}

fn atom(atom: Atom, atoms: &Atoms, text: &mut String) {
    let (form, name) = atoms.name(atom);
    text.push_str(form.tag());
    number(name.len(), text);
    text.push_str(name);
}

fn set(fields: Fields, text: &mut String) {
    number(usize::from(fields.0), text);
}

fn number(number: usize, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{number} ");
}
