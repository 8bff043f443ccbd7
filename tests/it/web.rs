//! Both ends of HTTP for tests: a client that pushes, and a server that offers a feed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A port of loopback that nobody listens on.
pub(crate) fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sends a request; the status and the body of the answer, or `None` when nobody answers to the
/// end.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<(u16, String)> {
    let (status, _, body) = exchange(address, method, path, headers, body)?;
    Some((status, body))
}

/// Like [`ask`], with the head of the answer between the two.
pub(crate) fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<(u16, String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut stream = BufReader::new(stream);
    let (mut head, mut body) = (String::new(), String::new());
    while !head.ends_with("\r\n\r\n") {
        (stream.read_line(&mut head).ok()? > 0).then_some(())?;
    }
    // Not everybody closes the connection when asked to.
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    stream.take(length.unwrap_or(u64::MAX)).read_to_string(&mut body).ok()?;
    (length.is_none_or(|length: u64| body.len() as u64 == length)).then_some(())?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, head, body))
}

/// A feed whose body a test changes. Its thread ends with the test's process.
pub(crate) struct Feed {
    pub address: SocketAddr,
    body: Arc<Mutex<String>>,
    asked: Arc<Mutex<u64>>,
}

impl Feed {
    /// Serves `body` with an ETag that changes with it, and 304 to whoever has it already.
    pub(crate) fn serve(body: String) -> Feed {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (body, asked) = (Arc::new(Mutex::new(body)), Arc::new(Mutex::new(0)));
        let (shown, count) = (body.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).to_lowercase();
                let body = shown.lock().unwrap().clone();
                let etag = format!("\"{}\"", body.len());
                let known = head.contains(&format!("if-none-match: {etag}"));
                let (status, body) =
                    if known { ("304 Not Modified", "") } else { ("200 OK", body.as_str()) };
                let length = body.len();
                // The daemon may be killed while it reads.
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nETag: {etag}\r\nContent-Length: {length}\r\n\
                     Connection: close\r\n\r\n{body}"
                );
                *count.lock().unwrap() += 1;
            }
        });
        Feed { address, body, asked }
    }

    pub(crate) fn change(&self, body: String) {
        *self.body.lock().unwrap() = body;
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> u64 {
        *self.asked.lock().unwrap()
    }
}
