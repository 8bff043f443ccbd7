//! Text features of a headline: words as stems, numbers, names, polarity. Stateless, so that
//! recovery computes them again from the stored item.

use std::cell::RefCell;

use icu_normalizer::DecomposingNormalizerBorrowed;
use rust_stemmers::{Algorithm, Stemmer};
use smallvec::SmallVec;
use xxhash_rust::xxh3::xxh3_64;

use crate::item::Language;
use crate::memo::Memo;

use super::polarity::{self, Polarity};
use super::word::{Word, is_cased, is_unspaced, word_end};
use super::words::{self, Stages, Turns};

mod number;
mod sketch;

use number::{MINUS, number};
use sketch::sketch;

/// What fold compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Content words in order, at most [`Text::MOST_WORDS`].
    pub words: Vec<Word>,
    /// One bit for each trigram of letters, by hash: what Jaccard is estimated from.
    pub sketch: [u64; 4],
    /// The headline negates or denies something.
    pub negates: bool,
    /// What it says about the truth of a report.
    pub polarity: Polarity,
    /// Which ways its words turn what it says.
    pub turns: Turns,
    /// How far the story is of which it tells.
    pub stages: Stages,
    /// The headline asks.
    pub asks: bool,
    /// Capitals tell names here: neither Title Case nor CAPITALS.
    pub cased: bool,
}

impl Text {
    /// Words after this many are left out: comparing is quadratic, and no headline is so long.
    pub const MOST_WORDS: usize = 32;

    /// The distinct words.
    pub fn distinct(&self) -> impl Iterator<Item = Word> + '_ {
        self.words.iter().copied().filter(|word| !word.is(Word::AGAIN))
    }
}

/// The id of a stem.
pub fn term_id(stem: &str) -> u32 {
    xxh3_64(stem.as_bytes()) as u32
}

/// The features of a headline that was cleaned and stripped.
pub fn text(headline: &str, language: Option<Language>) -> Text {
    let words = Vec::with_capacity(16);
    let mut text = Text { words, cased: is_cased(headline), ..Text::default() };
    text.asks = headline.ends_with('?');
    let stemmer = Stem::of(language);
    let english = language.is_none_or(|language| language.as_str() == "en");
    let (polarity, marks) = if english { polarity::read(headline) } else { Default::default() };
    text.polarity = polarity;
    let mut lower = String::with_capacity(16);
    let mut raws = (Words { rest: headline, begins: true }).enumerate().peekable();
    let (mut before, mut open) = ("", false);
    while let Some((at, raw)) = raws.next() {
        let after = raws.peek().map_or("", |(_, raw)| *raw);
        lower.clear();
        match raw.is_ascii() {
            true => lower.extend(raw.chars().map(|c| c.to_ascii_lowercase())),
            false => lower.push_str(&raw.to_lowercase()),
        }
        let lower = lower.strip_suffix("'s").unwrap_or(&lower);
        let lower = without_article(lower, language);
        let capital = raw.starts_with(char::is_uppercase);
        let mark = marks.get(at).copied().unwrap_or(0);
        let [mut flags, _] = mark.to_le_bytes();
        flags |= if capital && text.cased && at > 0 { Word::NAME } else { 0 };
        let acronym = raw == "US" || raw == "U.S" || raw == "USA" || raw == "U.S.A";
        // "Hopes fade as he dies": only what stands behind it in its clause is left open.
        open &= mark & polarity::BEGINS == 0;
        reading(lower, language, &stemmer, |reading| {
            text.negates |= reading.negates;
            text.turns.add(reading.turns);
            // "To be charged", "denies that he died": that is not told.
            if flags & (Word::COMING | Word::DENIED) == 0 {
                let stages = reading.stages.between(before, raw, after);
                text.stages.add(if open { stages.behind_hedge(raw) } else { stages });
            }
            open |= mark & polarity::HEDGES != 0 || reading.turns.negates();
            flags |= reading.flags;
            if acronym {
                return text.push(Word { id: term_id("usa"), flags });
            }
            for term in &reading.terms {
                text.push(Word { id: term.id, flags: flags | term.flags });
            }
        });
        before = raw;
    }
    // Where no clauses are told apart, "not" may stand behind.
    if !english && text.turns.negates() {
        text.stages = text.stages.open();
    }
    text.sketch = sketch(headline);
    text
}

/// What a word in lower case says wherever it stands.
#[derive(Debug, Default)]
struct Reading {
    terms: SmallVec<[Word; 2]>,
    negates: bool,
    turns: Turns,
    stages: Stages,
    flags: u8,
}

thread_local! {
    static READINGS: RefCell<Memo<Reading>> = RefCell::default();
}

/// Hands the reading of a word to `use_it`.
fn reading(word: &str, language: Option<Language>, stem: &Stem, use_it: impl FnOnce(&Reading)) {
    let about =
        words::code(&language).bytes().fold(0, |about, letter| about << 8 | u32::from(letter));
    READINGS.with_borrow_mut(|memo| {
        use_it(memo.get(word, about, || Reading::of(word, language, stem)));
    });
}

