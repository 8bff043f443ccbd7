//! What spans sections: names that must exist, be unique, or agree.

use std::collections::HashMap;

use super::diagnostic::{Diagnostic, Diagnostics, nearest};
use super::reader::At;
use super::sink::check_webhook;
use super::{Config, Expect, PublisherConfig, normal};

mod places;

/// Channels that exist without being configured.
pub(super) const RESERVED: [&str; 2] = ["unrouted", "rejected"];

pub(super) fn check(config: &Config, problems: &mut Diagnostics) {
    unique("channel", config.channels.iter().map(|channel| &channel.name), problems);
    unique("source", config.sources.iter().map(|source| &source.name), problems);
    unique("sink", config.sinks.iter().map(|sink| &sink.name), problems);
    places::check(config, problems);
    publishers(&config.publishers, problems);
    let tokens = || config.serve.iter().flat_map(|serve| &serve.tokens);
    unique("token", tokens().map(|token| &token.name), problems);
    for channel in &config.channels {
        channel_name(&channel.name, problems);
    }
    let channels: Vec<&str> =
        config.channels.iter().map(|channel| channel.name.value.as_str()).collect();
    for name in config.rules.iter().flat_map(|rule| &rule.channels) {
        known(name, &channels, &[], problems);
    }
    for sink in &config.sinks {
        check_webhook(sink, problems);
    }
    for name in config.sinks.iter().flat_map(|sink| &sink.channels) {
        known(name, &channels, &RESERVED, problems);
    }
    for name in tokens().filter_map(|token| token.channels.as_ref()).flatten() {
        known(name, &channels, &RESERVED, problems);
    }
    let expected = config.tests.iter().flat_map(|test| &test.items).flat_map(|item| {
        let Expect { channels, matched, withheld, .. } = &item.expect;
        [channels, matched, withheld].into_iter().flatten()
    });
    for name in expected.flat_map(|channels| &channels.value) {
        known(name, &channels, &RESERVED, problems);
    }
    for later in config.tests.iter().filter_map(|test| test.later.as_ref()).flatten() {
        known(&later.channel, &channels, &RESERVED, problems);
    }
    let ranked = config.publishers.iter().any(|publisher| publisher.rank.is_some());
    for channel in config.channels.iter().filter(|it| it.policy.prefer_rank.is_some() && !ranked) {
        let message = "`prefer_rank_within` prefers nobody: no [[publisher]] has a `rank`";
        problems.push(Diagnostic::warning(&channel.name.place, message));
    }
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a At<String>>, problems: &mut Diagnostics) {
    let mut seen: HashMap<&str, &At<String>> = HashMap::new();
    // One without a name has been told of already.
    for name in names.filter(|name| !name.value.trim().is_empty()) {
        if let Some(first) = seen.insert(&name.value, name) {
            let (line, _) = first.place.file.position(first.place.span.start);
            let message = format!("there are two {what}s named `{}`", name.value);
            problems.push(
                Diagnostic::error(&name.place, message)
                    .label(format!("the first is in line {line}")),
            );
        }
    }
}

/// Nobody could say which of two publishers is meant by a name that both have.
fn publishers(publishers: &[PublisherConfig], problems: &mut Diagnostics) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (number, publisher) in publishers.iter().enumerate() {
        let names = [&publisher.name].into_iter().chain(&publisher.aliases);
        for name in names.filter(|name| !name.value.trim().is_empty()) {
            let first = *seen.entry(normal(&name.value)).or_insert(number);
            // Editions of one house may share an alias.
            let one_family = publishers[first].family == publisher.family
                && normal(&publishers[first].name.value) != normal(&publisher.name.value);
            if first != number && !one_family {
                let first = &publishers[first].name;
                let (line, _) = first.place.file.position(first.place.span.start);
                let message = format!("another publisher goes by `{}`", name.value);
                problems.push(
                    Diagnostic::error(&name.place, message)
                        .label(format!("`{}` in line {line}", first.value)),
                );
            }
        }
    }
}

fn channel_name(name: &At<String>, problems: &mut Diagnostics) {
    let text = name.value.as_str();
    if RESERVED.contains(&text) {
        let message = format!("the channel name `{text}` is reserved");
        let hint = "it exists by itself: name it in a sink to read it";
        problems.push(Diagnostic::error(&name.place, message).hint(hint));
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if text.trim().is_empty() {
        return; // told of already
    }
    if text.len() > 64 || !text.chars().all(fits) {
        let message = format!("`{text}` cannot be a channel name");
        let hint = "use 1 to 64 of a–z, 0–9, `-` and `_`; `title` can be anything";
        problems.push(Diagnostic::error(&name.place, message).hint(hint));
    }
}

fn known(name: &At<String>, channels: &[&str], also: &[&str], problems: &mut Diagnostics) {
    let text = name.value.as_str();
    let all = || channels.iter().chain(also).copied();
    if all().any(|channel| channel == text) {
        return;
    }
    let problem = Diagnostic::error(&name.place, format!("unknown channel `{text}`"));
    problems.push(match nearest(text, all()) {
        Some(meant) => problem.hint(format!("did you mean `{meant}`?")),
        None => problem.hint(format!("add a [[channel]] with `name = \"{text}\"`")),
    });
}
