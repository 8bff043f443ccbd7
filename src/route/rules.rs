//! The rules of a configuration, compiled: text parts that are asked of items, conditions that
//! are asked of stories.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use smallvec::SmallVec;

use super::atom::Atoms;
use super::clause::Clause;
use super::code::Code;
use super::condition::{Condition, PartId};
use super::digest::digest;
use super::document::{Document, Families};
use super::index::Index;
use super::lower::{Lowering, Mixed};
use super::policy::Ruling;
use super::{place, query, schedule, warn};
use crate::config::{
    At, Channel, Config, Diagnostic, Diagnostics, Repeats, RuleConfig, Schedule, Settings,
};
use crate::log::Ruled;
use crate::publisher::Publishers;
use crate::story::StoryState;

/// The number of a rule, in configured order.
pub(super) type RuleId = u32;

/// All rules of one configuration.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) atoms: Atoms,
    pub(super) families: Families,
    pub(super) parts: Vec<Part>,
    pub(super) rules: Vec<Rule>,
    /// Channels, in configured order.
    pub(super) channels: Vec<(Arc<str>, Repeats)>,
    channel_numbers: HashMap<Arc<str>, u16>,
    /// What channels hold back.
    pub(super) policies: Vec<Ruling>,
    pub(super) publishers: Publishers,
    /// Rules that can hold for a story of which no item satisfied a text part.
    standing: Vec<RuleId>,
    /// Rules with a schedule.
    scheduled: Vec<RuleId>,
    by_digest: HashMap<u64, PartId>,
    index: Index,
    code: Code,
}

/// A clause that is evaluated on every item, and then holds for the story.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) clause: Clause,
    /// Names the clause in records: the same text gives the same digest after a reload.
    pub(super) digest: u64,
    /// The rules it is a part of.
    rules: SmallVec<[RuleId; 2]>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: Arc<str>,
    pub(super) condition: Condition,
    /// Places in [`Rules::channels`].
    pub(super) channels: SmallVec<[u16; 2]>,
    /// When it holds, later rules are not looked at.
    pub(super) exit: bool,
    pub(super) schedule: Option<Schedule>,
    pub(super) set: Settings,
}

impl Rules {
    /// Compiles the rules of a configuration. `None` when one of them is wrong; the problems of
    /// all of them are reported.
    pub(super) fn compile(config: &Config, problems: &mut Diagnostics) -> Option<Rules> {
        let mut rules = Rules { families: Families::new(&config.publishers), ..Rules::default() };
        let name = |channel: &Channel| (Arc::from(channel.name.value.as_str()), channel.repeats);
        rules.channels = config.channels.iter().map(name).collect();
        rules.channel_numbers =
            rules.channels.iter().map(|(name, _)| name.clone()).zip(0..).collect();
        let mut sound = true;
        for rule in &config.rules {
            sound &= rules.add(rule, config, problems);
        }
        for channel in config.channels.iter().filter(|channel| !channel.policy.is_open()) {
            sound &= rules.rule_channel(channel, config, problems);
        }
        rules.publishers = Publishers::new(&config.publishers);
        if sound {
            warn::rules(&mut rules, config, problems);
        }
        rules.index = Index::new(rules.parts.iter().map(|part| &part.clause), &mut rules.atoms);
        rules.code = Code::new(rules.parts.iter().map(|part| &part.clause));
        sound.then_some(rules)
    }

    /// Compiles a channel's policy.
    fn rule_channel(
        &mut self,
        channel: &Channel,
        config: &Config,
        problems: &mut Diagnostics,
    ) -> bool {
        let quiet = channel.policy.quiet.as_ref();
        let except = match quiet.and_then(|quiet| quiet.except.as_ref()) {
            None => None,
            Some(written) => match self.exception(written, config, problems) {
                Some(part) => Some(part),
                None => return false,
            },
        };
        let (name, policy) = (channel.name.value.as_str().into(), channel.policy.clone());
        self.policies.push(Ruling { channel: name, policy, except });
        true
    }

