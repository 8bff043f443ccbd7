//! Route: which channels get a story, and which of them get this item of it (DESIGN section 7).
//!
//! A rule is a query over items and stories. Its words are asked of each item (`query` parses
//! them, `lower` turns them into clauses over numbered `atom`s, `document` finds the atoms of an
//! item); a text part that one item satisfied holds for the story from then on (`stories`). Its
//! tests of the story (`condition`) are asked of the story after each item. What a channel then
//! gets of the story is the repeats policy's (`delivery`).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::config::{Config, Diagnostics};
use crate::feedback::Aside;
use crate::item::Item;
use crate::log::record::Timer;
use crate::log::{Carried, Decision, Entry, Ruled};
use crate::metrics::Waiting;
use crate::prepare::Prepared;
use crate::stage::Stage;
use crate::story::{FoldDecision, Folded, StoryState, Verdict};

mod atom;
mod byhand;
mod clause;
mod code;
mod compare;
mod condition;
mod delivery;
mod digest;
mod document;
mod embargo;
mod field;
mod frequency;
mod gone;
mod hold;
mod implies;
mod index;
mod lower;
mod place;
mod policy;
mod query;
mod reload;
mod rules;
mod schedule;
mod stories;
mod text;
mod topics;
mod trace;
mod wake;
mod warn;
mod wording;

pub use compare::{Change, Comparison};
use condition::PartId;
pub use reload::{Offer, Reload};
pub(crate) use text::folded_words;
pub use trace::{Outcome, RuleTrace};
pub(crate) use wake::opened_by;

use document::{Document, View};
use embargo::Embargoes;
use policy::{Asked, Policies};
use rules::Rules;
use stories::{Parts, Stories, add};
use wake::Wakes;

/// The channel of what no rule matches.
pub const UNROUTED: &str = "unrouted";

/// The routing stage.
#[derive(Debug)]
pub struct Route {
    rules: Rules,
    stories: Stories,
    document: Document,
    /// The parts that the item at hand satisfies.
    satisfied: Vec<PartId>,
    wakes: Wakes,
    embargoes: Embargoes,
    reload: Reload,
    policies: Policies,
    /// What policies let go on the way to a decision, to be recorded before it.
    early: Vec<Timer>,
}

impl Route {
    /// Compiles the rules of a configuration. Every problem of every rule is reported; `None` when
    /// one of them is an error.
    pub fn compile(config: &Config, problems: &mut Diagnostics) -> Option<Route> {
        let rules = Rules::compile(config, problems)?;
        let window = SignedDuration::try_from(config.fold.window).unwrap_or(SignedDuration::MAX);
        let stories = Stories::new(window);
        let (document, wakes) = (Document::default(), Wakes::default());
        let waiting = Waiting::default();
        let policies = Policies::new(&rules, waiting.clone());
        Some(Route {
            rules,
            stories,
            document,
            satisfied: Vec::new(),
            wakes,
            embargoes: Embargoes::new(waiting),
            reload: Reload::default(),
            policies,
            early: Vec::new(),
        })
    }

    /// Takes over what was decided about an item before a restart. Nothing is decided again: the
    /// rules may have changed since, and changed rules see only later items.
    pub fn apply(&mut self, prepared: &Prepared, decision: &Decision) {
        let story = decision.fold.story;
        self.take_in(&decision.fold, prepared.received);
        let live = self.stories.enter(story, prepared.received);
        let held = decision.embargo.is_some();
        let family = self.policies.teller(&prepared.item, &decision.fold).family;
        live.join(prepared, &decision.fold, held, family);
        for digest in decision.held.iter().filter(|_| !held) {
            if let Some(part) = self.rules.part_of(*digest) {
                live.satisfy(part);
            }
        }
        self.embargoes.note(prepared, decision, family);
        self.restore_held(prepared, decision);
        let carried = decision.carried(&prepared.item);
        self.stories.carry(story, carried.iter().map(String::as_str), prepared.received);
        self.wakes.pass(prepared.received, &self.rules);
    }

