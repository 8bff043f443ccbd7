use super::*;
use crate::channel::{Page, Subscription};
use crate::clock::Clock;
use crate::config::{Config, File as ConfigFile};
use crate::log::fault::Switch;
use crate::log::sample::{at, items};
use crate::log::{Cursor, Log, Position};
use crate::sink::SinkErrorKind;
use crate::sink::keeper::Keeper;

mod not_ours;

/// A log, and a file sink on it that can be killed and started again.
struct Bench {
    dir: tempfile::TempDir,
    log: Log,
    rotation: Rotation,
}

const NAME: &str = "desk";

impl Bench {
    fn new(size: u64, keep: u32) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        log.attach(NAME, Position::FIRST);
        Bench { dir, log, rotation: Rotation { size, keep, compress: false } }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("out/desk.ndjson")
    }

    /// The sink and its subscription as a start finds them, from the durable cursor.
    fn start(&self) -> (FileSink, Subscription, Keeper) {
        let cursors = self.log.view().cursors().unwrap();
        let cursor = cursors.into_iter().map(|(_, cursor)| cursor).next();
        let cursor = cursor.unwrap_or(Cursor { next: Position::FIRST, state: Vec::new() });
        let sink = FileSink::new(self.path(), self.rotation, &cursor.state);
        let subscription = Subscription::new(&self.log, ["harbour"], cursor.next);
        // What was noted and is not durable is forgotten by a kill.
        self.log.note_cursor(NAME, cursor);
        let text = format!(
            "[[channel]]\nname = \"harbour\"\n[[sink.file]]\nname = \"{NAME}\"\n\
             path = \"out\"\nchannels = [\"harbour\"]"
        );
        let file = ConfigFile::new("wirefold.toml", text);
        let config = Config::parse(file, self.dir.path()).0.unwrap();
        let clock = Clock::standing(at(0));
        let keeper = Keeper::attach(&config.sinks[0], "", Position::FIRST, &self.log, &clock);
        (sink, subscription, keeper)
    }

    /// All positions in all files, oldest first.
    fn delivered(&self) -> Vec<u64> {
        let mut paths: Vec<_> =
            self.files().into_iter().map(|name| self.path().with_file_name(name)).collect();
        // The one without a number is the newest.
        paths.sort_by_key(|path| (path.extension().is_some_and(|e| e == "ndjson"), path.clone()));
        let texts = paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap());
        let position = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("no torn line");
            line["position"].as_u64().unwrap()
        };
        texts.flat_map(|text| text.lines().map(position).collect::<Vec<_>>()).collect()
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path().join("out")).unwrap();
        let name = |entry: io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(|entry| name(entry).into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn deliver(sink: &mut FileSink, page: &Page, keeper: &Keeper) -> Result<(), SinkError> {
    let Page { events, from, .. } = page;
    sink.deliver(&Batch { events, from: *from, turn: 0, keeper }).await
}

#[tokio::test]
async fn what_a_kill_left_behind_is_cut_off_and_delivered_again_once() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..301)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    keeper.save(0, page.next, sink.state()).await.unwrap();
    // The second page is in the file, its cursor is not; and half a line follows.
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(bench.path()).unwrap();
    std::io::Write::write_all(&mut file, br#"{"type":"story","v":1,"#).unwrap();
    drop(sink);

    let (mut sink, mut subscription, keeper) = bench.start();
    assert_eq!(subscription.position(), Position(257));
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    assert_eq!(bench.delivered(), (1..301).collect::<Vec<_>>());
}

#[tokio::test]
async fn full_files_get_numbers_and_the_oldest_go() {
    let bench = Bench::new(4_096, 2);
    let (mut sink, mut subscription, keeper) = bench.start();
    for first in (1..61).step_by(3) {
        bench.log.append(&items(first..first + 3)).unwrap();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        keeper.advance(0, page.next, sink.state());
        assert!(std::fs::metadata(bench.path()).unwrap().len() <= 4_096);
    }
    let files = bench.files();
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(files[0], "desk.ndjson");
    let delivered = bench.delivered();
    let expected: Vec<u64> = (delivered[0]..61).collect();
    assert_eq!(delivered, expected, "what is kept has no hole");
}

