//! What a token that reads some channels only is told of rules.
//!
//! A decision names every rule that holds for its story, wherever it sends, with the labels and the
//! priority that they set. Of a channel that such a token must not know of, they would tell what it
//! is about, and that this story is on it.

use crate::channel::{Delivery, Event};
use crate::config::{Config, RuleConfig};
use crate::route::opened_by;

/// The rules that some readers may know of.
pub(super) struct Known<'c>(Vec<&'c RuleConfig>);

impl<'c> Known<'c> {
    /// Those that send to a channel which is seen; and those that send nowhere, whose labels are for
    /// whatever others send. Of rules that have gone since nobody knows where they sent.
    pub(super) fn of(config: &'c Config, sees: impl Fn(&str) -> bool) -> Known<'c> {
        let seen = |rule: &&RuleConfig| {
            rule.channels.is_empty() || rule.channels.iter().any(|channel| sees(&channel.value))
        };
        Known(config.rules.iter().filter(seen).collect())
    }

    /// Leaves of a delivery what these rules have to do with.
    pub(super) fn keep_in(&self, event: &mut Event) {
        match event {
            Event::Story(delivery) => self.keep_in_delivery(delivery),
            Event::Digest(digest) => {
                digest.stories.iter_mut().for_each(|delivery| self.keep_in_delivery(delivery));
            }
            Event::Rejected(_) | Event::Gap(_) => {}
        }
    }

    fn keep_in_delivery(&self, delivery: &mut Delivery) {
        let Delivery { rules, priority, labels, reason, .. } = delivery;
        self.keep(rules, priority, labels);
        self.keep_in_reason(reason);
    }

    /// Leaves the names of these rules, and the priority and labels that they set. One that sends
    /// nowhere is not named: it may be there to drop what nobody is to hear of.
    pub(super) fn keep(
        &self,
        rules: &mut Vec<String>,
        priority: &mut Option<u8>,
        labels: &mut Vec<String>,
    ) {
        let holding = self.0.iter().filter(|rule| rules.contains(&rule.name.value));
        let holding: Vec<&&RuleConfig> = holding.collect();
        labels.retain(|label| holding.iter().any(|rule| rule.set.labels.contains(label)));
        // A reload may have made one more urgent than it was.
        let set = |all: u8| {
            let own = holding.iter().filter_map(|rule| rule.set.priority);
            own.filter(|own| *own >= all).min()
        };
        *priority = priority.and_then(set);
        rules.retain(|name| self.names(name));
    }

    /// Leaves a reason that names no other rule.
    pub(super) fn keep_in_reason(&self, reason: &mut String) {
        if opened_by(reason).is_some_and(|rule| !self.names(rule)) {
            "A schedule opened.".clone_into(reason);
        }
    }

    fn names(&self, name: &str) -> bool {
        self.0.iter().any(|rule| rule.name.value == name && !rule.channels.is_empty())
    }
}

#[cfg(test)]
mod tests;
