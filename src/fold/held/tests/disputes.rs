//! What is held, and contradicts or is contradicted.

use super::*;

#[test]
fn what_was_killed_under_its_embargo_disputes_nothing() {
    let mut desk = Desk::open();
    desk.takes(agency(0, DENIED, Some(3)));
    let report = desk.takes(item("Coast Post", 1, AGREED));
    assert_eq!((report.story, report.disputes), (StoryId(1), false));
    let kill = Item { pubstatus: PubStatus::Canceled, ..agency(2, "Kill this", None) };
    let kill = desk.takes(kill);
    assert_eq!((counted(kill.state), to_come(&kill)), ((2, 1, false), vec![]));
    let split = desk.split(1, 0);
    let Corrected::Split(parted) = desk.corrects(4, split) else { panic!("it is a split") };
    assert!(parted.held && parted.course.to_come.is_empty());
    let (latest, left) = parted.left.expect("the others are there");
    assert_eq!((latest, counted(left.state)), (Some(Seq(1)), (2, 1, false)));
}

#[test]
fn a_contradiction_of_a_held_item_shows_when_it_comes_out() {
    for (held, report) in [(AGREED, DENIED), (DENIED, AGREED)] {
        let mut desk = Desk::open();
        desk.takes(agency(0, held, Some(4)));
        let report = desk.takes(item("Coast Post", 1, report));
        assert_eq!((report.story, report.disputes), (StoryId(1), false));
        assert_eq!(counted(report.state), (1, 1, false));
        assert_eq!(to_come(&report), [(0, Some(4), (2, 2, true))]);
        let out = report.course().with(Seq(0)).expect("it is to come");
        assert!(out.disputes);
        assert!(desk.takes(item("Dune Gazette", 5, "Chess champion retires")).ahead.is_none());
        let after = desk.takes(item("Coast Post", 6, AGREED));
        assert_eq!((after.disputes, counted(after.state)), (false, (3, 2, true)));
    }
}

#[test]
fn a_held_item_that_contradicts_what_was_reported_says_so_when_it_comes_out() {
    let mut desk = Desk::open();
    desk.takes(item("Coast Post", 0, AGREED));
    let held = desk.takes(agency(1, DENIED, Some(4)));
    assert_eq!((held.story, counted(held.state)), (StoryId(1), (1, 1, false)));
    assert!(held.out(Seq(1)).disputes && held.out(Seq(1)).state.disputed);
    let lifted = desk.takes(agency(2, DENIED, None));
    assert_eq!((lifted.disputes, counted(lifted.state)), (true, (3, 2, true)), "lifted");
}

#[test]
fn two_held_items_dispute_their_story_when_the_second_comes_out() {
    let mut desk = Desk::open();
    desk.takes(agency(0, AGREED, Some(6)));
    let denial = Item { uri: Some("tag:agency,2".to_owned()), ..agency(1, DENIED, Some(4)) };
    let denial = desk.takes(denial);
    assert_eq!((denial.story, denial.disputes), (StoryId(1), false));
    assert_eq!(to_come(&denial), [(1, Some(4), (1, 1, false)), (0, Some(6), (2, 1, true))]);
    let between = desk.takes(item("Coast Post", 5, "Chess champion retires"));
    assert_eq!(between.ahead, None);
    let again = desk.takes(agency(7, AGREED, None));
    assert_eq!((again.verdict, again.disputes), (Verdict::Repeat, false));
    assert_eq!((again.story, counted(again.state)), (StoryId(1), (3, 1, true)));
}

#[test]
fn stories_that_are_merged_by_hand_are_disputed_when_what_is_held_comes_out() {
    let mut desk = Desk::open();
    desk.takes(item("Coast Post", 0, "Chess champion Ilvana retires at 31"));
    desk.takes(item("Coast Post", 0, AGREED));
    desk.takes(agency(1, DENIED, Some(4)));
    let split = desk.split(2, 2);
    desk.corrects(2, split);
    let Corrected::Merge(merged) = desk.corrects(2, Ask::Merge(StoryId(2), StoryId(3))) else {
        panic!("it is a merge")
    };
    assert_eq!((merged.latest, merged.held), (Seq(1), false), "the held one is not shown");
    assert_eq!(counted(merged.course.state), (1, 1, false));
    assert_eq!(counted(merged.course.at(at(4))), (2, 2, true));
    // A correction by hand sees what has come out before it.
    let Corrected::Merge(merged) = desk.corrects(5, Ask::Merge(StoryId(1), StoryId(2))) else {
        panic!("it is a merge")
    };
    assert_eq!((merged.latest, counted(merged.course.state)), (Seq(2), (3, 2, true)));
}
