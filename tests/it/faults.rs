//! Sinks whose receivers are dead, slow, lying or dumb: nothing is lost, and whatever comes twice
//! comes under the same id.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::kill::cycles;
use crate::push::ready;
use crate::receiver::{Manner, Receiver, moody};
use crate::support::{Chance, Desk, unlike_any_other};
use crate::web::free_port;

/// A desk with a drop directory, a file sink and a webhook.
fn desk(hook: SocketAddr, keys: &str, serve: &str) -> Desk {
    let desk = Desk::with(&format!(
        r#"
[log]
dir = "data"

{serve}

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

[[sink.webhook]]
name = "hook"
channels = ["all"]
url = "http://{hook}/wire"
allow_private = true
{keys}
"#
    ));
    desk.write("spool/.keep", "");
    desk
}

/// Drops a file with the items of these numbers.
fn put(desk: &Desk, name: &str, numbers: std::ops::Range<u64>) {
    let line = |number| {
        let headline = unlike_any_other(number);
        format!("{{\"uri\":\"item:{number}\",\"headline\":\"{headline}\"}}\n")
    };
    let aside = desk.write(&format!("aside-{name}"), &numbers.map(line).collect::<String>());
    std::fs::rename(aside, desk.path(&format!("spool/{name}.ndjson"))).unwrap();
}

/// Lines of the file sink.
fn filed(desk: &Desk) -> usize {
    desk.count("out.ndjson")
}

/// How many different deliveries it took.
fn distinct(receiver: &Receiver) -> usize {
    receiver.deliveries().into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len()
}

/// Nothing was lost, what came twice came under one id, and first comings are in order.
#[track_caller]
fn check_all_arrived(receiver: &Receiver, count: u64) {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut last = 0;
    let mut seen = BTreeSet::new();
    for (id, headline) in receiver.deliveries() {
        let position: u64 = id.strip_prefix("all/").unwrap().parse().unwrap();
        if seen.insert(id.clone()) {
            assert!(position > last, "{id} came first after all/{last}");
            last = position;
        }
        ids.entry(headline).or_default().insert(id);
    }
    for number in 0..count {
        let ids = ids.get(&unlike_any_other(number));
        let ids = ids.unwrap_or_else(|| panic!("item {number} was lost"));
        assert_eq!(ids.len(), 1, "item {number} came under two ids: {ids:?}");
    }
    assert_eq!(ids.len() as u64, count);
}

#[test]
fn a_daemon_that_is_killed_again_and_again_loses_nothing_to_a_moody_webhook() {
    const ITEMS_A_FILE: u64 = 10;
    let receiver = Receiver::serve(|number, _| moody(number));
    let desk = desk(receiver.address, "batch = 3", "");
    let mut chance = Chance(20_261_126);
    let mut count = 0;
    for cycle in 0..cycles() {
        let daemon = desk.daemon();
        for file in 0..3 {
            put(&desk, &format!("{cycle:04}-{file}"), count..count + ITEMS_A_FILE);
            count += ITEMS_A_FILE;
            std::thread::sleep(Duration::from_millis(chance.below(60)));
        }
        std::thread::sleep(Duration::from_millis(chance.below(150)));
        daemon.kill();
    }
    let mut daemon = desk.daemon();
    // In steps: the patience of a test is for one of them.
    for goal in (0..=count).step_by(300).chain([count]) {
        daemon.until("more is delivered", || distinct(&receiver) as u64 >= goal);
    }
    daemon.stop();
    check_all_arrived(&receiver, count);
    assert_eq!(filed(&desk) as u64, count, "the file sink has each line once");
}

#[test]
fn a_dead_receiver_holds_up_nobody_and_gets_everything_when_it_comes_back() {
    let address = free_port();
    let desk = desk(address, "batch = 50", "");
    let mut daemon = desk.daemon();
    put(&desk, "first", 0..100);
    daemon.until("the file has all", || filed(&desk) == 100);
    daemon.kill();
    let mut daemon = desk.daemon();
    put(&desk, "second", 100..150);
    daemon.until("the file has all", || filed(&desk) == 150);
    let receiver = Receiver::on(address, |_, _| Manner::Take);
    daemon.until("the receiver has all", || distinct(&receiver) == 150);
    daemon.stop();
    check_all_arrived(&receiver, 150);
}

