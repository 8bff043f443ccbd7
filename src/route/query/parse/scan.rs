//! The characters of a query: blanks, operators, words and quotations.

use super::{Parsed, Parser, QUOTE_IT};
use crate::route::query::term::push_escaped;

impl<'a> Parser<'a> {
    /// A number, a duration or a word, up to white space or a bracket.
    pub(super) fn literal(&mut self) -> Parsed<String> {
        self.blank();
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']');
        let length = rest.find(ends).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.missing(self.at));
        }
        let value = rest[..length].to_owned();
        self.at += length;
        Ok(value)
    }

    /// What stands in quotation marks; `closing` are those that end it.
    pub(super) fn quoted(&mut self, closing: &[char]) -> Parsed<String> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        let opening = chars.next().map_or(1, |(_, c)| c.len_utf8());
        while let Some((at, c)) = chars.next() {
            match c {
                c if closing.contains(&c) => {
                    self.at = start + at + c.len_utf8();
                    return Ok(text);
                }
                '\\' => chars.next().into_iter().for_each(|(_, c)| push_escaped(&mut text, c)),
                c => text.push(c),
            }
        }
        let problem = self.wrong(start..start + opening, "this quotation mark is never closed");
        Err(problem.hinted(format!("add a `{}`", closing[0])))
    }

    pub(super) fn word(&mut self) -> Parsed<String> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        let mut end = self.text.len();
        while let Some((at, c)) = chars.next() {
            let rest = &self.text[start + at..];
            let ends = c.is_whitespace()
                || matches!(c, '(' | ')' | '~' | '[' | ']')
                || closing(c).is_some()
                || SIGNS.iter().any(|sign| rest.starts_with(sign));
            match c {
                '\\' => match chars.next() {
                    Some((_, escaped)) => push_escaped(&mut text, escaped),
                    None => {
                        let at = start + at;
                        let problem = self.wrong(at..at + 1, "nothing follows this `\\`");
                        return Err(problem.hinted("a character after it stands for itself"));
                    }
                },
                _ if ends => {
                    end = start + at;
                    break;
                }
                c => text.push(c),
            }
        }
        self.at = end;
        if text.is_empty() {
            return Err(self.wrong_here(1, "this cannot stand here").hinted(QUOTE_IT));
        }
        Ok(text)
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    pub(super) fn symbol(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    pub(super) fn keyword(&mut self, word: &str) -> bool {
        self.blank();
        let found = self.ahead(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Whether the operator `word` stands here, and not a longer word that starts like it.
    pub(super) fn ahead(&self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word);
        after.is_some_and(|after| {
            let ends =
                |c: char| c.is_whitespace() || matches!(c, '(' | ')') || closing(c).is_some();
            after.chars().next().is_none_or(ends)
        })
    }

    /// How long the operator between two parts is that stands here, if one does.
    pub(super) fn joint(&self) -> Option<usize> {
        let rest = self.rest();
        let word = ["AND", "OR", "NEAR"].into_iter().find(|word| self.ahead(word));
        let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
        word.or(sign).map(str::len).or_else(|| {
            let distance = rest.strip_prefix("NEAR/")?;
            let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
            Some("NEAR/".len() + distance.find(ends).unwrap_or(distance.len()))
        })
    }

    /// How long the sign or word for NOT is that stands here, if one does.
    pub(super) fn negation(&self) -> Option<usize> {
        match self.peek() {
            Some('-' | '!') => Some(1),
            _ => self.ahead("NOT").then_some(3),
        }
    }
}

/// OR and AND as signs.
const SIGNS: [&str; 2] = ["||", "&&"];

/// The quotation marks that end what `c` begins, the usual one first; `None` when it is none.
pub(super) fn closing(c: char) -> Option<&'static [char]> {
    match c {
        '"' => Some(&['"']),
        // People mix them, and languages use them differently: „…“, “…”, ”…”.
        '“' | '”' | '„' | '‟' => Some(&['”', '“', '‟', '"']),
        '«' => Some(&['»']),
        '»' => Some(&['«', '»']),
        _ => None,
    }
}
