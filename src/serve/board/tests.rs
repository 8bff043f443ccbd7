use super::*;
use crate::item::Seq;
use crate::log::Log;
use crate::log::fault::Switch;
use crate::log::sample::{self, at, item, item_on, items, reject, timer};
use crate::log::{Entry as LogEntry, Feedback};
use crate::story::StoryState;

/// A board with everything in a log of these entries.
fn board_of(entries: &[LogEntry], most: usize) -> Board {
    board_from(1, entries, most)
}

/// A board with what stands from a position on in such a log.
fn board_from(position: u64, entries: &[LogEntry], most: usize) -> Board {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(dir.path(), &Switch::default()).unwrap();
    log.append(entries).unwrap();
    let (records, _) = log.view().decided_from(Position(position), usize::MAX >> 1).unwrap();
    let mut board = Board::new(most);
    records.iter().for_each(|logged| board.apply(logged));
    board
}

/// Item `seq` as one more of story `story`.
fn joins(seq: u64, story: u64, channels: &[&str]) -> LogEntry {
    let mut entry = item_on(seq, channels);
    if let LogEntry::Item { decision, .. } = &mut entry {
        decision.fold.story = StoryId(story);
        decision.fold.state.items = 2;
    }
    entry
}

#[track_caller]
fn on(board: &Board, channel: &str) -> Vec<(u64, u64)> {
    let found = board.on(channel, Position(0), Position(u64::MAX), 100, false);
    found.into_iter().map(|(position, story)| (position.0, story.0)).collect()
}

#[test]
fn a_story_stands_where_it_was_last_delivered() {
    let entries = [item(1), item_on(2, &["harbour", "sea"]), joins(3, 1, &["harbour"])];
    let board = board_of(&entries, 100);
    assert_eq!(on(&board, "harbour"), [(3, 1), (2, 2)]);
    assert_eq!(on(&board, "sea"), [(2, 2)]);
    assert_eq!(on(&board, "nowhere"), []);
    let (_, story) = board.story(StoryId(1)).unwrap();
    assert_eq!((story.entries.len(), story.items), (2, 2));
    assert_eq!((story.carried[0].first(), story.carried[0].deliveries()), (Position(1), 2));
    let shelf = board.channel("harbour").unwrap();
    assert_eq!((shelf.stories(), shelf.deliveries, shelf.last), (2, 3, Some((Position(3), at(3)))));
}

#[test]
fn pages_go_both_ways() {
    let board = board_of(&items(1..10), 100);
    let page = |from, to, rising| {
        let found = board.on("harbour", Position(from), Position(to), 2, rising);
        found.into_iter().map(|(position, _)| position.0).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 9, false), [8, 7]);
    assert_eq!(page(0, 7, false), [6, 5]);
    assert_eq!(page(4, 100, true), [4, 5]);
    assert_eq!(page(9, 4, true), [0_u64; 0]);
}

#[test]
fn what_is_too_much_and_what_the_log_has_lost_goes_without_a_trace() {
    let mut entries = items(1..8);
    entries.push(joins(8, 6, &["harbour"]));
    let mut board = board_of(&entries, 4);
    assert_eq!(on(&board, "harbour"), [(8, 6), (7, 7), (5, 5)]);
    assert!(board.story(StoryId(4)).is_none());
    board.forget_before(Position(8));
    assert_eq!(on(&board, "harbour"), [(8, 6)], "a story with a newer record stays");
    assert_eq!(board.channel("harbour").unwrap().deliveries, 1, "of what can still be listed");
    board.forget_before(Position(9));
    assert_eq!((board.stories(), on(&board, "harbour").len()), (0, 0));
    assert_eq!(board.channel("harbour").unwrap().deliveries, 0);
}

#[test]
fn rejects_are_counted_and_timers_deliver() {
    let board = board_of(&[item_on(1, &[]), reject(2), timer(3, 1)], 100);
    assert_eq!(on(&board, "night"), [(3, 1)]);
    let rejected = board.channel(REJECTED).unwrap();
    assert_eq!((rejected.deliveries, rejected.stories()), (1, 0));
    assert_eq!(board_of(&[reject(1), item(2)], 1).channel(REJECTED).unwrap().deliveries, 0);
}

fn feedback(n: u64, change: Change, item: u64, channels: &[&str]) -> LogEntry {
    let channels = channels.iter().map(ToString::to_string).collect();
    let (state, split) = (sample::state(n), sample::split(item));
    LogEntry::Feedback(Feedback { at: at(n), change, channels, state, left: None, ..split })
}

