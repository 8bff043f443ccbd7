//! Nothing accepted is lost, whatever moment the power goes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::support::{Chance, Desk, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "data"

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
path = "out/all.ndjson"
channels = ["all"]
rotate_size = "8KiB"
rotate_keep = 0
"#;

/// How often the daemon is killed: `WIREFOLD_KILL_CYCLES`, 10 by default.
pub(crate) fn cycles() -> u64 {
    std::env::var("WIREFOLD_KILL_CYCLES").ok().and_then(|n| n.parse().ok()).unwrap_or(10)
}

#[test]
fn a_daemon_that_is_killed_again_and_again_delivers_every_item_once() {
    const ITEMS_A_FILE: u64 = 20;
    const FILES_A_CYCLE: u64 = 5;
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    let mut chance = Chance(20_260_314);
    let mut number = 0;
    for cycle in 0..cycles() {
        let daemon = desk.daemon();
        for file in 0..FILES_A_CYCLE {
            let mut text = String::new();
            for _ in 0..ITEMS_A_FILE {
                let headline = unlike_any_other(number);
                text.push_str(&format!(
                    "{{\"uri\":\"item:{number}\",\"headline\":\"{headline}\"}}\n"
                ));
                number += 1;
            }
            // Written aside and moved in, as a careful agency does.
            let aside = desk.write(&format!("aside-{cycle}-{file}"), &text);
            std::fs::rename(aside, desk.path(&format!("spool/{cycle:04}-{file}.ndjson"))).unwrap();
            std::thread::sleep(Duration::from_millis(chance.below(40)));
        }
        std::thread::sleep(Duration::from_millis(chance.below(120)));
        daemon.kill();
    }
    let mut daemon = desk.daemon();
    let expected = number as usize;
    daemon.until("every file is taken in and delivered", || {
        desk.list("spool") == [".keep"] && delivered(&desk).len() >= expected
    });
    daemon.stop();

    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let deliveries = delivered(&desk);
    for (id, headline) in &deliveries {
        ids.entry(headline.clone()).or_default().insert(id.clone());
    }
    for number in 0..number {
        let headline = unlike_any_other(number);
        let ids = ids.get(&headline).unwrap_or_else(|| panic!("item {number} was lost"));
        assert_eq!(ids.len(), 1, "item {number} was delivered under two ids: {ids:?}");
    }
    assert_eq!(deliveries.len(), expected, "the file sink repeats nothing after a kill");
}

#[test]
fn after_a_kill_every_command_reads_the_log() {
    const COMMANDS: [&str; 7] = [
        "log verify -c wirefold.toml",
        "log stats -c wirefold.toml",
        "log export -c wirefold.toml",
        "sinks -c wirefold.toml",
        "sinks -c wirefold.toml letters out",
        "tail all -c wirefold.toml --since start --once",
        "explain -c wirefold.toml 1",
    ];
    let desk = Desk::with(CONFIG);
    desk.write("spool/.keep", "");
    for (cycle, command) in COMMANDS.iter().enumerate() {
        let headline = unlike_any_other(cycle as u64);
        let item = format!("{{\"uri\":\"item:{cycle}\",\"headline\":\"{headline}\"}}\n");
        desk.write(&format!("spool/{cycle}.ndjson"), &item);
        let mut daemon = desk.daemon();
        daemon.until("it is delivered", || delivered(&desk).len() == cycle + 1);
        daemon.kill();
        let args: Vec<_> = command.split(' ').collect();
        let said = desk.wirefold(&args).success();
        assert!(!said.out.is_empty(), "{command}");
    }
}

/// Delivery id and headline of every line in the file and its rotated parts.
fn delivered(desk: &Desk) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut deliveries = Vec::new();
    for name in desk.list("out") {
        for line in desk.records_so_far(&format!("out/{name}")) {
            deliveries.push((text(&line["id"]), text(&line["headline"])));
        }
    }
    deliveries
}