    /// The part of a query that is asked of items alone.
    fn exception(
        &mut self,
        written: &At<String>,
        config: &Config,
        problems: &mut Diagnostics,
    ) -> Option<PartId> {
        match self.lower(written, true, config, problems)? {
            Mixed::Text(clause) => Some(self.part(clause)),
            Mixed::State(_) | Mixed::All(_) | Mixed::Any(_) => {
                let message = "`quiet_except` is asked of the item alone";
                let hint = "leave out `publishers`, `items`, `age` and other tests of the story";
                let place = place::inside(written, 0..written.value.len());
                problems.push(Diagnostic::error(&place, message).hint(hint));
                None
            }
        }
    }

    /// A query as clauses; `None` when something is wrong with it, all of which is reported.
    fn lower(
        &mut self,
        written: &At<String>,
        stem: bool,
        config: &Config,
        problems: &mut Diagnostics,
    ) -> Option<Mixed> {
        let expr = match query::parse(&written.value) {
            Ok(expr) => expr,
            Err(errors) => {
                report(written, errors, problems);
                return None;
            }
        };
        warn::query(&expr, written, config, problems);
        let mut lowering = Lowering::new(&mut self.atoms, &config.lists, stem);
        let mixed = lowering.query(&expr, false);
        let (errors, entries) = (lowering.problems, lowering.entries);
        let sound = errors.is_empty() && entries.is_empty();
        report(written, errors, problems);
        // A list that several rules look for is told of once.
        entries.into_iter().for_each(|problem| problems.push_once(problem));
        sound.then_some(mixed)
    }

    fn add(&mut self, rule: &RuleConfig, config: &Config, problems: &mut Diagnostics) -> bool {
        let Some(mixed) = self.lower(&rule.query, rule.stem, config, problems) else {
            return false;
        };
        if !rule.enabled {
            return true;
        }
        let number = self.rules.len() as RuleId;
        let condition = self.condition(mixed);
        condition.parts(&mut |part| {
            let users = &mut self.parts[part as usize].rules;
            if users.last() != Some(&number) {
                users.push(number);
            }
        });
        if condition.needs_no_text() {
            self.standing.push(number);
        }
        if rule.schedule.is_some() {
            self.scheduled.push(number);
        }
        let channels = rule.channels.iter().filter_map(|name| self.channel(&name.value)).collect();
        self.rules.push(Rule {
            name: rule.name.value.as_str().into(),
            condition,
            channels,
            exit: rule.exit,
            schedule: rule.schedule.clone(),
            set: rule.set.clone(),
        });
        true
    }

    fn condition(&mut self, mixed: Mixed) -> Condition {
        match mixed {
            Mixed::State(clause) => Condition::State(clause),
            Mixed::All(parts) => {
                Condition::All(parts.into_iter().map(|part| self.condition(part)).collect())
            }
            Mixed::Any(parts) => {
                Condition::Any(parts.into_iter().map(|part| self.condition(part)).collect())
            }
            Mixed::Text(clause) => Condition::Text(self.part(clause)),
        }
    }

    /// The part with that clause; equal ones are shared.
    fn part(&mut self, clause: Clause) -> PartId {
        let digest = digest(&clause, &self.atoms);
        let next = self.parts.len() as PartId;
        let part = *self.by_digest.entry(digest).or_insert(next);
        if part == next {
            self.parts.push(Part { clause, digest, rules: SmallVec::new() });
        }
        part
    }

    /// The schedules, each with its rule.
    pub(super) fn schedules(&self) -> impl Iterator<Item = (RuleId, &Schedule)> {
        let schedule = |rule: &RuleId| self.rules[*rule as usize].schedule.as_ref();
        self.scheduled.iter().filter_map(move |rule| Some((*rule, schedule(rule)?)))
    }

