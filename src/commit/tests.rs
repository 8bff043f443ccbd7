use std::path::Path;

use super::*;
use crate::config::OnFull;
use crate::item::{Reject, RejectKind, Seq};
use crate::link::{self, Batch, Done, Sender};
use crate::log::fault::Switch;
use crate::log::sample::{at, item, items};
use crate::log::{Cursor, Position, Read};
use crate::poison::Mark;
use crate::prepare::Rejected;

const KEEP: Keep = Keep {
    records: Duration::from_secs(1_000),
    window: Duration::from_secs(1),
    identities: Duration::from_secs(1_000),
    carried: Duration::from_secs(1_000),
    max_size: 1 << 30,
    on_full: OnFull::Block,
};

struct Desk {
    log: Log,
    switch: Switch,
    tx: Sender<Envelope<Entry>>,
    rx: Receiver<Envelope<Entry>>,
}

fn desk(dir: &Path) -> Desk {
    let switch = Switch::default();
    let log = Log::open_on(dir, &switch).unwrap();
    let (tx, rx) = link::bounded("entries", 64);
    Desk { log, switch, tx, rx }
}

/// What no test here waits for stands still.
fn clock() -> Clock {
    Clock::standing(at(0))
}

/// Sends items and returns what their source waits for.
async fn send(tx: &Sender<Envelope<Entry>>, seqs: std::ops::Range<u64>) -> Done {
    let (batch, done) = Batch::new();
    for seq in seqs {
        let receipt = batch.receipt();
        tx.send(Envelope { receipt, ..Envelope::unsolicited(at(seq), item(seq)) }).await.unwrap();
    }
    done
}

fn committed(log: &Log) -> Vec<u64> {
    let (first, _) = log.view().bounds().unwrap();
    let (reads, _) = log.view().decisions_from(first, 1_000).unwrap();
    let seq = |read| match read {
        Read::Record(_, Some(intake)) => intake.arrival.seq.0,
        other => panic!("{other:?}"),
    };
    reads.into_iter().map(seq).collect()
}

#[tokio::test]
async fn what_is_waiting_is_committed_together_and_the_rest_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, tx, rx, .. } = desk(dir.path());
    let mut ends = log.watch();
    let done = send(&tx, 1..21).await;
    let options = Options { entries: 8, ..Options::new(KEEP) };
    let task = tokio::spawn(run(log.clone(), rx, options, clock()));
    assert!(done.committed().await);
    let done = send(&tx, 21..23).await;
    drop(tx);
    task.await.unwrap().unwrap();
    assert!(done.committed().await);
    assert_eq!(committed(&log), (1..23).collect::<Vec<_>>());
    assert_eq!(*ends.borrow_and_update(), Position(23));
}

#[tokio::test]
async fn a_group_ends_at_its_bounds() {
    let (tx, rx) = link::bounded("entries", 64);
    let envelope = |seq| Envelope::unsolicited(at(seq), item(seq));
    for seq in 2..40 {
        tx.send(envelope(seq)).await.unwrap();
    }
    let bounds = |entries, bytes| Options { entries, bytes, ..Options::new(KEEP) };
    assert_eq!(Group::gather(envelope(1), &rx, &bounds(5, u64::MAX)).entries.len(), 5);
    let weight = item(1).weight();
    assert_eq!(Group::gather(envelope(1), &rx, &bounds(100, 3 * weight)).entries.len(), 3);
    assert_eq!(Group::gather(envelope(1), &rx, &bounds(100, u64::MAX)).entries.len(), 33);
    assert_eq!(Group::gather(envelope(1), &rx, &bounds(100, 1)).entries.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_commit_blocks_and_tries_the_same_group_again() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, switch, tx, rx } = desk(dir.path());
    let mut end = log.watch();
    end.mark_unchanged();
    switch.broken();
    let first = send(&tx, 1..5).await;
    let task = tokio::spawn(run(log.clone(), rx, Options::new(KEEP), clock()));
    let second = send(&tx, 5..9).await;
    let waited = tokio::time::timeout(Duration::from_secs(60), end.changed()).await;
    assert!(waited.is_err(), "nothing is committed while the disk fails");
    switch.good();
    assert!(first.committed().await);
    assert!(second.committed().await);
    drop(tx);
    task.await.unwrap().unwrap();
    assert_eq!(committed(&log), (1..9).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_stays_broken_ends_the_stage_and_nacks() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, switch, tx, rx } = desk(dir.path());
    switch.broken();
    let done = send(&tx, 1..5).await;
    let error = run(log, rx, Options::new(KEEP), clock()).await.unwrap_err().to_string();
    assert!(error.starts_with("Nothing can be committed"), "{error}");
    assert!(error.contains("the disk is on fire"), "{error}");
    assert!(!done.committed().await);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_was_moved_away_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let (data, away) = (dir.path().join("data"), dir.path().join("away"));
    let Desk { log, tx, rx, .. } = desk(&data);
    std::fs::rename(&data, &away).unwrap();
    let first = send(&tx, 1..5).await;
    let metrics = Metrics::default();
    let options = Options::new(KEEP);
    let task = tokio::spawn(run_counted(log.clone(), rx, options, clock(), metrics.clone()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(metrics.stalled(), Some(Stall::Gone));
    std::fs::rename(&away, &data).unwrap();
    assert!(first.committed().await);
    assert_eq!(metrics.stalled(), None);
    std::fs::remove_dir_all(&data).unwrap();
    let second = send(&tx, 5..9).await;
    let error = task.await.unwrap().unwrap_err().to_string();
    assert!(error.contains("was moved, removed or replaced"), "{error}");
    assert!(!second.committed().await);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_waited_for_without_end() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, switch, tx, rx } = desk(dir.path());
    switch.full();
    let done = send(&tx, 1..5).await;
    let metrics = Metrics::default();
    let options = Options::new(KEEP);
    let task = tokio::spawn(run_counted(log.clone(), rx, options, clock(), metrics.clone()));
    tokio::time::sleep(Duration::from_secs(86_400)).await;
    assert_eq!(metrics.stalled(), Some(Stall::DiskFull));
    switch.good();
    assert!(done.committed().await);
    assert_eq!(metrics.stalled(), None);
    drop(tx);
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_full_log_goes_on_when_the_slow_sink_has_caught_up() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, tx, rx, .. } = desk(dir.path());
    log.append(&items(1..41)).unwrap();
    log.attach("desk", Position::FIRST);
    let options = Options::new(Keep { max_size: log.size(), ..KEEP });
    let done = send(&tx, 41..45).await;
    let metrics = Metrics::default();
    let task = tokio::spawn(run_counted(log.clone(), rx, options, clock(), metrics.clone()));
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(log.next_seq(), Seq(41), "the oldest record is still needed");
    assert_eq!(metrics.stalled(), Some(Stall::LogFull));
    log.note_cursor("desk", Cursor { next: Position(41), state: Vec::new() });
    assert!(done.committed().await);
    drop(tx);
    task.await.unwrap().unwrap();
    assert!(log.size() <= options.keep.max_size);
}

