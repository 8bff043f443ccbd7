//! Warnings about rules that are well formed and likely not what was meant.

use super::atom::Form;
use super::clause::Clause;
use super::condition::{Condition, PartId, StateClause};
use super::field::{Field, StoryField};
use super::rules::{Rule, RuleId, Rules};
use super::wording::Wording;
use super::{implies, index};
use crate::config::{Config, Diagnostic, Diagnostics, RuleConfig};

mod written;

pub(super) use written::{foreign, query};

/// From what expected share of all items on a rule is said to match nearly everything.
const NEARLY_ALL: f32 = 0.5;
/// How many rules with `exit` are held against the rules behind them.
const MOST_EXITS: usize = 100;

/// Warns of rules that never match, that match nearly everything, and that come too late.
pub(super) fn rules(rules: &mut Rules, config: &Config, problems: &mut Diagnostics) {
    let configured = config.rules.iter().filter(|rule| rule.enabled);
    let mut exits: Vec<(RuleId, &RuleConfig)> = Vec::new();
    for (number, written) in (0..).zip(configured) {
        let warning = |message: &str| Diagnostic::warning(&written.query.place, message);
        let rule = &rules.rules[number as usize];
        if rules.never(&rule.condition) {
            problems.push(warning("this can never match").label("nothing is like this"));
        } else if let Some((_, earlier)) = exits.iter().find(|(exit, _)| rules.shadows(*exit, rule))
        {
            let message = format!("rule `{}` leaves nothing for this one", earlier.name.value);
            let (line, _) = earlier.name.place.file.position(earlier.name.place.span.start);
            let hint = format!("it matches all of it and has `exit = true` (line {line})");
            problems.push(warning(&message).hint(hint));
        } else if let Condition::Text(part) = rule.condition {
            let clause = rules.parts[part as usize].clause.clone();
            if negative(&clause) && clause != Clause::always() {
                let hint = "say what it is about as well, or write `* NOT …` to mean it";
                problems.push(warning("this matches nearly everything").hint(hint));
            } else if index::cover(&clause, &mut rules.atoms).is_some_and(|c| c.share >= NEARLY_ALL)
            {
                problems.push(warning("this matches nearly everything"));
            }
        }
        let mut dead = Vec::new();
        rules.rules[number as usize].condition.parts(&mut |part| {
            dead_alternatives(&rules.parts[part as usize].clause, &mut dead);
        });
        if let Some((word, excluded_by)) = dead.first() {
            let wording = Wording { atoms: &rules.atoms, as_written: false };
            let (word, by) = (wording.clause(word), wording.clause(excluded_by));
            let message = format!("`{word}` is excluded again by `NOT {by}`");
            let hint = "words are compared by stem: `trading~0` excludes that form alone";
            problems.push(warning(&message).hint(hint));
        }
        let rule = &rules.rules[number as usize];
        if rule.exit && rule.schedule.is_none() && exits.len() < MOST_EXITS {
            exits.push((number, written));
        }
    }
}

/// Finds alternatives that a `NOT` beside them excludes, each with what is excluded.
fn dead_alternatives(clause: &Clause, dead: &mut Vec<(Clause, Clause)>) {
    match clause {
        Clause::Any(parts) => parts.iter().for_each(|part| dead_alternatives(part, dead)),
        Clause::All(parts) => {
            parts.iter().for_each(|part| dead_alternatives(part, dead));
            let excluded = parts.iter().filter_map(|part| match part {
                Clause::Not(inner) => Some(&**inner),
                _ => None,
            });
            for excluded in excluded {
                for alternatives in parts {
                    let mut hold = |part: &Clause| {
                        if let Some(by) = excluding(part, excluded) {
                            dead.push((part.clone(), by));
                        }
                    };
                    match alternatives {
                        Clause::Any(parts) => parts.iter().for_each(hold),
                        Clause::AnyWord(words, fields) => {
                            words.iter().for_each(|word| hold(&Clause::Word(*word, *fields)));
                        }
                        _ => {}
                    }
                }
            }
        }
        _ => {}
    }
}

