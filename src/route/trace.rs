//! Why an item went where it did: which rules hold by which words, and which nearly did.

use std::fmt;

use super::Route;
use super::atom::{Atom, Atoms};
use super::clause::Clause;
use super::condition::{Condition, StateClause};
use super::document::{Document, View};
use super::field::{Field, Fields, StoryField};
use super::rules::Rule;
use super::wording::Wording;
use super::{schedule, wording};
use crate::story::Folded;

/// How many rules that nearly matched are told.
const MOST_NEAR: usize = 20;

/// What one rule made of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTrace {
    /// The rule.
    pub rule: String,
    /// Its channels.
    pub channels: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// The words of this item by which it matches.
    pub by: Vec<String>,
    /// What stands against it.
    pub against: Vec<String>,
}

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds for the story.
    Holds,
    /// It would hold, but an earlier rule with `exit` ended the rules.
    BehindExit(String),
    /// It would hold, but its schedule is closed.
    Closed,
    /// One thing is missing.
    Nearly,
}

impl Route {
    /// Tells which rules hold for the story of an item and by which words of it, in configured
    /// order; and which nearly did, with what stands against them, at most 20.
    pub fn explain(&mut self, folded: &Folded) -> Vec<RuleTrace> {
        let Folded { prepared, decision, .. } = folded;
        let rules = &self.rules;
        self.document.read(View::prepared(prepared), &rules.atoms, &rules.families);
        rules.satisfied(&self.document, &mut self.satisfied);
        let mut parts = self.satisfied.clone();
        parts.extend(self.stories.get(decision.story).into_iter().flat_map(|live| &live.parts));
        parts.sort_unstable();
        parts.dedup();

        let mut traces = Vec::new();
        let mut exit: Option<&Rule> = None;
        let mut near = 0;
        let tell = Teller { document: &self.document, atoms: &rules.atoms };
        for rule in &rules.rules {
            let state = decision.out(prepared.seq).state;
            let holds = rule.condition.holds(&parts, &state, prepared.received);
            let open = rule.schedule.as_ref();
            let open = open.is_none_or(|hours| schedule::is_open(hours, prepared.received));
            let mut against = Vec::new();
            let outcome = match (holds, exit) {
                (true, _) if !open => Outcome::Closed,
                (true, None) => Outcome::Holds,
                (true, Some(exit)) => Outcome::BehindExit(exit.name.to_string()),
                (false, _) => Outcome::Nearly,
            };
            let mut by = Vec::new();
            rule.condition.parts(&mut |part| {
                tell.occurrences(&rules.parts[part as usize].clause, &mut by);
            });
            if outcome == Outcome::Nearly {
                if by.is_empty() || near == MOST_NEAR {
                    continue;
                }
                let clause = |part: u32| &rules.parts[part as usize].clause;
                tell.missing(&rule.condition, &parts, folded, &clause, &mut against);
                if against.len() != 1 {
                    continue;
                }
                near += 1;
            }
            if outcome == Outcome::Holds && rule.exit {
                exit = Some(rule);
            }
            let name = |number: &u16| rules.name_of(*number).to_string();
            traces.push(RuleTrace {
                rule: rule.name.to_string(),
                channels: rule.channels.iter().map(name).collect(),
                outcome,
                by,
                against,
            });
        }
        traces
    }
}

/// Tells about clauses in words.
struct Teller<'a> {
    document: &'a Document,
    atoms: &'a Atoms,
}

impl Teller<'_> {
    fn wording(&self) -> Wording<'_> {
        Wording { atoms: self.atoms, as_written: true }
    }

    /// The atoms of the clause that occur, each with the field it was found in.
    fn occurrences(&self, clause: &Clause, found: &mut Vec<String>) {
        match clause {
            Clause::All(parts) | Clause::Any(parts) => {
                parts.iter().for_each(|part| self.occurrences(part, found));
            }
            Clause::Not(_) => {}
            Clause::AnyWord(words, fields) => {
                words.iter().for_each(|word| self.occurrence(*word, *fields, found));
            }
            Clause::Word(word, fields) => self.occurrence(*word, *fields, found),
            Clause::Phrase(_) | Clause::Near(_) | Clause::Urgency(..) | Clause::Has(_) => {
                if clause.holds(self.document, self.atoms) {
                    add(found, self.wording().clause(clause));
                }
            }
        }
    }

    fn occurrence(&self, word: Atom, fields: Fields, found: &mut Vec<String>) {
        if let Some(spot) = self.document.places(word, fields, self.atoms).first() {
            add(found, format!("{} in {}", self.wording().word(word), wording::fields(spot.field)));
        }
    }

    /// What keeps a condition from holding: the alternatives at the first joint that fails.
    fn missing<'a>(
        &self,
        condition: &Condition,
        parts: &[u32],
        folded: &Folded,
        clause_of: &impl Fn(u32) -> &'a Clause,
        missing: &mut Vec<String>,
    ) {
        let state = folded.decision.out(folded.prepared.seq).state;
        if condition.holds(parts, &state, folded.prepared.received) {
            return;
        }
        match condition {
            Condition::All(all) => {
                all.iter().for_each(|one| self.missing(one, parts, folded, clause_of, missing));
            }
            Condition::Any(any) => {
                let mut ways = Vec::new();
                any.iter().for_each(|one| self.missing(one, parts, folded, clause_of, &mut ways));
                add(missing, format!("none of: {}", wording::any(&ways)));
            }
            Condition::Text(part) => self.unsatisfied(clause_of(*part), missing),
            Condition::State(clause) => add(missing, state_in_words(clause)),
        }
    }

    fn unsatisfied(&self, clause: &Clause, missing: &mut Vec<String>) {
        if clause.holds(self.document, self.atoms) {
            return;
        }
        match clause {
            Clause::All(parts) => parts.iter().for_each(|part| self.unsatisfied(part, missing)),
            Clause::Not(inner) => {
                let mut there = Vec::new();
                self.occurrences(inner, &mut there);
                add(missing, format!("excluded by {}", wording::any(&there)));
            }
            clause => add(missing, format!("no {}", self.wording().clause(clause))),
        }
    }
}

fn add(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}

fn state_in_words(clause: &StateClause) -> String {
    let StateClause { field, low, high, negated } = *clause;
    let not = if negated { "not " } else { "" };
    let name = Field::Story(field).name();
    match field {
        StoryField::Disputed | StoryField::Killed | StoryField::First => {
            format!("the story is not {not}`{name}:{}`", low == 1)
        }
        _ if low == high => format!("the story does not have {not}`{name}:{low}`"),
        _ if high == i64::MAX => format!("the story does not have {not}`{name}:>={low}`"),
        _ => format!("the story does not have {not}`{name}:[{low} TO {high}]`"),
    }
}

impl fmt::Display for RuleTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, channels, outcome, by, against } = self;
        match outcome {
            Outcome::Holds if channels.is_empty() => write!(f, "`{rule}` holds and drops it")?,
            Outcome::Holds => write!(f, "`{rule}` holds → {}", channels.join(", "))?,
            Outcome::BehindExit(exit) => write!(f, "`{rule}` stands behind the exit of `{exit}`")?,
            Outcome::Closed => write!(f, "`{rule}` is closed by its schedule")?,
            Outcome::Nearly => write!(f, "`{rule}` nearly holds")?,
        }
        if !by.is_empty() {
            write!(f, "; by {}", by.join(", "))?;
        }
        if !against.is_empty() {
            write!(f, "; but {}", against.join(", "))?;
        }
        Ok(())
    }
}
