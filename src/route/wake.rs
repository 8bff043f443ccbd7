//! Schedules that open: stories that matched meanwhile are delivered then, by a record of their
//! own, since no item comes with them.

use jiff::Timestamp;

use super::policy::Asked;
use super::rules::{RuleId, Rules};
use super::schedule;
use super::{Route, hold};
use crate::config::{Missed, Schedule};
use crate::log::{Entry, Shown, Timer};
use crate::story::StoryId;

/// When schedules open next. Time is that of the records: a schedule that opens while the daemon
/// is down is found open by the first look after it.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    /// The time of the last record.
    seen: Option<Timestamp>,
    /// The first opening after it.
    next: Option<Timestamp>,
}

impl Wakes {
    /// When the next schedule opens, once there was a record.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// The time of the last record, or a later one.
    pub(super) fn not_before(&self, now: Timestamp) -> Timestamp {
        self.seen.map_or(now, |seen| now.max(seen))
    }

    /// Takes note of a record of that time.
    pub(super) fn pass(&mut self, now: Timestamp, rules: &Rules) {
        let later = self.seen.is_none_or(|seen| now > seen);
        if later {
            self.seen = Some(now);
        }
        if self.next.map_or(later, |next| next <= now) {
            self.plan(rules);
        }
    }

    /// Looks for the next opening.
    pub(super) fn plan(&mut self, rules: &Rules) {
        let Some(seen) = self.seen else { return };
        let schedules = rules.schedules().map(|(_, schedule)| schedule);
        let serving = schedules.filter(|schedule| schedule.missed == Missed::Deliver);
        self.next = serving.filter_map(|found| schedule::next_opening(found, seen)).min();
    }

    /// The rules whose schedules opened since the last record and are open now.
    pub(super) fn opened(&self, now: Timestamp, rules: &Rules) -> Vec<RuleId> {
        let Some(seen) = self.seen else { return Vec::new() };
        let opened = |schedule: &Schedule| {
            schedule.missed == Missed::Deliver
                && schedule::is_open(schedule, now)
                && schedule::next_opening(schedule, seen).is_some_and(|at| at <= now)
        };
        let found = rules.schedules().filter(|(_, schedule)| opened(schedule));
        found.map(|(rule, _)| rule).collect()
    }
}

/// Why a story is delivered that a rule has missed, in a sentence.
fn reason(rule: &str) -> String {
    format!("The schedule of rule `{rule}` opened.")
}

/// The rule that such a reason names.
pub(crate) fn opened_by(reason: &str) -> Option<&str> {
    reason.strip_prefix("The schedule of rule `")?.strip_suffix("` opened.")
}

impl Route {
    /// The channels of rules that did not carry a story yet.
    pub(super) fn missed(&self, story: StoryId, rules: &[RuleId]) -> Vec<String> {
        let names = self.rules.channels_of(rules).into_iter().map(|it| self.rules.name_of(it));
        let missed = names.filter(|name| !self.stories.carried(story, name));
        missed.map(|name| name.to_string()).collect()
    }

    /// Delivers the latest item of each story for which one of `opened` holds, to its channels
    /// that did not carry the story yet.
    pub(super) fn deliver_missed(
        &mut self,
        opened: &[RuleId],
        now: Timestamp,
        out: &mut Vec<Entry>,
    ) {
        if opened.is_empty() {
            return;
        }
        for story in self.stories.live() {
            let Some(live) = self.stories.get(story) else { continue };
            let Some(((item, family), course)) = live.latest().zip(live.course.as_ref()) else {
                continue;
            };
            let state = course.at(now);
            if state.killed {
                continue;
            }
            let holding = self.rules.holding(&live.parts, &state, now);
            let fresh: Vec<RuleId> =
                holding.iter().copied().filter(|rule| opened.contains(rule)).collect();
            let Some(first) = fresh.first() else { continue };
            let reason = reason(&self.rules.rules[*first as usize].name);
            let mut channels = self.missed(story, &fresh);
            if channels.is_empty() {
                continue;
            }
            let shown = Some(Shown::late(state, self.rules.ruled(&holding)));
            let asked = Asked::late(story, item, family, state.publishers, now);
            let withheld = hold::let_through(
                &mut self.policies,
                &asked,
                &self.stories,
                &live.parts,
                &mut channels,
                &mut self.early,
            );
            self.record_early(out);
            self.stories.carry(story, channels.iter().map(String::as_str), now);
            let timer = Timer { at: now, story, item, channels, withheld, reason, shown };
            out.push(Entry::Timer(timer));
        }
    }
}
