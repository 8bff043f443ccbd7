//! NATS JetStream as a sink: every item once in the stream, whoever goes down.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use tokio::runtime::Runtime;

use crate::delivery::{desk, put, torment};
use crate::server::{Kind, Server};
use crate::support::{Desk, unlike_any_other};
use crate::web::free_port;

/// A NATS server and a client of it.
struct Broker {
    server: Server,
    runtime: Runtime,
}

impl Broker {
    fn start() -> Option<Broker> {
        let server = Server::start(Kind::Nats)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Some(Broker { server, runtime })
    }

    fn desk(&self, more: &str) -> Desk {
        let address = self.server.address;
        desk(&format!(
            "[[sink.nats]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"nats://{address}\"\n\
             stream = \"OUT\"\n{more}"
        ))
    }

    fn make_stream(&self, subject: &str) {
        self.runtime.block_on(async {
            let client = async_nats::connect(self.server.address.to_string()).await.unwrap();
            let subjects = vec![subject.to_owned()];
            // Hundreds of kills take longer than the usual two minutes.
            let duplicate_window = Duration::from_secs(3_600);
            let name = "OUT".to_owned();
            let config = stream::Config { name, subjects, duplicate_window, ..Default::default() };
            jetstream::new(client).create_stream(config).await.unwrap();
        });
    }

    /// How often each headline is in the stream; `None` while the server is away.
    fn stored(&self) -> Option<BTreeMap<String, u32>> {
        self.runtime.block_on(async {
            let client = async_nats::connect(self.server.address.to_string()).await.ok()?;
            let stream = jetstream::new(client).get_stream("OUT").await.ok()?;
            let mut times = BTreeMap::new();
            for number in 1..=stream.cached_info().state.last_sequence {
                let message = stream.get_raw_message(number).await.ok()?;
                assert_eq!(message.subject.as_str(), "wirefold.all");
                let event: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
                let id = message.headers.get("Nats-Msg-Id").unwrap().as_str();
                assert!(id.starts_with(&format!("{}@", event["id"].as_str().unwrap())), "{id}");
                assert!(id.ends_with("/wirefold.all"), "{id}");
                *times.entry(event["headline"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            Some(times)
        })
    }

    fn count(&self) -> u64 {
        self.runtime.block_on(async {
            let client = async_nats::connect(self.server.address.to_string()).await.unwrap();
            let stream = jetstream::new(client).get_stream("OUT").await.unwrap();
            stream.cached_info().state.messages
        })
    }
}

#[test]
fn every_item_is_in_the_stream_once_though_daemon_and_server_are_killed() {
    let Some(mut broker) = Broker::start() else { return };
    broker.make_stream("wirefold.>");
    let desk = broker.desk("");
    let away = |broker: &mut Broker| broker.server.stop();
    let back = |broker: &mut Broker| broker.server.start_again();
    let (number, mut daemon) = torment(&desk, &mut broker, away, back);
    daemon.until("all is in the stream", || broker.count() >= number);
    daemon.stop();
    let stored = broker.stored().unwrap();
    for number in 0..number {
        let times = stored.get(&unlike_any_other(number));
        assert_eq!(times, Some(&1), "item {number} was lost or stored twice");
    }
    assert_eq!(stored.len() as u64, number);
}

#[test]
fn with_one_message_in_flight_the_stream_has_the_order_of_the_channel() {
    let Some(mut broker) = Broker::start() else { return };
    broker.make_stream("wirefold.>");
    let desk = broker.desk("in_flight = 1\n");
    let mut daemon = desk.daemon();
    put(&desk, 0..200);
    daemon.until("some is in the stream", || broker.count() > 0);
    broker.server.stop();
    put(&desk, 200..300);
    broker.server.start_again();
    daemon.until("all is in the stream", || broker.count() >= 300);
    daemon.stop();
    let positions: Vec<u64> = broker.runtime.block_on(async {
        let client = async_nats::connect(broker.server.address.to_string()).await.unwrap();
        let stream = jetstream::new(client).get_stream("OUT").await.unwrap();
        let mut positions = Vec::new();
        for number in 1..=300 {
            let message = stream.get_raw_message(number).await.unwrap();
            let event: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
            positions.push(event["position"].as_u64().unwrap());
        }
        positions
    });
    assert!(positions.is_sorted(), "{positions:?}");
}

#[test]
fn two_sinks_on_one_stream_have_all_of_their_messages_in_it() {
    let Some(broker) = Broker::start() else { return };
    broker.make_stream("*.all");
    let address = broker.server.address;
    let desk = broker.desk(&format!(
        "[[sink.nats]]\nname = \"wall\"\nchannels = [\"all\"]\nurl = \"nats://{address}\"\n\
         stream = \"OUT\"\nsubject = \"wall.{{channel}}\"\n"
    ));
    put(&desk, 0..20);
    let mut daemon = desk.daemon();
    daemon.until("all is in the stream, twice", || broker.count() == 40);
    daemon.stop();
}

#[test]
fn a_stream_without_a_place_for_the_channel_is_said_and_waited_for() {
    let Some(broker) = Broker::start() else { return };
    broker.make_stream("elsewhere.>");
    let desk = broker.desk("");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it says so", || {
        desk.read("daemon.log").contains("takes [\"elsewhere.>\"], not `wirefold.all`")
    });
    broker.runtime.block_on(async {
        let client = async_nats::connect(broker.server.address.to_string()).await.unwrap();
        let subjects = vec!["wirefold.*".to_owned()];
        let config = stream::Config { name: "OUT".to_owned(), subjects, ..Default::default() };
        jetstream::new(client).update_stream(config).await.unwrap();
    });
    daemon.until("it is in the stream", || broker.count() == 1);
    daemon.stop();
}

#[test]
fn a_stream_that_acknowledges_nothing_is_said_and_waited_for() {
    let Some(broker) = Broker::start() else { return };
    let change = |no_ack: bool, make: bool| {
        broker.runtime.block_on(async {
            let client = async_nats::connect(broker.server.address.to_string()).await.unwrap();
            let (name, subjects) = ("OUT".to_owned(), vec!["wirefold.>".to_owned()]);
            let config = stream::Config { name, subjects, no_ack, ..Default::default() };
            let context = jetstream::new(client);
            match make {
                true => drop(context.create_stream(config).await.unwrap()),
                false => drop(context.update_stream(config).await.unwrap()),
            }
        });
    };
    change(true, true);
    let desk = broker.desk("");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it says so", || desk.read("daemon.log").contains("(`no_ack`)"));
    assert_eq!(broker.count(), 0, "nothing is sent that cannot be known to be delivered");
    change(false, false);
    daemon.until("it is in the stream", || broker.count() == 1);
    daemon.stop();
}

/// A server whose user `desk` has this password, and rights, as its configuration writes them.
fn guarded(folder: &std::path::Path, password: &str, rights: &str) -> String {
    let file = folder.join("nats.conf");
    let user = format!("user: desk, password: \"{password}\", permissions: {{ {rights} }}");
    std::fs::write(&file, format!("authorization {{ users: [ {{ {user} }} ] }}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

/// How many messages are in the stream of a guarded server, which is made if need be.
fn count_in(server: &Server, password: &str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = async_nats::ConnectOptions::new();
        let options = options.user_and_password("desk".to_owned(), password.to_owned());
        let client = options.connect(server.address.to_string()).await.unwrap();
        let subjects = vec!["wirefold.>".to_owned()];
        let config = stream::Config { name: "OUT".to_owned(), subjects, ..Default::default() };
        let stream = jetstream::new(client).get_or_create_stream(config).await.unwrap();
        stream.cached_info().state.messages
    })
}

fn guarded_desk(server: &Server, password: &str) -> Desk {
    let desk = desk(&format!(
        "[[sink.nats]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"nats://desk@{}\"\n\
         password_file = \"password\"\nstream = \"OUT\"\n\n[serve]\nlisten = \"{}\"\n",
        server.address,
        free_port()
    ));
    desk.write("password", password);
    desk
}

/// What `wirefold sinks` says was the last error; nothing while no daemon answers it.
fn last_error(desk: &Desk) -> String {
    let said = desk.wirefold(&["sinks", "-c", "wirefold.toml", "--json"]).lines();
    let error = said.first().and_then(|status| status["sinks"][0]["error"].as_str());
    error.unwrap_or_default().to_owned()
}

#[test]
fn a_new_password_counts_at_the_next_attempt_to_connect() {
    let folder = tempfile::tempdir().unwrap();
    let config = guarded(folder.path(), "s3cret-w0rd", "");
    let Some(mut server) = Server::start_with(Kind::Nats, &["-c", &config]) else { return };
    assert_eq!(count_in(&server, "s3cret-w0rd"), 0);
    let desk = guarded_desk(&server, "s3cret-w0rd");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it is in the stream", || count_in(&server, "s3cret-w0rd") == 1);

    server.stop();
    guarded(folder.path(), "an0ther-w0rd", "");
    server.start_again();
    put(&desk, 1..2);
    daemon.until("it says why", || {
        let error = last_error(&desk);
        error.contains("the stream `OUT`") && error.contains("authorization violation")
    });
    desk.write("password", "an0ther-w0rd");
    daemon.until("both are in the stream", || count_in(&server, "an0ther-w0rd") == 2);
    daemon.stop();
    let log = desk.read("daemon.log");
    assert!(!log.contains("s3cret") && !log.contains("an0ther"), "{log}");
}

#[test]
fn a_right_that_is_missing_is_named_where_one_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = guarded(folder.path(), "s3cret-w0rd", "publish: { deny: \"wirefold.>\" }");
    let Some(server) = Server::start_with(Kind::Nats, &["-c", &config]) else { return };
    assert_eq!(count_in(&server, "s3cret-w0rd"), 0);
    let desk = guarded_desk(&server, "s3cret-w0rd");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it says so", || {
        last_error(&desk).contains("Permissions Violation for Publish to \"wirefold.all\"")
    });
    daemon.stop();
}

