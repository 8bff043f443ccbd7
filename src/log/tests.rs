use std::path::Path;

use super::fault::Switch;
use super::sample::{at, item, item_on, items, reject, split, timer};
use super::*;
use crate::item::Identity;
use crate::story::{Ahead, Coming, Verdict};

mod damage;
mod inspection;
mod interleaving;
mod kill;
mod moved;
mod retention;

fn open(dir: &Path) -> Log {
    Log::open_on(dir, &Switch::default()).unwrap()
}

/// Everything in the decision stream from `from` on.
fn read_all(view: &View, from: Position) -> Vec<Read> {
    let (reads, next) = view.decisions_from(from, 1_000_000).unwrap();
    assert_eq!(next, view.bounds().unwrap().1, "read to the end");
    reads
}

/// The positions of everything that is kept.
fn positions(view: &View) -> Vec<u64> {
    let (first, _) = view.bounds().unwrap();
    let position = |read| match read {
        Read::Record(logged, _) => logged.position.0,
        Read::Gap(gap) => panic!("{gap:?}"),
    };
    read_all(view, first).into_iter().map(position).collect()
}

#[test]
fn entries_of_every_kind_come_back_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let change = ConfigChange { at: at(3), config: "c0ffee".into(), model: "f00d".into() };
    let feedback = split(1);
    let batch = [
        item(1),
        reject(2),
        Entry::Config(change.clone()),
        timer(4, 1),
        Entry::Feedback(feedback.clone()),
    ];
    let appended = log.append(&batch).unwrap();
    assert_eq!(appended, Appended { first: Position(1), end: Position(6) });
    drop(log);

    let log = open(dir.path());
    assert_eq!((log.next_seq(), log.next_story()), (Seq(3), StoryId(10)));
    assert_eq!(log.last_received(), Some(at(5)));
    let reads = read_all(&log.view(), Position::FIRST);
    let [a, b, c, d, e] = reads.as_slice() else { panic!("{reads:?}") };
    let Entry::Item { item, decision, .. } = &batch[0] else { unreachable!() };
    let Entry::Rejected(rejected) = &batch[1] else { unreachable!() };
    let Entry::Timer(timer) = &batch[3] else { unreachable!() };
    let taken = |read: &Read| match read {
        Read::Record(logged, intake) => (logged.clone(), intake.clone()),
        Read::Gap(gap) => panic!("{gap:?}"),
    };
    let (logged, intake) = taken(a);
    assert_eq!(logged.record, Record::Decision(decision.clone()));
    let intake = intake.unwrap();
    assert_eq!(intake.position, Position(1));
    assert_eq!(intake.arrival.record.as_ref(), Ok(&**item));
    assert_eq!((intake.arrival.received, intake.arrival.source.as_str()), (at(1), "coast"));
    let (logged, intake) = taken(b);
    assert_eq!(logged.record, Record::Rejected(Seq(2)));
    assert_eq!(intake.unwrap().arrival.record.as_ref(), Err(&rejected.reject));
    assert_eq!(taken(c), (Box::new(at_position(3, at(3), Record::Config(change))), None));
    let (logged, intake) = taken(d);
    assert_eq!(logged.record, Record::Timer(timer.clone()));
    assert_eq!(intake.unwrap().arrival.seq, Seq(1), "a timer comes with its item");
    assert_eq!(taken(e).0.record, Record::Feedback(feedback));
}

fn at_position(position: u64, at: Timestamp, record: Record) -> Logged {
    Logged { position: Position(position), at, record, first: Vec::new() }
}

#[test]
fn an_empty_log_starts_from_one_and_knows_no_time() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!((log.next_seq(), log.next_story(), log.size()), (Seq(1), StoryId(1), 0));
    assert_eq!(log.last_received(), None);
    assert_eq!(log.view().bounds().unwrap(), (Position(1), Position(1)));
    assert_eq!(read_all(&log.view(), Position::FIRST), []);
}

#[test]
fn an_item_is_found_with_what_was_decided_about_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&[item(1), timer(1, 1), item(2), reject(3)]).unwrap();
    let (intake, logged) = log.view().decision_of(Seq(2)).unwrap().unwrap();
    assert_eq!((intake.arrival.seq, logged.position), (Seq(2), Position(3)));
    let (_, logged) = log.view().decision_of(Seq(3)).unwrap().unwrap();
    assert_eq!(logged.record, Record::Rejected(Seq(3)));
    assert_eq!(log.view().decision_of(Seq(4)).unwrap(), None);
}

