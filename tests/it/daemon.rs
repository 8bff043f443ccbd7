//! `wirefold run`: starts, drains, goes on where it was.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Desk, Said, unlike_any_other};

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
channels = ["all", "rejected"]
"#;

fn item(number: u64) -> String {
    format!("{{\"uri\":\"i:{number}\",\"headline\":\"{}\"}}\n", unlike_any_other(number))
}

#[test]
fn without_a_configuration_it_folds_standard_input_to_standard_output() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["run"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    write!(input, "{}{}{}", item(1), item(2), item(1)).unwrap();
    drop(input);
    let said = Said::from(child.wait_with_output().unwrap()).success();
    let headlines: Vec<_> = said.lines().iter().map(|line| line["headline"].clone()).collect();
    assert_eq!(headlines, [unlike_any_other(1), unlike_any_other(2)]);
    assert!(said.err.contains("built-in default"), "{}", said.err);
}

#[test]
fn sigterm_drains_and_exits_with_zero() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &(item(1) + &item(2)));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done") == ["a.ndjson"]);
    daemon.stop();
    assert_eq!(desk.read("out.ndjson").lines().count(), 2);
}

#[test]
fn after_a_clean_stop_nothing_is_delivered_twice_and_the_window_is_as_it_was() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    daemon.stop();
    // The same story again, under another identity: known from the window.
    let again = item(1).replace("i:1", "i:77") + &item(2);
    desk.write("spool/b.ndjson", &again);
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 2);
    daemon.stop();
    let lines = desk.records("out.ndjson");
    let headlines: Vec<_> = lines.iter().map(|line| line["headline"].clone()).collect();
    assert_eq!(headlines, [unlike_any_other(1), unlike_any_other(2)]);
}

#[test]
fn a_file_with_some_bad_items_is_done_and_a_wholly_unreadable_one_is_rejected() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/mixed.ndjson", &(item(1) + "{broken\n"));
    desk.write("spool/noise.ndjson", "{broken\n");
    let mut daemon = desk.daemon();
    daemon.until("both files are put away", || {
        desk.list("spool/done") == ["mixed.ndjson"]
            && desk.list("spool/rejected") == ["noise.ndjson"]
    });
    daemon.stop();
    let lines = desk.records("out.ndjson");
    let rejected = lines.iter().filter(|line| line["channel"] == "rejected").count();
    assert_eq!((lines.len(), rejected), (3, 2), "{lines:?}");
}

#[test]
fn a_second_daemon_on_the_same_log_is_refused() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the first one runs", || desk.list("spool/done").len() == 1);
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).exited(1);
    assert!(said.err.contains("data"), "{}", said.err);
    daemon.stop();
}

#[test]
#[cfg(target_os = "linux")]
fn it_opens_as_many_files_as_it_may() {
    let desk = Desk::with(CONFIG);
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon_with(|run| {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -Sn 100; exec \"$@\"", "sh"]);
        limited.arg(run.get_program()).args(run.get_args()).current_dir(desk.path(""));
        limited.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        *run = limited;
    });
    daemon.until("it runs", || desk.list("spool/done").len() == 1);
    let (now, most) = daemon.open_files_limits();
    assert!(now == most && most > 100, "{now} of {most}");
}

#[test]
fn a_source_that_cannot_be_read_is_named_and_ends_the_daemon() {
    let config = CONFIG.replace("[[source.directory]]", "[[source.file]]").replace(
        "path = \"spool\"\nsettle = \"0s\"\nevery = \"10ms\"",
        "path = \"nowhere.ndjson\"",
    );
    let desk = Desk::with(&config);
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).exited(1);
    assert!(said.err.contains("nowhere.ndjson"), "{}", said.err);
}

#[test]
fn the_log_has_no_colours_where_it_is_no_terminal() {
    let said = Desk::new().wirefold(&["run"]).success();
    assert!(said.err.contains("starting"), "{}", said.err);
    assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
}

