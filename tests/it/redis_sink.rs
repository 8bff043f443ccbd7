//! Redis streams as a sink: every item once in its stream, whoever goes down.

use std::collections::BTreeSet;

use redis::Commands;
use redis::streams::{StreamMaxlen, StreamRangeReply};

use crate::delivery::{desk, put, torment};
use crate::server::{Kind, Server};
use crate::support::{Desk, unlike_any_other};

fn desk_for(server: &Server, more: &str) -> Desk {
    let address = server.address;
    desk(&format!(
        "[[sink.redis]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"redis://{address}\"\n{more}"
    ))
}

fn connection(server: &Server) -> redis::Connection {
    let client = redis::Client::open(format!("redis://{}", server.address)).unwrap();
    client.get_connection().unwrap()
}

/// The entries of the stream: id and headline.
fn entries(server: &Server) -> Vec<(String, String)> {
    let found: StreamRangeReply = connection(server).xrange_all("wirefold:all").unwrap();
    let headline = |entry: &redis::streams::StreamId| entry.get::<String>("headline").unwrap();
    found.ids.iter().map(|entry| (entry.id.clone(), headline(entry))).collect()
}

/// How many entries the stream has, and how many deliveries they are.
fn count(server: &Server) -> (usize, usize) {
    let found: StreamRangeReply = connection(server).xrange_all("wirefold:all").unwrap();
    let ids = found.ids.iter().map(|entry| entry.get::<String>("id").unwrap());
    (found.ids.len(), ids.collect::<BTreeSet<_>>().len())
}

fn rewind(desk: &Desk) {
    desk.wirefold(&["sinks", "-c", "wirefold.toml", "rewind", "hub", "--to", "start"]).success();
}

#[test]
fn every_item_is_in_the_stream_once_though_daemon_and_server_are_killed() {
    let Some(mut server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let (number, mut daemon) = torment(&desk, &mut server, Server::stop, Server::start_again);
    daemon.until("all is in the stream", || entries(&server).len() as u64 >= number);
    daemon.stop();
    let mut headlines: Vec<_> =
        entries(&server).into_iter().map(|(_, headline)| headline).collect();
    let mut expected: Vec<_> = (0..number).map(unlike_any_other).collect();
    headlines.sort();
    expected.sort();
    assert_eq!(headlines, expected, "an item was lost or added twice");
}

#[test]
fn a_stream_that_holds_another_log_is_left_as_it_is_and_pauses_the_sink() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let mut daemon = desk.daemon();
    put(&desk, 0..20);
    daemon.until("all is in the stream", || entries(&server).len() == 20);
    let before = entries(&server);
    daemon.stop();
    // Position 1 is the configuration.
    assert_eq!(before.last().unwrap().0, "21-0", "an entry's id is its position");
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    for file in desk.list("spool/done") {
        std::fs::rename(
            desk.path(&format!("spool/done/{file}")),
            desk.path(&format!("spool/{file}")),
        )
        .unwrap();
    }
    leaves_as_it_is(&desk, &server, &before);
}

/// The daemon says that the stream is of another log, and adds nothing to it.
#[track_caller]
fn leaves_as_it_is(desk: &Desk, server: &Server, before: &[(String, String)]) {
    let mut daemon = desk.daemon();
    daemon.until("it notices the other log", || {
        desk.read("daemon.log").contains("holds deliveries of another log")
    });
    daemon.stop();
    assert_eq!(entries(server), before);
}

#[test]
fn a_stream_of_another_log_is_left_as_it_is_though_no_place_of_it_is_taken() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let mut daemon = desk.daemon();
    put(&desk, 0..20);
    daemon.until("all is in the stream", || entries(&server).len() == 20);
    daemon.stop();
    let mut connection = connection(&server);
    let first: Vec<String> = (2..12).map(|position| format!("{position}-0")).collect();
    let removed: u64 = connection.xdel("wirefold:all", &first).unwrap();
    assert_eq!(removed, 10);
    let before = entries(&server);
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    put(&desk, 90..91);
    leaves_as_it_is(&desk, &server, &before);
}

