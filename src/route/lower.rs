//! From the tree of a query to clauses on items and conditions on stories.
//!
//! `NOT` is pushed down to text and to the tests of the story, so that what is left above them are
//! `All` and `Any`. Beneath those, text that stands together becomes one part: in
//! `gaza NOT film publishers:>=3` a single item must satisfy `gaza NOT film`, and from then on
//! the story only waits for its third publisher.

use std::ops::Range;

use super::atom::Atoms;
use super::clause::{Clause, Near};
use super::condition::StateClause;
use super::field::{Field, Kind};
use super::query::{Expr, ExprKind, Leaf, SyntaxError, Term};
use crate::config::diagnostic::nearest;
use crate::config::{At, Diagnostic, Lists};

mod number;
mod term;

/// A query, half way: text in clauses, state beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mixed {
    Text(Clause),
    State(StateClause),
    All(Vec<Mixed>),
    Any(Vec<Mixed>),
}

/// Turns trees of queries into clauses, collecting what is wrong with them.
pub(super) struct Lowering<'a> {
    pub(super) atoms: &'a mut Atoms,
    pub(super) lists: &'a Lists,
    /// Whether words are compared by their stems.
    pub(super) stem: bool,
    pub(super) problems: Vec<SyntaxError>,
    /// What is wrong with entries of lists, each where the entry stands.
    pub(super) entries: Vec<Diagnostic>,
}

impl<'a> Lowering<'a> {
    /// Nothing is wrong yet.
    pub(super) fn new(atoms: &'a mut Atoms, lists: &'a Lists, stem: bool) -> Lowering<'a> {
        Lowering { atoms, lists, stem, problems: Vec::new(), entries: Vec::new() }
    }

    /// Lowers a query; with `negated`, its opposite.
    pub(super) fn query(&mut self, expr: &Expr, negated: bool) -> Mixed {
        match &expr.kind {
            ExprKind::Not(inner) => self.query(inner, !negated),
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                // Text alone is negated as a whole: its words stay together.
                let inside = negated && parts.iter().any(asks_state);
                let all = matches!(expr.kind, ExprKind::And(_)) != inside;
                let parts = parts.iter().map(|part| self.query(part, inside)).collect();
                match join(all, parts) {
                    Mixed::Text(clause) if negated && !inside => Mixed::Text(opposite(clause)),
                    joined => joined,
                }
            }
            ExprKind::Leaf(field, leaf) if matches!(field, Field::Story(_)) => {
                self.state(*field, leaf, negated, &expr.span)
            }
            _ => {
                let clause = self.text(expr);
                Mixed::Text(if negated { opposite(clause) } else { clause })
            }
        }
    }

    /// Lowers what is asked of an item.
    fn text(&mut self, expr: &Expr) -> Clause {
        match &expr.kind {
            ExprKind::Near(within, parts) => {
                let parts = [self.operand(&parts[0]), self.operand(&parts[1])];
                Clause::Near(Box::new(Near { within: *within, parts }))
            }
            ExprKind::Leaf(field, leaf) => self.leaf(*field, leaf, &expr.span),
            // Only reached through `operand`, which admits nothing else.
            ExprKind::Or(parts) => {
                Clause::any(parts.iter().map(|part| self.operand(part)).collect())
            }
            ExprKind::And(_) | ExprKind::Not(_) => Clause::always(),
        }
    }

    /// An operand of NEAR: something that stands somewhere.
    fn operand(&mut self, expr: &Expr) -> Clause {
        let stands = match &expr.kind {
            ExprKind::Or(_) | ExprKind::Near(..) => true,
            ExprKind::Leaf(field, leaf) => {
                field.kind() == Kind::Words && !matches!(leaf, Leaf::Any)
            }
            ExprKind::And(_) | ExprKind::Not(_) => false,
        };
        if !stands {
            let message = "NEAR joins words, phrases and groups of them with OR";
            self.wrong(&expr.span, message, Some("put AND, NOT and other fields outside".into()));
            return Clause::always();
        }
        self.text(expr)
    }

    fn leaf(&mut self, field: Field, leaf: &Leaf, span: &Range<usize>) -> Clause {
        match (field.kind(), leaf) {
            (_, Leaf::Any) if field == Field::Text => Clause::always(),
            (_, Leaf::Any) => Clause::Has(field.set()),
            (_, Leaf::List(name)) => self.list(field, name, span),
            (Kind::Words, Leaf::Term(term)) => self.words(field, term, span),
            (Kind::Value, Leaf::Term(term)) => self.value(field, term, span),
            (Kind::Number, _) => self.urgency(leaf, span),
            (_, Leaf::Compare(..) | Leaf::Between(..)) => {
                let message = format!("`{}` is text and has no order", field.name());
                let hint = "ranges work with urgency, publishers, items and age";
                self.wrong(span, message, Some(hint.to_owned()));
                Clause::always()
            }
            (Kind::Duration | Kind::Flag, Leaf::Term(_)) => Clause::always(),
        }
    }

    fn list(&mut self, field: Field, name: &str, span: &Range<usize>) -> Clause {
        let lists = self.lists;
        let Some(entries) = lists.get(name) else {
            let hint = match nearest(name, lists.keys().map(String::as_str)) {
                Some(meant) => format!("did you mean `@{meant}`?"),
                None => format!("add `{name} = [\"…\"]` under [list]"),
            };
            self.wrong(span, format!("there is no list `{name}`"), Some(hint));
            return Clause::always();
        };
        Clause::any(entries.iter().map(|entry| self.entry(field, name, entry, span)).collect())
    }

    fn entry(
        &mut self,
        field: Field,
        list: &str,
        entry: &At<String>,
        span: &Range<usize>,
    ) -> Clause {
        let sound = self.problems.len();
        let clause = self.leaf(field, &Leaf::Term(Term::entry(&entry.value)), span);
        let looked_for = match field {
            Field::Text => format!("looked for by `@{list}`"),
            field => format!("looked for by `{}:@{list}`", field.name()),
        };
        for SyntaxError { message, hint, .. } in self.problems.drain(sound..) {
            let problem = Diagnostic::error(&entry.place, message).label(&looked_for);
            self.entries.push(Diagnostic { hint, ..problem });
        }
        clause
    }

    fn wrong(&mut self, span: &Range<usize>, message: impl Into<String>, hint: Option<String>) {
        self.problems.push(SyntaxError { message: message.into(), span: span.clone(), hint });
    }
}

