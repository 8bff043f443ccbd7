use super::*;
use crate::item::RejectKind;

/// What Coast Post told, what the agency holds until an hour, and the kill of the first.
fn killed_but_for_what_is_held(until: i64) -> (Desk, FoldDecision) {
    let mut desk = Desk::open();
    let coast = |hour| Item { lifecycle: true, ..item("Coast Post", hour, GROUNDED) };
    desk.takes(coast(0));
    desk.takes(agency(1, &format!("{GROUNDED}, 3 dead"), Some(until)));
    let kill = desk.takes(Item { pubstatus: PubStatus::Canceled, ..coast(2) });
    (desk, kill)
}

#[test]
fn what_is_held_by_others_keeps_no_story_alive_but_begins_it_anew() {
    let (mut desk, kill) = killed_but_for_what_is_held(4);
    assert_eq!((kill.verdict, kill.state.killed), (Verdict::Kill, true));
    assert!(!kill.evidence.reason.contains("stand"), "{}", kill.evidence.reason);
    assert_eq!(to_come(&kill), [(1, Some(4), (3, 1, false))]);
    assert!(!kill.course().at(at(4)).killed);
    let report = desk.takes(item("Dune Gazette", 3, GROUNDED));
    assert_eq!((report.verdict, report.story), (Verdict::New, StoryId(2)));
    desk.takes(item("Hill Herald", 4, "Chess champion retires"));
    let after = desk.takes(agency(5, &format!("{GROUNDED}, 4 dead"), None));
    assert_eq!((after.verdict, after.story), (Verdict::Revision, StoryId(1)));
    assert_eq!((counted(after.state), after.state.killed), ((4, 1, false), false));
}

#[test]
fn what_a_provider_holds_anew_after_it_withdrew_begins_the_story_anew_but_not_what_it_withdrew() {
    let told = |hour, dead: u32, until| agency(hour, &format!("{GROUNDED}, {dead} dead"), until);
    let coast = |hour| Item { lifecycle: true, ..item("Coast Post", hour, GROUNDED) };
    let canceled = |item| Item { pubstatus: PubStatus::Canceled, ..item };
    let mut desk = Desk::open();
    desk.takes(coast(0));
    desk.takes(told(1, 3, None));
    assert_eq!(counted(desk.takes(canceled(told(2, 3, None))).state), (3, 1, false));
    let anew = desk.takes(told(3, 4, Some(9)));
    assert_eq!((anew.story, anew.state.publishers), (StoryId(1), 1));
    let kill = desk.takes(canceled(coast(4)));
    assert!(kill.state.killed && !kill.course().at(at(9)).killed, "{kill:?}");
    assert_eq!(to_come(&kill), [(3, Some(9), (5, 1, false))]);
    let again = desk.takes(told(3, 4, Some(9)));
    assert!(!again.course().at(at(9)).killed, "it comes again: {again:?}");

    let mut desk = Desk::open();
    desk.takes(told(1, 3, None));
    desk.takes(canceled(told(2, 3, None)));
    let late = desk.takes(told(2, 3, Some(9)));
    assert_eq!((late.verdict, late.story), (Verdict::Repeat, StoryId(1)));
    assert!(late.course().at(at(9)).killed, "it is what was withdrawn");
    let next = desk.takes(told(10, 5, None));
    assert_eq!((next.verdict, next.story), (Verdict::New, StoryId(2)), "{next:?}");
}

#[test]
fn what_is_held_of_a_story_that_is_over_may_be_lifted_moved_or_killed() {
    let version =
        |hour, dead: &str, until| agency(hour, &format!("{GROUNDED}, {dead} dead"), until);
    for dead in ["3", "4"] {
        let (mut desk, _) = killed_but_for_what_is_held(9);
        let lifted = desk.takes(version(3, dead, None));
        let verdict = if dead == "3" { Verdict::Repeat } else { Verdict::Revision };
        assert_eq!((lifted.verdict, lifted.story), (verdict, StoryId(1)));
        assert_eq!((counted(lifted.state), lifted.state.killed), ((4, 1, false), false));
    }
    let (mut desk, _) = killed_but_for_what_is_held(9);
    let moved = desk.takes(version(3, "4", Some(5)));
    assert!(moved.state.killed && !moved.out(Seq(3)).state.killed);
    let killed = desk.takes(Item { pubstatus: PubStatus::Canceled, ..version(4, "4", None) });
    assert_eq!((killed.state.killed, to_come(&killed)), (true, vec![]));
}

