//! Bytes that are not what was written: found, told, and the rest served. Never a panic.

use std::fs;
use std::path::PathBuf;

use redb::ReadableTable;

use super::*;
use crate::log::store::{DECISIONS, INTAKE};

fn store_of(dir: &Path) -> PathBuf {
    directory::store_in(dir)
}

/// Overwrites one stored record with its bytes and one flipped bit.
pub(super) fn damage(
    log: &Log,
    table: redb::TableDefinition<'static, u64, store::Bytes>,
    key: u64,
) {
    log.0
        .store
        .write(|transaction| {
            let mut table = transaction.open_table(table).unwrap();
            let mut bytes = table.get(key).unwrap().unwrap().value().to_vec();
            *bytes.last_mut().unwrap() ^= 0x10;
            table.insert(key, bytes.as_slice()).unwrap();
            Ok(())
        })
        .unwrap();
}

fn damaged(from: u64, to: u64) -> Read {
    Read::Gap(Gap { from: Position(from), to: Position(to), cause: GapCause::Damaged })
}

/// A log of a hundred items that is closed: its folder, what is read of it, and its file.
fn hundred_items() -> (tempfile::TempDir, Vec<Read>, Vec<u8>) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for batch in 0..5 {
        log.append(&items(batch * 20 + 1..batch * 20 + 21)).unwrap();
    }
    let good = read_all(&log.view(), Position::FIRST);
    drop(log);
    let bytes = fs::read(store_of(dir.path())).unwrap();
    (dir, good, bytes)
}

#[test]
fn a_damaged_decision_or_item_is_a_gap_and_the_rest_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..10)).unwrap();
    damage(&log, DECISIONS, 3);
    damage(&log, INTAKE, 4);
    damage(&log, INTAKE, 8);
    let reads = read_all(&log.view(), Position::FIRST);
    assert_eq!(reads.len(), 8);
    assert_eq!(reads[2], damaged(3, 5), "neighbours are told in one gap");
    assert_eq!(reads[6], damaged(8, 9));
    let error = log.view().record(Position(3)).unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Corrupt);
    assert!(error.to_string().contains("Record 3 of the log"), "{error}");
    let error = log.view().decision_of(Seq(4)).unwrap_err();
    assert!(error.to_string().contains("Intake record 4"), "{error}");
}

#[test]
fn an_export_says_what_it_leaves_out() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.append(&items(1..10)).unwrap();
    damage(&log, DECISIONS, 3);
    damage(&log, INTAKE, 4);
    damage(&log, INTAKE, 8);
    let (mut out, mut lost) = (Vec::new(), Vec::new());
    let exported = log.view().export(Position::FIRST, &mut out, |gap| lost.push(gap)).unwrap();
    assert_eq!(exported, Exported { items: 6, damaged: 3 });
    let lost: Vec<_> = lost.into_iter().map(Read::Gap).collect();
    assert_eq!(lost, [damaged(3, 5), damaged(8, 9)]);
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 6);
}

#[test]
fn a_file_that_is_no_log_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(store_of(dir.path()), "Dear diary,\n".repeat(1_000)).unwrap();
    let error = Log::open_on(dir.path(), &Switch::default()).err().unwrap();
    assert_eq!(error.kind(), LogErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("log.redb"), "{error}");
}

#[test]
fn a_sound_log_is_salvaged_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.attach("desk", Position(3));
    log.append(&items(1..10)).unwrap();
    log.append(&[reject(10), timer(11, 2)]).unwrap();
    let (good, size) = (read_all(&log.view(), Position::FIRST), log.size());
    assert_eq!(salvage(dir.path()).unwrap_err().kind(), LogErrorKind::Locked);
    drop(log);
    let Salvaged { lost, cursors_lost, .. } = salvage(dir.path()).unwrap();
    assert_eq!((lost, cursors_lost), (0, false));
    assert!(salvage(dir.path()).is_err(), "the damaged one of the last time is there");
    let log = open(dir.path());
    assert_eq!((read_all(&log.view(), Position::FIRST), log.size()), (good, size));
    assert_eq!(log.view().cursors().unwrap()[0].1.next, Position(3));
    assert_eq!(log.view().verify(|fault| panic!("{fault}")).unwrap().faults, 0);
    log.append(&items(11..12)).unwrap();
}

