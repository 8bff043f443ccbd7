//! Conditions on a story: which text parts must have been satisfied, and what its state must be.

use jiff::Timestamp;

use super::field::StoryField;
use crate::story::StoryState;

/// The number of a text part: a clause that is evaluated on items and then holds for the story.
pub(super) type PartId = u32;

/// What must be true of a story for a rule to hold. Text parts only occur unnegated: `NOT` before
/// text is part of the clause and asked of each item.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// All hold; `All([])` always does.
    All(Box<[Condition]>),
    /// At least one holds.
    Any(Box<[Condition]>),
    /// A member of the story satisfied the text part.
    Text(PartId),
    /// The state of the story is so.
    State(StateClause),
}

/// A test of the story's state. Flags are 0 or 1, ages are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StateClause {
    pub(super) field: StoryField,
    /// Smallest value that fits.
    pub(super) low: i64,
    /// Largest value that fits.
    pub(super) high: i64,
    /// Everything else fits instead.
    pub(super) negated: bool,
}

impl Condition {
    /// Whether it is true, given the text parts that hold (sorted), the story's state and the time.
    pub(super) fn holds(&self, parts: &[PartId], state: &StoryState, now: Timestamp) -> bool {
        match self {
            Condition::All(all) => all.iter().all(|part| part.holds(parts, state, now)),
            Condition::Any(any) => any.iter().any(|part| part.holds(parts, state, now)),
            Condition::Text(part) => parts.binary_search(part).is_ok(),
            Condition::State(clause) => clause.holds(state, now),
        }
    }

    /// Whether it could hold for a story that satisfied no text part at all.
    pub(super) fn needs_no_text(&self) -> bool {
        match self {
            Condition::All(all) => all.iter().all(Condition::needs_no_text),
            Condition::Any(any) => any.iter().any(Condition::needs_no_text),
            Condition::Text(_) => false,
            Condition::State(_) => true,
        }
    }

    /// Calls `each` with every text part.
    pub(super) fn parts(&self, each: &mut impl FnMut(PartId)) {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| part.parts(each));
            }
            Condition::Text(part) => each(*part),
            Condition::State(_) => {}
        }
    }
}

impl StateClause {
    /// Whether the story's state fits at `now`.
    pub(super) fn holds(&self, state: &StoryState, now: Timestamp) -> bool {
        let value = match self.field {
            StoryField::Publishers => i64::from(state.publishers),
            StoryField::Items => i64::from(state.items),
            StoryField::Age => now.duration_since(state.first).as_secs().max(0),
            StoryField::Disputed => i64::from(state.disputed),
            StoryField::Killed => i64::from(state.killed),
            StoryField::First => i64::from(state.items <= 1),
        };
        self.contains(value)
    }

    /// Whether the value fits.
    pub(super) fn contains(&self, value: i64) -> bool {
        (self.low..=self.high).contains(&value) != self.negated
    }

    /// Whether it could come true by time passing alone. Nothing would happen then, since no item
    /// would be there to deliver: such a clause is refused.
    pub(super) fn ripens(&self) -> bool {
        self.field == StoryField::Age
            && if self.negated { self.high < i64::MAX } else { self.low > 0 }
    }
}
