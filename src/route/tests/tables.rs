//! Keys of rules beside the query: lists, `enabled`, `stem`, `set`, schedules, rule directories.

use super::*;
use crate::log::{Shown, Timer};

fn decide(text: &str, headline_text: &str) -> Decision {
    compiled(text).decide(&folded(headline(headline_text)))
}

#[test]
fn lists_are_alternatives() {
    let text = "[list]\ng7 = [\"France\", \"United States\", \"=UK\"]\n[[channel]]\nname = \"c\"\n\
                [[rule]]\nquery = \"@g7 NOT headline:@g7\"\nchannels = []\n\
                [[rule]]\nquery = \"headline:@g7\"\nchannels = [\"c\"]\n";
    for (headline, matched) in [
        ("FRANCE votes", "c"),
        ("The united states vote", "c"),
        ("The UK votes", "c"),
        ("The uk votes", "unrouted"),
        ("States united", "unrouted"),
    ] {
        assert_eq!(decide(text, headline).matched, [matched], "{headline}");
    }
}

#[test]
fn a_rule_without_channels_drops_what_it_matches() {
    let text = "[[rule]]\nname = \"mute\"\nquery = \"horoscope\"\nchannels = []\nexit = true\n";
    let decision = decide(text, "Your horoscope");
    assert_eq!(decision.rules, ["mute"]);
    assert!(decision.matched.is_empty() && decision.channels.is_empty());
}

#[test]
fn a_rule_can_be_left_out_and_its_words_taken_as_they_are() {
    let text = |keys: &str| {
        format!(
            "[[channel]]\nname = \"c\"\n[[rule]]\nquery = \"strike\"\nchannels = [\"c\"]\n{keys}\n"
        )
    };
    assert_eq!(decide(&text(""), "Strikes go on").matched, ["c"]);
    assert_eq!(decide(&text("stem = false"), "Strikes go on").matched, ["unrouted"]);
    assert_eq!(decide(&text("stem = false"), "STRIKE goes on").matched, ["c"]);
    assert_eq!(decide(&text("enabled = false"), "Strikes go on").matched, ["unrouted"]);
}

#[test]
fn rules_note_priority_and_labels() {
    let text = "[[rule]]\nname = \"1\"\nquery = \"strike\"\nchannels = []\n\
                set = { priority = 3, labels = [\"labour\", \"law\"] }\n\
                [[rule]]\nname = \"2\"\nquery = \"rail\"\nchannels = []\n\
                set = { priority = 2, labels = [\"labour\", \"rail\"] }\n";
    let both = decide(text, "Rail strike");
    assert_eq!((both.priority, both.labels.join(" ")), (Some(2), "labour law rail".to_owned()));
    let none = decide(text, "Snow");
    assert_eq!((none.priority, none.labels.len()), (None, 0));
}

const NIGHT: &str = r#"
[[channel]]
name = "morning"
[[rule]]
name = "office"
query = "gaza"
channels = ["morning"]
schedule = { days = "mon-fri", hours = "08:00-18:00", timezone = "Europe/Berlin" }
set = { priority = 2, labels = ["abroad"] }
"#;

/// Pushes an item of a story at a time of 2026-03-27, a Friday at +01:00.
fn push(route: &mut Route, story: u64, time: &str, text: &str) -> Vec<Entry> {
    let mut folded = folded(headline(text));
    let at: Timestamp = format!("2026-03-27T{time}:00Z").parse().unwrap();
    folded.prepared.received = at;
    folded.decision.story = StoryId(story);
    let mut out = Vec::new();
    route.push(Ok(folded), at, &mut out);
    out
}

fn channels(entry: &Entry) -> Vec<String> {
    match entry {
        Entry::Item { decision, .. } => decision.channels.clone(),
        Entry::Timer(Timer { channels, .. }) => channels.clone(),
        Entry::Rejected(_) | Entry::Config(_) | Entry::Feedback(_) | Entry::Digest(_) => Vec::new(),
    }
}

#[test]
fn a_closed_rule_delivers_when_it_opens() {
    let mut route = compiled(NIGHT);
    let entries = push(&mut route, 1, "03:00", "Strike on Gaza");
    assert_eq!(channels(&entries[0]), ["unrouted"]);
    push(&mut route, 2, "03:10", "Snow");
    let opens: Timestamp = "2026-03-27T07:00:00Z".parse().unwrap();
    assert_eq!(route.next_wake(), Some(opens));
    let mut out = Vec::new();
    route.wake(opens, &mut out);
    let [Entry::Timer(timer)] = &out[..] else { panic!("{out:?}") };
    assert_eq!((timer.story, &timer.channels[..]), (StoryId(1), &["morning".to_owned()][..]));
    let Some(Shown { ruled: Some(ruled), uncovered: false, .. }) = &timer.shown else { panic!() };
    assert_eq!((ruled.rules.join(" ").as_str(), ruled.priority), ("office", Some(2)));
    assert_eq!(ruled.labels, ["abroad"]);
    assert!(route.next_wake() > Some(opens));
    let entries = push(&mut route, 1, "09:00", "Strike on Gaza");
    assert!(channels(&entries[0]).is_empty(), "the channel carries it already");
}

