//! Markers that wires write into headlines, taken off and kept.

use std::borrow::Cow;

use crate::item::Marker;

mod lead;
mod words;

use lead::lead_number;
pub(super) use words::ending;
use words::{BARE, CORRECTIONS, Form, GLUED, NOTES, NUMBERED, WORDS};

/// Takes markers off both ends of a cleaned headline, and off what stands behind its section. What
/// is left may be empty: a headline of nothing but a marker is left as it is.
pub(super) fn strip<'a>(headline: &'a str, markers: &mut Vec<Marker>) -> Cow<'a, str> {
    let before = markers.len();
    let mut rest = behind_section(without_leading(unframed(headline), markers), markers);
    while let Some((marker, head)) = trailing(&rest) {
        push(marker, markers);
        let end = head.len();
        match &mut rest {
            Cow::Borrowed(text) => *text = &text[..end],
            Cow::Owned(text) => text.truncate(end),
        }
    }
    if rest.is_empty() {
        markers.truncate(before);
        return headline.into();
    }
    rest
}

/// `/CORRECTION -- Mine reopens/` without its frame.
fn unframed(headline: &str) -> &str {
    let inner = headline.strip_prefix('/').and_then(|text| text.strip_suffix('/'));
    inner.filter(|inner| leading(inner).is_some()).unwrap_or(headline)
}

fn push(marker: Marker, markers: &mut Vec<Marker>) {
    if !markers.contains(&marker) {
        markers.push(marker);
    }
}

/// Markers that one headline begins with, at most: nobody writes so many.
const MOST: usize = 8;

fn without_leading<'a>(mut text: &'a str, markers: &mut Vec<Marker>) -> &'a str {
    for _ in 0..MOST {
        let Some((marker, tail)) = leading(text).or_else(|| lead_number(text)) else { break };
        push(marker, markers);
        text = tail;
    }
    text
}

/// Takes markers off that stand behind the section of a wire, and leaves the section, which other
/// versions have as well: `Chess-UPDATE 1-Norland wins` is "Chess-Norland wins".
fn behind_section<'a>(text: &'a str, markers: &mut Vec<Marker>) -> Cow<'a, str> {
    /// What has more words is no section: "Motor racing-".
    const MOST_WORDS: usize = 2;
    let Some((section, behind)) = text.split_once('-') else { return text.into() };
    let named = section.split(' ').count() <= MOST_WORDS
        && section.ends_with(char::is_alphabetic)
        && section.chars().all(|c| c.is_alphabetic() || c == ' ');
    // Capitals tell a marker from other words that a hyphen joins, where not all is in capitals.
    let capitals = || WORDS.iter().any(|(word, ..)| behind.starts_with(word));
    if !named || !behind.contains(char::is_lowercase) || !capitals() {
        return text.into();
    }
    let rest = without_leading(behind, markers);
    match rest.len() {
        0 => section.into(),
        length if length == behind.len() => text.into(),
        _ => format!("{section}-{rest}").into(),
    }
}

/// `UPDATE 2-…`, `(URGENT) …`, `[BREAKING] …`, `+++ EIL +++ …`, `#BREAKING …`.
fn leading(text: &str) -> Option<(Marker, &str)> {
    leading_before(text, MOST)
}

/// [`leading`] before at most so many others.
fn leading_before(text: &str, others: usize) -> Option<(Marker, &str)> {
    let bare = text.trim_start_matches(is_ornament);
    let ornament = text[..text.len() - bare.len()].trim_end().chars().next_back();
    let open = bare.chars().next()?;
    let close = match open {
        '(' => Some(')'),
        '[' => Some(']'),
        '【' => Some('】'),
        _ => None,
    };
    if let Some(note) = NOTES.iter().find_map(|whom| bare.strip_prefix(whom)) {
        let (said, tail) = note.split_once(')')?;
        let first = said.split(' ').next().filter(|word| {
            CORRECTIONS.iter().any(|known| word.trim_end_matches(':').eq_ignore_ascii_case(known))
        });
        return first.map(|_| (Marker::Corrected, tail.trim_start()));
    }
    for (words, form, make) in BARE {
        let head = bare.get(..words.len()).filter(|head| is_written(head, words, *form));
        if let Some(tail) = head.and_then(|head| bare[head.len()..].strip_prefix(' ')) {
            return Some((make(0), tail.trim_start()));
        }
    }
    // Hardly any marker begins like most headlines.
    let mut letters = bare.chars();
    let first = letters.next()?;
    let second = letters.next().filter(|_| close.is_some()).unwrap_or(first);
    let initials = [first, second].map(initial_byte);
    let begins = |word: &str| word.bytes().next().is_some_and(|byte| initials.contains(&byte));
    for (word, form, make) in WORDS.iter().filter(|(word, ..)| begins(word)) {
        let (inner, close) = match close {
            Some(_) if !word.starts_with('(') => (&bare[open.len_utf8()..], close),
            _ => (bare, None),
        };
        let head = inner.get(..word.len()).filter(|head| is_written(head, word, *form));
        let Some(head) = head else { continue };
        let behind = &inner[word.len()..];
        if let Some((number, tail)) = hyphenated(behind)
            && close.is_none()
            && NUMBERED.contains(word)
        {
            return Some((make(number), tail));
        }
        let (number, tail) = number(behind);
        let glued = GLUED.contains(word);
        let tail = match close {
            Some(close) => tail.strip_prefix(close),
            None => delimiter(tail, glued)
                .or_else(|| ornamented(tail, ornament, head == *word))
                .or_else(|| another(tail, glued, others)),
        };
        if let Some(tail) = tail {
            return Some((make(number), tail.trim_start_matches([' ', '-', ':'])));
        }
    }
    None
}