#[test]
fn a_correction_takes_the_place_of_what_is_held_by_whatever_way_it_comes() {
    let by = |source: &str, hour, headline: &str, until| Item {
        source: source.to_owned(),
        ..agency(hour, headline, until)
    };
    let fixed = format!("CORRECTED-{GROUNDED}, 3 dead");
    let other = Some("tag:agency,2".to_owned());
    for (until, lines, amends) in
        [(None, 1, false), (None, 2, false), (Some(9), 2, false), (Some(9), 2, true)]
    {
        let mut desk = Desk::open();
        for line in ["ftp", "tcp"].iter().take(lines) {
            desk.takes(by(line, 0, GROUNDED, Some(9)));
        }
        let own = by("", 0, "", None).uri;
        let (uri, amends) = match amends {
            true => (other.clone(), own),
            false if lines == 1 => (other.clone(), None),
            false => (own, None),
        };
        let decision = desk.takes(Item { uri, amends, ..by("tcp", 1, &fixed, until) });
        assert_eq!((decision.verdict, decision.story), (Verdict::Correction, StoryId(1)));
        let ends: Vec<Seq> = (0..lines as u64).map(Seq).collect();
        assert_eq!(decision.ahead.expect("it ends some").ends, ends);
    }
}

#[test]
fn a_kill_ends_what_its_provider_holds_by_whatever_way_it_came() {
    let mut desk = Desk::open();
    for source in ["ftp", "tcp"] {
        desk.takes(Item { source: source.to_owned(), ..agency(0, GROUNDED, Some(9)) });
    }
    let kill = desk.takes(Item {
        source: "mail".to_owned(),
        pubstatus: PubStatus::Canceled,
        ..agency(1, GROUNDED, None)
    });
    assert_eq!((kill.state.killed, to_come(&kill)), (true, vec![]));
}

#[test]
fn an_older_version_breaks_no_embargo() {
    let numbered =
        |version, hour, headline: &str, until| Item { version, ..agency(hour, headline, until) };
    for (numbers, marker) in
        [([Some(1), Some(3), Some(2)], "CORRECTED-"), ([None; 3], "CORRECTED-"), ([None; 3], "")]
    {
        let mut desk = Desk::open();
        desk.takes(numbered(numbers[0], 0, GROUNDED, Some(20)));
        desk.takes(numbered(numbers[1], 3, &format!("{GROUNDED}, 5 dead"), Some(22)));
        for text in [format!("{marker}{GROUNDED}, 4 dead"), format!("{marker}{GROUNDED}")] {
            let late = Item { versioncreated: Some(at(2)), ..numbered(numbers[2], 2, &text, None) };
            let arrival = Arrival {
                seq: Seq(2),
                received: at(4),
                source: late.source.clone(),
                record: Ok(late),
            };
            let late = Prepare::new().prepare(arrival).unwrap();
            let refused = desk.fold.decide(late).0.expect_err("it is too late");
            assert_eq!(refused.reject.kind, RejectKind::OlderVersion);
        }
    }
}

#[test]
fn a_correction_that_is_held_is_one_as_often_as_it_comes() {
    let mut desk = Desk::open();
    desk.takes(agency(0, GROUNDED, None));
    let fixed = format!("CORRECTED-{GROUNDED}, 3 dead");
    for until in [Some(9), Some(9), None] {
        let decision = desk.takes(agency(1, &fixed, until));
        assert_eq!(decision.verdict, Verdict::Correction, "nobody was shown it yet");
    }
    assert_eq!(desk.takes(agency(1, &fixed, None)).verdict, Verdict::Repeat);
}

#[test]
fn a_correction_that_comes_again_ends_no_embargo_of_a_newer_version() {
    let mut desk = Desk::open();
    let fixed = || agency(1, &format!("CORRECTED-{GROUNDED}, 3 dead"), None);
    desk.takes(agency(0, GROUNDED, None));
    assert_eq!(desk.takes(fixed()).verdict, Verdict::Correction);
    desk.takes(agency(2, &format!("{GROUNDED}, 4 dead"), Some(9)));
    let arrival =
        Arrival { seq: Seq(3), received: at(3), source: fixed().source, record: Ok(fixed()) };
    let prepared = crate::prepare::Prepare::new().prepare(arrival).expect("an item");
    let refused = desk.fold.decide(prepared).0.expect_err("it is older than what is held");
    assert_eq!(refused.reject.kind, RejectKind::OlderVersion);
}

#[test]
fn what_was_withdrawn_before_it_came_tells_nothing_though_others_began_the_story_anew() {
    let coast = |hour| Item {
        uri: Some("tag:coast,1".to_owned()),
        lifecycle: true,
        ..item("Coast Post", hour, GROUNDED)
    };
    let told = |hour, dead: u32, until| agency(hour, &format!("{GROUNDED}, {dead} dead"), until);
    for own in [3, 5] {
        let mut desk = Desk::open();
        desk.takes(coast(0));
        desk.takes(told(1, 3, Some(4)));
        desk.takes(Item { pubstatus: PubStatus::Canceled, ..coast(2) });
        let late = desk.takes(Item { embargoed: Some(at(own)), ..coast(2) });
        assert_eq!((late.verdict, late.story), (Verdict::Repeat, StoryId(1)));
        assert!(late.out(Seq(3)).state.killed, "nobody is shown it");
        assert_eq!(to_come(&late), [(1, Some(4), (3, 1, false))]);
        let after = desk.takes(told(6, 4, None));
        assert_eq!((after.verdict, after.story), (Verdict::Revision, StoryId(1)));
        assert_eq!((counted(after.state), after.state.killed), ((4, 1, false), false));
    }
}
