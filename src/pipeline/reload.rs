//! A new configuration for a running daemon: its rules are offered to the stage, its channels to the
//! sinks, and what changed is said.

use std::collections::BTreeMap;

use tracing::{info, warn};

use crate::config::{Config, Diagnostics, RuleConfig};
use crate::log::Log;
use crate::route::{Offer, Reload};
use crate::sink::Couriers;

mod lasting;

use lasting::Lasting;

/// Takes up configurations while the daemon runs.
pub(super) struct Reloads {
    route: Reload,
    couriers: Couriers,
    log: Log,
    /// Digest of the model, which stays.
    model: String,
    /// The rules in force, as [`named`] tells them.
    rules: BTreeMap<String, String>,
    /// What the daemon was started with and keeps.
    started: Lasting,
}

impl Reloads {
    pub(super) fn new(
        config: &Config,
        model: String,
        route: Reload,
        couriers: Couriers,
        log: Log,
    ) -> Reloads {
        let (rules, started) = (named(&config.rules), Lasting::of(config));
        Reloads { route, couriers, log, model, rules, started }
    }

    /// Has the daemon go over to the rules, channels and lists of a configuration, and says what
    /// changed. False when they are wrong and the old ones stay.
    pub(super) fn take_up(&mut self, config: &Config) -> bool {
        let mut problems = Diagnostics::default();
        let Some(offer) = Offer::of(config, &self.model, &mut problems) else {
            warn!("not reloaded, the old rules stay:\n{problems}");
            return false;
        };
        // Before anything can be decided by the new rules.
        self.couriers.change_channels(&config.sinks, &config.digest());
        self.log.hold_back(config.holds_back());
        self.route.offer(offer);
        let before = std::mem::replace(&mut self.rules, named(&config.rules));
        let (before, after) = (&before, &self.rules);
        let missing = |from: &BTreeMap<String, String>, there: &BTreeMap<String, String>| {
            let names = there.keys().filter(|name| !from.contains_key(*name));
            names.cloned().collect::<Vec<_>>()
        };
        let changed: Vec<_> = after
            .iter()
            .filter(|(name, said)| before.get(*name).is_some_and(|old| old != *said))
            .map(|(name, _)| name)
            .collect();
        info!(
            added = ?missing(before, after),
            removed = ?missing(after, before),
            ?changed,
            rules = config.rules.len(),
            channels = config.channels.len(),
            config = config.digest(),
            "reloaded: the new rules decide about the next item, tokens of [serve] are read again"
        );
        let waiting = self.started.changed(&Lasting::of(config));
        if !waiting.is_empty() {
            warn!("not in force before the next start: {}", waiting.join(", "));
        }
        true
    }
}

/// What each rule asks and where it sends, by name.
fn named(rules: &[RuleConfig]) -> BTreeMap<String, String> {
    let said = |rule: &RuleConfig| {
        let channels: Vec<&str> = rule.channels.iter().map(|name| name.value.as_str()).collect();
        let RuleConfig { exit, enabled, stem, schedule, set, .. } = rule;
        let query = &rule.query.value;
        format!("{query} {channels:?} {exit} {enabled} {stem} {schedule:?} {set:?}")
    };
    rules.iter().map(|rule| (rule.name.value.clone(), said(rule))).collect()
}