fn opposite(clause: Clause) -> Clause {
    match clause {
        Clause::Not(inner) => *inner,
        clause => Clause::Not(Box::new(clause)),
    }
}

/// Whether a query asks anything of the story.
fn asks_state(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().any(asks_state),
        ExprKind::Not(part) => asks_state(part),
        ExprKind::Near(..) => false,
        ExprKind::Leaf(field, _) => matches!(field, Field::Story(_)),
    }
}

/// Joins parts with AND or OR. Text among them becomes one clause, nested joins of the same kind
/// become flat.
fn join(all: bool, parts: Vec<Mixed>) -> Mixed {
    let mut text = Vec::new();
    let mut other = Vec::new();
    let mut pending = parts;
    pending.reverse();
    while let Some(part) = pending.pop() {
        match part {
            Mixed::All(inner) if all => pending.extend(inner.into_iter().rev()),
            Mixed::Any(inner) if !all => pending.extend(inner.into_iter().rev()),
            Mixed::Text(Clause::All(inner)) if all => text.extend(inner),
            Mixed::Text(Clause::Any(inner)) if !all => text.extend(inner),
            Mixed::Text(Clause::AnyWord(words, fields)) if !all => {
                text.extend(words.into_iter().map(|word| Clause::Word(word, fields)));
            }
            Mixed::Text(clause) => text.push(clause),
            part => other.push(part),
        }
    }
    let together = match text.len() {
        0 => None,
        1 => text.pop(),
        _ if all => Some(Clause::All(text.into())),
        _ => Some(Clause::any(text)),
    };
    if other.is_empty() {
        let nothing = if all { Clause::always() } else { Clause::Any(Box::default()) };
        return Mixed::Text(together.unwrap_or(nothing));
    }
    other.splice(0..0, together.map(Mixed::Text));
    if all { Mixed::All(other) } else { Mixed::Any(other) }
}
