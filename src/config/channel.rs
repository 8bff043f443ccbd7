//! `[[channel]]`: named streams of stories.

use super::diagnostic::Diagnostics;
use super::policy::{self, Policy, Repeats};
use super::reader::{At, Table};

/// `[[channel]]`.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Name used in rules, sinks and addresses.
    pub name: At<String>,
    /// Name for people.
    pub title: String,
    /// What it carries of a story after the first item.
    pub repeats: Repeats,
    /// What it holds back.
    pub policy: Policy,
}

pub(super) fn read(top: &mut Table<'_>, problems: &mut Diagnostics) -> Vec<Channel> {
    let words =
        [("first", Repeats::First), ("developments", Repeats::Developments), ("all", Repeats::All)];
    let mut channels = Vec::new();
    for mut table in top.tables("channel", problems) {
        let name = table.required_name(problems);
        let title = table.get::<String>("title", problems);
        let repeats = table.one_of("repeats", &words, problems).unwrap_or_default();
        let policy = policy::read(&mut table, repeats, problems);
        table.finish(problems);
        let title = title.map_or_else(|| name.value.clone(), |title| title.value);
        channels.push(Channel { name, title, repeats, policy });
    }
    channels
}
