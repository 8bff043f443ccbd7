use super::*;
use crate::fold::tests::{at, prepare};
use crate::item::{Arrival, PubStatus, RejectKind};
use crate::prepare::Prepare;

/// What came of a version, in short.
#[derive(Debug, PartialEq)]
enum Came {
    As(Verdict),
    TooLate,
}
use Came::{As, TooLate};

fn came(fold: &mut Fold, seq: u64, item: Item) -> Came {
    match fold.decide(prepare(seq, item)).0 {
        Ok(Folded { decision, .. }) => As(decision.verdict),
        Err(refused) => {
            assert_eq!(refused.reject.kind, RejectKind::OlderVersion);
            TooLate
        }
    }
}

fn toll(source: &str, version: u64, marker: &str, dead: &str) -> Item {
    sent(source, version, &format!("{marker}{GROUNDED}, {dead} dead"))
}

/// An item of the wire that was made at an hour.
fn named(uri: &str, made: Option<i64>) -> Item {
    Item {
        uri: Some(uri.to_owned()),
        body: Some(uri.to_owned()),
        versioncreated: made.map(at),
        ..wire_item("Fjord Wire", 0, GROUNDED)
    }
}

/// An item that comes at an hour.
fn come(seq: u64, hour: i64, item: Item) -> Prepared {
    let source = item.source.clone();
    let arrival = Arrival { seq: Seq(seq), received: at(hour), source, record: Ok(item) };
    Prepare::new().prepare(arrival).expect("an item")
}

/// A kill by status, in the words of what it kills.
fn canceled(item: Item) -> Item {
    Item { pubstatus: PubStatus::Canceled, ..item }
}

#[test]
fn an_older_correction_or_kill_is_refused() {
    let mut fold = fold();
    assert_eq!(came(&mut fold, 0, toll("ftp", 1, "", "3")), As(Verdict::New));
    assert_eq!(came(&mut fold, 1, toll("ftp", 4, "CORRECTED-", "5")), As(Verdict::Correction));
    for source in ["ftp", "line"] {
        assert_eq!(came(&mut fold, 2, toll(source, 2, "CORRECTED-", "4")), TooLate, "{source}");
        assert_eq!(came(&mut fold, 2, canceled(toll(source, 3, "", "4"))), TooLate, "{source}");
    }
    assert_eq!(came(&mut fold, 2, toll("line", 4, "CORRECTED-", "5")), As(Verdict::Repeat));
    assert_eq!(came(&mut fold, 3, toll("ftp", 5, "CORRECTED-", "6")), As(Verdict::Correction));
    let killed = decide(&mut fold, 4, canceled(toll("ftp", 6, "", "6"))).decision;
    assert_eq!((killed.verdict, killed.state.killed), (Verdict::Kill, true));
}

#[test]
fn what_another_line_of_the_provider_brought_is_newer_too() {
    let mut fold = fold();
    decide(&mut fold, 0, toll("ftp", 1, "", "3"));
    decide(&mut fold, 1, toll("line", 1, "", "3"));
    let fixed = toll("line", 3, "CORRECTED-", "5");
    assert_eq!(came(&mut fold, 2, fixed), As(Verdict::Correction));
    assert_eq!(came(&mut fold, 3, toll("ftp", 2, "CORRECTED-", "4")), TooLate);
}

#[test]
fn by_its_time_alone_a_correction_is_refused_but_no_kill() {
    let at = |hours, marker: &str, dead: &str| Item {
        version: None,
        versioncreated: Some(at(hours)),
        ..toll("ftp", 0, marker, dead)
    };
    let mut fold = fold();
    decide(&mut fold, 0, at(0, "", "3"));
    decide(&mut fold, 1, at(9, "", "5"));
    assert_eq!(came(&mut fold, 2, at(5, "CORRECTED-", "4")), TooLate);
    assert_eq!(came(&mut fold, 2, canceled(at(5, "", "4"))), As(Verdict::Kill));
}