#[test]
fn what_can_be_read_of_a_log_that_cannot_be_opened_is_salvaged() {
    let (dir, good, bytes) = hundred_items();
    let used = bytes.chunks(4_096).rposition(|page| page.iter().any(|byte| *byte != 0)).unwrap();
    let (mut salvaged, mut beyond) = (0, 0);
    for page in (1..=used).step_by(5) {
        let mut bad = bytes.clone();
        // The kind of the page.
        bad[page * 4_096] ^= 0xff;
        fs::write(store_of(dir.path()), &bad).unwrap();
        if Log::open_on(dir.path(), &Switch::default()).is_ok() {
            continue;
        }
        fs::write(store_of(dir.path()), &bad).unwrap();
        let done = match salvage(dir.path()) {
            Ok(done) => done,
            // What leads to all tables, or the counters.
            Err(error) => {
                assert_eq!(error.kind(), LogErrorKind::Corrupt, "page {page}: {error}");
                assert_eq!(fs::read(store_of(dir.path())).unwrap(), bad, "page {page}");
                beyond += 1;
                continue;
            }
        };
        assert_eq!(fs::read(&done.kept).unwrap(), bad, "page {page}");
        fs::remove_file(done.kept).unwrap();
        let log = open(dir.path());
        let (reads, _) = log.view().decisions_from(Position::FIRST, 1_000).unwrap();
        for read in &reads {
            if let Read::Record(logged, _) = read {
                assert_eq!(*read, good[logged.position.0 as usize - 1], "page {page}");
            }
        }
        log.append(&items(101..103)).unwrap();
        salvaged += 1;
    }
    assert!(salvaged > 3 * beyond, "{salvaged} salvaged, {beyond} not");
}

/// Blocks of the file are overwritten at many places. Whatever the engine makes of its pages then,
/// opening and reading end without a panic, and what is read is what was written.
#[test]
fn whatever_happens_to_the_file_what_is_read_was_written() {
    let (dir, good, bytes) = hundred_items();
    let (mut opened, mut served) = (0, 0);
    // Free pages lie at the end: damage there tells nothing.
    let used = bytes.chunks(4_096).rposition(|page| page.iter().any(|byte| *byte != 0)).unwrap();
    for page in (0..=used).step_by(11) {
        let mut bad = bytes.clone();
        for byte in &mut bad[page * 4_096 + 64..page * 4_096 + 96] {
            *byte = byte.wrapping_mul(31) ^ 0xa5;
        }
        fs::write(store_of(dir.path()), &bad).unwrap();
        let tried = trial::open(dir.path()).unwrap();
        assert_eq!(fs::read(store_of(dir.path())).unwrap(), bad, "a trial writes nothing");
        let log = match Log::open_on(dir.path(), &Switch::default()) {
            Ok(log) => log,
            Err(error) => {
                assert!(tried.is_err(), "page {page}: {error}");
                assert_eq!(error.kind(), LogErrorKind::Corrupt, "{error}");
                fs::write(store_of(dir.path()), &bad).unwrap();
                assert!(compact(dir.path()).is_err(), "page {page}");
                continue;
            }
        };
        opened += 1;
        let Ok((reads, _)) = log.view().decisions_from(Position::FIRST, 1_000) else { continue };
        for read in reads {
            if let Read::Record(logged, _) = &read {
                assert_eq!(read, good[logged.position.0 as usize - 1], "page {page}");
                served += 1;
            }
        }
    }
    assert!(opened > 0 && served > opened * 50, "{opened} opened, {served} records served");
}

/// On a real small disk, named by `WIREFOLD_SMALL_DISK` (a few MiB, empty, such as a tmpfs): it
/// fills up, somebody makes room, and the log goes on with nothing lost.
#[test]
fn a_disk_that_is_really_full_is_waited_for() {
    let Ok(disk) = std::env::var("WIREFOLD_SMALL_DISK") else {
        return crate::terminal::note("skipped: WIREFOLD_SMALL_DISK is not set");
    };
    let disk = Path::new(&disk);
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let log = open(&disk.join("data"));
    let next = || items(log.next_seq().0..log.next_seq().0 + 50);
    let error = loop {
        match log.append(&next()) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), LogErrorKind::DiskFull, "{error}");
    let committed = log.next_seq().0;
    log.append(&next()).unwrap_err();
    fs::remove_file(&ballast).unwrap();
    log.append(&next()).unwrap();
    assert_eq!(positions(&log.view()), (1..committed + 50).collect::<Vec<_>>());
}

#[test]
fn a_log_that_was_cut_off_while_it_was_made_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let half = dir.path().join("log.new");
    std::fs::write(&half, b"redb\x1a\x0a").unwrap();
    let log = open(dir.path());
    log.append(&items(1..3)).unwrap();
    assert_eq!(positions(&log.view()), [1, 2]);
    assert!(!half.exists());
}

