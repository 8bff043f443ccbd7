//! What goes, what stays, and what a reader behind it is told.

use super::*;
use crate::config::OnFull;

mod spared;

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
fn a_log_knows_its_items_and_what_it_may_have_had() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    for (seq, received, known) in [
        (95, at(95), true),
        (95, at(94), false),
        // Trimmed: nobody can tell.
        (5, at(5), true),
        (101, at(101), false),
        (500, at(500), false),
    ] {
        assert_eq!(log.view().knows(Seq(seq), received).unwrap(), known, "{seq} at {received}");
    }
}

#[test]
fn records_past_their_time_go() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    let before = log.size();
    let trimmed = log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(trimmed, Trimmed { records: 89, skipped: 0, ahead: 0, more: false });
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
fn a_record_that_a_sink_reads_once_more_stays() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("digest", Position::FIRST);
    log.append(&items(1..101)).unwrap();
    log.note_needed("digest", Some(Position(31)));
    log.note_cursor("digest", Cursor { next: Position(101), state: Vec::new() });
    assert_eq!(log.trim(&keep(10), 0, at(0)).unwrap().records, 30);
    assert_eq!(positions(&log.view())[0], 31);
    log.note_needed("digest", None);
    assert_eq!(log.trim(&keep(10), 0, at(0)).unwrap().records, 59);
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
fn what_channels_may_hold_back_stays_longer_than_it_would() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..101)).unwrap();
    log.hold_back(SECOND * 50);
    // A policy that is gone may have left something.
    log.hold_back(SECOND * 20);
    let tight = Keep { max_size: 16, ..keep(10) };
    while log.trim(&tight, 0, at(0)).unwrap().records > 0 {}
    assert_eq!(positions(&log.view())[0], 50);
    let refused = log.room(&tight, 0, at(0)).unwrap_err().to_string();
    assert!(refused.contains("within what a [[channel]] holds back"), "{refused}");
}

#[test]
fn a_log_knows_which_configuration_decided_last() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!(log.configured(), None);
    let noted = |config: &str| {
        let (at, config, model) = (at(1), config.to_owned(), String::new());
        Entry::Config(ConfigChange { at, config, model })
    };
    log.append(&[item(1), noted("first"), noted("second"), item(2)]).unwrap();
    log.append(&[item(3)]).unwrap();
    log.close().unwrap();
    drop(log);
    assert_eq!(open(dir.path()).configured().as_deref(), Some("second"));
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
fn records_ahead_of_the_clock_go_for_want_of_room_as_sinks_have_had_them() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..11)).unwrap();
    // The clock was wrong from here on; it is right again.
    log.append(&items(90_001..90_091)).unwrap();
    let full = Keep { max_size: log.size(), window: SECOND * 200, ..keep(1_000) };
    log.attach("desk", Position(51));
    let (mut records, mut ahead) = (0, 0);
    while let Trimmed { records: more @ 1.., ahead: of_them, .. } =
        log.trim(&full, 50_000, at(20)).unwrap()
    {
        (records, ahead) = (records + more, ahead + of_them);
    }
    assert_eq!((records, ahead), (50, 40), "what goes of the window is counted");
    assert_eq!(positions(&log.view())[0], 51, "what a sink has not had stays");
    let error = log.room(&full, 50_000, at(20)).unwrap_err().to_string();
    assert!(error.contains("the sink `desk`"), "{error}");
    log.note_cursor("desk", Cursor { next: Position(101), state: Vec::new() });
    let half = log.size() / 4;
    while log.trim(&full, half, at(20)).unwrap().records > 0 {}
    log.room(&full, half, at(20)).unwrap();
    assert!(!positions(&log.view()).is_empty(), "no more than is needed goes");
    // By a clock that agrees with them they are of the window.
    let tight = Keep { max_size: 16, ..full };
    assert_eq!(log.trim(&tight, 0, at(90_090)).unwrap(), Trimmed::default());
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
