//! Numbers, durations and flags of a query as ranges.

use std::ops::Range;

use toml::de::DeValue;

use super::{Lowering, Mixed};
use crate::config::value::{Span, Value};
use crate::route::clause::Clause;
use crate::route::condition::StateClause;
use crate::route::field::{Field, Kind, StoryField};
use crate::route::query::{Compare, Leaf};

impl Lowering<'_> {
    /// A test of `urgency`.
    pub(super) fn urgency(&mut self, leaf: &Leaf, span: &Range<usize>) -> Clause {
        match range(leaf, &|text| text.parse().ok().filter(|n| (0..=9).contains(n))) {
            Some((low, high)) => Clause::Urgency(low.clamp(0, 255) as u8, high.clamp(0, 255) as u8),
            None => {
                let hint = "urgency is a number from 1 (flash) to 9: `urgency:1`, `urgency:<=3`, \
                            `urgency:[1 TO 3]`";
                self.wrong(span, "this is not an urgency", Some(hint.to_owned()));
                Clause::always()
            }
        }
    }

    /// A test of the story's state.
    pub(super) fn state(
        &mut self,
        field: Field,
        leaf: &Leaf,
        negated: bool,
        span: &Range<usize>,
    ) -> Mixed {
        let (read, example): (&Reader, _) = match field.kind() {
            Kind::Duration => (&seconds, "write `age:<10m`"),
            Kind::Flag => (&flag, "write `:true` or `:false`"),
            _ => (&count, "write a whole number: `:>=3`, `:1` or `:[2 TO 5]`"),
        };
        let found = range(leaf, read);
        let (Field::Story(story), Some((low, high))) = (field, found) else {
            let message = format!("this is not a value of `{}`", field.name());
            self.wrong(span, message, Some(example.to_owned()));
            return Mixed::Text(Clause::always());
        };
        let clause = StateClause { field: story, low, high, negated };
        if clause.ripens() {
            let hint = "nothing arrives to be delivered at that moment; turn it round (`age:<10m`) \
                        or give the rule a schedule";
            let message = "this could come true by time passing alone";
            self.wrong(span, message, Some(hint.to_owned()));
        } else if story == StoryField::Age && matches!(leaf, Leaf::Term(_)) {
            let hint = "write `age:<10m`";
            self.wrong(span, "no story is exactly that old", Some(hint.to_owned()));
        }
        Mixed::State(clause)
    }
}

/// Reads one value of a kind.
type Reader = dyn Fn(&str) -> Option<i64>;

/// The values that fit, smallest and largest.
fn range(leaf: &Leaf, read: &Reader) -> Option<(i64, i64)> {
    match leaf {
        Leaf::Term(term) if term.tilde.is_none() => {
            let value = read(&term.text)?;
            Some((value, value))
        }
        Leaf::Compare(compare, text) => {
            let value = read(text)?;
            Some(match compare {
                Compare::AtLeast => (value, i64::MAX),
                Compare::Above => (value + 1, i64::MAX),
                Compare::AtMost => (0, value),
                Compare::Below => (0, value - 1),
            })
        }
        Leaf::Between(low, high) => {
            let (low, high) = (read(low)?, read(high)?);
            (low <= high).then_some((low, high))
        }
        Leaf::Any | Leaf::List(_) | Leaf::Term(_) => None,
    }
}

fn count(text: &str) -> Option<i64> {
    text.parse::<u32>().ok().map(i64::from)
}

fn flag(text: &str) -> Option<i64> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(1),
        "false" | "no" => Some(0),
        _ => None,
    }
}

fn seconds(text: &str) -> Option<i64> {
    let span = Span::read(&DeValue::String(text.into())).ok()?;
    i64::try_from(span.0.as_secs()).ok()
}
