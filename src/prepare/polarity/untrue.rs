//! What a headline calls untrue.

use super::lexicon::class;
use super::token::Token;
use super::{Cue, Reader};
use crate::prepare::Word;

/// How many words are quoted for what they call a report, and not for who says them.
const QUOTE: usize = 3;

impl Reader<'_> {
    /// Whether a word such as "hoax" or "fake" is said of the report itself: "fake passports" is
    /// not, and what somebody merely calls so is not.
    pub(super) fn called_untrue(&mut self, at: usize) -> Option<Cue> {
        let token = &self.tokens[at];
        let before = self.before(at, 3);
        let negated = before.iter().any(|word| {
            word.has(class::NOT | class::NEVER | class::NOT_FACT | class::WILL_NOT | class::NO)
        });
        let called = self.tokens[..at].iter().any(|word| word.has(class::CALL));
        // "Started as satire" says what it no longer is, "exposed as hoax" what it is.
        let once = matches!(before, [.., start, role] if role.word.eq_ignore_ascii_case("as")
            && ["started", "began"].iter().any(|it| start.word.eq_ignore_ascii_case(it)));
        if negated || called || once || self.denial {
            return None;
        }
        let predicate = match token.quoted {
            true => self.quoted_of_report(at),
            false => before.last().is_some_and(|it| it.has(class::IS | class::ARTICLE)),
        };
        if token.quoted && !predicate {
            return None;
        }
        self.polarity.report = token.quoted;
        let next = self.after(at).next();
        let closes = token.ends || next.is_some_and(|next| next.has(class::BELOW | class::CLOSE));
        let untrue = if token.has(class::UNTRUE) {
            let real = |word: &Token<'_>| word.has(class::ALARM);
            let alarm = next.is_some_and(real) || before.last().is_some_and(real);
            !alarm && (predicate || closes || token.word.to_ascii_lowercase().starts_with("hoax"))
        } else {
            let report = self.after(at).take(3).filter(|word| word.has(class::ARTICLE_OF)).count();
            (predicate && closes) || (at == 0 && token.ends) || (at < 3 && report >= 2)
        };
        untrue.then_some(Cue::Untrue)
    }

    /// Whether a word stands in a short quotation that a report is said to be ("reports were a 'cruel
    /// hoax'"). Other quotations are what somebody merely calls something.
    fn quoted_of_report(&self, at: usize) -> bool {
        let (before, behind) = self.tokens.split_at(at);
        let quoted = |token: &&Token<'_>| token.quoted;
        let from = at - before.iter().rev().take_while(quoted).count();
        let to = at + behind.iter().take_while(quoted).count();
        let is = |token: &Token<'_>| token.has(class::IS | class::ARTICLE);
        to - from <= QUOTE
            && self.tokens[from.saturating_sub(1)..at].iter().take(2).any(is)
            && self.statement(at).any(|token| token.has(class::REPORTED))
    }

    /// Marks what the word at `at` calls untrue: its clause if that speaks of reports, or else its
    /// statement; the whole headline if that says nothing more.
    pub(super) fn about(&mut self, at: usize) {
        let tokens = self.tokens;
        let within = |bound: fn(&Token<'_>) -> bool| {
            let from = (0..=at).rev().find(|it| bound(&tokens[*it])).unwrap_or(0);
            let to = (at + 1..tokens.len()).find(|it| bound(&tokens[*it])).unwrap_or(tokens.len());
            from..to
        };
        let clause = within(|token| token.starts);
        let speaks = tokens[clause.clone()].iter().any(|token| token.has(class::REPORT));
        let statement = if speaks { clause } else { within(|token| token.parts) };
        let says = |token: &Token<'_>| {
            let calls = class::UNTRUE | class::SAID_UNTRUE | class::NO | class::NOT;
            !token.has(calls | class::FUNCTION | class::REPORT | class::ARTICLE)
        };
        let more = tokens[statement.clone()].iter().any(says);
        let about = if more { statement } else { 0..tokens.len() };
        self.marks[about].iter_mut().for_each(|mark| *mark |= u16::from(Word::DENIED));
    }
}
