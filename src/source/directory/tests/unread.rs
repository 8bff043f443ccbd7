//! Files that cannot be read, or not yet.

use super::*;

#[tokio::test]
async fn a_file_that_vanishes_before_it_is_read_is_no_reject() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), at(1_770_000_000));
    let config = Config::built_in().sources.remove(0);
    let file = folder.path().join("a.ninjs");
    let mut unread = Patience::default();
    let ready = Ready::alone(file.clone());
    assert!(read(&config, &ready, &bench.context, &mut unread).await.is_none());
    std::fs::write(&file, "{\"headline\": \"Ferry late\"}").unwrap();
    let look = Look::at(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(contents(&file, &look).await, Err(Unread::Changed)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_that_is_put_in_the_place_of_a_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ninjs");
    std::fs::write(&file, "{\"headline\": \"Ferry late\"}").unwrap();
    let look = Look::at(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&file).status().unwrap();
    assert!(made.success());
    let read = tokio::time::timeout(Duration::from_secs(10), contents(&file, &look)).await;
    // Whoever waits in `open` is let go, so that the test can fail.
    let _ = std::fs::OpenOptions::new().read(true).write(true).open(&file);
    assert!(matches!(read, Ok(Err(Unread::Changed))));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_just_now_is_read_later() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), at(1_770_000_000));
    let config = Config::built_in().sources.remove(0);
    let file = folder.path().join("a.ninjs");
    let (now, mut unread) = (bench.context.clock.now(), Patience::default());
    std::fs::write(&file, "{\"headline\": \"Ferry late\"}").unwrap();
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    assert!(unread.waits_longer(&file, &denied, now) && unread.waits(&file, now));
    let ready = Ready::alone(file);
    let mut read = read(&config, &ready, &bench.context, &mut unread).await.unwrap();
    assert_eq!(read.records.by_ref().flatten().count(), 1);
    assert!(read.records.readable());
}
