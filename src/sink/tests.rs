use std::path::Path;
use std::time::Duration;

use super::testing::{Work, ids, sinks};
use super::*;
use crate::clock::Clock;
use crate::log::fault::Switch;
use crate::log::sample::{at, items};
use crate::log::{Log, Position};

fn lines(path: &Path) -> Vec<String> {
    let id = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["id"].as_str().unwrap().to_owned()
    };
    std::fs::read_to_string(path).unwrap().lines().map(id).collect()
}

#[tokio::test]
async fn a_sink_delivers_everything_committed_before_it_stops_and_goes_on_there() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[[sink.file]]\nname = \"desk\"\nchannels = [\"harbour\"]\npath = \"desk.ndjson\"";
    let out = dir.path().join("desk.ndjson");
    for run_number in 0..3 {
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        let work = Work::start(sinks(dir.path(), text), &log);
        for batch in 0..4 {
            let first = run_number * 400 + batch * 100 + 1;
            let log = log.clone();
            let append = move || log.append(&items(first..first + 100)).unwrap();
            tokio::task::spawn_blocking(append).await.unwrap();
        }
        work.end().await;
        log.close().unwrap();
    }
    assert_eq!(lines(&out), ids(1..1_201));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_lags_alone_and_catches_up() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    let text = "\
        [[sink.file]]\nname = \"good\"\nchannels = [\"harbour\"]\npath = \"good.ndjson\"\n\
        [[sink.file]]\nname = \"bad\"\nchannels = [\"harbour\"]\npath = \"bad.ndjson\"";
    let (good, bad) = (dir.path().join("good.ndjson"), dir.path().join("bad.ndjson"));
    std::fs::create_dir(&bad).unwrap();
    let work = Work::start(sinks(dir.path(), text), &log);
    log.append(&items(1..50)).unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(lines(&good), ids(1..50));
    std::fs::remove_dir(&bad).unwrap();
    work.end().await;
    assert_eq!(lines(&bad), ids(1..50));
}

#[tokio::test]
async fn a_new_sink_begins_where_it_is_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    log.append(&items(1..11)).unwrap();
    let text = "\
        [[sink.file]]\nname = \"all\"\nchannels = [\"harbour\"]\npath = \"all.ndjson\"\n\
        [[sink.file]]\nname = \"new\"\nfrom = \"now\"\nchannels = [\"harbour\"]\n\
        path = \"new.ndjson\"";
    // Both have a cursor before more is committed.
    let work = Work::start(sinks(dir.path(), text), &log);
    log.append(&items(11..21)).unwrap();
    work.end().await;
    assert_eq!(lines(&dir.path().join("all.ndjson")), ids(1..21));
    assert_eq!(lines(&dir.path().join("new.ndjson")), ids(11..21));
}

const DESK: &str =
    "[[sink.file]]\nname = \"desk\"\nchannels = [\"harbour\"]\npath = \"desk.ndjson\"";

#[tokio::test]
async fn a_paused_sink_stands_still_across_a_restart_until_it_is_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("desk.ndjson");
    {
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        let work = Work::start(sinks(dir.path(), DESK), &log);
        work.couriers.pause("desk", "the desk moves").unwrap();
        log.append(&items(1..11)).unwrap();
        work.end().await;
        // What follows finds only what was durable when `pause` returned.
    }
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    let work = Work::start(sinks(dir.path(), DESK), &log);
    let status = work.couriers.status_of("desk").unwrap();
    assert_eq!((status.state, status.lag, status.delivered), (Doing::Paused, 10, Some(0)));
    assert_eq!(status.reason.as_deref(), Some("the desk moves"));
    assert_eq!(status.waiting_since, Some(at(1)));
    assert!(!out.exists());
    work.couriers.resume("desk").unwrap();
    let couriers = work.couriers.clone();
    work.end().await;
    assert_eq!(lines(&out), ids(1..11));
    let status = couriers.status_of("desk").unwrap();
    assert_eq!((status.state, status.lag, status.delivered), (Doing::Idle, 0, Some(10)));
}

#[tokio::test]
async fn a_sink_that_is_rewound_delivers_again_under_the_same_ids() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("desk.ndjson");
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    log.append(&items(1..11)).unwrap();
    Work::start(sinks(dir.path(), DESK), &log).end().await;
    let work = Work::start(sinks(dir.path(), DESK), &log);
    let next = work.couriers.rewind("desk", RewindTo::Time(at(8))).unwrap();
    assert_eq!(next, Position(8));
    work.end().await;
    assert_eq!(lines(&out), [ids(1..11), ids(8..11)].concat());
    let stored = log.view().cursors().unwrap();
    assert_eq!(stored[0].1.next, Position(8), "durable when `rewind` returned");
}

#[tokio::test]
async fn a_sink_can_be_sent_to_the_end_and_never_past_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    log.append(&items(1..11)).unwrap();
    let (couriers, tasks) =
        Couriers::attach(sinks(dir.path(), DESK), "", &log, &Clock::standing(at(9))).unwrap();
    assert_eq!(couriers.rewind("desk", RewindTo::End).unwrap(), Position(11));
    assert_eq!(couriers.rewind("desk", RewindTo::Position(Position(99))).unwrap(), Position(11));
    assert_eq!(couriers.rewind("desk", RewindTo::Position(Position(0))).unwrap(), Position(1));
    let two = RewindTo::Ago(jiff::SignedDuration::from_secs(2));
    assert_eq!(couriers.rewind("desk", two).unwrap(), Position(7));
    assert!(matches!(couriers.pause("dusk", ""), Err(ControlError::Unknown(_))));
    drop(tasks);
}
