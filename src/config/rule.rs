//! `[[rule]]`: which stories go to which channels.

use super::diagnostic::Diagnostics;
use super::reader::{At, Table};

/// `[[rule]]`, its query still as written. Route compiles it.
#[derive(Clone, Debug)]
pub struct RuleConfig {
    /// Name for people.
    pub name: At<String>,
    /// The query as written.
    pub query: At<String>,
    /// Channels it sends to.
    pub channels: Vec<At<String>>,
    /// When it matches, later rules are not looked at.
    pub exit: bool,
}

pub(super) fn read(top: &mut Table<'_>, problems: &mut Diagnostics) -> Vec<RuleConfig> {
    let mut rules = Vec::new();
    for mut table in top.tables("rule", problems) {
        let query = table.require::<String>("query", problems);
        let name = table.get::<String>("name", problems);
        let channels = table.list("channels", problems);
        let exit = table.or("exit", false, problems);
        table.finish(problems);
        let Some(query) = query else { continue };
        rules.push(RuleConfig {
            name: name.unwrap_or_else(|| query.clone()),
            query,
            channels: channels.map_or_else(Vec::new, |channels| channels.value),
            exit,
        });
    }
    rules
}