#[test]
fn an_empty_file_is_a_damaged_log_and_never_taken_for_a_new_one() {
    let (dir, _, bytes) = hundred_items();
    for length in [0, 6, 20] {
        fs::write(store_of(dir.path()), &bytes[..length]).unwrap();
        let error = Log::open_on(dir.path(), &Switch::default()).err().unwrap();
        assert_eq!(error.kind(), LogErrorKind::Corrupt, "{length} bytes: {error}");
        assert!(error.to_string().contains("log salvage"), "{error}");
        let error = salvage(dir.path()).unwrap_err();
        assert!(error.to_string().contains("Bring back a copy"), "{length} bytes: {error}");
        assert_eq!(fs::read(store_of(dir.path())).unwrap(), bytes[..length]);
    }
}

#[test]
fn a_log_whose_end_was_cut_off_is_left_as_it_is_and_can_be_salvaged() {
    let (dir, good, bytes) = hundred_items();
    let used = bytes.chunks(4_096).rposition(|page| page.iter().any(|byte| *byte != 0)).unwrap();
    for length in [bytes.len() - 1, bytes.len() - 4_096, used * 4_096 + 100, used * 2_048] {
        let cut = &bytes[..length];
        fs::write(store_of(dir.path()), cut).unwrap();
        let error = Log::open_on(dir.path(), &Switch::default()).err().unwrap();
        assert!(error.to_string().contains("log salvage"), "{length}: {error}");
        if let Ok(view) = View::open(dir.path()) {
            let verified = view.verify(|_| {});
            assert!(verified.is_err() || verified.unwrap().faults > 0, "{length}");
        }
        assert_eq!(fs::read(store_of(dir.path())).unwrap(), cut, "looking at it writes nothing");
        let Ok(done) = salvage(dir.path()) else {
            assert!(length < used * 4_096, "{length}: what leads to the tables was at the end");
            continue;
        };
        assert_eq!(fs::read(&done.kept).unwrap(), cut);
        fs::remove_file(done.kept).unwrap();
        let log = open(dir.path());
        if length > (used + 1) * 4_096 {
            assert_eq!(done.lost, 0);
            assert_eq!(read_all(&log.view(), Position::FIRST), good, "{length}");
        }
    }
}

/// Page after page is overwritten by zeros or by another page, which may send a walk through the
/// tree astray without a word.
#[test]
fn salvage_takes_over_whatever_can_be_looked_up_and_counts_what_cannot() {
    let (dir, _, bytes) = hundred_items();
    let used = bytes.chunks(4_096).rposition(|page| page.iter().any(|byte| *byte != 0)).unwrap();
    let found = |view: &View| -> Vec<u64> {
        let whole = |seq: &u64| matches!(view.decision_of(Seq(*seq)), Ok(Some(_)));
        (1..101).filter(whole).collect()
    };
    let (mut hurt, mut other) = (0, 2);
    for page in (2..=used).step_by(3) {
        other = if other + 7 > used { 2 } else { other + 7 };
        for with in [vec![0; 4_096], bytes[other * 4_096..][..4_096].to_vec()] {
            let mut bad = bytes.clone();
            bad[page * 4_096..][..4_096].copy_from_slice(&with);
            fs::write(store_of(dir.path()), &bad).unwrap();
            let Ok(view) = View::open(dir.path()) else { continue };
            let before = found(&view);
            drop(view);
            let Ok(done) = salvage(dir.path()) else { continue };
            fs::remove_file(done.kept).unwrap();
            let after = found(&open(dir.path()).view());
            assert!(before.iter().all(|seq| after.contains(seq)), "page {page}, as {other}");
            assert!(after.len() == 100 || done.lost > 0, "page {page}, as {other}");
            hurt += usize::from(after.len() < 100);
        }
    }
    assert!(hurt > 5, "{hurt} were hurt");
}

#[test]
fn what_an_earlier_salvage_kept_is_asked_to_be_moved_before_anything_is_done() {
    let (dir, _, bytes) = hundred_items();
    let kept = dir.path().join("log.damaged");
    fs::write(&kept, "mine").unwrap();
    let error = salvage(dir.path()).unwrap_err();
    assert!(error.to_string().contains("log.damaged of an earlier salvage"), "{error}");
    assert_eq!(fs::read(kept).unwrap(), b"mine");
    assert_eq!(fs::read(store_of(dir.path())).unwrap(), bytes);
    assert!(!dir.path().join("log.salvaged").exists());
}
