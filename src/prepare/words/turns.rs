//! Words that turn what the rest of a headline says. Most are no terms: "up" and "down" are function
//! words, and what the scorer takes for a negation is what it was trained with.

use crate::item::Language;

use super::{NEGATIONS, negates};

/// Negations that the scorer does not know, by language.
const NO: &[(&str, &[&str])] = &[
    ("de", &["kein", "keine", "keinen", "keinem", "keiner"]),
    ("fr", &["aucun", "aucune"]),
    ("es", &["ningún", "ninguna"]),
    ("pt", &["nenhum", "nenhuma"]),
    ("it", &["non", "nessun", "nessuna"]),
    ("sl", &["ni", "nobena", "noben"]),
    ("nl", &["geen"]),
];

/// English negations that [`negates`] knows by their ending.
const SHORT: &[&str] =
    &["aren't", "couldn't", "hadn't", "hasn't", "haven't", "shouldn't", "weren't", "wouldn't"];

/// English verbs that say that what follows is not done. Not "failed", which is said of what was
/// done in vain, too: "a failed attack".
const FAILURES: &[&str] = &["fail", "fails", "declines", "declined", "refuses", "refused"];

/// Which ways the words of a headline turn what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns(u8);

impl Turns {
    const UP: u8 = 1;
    const DOWN: u8 = 2;
    const FOR: u8 = 4;
    const AGAINST: u8 = 8;
    const FAILS: u8 = 16;
    const NOT: u8 = 32;

    /// Those of a word in lower case.
    pub(in crate::prepare) fn of(word: &str, language: Option<Language>) -> Turns {
        let code = super::code(&language);
        let no = NO.iter().any(|(known, words)| *known == code && words.contains(&word));
        // Portuguese "no" is "in the".
        let negates = no || negates(word) && (code, word) != ("pt", "no");
        let turn = match word {
            _ if code != "en" => 0,
            "up" => Turns::UP,
            "down" => Turns::DOWN,
            "for" => Turns::FOR,
            "against" => Turns::AGAINST,
            word if FAILURES.contains(&word) => Turns::FAILS,
            _ => 0,
        };
        Turns(turn | if negates { Turns::NOT } else { 0 })
    }

    pub(in crate::prepare) fn add(&mut self, other: Turns) {
        self.0 |= other.0;
    }

    /// Whether one negates and the other does not, or one is up or for and the other down or
    /// against.
    pub(crate) fn against(self, other: Turns) -> bool {
        let has = |turns: Turns, turn: u8| turns.0 & turn != 0;
        let turned = |(one, another)| {
            let only = |turns| has(turns, one) != has(turns, another);
            only(self) && only(other) && has(self, one) != has(other, one)
        };
        self.negates() != other.negates()
            || [(Turns::UP, Turns::DOWN), (Turns::FOR, Turns::AGAINST)].into_iter().any(turned)
    }

    /// Whether it negates or denies something.
    pub(crate) fn negates(self) -> bool {
        self.0 & Turns::NOT != 0
    }

    /// Whether something is not done in it: "fails to", "declines to".
    pub(crate) fn fails(self) -> bool {
        self.0 & Turns::FAILS != 0
    }
}

/// Words that negate, each with a code of its language.
pub(crate) fn negations() -> impl Iterator<Item = (&'static str, &'static str)> {
    let no = NO.iter().flat_map(|(code, words)| words.iter().map(|word| (*code, *word)));
    NEGATIONS.iter().chain(SHORT).map(|word| ("en", *word)).chain(no)
}

/// English verbs that say that what follows is not done.
pub(crate) fn failures() -> &'static [&'static str] {
    FAILURES
}
