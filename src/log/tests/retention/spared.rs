//! Items that stay while the records around them go.

use super::*;

/// How large a log of one item, number 100, is.
fn with_one_item() -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..51)).unwrap();
    log.append(&items(100..101)).unwrap();
    log.trim(&keep(1), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view()), [51]);
    log.size()
}

/// Item `seq`, under an embargo until then.
fn embargoed(seq: u64, until: u64) -> Entry {
    let mut entry = item_on(seq, &[]);
    if let Entry::Item { decision, .. } = &mut entry {
        decision.embargo = Some(at(until));
    }
    entry
}

/// Until when the decision about an item holds it, where the log has both.
fn decided(log: &Log, seq: u64) -> Option<Timestamp> {
    match log.view().decision_of(Seq(seq)).unwrap()?.1.record {
        Record::Decision(decision) => decision.embargo,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_item_under_an_embargo_stays_until_every_sink_has_had_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position::FIRST);
    log.append(&items(1..7)).unwrap();
    log.append(&[embargoed(7, 60)]).unwrap();
    log.append(&items(8..50)).unwrap();
    log.note_cursor("desk", Cursor { next: Position(50), state: Vec::new() });
    assert_eq!(log.view().held().unwrap(), [Seq(7)]);
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(decided(&log, 7), Some(at(60)), "it is held");
    assert_eq!(positions(&log.view())[0], 39, "it alone stays");
    assert_eq!(seqs_kept(&log), [&[7], &(39..50).collect::<Vec<_>>()[..]].concat());
    log.append(&[timer(60, 7)]).unwrap();
    assert!(log.view().held().unwrap().is_empty());
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(decided(&log, 7), Some(at(60)), "released, but the sink has not had it");
    log.note_cursor("desk", Cursor { next: Position(51), state: Vec::new() });
    log.append(&items(100..101)).unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view()), [51]);
    assert_eq!((decided(&log, 7), seqs_kept(&log)), (None, vec![100]));
    assert_eq!(log.size(), with_one_item(), "what was spared is no longer counted");
}

#[test]
fn one_long_embargo_keeps_nothing_but_its_item() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&[embargoed(1, 100_000)]).unwrap();
    let one = log.size();
    log.append(&items(2..101)).unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    log.append(&items(101..151)).unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(positions(&log.view()), (140..151).collect::<Vec<_>>(), "and no hole");
    assert_eq!((decided(&log, 1), log.view().held().unwrap()), (Some(at(100_000)), vec![Seq(1)]));
    let (first, _) = log.view().bounds().unwrap();
    let (reads, _) = log.view().decisions_from(Position::FIRST, 1).unwrap();
    let gap = Gap { from: Position::FIRST, to: first, cause: GapCause::Trimmed };
    assert_eq!(reads[0], Read::Gap(gap));
    assert_eq!(log.view().verify(|fault| panic!("{fault}")).unwrap().records, 12);
    let mut exported = Vec::new();
    let found = log.view().export(Position::FIRST, &mut exported, |gap| panic!("{gap:?}")).unwrap();
    assert_eq!(found.items, 12);
    // When it is full what came after the item goes, be it all; the item does not.
    let full = Keep { max_size: 3 * one, ..keep(1_000) };
    while log.trim(&full, 0, at(0)).unwrap().records > 0 {}
    assert_eq!((decided(&log, 1), positions(&log.view())[0]), (Some(at(100_000)), 149));
    while log.trim(&full, 0, at(5_000)).unwrap().records > 0 {}
    assert_eq!((positions(&log.view()), seqs_kept(&log)), (vec![], vec![1]));
    log.append(&items(151..153)).unwrap();
    assert_eq!(log.trim(&full, 0, at(0)).unwrap(), Trimmed::default());
    assert_eq!((decided(&log, 1), positions(&log.view())), (Some(at(100_000)), vec![151, 152]));
}

