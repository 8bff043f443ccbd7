//! What a headline says about the truth of what it tells: whether it denies something, and which of
//! its words that is about. English only. Precision first: where a construction is not understood,
//! the headline counts as silent, and contradicts nothing.

use smallvec::SmallVec;

use super::word::{Word, is_cased};

mod lexicon;
mod token;
mod untrue;

use lexicon::class;
use token::{Token, tokens};

/// What a headline does with a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stance {
    /// Nothing that could contradict another: it asks, sums up, qualifies, or is not understood.
    #[default]
    Silent,
    /// It tells something as a fact.
    Tells,
    /// It says that something is or was not so.
    Negates,
    /// It says that something will not be.
    WillNot,
    /// Somebody in it denies something.
    Denies,
    /// It calls the report untrue.
    Untrue,
}

/// The stance of a headline with what qualifies it. [`Word::DENIED`] and its like say which words
/// it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Polarity {
    /// What it does.
    pub stance: Stance,
    /// It tells of what may, must or should be.
    pub hedged: bool,
    /// It tells of an accusation, which a denial does not contradict.
    pub accuses: bool,
    /// What is denied is called a report or a claim.
    pub report: bool,
    /// What is denied is the subject's own doing ("denies taking a selfie").
    pub own: bool,
    /// What is negated would be under way, or about to be ("is not closing").
    pub under_way: bool,
    /// What is negated has not been so far ("has not responded").
    pub so_far: bool,
}

/// Flags of the words of a headline, in order: those of [`Word`], and two that are of no use but to
/// who reads on.
pub(super) type Marks = SmallVec<[u16; 40]>;

/// A mark of a word that begins a clause.
pub(super) const BEGINS: u16 = 256;
/// A mark of a word that tells of what may be.
pub(super) const HEDGES: u16 = 512;

/// Words that begin a clause without a mark before them.
const JOINING: &[&str] =
    &["after", "as", "while", "because", "since", "though", "although", "amid"];
/// Words before what has not come, and may never.
const OPENING: &[&str] = &["until", "unless"];

/// How many words a negation reaches unless its clause ends before.
const NEGATION: u8 = 8;
/// How many words a denial reaches.
const DENIAL: u8 = 10;

/// Reads the polarity of a headline in English.
pub(super) fn read(headline: &str) -> (Polarity, Marks) {
    let tokens = tokens(headline);
    let mut reader = Reader {
        headline,
        tokens: &tokens,
        marks: SmallVec::from_elem(0, tokens.len()),
        polarity: Polarity::default(),
        negation: None,
        denial: false,
        untrue: false,
        guarded: false,
        both: false,
    };
    reader.read();
    if headline.contains('?') {
        reader.polarity.stance = Stance::Silent;
    }
    (reader.polarity, reader.marks)
}

#[derive(Clone, Copy, PartialEq)]
enum Cue {
    Negation,
    WillNot,
    Denial,
    Untrue,
}

