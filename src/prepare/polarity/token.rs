//! The words of a headline and what separates them.

use super::lexicon::{class, class_of};
use crate::prepare::word::word_end;

/// Later words are not looked at: no headline is so long.
pub(super) const MOST_WORDS: usize = 64;

/// A word of a headline, with what stands around it.
pub(super) struct Token<'a> {
    pub(super) word: &'a str,
    pub(super) class: u64,
    pub(super) quoted: bool,
    /// A comma or the like stands before it.
    pub(super) starts: bool,
    /// What stands before it separates two statements.
    pub(super) parts: bool,
    /// Punctuation or the end follows.
    pub(super) ends: bool,
}

/// The words of a headline.
pub(super) fn tokens(headline: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::with_capacity(16);
    let (mut double, mut single, mut starts, mut parts) = (false, false, true, true);
    let (mut rest, mut before) = (headline, ' ');
    while let Some(c) = rest.chars().next() {
        if c.is_alphanumeric() {
            let (word, after) = rest.split_at(word_end(rest));
            if tokens.len() == MOST_WORDS {
                break;
            }
            let quoted = double || single;
            tokens.push(Token { word, class: class_of(word), quoted, starts, parts, ends: false });
            (starts, parts) = (false, false);
            (rest, before) = (after, 'a');
            continue;
        }
        let after = &rest[c.len_utf8()..];
        let space = after.is_empty() || after.starts_with(char::is_whitespace);
        match c {
            '"' => double = !double,
            // After a letter it closes a quotation, or makes a plural possessive.
            '\'' => single = before != 'a' && !single,
            ',' | '!' | '?' => starts = true,
            ';' | ':' | '|' | '–' | '—' => (starts, parts) = (true, true),
            '-' if space && before == ' ' => (starts, parts) = (true, true),
            // A full stop after a short word is an abbreviation ("Gen. Ortega").
            '.' if space && tokens.last().is_some_and(|last| last.word.len() > 3) => {
                (starts, parts) = (true, true);
            }
            _ => {}
        }
        if let (true, Some(last)) = (starts, tokens.last_mut()) {
            last.ends = true;
        }
        (rest, before) = (after, c);
    }
    if let Some(last) = tokens.last_mut() {
        last.ends = true;
    }
    tokens
}

impl Token<'_> {
    /// Whether it is of one of some classes.
    pub(super) fn has(&self, class: u64) -> bool {
        self.class & class != 0
    }

    /// Whether a verb behind it tells of what is not, or not yet.
    pub(super) fn is_modal(&self) -> bool {
        self.has(class::HEDGE) || self.word.eq_ignore_ascii_case("to") || self.word.ends_with("'d")
    }
}
