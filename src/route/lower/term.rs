//! Words, phrases and values of a query as atoms.

use std::ops::Range;

use super::Lowering;
use crate::config::diagnostic::nearest;
use crate::item::Language;
use crate::route::atom::{Atom, Form};
use crate::route::clause::{Clause, Phrase};
use crate::route::field::{Field, Fields, MARKERS};
use crate::route::query::Term;
use crate::route::text::{self, Wild, Word};
use crate::route::{topics, warn};

impl Lowering<'_> {
    /// A word or a phrase of a field that is compared word by word. What is typed as one word but
    /// is several (`al-qaeda`) is a phrase.
    pub(super) fn words(&mut self, field: Field, term: &Term, span: &Range<usize>) -> Clause {
        let fields = field.set();
        let mut cut: Vec<Word> = Vec::new();
        text::words(&term.for_words(), Wild::Yes, |word| cut.push(word.clone()));
        if term.quoted {
            // A question mark that ends a quoted headline is no wildcard.
            for word in cut.iter_mut().flat_map(|word| [&mut word.exact, &mut word.folded]) {
                word.truncate(word.trim_end_matches('?').len());
            }
        }
        let fuzzy = if term.quoted { None } else { term.tilde };
        if let Some(distance) = fuzzy {
            return self.fuzzy(&cut, distance, term, fields, span);
        }
        if term.exact && cut.iter().any(|word| word.exact.contains(['*', '?'])) {
            let hint = "leave the `=` out, or the wildcard";
            self.wrong(span, "`=` does not go with `*` or `?`", Some(hint.to_owned()));
            return Clause::always();
        }
        let words: Vec<Atom> = cut.iter().map(|word| self.word(word, term)).collect();
        match words[..] {
            [] => {
                let foreign = warn::foreign(&term.text).map(|(_, instead)| instead);
                let hint = foreign.unwrap_or("words are made of letters and digits");
                self.wrong(span, "there is no word to look for here", Some(hint.to_owned()));
                Clause::always()
            }
            [word] => Clause::Word(word, fields),
            _ => {
                let slop = term.tilde.unwrap_or(0);
                Clause::Phrase(Box::new(Phrase { words: words.into(), fields, slop }))
            }
        }
    }

    fn word(&mut self, word: &Word, term: &Term) -> Atom {
        if term.exact {
            return self.atoms.number(Form::Exact, &word.exact);
        }
        let folded = word.folded.as_str();
        match folded.find(['*', '?']) {
            Some(at) if folded[at..].bytes().all(|b| b == b'*') => {
                self.atoms.number(Form::Prefix, &folded[..at])
            }
            Some(_) => self.atoms.number(Form::Wild, folded),
            None if self.stem => self.atoms.stem(word),
            None => self.atoms.number(Form::Folded, folded),
        }
    }

    fn fuzzy(
        &mut self,
        cut: &[Word],
        distance: u32,
        term: &Term,
        fields: Fields,
        span: &Range<usize>,
    ) -> Clause {
        let [word] = cut else {
            let words = term.plain();
            let hint = format!("write \"{words}\"~{distance} for a phrase with other words in it");
            self.wrong(span, "`~` here follows more than one word", Some(hint));
            return Clause::always();
        };
        if term.exact || word.folded.contains(['*', '?']) {
            self.wrong(span, "`~` does not go with `=`, `*` or `?`", None);
            return Clause::always();
        }
        let form = match distance {
            0 => Form::Folded,
            1 | 2 => Form::Fuzzy(distance as u8),
            _ => {
                let hint = "`~1` allows one letter to differ, `~2` two";
                self.wrong(span, "a word may differ by at most 2 letters", Some(hint.to_owned()));
                return Clause::always();
            }
        };
        Clause::Word(self.atoms.number(form, &word.folded), fields)
    }

    /// A value of a field that is compared as a whole.
    pub(super) fn value(&mut self, field: Field, term: &Term, span: &Range<usize>) -> Clause {
        let fields = field.set();
        let written = term.plain();
        if term.tilde.is_some() {
            self.wrong(span, format!("`~` does not work with `{}`", field.name()), None);
            return Clause::always();
        }
        if term.has_wildcards() && !(term.quoted && field == Field::Uri) {
            let pattern = text::key(&term.text);
            return Clause::Word(self.atoms.number(Form::ValueWild(fields), &pattern), fields);
        }
        let key = text::key(&written);
        let key = match field {
            Field::Subject => {
                let named = topics::named(&key);
                if !named.is_empty() {
                    let number = |key: String| self.atoms.number(Form::Value(fields), &key);
                    let words = named.into_iter().map(number);
                    return Clause::any(words.map(|word| Clause::Word(word, fields)).collect());
                }
                key
            }
            Field::Language => match Language::parse(&key) {
                Some(language) => language.as_str().to_owned(),
                None => {
                    let hint = "write an ISO 639 code, like `en` or `eng`".to_owned();
                    self.wrong(span, format!("`{written}` is not a language code"), Some(hint));
                    key
                }
            },
            Field::Marker if !MARKERS.contains(&key.as_str()) => {
                let hint = match nearest(&key, MARKERS) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("markers are {}", MARKERS.join(", ")),
                };
                self.wrong(span, format!("there is no marker `{written}`"), Some(hint));
                key
            }
            _ => key,
        };
        Clause::Word(self.atoms.number(Form::Value(fields), &key), fields)
    }
}
