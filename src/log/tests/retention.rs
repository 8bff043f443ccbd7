//! What goes, what stays, and what a reader behind it is told.

use super::*;
use crate::config::OnFull;

const SECOND: Duration = Duration::from_secs(1);

fn keep(seconds: u32) -> Keep {
    Keep {
        records: SECOND * seconds,
        window: SECOND,
        identities: SECOND * 1_000,
        carried: SECOND * 1_000,
        max_size: 1 << 30,
        on_full: OnFull::Block,
    }
}

fn seqs_kept(log: &Log) -> Vec<u64> {
    (1..200).filter(|seq| log.view().intake(Seq(*seq)).unwrap().is_some()).collect()
}

#[test]
fn records_past_their_time_go() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    let before = log.size();
    let trimmed = log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(trimmed, Trimmed { records: 89, skipped: 0, more: false });
    assert_eq!(positions(&log.view()), (90..101).collect::<Vec<_>>());
    assert_eq!(seqs_kept(&log), (90..101).collect::<Vec<_>>());
    assert!(log.size() < before / 5, "{} of {before}", log.size());
    assert_eq!(log.trim(&keep(10), 0, at(0)).unwrap(), Trimmed::default());
}

#[test]
fn a_record_that_a_sink_has_not_had_stays() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("archive", Position::FIRST);
    log.attach("desk", Position::FIRST);
    log.append(&items(1..101)).unwrap();
    log.note_cursor("archive", Cursor { next: Position(101), state: Vec::new() });
    log.note_cursor("desk", Cursor { next: Position(31), state: Vec::new() });
    assert_eq!(log.trim(&keep(10), 0, at(0)).unwrap().records, 30);
    assert_eq!(positions(&log.view())[0], 31);
    // What retention relied on is as durable as what it removed.
    let stored = log.view().cursors().unwrap();
    assert_eq!(stored[1].1.next, Position(31));
    log.detach("desk");
    assert_eq!(log.trim(&keep(10), 0, at(0)).unwrap().records, 59);
}

#[test]
fn an_item_under_an_embargo_stays_until_every_sink_has_had_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position::FIRST);
    let mut embargoed = item(7);
    if let Entry::Item { decision, .. } = &mut embargoed {
        decision.embargo = Some(at(60));
    }
    log.append(&items(1..7)).unwrap();
    log.append(&[embargoed]).unwrap();
    log.append(&items(8..50)).unwrap();
    log.note_cursor("desk", Cursor { next: Position(50), state: Vec::new() });
    assert_eq!(log.view().held().unwrap(), [Seq(7)]);
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view())[0], 7, "it is held");
    log.append(&[timer(60, 7)]).unwrap();
    assert!(log.view().held().unwrap().is_empty());
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view())[0], 7, "released, but the sink has not had it");
    log.note_cursor("desk", Cursor { next: Position(51), state: Vec::new() });
    log.append(&items(100..101)).unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view()), [51]);
}

#[test]
fn an_item_that_a_later_timer_delivers_stays_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..50)).unwrap();
    log.append(&[timer(60, 7)]).unwrap();
    log.append(&items(61..70)).unwrap();
    log.trim(&keep(15), 0, at(0)).unwrap();
    assert_eq!(seqs_kept(&log)[0], 7);
    let reads = read_all(&log.view(), Position(50));
    assert!(matches!(&reads[0], Read::Record(_, Some(item)) if item.arrival.seq == Seq(7)));
    log.append(&items(100..101)).unwrap();
    log.trim(&keep(15), 0, at(0)).unwrap();
    assert_eq!(seqs_kept(&log), [100]);
}