#[test]
fn the_window_begins_at_its_first_record() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..30)).unwrap();
    let window = |since| -> Vec<u64> {
        let seq = |read| match read {
            Ok(Read::Record(_, Some(intake))) => intake.arrival.seq.0,
            other => panic!("{other:?}"),
        };
        log.view().window(since).unwrap().map(seq).collect()
    };
    assert_eq!(window(at(0)), (1..30).collect::<Vec<_>>());
    assert_eq!(window(at(17)), (17..30).collect::<Vec<_>>());
    assert!(window(at(30)).is_empty());
}

#[test]
fn a_story_that_an_item_merged_leads_to_the_older_one() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&[item(1), item_on(2, &["sea"]), item_on(3, &["sky"])]).unwrap();
    let tying = |seq, story, merged: &[u64]| {
        let mut entry = item_on(seq, &[]);
        if let Entry::Item { decision, .. } = &mut entry {
            decision.fold.story = StoryId(story);
            decision.fold.merged = merged.iter().copied().map(StoryId).collect();
        }
        entry
    };
    log.append(&[tying(4, 2, &[3]), tying(5, 1, &[2])]).unwrap();
    let view = log.view();
    assert_eq!([1, 2, 3].map(|id| view.resolve(StoryId(id)).unwrap().0), [1, 1, 1]);
    let carried = view.carried_by(StoryId(1)).unwrap().unwrap().channels;
    assert_eq!(carried, ["harbour", "sea", "sky"]);
    let merged = |at| match view.record(Position(at)).unwrap().unwrap().record {
        Record::Decision(decision) => decision.fold.merged,
        other => panic!("{other:?}"),
    };
    assert_eq!((merged(3), merged(5)), (vec![], vec![StoryId(2)]));
}

#[test]
fn identities_and_carried_stories_are_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..4)).unwrap();
    log.append(&[item_on(4, &[]), timer(5, 1)]).unwrap();
    let remembered: Vec<_> = log.view().identities().map(Result::unwrap).collect();
    assert_eq!(remembered.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(remembered[1].identities, [Identity([2; 16]), Identity([0xff; 16])]);
    assert_eq!((remembered[1].story, remembered[1].received), (StoryId(2), at(2)));
    let past = remembered[1].past.expect("it is stored");
    assert_eq!((past.state, past.teller.map(|it| it.family)), (sample::state(2), Some(2)));
    let mut carried = Vec::new();
    log.view().carried(|row| carried.push((row.story.0, row.channels))).unwrap();
    let harbour = || vec!["harbour".to_owned()];
    let both = vec!["harbour".to_owned(), "night".to_owned()];
    assert_eq!(carried, [(1, both.clone()), (2, harbour()), (3, harbour())]);
    assert_eq!(log.view().carried_by(StoryId(1)).unwrap().unwrap().channels, both);
    assert_eq!(log.view().carried_by(StoryId(4)).unwrap(), None);
    log.append(&[Entry::Feedback(split(2))]).unwrap();
    let second = log.view().identities().map(Result::unwrap).nth(1).expect("four items");
    assert_eq!((second.story, second.past), (StoryId(9), None), "it tells nothing of that story");
}

#[test]
fn where_a_story_was_carried_before_it_ended_is_remembered_apart() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let of_first = |seq, channels: &[&str], ends: bool| {
        let mut entry = item_on(seq, channels);
        if let Entry::Item { decision, .. } = &mut entry {
            decision.fold.story = StoryId(1);
            if ends {
                let coming = Coming { item: Seq(1), until: at(90), state: sample::state(90) };
                decision.fold.verdict = Verdict::Kill;
                decision.fold.state.killed = true;
                let to_come = [coming].into();
                decision.fold.ahead = Some(Box::new(Ahead { to_come, ..Ahead::default() }));
            }
        }
        entry
    };
    let row = |story| {
        let row = log.view().carried_by(StoryId(story)).unwrap().unwrap();
        (row.channels.join(" "), row.before.join(" "))
    };
    log.append(&[of_first(1, &["sea", "sky"], false), of_first(2, &["sea", "sky"], true)]).unwrap();
    assert_eq!(row(1), ("sea sky".to_owned(), "sea sky".to_owned()));
    let mut meanwhile = of_first(3, &["sea", "sky"], true);
    if let Entry::Item { decision, .. } = &mut meanwhile {
        decision.fold.verdict = Verdict::Correction;
    }
    log.append(&[meanwhile]).unwrap();
    assert_eq!(row(1), ("sea sky".to_owned(), "sea sky".to_owned()));
    log.append(&[of_first(4, &["sky"], false), item_on(5, &["harbour"])]).unwrap();
    assert_eq!(row(1), ("sea sky".to_owned(), "sea".to_owned()));
    let mut merging = item_on(6, &[]);
    if let Entry::Item { decision, .. } = &mut merging {
        (decision.fold.story, decision.fold.merged) = (StoryId(5), vec![StoryId(1)]);
    }
    log.append(&[merging]).unwrap();
    assert_eq!(row(5), ("harbour sea sky".to_owned(), "sea".to_owned()));
    let mut all = Vec::new();
    log.view().carried(|row| all.push((row.story.0, row.before.len()))).unwrap();
    assert_eq!(all, [(1, 1), (5, 1)]);
}

