use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;
use crate::net::local::{Local, answer};

async fn get(url: &Url) -> Result<Response, FetchError> {
    let request = Request::get(url.clone(), Reach::Anywhere);
    Client::new().unwrap().fetch(request).await
}

#[tokio::test]
async fn a_fetch_says_who_asks_and_what_it_understands() {
    let server = Local::serve(|_| answer("200 OK", "ETag: \"a\"\r\n", b"<rss/>"));
    let response = get(&server.url).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (StatusCode::OK, &b"<rss/>"[..]));
    assert_eq!(response.header(header::ETAG), Some("\"a\""));
    let head = server.heads().remove(0);
    assert!(head.contains(&format!("user-agent: wirefold/{}", env!("CARGO_PKG_VERSION"))));
    assert!(head.contains("accept-encoding: gzip, br, deflate"), "{head}");
}

#[tokio::test]
async fn a_client_for_many_servers_keeps_no_connection() {
    const ASKED: u32 = 20;
    for (client, keeps) in [(Client::new(), true), (Client::without_idle(), false)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        std::thread::spawn(move || {
            for (number, stream) in (1..).zip(listener.incoming()) {
                std::thread::spawn(move || keep_alive(stream.unwrap(), number));
            }
        });
        let client = client.unwrap();
        let mut connections = Vec::new();
        for _ in 0..ASKED {
            let request = Request::get(url.clone(), Reach::Anywhere);
            connections = client.fetch(request).await.unwrap().body;
        }
        assert_eq!(connections != ASKED.to_string().as_bytes(), keeps, "{connections:?}");
    }
}

/// Answers every request on a connection with its number.
fn keep_alive(mut stream: TcpStream, number: u32) {
    let mut head = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            head.clear();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{number:02}");
        }
    }
}

#[tokio::test]
async fn a_permanent_redirect_is_followed_and_told() {
    // The second as a browser shows it.
    for location in ["/new", "/n\u{E9}w"] {
        let server = Local::serve(move |head| match head.starts_with("get /feed ") {
            true => answer("301 Moved Permanently", &format!("Location: {location}\r\n"), b""),
            false => answer("200 OK", "", b"here"),
        });
        let response = get(&server.url).await.unwrap();
        assert_eq!(response.body, b"here");
        assert_eq!(response.moved, Some(server.url.join(location).unwrap()));
    }
}

#[tokio::test]
async fn private_addresses_are_refused_by_number_and_by_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = Client::new().unwrap();
    // The last four are 127.0.0.1 in the spellings that have got past filters elsewhere.
    for host in
        ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f.1", "[::ffff:7f00:1]", "127.1"]
    {
        let url = format!("http://{host}:{port}/").parse().unwrap();
        let refused = client.fetch(Request::get(url, Reach::Public)).await.unwrap_err();
        assert_eq!(refused.kind(), FetchErrorKind::Refused, "{host}: {refused}");
        assert!(refused.to_string().contains("allow_private"), "{refused}");
    }
    listener.set_nonblocking(true).unwrap();
    let nobody_came = listener.accept().unwrap_err();
    assert_eq!(nobody_came.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let server = Local::serve(|_| answer("200 OK", "", &[b'x'; 5_000]));
    let mut request = Request::get(server.url, Reach::Anywhere);
    request.limits.sent = 4_999;
    let error = Client::new().unwrap().fetch(request).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::TooLarge, "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let server = Local::serve(|_| Vec::new());
    let mut request = Request::get(server.url, Reach::Anywhere);
    request.limits.time = Duration::from_millis(50);
    let error = Client::new().unwrap().fetch(request).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn an_answer_that_is_cut_is_an_error() {
    let server = Local::serve(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>".to_vec());
    let error = get(&server.url).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (url, server) = serve_tls();
    let error = get(&url).await.unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Connect, "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(server.join().unwrap().is_err(), "the client hung up during the handshake");
}

/// A server whose certificate for 127.0.0.1 is signed by itself.
fn serve_tls() -> (Url, JoinHandle<std::io::Result<()>>) {
    let certificate = include_bytes!("self_signed.der").to_vec().into();
    let key =
        rustls::pki_types::PrivatePkcs8KeyDer::from(&include_bytes!("self_signed_key.der")[..]);
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let mut tls = rustls::ServerConnection::new(config.into()).unwrap();
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        // The last message of the handshake is the client's verdict.
        tls.complete_io(&mut stream).map(|_| ())
    });
    (url, server)
}

#[tokio::test]
async fn an_address_may_be_a_secret_and_is_not_shown() {
    let url = format!("http://127.0.0.1/{}/T1secret", "x".repeat(70_000)).parse().unwrap();
    let error = get(&url).await.unwrap_err().to_string();
    assert!(error.contains("127.0.0.1") && !error.contains("T1secret"), "{error}");
}
