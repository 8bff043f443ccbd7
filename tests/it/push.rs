//! Items that are pushed: durable when the answer is 202, whatever happens then.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use crate::machine::Machine;
use crate::support::{Chance, Daemon, Desk, unlike_any_other};
use crate::web::{ask, exchange, free_port};

fn desk() -> (Desk, SocketAddr) {
    desk_that_repeats("first")
}

/// With `all`, what is taken in twice is delivered twice.
fn desk_that_repeats(repeats: &str) -> (Desk, SocketAddr) {
    let listen = free_port();
    let config = format!(
        r#"
[log]
dir = "data"

[serve]
listen = "{listen}"
rate = 100000
burst = 100000

[[channel]]
name = "all"
repeats = "{repeats}"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#
    );
    (Desk::with(&config), listen)
}

/// A daemon that answers.
pub(crate) fn start(desk: &Desk, listen: SocketAddr) -> Daemon {
    let mut daemon = desk.daemon();
    daemon.until("it is ready", || ready(listen));
    daemon
}

/// It would take items now.
pub(crate) fn ready(listen: SocketAddr) -> bool {
    ask(listen, "GET", "/healthz", "", "").is_some_and(|(status, _)| status == 200)
}

/// The token that the daemon has made.
pub(crate) fn token(desk: &Desk) -> String {
    desk.read("data/api-token").trim().strip_prefix("push ").unwrap().to_owned()
}

/// Headers with it.
pub(crate) fn headers(desk: &Desk) -> String {
    format!("Authorization: Bearer {}\r\nContent-Type: application/x-ndjson\r\n", token(desk))
}

pub(crate) fn item(number: u64) -> String {
    format!("{{\"uri\":\"push:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
}

/// The delivery ids of each headline, one for every line.
pub(crate) fn delivered(desk: &Desk) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in desk.records_so_far("out.ndjson") {
        let text = |key| line[key].as_str().unwrap().to_owned();
        ids.entry(text("headline")).or_default().push(text("id"));
    }
    ids
}

#[test]
fn the_first_start_makes_a_token_that_only_its_owner_can_read() {
    let (desk, listen) = desk();
    let daemon = start(&desk, listen);
    let mode = std::fs::metadata(desk.path("data/api-token")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(desk.read("daemon.log").contains("api-token"), "the log says where it is");
    let (status, _) = ask(listen, "POST", "/v1/items", "", &item(1)).unwrap();
    assert_eq!(status, 401);
    daemon.stop();
}

#[test]
fn an_item_is_safe_once_its_push_is_answered() {
    let (desk, listen) = desk();
    let daemon = start(&desk, listen);
    let (status, report) =
        ask(listen, "POST", "/v1/items", &headers(&desk), &(item(1) + "{broken\n")).unwrap();
    daemon.kill();
    assert_eq!(status, 202, "{report}");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["accepted"], &report["rejected"]), (&1.into(), &1.into()));
    let mut daemon = start(&desk, listen);
    daemon.until("it is delivered", || delivered(&desk).len() == 1);
    daemon.stop();
    assert_eq!(delivered(&desk).into_keys().collect::<Vec<_>>(), [unlike_any_other(1)]);
}

#[test]
fn a_daemon_that_is_killed_again_and_again_takes_every_push_in_once() {
    const PUSHES_A_CYCLE: u64 = 30;
    let cycles = crate::kill::cycles();
    let (desk, listen) = desk();
    let mut chance = Chance(20_261_124);
    let mut number = 0;
    for _ in 0..cycles {
        let mut daemon = Some(start(&desk, listen));
        let headers = headers(&desk);
        let end = number + PUSHES_A_CYCLE;
        let killed_at = number + chance.below(PUSHES_A_CYCLE);
        while number < end {
            if number == killed_at
                && let Some(daemon) = daemon.take()
            {
                // In the middle of a push or right before one.
                let pause = chance.below(4);
                let killer = std::thread::spawn(move || {
                    std::thread::sleep(std::time::Duration::from_millis(pause));
                    daemon.kill();
                });
                let answer = ask(listen, "POST", "/v1/items", &headers, &item(number));
                killer.join().unwrap();
                number += u64::from(answer.is_some_and(|(status, _)| status == 202));
                break;
            }
            // Whoever gets no 202 pushes again.
            let answer = ask(listen, "POST", "/v1/items", &headers, &item(number));
            number += u64::from(answer.is_some_and(|(status, _)| status == 202));
        }
    }
    let mut daemon = start(&desk, listen);
    daemon.until("everything is delivered", || delivered(&desk).len() as u64 >= number);
    daemon.stop();
    let delivered = delivered(&desk);
    for number in 0..number {
        let lines = delivered.get(&unlike_any_other(number)).map(Vec::len);
        assert_eq!(lines, Some(1), "item {number} was lost or delivered twice");
    }
}

/// Sends a push that was cut down again, twice, to a daemon that is started for it.
fn assert_taken_in_once(
    desk: &Desk,
    listen: SocketAddr,
    push: impl Fn() -> Option<(u16, String, String)>,
    headline: &str,
) {
    let daemon = start(desk, listen);
    let (status, _, report) = push().unwrap();
    assert_eq!(status, 202, "{report}");
    let again = push().unwrap();
    assert_eq!((again.0, again.2), (202, report), "it is answered as before");
    daemon.stop();
    assert_eq!(delivered(desk)[headline].len(), 1, "it was taken in twice");
}

#[test]
fn a_push_that_a_kill_cut_down_before_its_commit_is_taken_in_once_under_its_key() {
    let (desk, listen) = desk_that_repeats("all");
    let Some(machine) = Machine::of(&desk) else { return };
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen));
    let headers = headers(&desk) + "Idempotency-Key: night-1\r\n";
    let push = || exchange(listen, "POST", "/v1/items", &headers, &item(1));
    machine.set("read-only", 1);
    // Whichever of the two comes first waits for the disk, and the other for that one.
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for tell in [tell.clone(), tell] {
            scope.spawn(move || tell.send(push()).unwrap());
        }
        let (status, head, _) = told.recv().unwrap().unwrap();
        assert_eq!(status, 409, "{head}");
        assert!(head.to_lowercase().contains("retry-after: 2"), "{head}");
        daemon.kill();
        assert_eq!(told.recv().unwrap(), None, "it was not answered");
    });
    machine.set("read-only", 0);
    assert_taken_in_once(&desk, listen, push, &unlike_any_other(1));
}

#[test]
fn a_push_that_a_panic_cut_down_is_taken_in_once_under_its_key() {
    if !cfg!(debug_assertions) {
        return assert!(std::env::var_os("CI").is_none(), "a release build cannot be asked");
    }
    let (desk, listen) = desk_that_repeats("all");
    let panic = "prepare:Arsenic";
    let mut daemon = desk.daemon_with(|command| _ = command.env("WIREFOLD_TEST_PANIC", panic));
    daemon.until("it is ready", || ready(listen));
    let headers = headers(&desk) + "Idempotency-Key: night-1\r\n";
    let body = "{\"uri\":\"push:0\",\"headline\":\"Arsenic harbour\"}\n";
    let push = || exchange(listen, "POST", "/v1/items", &headers, body);
    let (status, head, _) = push().expect("whoever waits is told");
    assert_eq!(status, 503);
    assert!(head.to_lowercase().contains("retry-after: 2"), "{head}");
    assert!(!daemon.wait().success(), "it panicked, and says so");
    assert_taken_in_once(&desk, listen, push, "Arsenic harbour");
}
