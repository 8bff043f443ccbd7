//! Words: how text of items and text of queries are cut and compared. Both go through here, so
//! that what a query is typed like decides nothing.
//!
//! A word is a run of letters and digits. Inside it are dropped: the dots of an acronym (`U.S.`
//! is `US`), an apostrophe and a possessive `'s`, the commas of a number. A short elided article
//! (`l'Iran`) is a word of its own. Scripts without spaces (Han, kana) give a word a character,
//! so that a query of several characters becomes a phrase. What no reader sees (soft hyphens, zero
//! width) is not there.

use std::borrow::Cow;
use std::cell::RefCell;

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use rust_stemmers::{Algorithm, Stemmer};

use crate::memo::Memo;
use crate::prepare::is_invisible;

/// One word in the forms that queries compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// As written, without inner punctuation, composed (NFC).
    pub(super) exact: String,
    /// Lower case, without diacritics.
    pub(super) folded: String,
}

/// What may stand among the letters of a word when a query is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wild {
    /// Nothing: the text of an item.
    No,
    /// `*` and `?`: a pattern.
    Yes,
}

/// Calls `each` with every word of `text`, in order.
pub(super) fn words(text: &str, wild: Wild, mut each: impl FnMut(&Word)) {
    let text = visible(text);
    let mut word = Word::default();
    let mut rest = &*text;
    while let Some(start) = rest.find(|c| in_word(c, wild)) {
        rest = &rest[start..];
        word.exact.clear();
        rest = take(rest, wild, &mut word.exact);
        if !word.exact.chars().any(|c| in_word(c, Wild::No)) {
            continue; // lone wildcards are no word
        }
        if !word.exact.is_ascii() {
            word.exact = ComposingNormalizerBorrowed::new_nfc().normalize(&word.exact).into_owned();
        }
        word.folded.clear();
        fold(&word.exact, &mut word.folded);
        each(&word);
    }
}

/// The words of a text in order, in lower case and without diacritics: for whoever searches beside
/// rules.
pub(crate) fn folded_words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    words(text, Wild::No, |word| found.push(word.folded.clone()));
    found
}

/// The text without what no reader sees: bodies come as they were sent.
fn visible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_invisible) {
        return text.into();
    }
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// Takes the word at the start of `text` into `word`; returns what follows it.
fn take<'a>(text: &'a str, wild: Wild, word: &mut String) -> &'a str {
    let mut part = 0; // letters since the last joining mark
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let mut next = after.chars();
        let follows = next.next().filter(|&c| in_word(c, wild));
        if in_word(c, wild) {
            if alone(c) && !word.is_empty() {
                return &text[at..];
            }
            word.push(c);
            part += 1;
            if alone(c) {
                return after;
            }
            continue;
        }
        let Some(follows) = follows else {
            // "U.S.'s"
            let possessive = ["'s", "’s"].iter().find_map(|s| after.strip_prefix(s));
            return possessive.filter(|_| c == '.').unwrap_or(after);
        };
        let previous = word.chars().next_back().unwrap_or(' ');
        let joins = match c {
            '\'' | '’' | 'ʼ' => {
                let ends = !next.next().is_some_and(|c| in_word(c, wild));
                if matches!(follows, 's' | 'S') && ends {
                    return &after[1..];
                }
                !elides(word)
            }
            '.' if previous.is_numeric() => follows.is_numeric(),
            '.' => part == 1 && !next.next().is_some_and(|c| in_word(c, wild)),
            ',' => previous.is_numeric() && follows.is_numeric(),
            _ => false,
        };
        if !joins {
            return after;
        }
        if c == '.' && previous.is_numeric() {
            word.push('.');
        }
        part = 0;
    }
    ""
}

/// The elided articles and pronouns of French, Italian and Catalan.
fn elides(word: &str) -> bool {
    const ELIDED: [&str; 15] =
        ["l", "d", "j", "m", "n", "s", "t", "c", "qu", "dell", "all", "nell", "dall", "sull", "un"];
    ELIDED.iter().any(|elided| elided.eq_ignore_ascii_case(word))
}

fn in_word(c: char, wild: Wild) -> bool {
    c.is_alphanumeric()
        || (wild == Wild::Yes && matches!(c, '*' | '?'))
        || (!c.is_ascii() && CanonicalCombiningClassMapBorrowed::new().get_u8(c) != 0)
}