#[test]
fn an_opening_that_nobody_woke_for_is_served_before_the_next_item() {
    let mut route = compiled(NIGHT);
    push(&mut route, 1, "03:00", "Strike on Gaza");
    let entries = push(&mut route, 2, "07:30", "Snow");
    assert!(matches!(&entries[..], [Entry::Timer(_), Entry::Item { .. }]), "{entries:?}");
}

#[test]
fn an_opening_does_not_deliver_what_a_source_held_before_it_was_added() {
    let mut route = compiled(NIGHT);
    let mut seen = folded(headline("Strike on Gaza"));
    seen.prepared.item.seen = true;
    seen.prepared.received = "2026-03-27T03:00:00Z".parse().unwrap();
    let mut out = Vec::new();
    route.push(Ok(seen), "2026-03-27T03:00:00Z".parse().unwrap(), &mut out);
    out.clear();
    route.wake("2026-03-27T07:00:00Z".parse().unwrap(), &mut out);
    assert!(out.is_empty(), "{out:?}");
}

#[test]
fn a_restart_does_not_deliver_twice_what_an_opening_delivered() {
    let mut before = compiled(NIGHT);
    let mut after = compiled(NIGHT);
    let mut out = Vec::new();
    let mut night = folded(headline("Strike on Gaza"));
    night.prepared.received = "2026-03-27T03:00:00Z".parse().unwrap();
    let decision = before.decide(&night);
    before.wakes.pass(night.prepared.received, &before.rules);
    after.apply(&night.prepared, &decision);
    let opens: Timestamp = "2026-03-27T07:00:00Z".parse().unwrap();
    assert_eq!(after.next_wake(), Some(opens));
    before.wake(opens, &mut out);
    let Some(Entry::Timer(timer)) = out.first() else { panic!("{out:?}") };
    after.apply_timer(timer);
    assert!(after.next_wake() > Some(opens));
    out.clear();
    after.wake("2026-03-27T08:00:00Z".parse().unwrap(), &mut out);
    assert!(out.is_empty(), "{out:?}");
}

#[test]
fn missed_stories_can_be_skipped() {
    let mut route = compiled(&NIGHT.replace("schedule = {", "schedule = { missed = \"skip\","));
    push(&mut route, 1, "03:00", "Strike on Gaza");
    assert_eq!(route.next_wake(), None);
    let entries = push(&mut route, 1, "09:00", "More of it");
    assert_eq!(channels(&entries[0]), ["morning"], "delivered with the next item");
}

#[test]
fn a_directory_holds_rules_one_file_a_desk() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("desks")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("g7.txt", "# members\nFrance\n\nItaly\n");
    write("desks/b.toml", "[[rule]]\nname = \"b\"\nquery = \"@g7\"\nchannels = [\"c\"]\n");
    write("desks/a.toml", "[[rule]]\nname = \"a\"\nquery = \"france\"\nchannels = [\"c\"]\n");
    write("desks/notes.txt", "not a rule");
    let text = "[rules]\ndir = \"desks\"\n[list]\ng7 = { file = \"g7.txt\" }\n\
                [[channel]]\nname = \"c\"\n[[rule]]\nname = \"main\"\nquery = \"*\"\nchannels = [\"c\"]\n";
    write("wirefold.toml", text);
    let (config, _) = Config::load(&dir.path().join("wirefold.toml")).unwrap();
    let mut route = Route::compile(&config, &mut Diagnostics::default()).unwrap();
    assert_eq!(route.decide(&folded(headline("France votes"))).rules, ["main", "a", "b"]);

    write("desks/b.toml", "[[rule]]\nname = \"b\"\nquery = \"@g8\"\nchannels = [\"c\"]\n");
    let (config, _) = Config::load(&dir.path().join("wirefold.toml")).unwrap();
    let mut problems = Diagnostics::default();
    assert!(Route::compile(&config, &mut problems).is_none());
    let report = problems.render(false);
    assert!(report.contains("b.toml:3:10") && report.contains("`@g7`"), "{report}");
}