#[tokio::test(start_paused = true)]
async fn a_full_log_goes_on_when_its_oldest_records_have_left_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, tx, rx, .. } = desk(dir.path());
    log.append(&items(1..41)).unwrap();
    let window = Duration::from_secs(500);
    let options = Options::new(Keep { max_size: log.size(), window, ..KEEP });
    let clock = Clock::standing(at(45));
    let done = send(&tx, 41..45).await;
    let task = tokio::spawn(run(log.clone(), rx, options, clock.clone()));
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(log.next_seq(), Seq(41), "all is within the window");
    clock.set(at(530));
    let hour = Duration::from_secs(3_600);
    let committed = tokio::time::timeout(hour, done.committed()).await;
    assert_eq!(committed, Ok(true), "it goes on by itself");
    drop(tx);
    task.await.unwrap().unwrap();
    assert!(log.view().bounds().unwrap().0 <= Position(30), "what is younger stays");
}

#[tokio::test(start_paused = true)]
async fn cursors_are_saved_on_a_quiet_wire_and_old_records_go() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, tx, rx, .. } = desk(dir.path());
    let keep = Keep { records: Duration::from_secs(10), ..KEEP };
    let task = tokio::spawn(run(log.clone(), rx, Options::new(keep), clock()));
    assert!(send(&tx, 1..41).await.committed().await);
    log.attach("desk", Position::FIRST);
    log.note_cursor("desk", Cursor { next: Position(41), state: Vec::new() });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(log.view().cursors().unwrap()[0].1.next, Position(41));
    assert!(send(&tx, 141..142).await.committed().await);
    drop(tx);
    task.await.unwrap().unwrap();
    assert_eq!(committed(&log), [141]);
}

#[tokio::test]
async fn a_noisy_source_does_not_fill_the_log_with_its_junk() {
    let dir = tempfile::tempdir().unwrap();
    let Desk { log, tx, rx, .. } = desk(dir.path());
    tokio::spawn(run(log.clone(), rx, Options::new(KEEP), clock()));
    let (batch, done) = Batch::new();
    let count = 2 * (quota::BYTES / Reject::MAX_BYTES) as u64;
    for seq in 1..count + 1 {
        let reject = Reject::new(RejectKind::Malformed, "No news.", 0, &[b'x'; Reject::MAX_BYTES]);
        let source = if seq == count { "calm" } else { "noisy" }.to_owned();
        let entry = Entry::Rejected(Rejected { seq: Seq(seq), received: at(1), source, reject });
        let receipt = batch.receipt();
        let envelope = Envelope { received: at(1), mark: Mark::NONE, payload: entry, receipt };
        tx.send(envelope).await.unwrap();
    }
    drop(batch);
    assert!(done.committed().await);
    let kept = |seq| log.view().intake(Seq(seq)).unwrap().unwrap().arrival.record.unwrap_err();
    let bytes: usize = (1..count).map(|seq| kept(seq).bytes.len()).sum();
    assert_eq!(bytes, quota::BYTES);
    assert!(kept(count - 1).reason.starts_with("No news. Its bytes are not kept"));
    assert_eq!(kept(count).bytes.len(), Reject::MAX_BYTES);
}