#[test]
fn a_correction_or_kill_is_one_the_first_time_only() {
    let fixed = |source| toll(source, 2, "CORRECTED-", "4");
    let killed = |source: &str| canceled(toll(source, 2, "", "3"));
    let bare = || Item { uri: None, version: None, ..toll("ftp", 2, "KILL: ", "3") };
    let noted = |source: &str| Item { body: Some(source.to_owned()), ..killed(source) };
    let timeless = || Item { version: None, versioncreated: None, ..killed("ftp") };
    for (first, again, verdict) in [
        (fixed("ftp"), fixed("ftp"), Verdict::Correction),
        (fixed("ftp"), fixed("line"), Verdict::Correction),
        (killed("ftp"), killed("ftp"), Verdict::Kill),
        (killed("ftp"), killed("line"), Verdict::Kill),
        (bare(), bare(), Verdict::Kill),
        (noted("ftp"), noted("line"), Verdict::Kill),
        (timeless(), timeless(), Verdict::Kill),
    ] {
        for told in [true, false] {
            let mut fold = fold();
            if told {
                decide(&mut fold, 0, toll("ftp", 1, "", "3"));
            } else if verdict == Verdict::Correction {
                continue;
            }
            assert_eq!(came(&mut fold, 1, first.clone()), As(verdict), "{first:?}");
            let more = decide(&mut fold, 2, again.clone()).decision;
            assert_eq!(more.verdict, Verdict::Repeat, "{again:?}: {}", more.evidence.reason);
            assert_eq!(more.state.publishers, u32::from(verdict == Verdict::Correction));
        }
    }
}

#[test]
fn two_lines_that_bring_each_version_bring_one_correction() {
    let mut fold = fold();
    let versions = [toll("ftp", 1, "", "3"), toll("ftp", 2, "CORRECTED-", "4")];
    for (seq, item) in (0..).zip(versions) {
        decide(&mut fold, seq, item);
    }
    decide(&mut fold, 2, toll("line", 1, "", "3"));
    assert_eq!(came(&mut fold, 3, toll("line", 2, "CORRECTED-", "4")), As(Verdict::Repeat));
    let other = toll("line", 3, "CORRECTED-", "4 to 6");
    assert_eq!(came(&mut fold, 4, other), As(Verdict::Correction));
}

#[test]
fn a_kill_that_comes_again_leaves_its_provider_as_it_stands() {
    let other = || wire_item("Dune Gazette", 1, &format!("{GROUNDED}, 3 dead"));
    let (mut whole, mut restarted) = (fold(), fold());
    for (seq, item) in [other(), toll("ftp", 1, "", "3"), canceled(toll("ftp", 2, "", "3"))]
        .into_iter()
        .enumerate()
    {
        let folded = decide(&mut whole, seq as u64, item);
        restarted.apply(&folded.prepared, &folded.decision);
    }
    for fold in [&mut whole, &mut restarted] {
        let again = decide(fold, 3, canceled(toll("line", 2, "", "3"))).decision;
        assert_eq!((again.verdict, again.state.publishers), (Verdict::Repeat, 1));
        // It tells the story anew under another name.
        let back = Item { uri: Some("w:2".to_owned()), ..toll("ftp", 3, "", "3") };
        assert_eq!(decide(fold, 4, back).decision.state.publishers, 2);
        let again = decide(fold, 5, canceled(toll("ftp", 2, "", "3"))).decision;
        assert_eq!((again.verdict, again.state.publishers), (Verdict::Repeat, 2));
    }
}