    /// Takes over what time set off before a restart.
    pub fn apply_timer(&mut self, timer: &Timer) {
        let update = self.restore_release(timer);
        self.restore_timer(timer, update);
        self.stories.carry(timer.story, timer.channels.iter().map(String::as_str), timer.at);
        self.wakes.pass(timer.at, &self.rules);
    }

    /// Takes over which channels carried a story whose items are no longer in the log.
    pub fn restore_carried(&mut self, carried: &Carried) {
        self.stories.restore(carried);
    }

    /// Goes over to the rules of another configuration, for later items only. Stories keep what
    /// they satisfied where a rule asks it unchanged, and what carried them. When a rule is wrong,
    /// the rules stay as they are and the answer is `false`.
    pub fn reload(&mut self, config: &Config, problems: &mut Diagnostics) -> bool {
        let Some(rules) = Rules::compile(config, problems) else { return false };
        self.replace(rules);
        true
    }

    fn replace(&mut self, rules: Rules) {
        let old = std::mem::replace(&mut self.rules, rules);
        let renumbered = |part| self.rules.part_of(old.parts[part as usize].digest);
        self.stories.renumber(renumbered);
        self.wakes.plan(&self.rules);
        self.policies.replace(&self.rules);
    }

    /// The names of rules of which some part has no word that must occur (`NOT x`, `*x`,
    /// `urgency:1`): they are asked of every item, which thousands of them make felt.
    pub fn always_asked(&self) -> Vec<&str> {
        self.rules.always_asked().map(|rule| &*self.rules.rules[rule as usize].name).collect()
    }

    /// The channels whose rules hold for an item by itself: the first of its story, told by one
    /// publisher. Up to the first rule with `exit`; none when no rule matches.
    pub fn matches(&mut self, item: &Item) -> Vec<&str> {
        let rules = &self.rules;
        self.document.read(View::sent(item), &rules.atoms, &rules.families);
        rules.satisfied(&self.document, &mut self.satisfied);
        let at = item.versioncreated.unwrap_or(Timestamp::UNIX_EPOCH);
        let state = StoryState {
            items: 1,
            publishers: 1,
            first: at,
            last: at,
            disputed: false,
            killed: false,
        };
        let channels = rules.channels_of(&rules.holding(&self.satisfied, &state, at));
        channels.into_iter().map(|channel| &**rules.name_of(channel)).collect()
    }

    /// Asks the rules' text parts of one item, outside of any story, and says what that took. For
    /// benches and tests of the index.
    pub fn probe(&mut self, item: &Item, search: Search) -> Probe {
        let rules = &self.rules;
        self.document.read(View::sent(item), &rules.atoms, &rules.families);
        let verified = match search {
            Search::Index => rules.satisfied(&self.document, &mut self.satisfied),
            Search::Scan => rules.scan(&self.document, &mut self.satisfied),
        };
        Probe { parts: rules.parts.len(), verified, satisfied: self.satisfied.clone() }
    }

    /// Lets the stories that an item showed to be its own become that one.
    fn take_in(&mut self, fold: &FoldDecision, now: Timestamp) {
        for alias in &fold.merged {
            self.unite(fold.story, *alias, now);
        }
    }