/// A kill between any two of the steps of a rotation.
#[tokio::test]
async fn a_kill_during_a_rotation_neither_loses_nor_doubles_a_line() {
    for step in 0..4 {
        let bench = Bench::new(4_096, 0);
        bench.log.append(&items(1..8)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        keeper.save(0, page.next, sink.state()).await.unwrap();
        bench.log.append(&items(8..15)).unwrap();
        let page = subscription.read().await.unwrap();
        let Page { events, from, .. } = &page;
        let batch = Batch { events, from: *from, turn: 0, keeper: &keeper };
        let place = sink.find_place(&batch).await.unwrap();
        match step {
            0 => drop(sink.rotate(place).await.unwrap()),
            1 => {
                sink.rotate(place).await.unwrap();
                std::fs::write(bench.path(), r#"{"type":"story"#).unwrap();
            }
            2 => {
                sink.rotate(place).await.unwrap();
                keeper.save(0, page.from, sink.state()).await.unwrap();
            }
            _ => deliver(&mut sink, &page, &keeper).await.unwrap(),
        }
        drop(sink);
        let (mut sink, mut subscription, keeper) = bench.start();
        while !subscription.is_caught_up() {
            let page = subscription.read().await.unwrap();
            deliver(&mut sink, &page, &keeper).await.unwrap();
        }
        assert_eq!(bench.delivered(), (1..15).collect::<Vec<_>>(), "step {step}");
        assert_eq!(bench.files(), ["desk.ndjson", "desk.ndjson.000001"], "step {step}");
    }
}

/// A kill between any two of the steps of a compression.
#[tokio::test]
async fn full_files_are_compressed_and_a_kill_leaves_nothing_torn() {
    for step in 0..4 {
        let mut bench = Bench::new(4_096, 0);
        bench.rotation.compress = step == 3;
        bench.log.append(&items(1..8)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        keeper.advance(0, page.next, sink.state());
        bench.log.append(&items(8..15)).unwrap();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        keeper.save(0, page.next, sink.state()).await.unwrap();
        drop(sink);
        let plain = bench.path().with_file_name("desk.ndjson.000001");
        match step {
            // Half a compressed file beside the plain one.
            0 => std::fs::write(plain.with_file_name("desk.ndjson.000001.gz.tmp"), "half").unwrap(),
            // The whole one, the plain one not yet removed.
            1 => {
                let copy = std::fs::read(&plain).unwrap();
                compress::compress(&plain).unwrap();
                std::fs::write(&plain, copy).unwrap();
            }
            _ => {}
        }
        bench.rotation.compress = true;
        bench.log.append(&items(15..17)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        let names = ["desk.ndjson", "desk.ndjson.000001.gz", "desk.ndjson.000002.gz"];
        assert_eq!(bench.files(), names, "step {step}");
        let mut text = String::new();
        for name in &names[1..] {
            let packed = std::fs::File::open(bench.path().with_file_name(name)).unwrap();
            let mut packed = flate2::read::GzDecoder::new(packed);
            std::io::Read::read_to_string(&mut packed, &mut text).unwrap();
        }
        text.push_str(&std::fs::read_to_string(bench.path()).unwrap());
        let position = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["position"].as_u64().unwrap()
        };
        let delivered: Vec<u64> = text.lines().map(position).collect();
        assert_eq!(delivered, (1..17).collect::<Vec<_>>(), "step {step}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_tried_again_without_a_torn_line() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..4)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    std::fs::create_dir_all(bench.path()).unwrap();
    let page = subscription.read().await.unwrap();
    let error = deliver(&mut sink, &page, &keeper).await.unwrap_err();
    assert_eq!(error.kind(), SinkErrorKind::Passing);
    assert!(error.to_string().contains("desk.ndjson"), "{error}");
    std::fs::remove_dir(bench.path()).unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    assert_eq!(bench.delivered(), [1, 2, 3]);
}

#[tokio::test]
async fn files_of_an_earlier_log_are_appended_to_and_their_numbers_passed_over() {
    let bench = Bench::new(1 << 20, 0);
    std::fs::create_dir_all(bench.dir.path().join("out")).unwrap();
    std::fs::write(bench.path(), "{\"position\":900}\n").unwrap();
    std::fs::write(bench.path().with_file_name("desk.ndjson.000041"), "").unwrap();
    bench.log.append(&items(1..3)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    assert_eq!(bench.delivered(), [900, 1, 2]);
    assert_eq!(sink.place.unwrap().number, 42);
}

/// What others do to a file while it is open.
#[tokio::test]
async fn a_file_that_others_move_remove_or_cut_is_made_again_and_gets_what_comes() {
    for case in ["moved", "removed", "cut", "replaced"] {
        let bench = Bench::new(1 << 20, 0);
        bench.log.append(&items(1..4)).unwrap();
        let (mut sink, mut subscription, keeper) = bench.start();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        keeper.save(0, page.next, sink.state()).await.unwrap();
        let aside = bench.dir.path().join("aside");
        match case {
            "moved" => std::fs::rename(bench.path(), &aside).unwrap(),
            "removed" => std::fs::remove_file(bench.path()).unwrap(),
            "cut" => std::fs::write(bench.path(), "").unwrap(),
            _ => {
                std::fs::rename(bench.path(), &aside).unwrap();
                let pad = " ".repeat(200);
                let lines: String =
                    (900..910).map(|at| format!("{{\"position\":{at}}}{pad}\n")).collect();
                std::fs::write(bench.path(), lines).unwrap();
            }
        }
        bench.log.append(&items(4..6)).unwrap();
        let page = subscription.read().await.unwrap();
        deliver(&mut sink, &page, &keeper).await.unwrap();
        let before = if case == "replaced" { 900..910 } else { 0..0 };
        assert_eq!(bench.delivered(), before.chain(4..6).collect::<Vec<_>>(), "{case}");
    }
}

/// The place in a file that was begun anew is found again after a kill.
#[tokio::test]
async fn a_kill_after_the_file_was_moved_neither_doubles_nor_tears_a_line() {
    let bench = Bench::new(1 << 20, 0);
    bench.log.append(&items(1..3)).unwrap();
    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    keeper.save(0, page.next, sink.state()).await.unwrap();
    std::fs::rename(bench.path(), bench.dir.path().join("aside")).unwrap();
    // More than the old file had, and its cursor is not durable.
    bench.log.append(&items(3..9)).unwrap();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    drop(sink);

    let (mut sink, mut subscription, keeper) = bench.start();
    let page = subscription.read().await.unwrap();
    deliver(&mut sink, &page, &keeper).await.unwrap();
    assert_eq!(bench.delivered(), (3..9).collect::<Vec<_>>());
}
