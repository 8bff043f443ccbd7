//! `wirefold tail`: a channel, followed beside the daemon and without it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use crate::support::{Desk, eventually, unlike_any_other};

const CONFIG: &str = r#"
[log]
dir = "data"

[[source.directory]]
name = "drop"
path = "spool"
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

fn item(number: u64) -> String {
    format!("{{\"uri\":\"i:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
}

/// Ends with the test, however that ends.
struct Tail(Child);

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_channel_is_followed_while_the_daemon_writes() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    let args = ["tail", "-c", "wirefold.toml", "all", "--since", "start", "--json"];
    let child = desk.command(&args).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut tail = Tail(child);
    let mut lines = BufReader::new(tail.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    desk.write("spool/b.ndjson", &item(2));
    let second = lines.next().unwrap().unwrap();
    daemon.stop();
    let sent = desk.read("out.ndjson");
    assert_eq!(sent.lines().collect::<Vec<_>>(), [first, second]);
}

#[test]
fn a_stopped_daemons_log_is_read_from_where_one_says() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &(item(1) + &item(2) + "{broken\n"));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    // What a kill leaves behind is mended first.
    daemon.kill();
    let tail =
        |args: &[&str]| desk.wirefold(&[&["tail", "-c", "wirefold.toml", "--once"], args].concat());
    let all = tail(&["all", "--json"]).success().lines();
    let headlines: Vec<_> = all.iter().map(|line| line["headline"].clone()).collect();
    assert_eq!(headlines, [unlike_any_other(1), unlike_any_other(2)]);
    let second = all[1]["position"].to_string();
    assert_eq!(tail(&["all", "--json", "--since", &second]).success().out.lines().count(), 1);
    assert_eq!(tail(&["all", "--since", "end"]).success().out, "");
    let text = tail(&["all"]).success().out;
    assert!(text.contains("+ new") && text.contains(&unlike_any_other(2)), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours where it is no terminal: {text:?}");
    assert!(tail(&["rejected"]).success().out.contains("! no item"));
}

#[test]
fn what_cannot_be_followed_is_said() {
    let desk = Desk::with(CONFIG);
    let said = desk.wirefold(&["tail", "-c", "wirefold.toml", "al"]).exited(2);
    assert!(said.err.contains("did you mean `all`?"), "{}", said.err);
    let said = desk.wirefold(&["tail", "-c", "wirefold.toml", "all"]).exited(1);
    assert!(said.err.contains("data"), "{}", said.err);
    assert!(!desk.path("data").exists(), "nothing is made for it");
    desk.wirefold(&["tail", "-c", "wirefold.toml", "all", "--since", "soon"]).exited(2);
}

#[test]
fn a_log_that_is_renewed_is_told_of() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    daemon.stop();
    let args = ["tail", "-c", "wirefold.toml", "all", "--since", "start", "--json"];
    let mut command = desk.command(&args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tail = Tail(command.spawn().unwrap());
    let mut lines = BufReader::new(tail.0.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    std::fs::rename(desk.path("data"), desk.path("old")).unwrap();
    eventually(&desk.path("daemon.log"), "it ends", || tail.0.try_wait().unwrap().is_some());
    let mut said = String::new();
    tail.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("start `tail` anew"), "{said}");
}
