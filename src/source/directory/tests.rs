use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::config::{Config, Order, SourceKind};
use crate::feedback::Incoming;
use crate::link::{Envelope, Receiver};
use crate::source::testing::{Bench, until};

mod sidecars;
mod unread;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn directory(path: &Path) -> DirectoryConfig {
    DirectoryConfig {
        path: path.to_owned(),
        settle: Duration::ZERO,
        every: Duration::from_millis(10),
        order: Order::Name,
        trigger: None,
        sidecar: None,
        keep: None,
        keep_size: None,
    }
}

fn ready(watch: &mut Watch, second: i64) -> Vec<String> {
    let found = watch.look(at(second)).unwrap();
    found.ready.iter().map(|ready| file_name(&ready.path)).collect()
}

#[test]
fn a_file_is_ready_once_it_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let settle = Duration::from_secs(2);
    let mut watch = Watch::new(DirectoryConfig { settle, ..directory(folder.path()) });
    let file = folder.path().join("a.xml");
    std::fs::write(&file, "half").unwrap();
    assert!(ready(&mut watch, 0).is_empty());
    std::fs::write(&file, "half and the rest").unwrap();
    assert!(ready(&mut watch, 2).is_empty(), "it has grown meanwhile");
    assert_eq!(ready(&mut watch, 4), ["a.xml"]);
}

#[test]
fn unfinished_and_hidden_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".hidden", "a.tmp", "b.PART", "c.xml~"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    std::fs::create_dir(folder.path().join("done")).unwrap();
    let found = Watch::new(directory(folder.path())).look(at(0)).unwrap();
    assert!(found.ready.is_empty() && found.refused.is_empty());
}

#[test]
fn files_come_by_name_or_by_time() {
    let folder = tempfile::tempdir().unwrap();
    for (name, second) in [("b", 30), ("a", 20), ("c", 10)] {
        let path = folder.path().join(name);
        let file = std::fs::File::create(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }
    let by = |order| {
        let mut watch = Watch::new(DirectoryConfig { order, ..directory(folder.path()) });
        ready(&mut watch, 0)
    };
    assert_eq!(by(Order::Name), ["a", "b", "c"]);
    assert_eq!(by(Order::Time), ["c", "a", "b"]);
}

#[test]
fn with_a_trigger_a_file_waits_for_it_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let settle = Duration::from_secs(3_600);
    let trigger = Some(".done".to_owned());
    let mut watch = Watch::new(DirectoryConfig { settle, trigger, ..directory(folder.path()) });
    for name in ["a.xml", "b.xml", "c.xml"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    assert!(ready(&mut watch, 0).is_empty());
    std::fs::write(folder.path().join("a.xml.done"), "").unwrap();
    std::fs::write(folder.path().join("b.done"), "").unwrap();
    assert_eq!(ready(&mut watch, 1), ["a.xml", "b.xml"]);
}

#[test]
fn a_file_of_the_same_name_is_kept_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let done = folder.path().join("done");
    std::fs::create_dir(&done).unwrap();
    for text in ["one", "two", "three"] {
        let file = folder.path().join("a.xml");
        std::fs::write(&file, text).unwrap();
        put_away(&Ready::alone(file), &done).unwrap();
    }
    assert_eq!(std::fs::read_to_string(done.join("a.xml")).unwrap(), "one");
    assert_eq!(std::fs::read_to_string(done.join("a.xml.2")).unwrap(), "three");
}

/// Runs the source over what lies in a folder until nothing does, and returns the log.
async fn taken(folder: &Path, directory: DirectoryConfig) -> Bench {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let mut config: SourceConfig = Config::built_in().sources.remove(0);
    config.name.value = "drop".to_owned();
    config.kind = SourceKind::Directory(directory.clone());
    let bench = Bench::start(&data, at(1_770_000_000));
    let context = bench.context.clone();
    let stop = context.stop.clone();
    let spool = directory.path.clone();
    let source =
        tokio::spawn(async move { run(&config, &directory, context).await.map_err(|e| e.message) });
    let left = move || {
        let entries = std::fs::read_dir(&spool).unwrap();
        entries.flatten().filter(|entry| !entry.file_type().unwrap().is_dir()).count()
    };
    until("everything is put away", || left() == 0).await;
    stop.cancel();
    source.await.unwrap().unwrap();
    bench
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().flatten().map(|e| file_name(&e.path())).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_pipes_are_refused_once_and_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    std::fs::write(folder.path().join("secret"), "{\"headline\": \"Secret\"}").unwrap();
    std::os::unix::fs::symlink("../secret", spool.join("link.json")).unwrap();
    std::fs::write(spool.join("real.json"), "{\"headline\": \"Ferry runs aground\"}").unwrap();
    let bench = taken(folder.path(), directory(&spool)).await;
    assert_eq!(bench.headlines(), ["Ferry runs aground"]);
    let rejects: Vec<Reject> = bench.records().into_iter().filter_map(Result::err).collect();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(rejects[0].reason.contains("link.json is a link"), "{}", rejects[0].reason);
    assert_eq!(names(&spool.join("rejected")), ["link.json"]);
    assert_eq!(names(&spool.join("done")), ["real.json"]);
    assert!(folder.path().join("secret").exists());
}

