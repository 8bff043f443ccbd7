//! Atoms: every single thing that some rule looks for, numbered. An item is turned into the atoms
//! it has once, and all rules are then compared by number.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use super::field::Fields;
use super::text::{self, Word};

/// The number of an atom. The top bit tells patterns, which no dictionary can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Atom(u32);

const PATTERN: u32 = 1 << 31;

impl Atom {
    /// True for atoms that are found by trying each word.
    pub(super) fn is_pattern(self) -> bool {
        self.0 & PATTERN != 0
    }

    /// The number as such.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The atom with a number.
    pub(super) fn numbered(number: u32) -> Atom {
        Atom(number)
    }

    /// Its place in tables of atoms.
    pub(super) fn index(self) -> usize {
        (self.0 & !PATTERN) as usize
    }
}

/// What an atom compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// The stem of a word.
    Stem,
    /// A word in lower case without diacritics.
    Folded,
    /// A word as written.
    Exact,
    /// The start of a folded word.
    Prefix,
    /// A folded word with `*` and `?`.
    Wild,
    /// A folded word, give or take so many letters.
    Fuzzy(u8),
    /// A whole value of a field.
    Value(Fields),
    /// A whole value with `*` and `?`.
    ValueWild(Fields),
}

impl Form {
    /// A letter for digests.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Form::Stem => "s",
            Form::Folded => "f",
            Form::Exact => "e",
            Form::Prefix => "p",
            Form::Wild => "w",
            Form::Fuzzy(1) => "1",
            Form::Fuzzy(_) => "2",
            Form::Value(_) => "v",
            Form::ValueWild(_) => "x",
        }
    }
}

/// The dictionary of atoms.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    names: Vec<(Form, Box<str>)>,
    numbers: HashTable<Atom>,
    /// Stems as the first query that looks for them writes them, where that is not the stem.
    written: HashMap<Atom, Box<str>>,
    hasher: FixedState,
    /// Longest prefix in bytes: no word is asked for more.
    longest_prefix: usize,
    /// Whether any rule has a pattern: only then the words of an item are kept.
    patterns: bool,
}

impl Atoms {
    /// The number of an atom, a new one if it has none.
    pub(super) fn number(&mut self, form: Form, text: &str) -> Atom {
        if let Some(known) = self.find(form, text) {
            return known;
        }
        let pattern = matches!(form, Form::Wild | Form::Fuzzy(_) | Form::ValueWild(_));
        let atom = Atom(self.names.len() as u32 | if pattern { PATTERN } else { 0 });
        self.names.push((form, text.into()));
        self.patterns |= pattern;
        if form == Form::Prefix {
            self.longest_prefix = self.longest_prefix.max(text.len());
        }
        let (names, hasher) = (&self.names, &self.hasher);
        self.numbers.insert_unique(hash(hasher, form, text), atom, |atom| {
            let (form, text) = &names[atom.index()];
            hash(hasher, *form, text)
        });
        atom
    }

    /// The number of the stem of a word.
    pub(super) fn stem(&mut self, word: &Word) -> Atom {
        let stem = text::stem(&word.folded);
        if let Some(known) = self.find(Form::Stem, &stem) {
            return known;
        }
        let atom = self.number(Form::Stem, &stem);
        if *stem != word.exact {
            self.written.insert(atom, word.exact.as_str().into());
        }
        atom
    }

    /// The number of an atom that some rule has.
    pub(super) fn find(&self, form: Form, text: &str) -> Option<Atom> {
        let same = |atom: &Atom| {
            let (known, name) = &self.names[atom.index()];
            *known == form && **name == *text
        };
        self.numbers.find(hash(&self.hasher, form, text), same).copied()
    }

    /// The prefixes of a folded word that some rule has.
    pub(super) fn prefixes(&self, folded: &str) -> SmallVec<[Atom; 4]> {
        let ends = folded.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.take_while(|end| *end <= self.longest_prefix)
            .filter_map(|end| self.find(Form::Prefix, &folded[..end]))
            .collect()
    }

    /// Whether some atoms are patterns.
    pub(super) fn has_patterns(&self) -> bool {
        self.patterns
    }

    /// True when there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// A stem as the query writes it that was the first to look for it.
    pub(super) fn written(&self, atom: Atom) -> Option<&str> {
        self.written.get(&atom).map(|written| &**written)
    }

    /// What an atom compares, and with what.
    pub(super) fn name(&self, atom: Atom) -> (Form, &str) {
        let (form, text) = &self.names[atom.index()];
        (*form, text)
    }
}

fn hash(hasher: &FixedState, form: Form, text: &str) -> u64 {
    hasher.hash_one((form, text))
}

/// Whether `text` fits a pattern of `*` (any letters) and `?` (one letter); a character after `\`
/// stands for itself.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where to go on when a guess about the last `*` fails: the pattern after it, the text it
    // has not yet swallowed.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let (mut wanted, mut found) = (pattern.clone(), text.clone());
        let first = wanted.next();
        let literal = first == Some('\\');
        let next = if literal { wanted.next() } else { first };
        match (next, found.next()) {
            (None, None) => return true,
            (Some('*'), _) if !literal => {
                pattern = wanted.clone();
                retry = Some((wanted, text.clone()));
                continue;
            }
            (Some(w), Some(f)) if (w == '?' && !literal) || w == f => {
                (pattern, text) = (wanted, found);
                continue;
            }
            _ => {}
        }
        let Some((after, mut swallowed)) = retry.take() else { return false };
        if swallowed.next().is_none() {
            return false;
        }
        (pattern, text) = (after.clone(), swallowed.clone());
        retry = Some((after, swallowed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_words() {
        for (pattern, text, fits) in [
            ("wom?n", "women", true),
            ("wom?n", "womn", false),
            ("organi*ation", "organization", true),
            ("*burger", "hamburger", true),
            ("*burger", "hamburgers", false),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXb", false),
            ("*", "", true),
            ("?", "", false),
            ("é?", "éé", true),
            (r"m\*a\*s\*h*", "m*a*s*h goes on", true),
            (r"m\*a\*s\*h*", "mash goes on", false),
            (r"who\? *", "whom else", false),
            (r"a\\*", r"a\b", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} on {text}");
        }
    }

    #[test]
    fn the_same_text_in_two_forms_is_two_atoms() {
        let mut atoms = Atoms::default();
        let stem = atoms.number(Form::Stem, "us");
        let exact = atoms.number(Form::Exact, "US");
        assert_ne!(stem, exact);
        assert_eq!(atoms.number(Form::Stem, "us"), stem);
        assert_eq!(atoms.find(Form::Exact, "us"), None);
    }

    #[test]
    fn all_prefixes_of_a_word_are_found() {
        let mut atoms = Atoms::default();
        let short = atoms.number(Form::Prefix, "isr");
        let long = atoms.number(Form::Prefix, "israel");
        assert_eq!(atoms.prefixes("israeli").as_slice(), [short, long]);
        assert_eq!(atoms.prefixes("isra").as_slice(), [short]);
    }
}
