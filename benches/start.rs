//! How long a daemon takes to be ready when a full log waits for it, and what it then holds.
//!
//! ```sh
//! cargo bench --bench start            # 1,000,000 items, all of them in the window
//! ```
//!
//! `WIREFOLD_ITEMS` sets how many items, `WIREFOLD_RUNS` how many starts (5); the best counts. The log
//! is made by the release binary from a file of generated items (`support/generator.rs`).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

#[path = "support/generator.rs"]
mod generator;

const ROUTES: &str = "[[channel]]\nname = \"all\"\n\
    [[rule]]\nname = \"everything\"\nquery = \"*\"\nchannels = [\"all\"]\n";

fn main() {
    let (items, runs) = (number("WIREFOLD_ITEMS", 1_000_000), number("WIREFOLD_RUNS", 5));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let made = make_log(folder.path(), items);
    let bytes = std::fs::metadata(folder.path().join("data/log.redb")).map_or(0, |log| log.len());
    let mut best = (f64::MAX, u64::MAX, u64::MAX);
    for _ in 0..runs {
        let (seconds, resident, peak) = start(folder.path());
        best = (best.0.min(seconds), best.1.min(resident), best.2.min(peak));
    }
    wirefold::terminal::note(&format!(
        "{items} items, log of {} MiB made in {made:.0} s ({:.0} items/s)\n\
         ready after {:.1} s, best of {runs}; resident then {} MiB, at most {} MiB",
        bytes >> 20,
        items as f64 / made,
        best.0,
        best.1,
        best.2
    ));
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}

/// Reads a file of generated items into a new log. Seconds taken.
fn make_log(folder: &Path, items: u64) -> f64 {
    let mut wire =
        std::io::BufWriter::new(std::fs::File::create(folder.join("wire.ndjson")).expect("a file"));
    let arrivals = generator::Wire::new(11, SignedDuration::from_millis(50));
    for (number, arrival) in arrivals.take(items as usize).enumerate() {
        let Ok(item) = arrival.record else { continue };
        let line = serde_json::json!({ "uri": format!("n:{number}"), "headline": item.headline,
            "publisher": item.publisher, "language": "en" });
        writeln!(wire, "{line}").expect("room on the disk");
    }
    wire.flush().expect("room on the disk");
    let source = "[[source.file]]\nname = \"wire\"\npath = \"wire.ndjson\"\nformat = \"ndjson\"\n";
    let start = now();
    let ended = daemon(folder, source).wait().expect("it ends");
    assert!(ended.success(), "the daemon failed");
    start.elapsed().as_secs_f64()
}

/// Starts the daemon on the log. Seconds until it is ready, MiB then, MiB at most.
fn start(folder: &Path) -> (f64, u64, u64) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let listen = free.expect("a free port");
    let start = now();
    let mut child = daemon(folder, &format!("[serve]\nlisten = \"{listen}\"\n"));
    while !ready(listen) {
        assert!(child.try_wait().expect("it runs").is_none(), "the daemon ended early");
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = start.elapsed().as_secs_f64();
    let memory = (memory(&child, "VmRSS:"), memory(&child, "VmHWM:"));
    let _ = child.kill();
    let _ = child.wait();
    (seconds, memory.0, memory.1)
}

fn daemon(folder: &Path, more: &str) -> Child {
    let config = format!("[log]\ndir = \"data\"\n{more}{ROUTES}");
    std::fs::write(folder.join("wirefold.toml"), config).expect("a configuration");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirefold"));
    command.args(["run", "-c", "wirefold.toml"]).current_dir(folder).env("WIREFOLD_LOG", "error");
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the daemon starts")
}

fn ready(listen: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(listen) else { return false };
    let request = format!("GET /healthz HTTP/1.0\r\nHost: {listen}\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.contains(" 200 ")
}

/// A line of the process's status, in MiB.
fn memory(child: &Child, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let size = status.lines().find_map(|found| found.strip_prefix(line)).unwrap_or("0");
    size.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1_024
}