#[test]
fn a_receiver_that_stands_still_lags_alone() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let receiver = Receiver::serve(move |_, _| {
        // Until the test lets go of its end.
        let _ = wait.lock().unwrap().recv();
        Manner::Take
    });
    let desk = desk(receiver.address, "batch = 1000", "");
    let mut daemon = desk.daemon();
    put(&desk, "all", 0..500);
    daemon.until("the file has all", || filed(&desk) == 500);
    assert_eq!(receiver.taken().len(), 0);
    let said = desk.wirefold(&["sinks", "-c", "wirefold.toml", "--json"]).success();
    let sinks = &said.lines()[0]["sinks"];
    let hook = (sinks[1]["name"].as_str(), sinks[1]["lag"].as_u64() >= Some(500));
    assert_eq!(hook, (Some("hook"), true), "{sinks}");
    drop(go);
    daemon.until("the receiver has all", || distinct(&receiver) == 500);
    daemon.stop();
    check_all_arrived(&receiver, 500);
}

#[test]
fn a_receiver_that_takes_and_hangs_up_gets_it_again_under_the_same_id() {
    let receiver = Receiver::serve(|number, _| match number % 2 {
        0 => Manner::Lie,
        _ => Manner::Take,
    });
    let desk = desk(receiver.address, "", "");
    let mut daemon = desk.daemon();
    put(&desk, "all", 0..5);
    daemon.until("the receiver has all", || distinct(&receiver) == 5);
    daemon.stop();
    check_all_arrived(&receiver, 5);
    assert_eq!(receiver.taken().len(), 10, "each came twice");
}

#[test]
fn a_dead_letter_is_listed_after_a_restart_and_delivered_on_demand() {
    let mended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let works = mended.clone();
    let second = unlike_any_other(1);
    let receiver = Receiver::serve(move |_, body| {
        let poison = body["headline"] == second.as_str();
        let works = works.load(std::sync::atomic::Ordering::SeqCst);
        if poison && !works { Manner::Refuse(422) } else { Manner::Take }
    });
    let listen = free_port();
    let desk = desk(receiver.address, "", &format!("[serve]\nlisten = \"{listen}\""));
    let sinks = |args: &[&str]| {
        desk.wirefold(&[&["sinks", "-c", "wirefold.toml", "--json"], args].concat()).success()
    };
    let ready = || ready(listen);

    let mut daemon = desk.daemon();
    put(&desk, "all", 0..3);
    daemon.until("the others are delivered", || receiver.taken().len() == 2);
    daemon.stop();
    let letters = sinks(&["letters", "hook"]).lines()[0]["dead_letters"].clone();
    assert_eq!(letters.as_array().map(Vec::len), Some(1), "{letters}");
    let reason = letters[0]["reason"].as_str().unwrap();
    assert!(reason.contains("422") && reason.contains("not now"), "{reason}");

    mended.store(true, std::sync::atomic::Ordering::SeqCst);
    let mut daemon = desk.daemon();
    daemon.until("it is ready", ready);
    let id = letters[0]["id"].as_str().unwrap();
    for ask in ["redeliver", "discard"] {
        let said = desk.wirefold(&["sinks", "-c", "wirefold.toml", ask, "hook", id, "all/9"]);
        let said = said.exited(1);
        assert!(said.err.contains("no dead letter `all/9`"), "{}", said.err);
    }
    assert_eq!(sinks(&["redeliver", "hook", id]).lines()[0]["dead_letters"], 1);
    daemon.until("it is delivered after all", || receiver.taken().len() == 3);
    daemon.until("it is no longer dead", || {
        sinks(&["letters", "hook"]).lines()[0]["dead_letters"] == Value::Array(Vec::new())
    });
    daemon.stop();
    assert_eq!(receiver.deliveries()[2].0, id);
}