#[test]
#[cfg(target_os = "linux")]
fn what_it_cannot_say_does_not_stop_it() {
    let desk = Desk::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = desk
        .command(&["run"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(full)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    write!(input, "{}{}", item(1), item(2)).unwrap();
    drop(input);
    let said = Said::from(child.wait_with_output().unwrap()).success();
    assert_eq!(said.lines().len(), 2);
}

#[test]
fn without_a_configuration_it_leaves_the_log_of_one_alone_and_says_that_it_is_not_used() {
    let desk = Desk::with(&CONFIG.replace("dir = \"data\"\n", ""));
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    let said = desk.wirefold(&["run"]).success();
    assert!(said.err.contains("say -c wirefold.toml"), "{}", said.err);
    assert_eq!(said.out, "");
    daemon.stop();
    let said = desk.wirefold(&["explain", "1"]).exited(1);
    assert!(said.err.contains("say -c wirefold.toml"), "{}", said.err);
}

/// A list of the configuration that is a pipe: the daemon loads it for as long as a test likes.
fn slow_to_load() -> Desk {
    let config = format!("[list]\nfirms = {{ file = \"firms.txt\" }}\n{CONFIG}");
    let desk = Desk::with(&config);
    let made = std::process::Command::new("mkfifo").arg(desk.path("firms.txt")).status().unwrap();
    assert!(made.success());
    desk
}

#[test]
fn a_signal_to_stop_while_it_loads_its_configuration_is_obeyed_like_any_other() {
    let desk = slow_to_load();
    let mut daemon = desk.daemon();
    let mut list = std::fs::File::options().write(true).open(desk.path("firms.txt")).unwrap();
    daemon.terminate();
    writeln!(list, "Acme").unwrap();
    drop(list);
    let status = daemon.wait();
    assert!(status.success(), "{status}\n{}", desk.read("daemon.log"));
}

#[test]
fn a_signal_to_reload_while_it_loads_its_configuration_is_obeyed_afterwards() {
    let desk = slow_to_load();
    let mut daemon = desk.daemon();
    let mut list = std::fs::File::options().write(true).open(desk.path("firms.txt")).unwrap();
    daemon.hang_up();
    let aside = desk.write("aside", "Acme\nBolt\n");
    std::fs::rename(aside, desk.path("firms.txt")).unwrap();
    writeln!(list, "Acme").unwrap();
    drop(list);
    daemon.until("it has read it again", || desk.read("daemon.log").contains("reloaded"));
    daemon.stop();
}

#[test]
fn told_to_stop_twice_it_waits_for_no_sink() {
    // Nobody listens at a port that was given back.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hook = format!(
        "\n[[sink.webhook]]\nname = \"hook\"\nurl = \"http://{gone}/\"\nallow_private = true\n\
         channels = [\"all\"]\n"
    );
    let desk = Desk::with(&(CONFIG.to_owned() + &hook));
    desk.write("spool/a.ndjson", &item(1));
    let mut daemon = desk.daemon();
    daemon.until("the file is done", || desk.list("spool/done").len() == 1);
    daemon.terminate();
    daemon.until("it stops", || desk.read("daemon.log").contains("stopping"));
    daemon.terminate();
    let status = daemon.wait();
    let log = desk.read("daemon.log");
    assert!(status.success() && log.contains("no sink is waited for"), "{status}\n{log}");
    let late: Vec<&str> = log.lines().filter(|line| line.contains("did not catch up")).collect();
    assert!(late.len() == 1 && late[0].contains("hook"), "the others have had all: {log}");
}

#[test]
fn that_nothing_can_come_in_is_said() {
    let sources = CONFIG.find("[[source").unwrap()..CONFIG.find("[[channel").unwrap();
    let mut config = CONFIG.to_owned();
    config.replace_range(sources, "");
    let said = Desk::with(&config).wirefold(&["run", "-c", "wirefold.toml"]).success();
    assert!(said.err.contains("nothing comes in"), "{}", said.err);
}