    /// The number of a configured channel.
    pub(super) fn channel(&self, name: &str) -> Option<u16> {
        self.channel_numbers.get(name).copied()
    }

    /// The name of a channel.
    pub(super) fn name_of(&self, channel: u16) -> &Arc<str> {
        &self.channels[usize::from(channel)].0
    }

    /// The part that a record names, if the rules still have it.
    pub(super) fn part_of(&self, digest: u64) -> Option<PartId> {
        self.by_digest.get(&digest).copied()
    }

    /// Leaves in `parts` those that an item satisfies, in order. Returns how many were verified.
    pub(super) fn satisfied(&self, document: &Document, parts: &mut Vec<PartId>) -> usize {
        self.index.candidates(document, parts);
        let verified = parts.len();
        parts.retain(|part| {
            let part = *part as usize;
            let asked = self.code.holds(part, document, &self.atoms);
            asked.unwrap_or_else(|| self.parts[part].clause.holds(document, &self.atoms))
        });
        verified
    }

    /// The same without the index.
    pub(super) fn scan(&self, document: &Document, parts: &mut Vec<PartId>) -> usize {
        let holds = |part: &Part| part.clause.holds(document, &self.atoms);
        let all = (0..).zip(&self.parts);
        parts.clear();
        parts.extend(all.filter(|(_, part)| holds(part)).map(|(number, _)| number));
        self.parts.len()
    }

    /// The rules that hold for a story, in order, up to the first one with `exit`.
    pub(super) fn holding(
        &self,
        parts: &[PartId],
        state: &StoryState,
        now: Timestamp,
    ) -> Vec<RuleId> {
        let mut rules = self.standing.clone();
        rules.extend(parts.iter().flat_map(|part| &self.parts[*part as usize].rules));
        rules.sort_unstable();
        rules.dedup();
        let mut left = false;
        rules.retain(|number| {
            let rule = &self.rules[*number as usize];
            let open = |rule: &Rule| {
                rule.schedule.as_ref().is_none_or(|schedule| schedule::is_open(schedule, now))
            };
            let holds = !left && rule.condition.holds(parts, state, now) && open(rule);
            left |= holds && rule.exit;
            holds
        });
        rules
    }

    /// What a record says of rules that hold.
    pub(super) fn ruled(&self, holding: &[RuleId]) -> Ruled {
        let mut ruled = Ruled::default();
        for rule in holding.iter().map(|rule| &self.rules[*rule as usize]) {
            ruled.rules.push(rule.name.to_string());
            ruled.priority = ruled.priority.into_iter().chain(rule.set.priority).min();
            for label in &rule.set.labels {
                if !ruled.labels.contains(label) {
                    ruled.labels.push(label.clone());
                }
            }
        }
        ruled
    }

    /// The rules with a text part that is asked of every item.
    pub(super) fn always_asked(&self) -> impl Iterator<Item = RuleId> {
        let parts = self.index.always().iter().map(|part| &self.parts[*part as usize]);
        // `*` costs nothing to ask.
        let costly = parts.filter(|part| part.clause != Clause::always());
        let rules: BTreeSet<RuleId> = costly.flat_map(|part| part.rules.iter().copied()).collect();
        rules.into_iter()
    }

    /// The channels of some rules, each once, in the order of the rules.
    pub(super) fn channels_of(&self, rules: &[RuleId]) -> SmallVec<[u16; 4]> {
        let mut channels = SmallVec::new();
        for channel in rules.iter().flat_map(|rule| &self.rules[*rule as usize].channels) {
            if !channels.contains(channel) {
                channels.push(*channel);
            }
        }
        channels
    }
}

fn report(written: &At<String>, errors: Vec<query::SyntaxError>, problems: &mut Diagnostics) {
    for error in errors {
        let place = place::inside(written, error.span);
        let problem = Diagnostic::error(&place, error.message);
        problems.push(Diagnostic { hint: error.hint, ..problem });
    }
}