#[test]
fn a_log_that_is_full_of_embargoed_items_says_so_and_skips_the_oldest() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let held: Vec<_> = (1..61).map(|seq| embargoed(seq, 5_000 + seq)).collect();
    log.append(&held).unwrap();
    let full = Keep { max_size: log.size(), ..keep(10) };
    log.append(&items(61..101)).unwrap();
    while log.trim(&full, 0, at(0)).unwrap().more {}
    assert_eq!(log.view().held().unwrap().len(), 60);
    let error = log.room(&full, 0, at(0)).unwrap_err().to_string();
    let until = at(5_001);
    assert!(error.contains(&format!("item 1, held until {until}")), "{error}");

    let skip = Keep { on_full: OnFull::Skip, ..full };
    let trimmed = log.trim(&skip, 0, at(0)).unwrap();
    log.room(&skip, 0, at(0)).unwrap();
    let held = log.view().held().unwrap();
    assert_eq!((held.len() as u64 + trimmed.skipped, held.last()), (60, Some(&Seq(60))));
    assert!((20..30).contains(&held.len()), "half of the log is theirs: {}", held.len());
    assert_eq!(decided(&log, 1), None);
    assert_eq!(log.view().verify(|fault| panic!("{fault}")).unwrap().faults, 0);
}

#[test]
fn the_end_of_an_embargo_of_an_item_that_was_given_up_is_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&(1..61).map(|seq| embargoed(seq, 5_000 + seq)).collect::<Vec<_>>()).unwrap();
    log.append(&items(61..101)).unwrap();
    let skip = Keep { max_size: log.size(), on_full: OnFull::Skip, ..keep(10) };
    log.trim(&skip, 0, at(0)).unwrap();
    assert!(log.view().intake(Seq(1)).unwrap().is_none());
    // The stages do not know, and end it with its time.
    let appended = log.append(&[timer(5_001, 1), timer(5_060, 60), item(101)]).unwrap();
    assert_eq!(appended, Appended { first: Position(101), end: Position(103) });
    let (reads, _) = log.view().decisions_from(Position(101), 10).unwrap();
    assert!(reads.iter().all(|read| matches!(read, Read::Record(..))), "{reads:?}");
    assert_eq!(log.view().verify(|fault| panic!("{fault}")).unwrap().faults, 0);
    assert_eq!(log.append(&[timer(5_002, 1)]).unwrap().end, Position(103), "not even alone");
}

#[test]
fn an_item_whose_record_is_gone_is_no_longer_held() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&[embargoed(1, 100_000)]).unwrap();
    log.append(&items(2..51)).unwrap();
    // As earlier versions left it.
    log.0
        .store
        .write(|transaction| {
            transaction.open_table(store::DECISIONS).unwrap().remove(1).unwrap();
            transaction.open_table(store::INTAKE).unwrap().remove(1).unwrap();
            Ok(())
        })
        .unwrap();
    log.trim(&keep(10), 0, at(0)).unwrap();
    assert_eq!(log.view().held().unwrap(), []);
    assert_eq!(positions(&log.view())[0], 40);
}

#[test]
fn a_digest_keeps_its_items_and_nothing_between_them() {
    use crate::log::{Digest, DigestEntry};
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let entry = |n: u64| DigestEntry { story: StoryId(n), item: Seq(n), count: 1 };
    log.append(&items(1..50)).unwrap();
    let digest = Digest {
        at: at(60),
        channel: "night".to_owned(),
        since: at(1),
        entries: vec![entry(20), entry(3)],
        left_out: 0,
        reason: "Quiet hours.".to_owned(),
        shown: Vec::new(),
    };
    log.append(&[Entry::Digest(digest)]).unwrap();
    log.append(&items(61..70)).unwrap();
    log.trim(&keep(15), 0, at(0)).unwrap();
    assert_eq!(seqs_kept(&log), [&[3, 20], &(61..70).collect::<Vec<_>>()[..]].concat());
    assert_eq!(positions(&log.view())[0], 50);
    assert!(log.view().decision_of(Seq(20)).unwrap().is_some());
}

#[test]
fn an_item_that_a_later_timer_delivers_stays_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..50)).unwrap();
    log.append(&[timer(60, 7)]).unwrap();
    log.append(&items(61..70)).unwrap();
    log.trim(&keep(15), 0, at(0)).unwrap();
    assert_eq!(seqs_kept(&log)[..2], [7, 61]);
    let reads = read_all(&log.view(), Position(50));
    assert!(matches!(&reads[0], Read::Record(_, Some(item)) if item.arrival.seq == Seq(7)));
    log.append(&items(100..101)).unwrap();
    log.trim(&keep(15), 0, at(0)).unwrap();
    assert_eq!(seqs_kept(&log), [100]);
}