    fn decide(&mut self, folded: &Folded) -> Decision {
        let Folded { prepared, decision: fold, .. } = folded;
        self.take_in(fold, prepared.received);
        let (now, story, rules) = (prepared.received, fold.story, &self.rules);
        self.document.read(View::prepared(prepared), &rules.atoms, &rules.families);
        rules.satisfied(&self.document, &mut self.satisfied);
        let live = self.stories.enter(story, now);
        let room = self.embargoes.has_room();
        let embargo = crate::story::embargo::until(prepared, fold.verdict)
            .map(|until| if room { until } else { Decision::OPEN_EMBARGO });
        // The words of what is held do not count for its story yet.
        let mut parts = live.parts.clone();
        let fresh = self.satisfied.iter().copied();
        let fresh: Parts = fresh.filter(|part| add(&mut parts, *part)).collect();
        if embargo.is_none() {
            live.parts.clone_from(&parts);
        }
        // Else all that the story satisfies: a start may not see its earlier items.
        let held = if embargo.is_some() { &fresh } else { &parts };
        let held = held.iter().map(|part| rules.parts[*part as usize].digest).collect();
        let family = self.policies.teller(&prepared.item, fold).family;
        live.join(prepared, fold, embargo.is_some(), family);
        // Of what is held: as it is expected to come out.
        let holding = rules.holding(&parts, &fold.out(prepared.seq).state, now);

        let matched = rules.channels_of(&holding);
        let is_unrouted = holding.is_empty();
        let mut channels = self.channels_for(fold, &holding);
        // Whoever was to hear of a kill did when it came first: sent again it tells nothing.
        let resent = prepared.kills() && fold.verdict == Verdict::Repeat;
        if resent || embargo.is_some() || (prepared.item.seen && !delivery::is_update(fold)) {
            // Adding a source floods nobody: what it held already counts as carried.
            channels.clear();
        }
        let asked = Asked::of(folded, &self.policies);
        let withheld = hold::let_through(
            &mut self.policies,
            &asked,
            &self.stories,
            &self.satisfied,
            &mut channels,
            &mut self.early,
        );

        let Ruled { rules: names, priority, labels } = rules.ruled(&holding);
        let name = |number: u16| rules.name_of(number).to_string();
        let decision = Decision {
            item: prepared.seq,
            fold: fold.clone(),
            rules: names,
            held,
            matched: if is_unrouted {
                vec![UNROUTED.to_owned()]
            } else {
                matched.into_iter().map(name).collect()
            },
            channels,
            withheld,
            priority,
            labels,
            embargo,
        };
        self.embargoes.note(prepared, &decision, family);
        let carried = decision.carried(&prepared.item);
        self.stories.carry(story, carried.iter().map(String::as_str), now);
        decision
    }
}

/// How the rules that an item satisfies are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// By the index, as the stage does.
    Index,
    /// By asking all of them.
    Scan,
}

/// What asking the rules of one item took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Distinct text parts of all rules.
    pub parts: usize,
    /// How many of them were verified.
    pub verified: usize,
    /// Numbers of those that the item satisfies, in order.
    pub satisfied: Vec<u32>,
}

impl Stage for Route {
    type In = Result<Folded, Aside>;
    type Out = Entry;

    fn push(&mut self, input: Self::In, now: Timestamp, out: &mut Vec<Entry>) {
        self.take_up(now, out);
        // What time set off before this item came is served before it, whoever drives.
        if self.next_wake().is_some_and(|at| at <= now) {
            self.wake(now, out);
        }
        self.wakes.pass(now, &self.rules);
        let entry = match input {
            Err(Aside::Rejected(rejected)) => Entry::Rejected(rejected),
            Err(Aside::Feedback(request)) => return out.extend(self.correct(*request)),
            Ok(folded) => {
                self.give_way(&folded, now, out);
                let decision = Box::new(self.decide(&folded));
                self.record_early(out);
                let Folded { prepared, identities, .. } = folded;
                let Prepared { seq, received, item, .. } = prepared;
                Entry::Item { seq, received, item: Box::new(item), decision, identities }
            }
        };
        out.push(entry);
    }

    fn next_wake(&self) -> Option<Timestamp> {
        let due = [self.wakes.next(), self.policies.next(), self.embargoes.next()];
        due.into_iter().flatten().min()
    }

    fn nudge(&self) -> Option<Arc<Notify>> {
        Some(self.reload.nudge())
    }

    fn wake(&mut self, now: Timestamp, out: &mut Vec<Entry>) {
        let now = self.wakes.not_before(now);
        self.take_up(now, out);
        self.let_go(now, out);
        let opened = self.wakes.opened(now, &self.rules);
        self.release(now, out);
        self.deliver_missed(&opened, now, out);
        self.wakes.pass(now, &self.rules);
    }
}

#[cfg(test)]
mod tests;
