//! NATS streams whose numbers begin again: a store put back to an earlier copy, a stream made anew.
//! What comes under numbers that were seen before is other news, and none of it is lost.

use std::process::Command;

use crate::nats::{Broker, delivered, desk, each_once, item};
use crate::support::{Daemon, Desk};

/// Publishes one more part of a hundred, and has the desk take it in and acknowledge it.
fn take_in(broker: &Broker, desk: &Desk, daemon: &mut Daemon, part: u64) {
    broker.publish((part * 100..(part + 1) * 100).map(item));
    let number = (part + 1) * 100;
    daemon.until("all is delivered", || delivered(desk) as u64 >= number);
    all_is_acknowledged(broker, daemon);
}

fn all_is_acknowledged(broker: &Broker, daemon: &mut Daemon) {
    daemon.until("all is acknowledged", || {
        let consumer = broker.consumer();
        consumer.is_some_and(|consumer| consumer.num_pending == 0 && consumer.num_ack_pending == 0)
    });
}

/// Three hundred messages, of which the last hundred have the numbers of the second hundred: the
/// server's store is put back to a copy made after the first.
fn a_store_is_put_back(meanwhile_down: bool) {
    let Some(mut broker) = Broker::start() else { return };
    let desk = desk(&broker);
    let mut daemon = desk.daemon();
    take_in(&broker, &desk, &mut daemon, 0);
    broker.server.stop();
    let (store, copy) = (broker.server.store(), desk.path("copy"));
    let put = |from: &std::path::Path, to: &std::path::Path| {
        assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
    };
    put(&store, &copy);
    broker.server.start_again();
    take_in(&broker, &desk, &mut daemon, 1);
    if meanwhile_down {
        daemon.kill();
        put_back_and_go_on(&mut broker, || put(&copy, &store));
        daemon = desk.daemon();
    } else {
        put_back_and_go_on(&mut broker, || put(&copy, &store));
    }
    daemon.until("all is delivered", || delivered(&desk) >= 300);
    all_is_acknowledged(&broker, &mut daemon);
    daemon.stop();
    each_once(&desk, 0..300);
}

fn put_back_and_go_on(broker: &mut Broker, put: impl FnOnce()) {
    broker.server.stop();
    std::fs::remove_dir_all(broker.server.store()).unwrap();
    put();
    broker.server.start_again();
    broker.publish((200..300).map(item));
}

#[test]
fn a_store_put_back_while_the_daemon_runs_loses_no_message() {
    a_store_is_put_back(false);
}

#[test]
fn a_store_put_back_while_the_daemon_is_down_loses_no_message() {
    a_store_is_put_back(true);
}

/// Three hundred messages, and the stream is deleted and made anew after each hundred: while the
/// daemon runs, and while it is down.
#[test]
fn a_stream_made_anew_under_its_name_loses_no_message() {
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    let make_anew = || {
        broker.ask(|context| async move { context.delete_stream("WIRE").await.unwrap() });
        broker.make_stream();
    };
    let mut daemon = desk.daemon();
    take_in(&broker, &desk, &mut daemon, 0);
    make_anew();
    take_in(&broker, &desk, &mut daemon, 1);
    daemon.kill();
    make_anew();
    let mut daemon = desk.daemon();
    take_in(&broker, &desk, &mut daemon, 2);
    daemon.stop();
    each_once(&desk, 0..300);
}
