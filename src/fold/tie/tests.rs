use jiff::SignedDuration;

use crate::feedback::{Ask, Request};
use crate::fold::tests::{at, decide, fold, item};
use crate::item::{Arrival, Item, PubStatus, Seq};
use crate::story::{Folded, StoryId, Verdict};

const GROUNDED: &str = "Ferry runs aground off Sandvik";
const LIFTED: &str = "Coastguard helicopters lift forty passengers from rocks";
const BOTH: &str =
    "Coastguard helicopters lift forty passengers as ferry runs aground off Sandvik rocks";

/// Two stories, and the item that has something of each.
fn told() -> [Item; 3] {
    let named = |n: i64, headline| Item {
        uri: Some(format!("tag:example.org,2026:{n}")),
        ..item(&format!("Publisher {n}"), n, headline)
    };
    [named(0, GROUNDED), named(1, LIFTED), named(2, BOTH)]
}

#[test]
fn an_item_that_tells_two_stories_makes_them_one() {
    let mut fold = fold();
    let [grounded, lifted, both] = told().map(|item| {
        let seq = item.versioncreated.unwrap().duration_since(at(0)).as_hours() as u64;
        decide(&mut fold, seq, item).decision
    });
    assert_eq!((grounded.story, lifted.story), (StoryId(1), StoryId(2)));
    assert_eq!((both.story, &both.merged[..]), (StoryId(1), &[StoryId(2)][..]));
    assert_eq!(both.verdict, Verdict::Development);
    assert_eq!((both.state.items, both.state.publishers), (3, 3));
    assert!(both.evidence.reason.ends_with("Story s2 is s1 now."), "{}", both.evidence.reason);
    assert_eq!(fold.stories(), 1);

    // What only the younger one told, and a new version of what opened it, are of the story now.
    let like =
        decide(&mut fold, 3, item("Hill Herald", 3, "Helicopters lift passengers from rocks"));
    assert_eq!((like.decision.story, like.decision.evidence.of), (StoryId(1), Some(Seq(1))));
    let [_, lifted, _] = told();
    let version = Item { headline: format!("{LIFTED}, one dead"), ..lifted };
    let version = decide(&mut fold, 4, version).decision;
    assert_eq!((version.verdict, version.story), (Verdict::Revision, StoryId(1)));
    assert_eq!(version.state.items, 5);
}

#[test]
fn a_start_finds_the_stories_as_one_and_forgets_them_as_one() {
    let (mut decided, mut applied) = (fold(), fold());
    // The log knows of it before the start comes to the item that says so.
    applied.restore_alias(StoryId(2), StoryId(1));
    for (seq, item) in (0..).zip(told()) {
        let folded = decide(&mut decided, seq, item);
        applied.apply(&folded.prepared, &folded.decision);
    }
    applied.restored(StoryId(3));
    for (seq, headline) in [(3, LIFTED), (4, "Lighthouse keeper of Tarn wins chess prize")] {
        let next = || item("Hill Herald", seq, headline);
        let a: Folded = decide(&mut decided, seq as u64, next());
        assert_eq!(a.decision, decide(&mut applied, seq as u64, next()).decision, "{headline}");
    }
    for fold in [&mut decided, &mut applied] {
        let year = 365 * 24;
        decide(fold, 5, item("Fjord Wire", year, "Wheat prices fall as rains return"));
        assert_eq!(fold.stories(), 1);
        assert_eq!(fold.stories.resolve(StoryId(2)), StoryId(2), "no id leads to what is gone");
    }
}

#[test]
fn what_is_held_withdrawn_or_parted_ties_nothing() {
    let joined = |fold: &mut _, both: Item| decide(fold, 9, both).decision.merged;
    let opened = || {
        let mut fold = fold();
        let [grounded, lifted, both] = told();
        decide(&mut fold, 0, grounded);
        decide(&mut fold, 1, lifted);
        (fold, both)
    };

    let (mut fold, both) = opened();
    let held = Item { embargoed: Some(at(2) + SignedDuration::from_hours(1)), ..both.clone() };
    assert!(joined(&mut fold, held).is_empty(), "an embargo");
    let past = Item { embargoed: Some(at(2) - SignedDuration::from_hours(1)), ..both };
    let (mut fold, _) = opened();
    assert_eq!(joined(&mut fold, past), [StoryId(2)], "an embargo that has ended");

    let (mut fold, both) = opened();
    let [_, lifted, _] = told();
    let kill = Item { pubstatus: PubStatus::Canceled, lifecycle: true, ..lifted };
    assert_eq!(decide(&mut fold, 2, kill).decision.verdict, Verdict::Kill);
    assert!(joined(&mut fold, both).is_empty(), "a kill");

    let (mut fold, both) = opened();
    let merge = Request::new(Ask::Merge(StoryId(1), StoryId(2)), at(1));
    fold.correct(&merge).unwrap();
    let [_, lifted, _] = told();
    let arrival =
        Arrival { seq: Seq(1), received: at(1), source: String::new(), record: Ok(lifted) };
    let ask = Ask::Split { story: StoryId(1), item: Box::new(arrival.clone()) };
    let prepared = crate::prepare::Prepare::new().prepare(arrival).unwrap();
    let split = Request { prepared: Some(Box::new(prepared)), ..Request::new(ask, at(1)) };
    fold.correct(&split).unwrap();
    assert!(joined(&mut fold, both).is_empty(), "a split by hand");
}