/// The part of `excluded` that leaves nothing of `part`.
fn excluding(part: &Clause, excluded: &Clause) -> Option<Clause> {
    match excluded {
        Clause::Any(any) => any.iter().find_map(|one| excluding(part, one)),
        Clause::AnyWord(words, fields) => {
            let mut words = words.iter().map(|word| Clause::Word(*word, *fields));
            words.find(|word| implies::clause(part, word))
        }
        one => implies::clause(part, one).then(|| one.clone()),
    }
}

/// True when nothing has to be there for the clause to hold.
fn negative(clause: &Clause) -> bool {
    match clause {
        Clause::Not(_) => true,
        Clause::All(parts) => parts.iter().all(negative),
        Clause::Any(parts) => parts.iter().any(negative),
        _ => false,
    }
}

impl Rules {
    fn shadows(&self, exit: RuleId, rule: &Rule) -> bool {
        let text = |part: PartId| &self.parts[part as usize].clause;
        implies::condition(&rule.condition, &self.rules[exit as usize].condition, &text)
    }

    fn never(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Any(parts) => parts.iter().all(|part| self.never(part)),
            Condition::Text(part) => self.never_satisfied(&self.parts[*part as usize].clause),
            Condition::State(clause) => !clause.negated && clause.low > clause.high,
            Condition::All(parts) => {
                let states = || {
                    parts.iter().filter_map(|part| match part {
                        Condition::State(clause) => Some(clause),
                        _ => None,
                    })
                };
                parts.iter().any(|part| self.never(part))
                    || states().any(|a| states().any(|b| apart(a, b)))
            }
        }
    }

    fn never_satisfied(&self, clause: &Clause) -> bool {
        match clause {
            Clause::Any(parts) => parts.iter().all(|part| self.never_satisfied(part)),
            Clause::All(parts) => {
                parts.iter().any(|part| self.never_satisfied(part))
                    || parts.iter().any(|a| parts.iter().any(|b| self.excludes(a, b)))
            }
            Clause::Urgency(low, high) => low > high || *high == 0,
            Clause::Not(inner) => self.always_satisfied(inner),
            _ => false,
        }
    }

    fn always_satisfied(&self, clause: &Clause) -> bool {
        match clause {
            Clause::Any(parts) => parts.iter().any(|part| self.always_satisfied(part)),
            Clause::All(parts) => parts.iter().all(|part| self.always_satisfied(part)),
            Clause::Not(inner) => self.never_satisfied(inner),
            _ => false,
        }
    }

    /// Whether no item can satisfy both.
    fn excludes(&self, a: &Clause, b: &Clause) -> bool {
        match (a, b) {
            (a, Clause::Not(b)) => implies::clause(a, b),
            (Clause::Word(a, field), Clause::Word(b, same)) => {
                let single = [Field::Source, Field::Language].map(Field::set);
                let value = |form: Form| matches!(form, Form::Value(_));
                let values = value(self.atoms.name(*a).0) && value(self.atoms.name(*b).0);
                a != b && field == same && single.contains(field) && values
            }
            (Clause::Urgency(_, high), Clause::Urgency(low, _)) => high < low,
            _ => false,
        }
    }
}

/// Whether no state of a story fits both.
fn apart(a: &StateClause, b: &StateClause) -> bool {
    let plain = a.field == b.field && !a.negated && !b.negated;
    // The opening item is alone in its story: it has one item and one publisher at most.
    let opens = |a: &StateClause| a.field == StoryField::First && a.contains(1) && !a.contains(0);
    let grown = |b: &StateClause| {
        matches!(b.field, StoryField::Items | StoryField::Publishers)
            && !b.contains(0)
            && !b.contains(1)
    };
    if opens(a) && grown(b) {
        return true;
    }
    let opposite = a.negated != b.negated && (a.field, a.low, a.high) == (b.field, b.low, b.high);
    opposite || (plain && a.high < b.low)
}