#[test]
fn what_was_killed_is_news_again_in_the_same_words() {
    for source in ["ftp", "line"] {
        let mut fold = fold();
        decide(&mut fold, 0, toll("ftp", 1, "", "3"));
        assert_eq!(came(&mut fold, 1, canceled(toll("ftp", 2, "", "3"))), As(Verdict::Kill));
        for _ in 0..2 {
            let late = came(&mut fold, 2, toll(source, 2, "", "3"));
            assert_eq!(late, As(Verdict::Repeat), "what the kill withdrew");
        }
        let back = decide(&mut fold, 3, toll(source, 3, "", "3")).decision;
        assert_eq!((back.verdict, back.state.killed), (Verdict::New, false), "{source}");
        assert_eq!(came(&mut fold, 4, toll(source, 3, "", "3")), As(Verdict::Repeat));
        let killed = decide(&mut fold, 5, canceled(toll(source, 4, "", "3"))).decision;
        assert_eq!((killed.verdict, killed.story), (Verdict::Kill, back.story));
    }
}

#[test]
fn a_provider_may_take_back_its_kill_of_what_others_stand_by() {
    let mut fold = fold();
    decide(&mut fold, 0, wire_item("Dune Gazette", 0, &format!("{GROUNDED}, 3 dead")));
    decide(&mut fold, 1, toll("ftp", 1, "", "3"));
    let killed = decide(&mut fold, 2, canceled(toll("ftp", 2, "", "3"))).decision;
    assert_eq!((killed.verdict, killed.state.publishers), (Verdict::Kill, 1));
    let back = decide(&mut fold, 3, toll("ftp", 3, "", "3")).decision;
    assert_eq!((back.verdict, back.state.publishers), (Verdict::Revision, 2), "{back:?}");
}

#[test]
fn a_late_copy_by_another_name_of_what_was_killed_is_no_news() {
    let copy =
        |hours| Item { uri: Some("n:1".to_owned()), ..wire_item("Fjord Wire", hours, GROUNDED) };
    for kill in [GROUNDED, "Do not use"] {
        let mut fold = fold();
        decide(&mut fold, 0, sent("ftp", 1, GROUNDED));
        let killed = decide(&mut fold, 1, canceled(sent("ftp", 4, kill))).decision;
        let late = decide(&mut fold, 2, copy(1)).decision;
        assert_eq!((late.verdict, late.story), (Verdict::Repeat, killed.story), "{kill}");
        assert_eq!((late.state.publishers, late.state.killed), (0, true));
        let (publisher, uri) = (Some("Dune Gazette".to_owned()), Some("d:1".to_owned()));
        let other = Item { publisher, uri, ..copy(1) };
        assert_eq!(decide(&mut fold, 3, other).decision.verdict, Verdict::New, "another provider");
        let after = Item { uri: Some("n:2".to_owned()), ..copy(5) };
        assert_ne!(decide(&mut fold, 4, after).decision.story, killed.story, "made after it");
    }
}

#[test]
fn a_kill_without_a_time_withdraws_no_substitute_that_was_made_before_it_came() {
    for (kill, substitute) in [(None, Verdict::New), (Some(9), Verdict::Repeat)] {
        let mut fold = fold();
        let mut verdict = |prepared| fold.decide(prepared).0.expect("an item").decision.verdict;
        assert_eq!(verdict(come(0, 0, named("w:1", Some(0)))), Verdict::New);
        assert_eq!(verdict(come(1, 10, canceled(named("w:1", kill)))), Verdict::Kill);
        assert_eq!(verdict(come(2, 11, named("w:2", Some(0)))), Verdict::Repeat, "a copy");
        assert_eq!(verdict(come(3, 11, named("w:3", Some(5)))), substitute, "{kill:?}");
    }
}

#[test]
fn a_kill_as_old_as_what_it_withdraws_or_older_withdraws_its_copies_too() {
    for kill in [0, 3] {
        let mut fold = fold();
        let mut is = |prepared| fold.decide(prepared).0.expect("an item").decision;
        let changed = Item { body: Some("Two hurt".to_owned()), ..named("w:1", Some(3)) };
        assert_eq!(is(come(0, 0, named("w:1", Some(0)))).verdict, Verdict::New);
        assert_eq!(is(come(1, 3, changed)).verdict, Verdict::Revision);
        let killed = is(come(2, 4, canceled(named("w:1", Some(kill)))));
        assert_eq!((killed.verdict, killed.state.killed), (Verdict::Kill, true));
        for (seq, made) in [(3, 1), (4, 3)] {
            let copy = is(come(seq, 5, named(&format!("w:{seq}"), Some(made))));
            assert_eq!((copy.verdict, copy.story), (Verdict::Repeat, killed.story), "{kill}");
        }
        let after = is(come(5, 6, named("w:5", Some(5))));
        assert_ne!(after.story, killed.story, "{kill}");
    }
}

