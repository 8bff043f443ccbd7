//! Whether two reports of one event contradict each other. Precision first: a false alarm on a
//! harmless story costs more trust than a contradiction that a reader sees anyway.

use std::fmt;

use serde::Serialize;

use super::profile::{Profile, Term};
use crate::prepare::{Stance, Word};

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
///
/// Exactly one must deny, and the other tell as a fact: a question, a round-up, and a headline that
/// denies something itself are no assertions. What is denied must be told: the word that carries
/// it, others of its clause, and who is said to do it.
pub(super) fn clash(a: &Profile, b: &Profile) -> Option<Clash> {
    use Stance::{Denies, Negates, Silent, Tells, Untrue, WillNot};
    let (denier, teller) = match (a.polarity.stance, b.polarity.stance) {
        (Silent, _) | (_, Silent) => return None,
        (_, Tells) => (a, b),
        (Tells, _) => (b, a),
        _ => return None,
    };
    let told = |term: &Term| teller.terms.iter().find(|there| there.id == term.id);
    let shared = denier.distinct().filter(|term| told(term).is_some()).count();
    let polarity = denier.polarity;
    if polarity.stance == Untrue {
        return (shared >= 1).then_some(Clash::Untrue);
    }
    if shared < 2 || teller.polarity.hedged || teller.polarity.accuses {
        return None;
    }
    let tells = |flag: u8| denier.terms.iter().filter(move |term| term.is(flag)).filter_map(told);
    let denied = denier.terms.iter().filter(|term| term.is(Word::DENIED)).count();
    let denied_told = tells(Word::DENIED).count();
    // One word is enough when it is half of what is denied.
    let half = denied_told == 1 && denied <= 2 && shared >= 3;
    if tells(Word::KEY).next().is_none() || !(denied_told >= 2 || half) {
        return None;
    }
    // "Schools will not reopen on Monday", "reopen on Thursday": both may be so.
    let mut dates = denier.terms.iter().filter(|term| term.is(Word::DATE)).peekable();
    let dated = dates.peek().is_some() && teller.terms.iter().any(|term| term.is(Word::DATE));
    let other_day = dated && dates.all(|term| told(term).is_none());
    if other_day && matches!(polarity.stance, Negates | WillNot) {
        return None;
    }
    // "Has not responded", and then "responds": it has since.
    if polarity.stance == Negates && polarity.so_far && denier.event < teller.event {
        return None;
    }
    // Who is said to do it may go by another name if all else is the same.
    let subject = tells(Word::SUBJECT).next().is_some() || denied_told >= 4;
    let coming = tells(Word::KEY).any(|there| there.is(Word::COMING));
    match polarity.stance {
        Denies if half && polarity.report => None,
        Denies if polarity.own && !subject => None,
        Denies => Some(Clash::Denial),
        Negates if subject && !coming => Some(Clash::Negation),
        // "Will not" is against "will" and "to", not against what has been.
        WillNot if subject && coming => Some(Clash::Prospect),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