#[test]
fn a_kill_that_comes_again_is_remembered_to_tell_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let killing = |seq, verdict| {
        let mut entry = item(seq);
        if let Entry::Item { item, decision, .. } = &mut entry {
            (item.lifecycle, item.headline) = (true, "KILL: Ferry leaves the harbour".to_owned());
            decision.fold.verdict = verdict;
        }
        entry
    };
    log.append(&[killing(1, Verdict::Kill), killing(2, Verdict::Repeat), item(3)]).unwrap();
    let pasts = log.view().identities().map(|row| row.unwrap().past.expect("it is stored"));
    let pasts: Vec<_> = pasts.map(|past| (past.withdraws, past.teller.is_some())).collect();
    assert_eq!(pasts, [(true, true), (false, false), (false, true)]);
}

#[test]
fn another_process_can_read_while_the_daemon_writes() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(View::open(dir.path()).err().unwrap().kind(), LogErrorKind::Missing);
    let log = open(dir.path());
    let view = View::open(dir.path()).unwrap();
    log.append(&items(1..3)).unwrap();
    assert_eq!(positions(&view), [1, 2]);
    log.append(&items(3..5)).unwrap();
    assert_eq!(positions(&view), [1, 2, 3, 4]);
}

#[test]
fn cursors_ride_in_the_next_commit() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!(log.attach("desk", Position(1)).next, Position(1));
    let cursor = Cursor { next: Position(2), state: b"offset 99".to_vec() };
    log.note_cursor("desk", cursor.clone());
    log.note_state("desk", b"read to line 7".to_vec());
    assert_eq!(log.view().cursors().unwrap(), []);
    log.append(&items(1..4)).unwrap();
    assert_eq!(log.view().cursors().unwrap(), [("desk".to_owned(), cursor.clone())]);
    let later = Cursor { next: Position(4), state: Vec::new() };
    log.note_cursor("desk", later.clone());
    log.close().unwrap();
    drop(log);
    let log = open(dir.path());
    assert_eq!(log.attach("desk", Position(1)), later);
    assert_eq!(log.state("desk"), Some(b"read to line 7".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_finds_no_commit_asks_to_be_saved() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position(1));
    log.cursors_waiting().await;
    log.save_cursors().unwrap();
    assert_eq!(log.view().cursors().unwrap().len(), 1);
}

#[test]
fn the_end_is_announced_to_those_who_watch() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let mut end = log.watch();
    assert_eq!(*end.borrow_and_update(), Position(1));
    log.append(&items(1..4)).unwrap();
    assert!(end.has_changed().unwrap());
    assert_eq!(*end.borrow(), Position(4));
}

#[test]
fn a_full_or_broken_disk_is_told_apart_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let switch = Switch::default();
    let log = Log::open_on(dir.path(), &switch).unwrap();
    log.append(&items(1..3)).unwrap();
    switch.full();
    let error = log.append(&items(3..6)).unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::DiskFull, "{error}");
    switch.broken();
    let error = log.append(&items(3..6)).unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Io, "{error}");
    switch.good();
    assert_eq!(log.append(&items(3..6)).unwrap().first, Position(3));
    assert_eq!(positions(&log.view()), [1, 2, 3, 4, 5]);
}

#[test]
fn a_commit_that_reached_the_disk_but_reported_a_failure_is_not_written_twice() {
    let dir = tempfile::tempdir().unwrap();
    let switch = Switch::default();
    let log = Log::open_on(dir.path(), &switch).unwrap();
    log.append(&items(1..3)).unwrap();
    let mut landed = Vec::new();
    for honest in 0..3 {
        let next = log.next_seq().0;
        let batch = items(next..next + 3);
        switch.lying(honest);
        let failed = log.append(&batch).is_err();
        switch.good();
        if failed {
            let before = log.view().bounds().unwrap().1;
            let appended = log.append(&batch).unwrap();
            landed.push(before == appended.end);
        }
    }
    assert_eq!(positions(&log.view()), (1..12).collect::<Vec<_>>());
    // The engine syncs twice: the first failure leaves nothing, the second a whole commit.
    assert_eq!(landed, [false, true]);
}