/// True for characters of scripts that put no space between words.
fn alone(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0x2_0000..=0x3_FFFF)
}

/// Appends `text` in lower case and without diacritics.
pub(super) fn fold(text: &str, folded: &mut String) {
    if text.is_ascii() {
        folded.extend(text.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut plain = String::with_capacity(apart.len());
    for c in apart.chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'þ' => plain.push_str("th"),
            c if diacritic(c) => {}
            c => plain.push(c),
        }
    }
    // Hangul and kana come apart as well, and belong together.
    folded.push_str(&ComposingNormalizerBorrowed::new_nfc().normalize(&plain));
}

/// Marks that people leave out when they type: Latin, Greek and Cyrillic diacritics, Hebrew
/// points, Arabic vowel signs and the stroke that only widens a word. The vowel signs of Indic scripts
/// are letters and stay.
fn diacritic(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0591..=0x05C7 | 0x0640 | 0x064B..=0x065F | 0x0670
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// A whole value as one comparable key: folded, white space collapsed.
pub(super) fn key(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    for part in value.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        fold(part, &mut folded);
    }
    folded
}

/// Reduces a folded word to its stem. The English (Snowball) rules for every language: they only
/// have to be the same for rule and item, and on other languages they do little.
pub(super) fn stem(folded: &str) -> Cow<'_, str> {
    if !folded.is_ascii() || folded.len() < 3 {
        return folded.into();
    }
    ENGLISH.with(|stemmer| stemmer.stem(folded))
}

/// Hands [`stem`] of a word of an item to `then`: words of items come again.
pub(super) fn with_stem<R>(folded: &str, then: impl FnOnce(&str) -> R) -> R {
    STEMS.with_borrow_mut(|memo| then(memo.get(folded, 0, || stem(folded).into())))
}

/// Whether a text of an item has a word.
pub(super) fn has_words(text: &str) -> bool {
    text.contains(|c| in_word(c, Wild::No))
}

thread_local! {
    static ENGLISH: Stemmer = Stemmer::create(Algorithm::English);
    static STEMS: RefCell<Memo<Box<str>>> = RefCell::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        words(text, Wild::No, |word| found.push(word.folded.clone()));
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        case(
            "Flood hits Al-Qaeda's camp, 3.5% lost",
            &["flood", "hits", "al", "qaeda", "camp", "3.5", "lost"],
        );
        case("", &[]);
        case(" -- ?! ", &[]);
        case("1,200 die", &["1200", "die"]);
        case("one,two", &["one", "two"]);
    }

    #[test]
    fn acronyms_lose_their_dots() {
        case("U.S. calls", &["us", "calls"]);
        case("The U.S.", &["the", "us"]);
        case("U.N.-backed", &["un", "backed"]);
        case("N.Korea", &["n", "korea"]);
        case("end.Start", &["end", "start"]);
        case("U.S.'s plan", &["us", "plan"]);
    }

    #[test]
    fn apostrophes_are_dropped_possessives_too_and_elisions_split() {
        case("don't", &["dont"]);
        case("O'Brien’s", &["obrien"]);
        case("l'Iran", &["l", "iran"]);
        case("workers' rights", &["workers", "rights"]);
    }

    #[test]
    fn diacritics_and_case_are_folded() {
        case("São Tomé, İzmir, Łódź, Straße", &["sao", "tome", "izmir", "lodz", "strasse"]);
        case("Sa\u{303}o", &["sao"]);
        case("東京で", &["東", "京", "で"]);
        case("غـــزة", &["غزة"]);
    }

    #[test]
    fn what_no_reader_sees_is_not_there() {
        case("Ge\u{AD}setz, dam\u{200B}m \u{202B}offen", &["gesetz", "damm", "offen"]);
    }

    #[test]
    fn patterns_keep_their_wildcards() {
        let mut found = Vec::new();
        words("wom?n organi*ation * israel*", Wild::Yes, |word| found.push(word.folded.clone()));
        assert_eq!(found, ["wom?n", "organi*ation", "israel*"]);
    }

    #[test]
    fn the_exact_form_keeps_case_and_accents() {
        let mut found = Vec::new();
        words("U.S. Cafe\u{301}", Wild::No, |word| found.push(word.exact.clone()));
        assert_eq!(found, ["US", "Café"]);
    }
}