#[test]
fn a_password_is_read_from_its_file_and_never_shown() {
    let args = ["--user", "desk", "--pass", "s3cret-w0rd"];
    let Some(server) = Server::start_with(Kind::Nats, &args) else { return };
    let address = server.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let connect = || async move {
        let options = async_nats::ConnectOptions::new();
        let options = options.user_and_password("desk".to_owned(), "s3cret-w0rd".to_owned());
        jetstream::new(options.connect(address.to_string()).await.unwrap())
    };
    runtime.block_on(async {
        let subjects = vec!["wirefold.>".to_owned()];
        let config = stream::Config { name: "OUT".to_owned(), subjects, ..Default::default() };
        connect().await.create_stream(config).await.unwrap();
    });
    let desk = desk(&format!(
        "[[sink.nats]]\nname = \"hub\"\nchannels = [\"all\"]\nurl = \"nats://desk@{address}\"\n\
         password_file = \"password\"\nstream = \"OUT\"\n"
    ));
    desk.write("password", "s3cret-w0rd\n");
    put(&desk, 0..1);
    let mut daemon = desk.daemon();
    daemon.until("it is in the stream", || {
        runtime.block_on(async {
            let stream = connect().await.get_stream("OUT").await.unwrap();
            stream.cached_info().state.messages == 1
        })
    });
    daemon.stop();
    assert!(!desk.read("daemon.log").contains("s3cret"), "{}", desk.read("daemon.log"));
}
