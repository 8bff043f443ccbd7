//! Who is told what over time, as `[[test]]`s: through fold, route and the clock.

use super::config;
use crate::decide::Decider;
use crate::desk_test::{self, Step};

#[track_caller]
fn passes(text: &str) {
    let config = config(text);
    assert!(!config.tests.is_empty());
    let report = desk_test::run(&config.tests, || {
        let (mut decider, _) = Decider::build(&config).expect("a sound configuration");
        move |step| match step {
            Step::Arrives(arrival) => decider.push(*arrival),
            Step::Until(now) => decider.pass(now),
        }
    });
    assert!(report.passed(), "{report}");
}

const PUBLISHERS: &str = "[[publisher]]\nname = \"Alpha\"\n[[publisher]]\nname = \"Beta\"\naliases = [\"Beta Newswire\"]\n";

#[test]
fn what_was_withdrawn_is_shown_to_nobody_who_was_not_shown_it() {
    passes(&format!(
        r#"{PUBLISHERS}
[[channel]]
name = "two"
min_publishers = 2
deadline = "20m"
at_deadline = "drop"
[[channel]]
name = "day"
[[channel]]
name = "all"
repeats = "all"
[[rule]]
name = "two"
query = "mayor"
channels = ["two"]
[[rule]]
name = "day"
query = "mayor"
channels = ["day"]
schedule = {{ hours = "08:00-18:00" }}
[[rule]]
name = "all"
query = "mayor"
channels = ["all"]
[[test]]
name = "killed before the schedule opens, and after the deadline"
items = [
  {{ at = "2026-03-02T05:00:00Z", headline = "Police arrest mayor of Norland in fraud case", publisher = "Alpha", uri = "u:1", expect = {{ verdict = "New", channels = ["all"], withheld = ["two"] }} }},
  {{ at = "2026-03-02T06:00:00Z", headline = "KILL: Police arrest mayor of Norland in fraud case", publisher = "Alpha", uri = "u:1", lifecycle = true, expect = {{ verdict = "Kill", channels = ["all"] }} }},
]
later = []
"#
    ));
}