/// What comes out of the source next, for a test that stands in for commit.
async fn next(arrivals: &Receiver<Envelope<Incoming>>) -> Envelope<Incoming> {
    let patience = Duration::from_secs(60);
    tokio::time::timeout(patience, arrivals.recv()).await.expect("nothing comes").unwrap()
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_committed_is_read_again() {
    for case in ["replaced", "written to", "its sidecar is replaced"] {
        let folder = tempfile::tempdir().unwrap();
        let (spool, data) = (folder.path().join("spool"), folder.path().join("data"));
        std::fs::create_dir_all(&spool).unwrap();
        std::fs::create_dir_all(&data).unwrap();
        let (file, aside) = (spool.join("a.ninjs"), folder.path().join("aside"));
        let meta = spool.join("a.meta");
        std::fs::write(&file, "{\"headline\": \"Ferry late\"}").unwrap();
        std::fs::write(&meta, "{\"slugline\": \"one\"}").unwrap();
        let sidecar = Some(".meta".to_owned());
        let directory = DirectoryConfig { sidecar, ..directory(&spool) };
        let mut config: SourceConfig = Config::built_in().sources.remove(0);
        config.kind = SourceKind::Directory(directory.clone());
        let (bench, arrivals) = Bench::stuck(&data, at(1_770_000_000));
        let context = bench.context.clone();
        let stop = context.stop.clone();
        let source = tokio::spawn(async move { run(&config, &directory, context).await.is_ok() });

        let first = next(&arrivals).await;
        let (path, text) = match case {
            "its sidecar is replaced" => (&meta, "{\"slugline\": \"two\"}"),
            // Its time may be the same.
            "written to" => (&file, "{\"headline\": \"Ferry gone\"}\n"),
            _ => (&file, "{\"headline\": \"Ferry gone\"}"),
        };
        if case == "written to" {
            std::fs::write(path, text).unwrap();
        } else {
            std::fs::write(&aside, text).unwrap();
            std::fs::rename(&aside, path).unwrap();
        }
        first.receipt.complete();
        let second = next(&arrivals).await;
        let Incoming::Arrival(arrival) = second.payload else { panic!() };
        let item = arrival.record.unwrap();
        let expected = match case {
            "its sidecar is replaced" => ("Ferry late", "two"),
            _ => ("Ferry gone", "one"),
        };
        assert_eq!((item.headline.as_str(), item.slugline.as_deref().unwrap()), expected, "{case}");
        assert!(names(&spool.join("done")).is_empty(), "{case}");
        second.receipt.complete();
        until("it is put away", || !file.exists() && !meta.exists()).await;
        assert_eq!(names(&spool.join("done")), ["a.meta", "a.ninjs"], "{case}");
        stop.cancel();
        assert!(source.await.unwrap());
    }
}

/// A file of so many records, and its source before a link that the test empties.
struct Large {
    folder: tempfile::TempDir,
    bench: Bench,
    arrivals: Receiver<Envelope<Incoming>>,
}

const RECORDS: usize = 5 * slices::SLICE / 2;

impl Large {
    fn new() -> Large {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("spool")).unwrap();
        let (bench, arrivals) = Bench::stuck(folder.path(), at(1_770_000_000));
        let line = |n| format!("{{\"headline\": \"Ferry {n}\"}}\n");
        let text: String = (0..RECORDS).map(line).collect();
        std::fs::write(folder.path().join("spool/large.ndjson"), text).unwrap();
        Large { folder, bench, arrivals }
    }

    /// Starts the source anew.
    fn start(&mut self) -> tokio::task::JoinHandle<bool> {
        let stop = tokio_util::sync::CancellationToken::new();
        self.bench.context.stop = stop;
        let directory = directory(&self.folder.path().join("spool"));
        let mut config: SourceConfig = Config::built_in().sources.remove(0);
        config.kind = SourceKind::Directory(directory.clone());
        let context = self.bench.context.clone();
        tokio::spawn(async move { run(&config, &directory, context).await.is_ok() })
    }

    /// The headline of what comes next, which is durable with that.
    async fn take(&self) -> String {
        let envelope = next(&self.arrivals).await;
        envelope.receipt.complete();
        let Incoming::Arrival(arrival) = envelope.payload else { panic!() };
        arrival.record.unwrap().headline
    }

    fn is_there(&self) -> bool {
        self.folder.path().join("spool/large.ndjson").exists()
    }
}

#[tokio::test]
async fn others_have_their_turn_while_a_large_file_is_taken_in_and_its_order_stays() {
    let mut large = Large::new();
    let source = large.start();
    let mut taken = vec![large.take().await];
    let intake = large.bench.context.intake.clone();
    let push = tokio::spawn(async move {
        let flash = crate::item::Item { headline: "Flash".to_owned(), ..Default::default() };
        let patience = Duration::from_secs(60);
        intake.offer(&Origin::named("push"), vec![Ok(flash)], patience).await.map(drop)
    });
    while taken.len() < RECORDS + 1 {
        taken.push(large.take().await);
    }
    assert_eq!(push.await.unwrap(), Ok(()));
    let flash = taken.iter().position(|headline| headline == "Flash").unwrap();
    assert!(flash <= 2 * slices::SLICE, "it came after {flash} records");
    taken.remove(flash);
    let expected: Vec<_> = (0..RECORDS).map(|n| format!("Ferry {n}")).collect();
    assert_eq!(taken, expected);
    until("it is put away", || !large.is_there()).await;
    large.bench.context.stop.cancel();
    assert!(source.await.unwrap());
}