#[test]
fn two_kills_of_one_time_withdraw_no_substitute_of_that_time() {
    let mut fold = fold();
    let mut is = |prepared| fold.decide(prepared).0.expect("an item").decision;
    let told = is(come(0, 0, named("w:1", Some(0))));
    assert_eq!(is(come(1, 0, named("w:2", Some(0)))).story, told.story);
    for (seq, uri) in [(2, "w:1"), (3, "w:2")] {
        let killed = is(come(seq, 2, canceled(named(uri, Some(2)))));
        assert_eq!((killed.verdict, killed.story), (Verdict::Kill, told.story));
    }
    assert_eq!(is(come(4, 2, named("w:3", Some(2)))).verdict, Verdict::New);
}

#[test]
fn how_far_a_kill_reaches_back_is_known_after_its_records_are_gone() {
    const FAR: Option<i64> = Some(300_000);
    for (told, kill, told_late, copy, verdict) in [
        (true, Some(9), None, Some(5), Verdict::Repeat),
        (true, FAR, None, Some(5), Verdict::New),
        (true, None, None, Some(5), Verdict::New),
        (false, None, Some(3), Some(2), Verdict::Repeat),
        (false, None, Some(3), Some(5), Verdict::New),
        (false, Some(2), Some(3), Some(3), Verdict::Repeat),
    ] {
        let (mut whole, mut remembered) = (fold(), fold());
        let told = told.then(|| come(0, 0, named("w:1", Some(0))));
        let kill = come(1, 10, canceled(named("w:1", kill)));
        let late = told_late.map(|made| come(2, 10, named("w:1", Some(made))));
        for prepared in told.into_iter().chain([kill]).chain(late) {
            let folded = whole.decide(prepared).0.expect("an item");
            remember(&mut remembered, &folded);
        }
        for fold in [&mut whole, &mut remembered] {
            let copy = fold.decide(come(3, 11, named("w:3", copy))).0.expect("an item");
            assert_eq!(copy.decision.verdict, verdict, "{:?}", copy.prepared.item);
        }
    }
}

#[test]
fn who_withdrew_without_a_name_is_known_after_what_it_withdrew_is_gone() {
    let sent = |uri: &str, publisher: &str, source: &str| Item {
        publisher: Some(publisher.to_owned()),
        source: source.to_owned(),
        ..named(uri, Some(0))
    };
    let dune = || sent("d:1", "Dune Gazette", "dune");
    let (mut whole, mut started) = (fold(), fold());
    for (seq, item) in [(0, sent("w:1", "Fjord Wire", "fjord")), (1, dune())] {
        let folded = whole.decide(come(seq, 0, item)).0.expect("an item");
        remember(&mut started, &folded);
    }
    let bare = Item { publisher: None, versioncreated: Some(at(1)), ..canceled(dune()) };
    let killed = whole.decide(come(2, 1, bare)).0.expect("an item");
    assert_eq!((killed.decision.verdict, killed.decision.state.publishers), (Verdict::Kill, 1));
    assert_eq!(started.apply(&killed.prepared, &killed.decision), killed.decision.teller);
    for fold in [&mut whole, &mut started] {
        let last = canceled(sent("w:1", "Fjord Wire", "fjord"));
        let last = Item { versioncreated: Some(at(2)), ..last };
        let last = fold.decide(come(3, 2, last)).0.expect("an item").decision;
        assert_eq!((last.state.publishers, last.state.killed), (0, true));
    }
}
