//! The characters of a query: blanks, operators, words and quotations.

use super::{Parsed, Parser, QUOTE_IT};

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

    pub(super) fn quoted(&mut self) -> Parsed<String> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + at + 1;
                    return Ok(text);
                }
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                c => text.push(c),
            }
        }
        let problem = self.wrong(start..start + 1, "this quotation mark is never closed");
        Err(problem.hinted("add a `\"`"))
    }

    pub(super) fn word(&mut self) -> Parsed<String> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        let mut end = self.text.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.extend(chars.next().map(|(_, escaped)| escaped)),
                c if c.is_whitespace() || matches!(c, '(' | ')' | '"' | '~' | '[' | ']') => {
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
            after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'))
        })
    }
}
