//! The document: an item as rules see it, reduced to the atoms it has.

use std::collections::HashMap;
use std::ops::Range;

use smallvec::SmallVec;

use super::atom::{Atom, Atoms, Form, glob};
use super::field::{Field, Fields, marker_word};
use super::text::{self, Wild};
use super::topics;
use crate::config::PublisherConfig;
use crate::item::{Item, Language, Marker};
use crate::prepare::Prepared;

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The field, as a set of one.
    pub(super) field: Fields,
    /// Which word of it, from 0.
    pub(super) word: u32,
}

/// Words of 64 bits in a sieve; a power of 2.
const SIEVE: usize = 32;

/// What is read of an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// As sent.
    pub(super) item: &'a Item,
    /// Without markers and publisher suffixes.
    pub(super) headline: &'a str,
    /// Declared or guessed.
    pub(super) language: Option<Language>,
    /// Of header and headline.
    pub(super) markers: &'a [Marker],
}

impl<'a> View<'a> {
    /// A prepared item.
    pub(super) fn prepared(prepared: &'a Prepared) -> View<'a> {
        View {
            item: &prepared.item,
            headline: prepared.told(),
            language: prepared.language,
            markers: &prepared.markers,
        }
    }

    /// An item as it was sent.
    pub(super) fn sent(item: &'a Item) -> View<'a> {
        View { item, headline: &item.headline, language: item.language, markers: &item.markers }
    }
}

/// An item as rules see it. Reused from item to item.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Atoms that rules look for and where they are, sorted.
    spots: Vec<(Atom, Spot)>,
    /// A bit for each atom it has, by the low bits of their numbers: most questions for an atom
    /// are answered by a zero here.
    sieve: [u64; SIEVE],
    /// All words, for patterns; in `letters`.
    words: Vec<(Spot, Range<usize>)>,
    /// All values of value fields, for patterns; in `letters`.
    values: Vec<(Fields, Range<usize>)>,
    letters: String,
    /// Fields that have a value.
    present: Fields,
    /// IPTC urgency.
    pub(super) urgency: Option<u8>,
}

impl Document {
    /// Reads an item.
    pub(super) fn read(&mut self, view: View<'_>, atoms: &Atoms, families: &Families) {
        let item = view.item;
        self.spots.clear();
        self.words.clear();
        self.values.clear();
        self.letters.clear();
        self.present = Fields::default();
        self.urgency = item.urgency;
        if item.urgency.is_some() {
            self.present = Field::Urgency.set();
        }
        self.text(Field::Headline, view.headline, atoms);
        for (field, text) in [
            (Field::Body, &item.body),
            (Field::Slugline, &item.slugline),
            (Field::Byline, &item.byline),
        ] {
            self.text(field, text.as_deref().unwrap_or_default(), atoms);
        }
        // A gap between places keeps phrases from running across them.
        let mut next = 0;
        for place in item.located.iter().chain(&item.places) {
            next = self.text_from(Field::Place, place, next, atoms) + 100;
        }
        self.value(Field::Source, &item.source, atoms);
        for name in item.publisher.iter().flat_map(|publisher| families.names(publisher)) {
            self.value(Field::Publisher, &name, atoms);
        }
        if let Some(language) = view.language {
            self.value(Field::Language, language.as_str(), atoms);
        }
        for marker in view.markers {
            self.value(Field::Marker, marker_word(*marker), atoms);
        }
        for address in item.uri.iter().chain(&item.link) {
            self.value(Field::Uri, address, atoms);
        }
        for subject in &item.subjects {
            for value in topics::values(subject) {
                self.value(Field::Subject, &value, atoms);
            }
        }
        self.spots.sort_unstable();
        self.spots.dedup();
        self.sieve = [0; SIEVE];
        for (atom, _) in &self.spots {
            let (word, bit) = sieve_bit(atom.index());
            self.sieve[word] |= bit;
        }
    }

    fn text(&mut self, field: Field, text: &str, atoms: &Atoms) {
        self.text_from(field, text, 0, atoms);
    }

    fn text_from(&mut self, field: Field, text: &str, start: u32, atoms: &Atoms) -> u32 {
        let set = field.set();
        if atoms.is_empty() {
            // No rule asks for a word; that there are some can still be asked.
            if text::has_words(text) {
                self.present = self.present.or(set);
            }
            return start;
        }
        let mut word_number = start;
        text::words(text, Wild::No, |word| {
            let spot = Spot { field: set, word: word_number };
            let found = [
                atoms.find(Form::Folded, &word.folded),
                text::with_stem(&word.folded, |stem| atoms.find(Form::Stem, stem)),
                atoms.find(Form::Exact, &word.exact),
            ];
            let found = found.into_iter().flatten().chain(atoms.prefixes(&word.folded));
            self.spots.extend(found.map(|atom| (atom, spot)));
            if atoms.has_patterns() {
                let start = self.letters.len();
                self.letters.push_str(&word.folded);
                self.words.push((spot, start..self.letters.len()));
            }
            word_number += 1;
        });
        if word_number > start {
            self.present = self.present.or(set);
        }
        word_number
    }

