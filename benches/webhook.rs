//! Items a second through the whole daemon with one webhook: the real binary reads a file of generated
//! items, folds, routes and commits them, and delivers every one to a receiver in this process, which
//! answers at once.
//!
//! `cargo bench --bench webhook`. `WIREFOLD_ITEMS` sets how many (30,000), `WIREFOLD_RUNS` how often
//! (3); the best run counts.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::Value;

#[path = "support/generator.rs"]
mod generator;

/// Takes everything, over kept connections. Its threads end with the process.
struct Receiver {
    address: SocketAddr,
    ids: Arc<Mutex<HashSet<String>>>,
}

impl Receiver {
    fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let ids = Arc::new(Mutex::new(HashSet::new()));
        let kept = ids.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ids = kept.clone();
                std::thread::spawn(move || answer(stream, &ids));
            }
        });
        Receiver { address, ids }
    }

    /// Different deliveries so far.
    fn taken(&self) -> usize {
        self.ids.lock().expect("no thread panicked").len()
    }
}

/// Answers the requests of one connection until it is closed.
fn answer(stream: TcpStream, ids: &Mutex<HashSet<String>>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body: Value = serde_json::from_slice(&body).ok()?;
        let events = body.as_array().map_or(std::slice::from_ref(&body), Vec::as_slice);
        let found = events.iter().filter_map(|event| event["id"].as_str()).map(str::to_owned);
        ids.lock().expect("no thread panicked").extend(found);
        reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    }
}

fn config(sink: &str) -> String {
    format!(
        "[log]\ndir = \"data\"\n[[source.file]]\nname = \"wire\"\npath = \"wire.ndjson\"\n\
         format = \"ndjson\"\nfollow = true\n[[channel]]\nname = \"all\"\nrepeats = \"all\"\n\
         [[rule]]\nname = \"everything\"\nquery = \"*\"\nchannels = [\"all\"]\n{sink}"
    )
}

fn write_wire(path: &Path, items: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    let wire = generator::Wire::new(11, SignedDuration::from_millis(50));
    for (number, arrival) in wire.take(items).enumerate() {
        let Ok(item) = arrival.record else { continue };
        let line = serde_json::json!({ "uri": format!("n:{number}"), "headline": item.headline,
            "publisher": item.publisher, "language": "en" });
        writeln!(file, "{line}").expect("room on the disk");
    }
}

/// Seconds from the daemon's start until the receiver has all.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn run(folder: &Path, batch: u32, items: usize) -> f64 {
    let receiver = Receiver::start();
    let sink = format!(
        "[[sink.webhook]]\nname = \"hook\"\nchannels = [\"all\"]\nallow_private = true\n\
         url = \"http://{}/\"\nbatch = {batch}\n",
        receiver.address
    );
    std::fs::write(folder.join("wirefold.toml"), config(&sink)).expect("a configuration");
    let _ = std::fs::remove_dir_all(folder.join("data"));
    let start = Instant::now();
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_wirefold"))
        .args(["run", "-c", "wirefold.toml"])
        .current_dir(folder)
        .env("WIREFOLD_LOG", "error")
        .stdin(Stdio::null())
        .spawn()
        .expect("the daemon starts");
    while receiver.taken() < items {
        assert!(daemon.try_wait().expect("it runs").is_none(), "the daemon ended early");
        std::thread::sleep(Duration::from_millis(5));
    }
    let seconds = start.elapsed().as_secs_f64();
    let _ = daemon.kill();
    let _ = daemon.wait();
    seconds
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn main() {
    let (items, runs) = (number("WIREFOLD_ITEMS", 30_000), number("WIREFOLD_RUNS", 3));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    write_wire(&folder.path().join("wire.ndjson"), items);
    for batch in [1, 100] {
        let best = (0..runs).map(|_| run(folder.path(), batch, items)).fold(f64::MAX, f64::min);
        wirefold::terminal::note(&format!(
            "file, fold, route, log, webhook, batch {batch}: {:.0} items/s ({items} items, best of \
             {runs})",
            items as f64 / best
        ));
    }
}
