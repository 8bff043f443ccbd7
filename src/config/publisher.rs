//! `[[publisher]]`: who stands behind items, and under which names.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};

/// `[[publisher]]`.
#[derive(Clone, Debug)]
pub struct PublisherConfig {
    /// Name for people.
    pub name: At<String>,
    /// Publishers of one family count once; by default the name in lower case.
    pub family: String,
    /// Other names and addresses it goes by.
    pub aliases: Vec<At<String>>,
    /// 1 is the most trusted. `None` ranks after all that have one.
    pub rank: Option<u32>,
}

pub(super) fn read(top: &mut Table<'_>, problems: &mut Diagnostics) -> Vec<PublisherConfig> {
    let mut publishers = Vec::new();
    for mut table in top.tables("publisher", problems) {
        let name = table.required_name(problems);
        let family = table.get::<String>("family", problems);
        let aliases = table.list("aliases", problems);
        let rank = table.get::<u32>("rank", problems);
        if let Some(none) = rank.as_ref().filter(|rank| rank.value == 0) {
            let problem = Diagnostic::error(&none.place, "`rank` begins with 1");
            problems.push(problem.hint("1 is the most trusted; leave it out for the last"));
        }
        table.finish(problems);
        publishers.push(PublisherConfig {
            family: family.map_or_else(|| name.value.to_lowercase(), |family| family.value),
            aliases: aliases.map_or_else(Vec::new, |aliases| aliases.value),
            rank: rank.map(|rank| rank.value),
            name,
        });
    }
    publishers
}

/// Host of a web address.
pub(crate) fn host(link: &str) -> Option<&str> {
    let rest = link.split_once("://")?.1;
    let host = rest.split(['/', '?', '#', ':']).next()?;
    (!host.is_empty()).then_some(host)
}

/// A name without case, scheme, "www." and "By ".
pub(crate) fn normal(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    let bare = host(&lower).unwrap_or(&lower);
    let bare = bare.strip_prefix("www.").unwrap_or(bare);
    bare.strip_prefix("by ").unwrap_or(bare).split_whitespace().collect::<Vec<_>>().join(" ")
}
