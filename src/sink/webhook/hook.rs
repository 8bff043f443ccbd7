//! A receiver on loopback for tests: it remembers what it was sent and answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A running receiver. Its thread ends with the test's process.
pub(crate) struct Hook {
    /// Where it answers.
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// How many came before it.
    pub(crate) number: usize,
    head: String,
    /// Its body.
    pub(crate) body: String,
}

impl Seen {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Its request line and headers.
    pub(crate) fn head(&self) -> &str {
        &self.head
    }

    /// The ids of the deliveries in its body.
    pub(crate) fn ids(&self) -> Vec<String> {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let id = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
        match &body {
            Value::Array(events) => events.iter().map(id).collect(),
            event => vec![id(event)],
        }
    }
}

impl Hook {
    /// Answers every request with the bytes that `answer` makes of it.
    pub(crate) fn serve(answer: impl Fn(&Seen) -> String + Send + 'static) -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
                let mut request = Seen { number: 0, head, body: String::new() };
                let length = request.header("content-length").map_or(0, |n| n.parse().unwrap());
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                request.body = String::from_utf8(body).unwrap();
                request.number = kept.lock().unwrap().len();
                kept.lock().unwrap().push(request.clone());
                // The sink may have hung up.
                let _ = reader.into_inner().write_all(answer(&request).as_bytes());
            }
        });
        Hook { url, seen }
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The ids of all deliveries so far.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.seen().iter().flat_map(Seen::ids).collect()
    }
}

/// An answer with that status line and those headers, each with its line end.
pub(crate) fn answer(status: &str, headers: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 2\r\nConnection: close\r\n\r\nok")
}
