use super::*;
use crate::story::{Coming, StoryState};

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

/// All that was told of a story is withdrawn, and others hold more.
fn ends(stories: &mut Stories, story: StoryId, now: Timestamp) {
    let told = StoryState {
        items: 2,
        publishers: 1,
        first: now,
        last: now,
        disputed: false,
        killed: false,
    };
    let until = now + SignedDuration::from_hours(1);
    let to_come = [Coming { item: Seq(2), until, state: told }].into();
    let state = StoryState { killed: true, ..told };
    stories.enter(story, now).course = Some(Course { state, to_come });
    stories.carry(story, [], now);
}

#[test]
fn a_story_is_forgotten_with_its_last_item() {
    let mut stories = Stories::new(SignedDuration::from_hours(10));
    assert!(stories.enter(StoryId(1), at(0)).satisfy(7));
    assert!(!stories.enter(StoryId(1), at(8)).satisfy(7));
    stories.enter(StoryId(2), at(12));
    assert!(!stories.enter(StoryId(1), at(18)).satisfy(7), "its last item was 10 h ago");
    assert!(stories.enter(StoryId(1), at(29)).satisfy(7), "its last item was 11 h ago");
    assert_eq!(stories.arrivals.len(), 1);
}

#[test]
fn who_carried_a_story_is_told_of_updates_to_what_was_split_off_it_and_of_nothing_else() {
    let mut stories = Stories::new(SignedDuration::from_hours(10));
    stories.carry(StoryId(1), ["a"], at(0));
    stories.part(StoryId(1), StoryId(2), at(1));
    stories.carry(StoryId(2), ["b"], at(1));
    for (channel, carried, updated) in [("a", false, true), ("b", true, true), ("c", false, false)]
    {
        assert_eq!(stories.told_of(StoryId(2), channel, false), carried, "{channel}");
        assert_eq!(stories.told_of(StoryId(2), channel, true), updated, "{channel}");
    }
    stories.part(StoryId(2), StoryId(3), at(2));
    stories.unite(StoryId(4), StoryId(3), at(2));
    for channel in ["a", "b"] {
        assert!(stories.told_of(StoryId(4), channel, true), "{channel}");
    }
}

#[test]
fn what_ended_is_news_to_all_also_after_a_restart_long_after() {
    let mut stories = Stories::new(SignedDuration::from_hours(10));
    stories.carry(StoryId(1), ["a", "b"], at(0));
    ends(&mut stories, StoryId(1), at(0));
    stories.carry(StoryId(1), ["b"], at(1));
    let mut restored = Stories::new(SignedDuration::from_hours(10));
    let channels = ["a", "b"].map(str::to_owned).to_vec();
    let before = vec!["a".to_owned()];
    restored.restore(&crate::log::Carried { story: StoryId(1), at: at(1), channels, before });
    for stories in [stories, restored] {
        let told = |update| ["a", "b"].map(|it| stories.told_of(StoryId(1), it, update));
        assert_eq!((told(false), told(true)), ([false, true], [true, true]));
    }
}

#[test]
fn channels_are_remembered_for_a_year() {
    let mut stories = Stories::new(SignedDuration::from_hours(10));
    stories.carry(StoryId(1), ["a", "b", "a"], at(0));
    stories.carry(StoryId(2), ["b"], at(364 * 24));
    assert!(stories.carried(StoryId(1), "a") && !stories.carried(StoryId(2), "a"));
    assert_eq!(stories.carriers(StoryId(1)).map(|n| &**n).collect::<Vec<_>>(), ["a", "b"]);
    stories.carry(StoryId(3), ["b"], at(366 * 24));
    assert!(!stories.carried(StoryId(1), "a"));
    assert!(stories.carried(StoryId(2), "b"));
}

#[test]
fn what_ended_long_ago_is_forgotten_before_an_old_story_that_has_just_ended() {
    let mut stories = Stories::new(SignedDuration::from_hours(10));
    for story in (1..=BEFORE_MOST as u64 + 1).rev() {
        stories.carry(StoryId(story), ["a"], at(0));
        stories.part(StoryId(story), StoryId(story), at(1_000_000 - story as i64));
    }
    let told = |story| stories.before.contains_key(&StoryId(story));
    assert_eq!(stories.before.len(), BEFORE_MOST);
    assert_eq!(
        [1, 2, BEFORE_MOST as u64, BEFORE_MOST as u64 + 1].map(told),
        [true, true, true, false]
    );
}