/// The first byte of a letter as a capital.
fn initial_byte(letter: char) -> u8 {
    let capital = letter.to_uppercase().next().unwrap_or(letter);
    capital.encode_utf8(&mut [0; 4]).as_bytes()[0]
}

fn is_written(head: &str, word: &str, form: Form) -> bool {
    match form {
        Form::Capitals => head == word,
        Form::Any if word.is_ascii() => head.eq_ignore_ascii_case(word),
        Form::Any => head.chars().flat_map(char::to_uppercase).eq(word.chars()),
    }
}

/// Signs and pictures that decorate a marker.
fn is_ornament(c: char) -> bool {
    matches!(c, ' ' | '*' | '+' | '#' | '=' | '~' | '|' | '•' | '\u{2190}'..='\u{2BFF}'
        | '\u{1F000}'..='\u{1FAFF}')
}

/// What follows a marker between ornaments (`+++ EIL +++ x`), or one in capitals that is a hashtag.
fn ornamented(text: &str, ornament: Option<char>, capitals: bool) -> Option<&str> {
    let ornament = ornament?;
    let closed = text.trim_start().strip_prefix(ornament);
    let tagged = || text.strip_prefix(' ').filter(|_| ornament == '#' && capitals);
    closed.map(|tail| tail.trim_start_matches(is_ornament)).or_else(tagged)
}

/// What follows a marker that has only a space between itself and another one: `RPT COLUMN-`.
fn another(text: &str, glued: bool, others: usize) -> Option<&str> {
    let others = others.checked_sub(1)?;
    text.strip_prefix(' ').filter(|tail| glued && leading_before(tail, others).is_some())
}

/// An optional number after spaces; 0 when there is none.
fn number(text: &str) -> (u16, &str) {
    let digits = text.trim_start_matches([' ', '#']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    match digits[..end].parse() {
        Ok(number) => (number, &digits[end..]),
        Err(_) => (0, text),
    }
}

/// A number after a hyphen, before a word with a capital: `UPDATE-1 Mine reopens`, but not `UPDATE-3
/// dead in mine`.
fn hyphenated(text: &str) -> Option<(u16, &str)> {
    let (number, tail) = number(text.strip_prefix('-')?);
    let tail = tail.strip_prefix([' ', '-', ':'])?.trim_start();
    (number > 0 && tail.starts_with(char::is_uppercase)).then_some((number, tail))
}

/// What follows `-`, `:`, `|` or `/`, with a space before only if there is one after: "Live - x"
/// but not "LIVE 8-year-old". A hyphen alone joins ordinary words, too: `glued` words, after which
/// wires write one, may stand in a headline in capitals, others not.
fn delimiter(text: &str, glued: bool) -> Option<&str> {
    let spaced = text.trim_start();
    let after = spaced.strip_prefix(['-', ':', '|', '/'])?;
    let hyphen = text.starts_with('-') && !after.starts_with([' ', '-']);
    let joins =
        after.starts_with(char::is_lowercase) || !(glued || after.contains(char::is_lowercase));
    if hyphen && joins {
        return None;
    }
    (spaced.len() == text.len() || after.starts_with([' ', '-'])).then_some(after)
}

/// `…, 1st Ld-Writethru`, `… - live updates`, `… (UPDATED)`.
fn trailing(text: &str) -> Option<(Marker, &str)> {
    if text.contains(',')
        && let Some((head, tail)) = text.rsplit_once(", ")
        && let Some((marker, "")) = lead_number(tail)
    {
        return Some((marker, head));
    }
    let (head, tail) = text.rsplit_once(['-', '|', ':', '(', '['])?;
    // "CORRECTED (OFFICIAL)" is one.
    let whole = || text.rsplit_once(['|', '-']).filter(|(_, tail)| tail.ends_with("(OFFICIAL)"));
    let (head, tail) = match whole() {
        Some(parts) => parts,
        None => (head, tail.trim_end_matches([' ', ')', ']'])),
    };
    if !head.ends_with([' ', ':']) {
        return None;
    }
    let marker = ending(tail.trim(), head)?;
    Some((marker, head.trim_end()))
}

#[cfg(test)]
mod tests;