#[test]
fn a_stream_is_kept_about_as_long_as_it_is_told() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "max_length = 100\n");
    let mut daemon = desk.daemon();
    for part in 0..10 {
        put(&desk, part * 100..(part + 1) * 100);
    }
    daemon.until("the last is in the stream", || {
        entries(&server).last().is_some_and(|(id, _)| id == "1001-0")
    });
    daemon.stop();
    let length = entries(&server).len();
    assert!((100..400).contains(&length), "{length}");
}

#[test]
fn what_readers_removed_comes_again_under_its_id_and_holds_up_nothing() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let mut daemon = desk.daemon();
    put(&desk, 0..20);
    daemon.until("all is in the stream", || entries(&server).len() == 20);
    daemon.stop();
    let ids: Vec<String> = entries(&server).into_iter().map(|(id, _)| id).collect();
    let removed: u64 = connection(&server).xdel("wirefold:all", &ids).unwrap();
    assert_eq!(removed, 20);
    rewind(&desk);
    put(&desk, 20..30);
    let mut daemon = desk.daemon();
    daemon.until("all is in the stream", || count(&server).1 == 30);
    daemon.stop();
    assert_eq!(count(&server), (30, 30));
    let last = entries(&server).pop().unwrap();
    assert_eq!(last.1, unlike_any_other(29));
    assert!(last.0.ends_with("-0"), "what is new has its own place, not {}", last.0);
}

#[test]
fn a_rewind_over_what_was_cut_adds_it_once_though_the_daemon_is_killed() {
    const ITEMS: u64 = 600;
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "batch = 10\n");
    let mut daemon = desk.daemon();
    put(&desk, 0..ITEMS);
    daemon.until("all is in the stream", || count(&server).1 == ITEMS as usize);
    daemon.stop();
    let cut: u64 = connection(&server).xtrim("wirefold:all", StreamMaxlen::Equals(50)).unwrap();
    assert_eq!(cut, ITEMS - 50);
    rewind(&desk);
    for _ in 0..4 {
        let before = entries(&server).len();
        let mut daemon = desk.daemon();
        daemon.until("it is under way", || entries(&server).len() > before);
        daemon.kill();
    }
    put(&desk, ITEMS..ITEMS + 10);
    let mut daemon = desk.daemon();
    let newest = unlike_any_other(ITEMS + 9);
    daemon.until("the newest is in the stream", || entries(&server).pop().unwrap().1 == newest);
    daemon.stop();
    let all = ITEMS as usize + 10;
    assert_eq!(count(&server), (all, all), "an item was lost or added twice");
}

#[test]
fn what_the_server_says_is_told_once_with_the_key() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let mut connection = connection(&server);
    let _: () = connection.set("wirefold:all", "a string").unwrap();
    put(&desk, 0..20);
    let mut daemon = desk.daemon();
    let told = |line: &str, what: &str| line.contains(&format!("stream `wirefold:all`: {what} "));
    let says = |what: &str| desk.read("daemon.log").lines().any(|line| told(line, what));
    daemon.until("it names the key", || says("WRONGTYPE"));
    let full = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).exec(&mut connection);
    full.unwrap();
    let _: () = connection.del("wirefold:all").unwrap();
    daemon.until("it says that there is no room", || says("OOM"));
    let log = desk.read("daemon.log");
    for line in log.lines().filter(|line| told(line, "OOM")) {
        assert_eq!(line.matches("OOM").count(), 1, "{line}");
    }
    let room = redis::cmd("CONFIG").arg(&["SET", "maxmemory", "0"]).exec(&mut connection);
    room.unwrap();
    daemon.until("all is in the stream", || count(&server) == (20, 20));
    daemon.stop();
}