#[test]
fn a_sink_is_paused_resumed_and_rewound_with_and_without_a_daemon() {
    let receiver = Receiver::serve(|_, _| Manner::Take);
    let listen = free_port();
    let desk = desk(receiver.address, "", &format!("[serve]\nlisten = \"{listen}\""));
    let sinks = |args: &[&str]| {
        desk.wirefold(&[&["sinks", "-c", "wirefold.toml", "--json"], args].concat())
            .success()
            .lines()[0]
            .clone()
    };
    let ready = || ready(listen);

    let mut daemon = desk.daemon();
    daemon.until("it is ready", ready);
    let paused = sinks(&["pause", "hook", "--reason", "the desk moves"]);
    assert_eq!(paused["sink"]["state"], "paused");
    put(&desk, "first", 0..20);
    daemon.until("the file has all", || filed(&desk) == 20);
    daemon.kill();

    // Paused outlives a kill; without a daemon the log is asked.
    let mut daemon = desk.daemon();
    daemon.until("it is ready", ready);
    let status = &sinks(&[])["sinks"][1];
    assert_eq!((&status["state"], &status["reason"]), (&"paused".into(), &"the desk moves".into()));
    daemon.stop();
    assert_eq!(receiver.taken().len(), 0, "nothing came while it was paused");
    let stopped = &sinks(&[])["sinks"];
    assert_eq!((&stopped[0]["state"], &stopped[1]["state"]), (&"stopped".into(), &"paused".into()));
    assert_eq!(sinks(&["resume", "hook"])["sink"]["state"], "stopped");
    let mut daemon = desk.daemon();
    daemon.until("all is delivered", || receiver.taken().len() == 20);
    daemon.until("it is ready", ready);

    sinks(&["rewind", "hook", "--to", "start"]);
    daemon.until("all is delivered again", || receiver.taken().len() == 40);
    daemon.stop();
    check_all_arrived(&receiver, 20);
    assert_eq!(sinks(&["rewind", "hook", "--to", "start"])["sink"]["state"], "stopped");
    sinks(&["rewind", "hook", "--to", "end"]);
    let mut daemon = desk.daemon();
    put(&desk, "second", 20..21);
    daemon.until("only what is new comes", || receiver.taken().len() == 41);
    daemon.stop();
    check_all_arrived(&receiver, 21);
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "pause", "hok"]).exited(2);
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "rewind", "hook", "--to", "soon"]).exited(2);
}

#[test]
fn a_sink_that_pauses_again_when_it_is_resumed_is_told_of_at_once() {
    let receiver = Receiver::serve(|_, _| Manner::Take);
    let listen = free_port();
    let serve = format!("[serve]\nlisten = \"{listen}\"");
    let desk = desk(receiver.address, "secret_file = \"secret\"", &serve);
    desk.write("secret", "whsec_dGhpcyBpcyB0aGUgc2VjcmV0IG9mIG5vYm9keQ==\n");
    let ready = || ready(listen);
    let mut daemon = desk.daemon();
    daemon.until("it is ready", ready);
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "pause", "hook"]).success();
    desk.write("secret", "changeme\n");
    let said = desk.wirefold(&["sinks", "-c", "wirefold.toml", "resume", "hook"]).exited(1);
    assert!(said.err.contains("resumed and paused again: "), "{}", said.err);
    desk.write("secret", "whsec_dGhpcyBpcyB0aGUgc2VjcmV0IG9mIG5vYm9keQ==\n");
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "resume", "hook"]).success();
    daemon.stop();
}

#[test]
fn a_sink_whose_secret_is_missing_is_named_at_the_start() {
    let keys = "secret_env = \"WIREFOLD_NO_SUCH_SECRET\"";
    let desk = desk(free_port(), keys, "");
    desk.wirefold(&["check", "-c", "wirefold.toml"]).success();
    let said = desk.wirefold(&["run", "-c", "wirefold.toml"]).exited(1);
    assert!(said.err.contains("sink hook"), "{}", said.err);
    assert!(said.err.contains("WIREFOLD_NO_SUCH_SECRET"), "{}", said.err);
}