struct Reader<'a> {
    headline: &'a str,
    tokens: &'a [Token<'a>],
    marks: Marks,
    polarity: Polarity,
    negation: Option<Stance>,
    denial: bool,
    untrue: bool,
    /// Something in it denies, ends or qualifies in a way that is not followed up.
    guarded: bool,
    /// A negation within a denial: what holds then is too much to tell.
    both: bool,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let (mut reach, mut keys, mut below, mut statement) = (0_u8, 0_u8, false, 0);
        for at in 0..self.tokens.len() {
            let token = &self.tokens[at];
            if token.starts {
                (reach, below) = (0, false);
            }
            if token.parts {
                statement = at;
            }
            let cue = self.cue(at, below);
            match cue {
                Some(Cue::Untrue) => {
                    self.untrue = true;
                    self.about(at);
                }
                Some(Cue::Denial) if !self.denial => {
                    self.denial = true;
                    self.subject(statement, at);
                    (reach, keys) = (DENIAL, 2);
                }
                Some(cue @ (Cue::Negation | Cue::WillNot)) if self.negation.is_none() => {
                    let will = cue == Cue::WillNot;
                    self.negation = Some(if will { Stance::WillNot } else { Stance::Negates });
                    self.subject(statement, at);
                    (reach, keys) = (NEGATION, 1);
                }
                Some(_) => {}
                None if token.has(class::BELOW) => (reach, below) = (0, true),
                None => {}
            }
            let out = self.after(at).next().is_some_and(|it| it.word.eq_ignore_ascii_case("out"));
            self.guarded |= out && token.has(class::RULE);
            let aim = token.has(class::ENDING)
                && self.before(at, 1).iter().any(|it| it.word.eq_ignore_ascii_case("to"));
            self.guarded |= !aim && token.has(class::GUARD | class::UNTRUE | class::SAID_UNTRUE);
            let hedges = token.has(class::HEDGE) && !self.is_month(at);
            self.polarity.hedged |= hedges;
            let among = |words: &[&str]| words.iter().any(|it| token.word.eq_ignore_ascii_case(it));
            self.marks[at] |= if hedges || among(OPENING) { HEDGES } else { 0 };
            let joins = among(JOINING);
            self.marks[at] |= if token.starts || joins { BEGINS } else { 0 };
            self.polarity.accuses |= token.has(class::ACCUSE);
            // "Frozen to death" has come.
            let death = token.word.eq_ignore_ascii_case("death");
            if at > 0 && self.tokens[at - 1].has(class::COMING) && !death {
                self.marks[at] |= u16::from(Word::COMING);
            }
            if reach > 0 && cue.is_none() {
                // What is denied in somebody's words is rarely what others tell.
                self.both |= token.quoted;
                // A single letter is that of a share: "Kontor <K>".
                let share = matches!(token.word.as_bytes(), [b'A'..=b'Z']);
                if !token.quoted && !token.has(class::REPORT) && !share {
                    self.marks[at] |= u16::from(Word::DENIED);
                    let vague = self.denial && token.has(class::VAGUE);
                    let carries = !vague && !token.has(class::LIGHT | class::FUNCTION);
                    if keys > 0 && carries {
                        self.marks[at] |= u16::from(Word::KEY);
                        keys -= 1;
                    }
                }
                // "denies claims in a report on…": what follows is not what is denied.
                let aside = self.after(at).next().is_some_and(|next| next.has(class::ASIDE));
                if token.has(class::REPORT) && aside {
                    reach = 1;
                }
            }
            reach = reach.saturating_sub(1);
        }
        self.polarity.stance = self.stance();
    }

    fn stance(&self) -> Stance {
        let sums_up = self.tokens.iter().any(|token| token.has(class::ROUND_UP));
        let second = |token: &Token<'_>| token.parts && token.word == "And";
        let denies = self.untrue || self.denial || self.negation.is_some();
        if sums_up
            || self.tokens.iter().skip(1).any(second)
            || self.both
            || (self.denial && self.negation.is_some())
        {
            Stance::Silent
        } else if self.untrue {
            Stance::Untrue
        } else if self.denial {
            Stance::Denies
        } else if let Some(stance) = self.negation {
            stance
        } else if self.guarded || denies {
            Stance::Silent
        } else {
            Stance::Tells
        }
    }

    fn subject(&mut self, from: usize, to: usize) {
        for (mark, token) in self.marks[from..to].iter_mut().zip(&self.tokens[from..to]) {
            // "Norland claims": who says so, and not a part of who did it.
            *mark |= if token.has(class::REPORT) { 0 } else { u16::from(Word::SUBJECT) };
        }
    }

    /// Whether "May" is the month, or somebody's name: where capitals tell names, or after "in".
    fn is_month(&self, at: usize) -> bool {
        let dated = || self.before(at, 1).iter().any(|before| before.has(class::DATING));
        at > 0 && self.tokens[at].word == "May" && (dated() || is_cased(self.headline))
    }

    /// The words behind a word, up to the end of its clause.
    fn after(&self, at: usize) -> impl Iterator<Item = &'a Token<'a>> + use<'a> {
        let tokens = self.tokens;
        tokens[at + 1..].iter().take_while(|token| !token.starts)
    }

    /// Whether its statement starts with names alone: "Olsen not to", but "Olsen told Brandt not to".
    fn only_names(&self, at: usize) -> bool {
        let name = |token: &Token<'_>| token.word.starts_with(char::is_uppercase);
        is_cased(self.headline) && self.statement(at).count() > 0 && self.statement(at).all(name)
    }

    /// The words before a word in its statement.
    fn statement(&self, at: usize) -> impl Iterator<Item = &'a Token<'a>> + use<'a> {
        let tokens = self.tokens;
        let from = (0..=at).rev().find(|it| tokens[*it].parts).unwrap_or(0);
        tokens[from..at].iter()
    }

    fn before(&self, at: usize, most: usize) -> &'a [Token<'a>] {
        let tokens = self.tokens;
        &tokens[at.saturating_sub(most)..at]
    }

    fn cue(&mut self, at: usize, below: bool) -> Option<Cue> {
        let token = &self.tokens[at];
        let skipped = below || token.quoted;
        if token.has(class::NOT | class::NEVER | class::NOT_FACT | class::WILL_NOT) {
            self.guarded = true;
            self.both |= self.denial;
            return if skipped { None } else { self.negation(at) };
        }
        if token.has(class::NO) {
            self.guarded = true;
            let next = self.after(at).next();
            let of = self.after(at).nth(1).is_some_and(|word| word.has(class::OF));
            return match next {
                None if at == 0 => Some(Cue::Untrue),
                Some(next) if next.has(class::PLANNING) && of && !skipped => Some(Cue::WillNot),
                Some(next) if next.has(class::PROOF) && of && !skipped => Some(Cue::Negation),
                _ => None,
            };
        }
        if token.has(class::DENY | class::DISMISS | class::DENIED) {
            self.guarded = true;
            return if skipped { None } else { self.denial(at) };
        }
        if token.has(class::UNTRUE | class::SAID_UNTRUE) {
            return self.called_untrue(at);
        }
        let made_up = token.word.eq_ignore_ascii_case("up")
            && self.before(at, 1).iter().any(|token| token.has(class::ALL))
            && self.before(at, 3).iter().any(|token| token.word.eq_ignore_ascii_case("made"));
        let casts = token.word.eq_ignore_ascii_case("doubt")
            && self.before(at, 1).iter().any(|token| token.has(class::CAST));
        self.guarded |= casts;
        let doubted = casts
            && self.after(at).take(6).any(|token| token.has(class::REPORT))
            // A second statement casts its doubt on the first, not on what others tell.
            && !self.tokens[..=at].iter().skip(1).any(|token| token.parts);
        (!skipped && (made_up || doubted)).then_some(Cue::Untrue)
    }

    /// Whether a "not" denies the predicate of its clause. A "not" that only sets one thing against
    /// another ("a scan, not a test"), limits ("not yet", "not only"), or has a modal verb, does not.
    fn negation(&mut self, at: usize) -> Option<Cue> {
        let token = &self.tokens[at];
        let before = self.before(at, 1).first();
        let after_verb = before.is_some_and(|before| before.has(class::VERB)) && !token.starts;
        let ends = |next: &Token<'_>, end| {
            next.word.len() > 4 && next.word.to_ascii_lowercase().ends_with(end)
        };
        let next = self.after(at).next()?;
        let ends_ing = ends(next, "ing");
        // "Firm not closing plant", but "fined for not closing plant".
        let under_way = ends_ing && before.is_some_and(|it| !it.has(class::FUNCTION));
        let participle = |next: &Token<'_>| ends(next, "ed") || next.has(class::PARTICIPLE);
        if token.has(class::NOT) && next.word == "to" && self.only_names(at) {
            return Some(Cue::WillNot);
        }
        let will = before.is_some_and(|it| it.word.eq_ignore_ascii_case("will"));
        let plain = if token.has(class::NOT) {
            after_verb || (at > 0 && !token.starts && (participle(next) || under_way))
        } else {
            // "Would never fly" and "a pact never to fly" tell of no flight.
            !token.has(class::NEVER) || !before.is_some_and(Token::is_modal)
        };
        let limits = next.has(class::LIMIT)
            || self.after(at).any(|it| it.has(class::DEGREE))
            || self.statement(at).any(|it| it.has(class::SOME));
        let joined = before.is_some_and(|it| it.has(class::STILL));
        if !plain || limits || joined {
            return None;
        }
        let true_ = |token: &Token<'_>| token.has(class::TRUE);
        let skip = self.after(at).find(|token| !token.has(class::REALLY));
        if skip.is_some_and(true_) {
            return Some(Cue::Untrue);
        }
        let perfect = |it: &Token<'_>| it.has(class::SO_FAR);
        self.polarity.so_far =
            perfect(token) || token.has(class::NOT) && before.is_some_and(perfect);
        let is_not = token.has(class::NOT | class::NOT_FACT);
        let will = will || token.has(class::WILL_NOT) || (is_not && next.has(class::PLANNING));
        self.polarity.under_way = is_not && ends_ing;
        Some(if will { Cue::WillNot } else { Cue::Negation })
    }

    /// Whether a verb denies what follows: "denies bail" refuses, and so do courts.
    fn denial(&mut self, at: usize) -> Option<Cue> {
        let token = &self.tokens[at];
        let before = self.before(at, 1).first();
        let next = self.after(at).next()?;
        let report = self.after(at).take(5).any(|word| word.has(class::REPORT));
        let own = next.has(class::OWN)
            || (next.word.len() > 4 && next.word.to_ascii_lowercase().ends_with("ing"));
        let court = self.before(at, 3).iter().any(|word| word.has(class::COURT))
            && !matches!(self.before(at, 2), [white, house]
                if white.word == "White" && house.word == "House");
        let refuses = court || self.after(at).take(4).any(|word| word.has(class::REFUSED));
        let infinitive = before.is_some_and(|word| word.word.eq_ignore_ascii_case("to"));
        let passive = before.is_some_and(|word| word.has(class::IS));
        let denies = match () {
            () if infinitive => false,
            () if token.has(class::DENIED) => (report || own) && !passive,
            () if token.has(class::DISMISS) => report && !court,
            () => !refuses,
        };
        if denies && !self.denial {
            self.polarity.report = report;
            self.polarity.own = own && !report && !next.word.eq_ignore_ascii_case("that");
        }
        denies.then_some(Cue::Denial)
    }
}

#[cfg(test)]
mod tests;
