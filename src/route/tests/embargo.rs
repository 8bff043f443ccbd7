//! What channels get of items that may not be shown yet. Each test is a short story.

use super::*;
use crate::item::{Marker, PubStatus};
use crate::story::{Ahead, Coming};

mod anew;
mod desk;
mod policy;

use desk::Desk;

const RULES: &str = r#"
[[channel]]
name = "budget"
[[channel]]
name = "all"
repeats = "all"
[[rule]]
name = "budget"
query = "budget"
channels = ["budget", "all"]
"#;

/// A version of the agency's item, embargoed until a minute.
fn version(text: &str, until: Option<i64>) -> Folded {
    let mut item = headline(text);
    item.uri = Some("tag:wire,1".to_owned());
    item.source = "wire".to_owned();
    item.lifecycle = true;
    item.embargoed = until.map(minute);
    folded(item)
}

fn later(text: &str, until: Option<i64>, verdict: Verdict, of: u64) -> Folded {
    let mut folded = version(text, until);
    folded.decision.verdict = verdict;
    folded.decision.evidence.of = Some(Seq(of));
    folded.decision.state.items = 2;
    folded
}

/// A report of the same story by somebody else.
fn elsewhere(text: &str, verdict: Verdict) -> Folded {
    let mut item = headline(text);
    item.source = "blog".to_owned();
    let mut folded = folded(item);
    folded.decision.verdict = verdict;
    folded.decision.evidence.of = Some(Seq(1));
    folded.decision.state.items = 2;
    folded
}

#[test]
fn an_embargoed_item_is_held_and_released_on_time() {
    let mut desk = Desk::open();
    assert_eq!(desk.takes(0, version("Budget cut", Some(60))), ["1@"]);
    assert_eq!(desk.route.next_wake(), Some(minute(60)));
    assert!(desk.wakes(59).is_empty());
    assert_eq!(desk.wakes(60), ["timer 1@budget,all"]);
    assert_eq!(desk.route.next_wake(), None);
    let Some(Entry::Timer(timer)) = desk.records.last() else { panic!() };
    assert_eq!(timer.reason, "Its embargo ended at 1970-01-01T01:00:00Z.");
}

#[test]
fn the_release_comes_before_a_later_item_whoever_drives() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    let next = desk.takes(70, elsewhere("Budget cut", Verdict::Repeat));
    assert_eq!(next, ["timer 1@budget,all", "2@all"]);
}

#[test]
fn a_restart_forgets_no_embargo_and_releases_nothing_twice() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    desk.restarts();
    assert_eq!(desk.route.next_wake(), Some(minute(60)));
    assert_eq!(desk.wakes(90), ["timer 1@budget,all"], "late, since it was down at 60");
    desk.restarts();
    assert_eq!(desk.route.next_wake(), None);
    let repeat = elsewhere("Budget cut", Verdict::Repeat);
    assert_eq!(desk.takes(91, repeat), ["2@all"], "the story is carried");
}

#[test]
fn another_report_goes_its_own_way_and_the_release_is_then_an_update() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    assert_eq!(desk.takes(10, elsewhere("Budget cut", Verdict::Repeat)), ["2@budget,all"]);
    assert_eq!(desk.wakes(60), ["timer 1@all"], "whoever carries a story once has it");
}

#[test]
fn the_words_of_a_held_item_open_no_channel_to_others() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    assert_eq!(desk.takes(10, elsewhere("Taxes to fall", Verdict::Repeat)), ["2@unrouted"]);
    assert_eq!(desk.wakes(60), ["timer 1@budget,all"]);
    let third = elsewhere("Taxes to fall, says minister", Verdict::Repeat);
    assert_eq!(desk.takes(61, third), ["3@all"], "now they hold for the story");
}

#[test]
fn a_later_version_may_lift_the_embargo_or_move_it() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    let lifted = desk.takes(10, later("Budget cut by half", None, Verdict::Revision, 1));
    assert_eq!(lifted, ["timer 1@", "2@budget,all"]);
    assert_eq!(desk.route.next_wake(), None);

    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    let moved = desk.takes(10, later("Budget cut", Some(30), Verdict::Repeat, 1));
    assert_eq!(moved, ["timer 1@", "2@"]);
    desk.restarts();
    assert_eq!(desk.route.next_wake(), Some(minute(30)));
    assert_eq!(desk.wakes(30), ["timer 2@budget,all"]);
}

#[test]
fn a_kill_before_the_release_is_final_and_tells_nobody_what_it_kills() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    let mut kill = later("Budget cut", Some(60), Verdict::Kill, 1);
    kill.decision.state.killed = true;
    assert_eq!(desk.takes(10, kill), ["timer 1@", "2@"]);
    desk.restarts();
    assert!(desk.wakes(60).is_empty());
}

