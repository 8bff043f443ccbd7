//! A disk that must not be written: from the start, or all of a sudden.

use crate::disk::Disk;
use crate::machine::Machine;
use crate::push::{delivered, headers, item, ready};
use crate::support::{Desk, unlike_any_other};
use crate::web::{ask, free_port};

fn config(dir: &str) -> String {
    let listen = free_port();
    format!(
        r#"
[log]
dir = "{dir}"

[serve]
listen = "{listen}"

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
"#
    )
}

#[test]
fn a_read_only_disk_is_named_at_the_start_and_its_log_can_be_read() {
    let desk = Desk::with(&config("disk/data"));
    desk.write("spool/one.ndjson", &item(1));
    let Some(disk) = Disk::mount(&desk.path("disk"), "32m") else { return };
    let mut daemon = desk.daemon();
    daemon.until("it is delivered", || delivered(&desk).len() == 1);
    daemon.stop();
    disk.read_only();
    desk.write("spool/two.ndjson", &item(2));
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).exited(1);
    assert!(said.err.contains("disk/data"), "{}", said.err);
    assert!(said.err.contains("must be writable by the user"), "{}", said.err);
    assert_eq!(desk.list("spool"), ["two.ndjson"], "what is not durable is not put away");
    desk.wirefold(&["log", "verify", "-c", "wirefold.toml"]).success();
    let told = desk
        .wirefold(&["tail", "all", "-c", "wirefold.toml", "--since", "start", "--json", "--once"])
        .success();
    assert_eq!(told.lines()[0]["headline"], unlike_any_other(1));
}

#[test]
fn a_killed_daemons_log_on_a_read_only_disk_says_what_to_do() {
    let desk = Desk::with(&config("disk/data"));
    desk.write("spool/one.ndjson", &item(1));
    let Some(disk) = Disk::mount(&desk.path("disk"), "32m") else { return };
    let mut daemon = desk.daemon();
    daemon.until("it is delivered", || delivered(&desk).len() == 1);
    daemon.kill();
    disk.read_only();
    for args in [&["log", "verify"][..], &["log", "stats"], &["sinks"]] {
        let said = desk.wirefold(&[args, &["-c", "wirefold.toml"]].concat()).exited(1);
        assert!(said.err.contains("was killed, or the power went"), "{args:?}: {}", said.err);
        assert!(said.err.contains("Start the daemon once"), "{args:?}: {}", said.err);
    }
    disk.writable();
    desk.wirefold(&["log", "verify", "-c", "wirefold.toml"]).success();
    disk.read_only();
    desk.wirefold(&["log", "stats", "-c", "wirefold.toml"]).success();
}

#[test]
fn a_disk_that_turns_read_only_stops_intake_and_loses_nothing() {
    let text = config("data");
    let listen = text.split('"').nth(3).unwrap().parse().unwrap();
    let desk = Desk::with(&text);
    let Some(machine) = Machine::of(&desk) else { return };
    let push = |number| ask(listen, "POST", "/v1/items", &headers(&desk), &item(number));
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    assert_eq!(push(1).unwrap().0, 202);

    machine.set("read-only", 1);
    desk.write("spool/dropped.ndjson", &(item(2) + &item(3)));
    daemon.until("it is said", || desk.read("daemon.log").contains("must be writable"));
    let (status, said) = push(4).unwrap();
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("not durable yet"), "{said}");
    assert_eq!(desk.list("spool"), ["dropped.ndjson"], "what is not durable is not put away");
    // It can be written again, and goes on by itself.
    machine.set("read-only", 0);
    daemon.until("the file is put away", || desk.list("spool").is_empty());
    assert!(desk.read("daemon.log").contains("the log can be written again"));
    assert_eq!(push(4).unwrap().0, 202);
    daemon.until("all is delivered", || delivered(&desk).len() == 4);

    // Once more, and killed meanwhile.
    machine.set("read-only", 1);
    desk.write("spool/late.ndjson", &item(5));
    daemon.until("it is said again", || {
        desk.read("daemon.log").matches("intake waits, the log cannot be written").count() > 1
    });
    daemon.kill();
    machine.set("read-only", 0);
    let mut daemon = machine.daemon(&desk);
    daemon.until("all is delivered", || delivered(&desk).len() == 5);
    daemon.stop();
    for (headline, ids) in delivered(&desk) {
        assert_eq!(ids.len(), 1, "{headline} was delivered twice: {ids:?}");
    }
}
