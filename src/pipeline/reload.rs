//! A new configuration for a running daemon: its rules are offered to the stage, and what changed is
//! said.

use std::collections::BTreeMap;

use tracing::{info, warn};

use crate::config::{Config, Diagnostics, RuleConfig};
use crate::route::Reload;

/// What each rule asks and where it sends, by name.
pub(super) fn named(rules: &[RuleConfig]) -> BTreeMap<String, String> {
    let said = |rule: &RuleConfig| {
        let channels: Vec<&str> = rule.channels.iter().map(|name| name.value.as_str()).collect();
        let RuleConfig { exit, enabled, stem, schedule, set, .. } = rule;
        let query = &rule.query.value;
        format!("{query} {channels:?} {exit} {enabled} {stem} {schedule:?} {set:?}")
    };
    rules.iter().map(|rule| (rule.name.value.clone(), said(rule))).collect()
}

/// Offers the rules of a new configuration to the running stage, and says what changed. False when
/// they are wrong and the old ones stay.
pub(super) fn take_up(
    config: &Config,
    before: &BTreeMap<String, String>,
    reload: &Reload,
    model: &str,
) -> bool {
    let mut problems = Diagnostics::default();
    if reload.offer(config, model, &mut problems) {
        let after = named(&config.rules);
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
            added = ?missing(before, &after),
            removed = ?missing(&after, before),
            ?changed,
            rules = config.rules.len(),
            channels = config.channels.len(),
            config = config.digest(),
            "reloaded: the new rules decide about the next item; sources, sinks, [log], [fold] \
             and publishers as they were started"
        );
        true
    } else {
        warn!("not reloaded, the old rules stay:\n{problems}");
        false
    }
}
