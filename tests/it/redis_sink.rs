//! Redis streams as a sink: every item once in its stream, whoever goes down.

use redis::{Commands, streams::StreamRangeReply};

use crate::delivery::{desk, put, torment};
use crate::server::{Kind, Server};
use crate::support::{Desk, unlike_any_other};

fn desk_for(server: &Server, more: &str) -> Desk {
    let address = server.address;
    desk(&format!(
        "[[sink.redis]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"redis://{address}\"\n{more}"
    ))
}

/// The entries of the stream: id and headline.
fn entries(server: &Server) -> Vec<(String, String)> {
    let client = redis::Client::open(format!("redis://{}", server.address)).unwrap();
    let mut connection = client.get_connection().unwrap();
    let found: StreamRangeReply = connection.xrange_all("wirefold:all").unwrap();
    let headline = |entry: &redis::streams::StreamId| entry.get::<String>("headline").unwrap();
    found.ids.iter().map(|entry| (entry.id.clone(), headline(entry))).collect()
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
    let mut daemon = desk.daemon();
    daemon.until("it notices the other log", || {
        desk.read("daemon.log").contains("holds deliveries of another log")
    });
    daemon.stop();
    assert_eq!(entries(&server), before);
}

#[test]
fn a_stream_of_another_log_is_left_as_it_is_though_no_place_of_it_is_taken() {
    let Some(server) = Server::start(Kind::Redis) else { return };
    let desk = desk_for(&server, "");
    let mut daemon = desk.daemon();
    put(&desk, 0..20);
    daemon.until("all is in the stream", || entries(&server).len() == 20);
    daemon.stop();
    let client = redis::Client::open(format!("redis://{}", server.address)).unwrap();
    let mut connection = client.get_connection().unwrap();
    let first: Vec<String> = (2..12).map(|position| format!("{position}-0")).collect();
    let removed: u64 = connection.xdel("wirefold:all", &first).unwrap();
    assert_eq!(removed, 10);
    let before = entries(&server);
    std::fs::remove_dir_all(desk.path("data")).unwrap();
    put(&desk, 90..91);
    let mut daemon = desk.daemon();
    daemon.until("it notices the other log", || {
        desk.read("daemon.log").contains("holds deliveries of another log")
    });
    daemon.stop();
    assert_eq!(entries(&server), before);
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
