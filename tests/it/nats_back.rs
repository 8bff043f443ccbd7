//! NATS streams whose numbers begin again: a store put back to an earlier copy, a stream made anew.
//! What comes under numbers that were seen before is other news, and none of it is lost.

use std::future::ready;
use std::path::Path;
use std::process::Command;

use async_nats::jetstream::consumer::PullConsumer;
use futures_util::StreamExt;

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

/// Takes in a hundred messages, makes a copy of the server's store, and takes in a hundred more.
fn two_hundred(broker: &mut Broker, desk: &Desk) -> Daemon {
    let mut daemon = desk.daemon();
    take_in(broker, desk, &mut daemon, 0);
    broker.server.stop();
    copy(&broker.server.store(), &desk.path("copy"));
    broker.server.start_again();
    take_in(broker, desk, &mut daemon, 1);
    daemon
}

/// Puts the store back, and publishes a hundred other messages. They get numbers that were seen.
fn put_back_and_go_on(broker: &mut Broker, desk: &Desk) {
    broker.server.stop();
    std::fs::remove_dir_all(broker.server.store()).unwrap();
    copy(&desk.path("copy"), &broker.server.store());
    broker.server.start_again();
    broker.publish((200..300).map(item));
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// All three hundred arrive, each once.
fn nothing_is_lost(broker: &Broker, desk: &Desk, mut daemon: Daemon) {
    daemon.until("all is delivered", || delivered(desk) >= 300);
    all_is_acknowledged(broker, &mut daemon);
    daemon.stop();
    each_once(desk, 0..300);
}

#[test]
fn a_store_put_back_while_the_daemon_runs_loses_no_message() {
    let Some(mut broker) = Broker::start() else { return };
    let desk = desk(&broker);
    let daemon = two_hundred(&mut broker, &desk);
    put_back_and_go_on(&mut broker, &desk);
    nothing_is_lost(&broker, &desk, daemon);
}

#[test]
fn a_store_put_back_while_the_daemon_is_down_loses_no_message() {
    let Some(mut broker) = Broker::start() else { return };
    let desk = desk(&broker);
    two_hundred(&mut broker, &desk).kill();
    put_back_and_go_on(&mut broker, &desk);
    let daemon = desk.daemon();
    nothing_is_lost(&broker, &desk, daemon);
}

/// The daemon was sent all of them, and killed before it could note anything: to the next one, the
/// server has delivered as far as the ledger knows.
#[test]
fn a_store_put_back_loses_no_message_though_the_daemon_dies_before_it_notes_so() {
    let Some(mut broker) = Broker::start() else { return };
    let desk = desk(&broker);
    two_hundred(&mut broker, &desk).kill();
    put_back_and_go_on(&mut broker, &desk);
    broker.ask(|context| async move {
        let consumer: PullConsumer =
            context.get_consumer_from_stream("wirefold", "WIRE").await.unwrap();
        let messages = consumer.batch().max_messages(100).messages().await.unwrap();
        assert_eq!(messages.filter(|message| ready(message.is_ok())).count().await, 100);
    });
    let daemon = desk.daemon();
    nothing_is_lost(&broker, &desk, daemon);
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
