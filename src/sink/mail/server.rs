//! A mail server on loopback for tests: it keeps what it takes and answers as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// For whom a mail was taken, and the mail.
pub(super) type Taken = (Vec<String>, String);

/// A mail server that keeps what it takes. Its thread ends with the test's process.
pub(in crate::sink) struct Server {
    pub(super) address: SocketAddr,
    mails: Arc<Mutex<Vec<Taken>>>,
}

impl Server {
    /// A server that says what `objects` says to a line, or, after a mail, to that mail; where it says
    /// nothing, that all is well.
    pub(super) fn start(objects: impl Fn(&str) -> Option<&'static str> + Send + 'static) -> Server {
        Server::on(TcpListener::bind("127.0.0.1:0").unwrap(), objects)
    }

    /// The same where somebody listens already.
    pub(in crate::sink) fn on(
        listener: TcpListener,
        objects: impl Fn(&str) -> Option<&'static str> + Send + 'static,
    ) -> Server {
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that breaks off has sent nothing.
                let _ = session(&stream.unwrap(), &kept, &objects);
            }
        });
        Server { address, mails }
    }

    /// What it has taken, in order.
    pub(super) fn taken(&self) -> Vec<Taken> {
        self.mails.lock().unwrap().clone()
    }

    /// For whom mails were taken, in order, each with its channel.
    pub(super) fn mails(&self) -> Vec<String> {
        let channel = |mail: &str| {
            let subject = mail.lines().find_map(|line| line.strip_prefix("Subject: "));
            subject.unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
        };
        self.taken()
            .iter()
            .map(|(to, mail)| format!("{} for {}", channel(mail), to.join(" ")))
            .collect()
    }
}

fn session(
    stream: &TcpStream,
    mails: &Mutex<Vec<Taken>>,
    objects: &dyn Fn(&str) -> Option<&'static str>,
) -> std::io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    writer.write_all(b"220 desk\r\n")?;
    let (mut line, mut to) = (String::new(), Vec::new());
    while reader.read_line(&mut line)? > 0 {
        let answer = match (objects(&line), line.split([' ', '\r']).next().unwrap_or_default()) {
            (Some(objection), _) => objection,
            (None, "EHLO") => "250-desk\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            (None, "RCPT") => {
                to.push(line.trim_end().replace("RCPT TO:<", "").replace('>', ""));
                "250 ok"
            }
            (None, "DATA") => {
                writer.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    reader.read_line(&mut mail)?;
                }
                objects(&mail).unwrap_or_else(|| {
                    mails.lock().unwrap().push((std::mem::take(&mut to), mail));
                    "250 taken"
                })
            }
            _ => "250 ok",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}