#[test]
fn stories_that_turn_out_to_be_one_are_shown_once() {
    let desk = format!(
        r#"{PUBLISHERS}
[[channel]]
name = "x"
min_publishers = 2
deadline = "20m"
[[rule]]
name = "all"
query = '*'
channels = ["x"]
[[test]]
name = "the older one was shown"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Ferry runs aground off Norland coast", publisher = "Alpha", expect = {{ withheld = ["x"] }} }},
  {{ at = "2026-03-02T09:01:00Z", headline = "Ferry runs aground off Norland coast", publisher = "Beta", expect = {{ channels = ["x"] }} }},
  {{ at = "2026-03-02T09:05:00Z", headline = "Helicopters lift forty from rocks", publisher = "Alpha", expect = {{ verdict = "New", withheld = ["x"] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Helicopters lift forty as ferry runs aground off Norland coast", publisher = "Alpha", expect = {{ verdict = "Development", of = 0, channels = [] }} }},
]
later = []
[[test]]
name = "the other one was shown"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Ferry runs aground off Norland coast", publisher = "Alpha", expect = {{ withheld = ["x"] }} }},
  {{ at = "2026-03-02T09:05:00Z", headline = "Helicopters lift forty from rocks", publisher = "Alpha", expect = {{ verdict = "New", withheld = ["x"] }} }},
  {{ at = "2026-03-02T09:06:00Z", headline = "Helicopters lift forty from rocks", publisher = "Beta", expect = {{ channels = ["x"] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Helicopters lift forty as ferry runs aground off Norland coast", publisher = "Alpha", expect = {{ verdict = "Development", of = 0, channels = [] }} }},
]
later = []
"#
    );
    passes(&desk);
}

#[test]
fn what_may_pass_quiet_hours_passes_them_when_its_embargo_ends_or_a_schedule_opens() {
    passes(
        r#"
[[channel]]
name = "night"
quiet = "22:00-06:30"
quiet_except = 'flood*'
[[rule]]
name = "all"
query = 'storm*'
channels = ["night"]
[[rule]]
name = "watch"
query = 'volcano*'
channels = ["night"]
schedule = { hours = "23:00-05:00" }
[[test]]
name = "an embargo ends"
items = [{ at = "2026-03-02T21:00:00Z", headline = "Storm and flood hit Norland capital", embargoed = "2026-03-02T23:00:00Z", expect = { channels = [] } }]
later = [{ at = "2026-03-02T23:00:00Z", channel = "night", items = [0] }]
[[test]]
name = "a schedule opens"
items = [{ at = "2026-03-02T21:30:00Z", headline = "Volcano and flood threaten Norland", expect = { channels = ["unrouted"] } }]
later = [{ at = "2026-03-02T23:00:00Z", channel = "night", items = [0] }]
[[test]]
name = "a schedule opens, and it may not pass"
items = [{ at = "2026-03-02T21:30:00Z", headline = "Volcano erupts in Norland", expect = { channels = ["unrouted"] } }]
later = [{ at = "2026-03-03T06:30:00Z", channel = "night", items = [0] }]
"#,
    );
}

/// What a provider withdraws, and what others told.
const WITHDRAWN: &str = r#"
[[channel]]
name = "first"
[[channel]]
name = "two"
min_publishers = 2
deadline = "20m"
at_deadline = "drop"
[[channel]]
name = "night"
quiet = "22:00-06:00"
[[channel]]
name = "all"
repeats = "all"
[[rule]]
query = 'harbour'
channels = ["all"]
exit = true
[[rule]]
query = 'mayor'
channels = ["first"]
[[rule]]
query = 'bridge'
channels = ["two"]
[[rule]]
query = 'volcano'
channels = ["night"]
"#;

#[test]
fn what_another_provider_told_is_not_withdrawn_with_what_one_did() {
    passes(&format!(
        r#"{PUBLISHERS}{WITHDRAWN}
[[test]]
name = "it waits for the morning"
items = [
  {{ at = "2026-03-02T22:10:00Z", headline = "Volcano erupts on Norland isle", publisher = "Alpha", lifecycle = true, expect = {{ withheld = ["night"] }} }},
  {{ at = "2026-03-02T22:20:00Z", headline = "Volcano erupts on Norland isle", publisher = "Beta", lifecycle = true }},
  {{ at = "2026-03-02T22:30:00Z", headline = "KILL: Volcano erupts on Norland isle", publisher = "Beta", lifecycle = true, expect = {{ verdict = "Kill", of = 1, channels = [] }} }},
]
later = [{{ at = "2026-03-03T06:00:00Z", channel = "night", items = [0] }}]
[[test]]
name = "who withdraws it is known by its identifier alone"
items = [
  {{ at = "2026-03-02T22:10:00Z", headline = "Volcano erupts on Norland isle", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ withheld = ["night"] }} }},
  {{ at = "2026-03-02T22:20:00Z", headline = "Volcano erupts on Norland isle", publisher = "Beta", uri = "b:1", lifecycle = true }},
  {{ at = "2026-03-02T22:30:00Z", headline = "KILL: Do not use", uri = "b:1", lifecycle = true, expect = {{ verdict = "Kill", of = 1, channels = [] }} }},
]
later = [{{ at = "2026-03-03T06:00:00Z", channel = "night", items = [0] }}]
[[test]]
name = "what it holds is withdrawn with it under another of its names"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ channels = ["all"] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Harbour of Norland closes for a week, mayor says", publisher = "Beta", uri = "b:1", lifecycle = true, embargoed = "2026-03-02T12:00:00Z" }},
  {{ at = "2026-03-02T09:20:00Z", headline = "Harbour of Norland closes for a week", publisher = "Beta", uri = "b:2", lifecycle = true }},
  {{ at = "2026-03-02T09:30:00Z", headline = "KILL: Harbour of Norland closes for a week", publisher = "Beta Newswire", uri = "b:3", lifecycle = true, expect = {{ verdict = "Kill", of = 2, channels = ["all"] }} }},
]
later = []
[[test]]
name = "both have withdrawn it"
items = [
  {{ at = "2026-03-02T22:10:00Z", headline = "Volcano erupts on Norland isle", publisher = "Alpha", lifecycle = true }},
  {{ at = "2026-03-02T22:20:00Z", headline = "Volcano erupts on Norland isle", publisher = "Beta", lifecycle = true }},
  {{ at = "2026-03-02T22:30:00Z", headline = "KILL: Volcano erupts on Norland isle", publisher = "Beta", lifecycle = true }},
  {{ at = "2026-03-02T22:40:00Z", headline = "KILL: Volcano erupts on Norland isle", publisher = "Alpha", lifecycle = true, expect = {{ verdict = "Kill", channels = [] }} }},
]
later = []
[[test]]
name = "it does not count any more"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Old bridge in Norland closes", publisher = "Alpha", lifecycle = true, expect = {{ withheld = ["two"] }} }},
  {{ at = "2026-03-02T09:05:00Z", headline = "KILL: Old bridge in Norland closes", publisher = "Alpha", lifecycle = true, expect = {{ channels = [] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Old bridge in Norland closes", publisher = "Beta", lifecycle = true, expect = {{ verdict = "New", withheld = ["two"] }} }},
]
[[test]]
name = "it does not count beside others"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Old bridge in Norland closes", publisher = "Alpha", lifecycle = true, expect = {{ withheld = ["two"] }} }},
  {{ at = "2026-03-02T09:01:00Z", headline = "Old bridge in Norland closes", publisher = "Beta", lifecycle = true, expect = {{ channels = ["two"] }} }},
  {{ at = "2026-03-02T09:05:00Z", headline = "KILL: Old bridge in Norland closes", publisher = "Alpha", lifecycle = true, expect = {{ verdict = "Kill", channels = ["two"] }} }},
]
later = []
[[test]]
name = "another report of what was withdrawn is the last word"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Mayor of Norland retires at ninety", publisher = "Alpha", lifecycle = true, expect = {{ channels = ["first"] }} }},
  {{ headline = "KILL: Mayor of Norland retires at ninety", publisher = "Alpha", lifecycle = true, expect = {{ verdict = "Kill", channels = ["first"] }} }},
  {{ headline = "Mayor of Norland retires at ninety", publisher = "Beta", lifecycle = true, expect = {{ verdict = "New", channels = ["first"] }} }},
]
[[test]]
name = "what is awaited and withdrawn is shown to nobody"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "KILL: Mayor of Norland retires at ninety", publisher = "Alpha", uri = "k:1", lifecycle = true, expect = {{ channels = ["first"] }} }},
  {{ headline = "Mayor of Norland retires at ninety", publisher = "Alpha", uri = "m:1", lifecycle = true, expect = {{ verdict = "Repeat", channels = [] }} }},
]
"#
    ));
}

#[test]
fn what_begins_anew_after_all_that_was_shown_was_withdrawn_is_news() {
    passes(&format!(
        r#"{PUBLISHERS}
[[channel]]
name = "first"
[[channel]]
name = "all"
repeats = "all"
[[rule]]
query = 'harbour'
channels = ["first", "all"]
[[test]]
name = "though what was withdrawn is corrected in between"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ channels = ["first", "all"] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Harbour of Norland closes for a week, mayor says", publisher = "Beta", uri = "b:1", lifecycle = true, embargoed = "2026-03-02T12:00:00Z" }},
  {{ at = "2026-03-02T09:20:00Z", headline = "KILL: Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ verdict = "Kill", channels = ["first", "all"] }} }},
  {{ at = "2026-03-02T09:30:00Z", headline = "CORRECTED: Harbour of Norland closes for a day", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ verdict = "Correction", channels = ["first", "all"] }} }},
]
later = [
  {{ at = "2026-03-02T12:00:00Z", channel = "first", items = [1] }},
  {{ at = "2026-03-02T12:00:00Z", channel = "all", items = [1] }},
]
[[test]]
name = "but not what was withdrawn, which comes out later"
items = [
  {{ at = "2026-03-02T09:00:00Z", headline = "Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ channels = ["first", "all"] }} }},
  {{ at = "2026-03-02T09:10:00Z", headline = "Harbour of Norland closes for a week, mayor says", publisher = "Beta", uri = "b:1", lifecycle = true, embargoed = "2026-03-02T12:00:00Z" }},
  {{ at = "2026-03-02T09:20:00Z", headline = "KILL: Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, expect = {{ verdict = "Kill", channels = ["first", "all"] }} }},
  {{ at = "2026-03-02T09:20:00Z", headline = "Harbour of Norland closes for a week", publisher = "Alpha", uri = "a:1", lifecycle = true, embargoed = "2026-03-02T13:00:00Z", expect = {{ verdict = "Repeat", of = 2 }} }},
]
later = [
  {{ at = "2026-03-02T12:00:00Z", channel = "first", items = [1] }},
  {{ at = "2026-03-02T12:00:00Z", channel = "all", items = [1] }},
]
"#
    ));
}