#[test]
fn a_kill_of_a_story_that_others_carried_reaches_them_and_ends_the_embargo() {
    let mut desk = Desk::open();
    desk.takes(0, version("Budget cut", Some(60)));
    desk.takes(10, elsewhere("Budget cut", Verdict::Repeat));
    let mut kill = elsewhere("Budget cut", Verdict::Kill);
    kill.prepared.item.source = "wire".to_owned();
    assert_eq!(desk.takes(20, kill), ["timer 1@", "3@budget,all"]);
    assert!(desk.wakes(60).is_empty());
}

/// The kill of all that was shown of a story, of which item 2 is held until 60.
fn kill_of_all_but_what_is_held(marked: bool) -> Folded {
    let mut kill = elsewhere("Budget cut", Verdict::Kill);
    kill.prepared.item.publisher = Some("Coast Post".to_owned());
    let back = StoryState { items: 3, ..kill.decision.state };
    kill.decision.state.killed = true;
    let coming = Coming { item: Seq(2), until: minute(60), state: back };
    let to_come = [coming].into();
    let ahead = Ahead { to_come, ..Ahead::default() };
    kill.decision.ahead = marked.then(|| Box::new(ahead));
    kill
}

#[test]
fn what_comes_out_after_all_that_was_shown_was_killed_is_news() {
    for (marked, delivered) in [(true, "timer 2@budget,all"), (false, "timer 2@all")] {
        let mut desk = Desk::open();
        assert_eq!(desk.takes(0, elsewhere("Budget cut", Verdict::New)), ["1@budget,all"]);
        assert_eq!(desk.takes(1, version("Budget cut", Some(60))), ["2@"]);
        assert_eq!(desk.takes(2, kill_of_all_but_what_is_held(marked)), ["3@budget,all"]);
        desk.restarts();
        assert_eq!(desk.wakes(60), [delivered]);
        desk.restarts();
        let next = elsewhere("Budget cut", Verdict::Repeat);
        assert_eq!(desk.takes(61, next), ["4@all"], "once");
    }
}

#[test]
fn a_kill_that_comes_again_is_news_to_nobody() {
    let again = || {
        let mut kill = elsewhere("Budget cut", Verdict::Repeat);
        kill.prepared.item.pubstatus = PubStatus::Canceled;
        kill.prepared.item.lifecycle = true;
        kill
    };
    let mut desk = Desk::open();
    assert_eq!(desk.takes(0, again()), ["1@"]);
    assert_eq!(desk.takes(1, elsewhere("Budget cut", Verdict::Repeat)), ["2@budget,all"]);
    assert_eq!(desk.takes(2, again()), ["3@"]);
}

#[test]
fn without_a_known_end_a_later_version_has_to_lift_it() {
    let marked = || {
        let mut folded = version("Budget cut", None);
        folded.prepared.markers.push(Marker::Embargoed);
        folded
    };
    let withheld = || {
        let mut folded = version("Budget cut", None);
        folded.prepared.item.pubstatus = PubStatus::Withheld;
        folded
    };
    let far = || version("Budget cut", Some(91 * 24 * 60));
    for folded in [marked(), withheld(), far()] {
        let mut desk = Desk::open();
        assert_eq!(desk.takes(0, folded), ["1@"]);
        assert_eq!(desk.route.next_wake(), None);
        let lifted = desk.takes(10, later("Budget cut", None, Verdict::Repeat, 1));
        assert_eq!(lifted, ["2@budget,all"]);
    }
    let mut blog = marked();
    blog.prepared.item.lifecycle = false;
    assert_eq!(Desk::open().takes(0, blog), ["1@budget,all"], "a word in a headline, no agency");
    let over = version("Budget cut", Some(0));
    assert_eq!(Desk::open().takes(0, over), ["1@budget,all"], "an embargo that is over");
}

#[test]
fn what_a_new_source_already_held_is_released_as_news() {
    let mut desk = Desk::open();
    let mut held = version("Budget cut", Some(60));
    held.prepared.item.seen = true;
    assert_eq!(desk.takes(0, held), ["1@"]);
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 1@budget,all"]);
}

const COUNTING: &str = r#"
[[channel]]
name = "wide"
[[channel]]
name = "many"
[[rule]]
name = "told by two"
query = "publishers:>=2"
channels = ["wide"]
[[rule]]
name = "told twice"
query = "items:>=2"
channels = ["many"]
"#;

/// An item after which so many are counted, and what is to come: the item, its minute, and how many
/// are counted then.
fn counting(mut folded: Folded, items: u32, to_come: &[(u64, i64, u32)]) -> Folded {
    let fold = &mut folded.decision;
    let counted = |items| StoryState { items, publishers: items, ..fold.state };
    let coming =
        |&(item, at, items)| Coming { item: Seq(item), until: minute(at), state: counted(items) };
    let to_come = to_come.iter().map(coming).collect();
    let state = counted(items);
    fold.state = state;
    fold.ahead = Some(Box::new(Ahead { to_come, ..Ahead::default() }));
    folded
}

