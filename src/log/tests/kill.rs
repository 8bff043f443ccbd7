//! A process that appends is killed at random moments. What it acknowledged is there afterwards,
//! and the positions have no hole.
//!
//! The child is this test binary again, running only `child`. `WIREFOLD_KILL_CYCLES` sets how
//! often it is killed; 10 times by default.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use xxhash_rust::xxh3::xxh3_64;

use super::*;

/// Tells the child that it is one, and where its log is.
const DIR: &str = "WIREFOLD_KILL_CHILD_DIR";
/// What the child says of a commit: this, and the end of the log.
const ACKNOWLEDGED: &str = "acknowledged ";

/// Appends groups of changing size, acknowledges each on standard output, moves a cursor and
/// removes what is old, until it is killed.
#[test]
#[ignore = "the child of the test below"]
fn child() {
    // By itself it has nothing to do.
    let Ok(dir) = std::env::var(DIR) else { return };
    let log = open(Path::new(&dir));
    log.attach("desk", Position::FIRST);
    let keep = Keep {
        records: Duration::from_secs(5_000),
        window: Duration::from_secs(1_000),
        identities: Duration::from_secs(5_000),
        carried: Duration::from_secs(5_000),
        max_size: 1 << 30,
        on_full: crate::config::OnFull::Block,
    };
    loop {
        let next = log.next_seq().0;
        let mut batch = items(next..next + 1 + xxh3_64(&next.to_le_bytes()) % 200);
        if next.is_multiple_of(3) {
            batch.push(timer(next, next));
        }
        let end = log.append(&batch).unwrap().end;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{ACKNOWLEDGED}{end}").unwrap();
        out.flush().unwrap();
        log.note_cursor("desk", Cursor { next: end, state: Vec::new() });
        log.trim(&keep, 0, Timestamp::MIN).unwrap();
    }
}

fn start(dir: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "log::tests::kill::child", "--ignored", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the child after some acknowledgements, while it writes the next group, and returns the
/// last end that it acknowledged.
fn kill_after(mut child: Child, acknowledgements: u64) -> Position {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let end = |line: String| line.split_once(ACKNOWLEDGED)?.1.parse().ok().map(Position);
    let mut ends = lines.by_ref().map_while(Result::ok).filter_map(end);
    let mut last = ends.nth(acknowledgements as usize).expect("the child appends");
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said while it was being killed counts as well.
    if let Some(end) = ends.last() {
        last = end;
    }
    last
}

#[test]
fn what_a_killed_process_left_is_not_read_while_somebody_else_is_to_mend_it() {
    let dir = tempfile::tempdir().unwrap();
    kill_after(start(dir.path()), 1);
    let held = directory::Directory::hold(dir.path()).unwrap();
    let error = View::open(dir.path()).err().unwrap();
    assert_eq!(error.kind(), LogErrorKind::Unclean, "{error}");
    assert!(error.to_string().contains("Try again in a moment"), "{error}");
    // Who waits sees it mended.
    let path = dir.path().to_owned();
    let reader = std::thread::spawn(move || View::open(&path).map(|view| view.bounds()));
    drop(held);
    reader.join().unwrap().unwrap().unwrap();
}

#[test]
fn what_a_killed_process_acknowledged_is_there() {
    let cycles = std::env::var("WIREFOLD_KILL_CYCLES").ok().and_then(|n| n.parse().ok());
    let dir = tempfile::tempdir().unwrap();
    for cycle in 0..cycles.unwrap_or(10_u64) {
        let acknowledgements = xxh3_64(&cycle.to_le_bytes()) % 12;
        let acknowledged = kill_after(start(dir.path()), acknowledgements);

        // Whoever looks first finds it readable.
        let view = View::open(dir.path()).unwrap();
        assert!(view.bounds().unwrap().1 >= acknowledged, "cycle {cycle}");
        let verified = view.verify(|fault| panic!("cycle {cycle}: {fault}")).unwrap();
        assert_eq!(verified.faults, 0, "cycle {cycle}");
        drop(view);

        let log = open(dir.path());
        let (first, end) = log.view().bounds().unwrap();
        assert!(end >= acknowledged, "cycle {cycle}: {end} of {acknowledged}");
        assert!(log.attach("desk", Position::FIRST).next >= first, "cycle {cycle}");
        let kept = positions(&log.view());
        assert_eq!(kept, (first.0..end.0).collect::<Vec<_>>(), "cycle {cycle}");
        // Each item is there with its decision: `positions` would have met a gap.
        let window: Vec<_> = log.view().window(Timestamp::MIN).unwrap().collect();
        assert_eq!(window.len(), kept.len(), "cycle {cycle}");
    }
}
