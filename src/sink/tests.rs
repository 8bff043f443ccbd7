use std::path::Path;

use super::*;
use crate::config::{Config, File as ConfigFile};
use crate::log::fault::Switch;
use crate::log::sample::items;

/// Sinks as a configuration names them, their files in `dir`.
fn sinks(dir: &Path, text: &str) -> Vec<SinkConfig> {
    let text = format!("{text}\n[[channel]]\nname = \"harbour\"\n");
    let (config, problems) = Config::parse(ConfigFile::new("wirefold.toml", text), dir);
    config.unwrap_or_else(|| panic!("{problems}")).sinks
}

fn lines(path: &Path) -> Vec<String> {
    let id = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["id"].as_str().unwrap().to_owned()
    };
    std::fs::read_to_string(path).unwrap().lines().map(id).collect()
}

fn ids(positions: std::ops::Range<u64>) -> Vec<String> {
    positions.map(|position| format!("harbour/{position}")).collect()
}

#[tokio::test]
async fn a_sink_delivers_everything_committed_before_it_stops_and_goes_on_there() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[[sink.file]]\nname = \"desk\"\nchannels = [\"harbour\"]\npath = \"desk.ndjson\"";
    let out = dir.path().join("desk.ndjson");
    for run_number in 0..3 {
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        let stop = CancellationToken::new();
        let sink = sinks(dir.path(), text).remove(0);
        let task = tokio::spawn(run(sink, log.clone(), stop.clone()));
        for batch in 0..4 {
            let first = run_number * 400 + batch * 100 + 1;
            let log = log.clone();
            let append = move || log.append(&items(first..first + 100)).unwrap();
            tokio::task::spawn_blocking(append).await.unwrap();
        }
        stop.cancel();
        task.await.unwrap().unwrap();
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
    let stop = CancellationToken::new();
    let tasks: Vec<_> = sinks(dir.path(), text)
        .into_iter()
        .map(|sink| tokio::spawn(run(sink, log.clone(), stop.clone())))
        .collect();
    log.append(&items(1..50)).unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(lines(&good), ids(1..50));
    std::fs::remove_dir(&bad).unwrap();
    stop.cancel();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
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
    let mut tasks = Vec::new();
    let stop = CancellationToken::new();
    for sink in sinks(dir.path(), text) {
        tasks.push(tokio::spawn(run(sink, log.clone(), stop.clone())));
    }
    // Both have a cursor before more is committed.
    while log.sinks().len() < 2 {
        tokio::task::yield_now().await;
    }
    log.append(&items(11..21)).unwrap();
    stop.cancel();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(lines(&dir.path().join("all.ndjson")), ids(1..21));
    assert_eq!(lines(&dir.path().join("new.ndjson")), ids(11..21));
}