#[test]
fn rules_that_count_do_so_with_a_held_item_when_it_is_out_and_then_once() {
    let mut desk = Desk::with(COUNTING);
    let held = || version("Budget cut", Some(60));
    assert_eq!(desk.takes(0, counting(held(), 0, &[(1, 60, 1)])), ["1@"]);
    let report = || elsewhere("Budget cut", Verdict::Repeat);
    assert_eq!(desk.takes(10, counting(report(), 1, &[(1, 60, 2)])), ["2@unrouted"]);
    desk.restarts();
    assert!(desk.wakes(59).is_empty());
    assert_eq!(desk.wakes(60), ["timer 1@wide,many"]);
    let Some(Entry::Timer(timer)) = desk.records.last() else { panic!() };
    assert_eq!(
        timer.shown.as_ref().map(|it| (it.out.state.items, it.out.disputes)),
        Some((2, false))
    );
    for _ in 0..2 {
        assert!(desk.wakes(61).is_empty());
        desk.restarts();
    }
    assert_eq!(desk.takes(70, counting(report(), 3, &[])), ["3@"], "both carry the story");
}

#[test]
fn what_rules_have_seen_without_a_held_item_they_do_not_deliver_again_with_it() {
    let mut desk = Desk::with(COUNTING);
    let report = || elsewhere("Budget cut", Verdict::Repeat);
    desk.takes(0, counting(version("Budget cut", Some(60)), 0, &[(1, 60, 1)]));
    desk.takes(10, counting(report(), 1, &[(1, 60, 2)]));
    assert_eq!(desk.takes(20, counting(report(), 2, &[(1, 60, 3)])), ["3@wide,many"]);
    assert_eq!(desk.wakes(60), ["timer 1@"]);
}

#[test]
fn of_two_that_come_out_at_one_time_the_second_is_counted_second() {
    let mut desk = Desk::with(COUNTING);
    let mut other = version("Budget cut", Some(60));
    other.prepared.item.uri = Some("tag:wire,2".to_owned());
    desk.takes(0, counting(version("Budget cut", Some(60)), 0, &[(1, 60, 1)]));
    desk.takes(1, counting(other, 0, &[(1, 60, 1), (2, 60, 2)]));
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 1@unrouted", "timer 2@wide,many"]);
}

#[test]
fn a_held_item_matches_as_it_is_expected_to_come_out() {
    let mut desk = Desk::with(COUNTING);
    desk.takes(0, counting(elsewhere("Budget cut", Verdict::New), 1, &[]));
    assert_eq!(desk.takes(1, counting(version("Budget cut", Some(60)), 1, &[(2, 60, 2)])), ["2@"]);
    let Some(Entry::Item { decision, .. }) = desk.records.last() else { panic!() };
    assert_eq!(decision.matched, ["wide", "many"]);
}

#[test]
fn a_contradiction_reaches_who_was_shown_the_story_when_the_held_item_is_out() {
    let mut desk = Desk::open();
    desk.takes(0, counting(version("Budget cut", Some(60)), 0, &[(1, 60, 1)]));
    let mut denial = counting(elsewhere("No budget cut", Verdict::Repeat), 1, &[(1, 60, 2)]);
    if let Some(ahead) = &mut denial.decision.ahead {
        ahead.to_come[0].state.disputed = true;
    }
    assert_eq!(desk.takes(10, denial), ["2@budget,all"]);
    desk.restarts();
    assert_eq!(desk.wakes(60), ["timer 1@budget,all"], "else only `all` would have it");
}

#[test]
fn what_a_schedule_missed_is_counted_as_the_story_is_when_it_opens() {
    const OFFICE: &str = r#"
[[channel]]
name = "office"
[[rule]]
name = "told by two"
query = "publishers:>=2"
channels = ["office"]
schedule = { days = "mon-sun", hours = "12:00-18:00", timezone = "UTC", missed = "deliver" }
"#;
    for (until, delivered) in [(60, vec!["timer 1@office"]), (13 * 60, vec![])] {
        let mut desk = Desk::with(OFFICE);
        let held = version("Budget cut", Some(until));
        desk.takes(0, counting(held, 0, &[(1, until, 1)]));
        let report = elsewhere("Budget cut", Verdict::Repeat);
        desk.takes(10, counting(report, 1, &[(1, until, 2)]));
        desk.wakes(60);
        desk.restarts();
        assert_eq!(desk.wakes(12 * 60), delivered, "an embargo until minute {until}");
    }
}