#[test]
fn what_a_split_leaves_is_as_its_record_says() {
    let split = Change::Split { from: StoryId(1), opens: StoryId(9) };
    let mut parted = feedback(3, split, 2, &["harbour"]);
    let left = StoryState { disputed: false, ..sample::state(1) };
    if let LogEntry::Feedback(feedback) = &mut parted {
        feedback.left = Some(left);
    }
    let mut denial = joins(2, 1, &["harbour"]);
    if let LogEntry::Item { decision, .. } = &mut denial {
        decision.fold.state.disputed = true;
    }
    let board = board_of(&[item(1), denial, parted], 100);
    let (_, story) = board.story(StoryId(1)).unwrap();
    let shown = (story.items, story.publishers, story.first, story.last, story.disputed);
    assert_eq!(shown, (left.items, left.publishers, left.first, left.last, false));
}

#[test]
fn a_split_item_opens_a_story_of_its_own() {
    let split = Change::Split { from: StoryId(1), opens: StoryId(9) };
    let entries = [item(1), joins(2, 1, &["harbour"]), feedback(3, split, 2, &["harbour"])];
    let mut board = board_of(&entries, 100);
    assert_eq!(
        on(&board, "harbour"),
        [(3, 9), (1, 1)],
        "the rest stands where it was carried last"
    );
    assert_eq!(board.channel("harbour").unwrap().deliveries, 2);
    let items = |id| {
        let (_, story) = board.story(StoryId(id)).unwrap();
        story.entries.iter().map(|entry| entry.item.0).collect::<Vec<_>>()
    };
    assert_eq!((items(1), items(9)), (vec![1], vec![2, 2]));
    board.forget_before(Position(4));
    assert_eq!(board.stories(), 0);
}

#[test]
fn what_a_split_leaves_stays_on_the_channels_that_carried_it() {
    let split =
        |item| feedback(4, Change::Split { from: StoryId(1), opens: StoryId(9) }, item, &[]);
    // The lead alone was delivered on harbour, the second item on sea and, by a timer, on night.
    let mut later = timer(3, 1);
    if let LogEntry::Timer(timer) = &mut later {
        timer.item = Seq(2);
    }
    let entries = [item(1), joins(2, 1, &["sea"]), later];
    for (off, left) in [(1, &[2, 3][..]), (2, &[1])] {
        let board = board_of(&[&entries[..], &[split(off)]].concat(), 100);
        assert_eq!(on(&board, "harbour"), [(1, 1)], "without item {off}");
        assert_eq!(on(&board, "sea"), [(2, 1)], "without item {off}");
        assert_eq!(on(&board, "night"), [(3, 1)], "without item {off}");
        let (_, story) = board.story(StoryId(1)).unwrap();
        let places: Vec<_> = story.entries.iter().map(|entry| entry.position.0).collect();
        assert_eq!(places, left, "all records of item {off} have gone with it");
    }
}

#[test]
fn a_board_made_after_a_restart_shows_what_the_one_before_it_did() {
    let with = |mut entry: LogEntry, items| {
        if let LogEntry::Feedback(feedback) = &mut entry {
            feedback.state.items = items;
        }
        entry
    };
    let split = |opens| Change::Split { from: StoryId(1), opens: StoryId(opens) };
    let merge = Change::Merge { alias: StoryId(3), kept: StoryId(1) };
    let entries = [
        item(1),
        joins(2, 1, &["harbour"]),
        item_on(3, &["harbour", "sea"]),
        joins(4, 3, &["sea"]),
        with(feedback(5, split(9), 2, &["harbour"]), 1),
        with(feedback(6, merge, 4, &["harbour"]), 3),
        item(7),
        with(feedback(8, split(10), 1, &[]), 1),
    ];
    let shown = |board: &Board| {
        let count = |channel: &str| board.channel(channel).map_or(0, |shelf| shelf.deliveries);
        let story = |id| board.story(StoryId(id)).map(|(id, story)| (id.0, story.items));
        let listed = ["harbour", "sea"].map(|channel| (on(board, channel), count(channel)));
        (listed, [1, 3, 7, 9, 10].map(story))
    };
    for first in 1..=8 {
        let mut before = board_of(&entries, 100);
        before.forget_before(Position(first));
        let after = board_from(first, &entries, 100);
        assert_eq!(shown(&before), shown(&after), "records from {first} on are left");
    }
    let ([(harbour, deliveries), (sea, _)], _) = shown(&board_of(&entries, 100));
    assert_eq!((harbour, deliveries), (vec![(7, 7), (6, 1), (5, 9)], 4));
    assert_eq!(sea, [(4, 1)]);
}

