//! What a fold knows after a start, by names whose records are gone.

use super::*;

#[test]
fn restored_names_are_recognised() {
    let mut first = fold();
    let named = Item { uri: Some("u1".to_owned()), ..item("Fjord Wire", 0, "Ferry runs aground") };
    let folded = decide(&mut first, 5, named.clone());
    let mut second = fold();
    second.restore_identity(
        &folded.identities,
        folded.prepared.received,
        StoryId(41),
        Seq(5),
        None,
    );
    let again = decide(&mut second, 9, named);
    assert_eq!((again.decision.verdict, again.decision.story), (Verdict::Repeat, StoryId(41)));
    let other = decide(&mut second, 10, item("Coast Post", 1, "Wheat prices fall"));
    assert_eq!(other.decision.story, StoryId(42), "a restored story's number is not used again");
}

#[test]
fn a_restored_story_is_what_those_merged_into_it_were() {
    let mut fold = fold();
    fold.restore_alias(StoryId(7), StoryId(5));
    let told = |killed, n: u8| {
        let at = Timestamp::from_second(i64::from(n)).expect("a time");
        // Only the first is in dispute.
        let (first, last, disputed) = (at, at, n == 1);
        let state = StoryState { items: 1, publishers: 1, first, last, disputed, killed };
        let teller = Some(Teller { family: u32::from(n), rank: Some(u32::from(n)) });
        Past { state, teller, event: None, version: None, withdraws: false }
    };
    for (n, story, killed) in [(1, 5, false), (2, 7, false), (3, 5, true)] {
        let names = [Identity([n; 16])];
        let received = Timestamp::from_second(i64::from(n)).expect("a time");
        let past = told(killed, n);
        fold.restore_identity(&names, received, StoryId(story), Seq(n.into()), Some(&past));
    }
    fold.restored(StoryId(8));
    let story = fold.stories.get(StoryId(7)).expect("it is story 5 now");
    assert!(!story.disputed, "what the last item says");
    assert!(story.killed && story.has_family(1) && story.has_family(2));
    assert_eq!(story.best_rank, 1);
}

#[test]
fn a_restored_story_that_began_anew_is_not_withdrawn() {
    let mut fold = fold();
    for (n, family, publishers, withdraws) in [(1, 1, 1, false), (2, 1, 0, true), (3, 2, 2, false)]
    {
        let at = Timestamp::from_second(i64::from(n)).expect("a time");
        let killed = withdraws;
        let (items, disputed) = (u32::from(n), false);
        let state = StoryState { items, publishers, first: at, last: at, disputed, killed };
        let teller = Some(Teller { family, rank: None });
        let past = Past { state, teller, event: None, version: None, withdraws };
        let names = [Identity([n; 16])];
        fold.restore_identity(&names, at, StoryId(5), Seq(n.into()), Some(&past));
    }
    let story = fold.stories.get(StoryId(5)).expect("it is remembered");
    assert!(!story.killed && story.withdrew(1) && !story.withdrew(2));
}