impl Reading {
    fn of(lower: &str, language: Option<Language>, stem: &Stem) -> Reading {
        let flags = if words::is_date(lower) { Word::DATE } else { 0 };
        let negates = words::negates(lower);
        let (turns, stages) = (Turns::of(lower, language), Stages::of(lower, language));
        let mut terms = SmallVec::new();
        let mut push = |term: &str, flags| terms.push(Word { id: term_id(term), flags });
        if let Some((number, unit)) = number(lower, language) {
            push(&number, Word::NUMBER);
            if let Some(unit) = unit {
                push(unit, 0);
            }
        } else if let Some(unit) = words::unit(lower) {
            push(unit, 0);
        } else if !words::is_stop(lower, language) && !lower.is_empty() {
            for_terms(lower, stem, |term| push(term, 0));
        }
        Reading { terms, negates, turns, stages, flags }
    }
}

impl Text {
    fn push(&mut self, mut word: Word) {
        if self.words.len() == Text::MOST_WORDS {
            return;
        }
        let again = self.words.iter().any(|before| before.id == word.id);
        word.flags |= if again { Word::AGAIN } else { 0 };
        self.words.push(word);
    }
}

/// "l'été" is "été": French and Italian join articles to their nouns.
fn without_article(word: &str, language: Option<Language>) -> &str {
    let joins = language.is_some_and(|language| matches!(language.as_str(), "fr" | "it" | "ca"));
    match word.split_once('\'') {
        Some((article, noun)) if joins && article.len() <= 4 && !noun.is_empty() => noun,
        _ => word,
    }
}

/// How words of a language become stems.
enum Stem {
    Snowball(Stemmer),
    /// The first letters: for inflecting languages without a stemmer.
    Prefix,
    /// As it is.
    Whole,
}

impl Stem {
    fn of(language: Option<Language>) -> Stem {
        let algorithm = match words::code(&language) {
            "en" => Algorithm::English,
            "es" => Algorithm::Spanish,
            "pt" => Algorithm::Portuguese,
            "fr" => Algorithm::French,
            "de" => Algorithm::German,
            "it" => Algorithm::Italian,
            "nl" => Algorithm::Dutch,
            "ru" => Algorithm::Russian,
            "ar" => Algorithm::Arabic,
            "da" => Algorithm::Danish,
            "sv" => Algorithm::Swedish,
            "nb" | "no" | "nn" => Algorithm::Norwegian,
            "fi" => Algorithm::Finnish,
            "el" => Algorithm::Greek,
            "hu" => Algorithm::Hungarian,
            "ro" => Algorithm::Romanian,
            "tr" => Algorithm::Turkish,
            "zh" | "ja" | "ko" | "th" => return Stem::Whole,
            _ => return Stem::Prefix,
        };
        Stem::Snowball(Stemmer::create(algorithm))
    }
}

/// The terms of one word: its stem, or overlapping pairs where words are not spaced.
fn for_terms(word: &str, stem: &Stem, mut term: impl FnMut(&str)) {
    if word.chars().any(is_unspaced) {
        let chars: Vec<(usize, char)> = word.char_indices().collect();
        for pair in chars.windows(2) {
            term(&word[pair[0].0..pair[1].0 + pair[1].1.len_utf8()]);
        }
        if chars.len() == 1 {
            term(word);
        }
        return;
    }
    if word.is_ascii() {
        let bare =
            if word.contains(['.', '\'']) { word.replace(['.', '\''], "") } else { String::new() };
        let word = if bare.is_empty() { word } else { &bare };
        term(&stemmed(word, stem));
    } else {
        // Before stemming, since stemmers know only the usual spelling.
        let word = word.replace('ё', "е");
        term(&folded(&stemmed(&word, stem)));
    }
}

fn stemmed<'a>(word: &'a str, stem: &Stem) -> std::borrow::Cow<'a, str> {
    const PREFIX: usize = 6;
    match stem {
        Stem::Snowball(stemmer) => stemmer.stem(word),
        Stem::Prefix => match word.char_indices().nth(PREFIX) {
            Some((end, _)) => word[..end].into(),
            None => word.into(),
        },
        Stem::Whole => word.into(),
    }
}

/// Without marks: é is e, ё is е, Arabic without vowel signs and with one form of alef.
fn folded(word: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd();
    decomposed
        .normalize_iter(word.chars())
        .filter(
            |c| !matches!(c, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{640}' | '\u{670}'),
        )
        .map(|c| match c {
            '\u{649}' => '\u{64A}',
            '\u{629}' => '\u{647}',
            c => c,
        })
        .collect()
}

/// The words of a headline.
struct Words<'a> {
    rest: &'a str,
    /// Nothing of it was read.
    begins: bool,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = match self.rest.bytes().position(|byte| byte.is_ascii_alphanumeric()) {
            Some(at) if self.rest.as_bytes()[..at].is_ascii() => at,
            _ => self.rest.find(char::is_alphanumeric)?,
        };
        // "-0.2%", but neither "2020-21" nor "Storm - 5 dead".
        let digit = self.rest[start..].starts_with(|c: char| c.is_numeric());
        let sign = self.rest[..start].chars().next_back().filter(|c| digit && MINUS.contains(c));
        let before = &self.rest[..start - sign.map_or(0, char::len_utf8)];
        let signed = sign.is_some() && before.chars().next_back().map_or(self.begins, |c| c == ' ');
        let (begin, end) = (before.len(), start + word_end(&self.rest[start..]));
        let word = &self.rest[if signed { begin } else { start }..end];
        self.rest = &self.rest[end..];
        self.begins = false;
        Some(word)
    }
}

#[cfg(test)]
mod tests;
