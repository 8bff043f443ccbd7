//! Whether two reports of one event contradict each other. Precision first: a false alarm on a
//! harmless story costs more trust than a contradiction that a reader sees anyway.

use std::fmt;

use serde::Serialize;

use super::profile::{Profile, Term};
use crate::prepare::{Polarity, Stance, Word};

/// How two reports contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Clash {
    /// One calls untrue what the other tells.
    Untrue,
    /// Somebody denies in one what the other tells.
    Denial,
    /// One says that it is not so.
    Negation,
    /// One says that it will not be.
    Prospect,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clash::Untrue => "one calls untrue what the other tells",
            Clash::Denial => "one tells what somebody denies in the other",
            Clash::Negation => "one says that it is so, the other that it is not",
            Clash::Prospect => "one says that it will be, the other that it will not",
        })
    }
}

/// Whether one asserts what the other denies.
pub(super) fn contradict(a: &Profile, b: &Profile) -> bool {
    clash(a, b).is_some()
}

/// How one denies what the other asserts, if so.
pub(super) fn clash(a: &Profile, b: &Profile) -> Option<Clash> {
    opposition(a, b).filter(|_| !had_not(a, b) && !had_not(b, a))
}

/// Whether what had not been in one has been in the other: "has not responded", and then "responds".
pub(super) fn overtaken(before: &Profile, now: &Profile) -> bool {
    had_not(before, now) && opposition(before, now).is_some()
}

/// Whether one negates what may have been by the time of the other.
fn had_not(before: &Profile, now: &Profile) -> bool {
    let polarity = before.polarity;
    polarity.stance == Stance::Negates && polarity.so_far && before.event < now.event
}

/// How one would deny what the other asserts at the same time.
///
/// Exactly one must deny, and the other tell as a fact: a question, a round-up, and a headline that
/// denies something itself are no assertions. What is denied must be told: the word that carries
/// it, others of its clause, and who is said to do it.
fn opposition(a: &Profile, b: &Profile) -> Option<Clash> {
    use Stance::{Denies, Negates, Silent, Tells, Untrue, WillNot};
    let (denier, teller) = match (a.polarity.stance, b.polarity.stance) {
        (Silent, _) | (_, Silent) => return None,
        (_, Tells) => (a, b),
        (Tells, _) => (b, a),
        _ => return None,
    };
    let told = |term: &Term| teller.terms.iter().find(|there| there.id == term.id);
    let tells = |flag: u8| denier.terms.iter().filter(move |term| term.is(flag)).filter_map(told);
    let count = |flag: u8| denier.terms.iter().filter(|term| term.is(flag)).count();
    let polarity = denier.polarity;
    let (denied, denied_told) = (count(Word::DENIED), tells(Word::DENIED).count());
    if polarity.stance == Untrue {
        // "Reports were a 'hoax'": what is told must be the report, as the words are a speaker's.
        let told = denied_told > 0 && (!polarity.report || 2 * denied_told >= denied);
        return told.then_some(Clash::Untrue);
    }
    let shared = denier.distinct().filter(|term| told(term).is_some()).count();
    if shared < 2 || teller.polarity.hedged || teller.polarity.accuses {
        return None;
    }
    let (subject, subject_told) = (count(Word::SUBJECT), tells(Word::SUBJECT).count());
    // One word is enough when it is half of what is denied and most of its clause is told, or when
    // nothing else is said.
    let most = 2 * (denied_told + subject_told) > denied + subject;
    let all = denied == 1 && subject == subject_told && subject > 0;
    let half = denied_told == 1 && denied <= 2 && (shared >= 3 && most || all);
    if tells(Word::KEY).next().is_none() || !(denied_told >= 2 || half) {
        return None;
    }
    if other_names(denier, teller) || thought_over(denier, teller) {
        return None;
    }
    // "Schools will not reopen on Monday", "reopen on Thursday": both may be so.
    let mut dates = denier.terms.iter().filter(|term| term.is(Word::DATE)).peekable();
    let dated = dates.peek().is_some() && teller.terms.iter().any(|term| term.is(Word::DATE));
    let other_day = dated && dates.all(|term| told(term).is_none());
    if other_day && matches!(polarity.stance, Negates | WillNot) {
        return None;
    }
    let subject = subject_told > 0;
    let coming = tells(Word::KEY).any(|there| there.is(Word::COMING));
    match polarity.stance {
        Denies if half && polarity.report => None,
        Denies if polarity.own && !subject => None,
        Denies if !told_as_denied(denier, teller, 2 * denied_told >= denied) => None,
        Denies => Some(Clash::Denial),
        Negates if subject && (!coming || polarity.under_way) => Some(Clash::Negation),
        // "Will not" is against "will" and "to", not against what has been.
        WillNot if subject && coming => Some(Clash::Prospect),
        _ => None,
    }
}

/// Whether what is denied names somebody or something that the other does not, and the other has
/// names of its own: "did not meet Brandt" is not against "meets Olsen".
fn other_names(denier: &Profile, teller: &Profile) -> bool {
    let named = |of: &Profile, by: &Profile, flag: u8| {
        let names = of.terms.iter().filter(|term| term.is(flag) && !term.is(Word::DATE));
        let lacks = |name: &Term| !by.terms.iter().any(|it| { it.id } == name.id);
        names.clone().any(lacks)
    };
    named(denier, teller, Word::NAME | Word::DENIED) && named(teller, denier, Word::NAME)
}

/// Whether the other tells what somebody did that he denies: the verb and what goes with it, or `half`
/// of it. Who and where it was is told of much besides.
fn told_as_denied(denier: &Profile, teller: &Profile, half: bool) -> bool {
    let tells = |term: &&Term| teller.terms.iter().any(|there| there.id == { term.id });
    let all = |flag: u8| denier.terms.iter().filter(move |term| term.is(flag));
    let names = |of: &Term| of.is(Word::NAME);
    let only_names = all(Word::DENIED).filter(tells).all(names) && !all(Word::DENIED).all(names);
    let verb = match all(Word::DENIED).next() {
        Some(verb) if denier.polarity.own => verb.is(Word::KEY) && tells(&verb),
        _ => all(Word::KEY).all(|key| tells(&key)),
    };
    !only_names && (verb || half)
}

/// Whether one says what is to be long after the other said that it was not to be: "will not
/// resign", and the next day "to resign".
fn thought_over(denier: &Profile, teller: &Profile) -> bool {
    let Polarity { stance, under_way, .. } = denier.polarity;
    let will = |term: &Term| term.is(Word::KEY | Word::COMING);
    let to_come = stance == Stance::WillNot || under_way || denier.terms.iter().any(will);
    to_come && teller.event - denier.event > LONG_AFTER
}

/// So many seconds later one may have thought better of it.
const LONG_AFTER: i64 = 6 * 3_600;

#[cfg(test)]
mod tests;