#[test]
fn a_merged_story_is_found_under_both_ids_and_stands_once() {
    let merge = Change::Merge { alias: StoryId(2), kept: StoryId(1) };
    let mut by_hand = feedback(3, merge, 2, &[]);
    if let LogEntry::Feedback(feedback) = &mut by_hand {
        feedback.state.items = 2;
    }
    let mut tying = joins(3, 1, &[]);
    if let LogEntry::Item { decision, .. } = &mut tying {
        (decision.fold.state.items, decision.fold.merged) = (3, vec![StoryId(2)]);
    }
    for (merging, items) in [(by_hand, 2), (tying, 3)] {
        let entries = [item(1), item_on(2, &["harbour", "sea"]), merging];
        let mut board = board_of(&entries, 100);
        assert_eq!(on(&board, "harbour"), [(2, 1)]);
        assert_eq!(on(&board, "sea"), [(2, 1)]);
        let (id, story) = board.story(StoryId(2)).unwrap();
        assert_eq!((id, story.items, story.entries.len()), (StoryId(1), items, 3));
        board.forget_before(Position(4));
        assert_eq!((board.stories(), on(&board, "sea").len()), (0, 0));
        assert!(board.story(StoryId(2)).is_none());
    }
}

#[test]
fn what_a_digest_delivers_stands_in_one_place_and_is_never_torn() {
    let entry = |n: u64| crate::log::DigestEntry { story: StoryId(n), item: Seq(n), count: 1 };
    let digest = crate::log::Digest {
        at: at(5),
        channel: "harbour".to_owned(),
        since: at(2),
        entries: vec![entry(3), entry(2)],
        left_out: 0,
        reason: "Quiet hours.".to_owned(),
        shown: Vec::new(),
    };
    let entries = [item(1), item_on(2, &[]), item_on(3, &[]), LogEntry::Digest(digest), item(6)];
    let board = board_of(&entries, 100);
    assert_eq!(on(&board, "harbour"), [(5, 6), (4, 3), (4, 2), (1, 1)]);
    let found = board.on("harbour", Position(0), Position(5), 1, false);
    assert_eq!(found, [(Position(4), StoryId(3)), (Position(4), StoryId(2))]);
    let found = board.on("harbour", Position(2), Position(6), 1, true);
    assert_eq!(found, [(Position(4), StoryId(2)), (Position(4), StoryId(3))]);
    assert_eq!(on(&board_of(&entries, 1), "harbour"), [(5, 6)]);
}

#[test]
fn a_story_is_shown_without_what_is_held_until_that_is_out() {
    let with = |items| crate::story::StoryState { items, publishers: items, ..sample::state(1) };
    let counting = |mut entry, items| {
        if let LogEntry::Item { decision, .. } = &mut entry {
            decision.fold.state = with(items);
        }
        entry
    };
    let mut out = timer(5, 1);
    if let LogEntry::Timer(timer) = &mut out {
        let out = crate::story::Out { state: with(2), disputes: false };
        timer.shown = Some(crate::log::Shown { out, ruled: None, uncovered: true });
    }
    let entries = [counting(item_on(1, &[]), 0), counting(joins(2, 1, &["harbour"]), 1), out];
    let shown = |entries: &[LogEntry]| {
        let board = board_of(entries, 100);
        let story = board.story(StoryId(1)).map(|(_, story)| (story.items, story.publishers));
        story.expect("it is on the board")
    };
    assert_eq!([1, 2, 3].map(|n| shown(&entries[..n])), [(0, 0), (1, 1), (2, 2)]);

    // What is held counts neither where it is split off nor where it comes to.
    let split = Change::Split { from: StoryId(1), opens: StoryId(9) };
    let mut split = feedback(3, split, 1, &[]);
    if let LogEntry::Feedback(feedback) = &mut split {
        feedback.state = with(0);
    }
    let board = board_of(&[entries[0].clone(), entries[1].clone(), split], 100);
    let items = |story| board.story(StoryId(story)).map(|(_, story)| story.items);
    assert_eq!((items(1), items(9)), (Some(1), Some(0)));
}
