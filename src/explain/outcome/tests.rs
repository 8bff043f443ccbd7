use super::*;
use crate::log::fault::Switch;
use crate::log::sample::{at, item_on, timer};
use crate::log::{Entry, Log};

/// An item of story 1.
fn told(seq: u64, channels: &[&str], verdict: Verdict) -> (Item, Decision) {
    let entry = item_on(seq, channels);
    let Entry::Item { item, mut decision, .. } = entry else { panic!("{entry:?}") };
    (decision.fold.story, decision.fold.verdict) = (StoryId(1), verdict);
    (*item, *decision)
}

fn holds(gate: Gate, until: Option<Timestamp>) -> Vec<Withheld> {
    vec![Withheld { channel: "harbour".to_owned(), gate, until, urgent: false }]
}

#[test]
fn a_channel_that_did_not_get_an_item_is_said_why() {
    let why = |change: fn(&mut Item, &mut Decision)| {
        let (mut item, mut decision) = told(2, &["harbour"], Verdict::Development);
        decision.channels = Vec::new();
        change(&mut item, &mut decision);
        missed(&item, &decision).map(|(channels, why)| format!("{}: {why}", channels.join(", ")))
    };
    let said = |change| why(change).unwrap();
    let repeats =
        "harbour: its story is there already, and `repeats` lets no Development of it through";
    assert_eq!(said(|_, _| {}), repeats);
    let until = "harbour: it is under embargo until 2026-03-01T06:00:09Z";
    assert_eq!(said(|_, it| it.embargo = Some(at(9))), until);
    assert!(said(|_, it| it.embargo = Some(Decision::OPEN_EMBARGO)).contains("a later version"));
    assert!(said(|it, _| it.seen = true).contains("`backfill`"));
    assert!(said(|_, it| it.fold.state.killed = true).contains("was withdrawn"));
    assert!(said(|_, it| it.fold.verdict = Verdict::Kill).contains("nobody there was shown"));
    let held = |_: &mut Item, it: &mut Decision| it.withheld = holds(Gate::Rank, Some(at(9)));
    assert_eq!(why(held), None, "it says so itself");
    assert_eq!(why(|_, it| it.channels.clone_from(&it.matched)), None);
}

#[test]
fn what_waited_is_told_of_when_another_item_had_its_turn() {
    let entry = |seq: u64, change: &dyn Fn(&mut Decision)| {
        let mut entry = item_on(seq, &[]);
        let Entry::Item { decision, .. } = &mut entry else { panic!("{entry:?}") };
        decision.fold.story = StoryId(1);
        change(decision);
        entry
    };
    let waits = |it: &mut Decision| it.withheld = holds(Gate::Publishers, Some(at(9)));
    let delivered = |it: &mut Decision| it.channels = vec!["harbour".to_owned()];
    let withdrawn = |it: &mut Decision| it.withheld = holds(Gate::Withdrawn, None);
    let elsewhere = |it: &mut Decision| {
        (it.fold.story, it.channels) = (StoryId(2), vec!["harbour".to_owned()]);
    };
    let own = |it: &mut Decision| {
        (it.fold.verdict, it.channels) = (Verdict::Kill, vec!["harbour".to_owned()]);
    };
    let mut turn = timer(5, 1);
    if let Entry::Timer(timer) = &mut turn {
        timer.channels = vec!["harbour".to_owned()];
    }
    let instead = Some("item 2 of its story was delivered in its place (position 2)");
    for (next, expected) in [
        (entry(2, &delivered), instead),
        (entry(2, &withdrawn), Some("item 2 withdrew it before anybody saw it")),
        (entry(2, &waits), None),
        (entry(2, &elsewhere), None),
        (entry(2, &own), None),
        (turn, None),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(dir.path(), &Switch::default()).unwrap();
        log.append(&[entry(1, &waits), next.clone()]).unwrap();
        let (_, mut decision) = told(1, &[], Verdict::New);
        waits(&mut decision);
        let found = became(&log.view(), Position::FIRST, &decision).unwrap();
        let found = found.first().map(|(_, how)| how.as_str());
        assert_eq!(found, expected, "{next:?}");
    }
}
