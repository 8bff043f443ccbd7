//! Real servers for tests, each on a free port of loopback with a folder of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::installed::program;
use crate::support::eventually;
use crate::web::free_port;

/// A server that can be stopped and started again with what it holds. Killed when dropped.
pub(crate) struct Server {
    kind: Kind,
    program: PathBuf,
    folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    args: Vec<String>,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    #[cfg(feature = "nats")]
    Nats,
    #[cfg(feature = "redis")]
    Redis,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Server {
    /// Starts one and waits until it answers. `None` where its program is not installed, which is
    /// said; with `CI` set in the environment, that is a failure.
    pub(crate) fn start(kind: Kind) -> Option<Server> {
        Server::start_with(kind, &[])
    }

    /// Like [`Server::start`], with more arguments for the program.
    pub(crate) fn start_with(kind: Kind, args: &[&str]) -> Option<Server> {
        let name = match kind {
            #[cfg(feature = "nats")]
            Kind::Nats => "nats-server",
            #[cfg(feature = "redis")]
            Kind::Redis => "redis-server",
            #[cfg(feature = "postgres")]
            Kind::Postgres => "postgres",
        };
        let program = program(name)?;
        let folder = tempfile::tempdir().unwrap();
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let address = free_port();
        let mut server = Server { kind, program, folder, address, args, child: None };
        #[cfg(feature = "postgres")]
        if kind == Kind::Postgres {
            server.make_cluster();
        }
        server.start_again();
        Some(server)
    }

    /// Starts it after [`Server::stop`].
    pub(crate) fn start_again(&mut self) {
        if self.child.is_some() {
            return;
        }
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
        let Some(mut child) = self.child.take() else { return };
        // One that is killed outright leaves children, and does not start again beside them.
        #[cfg(feature = "postgres")]
        if self.kind == Kind::Postgres {
            let pid = child.id().to_string();
            assert!(Command::new("kill").args(["-QUIT", &pid]).status().unwrap().success());
            child.wait().unwrap();
            return;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Where it keeps what it holds.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self) -> Command {
        let (data, port) = (self.store(), self.address.port().to_string());
        let mut command = Command::new(&self.program);
        match self.kind {
            #[cfg(feature = "nats")]
            Kind::Nats => {
                command.args(["-a", "127.0.0.1", "-p", &port, "-js", "-sd"]).arg(data);
            }
            #[cfg(feature = "redis")]
            Kind::Redis => {
                command.args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--dir"]);
                command.arg(self.folder.path()).args(["--appendonly", "yes"]);
                command.args(["--appendfsync", "always"]);
            }
            #[cfg(feature = "postgres")]
            Kind::Postgres => {
                command.arg("-D").arg(data).args(["-p", &port, "-h", "127.0.0.1", "-c"]);
                let sockets = self.folder.path().display();
                command.arg(format!("unix_socket_directories={sockets}"));
                as_postgres(&mut command);
            }
        }
        command.args(&self.args);
        command
    }
}

#[cfg(feature = "postgres")]
impl Server {
    /// Its unix socket, as an address names it.
    pub(crate) fn socket(&self) -> String {
        let folder = self.folder.path().display().to_string();
        format!("{}:{}", folder.replace('/', "%2F"), self.address.port())
    }

    /// An empty cluster with the superuser `postgres`, whom everybody may be.
    fn make_cluster(&self) {
        let folder = self.folder.path();
        let mut open = Command::new("chmod");
        assert!(open.arg("777").arg(folder).status().unwrap().success());
        let mut command = Command::new(self.program.with_file_name("initdb"));
        command.arg("-D").arg(self.store()).args(["-U", "postgres", "-A", "trust", "-N"]);
        as_postgres(&mut command);
        let made = command.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

/// PostgreSQL refuses to be run by root.
#[cfg(feature = "postgres")]
fn as_postgres(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let number = |args: &[&str]| {
        let output = Command::new("id").args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().ok()
    };
    if number(&["-u"]) == Some(0) {
        let user = number(&["-u", "postgres"]).expect("a user `postgres`, as its package makes");
        let group = number(&["-g", "postgres"]).unwrap();
        command.uid(user).gid(group).current_dir("/");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn answers(kind: Kind, address: SocketAddr) -> Option<()> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let (question, answer): (&[u8], &[u8]) = match kind {
        #[cfg(feature = "nats")]
        Kind::Nats => (b"", b"INFO"),
        #[cfg(feature = "redis")]
        Kind::Redis => (b"PING\r\n", b"+PONG"),
        // A start-up message of the user `postgres`; `R` is the answer of one that takes sessions.
        #[cfg(feature = "postgres")]
        Kind::Postgres => (b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0", b"R"),
    };
    stream.write_all(question).ok()?;
    let mut said = vec![0; answer.len()];
    stream.read_exact(&mut said).ok()?;
    (said == answer).then_some(())
}
