//! NATS JetStream as a source: nothing lost, nothing folded twice, whoever goes down.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::{self, consumer, stream};
use tokio::runtime::Runtime;

use crate::server::{Kind, Server};
use crate::support::{Chance, Desk, unlike_any_other};

/// A NATS server with a stream `WIRE`.
pub(crate) struct Broker {
    pub(crate) server: Server,
    runtime: Runtime,
}

impl Broker {
    pub(crate) fn start() -> Option<Broker> {
        let server = Server::start(Kind::Nats)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let broker = Broker { server, runtime };
        broker.make_stream();
        Some(broker)
    }

    pub(crate) fn make_stream(&self) {
        self.ask(|context| async move {
            let subjects = vec!["wire.>".to_owned()];
            let config = stream::Config { name: "WIRE".to_owned(), subjects, ..Default::default() };
            context.create_stream(config).await.unwrap();
        });
    }

    /// Asks the server something, through a connection of its own: the server may have been away.
    pub(crate) fn ask<F: Future>(
        &self,
        question: impl FnOnce(jetstream::Context) -> F,
    ) -> F::Output {
        self.runtime.block_on(async {
            let client = async_nats::connect(self.server.address.to_string()).await.unwrap();
            question(jetstream::new(client)).await
        })
    }

    /// Publishes messages, and waits until the server has stored them.
    pub(crate) fn publish(&self, messages: impl IntoIterator<Item = String>) {
        let messages: Vec<_> = messages.into_iter().collect();
        self.ask(|context| async move {
            let mut stored = Vec::new();
            for message in messages {
                stored.push(context.publish("wire.desk", message.into()).await.unwrap());
            }
            for stored in stored {
                stored.await.unwrap();
            }
        });
    }

    /// What the server thinks of the daemon's consumer.
    pub(crate) fn consumer(&self) -> Option<consumer::Info> {
        self.ask(|context| async move {
            let stream = context.get_stream("WIRE").await.ok()?;
            stream.consumer_info("wirefold").await.ok()
        })
    }
}

/// A desk at which every verdict shows: even a repeat is delivered.
pub(crate) fn desk(broker: &Broker) -> Desk {
    let address = broker.server.address;
    Desk::with(&format!(
        r#"
[log]
dir = "data"

[[source.nats]]
name = "wire"
url = "nats://{address}"
stream = "WIRE"
ack_wait = "1s"

[[channel]]
name = "all"
repeats = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all", "rejected"]
"#
    ))
}

pub(crate) fn item(number: u64) -> String {
    format!("{{\"headline\":\"{}\"}}", unlike_any_other(number))
}

/// How many lines were delivered.
pub(crate) fn delivered(desk: &Desk) -> usize {
    desk.count("out.ndjson")
}

#[track_caller]
pub(crate) fn each_once(desk: &Desk, numbers: std::ops::Range<u64>) {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for line in desk.records_so_far("out.ndjson") {
        *times.entry(line["headline"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for number in numbers.clone() {
        let times = times.get(&unlike_any_other(number));
        assert_eq!(times, Some(&1), "item {number} was lost or folded twice");
    }
    assert_eq!(times.len() as u64, numbers.end - numbers.start);
}

#[test]
fn messages_are_acknowledged_when_they_are_durable() {
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    broker.publish((0..300).map(item));
    // Several records in one message, and one after it.
    broker.publish([format!("{}\n{}\n", item(300), item(301)), item(302)]);
    let mut daemon = desk.daemon();
    daemon.until("all is delivered", || delivered(&desk) >= 303);
    daemon.stop();
    each_once(&desk, 0..303);
    let consumer = broker.consumer().unwrap();
    assert_eq!((consumer.ack_floor.stream_sequence, consumer.num_ack_pending), (302, 0));
}

#[test]
fn a_message_that_cannot_be_read_is_rejected_and_not_sent_again() {
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    broker.publish(["{broken".to_owned(), item(1), String::new()]);
    let mut daemon = desk.daemon();
    daemon.until("all is delivered", || delivered(&desk) >= 3);
    daemon.stop();
    let rejected = |line: &&serde_json::Value| line["channel"] == "rejected";
    let lines = desk.records("out.ndjson");
    assert_eq!(lines.iter().filter(rejected).count(), 2, "{lines:?}");
    let consumer = broker.consumer().unwrap();
    assert_eq!((consumer.ack_floor.stream_sequence, consumer.num_ack_pending), (3, 0));
    assert_eq!(consumer.num_redelivered, 0);
}

#[test]
fn a_daemon_that_is_killed_again_and_again_folds_every_message_once() {
    const A_CYCLE: u64 = 200;
    let cycles = crate::kill::cycles();
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    let mut chance = Chance(20_261_126);
    let mut number = 0;
    for _ in 0..cycles {
        let before = delivered(&desk);
        let mut daemon = desk.daemon();
        broker.publish((number..number + A_CYCLE).map(item));
        number += A_CYCLE;
        // Some are killed before they have read anything, most in the middle.
        if chance.below(4) > 0 {
            daemon.until("it is under way", || delivered(&desk) > before);
        }
        std::thread::sleep(Duration::from_millis(chance.below(60)));
        daemon.kill();
    }
    let mut daemon = desk.daemon();
    daemon.until("all is delivered", || delivered(&desk) as u64 >= number);
    daemon.until("all is acknowledged", || {
        broker.consumer().is_some_and(|consumer| consumer.ack_floor.stream_sequence == number)
    });
    daemon.stop();
    each_once(&desk, 0..number);
}

#[test]
fn a_server_that_goes_away_and_comes_back_is_read_on_from_where_it_was() {
    let Some(mut broker) = Broker::start() else { return };
    let desk = desk(&broker);
    broker.server.stop();
    let mut daemon = desk.daemon();
    daemon.until("it has tried", || desk.read("daemon.log").contains("cannot be reached"));
    broker.server.start_again();
    broker.publish((0..50).map(item));
    daemon.until("the first are delivered", || delivered(&desk) >= 50);
    for part in 1..4 {
        broker.server.stop();
        broker.server.start_again();
        broker.publish((part * 50..(part + 1) * 50).map(item));
    }
    daemon.until("all is delivered", || delivered(&desk) >= 200);
    daemon.stop();
    each_once(&desk, 0..200);
}

#[test]
fn a_stream_that_is_made_later_is_waited_for() {
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    broker.ask(|context| async move { context.delete_stream("WIRE").await.unwrap() });
    let mut daemon = desk.daemon();
    daemon.until("it says so", || desk.read("daemon.log").contains("has no stream `WIRE`"));
    broker.make_stream();
    broker.publish([item(0)]);
    daemon.until("it is delivered", || delivered(&desk) == 1);
    daemon.stop();
}

#[test]
fn a_consumer_that_allows_small_requests_only_is_asked_for_no_more() {
    let Some(broker) = Broker::start() else { return };
    let desk = desk(&broker);
    broker.ask(|context| async move {
        let config = consumer::pull::Config {
            durable_name: Some("wirefold".to_owned()),
            max_batch: 10,
            max_expires: Duration::from_secs(2),
            ..Default::default()
        };
        context.create_consumer_on_stream(config, "WIRE").await.unwrap();
    });
    broker.publish((0..100).map(item));
    let mut daemon = desk.daemon();
    daemon.until("all is delivered", || delivered(&desk) >= 100);
    daemon.stop();
    each_once(&desk, 0..100);
    let log = desk.read("daemon.log");
    assert!(!log.contains("not reading"), "{log}");
}