#[tokio::test]
async fn a_large_file_does_not_hold_up_the_end_and_is_gone_on_with() {
    let mut large = Large::new();
    let source = large.start();
    let mut taken = vec![large.take().await];
    large.bench.context.stop.cancel();
    while !source.is_finished() {
        match tokio::time::timeout(Duration::from_millis(50), large.take()).await {
            Ok(headline) => taken.push(headline),
            Err(_) => assert!(source.is_finished() || taken.len() < RECORDS),
        }
    }
    assert!(source.await.unwrap());
    assert_eq!(taken.len(), slices::SLICE, "the slice in hand, and no more");
    assert!(large.is_there());

    // The next start goes on where it was.
    let source = large.start();
    while taken.len() < RECORDS {
        taken.push(large.take().await);
    }
    until("it is put away", || !large.is_there()).await;
    let expected: Vec<_> = (0..RECORDS).map(|n| format!("Ferry {n}")).collect();
    assert_eq!(taken, expected);

    // Put there once more by hand, it is meant to be read.
    let path = |name: &str| large.folder.path().join("spool").join(name);
    std::fs::rename(path("done/large.ndjson"), path("large.ndjson")).unwrap();
    for n in 0..RECORDS {
        assert_eq!(large.take().await, format!("Ferry {n}"));
    }
    until("it is put away", || !large.is_there()).await;
    large.bench.context.stop.cancel();
    assert!(source.await.unwrap());
}

#[tokio::test]
async fn a_file_of_many_records_is_taken_in_whole_and_never_held_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    let count = 2 * crate::format::MAX_RECORDS;
    let text: String = (0..count).map(|n| format!("{{\"headline\": \"Ferry {n}\"}}\n")).collect();
    std::fs::write(spool.join("many.ndjson"), text).unwrap();
    std::fs::write(spool.join("noise.ndjson"), "{x}\n".repeat(count)).unwrap();
    let bench = taken(folder.path(), directory(&spool)).await;
    assert_eq!(bench.headlines().len(), count);
    assert_eq!(bench.records().len(), 2 * count);
    assert_eq!(names(&spool.join("done")), ["many.ndjson"]);
    assert_eq!(names(&spool.join("rejected")), ["noise.ndjson"]);
}

#[tokio::test]
async fn a_folder_that_another_watches_is_refused_until_that_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    let start = |name: &str| {
        let data = folder.path().join(name);
        std::fs::create_dir(&data).unwrap();
        let (bench, _) = Bench::stuck(&data, at(1_770_000_000));
        let directory = directory(&spool);
        let mut config: SourceConfig = Config::built_in().sources.remove(0);
        config.kind = SourceKind::Directory(directory.clone());
        let (context, stop) = (bench.context.clone(), bench.context.stop.clone());
        let source = async move { run(&config, &directory, context).await.map_err(|e| e.message) };
        (tokio::spawn(source), stop)
    };
    let (first, stop) = start("one");
    until("it watches", || spool.join("rejected").exists()).await;
    let (second, stop_second) = start("two");
    stop_second.cancel();
    let refused = second.await.unwrap().unwrap_err();
    assert!(refused.contains("watches") && refused.contains("spool"), "{refused}");
    stop.cancel();
    first.await.unwrap().unwrap();
    let (third, stop) = start("three");
    stop.cancel();
    third.await.unwrap().unwrap();
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("done")).unwrap();
    let Err(why) = Folders::make(folder.path()) else { panic!("it was taken") };
    assert!(why.contains("done: it is a link"), "{why}");
}

#[tokio::test]
async fn a_file_of_which_nothing_becomes_an_item_goes_to_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    let no_text = "{\"title_x\": \"Squid on the loose\"}\n";
    std::fs::write(spool.join("none.json"), no_text).unwrap();
    std::fs::write(spool.join("some.json"), format!("{no_text}{{\"headline\": \"Ferry late\"}}\n"))
        .unwrap();
    // Its sidecar has the text.
    std::fs::write(spool.join("beside.json"), no_text).unwrap();
    std::fs::write(spool.join("beside.json.meta"), "{\"headline\": \"Bridge closed\"}").unwrap();
    std::fs::write(spool.join("blank.json"), "\n").unwrap();
    let sidecar = Some(".meta".to_owned());
    taken(folder.path(), DirectoryConfig { sidecar, ..directory(&spool) }).await;
    assert_eq!(names(&spool.join("rejected")), ["none.json"]);
    let done = ["beside.json", "beside.json.meta", "blank.json", "some.json"];
    assert_eq!(names(&spool.join("done")), done);
}
