//! Files that have the name of the sink's file at a start, and are not what it left there.

use super::*;

/// Lines of somebody else, longer than everything that the tests deliver.
fn foreign() -> String {
    let pad = " ".repeat(200);
    (900..950).map(|at| format!("{{\"position\":{at}}}{pad}\n")).collect()
}

/// A line as it stands in the file, of an item that was taken in at another time.
fn of_another_log(position: u64) -> String {
    format!(
        "{{\"type\":\"story\",\"position\":{position},\"item\":{position},\
         \"received\":\"2020-01-01T00:00:00Z\"}}\n"
    )
}

impl Bench {
    /// Delivers all that is committed and not yet delivered, and makes the cursor durable.
    async fn catch_up(&self) {
        let (mut sink, mut subscription, keeper) = self.start();
        while !subscription.is_caught_up() {
            let page = subscription.read().await.unwrap();
            deliver(&mut sink, &page, &keeper).await.unwrap();
            keeper.save(0, page.next, sink.state()).await.unwrap();
        }
    }

    /// Delivers what is left as a daemon does that is killed before the cursor is durable.
    async fn catch_up_and_be_killed(&self) {
        let (mut sink, mut subscription, keeper) = self.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
    }

    fn put(&self, text: &str) {
        std::fs::write(self.path(), text).unwrap();
    }

    fn add(&self, text: &str) {
        let mut file = std::fs::OpenOptions::new().append(true).open(self.path()).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }
}

#[tokio::test]
async fn a_path_that_leads_to_another_file_cuts_nothing_off() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..6)).unwrap();
    bench.catch_up().await;
    bench.put(&foreign());
    bench.log.append(&items(6..8)).unwrap();
    bench.catch_up_and_be_killed().await;
    // Lines that were written there are cut off after a kill as ever, and nothing else.
    bench.add(r#"{"type":"story","v":1,"#);
    bench.catch_up().await;
    assert_eq!(bench.delivered(), (900..950).chain(6..8).collect::<Vec<_>>());
}

/// Its lines are known to the log, but were acknowledged long ago.
#[tokio::test]
async fn a_path_that_leads_back_to_a_file_of_the_same_log_cuts_nothing_off() {
    let mut bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..9)).unwrap();
    bench.catch_up().await;
    let earlier = std::fs::read(bench.path()).unwrap();
    bench.rotation.size = 1_024;
    bench.log.append(&items(9..10)).unwrap();
    bench.catch_up().await;
    std::fs::write(bench.path(), earlier).unwrap();
    bench.rotation.size = 1 << 20;
    bench.log.append(&items(10..11)).unwrap();
    bench.catch_up().await;
    let text = std::fs::read_to_string(bench.path()).unwrap();
    assert_eq!(text.lines().count(), 9, "those of 1 to 8 stay");
}

#[tokio::test]
async fn lines_that_a_log_from_a_backup_does_not_know_are_not_cut_off() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..4)).unwrap();
    bench.catch_up().await;
    // Delivered after the backup was made.
    bench.add(&(4..7).map(of_another_log).collect::<String>());
    bench.log.append(&items(4..6)).unwrap();
    bench.catch_up().await;
    assert_eq!(bench.delivered(), [1, 2, 3, 4, 5, 6, 4, 5]);
}

#[tokio::test]
async fn a_place_at_the_head_of_a_file_cuts_nothing_off_there() {
    let bench = Bench::new(1_024, 0);
    bench.log.append(&items(1..4)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    let full = sink.place.unwrap();
    sink.rotate(full).await.unwrap();
    keeper.save(0, page.next, sink.state()).await.unwrap();
    for text in [foreign(), "Minutes of the harbour board".to_owned()] {
        bench.put(&text);
        bench.log.append(&items(4..5)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        let Page { events, from, .. } = &page;
        let batch = Batch { events, from: *from, turn: 0, keeper: &keeper };
        sink.find_place(&batch).await.unwrap();
        let now = std::fs::read_to_string(bench.path()).unwrap();
        assert!(now.starts_with(&text) && now.ends_with('\n'), "{now}");
    }
}

/// An older version noted where it was, and not in what.
#[tokio::test]
async fn a_place_of_an_older_version_is_gone_on_from() {
    for known in [true, false] {
        let bench = Bench::new(1 << 20, 0);
        bench.log.append(&items(1..6)).unwrap();
        bench.catch_up().await;
        let cursors = bench.log.view().cursors().unwrap();
        let (_, cursor) = cursors.into_iter().next().unwrap();
        let place = Place { mark: None, ..Place::decode(&cursor.state).unwrap() };
        bench.log.note_cursor(NAME, Cursor { state: place.encode(), ..cursor });
        bench.log.save_cursors().unwrap();
        if !known {
            bench.put(&foreign());
        }
        bench.log.append(&items(6..8)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        let before = if known { 1..6 } else { 900..950 };
        assert_eq!(bench.delivered(), before.chain(6..8).collect::<Vec<_>>());
    }
}

/// What is not acknowledged is not in the full file, when the first delivery after a kill makes it
/// full.
#[tokio::test]
async fn a_kill_that_a_rotation_follows_neither_doubles_nor_tears_a_line() {
    for torn in ["", r#"{"type":"story","v":1,"#] {
        let bench = Bench::new(4_096, 0);
        bench.log.append(&items(1..5)).unwrap();
        bench.catch_up().await;
        bench.log.append(&items(5..7)).unwrap();
        bench.catch_up_and_be_killed().await;
        bench.add(torn);
        bench.log.append(&items(7..15)).unwrap();
        bench.catch_up().await;
        assert_eq!(bench.files(), ["desk.ndjson", "desk.ndjson.000001"]);
        assert_eq!(bench.delivered(), (1..15).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_full_file_that_others_left_is_not_written_over() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..4)).unwrap();
    bench.catch_up().await;
    let theirs = bench.path().with_file_name("desk.ndjson.000001");
    std::fs::write(&theirs, foreign()).unwrap();
    let bench = Bench { rotation: Rotation { size: 1_024, ..bench.rotation }, ..bench };
    bench.log.append(&items(4..6)).unwrap();
    bench.catch_up().await;
    assert_eq!(std::fs::read_to_string(theirs).unwrap(), foreign());
    assert_eq!(bench.files(), ["desk.ndjson", "desk.ndjson.000001", "desk.ndjson.000002"]);
    let text = std::fs::read_to_string(bench.path()).unwrap();
    assert_eq!(text.lines().count(), 2, "the others are in the second");
}

#[tokio::test]
async fn what_others_add_while_the_file_is_open_stays() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..3)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    bench.add("{\"position\":900}");
    bench.log.append(&items(3..4)).unwrap();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    assert_eq!(bench.delivered(), [1, 2, 900, 3]);
}
