//! A disk that is full: a small file system in memory, which only root can make.

use crate::disk::Disk;
use crate::support::{Desk, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "disk/data"

[[source.directory]]
name = "drop"
path = "spool"
format = "ndjson"
settle = "0s"
every = "10ms"

[[channel]]
name = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#;

const ITEMS_A_FILE: u64 = 50;

/// Drops a file with bodies that fill a disk.
fn put(desk: &Desk, file: u64) {
    let body = "All ferries of the northern line wait in the old harbour. ".repeat(60);
    let line = |number| {
        let headline = unlike_any_other(number);
        format!(
            "{{\"uri\":\"item:{number}\",\"headline\":\"{headline}\",\"body_text\":\"{body}\"}}\n"
        )
    };
    let numbers = file * ITEMS_A_FILE..(file + 1) * ITEMS_A_FILE;
    let aside = desk.write(&format!("aside-{file}"), &numbers.map(line).collect::<String>());
    std::fs::rename(aside, desk.path(&format!("spool/{file:04}.ndjson"))).unwrap();
}

/// Headlines of all lines that the file sink has written.
fn delivered(desk: &Desk) -> Vec<String> {
    let headline = |line: serde_json::Value| line["headline"].as_str().unwrap().to_owned();
    desk.records_so_far("out.ndjson").into_iter().map(headline).collect()
}

#[test]
fn a_full_disk_stops_intake_and_loses_nothing() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let Some(disk) = Disk::mount(&desk.path("disk"), "6m") else { return };
    let full = |desk: &Desk| desk.read("daemon.log").contains("The disk is full");
    let mut daemon = desk.daemon();
    let mut files = 0;
    daemon.until("the disk is full", || {
        if desk.list("spool").len() < 3 {
            put(&desk, files);
            files += 1;
        }
        full(&desk)
    });
    for _ in 0..3 {
        put(&desk, files);
        files += 1;
    }
    let waiting = desk.list("spool").len();
    assert!(waiting > 3, "what is not durable is not acknowledged");
    // With room again it goes on by itself.
    disk.grow("12m");
    daemon.until("it has gone on", || desk.list("spool").len() == 1);

    // Full once more, and killed meanwhile.
    std::fs::write(desk.path("daemon.log"), "").unwrap();
    daemon.until("the disk is full again", || {
        if desk.list("spool").len() < 3 {
            put(&desk, files);
            files += 1;
        }
        full(&desk)
    });
    daemon.kill();
    disk.grow("256m");
    let mut daemon = desk.daemon();
    let count = files * ITEMS_A_FILE;
    daemon.until("everything is delivered", || {
        desk.list("spool").len() == 1 && delivered(&desk).len() as u64 >= count
    });
    daemon.stop();
    let delivered = delivered(&desk);
    let all: std::collections::BTreeSet<_> = delivered.iter().cloned().collect();
    for number in 0..count {
        assert!(all.contains(&unlike_any_other(number)), "item {number} was lost");
    }
    assert_eq!(delivered.len() as u64, count, "each line once");
}

/// Beyond the limit the system sends a signal that ends whoever does not expect it.
#[test]
fn a_limit_for_files_is_waited_for_as_a_full_disk_is() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let mut daemon = desk.daemon();
    daemon.until("it runs", || desk.read("daemon.log").contains("the window is as"));
    if !daemon.limit_files("3000000") {
        return;
    }
    let mut files = 0;
    daemon.until("the log may not grow", || {
        if desk.list("spool").len() < 3 {
            put(&desk, files);
            files += 1;
        }
        desk.read("daemon.log").contains("may not grow")
    });
    assert!(daemon.limit_files("unlimited"));
    daemon.until("it has gone on", || desk.list("spool").len() == 1);
    daemon
        .until("everything is delivered", || delivered(&desk).len() as u64 == files * ITEMS_A_FILE);
    daemon.stop();
}