#[test]
fn identities_and_carried_stories_outlive_the_records() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for seq in 1..60 {
        let mut entry = item(seq);
        if let Entry::Item { decision, .. } = &mut entry {
            // A younger story becomes each of the even ones.
            decision.fold.merged.extend(seq.is_multiple_of(2).then(|| StoryId(seq + 1)));
        }
        log.append(&[entry]).unwrap();
    }
    let count = || {
        let identities = log.view().identities().count();
        let (mut carried, mut aliases) = (0, 0);
        log.view().carried(|_| carried += 1).unwrap();
        log.view().aliases(|_, _| aliases += 1).unwrap();
        (identities, carried, aliases)
    };
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!((positions(&log.view()).len(), count()), (11, (59, 59, 29)));
    let shorter = Keep { identities: SECOND * 20, carried: SECOND * 30, ..keep(10) };
    log.trim(&shorter, 0, at(0)).unwrap();
    assert_eq!((positions(&log.view()).len(), count()), (11, (21, 31, 16)));
}

#[test]
fn a_full_log_makes_room_where_it_may_and_says_who_is_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position::FIRST);
    log.append(&items(1..101)).unwrap();
    let tight = Keep { max_size: log.size(), ..keep(1_000) };
    assert_eq!(log.trim(&tight, 0, at(0)).unwrap(), Trimmed::default());
    let error = log.room(&tight, 0, at(0)).unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Full);
    assert!(error.to_string().contains("the sink `desk` has not had"), "{error}");
    log.note_cursor("desk", Cursor { next: Position(101), state: Vec::new() });
    while log.trim(&tight, 0, at(0)).unwrap().records > 0 {}
    log.room(&tight, 0, at(0)).unwrap();
    let left = positions(&log.view()).len();
    assert!((70..=80).contains(&left), "only as much as needed went: {left} left");
}

#[test]
fn to_make_room_nothing_of_the_window_goes() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    let tight = Keep { max_size: 16, window: SECOND * 50, ..keep(1_000) };
    while log.trim(&tight, 0, at(0)).unwrap().records > 0 {}
    assert_eq!(positions(&log.view())[0], 50);
    let refused = |keep: &Keep| log.room(keep, 0, at(0)).unwrap_err().to_string();
    assert!(refused(&tight).contains("within `window`"), "{}", refused(&tight));
    let shorter = Keep { records: SECOND * 50, window: SECOND * 60, ..tight };
    assert!(refused(&shorter).contains("within `retain`"), "{}", refused(&shorter));
}

#[test]
fn while_nothing_can_be_committed_for_want_of_room_records_go_on_ageing() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    let full = Keep { max_size: log.size(), window: SECOND * 200, ..keep(1_000) };
    assert_eq!(log.trim(&full, 0, at(100)).unwrap(), Trimmed::default());
    assert!(log.room(&full, 0, at(100)).is_err());
    while log.trim(&full, 0, at(250)).unwrap().records > 0 {}
    log.room(&full, 0, at(250)).unwrap();
    let first = positions(&log.view())[0];
    assert!((20..=50).contains(&first), "what is younger than the window stays: {first}");
    // A clock that was set back takes nothing back.
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view())[0], 90);
}

#[test]
fn skipping_leaves_a_counted_gap_for_the_sink_that_was_behind() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position::FIRST);
    log.append(&items(1..101)).unwrap();
    log.note_cursor("desk", Cursor { next: Position(11), state: Vec::new() });
    let tight = Keep { max_size: log.size(), on_full: OnFull::Skip, ..keep(1_000) };
    let mut skipped = 0;
    while log.room(&tight, 0, at(0)).is_err() {
        skipped += log.trim(&tight, 0, at(0)).unwrap().skipped;
    }
    let first = positions(&log.view())[0];
    assert_eq!(skipped, first - 11);
    let (reads, _) = log.view().decisions_from(Position(11), 10).unwrap();
    let gap = Gap { from: Position(11), to: Position(first), cause: GapCause::Trimmed };
    assert_eq!(reads[0], Read::Gap(gap));
    assert_eq!(reads.len(), 11, "a gap does not count against the limit");
}
