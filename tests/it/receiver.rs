//! A receiver of webhooks that outlives the daemon, remembers what it was sent, and behaves as badly
//! as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::Chance;

/// What it does with a request that it has read to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes it: 200.
    Take,
    /// Answers with this status.
    Refuse(u16),
    /// Takes it, and hangs up in the middle of the answer's head.
    Lie,
}

/// A running receiver. Its threads end with the test's process.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Receiver {
    /// Decides about each request by its number and its body.
    pub(crate) fn serve(
        decide: impl Fn(u64, &Value) -> Manner + Send + Sync + 'static,
    ) -> Receiver {
        Receiver::on("127.0.0.1:0".parse().unwrap(), decide)
    }

    /// Like [`Receiver::serve`], at an address where nobody was before.
    pub(crate) fn on(
        address: SocketAddr,
        decide: impl Fn(u64, &Value) -> Manner + Send + Sync + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (kept, mut number) = (taken.clone(), 0);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                // A daemon that is killed leaves half a request: it was never sent.
                let Some(body) = read(&mut reader) else { continue };
                let manner = decide(number, &body);
                number += 1;
                if matches!(manner, Manner::Take | Manner::Lie) {
                    kept.lock().unwrap().push(body);
                }
                let answer = match manner {
                    Manner::Take => {
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    }
                    Manner::Lie => "HTTP/1.1 200 OK\r\nContent-Le",
                    Manner::Refuse(status) => &format!(
                        "HTTP/1.1 {status} No\r\nContent-Length: 7\r\nConnection: close\r\n\r\nnot now"
                    ),
                };
                // It may have been killed meanwhile.
                let _ = reader.into_inner().write_all(answer.as_bytes());
            }
        });
        Receiver { address, taken }
    }

    /// What it took, in order; lists of deliveries one by one.
    pub(crate) fn taken(&self) -> Vec<Value> {
        let taken = self.taken.lock().unwrap();
        let each = |body: &Value| body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        taken.iter().flat_map(each).collect()
    }

    /// Delivery id and headline of what it took.
    pub(crate) fn deliveries(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.taken().iter().map(|event| (text(&event["id"]), text(&event["headline"]))).collect()
    }
}

fn read(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let line = line.to_ascii_lowercase();
        length = line.strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()).or(length);
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// A manner by chance: takes most, fails and lies now and then.
pub(crate) fn moody(number: u64) -> Manner {
    match Chance(number).below(30) {
        0 => Manner::Refuse(503),
        1 => Manner::Lie,
        _ => Manner::Take,
    }
}
