//! Real servers for tests, each on a free port of loopback with a folder of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::eventually;
use crate::web::free_port;

/// A server that can be stopped and started again with what it holds. Killed when dropped.
pub(crate) struct Server {
    kind: Kind,
    program: PathBuf,
    folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Nats,
}

impl Server {
    /// Starts one and waits until it answers. `None` where its program is not installed, which is
    /// said; with `CI` set in the environment, that is a failure.
    pub(crate) fn start(kind: Kind) -> Option<Server> {
        let name = match kind {
            Kind::Nats => "nats-server",
        };
        let Some(program) = find(name) else {
            assert!(std::env::var_os("CI").is_none(), "{name} is not installed, and CI is set");
            wirefold::terminal::note(&format!("skipped: {name} is not installed"));
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server { kind, program, folder, address: free_port(), child: None };
        server.start_again();
        Some(server)
    }

    /// Starts it after [`Server::stop`].
    pub(crate) fn start_again(&mut self) {
        let log = self.folder.path().join("server.log");
        let output = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        let child = self.child.insert(command.spawn().unwrap());
        let (kind, address) = (self.kind, self.address);
        eventually(&log, "the server answers", || {
            assert_eq!(child.try_wait().unwrap(), None, "the server ended");
            answers(kind, address).is_some()
        });
    }

    /// Kills it; what it holds on disk stays.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn command(&self) -> Command {
        let (data, port) = (self.folder.path().join("data"), self.address.port().to_string());
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Nats => {
                command.args(["-a", "127.0.0.1", "-p", &port, "-js", "-sd"]).arg(data);
            }
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program on the path, or where Debian keeps servers.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn answers(kind: Kind, address: SocketAddr) -> Option<()> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let (question, answer): (&[u8], &[u8]) = match kind {
        Kind::Nats => (b"", b"INFO"),
    };
    stream.write_all(question).ok()?;
    let mut said = vec![0; answer.len()];
    stream.read_exact(&mut said).ok()?;
    (said == answer).then_some(())
}