    fn value(&mut self, field: Field, value: &str, atoms: &Atoms) {
        let (set, key) = (field.set(), text::key(value));
        if key.is_empty() {
            return;
        }
        self.present = self.present.or(set);
        if let Some(atom) = atoms.find(Form::Value(set), &key) {
            self.spots.push((atom, Spot { field: set, word: 0 }));
        }
        if atoms.has_patterns() {
            let start = self.letters.len();
            self.letters.push_str(&key);
            self.values.push((set, start..self.letters.len()));
        }
    }

    /// The distinct atoms it has, patterns aside.
    pub(super) fn atoms(&self) -> impl Iterator<Item = Atom> {
        self.spots.chunk_by(|a, b| a.0 == b.0).map(|same| same[0].0)
    }

    /// An index that [`Document::may_have`] answers as it does the atom's own.
    pub(super) fn sieve_place(atom: Atom) -> u16 {
        (atom.index() % (64 * SIEVE)) as u16
    }

    /// False only when the atom with that index, which is no pattern, does not occur.
    pub(super) fn may_have(&self, atom: usize) -> bool {
        let (word, bit) = sieve_bit(atom);
        self.sieve[word] & bit != 0
    }

    /// Whether one of `fields` has a value.
    pub(super) fn has_any(&self, fields: Fields) -> bool {
        self.present.meets(fields)
    }

    /// Whether an atom occurs in one of `fields`.
    pub(super) fn has(&self, atom: Atom, fields: Fields, atoms: &Atoms) -> bool {
        if atom.is_pattern() {
            return !self.places(atom, fields, atoms).is_empty();
        }
        self.spots_of(atom).iter().any(|(_, spot)| spot.field.meets(fields))
    }

    /// Where an atom occurs in `fields`, in order.
    pub(super) fn places(&self, atom: Atom, fields: Fields, atoms: &Atoms) -> SmallVec<[Spot; 4]> {
        if !atom.is_pattern() {
            let spots = self.spots_of(atom).iter().map(|(_, spot)| *spot);
            return spots.filter(|spot| spot.field.meets(fields)).collect();
        }
        let (form, pattern) = atoms.name(atom);
        let letters = |range: &Range<usize>| &self.letters[range.clone()];
        match form {
            Form::ValueWild(set) => {
                let fits =
                    |(field, value): &&(Fields, _)| *field == set && glob(pattern, letters(value));
                let values = self.values.iter().filter(fits);
                values.map(|(field, _)| Spot { field: *field, word: 0 }).collect()
            }
            Form::Fuzzy(distance) => {
                let fits = |word: &str| within(pattern, word, usize::from(distance));
                self.words_that(fields, fits).collect()
            }
            _ => self.words_that(fields, |word| glob(pattern, word)).collect(),
        }
    }

    fn words_that(
        &self,
        fields: Fields,
        fits: impl Fn(&str) -> bool,
    ) -> impl Iterator<Item = Spot> {
        let words = self.words.iter().filter(move |(spot, word)| {
            spot.field.meets(fields) && fits(&self.letters[word.clone()])
        });
        words.map(|(spot, _)| *spot)
    }

    fn spots_of(&self, atom: Atom) -> &[(Atom, Spot)] {
        if !self.may_have(atom.index()) {
            return &[];
        }
        let start = self.spots.partition_point(|(found, _)| *found < atom);
        let rest = &self.spots[start..];
        let end = rest.iter().position(|(found, _)| *found != atom).unwrap_or(rest.len());
        &rest[..end]
    }
}

fn sieve_bit(atom: usize) -> (usize, u64) {
    (atom / 64 % SIEVE, 1 << (atom % 64))
}

/// Whether two words differ by at most `distance` letters changed, added, lost or swapped.
fn within(a: &str, b: &str, distance: usize) -> bool {
    a.chars().count().abs_diff(b.chars().count()) <= distance
        && strsim::osa_distance(a, b) <= distance
}

/// The names under which a publisher is known to rules: as sent, as configured, its family.
#[derive(Debug, Default)]
pub(super) struct Families(HashMap<String, [String; 2]>);

impl Families {
    /// Reads `[[publisher]]`.
    pub(super) fn new(publishers: &[PublisherConfig]) -> Families {
        let mut families = HashMap::new();
        for publisher in publishers {
            let known = [publisher.name.value.clone(), publisher.family.clone()];
            let names = publisher.aliases.iter().chain([&publisher.name]);
            for name in names {
                families.insert(text::key(&name.value), known.clone());
            }
        }
        Families(families)
    }

    fn names(&self, sent: &str) -> SmallVec<[String; 3]> {
        let mut names = SmallVec::from_iter([sent.to_owned()]);
        names.extend(self.0.get(&text::key(sent)).into_iter().flatten().cloned());
        names
    }
}
