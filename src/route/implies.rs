//! Whether one query matches only what another matches as well: for warnings about rules that an
//! earlier `exit` leaves nothing for. By structure alone, so a "no" may be wrong and a "yes" not.

use super::clause::Clause;
use super::condition::{Condition, PartId};

/// Whether every item that satisfies `narrow` satisfies `wide`.
pub(super) fn clause(narrow: &Clause, wide: &Clause) -> bool {
    if narrow == wide {
        return true;
    }
    match (narrow, wide) {
        (_, Clause::All(wide)) => wide.iter().all(|part| clause(narrow, part)),
        (Clause::Any(narrow), _) => narrow.iter().all(|part| clause(part, wide)),
        (Clause::AnyWord(words, fields), _) => {
            words.iter().all(|word| clause(&Clause::Word(*word, *fields), wide))
        }
        (Clause::Not(narrow), Clause::Not(wide)) => clause(wide, narrow),
        (Clause::All(narrow), _) if narrow.iter().any(|part| clause(part, wide)) => true,
        (_, Clause::Any(wide)) => wide.iter().any(|part| clause(narrow, part)),
        (Clause::Word(word, fields), Clause::AnyWord(words, wider)) => {
            fields.within(*wider) && words.contains(word)
        }
        (Clause::Word(word, fields), Clause::Word(same, wider)) => {
            word == same && fields.within(*wider)
        }
        (Clause::Word(_, fields), Clause::Has(wider)) => fields.within(*wider),
        (Clause::Urgency(low, high), Clause::Urgency(lower, higher)) => {
            lower <= low && high <= higher
        }
        (Clause::Phrase(phrase), _) => {
            phrase.words.iter().any(|word| clause(&Clause::Word(*word, phrase.fields), wide))
        }
        (Clause::Near(near), _) => near.parts.iter().any(|part| clause(part, wide)),
        _ => false,
    }
}

/// Whether every story for which `narrow` holds is one for which `wide` holds. `text` is the clause of a
/// text part.
pub(super) fn condition<'r>(
    narrow: &Condition,
    wide: &Condition,
    text: &impl Fn(PartId) -> &'r Clause,
) -> bool {
    match (narrow, wide) {
        (_, Condition::All(wide)) => wide.iter().all(|part| condition(narrow, part, text)),
        (Condition::Any(narrow), _) => narrow.iter().all(|part| condition(part, wide, text)),
        (Condition::All(narrow), _) if narrow.iter().any(|part| condition(part, wide, text)) => {
            true
        }
        (_, Condition::Any(wide)) => wide.iter().any(|part| condition(narrow, part, text)),
        (Condition::Text(narrow), Condition::Text(wide)) => {
            narrow == wide || clause(text(*narrow), text(*wide))
        }
        (_, Condition::Text(wide)) => *text(*wide) == Clause::always(),
        (Condition::State(narrow), Condition::State(wide)) => {
            let plain = narrow.field == wide.field && !narrow.negated && !wide.negated;
            narrow == wide || (plain && wide.low <= narrow.low && narrow.high <= wide.high)
        }
        _ => false,
    }
}
