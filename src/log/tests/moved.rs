//! Somebody moves, removes or replaces the log's file while it is written.

use super::*;

/// What nobody would find after the next start is not accepted.
#[track_caller]
fn nothing_is_accepted(log: &Log) {
    let error = log.append(&items(2..4)).unwrap_err();
    assert_eq!(error.kind(), LogErrorKind::Gone, "{error}");
    log.note_cursor("desk", Cursor { next: Position(2), state: Vec::new() });
    assert_eq!(log.save_cursors().unwrap_err().kind(), LogErrorKind::Gone);
}

#[test]
fn nothing_is_accepted_by_a_log_that_was_moved_removed_or_replaced() {
    let moved: [fn(&Path); 4] = [
        |data| std::fs::rename(data, data.with_file_name("away")).unwrap(),
        |data| std::fs::remove_dir_all(data).unwrap(),
        |data| std::fs::remove_file(data.join("log.redb")).unwrap(),
        |data| {
            std::fs::copy(data.join("log.redb"), data.join("copy")).unwrap();
            std::fs::rename(data.join("copy"), data.join("log.redb")).unwrap();
        },
    ];
    for away in moved {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let log = open(&data);
        log.append(&items(1..2)).unwrap();
        away(&data);
        nothing_is_accepted(&log);
        nothing_is_accepted(&log);
        assert_eq!(positions(&log.view()), [1], "what it has is still read");
    }
}

#[test]
fn a_reader_knows_that_its_log_was_moved_and_that_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let (data, away) = (dir.path().join("data"), dir.path().join("away"));
    open(&data).append(&items(1..2)).unwrap();
    let view = View::open(&data).unwrap();
    assert!(!view.is_gone());
    std::fs::rename(&data, &away).unwrap();
    assert!(view.is_gone());
    open(&data).append(&items(1..2)).unwrap();
    assert!(view.is_gone(), "another one is in its place");
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&away, &data).unwrap();
    assert!(!view.is_gone());
}

#[test]
fn a_log_that_is_moved_back_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (data, away) = (dir.path().join("data"), dir.path().join("away"));
    let log = open(&data);
    log.append(&items(1..2)).unwrap();
    std::fs::rename(&data, &away).unwrap();
    nothing_is_accepted(&log);
    std::fs::rename(&away, &data).unwrap();
    log.append(&items(2..4)).unwrap();
    drop(log);
    assert_eq!(positions(&open(&data).view()), [1, 2, 3]);
}

#[test]
fn no_empty_log_is_made_in_the_place_of_one_that_failed_and_was_removed() {
    let dir = tempfile::tempdir().unwrap();
    let switch = Switch::default();
    let log = Log::open_on(dir.path(), &switch).unwrap();
    log.append(&items(1..2)).unwrap();
    switch.broken();
    log.append(&items(2..4)).unwrap_err();
    std::fs::remove_file(dir.path().join("log.redb")).unwrap();
    switch.good();
    nothing_is_accepted(&log);
    assert!(log.view().bounds().is_err());
    assert!(!dir.path().join("log.redb").exists());
}
