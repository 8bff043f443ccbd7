//! Items a second through the whole daemon, with and without NATS: the real binary reads a file of
//! generated items, or a stream of them, folds, routes and commits them, and every item is delivered.
//!
//! `cargo bench --features nats --bench brokers`, with `nats-server` installed. `WIREFOLD_ITEMS` sets
//! how many (30,000), `WIREFOLD_RUNS` how often (3); the best run counts. Other things on the machine
//! slow it down: look at the ratio, too.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use jiff::SignedDuration;

#[path = "support/generator.rs"]
mod generator;

/// A server that is killed at the end.
struct Server(Child, SocketAddr);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(folder: &Path) -> Server {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = address.expect("a free port");
        let child = Command::new("nats-server")
            .args(["-a", "127.0.0.1", "-p", &address.port().to_string(), "-js", "-sd"])
            .arg(folder)
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server is installed");
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Server(child, address)
    }

    async fn context(&self) -> jetstream::Context {
        jetstream::new(async_nats::connect(self.1.to_string()).await.expect("the server answers"))
    }

    /// Makes a stream anew, empty.
    async fn make_stream(&self, name: &str, subject: &str) {
        let context = self.context().await;
        let _ = context.delete_stream(name).await;
        let subjects = vec![subject.to_owned()];
        let config = stream::Config { name: name.to_owned(), subjects, ..Default::default() };
        context.create_stream(config).await.expect("a stream");
    }

    /// Publishes every line of the wire.
    async fn publish(&self, wire: &str) {
        let context = self.context().await;
        let mut waiting = Vec::new();
        for line in wire.lines() {
            let sent = context.publish("wire.desk", line.to_owned().into()).await;
            waiting.push(sent.expect("it is sent"));
            if waiting.len() == 1_000 {
                for stored in waiting.drain(..) {
                    stored.await.expect("it is stored");
                }
            }
        }
        for stored in waiting {
            stored.await.expect("it is stored");
        }
    }

    /// Up to which message everything is acknowledged.
    async fn acknowledged(&self) -> u64 {
        let stream = self.context().await.get_stream("WIRE").await.expect("the stream");
        let info = stream.consumer_info("wirefold").await;
        info.map_or(0, |info| info.ack_floor.stream_sequence)
    }

    async fn stored(&self) -> u64 {
        let stream = self.context().await.get_stream("OUT").await.expect("the stream");
        stream.cached_info().state.messages
    }
}

const FILE: &str =
    "[[source.file]]\nname = \"wire\"\npath = \"wire.ndjson\"\nformat = \"ndjson\"\n";

fn config(source: &str, sink: &str) -> String {
    format!(
        "[log]\ndir = \"data\"\n{source}\n[[channel]]\nname = \"all\"\nrepeats = \"all\"\n\
         [[rule]]\nname = \"everything\"\nquery = \"*\"\nchannels = [\"all\"]\n{sink}"
    )
}

/// Writes the wire, with times that end now.
fn write_wire(path: &Path, items: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    for (number, arrival) in
        generator::Wire::new(11, SignedDuration::from_millis(50)).take(items as usize).enumerate()
    {
        let Ok(item) = arrival.record else { continue };
        let line = serde_json::json!({ "uri": format!("n:{number}"), "headline": item.headline,
            "publisher": item.publisher, "language": "en" });
        writeln!(file, "{line}").expect("room on the disk");
    }
}

/// Seconds from the daemon's start until `done`, or else until it ends.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn run(folder: &Path, config: &str, done: Option<&dyn Fn() -> bool>) -> f64 {
    std::fs::write(folder.join("wirefold.toml"), config).expect("a configuration");
    let _ = std::fs::remove_dir_all(folder.join("data"));
    let start = Instant::now();
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_wirefold"))
        .args(["run", "-c", "wirefold.toml"])
        .current_dir(folder)
        .env("WIREFOLD_LOG", "error")
        .spawn()
        .expect("the daemon starts");
    let Some(done) = done else {
        assert!(daemon.wait().expect("it ends").success(), "the daemon failed");
        return start.elapsed().as_secs_f64();
    };
    while !done() {
        assert!(daemon.try_wait().expect("it runs").is_none(), "the daemon ended early");
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = start.elapsed().as_secs_f64();
    let _ = daemon.kill();
    let _ = daemon.wait();
    seconds
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn main() {
    let (items, runs) = (number("WIREFOLD_ITEMS", 30_000), number("WIREFOLD_RUNS", 3));
    let folder = tempfile::tempdir().expect("a folder");
    write_wire(&folder.path().join("wire.ndjson"), items);
    let server = Server::start(&folder.path().join("nats"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sink = format!(
        "[[sink.nats]]\nname = \"hub\"\nchannels = [\"all\"]\nstream = \"OUT\"\n\
         url = \"nats://{}\"\n",
        server.1
    );
    let source = format!(
        "[[source.nats]]\nname = \"wire\"\nstream = \"WIRE\"\nformat = \"ndjson\"\nin_flight = 4000\n\
         url = \"nats://{}\"\n",
        server.1
    );
    let wire = std::fs::read_to_string(folder.path().join("wire.ndjson")).expect("the wire");
    let (mut without, mut with, mut from) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..runs {
        without = without.min(run(folder.path(), &config(FILE, ""), None));
        runtime.block_on(server.make_stream("OUT", "wirefold.>"));
        with = with.min(run(folder.path(), &config(FILE, &sink), None));
        let stored = runtime.block_on(server.stored());
        assert_eq!(stored, items, "every item is in the stream when the daemon ends");
        runtime.block_on(server.make_stream("WIRE", "wire.>"));
        runtime.block_on(server.publish(&wire));
        let done = || runtime.block_on(server.acknowledged()) == items;
        from = from.min(run(folder.path(), &config(&source, ""), Some(&done)));
    }
    let rate = |seconds: f64| items as f64 / seconds;
    wirefold::terminal::note(&format!(
        "{items} items, best of {runs} runs, start to end of the process\n\
         file, fold, route, log:               {:>8.0} items/s\n\
         file, fold, route, log, a NATS sink:  {:>8.0} items/s ({:.2} of the first)\n\
         NATS, fold, route, log, acknowledged: {:>8.0} items/s ({:.2} of the first)",
        rate(without),
        rate(with),
        without / with,
        rate(from),
        without / from
    ));
}
