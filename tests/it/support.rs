//! A desk to test at: a temporary folder, the binary, and what it said.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A folder of its own with a configuration.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    /// A desk whose `wirefold.toml` is `config`.
    pub(crate) fn with(config: &str) -> Desk {
        let desk = Desk::new();
        desk.write("wirefold.toml", config);
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, which is there whole or not at all: a daemon may look at any moment.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let (path, aside) = (self.path(name), self.path(".aside"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&aside, text).unwrap();
        std::fs::rename(aside, &path).unwrap();
        path
    }

    /// Text of a file; empty when there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The records of a file of JSON lines that nobody writes to.
    #[track_caller]
    pub(crate) fn records(&self, name: &str) -> Vec<Value> {
        json_lines(&self.read(name))
    }

    /// The records so far of a file that is written to, or was when its writer was killed: the last
    /// line counts once it ends.
    #[track_caller]
    pub(crate) fn records_so_far(&self, name: &str) -> Vec<Value> {
        let text = self.read(name);
        json_lines(text.rfind('\n').map_or("", |end| &text[..=end]))
    }

    /// How many records [`Desk::records_so_far`] would give, without reading them.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.read(name).matches('\n').count()
    }

    /// Names in a folder, sorted.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(name)) else { return Vec::new() };
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The binary, with this folder as its working directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirefold"));
        command.args(args).current_dir(self.folder.path()).env_remove("WIREFOLD_LOG");
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn wirefold(&self, args: &[&str]) -> Said {
        let output = self.command(args).stdin(Stdio::null()).output().unwrap();
        Said::from(output)
    }

    /// Runs the binary to its end while nobody reads what it prints.
    pub(crate) fn unread(&self, args: &[&str]) -> Said {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = self.command(args);
        Said::from(command.stdin(Stdio::null()).stdout(writer).output().unwrap())
    }

    /// Starts the daemon with this desk's configuration.
    pub(crate) fn daemon(&self) -> Daemon {
        self.daemon_with(|_| {})
    }

    /// Like [`Desk::daemon`], with something changed about the command.
    pub(crate) fn daemon_with(&self, change: impl FnOnce(&mut Command)) -> Daemon {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("daemon.log"))
            .unwrap();
        let log_before = log.metadata().unwrap().len() as usize;
        let mut command = self.command(&["run", "-c", "wirefold.toml"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        change(&mut command);
        let child = command.spawn().unwrap();
        Daemon { child, log: self.path("daemon.log"), log_before }
    }
}

/// What a finished command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    #[track_caller]
    pub(crate) fn success(self) -> Said {
        self.exited(0)
    }

    #[track_caller]
    pub(crate) fn exited(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Standard output as one JSON value a line.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        json_lines(&self.out)
    }
}

#[track_caller]
fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// A running daemon. Killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
    /// Bytes that earlier runs wrote to the log.
    log_before: usize,
}

impl Daemon {
    /// SIGKILL, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Bytes of memory that it occupies now.
    pub(crate) fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Limits how long a file may become that it writes: a number of bytes, or `unlimited`. False where
    /// there is no program for that.
    #[must_use]
    pub(crate) fn limit_files(&self, bytes: &str) -> bool {
        self.limit(&format!("--fsize={bytes}:"))
    }

    /// Limits how many files it may open, those that it has among them. False as above.
    #[must_use]
    pub(crate) fn limit_open_files(&self, count: u64) -> bool {
        self.limit(&format!("--nofile={count}:"))
    }

    /// How many files it may open, and how many it might ask for.
    pub(crate) fn open_files_limits(&self) -> (u64, u64) {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        let mut limits = line.split_whitespace().map(|limit| limit.parse().unwrap_or(u64::MAX));
        (limits.next().unwrap(), limits.next().unwrap())
    }

    fn limit(&self, limit: &str) -> bool {
        let pid = self.child.id().to_string();
        Command::new("prlimit").args([limit, "--pid", &pid]).status().is_ok_and(|it| it.success())
    }

    /// SIGHUP: read the configuration again.
    pub(crate) fn hang_up(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// SIGTERM, and wait for the drain, which must end well.
    #[track_caller]
    pub(crate) fn stop(mut self) {
        // Before that it does not yet listen to signals, and simply ends.
        let (log, before) = (self.log.clone(), self.log_before);
        self.until("it listens to signals", || {
            let said = std::fs::read(&log).unwrap_or_default();
            String::from_utf8_lossy(&said[before.min(said.len())..]).contains("the window is as")
        });
        self.terminate();
        let status = self.wait();
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        assert!(status.success(), "{status}\n{log}");
    }

    /// Waits for it to end by itself.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let child = &mut self.child;
        let mut status = None;
        eventually(&self.log, "the daemon ends", || {
            status = child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// Waits until `condition` holds; fails with the daemon's log if it never does.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut condition: impl FnMut() -> bool) {
        let (child, log) = (&mut self.child, self.log.clone());
        eventually(&self.log, what, || {
            let ended = child.try_wait().unwrap();
            let holds = condition();
            if !holds && ended.is_some() {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                panic!("the daemon ended ({ended:?}) before {what}\n{log}");
            }
            holds
        });
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
pub(crate) fn eventually(log: &Path, what: &str, mut condition: impl FnMut() -> bool) {
    const PATIENCE: Duration = Duration::from_secs(60);
    #[expect(clippy::disallowed_methods, reason = "a test's patience, not a measurement")]
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > PATIENCE {
            let log = std::fs::read_to_string(log).unwrap_or_default();
            panic!("waited in vain: {what}\n{log}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A small reproducible source of chance (SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

/// A headline of invented words, like no other: nothing folds with it.
pub(crate) fn unlike_any_other(number: u64) -> String {
    let mut chance = Chance(number);
    let mut headline = String::new();
    for word in 0..6 {
        if word > 0 {
            headline.push(' ');
        }
        for _ in 0..4 {
            let consonant = b"bdfgklmnprstvz"[chance.below(14) as usize] as char;
            let vowel = b"aeiou"[chance.below(5) as usize] as char;
            write!(headline, "{consonant}{vowel}").unwrap();
        }
    }
    headline
}
