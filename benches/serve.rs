//! From push to live event, through the whole daemon with durable commits, over loopback.
//!
//! ```sh
//! cargo bench --bench serve            # 500 and 2,000 items a second; 1,000 listeners at 200
//! ```
//!
//! Starts the release binary on a folder of its own. Raw `fdatasync` latency of the same folder is
//! measured beside it: the disk is the floor of every figure.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    say(&format!("raw fdatasync: {}", fdatasync(folder.path())));
    for (rate, seconds) in [(500, 10), (2_000, 10)] {
        let run = Run { rate, seconds, listeners: 1 };
        say(&run.go(folder.path()));
    }
    say(&Run { rate: 200, seconds: 10, listeners: 1_000 }.go(folder.path()));
}

#[expect(clippy::disallowed_macros, reason = "a measurement is printed")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}

/// One load.
struct Run {
    /// Items a second.
    rate: u64,
    seconds: u64,
    listeners: usize,
}

impl Run {
    fn go(&self, folder: &Path) -> String {
        let mut daemon = Daemon::start(&folder.join(format!("{}-{}", self.rate, self.listeners)));
        let items = self.rate * self.seconds;
        let epoch = now();
        let sent: Arc<[AtomicU64]> = (0..items).map(|_| AtomicU64::new(0)).collect();
        let ears: Vec<_> = (0..self.listeners)
            .map(|_| {
                let stream = daemon.listen();
                let sent = sent.clone();
                // A thread each, with a small stack.
                let listen = move || listen(stream, &sent, epoch);
                std::thread::Builder::new().stack_size(128 * 1024).spawn(listen).expect("a thread")
            })
            .collect();
        self.push(&daemon, &sent, epoch);
        let mut took = Vec::new();
        let mut lost = 0;
        for ear in ears {
            let heard = ear.join().expect("a listener ends");
            lost += items - heard.len() as u64;
            took.extend(heard);
        }
        took.sort_unstable();
        let memory = daemon.memory();
        daemon.stop();
        let Run { rate, listeners, .. } = self;
        format!(
            "push to event, {rate} items/s, {listeners} listeners: p50 {:.1} ms, p99 {:.1} ms, \
             max {:.1} ms, {items} items, {lost} lost, resident {memory} MiB",
            at(&took, 50),
            at(&took, 99),
            at(&took, 100)
        )
    }

    /// Pushes items in time, on as many connections as the pace needs. Each push is one item, and
    /// is answered when that is durable.
    fn push(&self, daemon: &Daemon, sent: &Arc<[AtomicU64]>, epoch: Instant) {
        const HANDS: u64 = 24;
        let start = now();
        let gap = Duration::from_secs(1) / self.rate as u32;
        std::thread::scope(|scope| {
            for hand in 0..HANDS {
                scope.spawn(move || {
                    let mut connection = daemon.connect();
                    for number in (hand..sent.len() as u64).step_by(HANDS as usize) {
                        let due = start + gap * number as u32;
                        std::thread::sleep(due.saturating_duration_since(now()));
                        let at = epoch.elapsed().as_micros() as u64;
                        sent[number as usize].store(at, Ordering::Relaxed);
                        connection.push(number);
                    }
                });
            }
        });
    }
}

/// Reads events until all have come, and tells how long each took, in microseconds.
fn listen(mut stream: BufReader<TcpStream>, sent: &[AtomicU64], epoch: Instant) -> Vec<u64> {
    let mut took = Vec::with_capacity(sent.len());
    let mut line = String::new();
    while took.len() < sent.len() {
        line.clear();
        // Nothing for 20 s: what has not come is lost.
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            break;
        }
        let Some(number) = line.split("\"uri\":\"push:").nth(1) else { continue };
        let number = number.split('"').next().and_then(|number| number.parse().ok());
        let number: usize = number.expect("a number");
        let at = epoch.elapsed().as_micros() as u64;
        took.push(at.saturating_sub(sent[number].load(Ordering::Relaxed)));
    }
    took
}

/// Milliseconds within which so many of a hundred came.
fn at(took: &[u64], percent: usize) -> f64 {
    let place = (took.len() * percent / 100).min(took.len().saturating_sub(1));
    took.get(place).map_or(f64::NAN, |micros| *micros as f64 / 1_000.0)
}

/// The raw latency of the disk.
fn fdatasync(folder: &Path) -> String {
    let mut file = std::fs::File::create(folder.join("probe")).expect("a file");
    let mut took: Vec<u64> = (0..300)
        .map(|_| {
            let start = now();
            file.write_all(&[7; 4_096]).and_then(|()| file.sync_data()).expect("the disk writes");
            start.elapsed().as_micros() as u64
        })
        .collect();
    took.sort_unstable();
    format!("p50 {:.2} ms, p99 {:.2} ms", at(&took, 50), at(&took, 99))
}

struct Daemon {
    child: Child,
    listen: SocketAddr,
}

impl Daemon {
    fn start(folder: &Path) -> Daemon {
        std::fs::create_dir_all(folder).expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let listen = free.expect("a free port");
        let config = format!(
            "[log]\ndir = \"data\"\n[serve]\nlisten = \"{listen}\"\ntoken_file = \"token\"\n\
             rate = 1e9\nburst = 1000000\nconnections = 1200\nstreams = 1100\n\
             [[channel]]\nname = \"all\"\nrepeats = \"all\"\n\
             [[rule]]\nname = \"everything\"\nquery = \"*\"\nchannels = [\"all\"]\n"
        );
        std::fs::write(folder.join("wirefold.toml"), config).expect("a configuration");
        std::fs::write(folder.join("token"), TOKEN).expect("a token");
        let log = std::fs::File::create(folder.join("daemon.log")).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_wirefold"))
            .args(["run", "-c", "wirefold.toml"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the daemon");
        let daemon = Daemon { child, listen };
        while TcpStream::connect(listen).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        daemon
    }

    fn connect(&self) -> Connection {
        let stream = TcpStream::connect(self.listen).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Connection { stream: BufReader::new(stream), host: self.listen }
    }

    fn listen(&self) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.listen).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("an option");
        let (path, host) = ("/v1/channels/all/events", self.listen);
        let head =
            format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("the daemon reads");
        let mut stream = BufReader::with_capacity(16 * 1024, stream);
        let mut line = String::new();
        while !line.starts_with("retry:") {
            line.clear();
            assert!(stream.read_line(&mut line).expect("an answer") > 0, "the daemon refuses");
        }
        stream
    }

    /// Resident memory in MiB.
    fn memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0) / 1_024
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const TOKEN: &str = "a-token-for-benches-alone";

struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl Connection {
    fn push(&mut self, number: u64) {
        let headline = headline(number);
        let body = format!("{{\"uri\":\"push:{number}\",\"headline\":\"{headline}\"}}\n");
        let request = format!(
            "POST /v1/items HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("the daemon reads");
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line).expect("an answer");
        assert!(line.contains(" 202 "), "{line}");
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line).expect("a header");
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut rest = vec![0; length];
        self.stream.read_exact(&mut rest).expect("a body");
    }
}

/// Invented words, like those of no other number: nothing folds.
fn headline(number: u64) -> String {
    let mut state = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: u64| {
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (state >> 33) % below
    };
    let mut words = Vec::new();
    for _ in 0..8 {
        let mut word = String::new();
        for _ in 0..3 {
            word.push(b"bdfgklmnprstvz"[next(14) as usize] as char);
            word.push(b"aeiou"[next(5) as usize] as char);
        }
        words.push(word);
    }
    words.join(" ")
}
