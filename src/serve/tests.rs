use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Url;

use super::*;
use crate::log::Entry;
use crate::log::sample::at;
use crate::net::{Client, Reach, Request, Response};
use crate::source::testing::{Bench, until};

mod feeds;
mod interface;
mod limits;
mod live;
mod notices;
mod push;
mod reading;
mod scopes;

const TOKEN: &str = "a-token-for-tests-alone";

/// A listener in front of a pipeline.
struct Desk {
    bench: Bench,
    url: Url,
    streams: Arc<Semaphore>,
    in_force: watch::Sender<Arc<Config>>,
    server: JoinHandle<()>,
    serve: ServeConfig,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Desk {
        Desk::with(|_| {}).await
    }

    async fn with(change: impl Fn(&mut ServeConfig)) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let bench = Bench::start(folder.path(), at(0));
        Desk::before(bench, folder, change).await
    }

    async fn before(
        bench: Bench,
        folder: tempfile::TempDir,
        change: impl Fn(&mut ServeConfig),
    ) -> Desk {
        let token_file = folder.path().join("token");
        std::fs::write(&token_file, TOKEN).unwrap();
        let mut config = ServeConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            token_file,
            token_names: Vec::new(),
            token_env: None,
            tokens: Vec::new(),
            lifecycle: None,
            public_read: false,
            hosts: Vec::new(),
            public_url: None,
            origins: Vec::new(),
            connections: 80,
            streams: 60,
            max_body: 100_000,
            rate: 1_000.0,
            burst: 1_000,
            history: 10_000,
            patience: Duration::from_millis(20),
        };
        change(&mut config);
        let in_force = watch::Sender::new(Arc::new(desk_config()));
        let told = in_force.subscribe();
        let serve = config.clone();
        let server =
            Server::open(config, told, bench.context.clone(), Couriers::default()).await.unwrap();
        let url = format!("http://{}/", server.address()).parse().unwrap();
        let streams = server.app.streams.clone();
        let server = tokio::spawn(server.run());
        Desk { bench, url, streams, in_force, server, serve, _folder: folder }
    }

    /// A push with a token, changed by `change`.
    async fn push_as(&self, body: &str, change: impl Fn(&mut HeaderMap)) -> Response {
        let mut request = Request::get(self.url.join("/v1/items").unwrap(), Reach::Anywhere);
        request.method = Method::POST;
        request.body = body.to_owned().into();
        set(&mut request.headers, header::CONTENT_TYPE, "application/x-ndjson");
        set(&mut request.headers, header::AUTHORIZATION, &format!("Bearer {TOKEN}"));
        change(&mut request.headers);
        Client::new().unwrap().fetch(request).await.unwrap()
    }

    async fn push(&self, body: &str) -> Response {
        self.push_as(body, |_| {}).await
    }

    async fn get(&self, path: &str) -> Response {
        self.get_as(path, |_| {}).await
    }

    async fn get_as(&self, path: &str, change: impl Fn(&mut HeaderMap)) -> Response {
        let mut request = Request::get(self.url.join(path).unwrap(), Reach::Anywhere);
        set(&mut request.headers, header::AUTHORIZATION, &format!("Bearer {TOKEN}"));
        change(&mut request.headers);
        Client::new().unwrap().fetch(request).await.unwrap()
    }

    /// The JSON of an answer that must be good.
    #[track_caller]
    fn json(&self, path: &str) -> impl Future<Output = Value> {
        let get = self.get(path);
        let path = path.to_owned();
        async move {
            let response = get.await;
            assert_eq!(response.status, StatusCode::OK, "{path}: {:?}", body(&response));
            body(&response)
        }
    }

    /// Has the configuration read again, with another `[serve]`.
    fn reload(&self, change: impl Fn(&mut ServeConfig)) {
        let mut serve = self.serve.clone();
        change(&mut serve);
        let config = Config { serve: Some(serve), ..desk_config() };
        self.in_force.send_replace(Arc::new(config));
    }

    /// Free places for listeners.
    fn places(&self) -> usize {
        self.streams.available_permits()
    }

    /// Writes entries to the log as if they had come through the pipeline.
    fn append(&self, entries: &[Entry]) {
        self.bench.context.log.append(entries).unwrap();
    }
}

/// The channels of the sample entries.
fn desk_config() -> Config {
    let text = "[[channel]]\nname = \"harbour\"\ntitle = \"The harbour\"\n\
                [[channel]]\nname = \"night\"\n\
                [[publisher]]\nname = \"Coast Wire\"\nfamily = \"coast\"\naliases = [\"CW\"]\n\
                [[rule]]\nname = \"Ferries\"\nquery = \"ferr*\"\nchannels = [\"harbour\"]\n\
                [[rule]]\nname = \"Late\"\nquery = \"ferr*\"\nchannels = [\"night\"]\n\
                set = { priority = 6, labels = [\"late\"] }\n";
    let file = crate::config::File::new("desk.toml", text);
    let (config, problems) = Config::parse(file, std::path::Path::new("."));
    config.unwrap_or_else(|| panic!("{problems}"))
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    headers.insert(name, HeaderValue::from_str(value).unwrap());
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

const TWO: &str = "{\"headline\":\"Ferry leaves\"}\n{\"headline\":\"Ferry returns\"}\n";

#[tokio::test]
async fn without_the_right_token_nothing_is_taken_in() {
    let desk = Desk::open().await;
    // The password of a browser is for reading only.
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("me:{TOKEN}")));
    for authorization in ["", "Bearer ", "Bearer wrong-token-for-tests", &basic, TOKEN] {
        let change = |headers: &mut HeaderMap| set(headers, header::AUTHORIZATION, authorization);
        let response = desk.push_as(TWO, change).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert_eq!(response.header(header::WWW_AUTHENTICATE), Some("Bearer"));
    }
    assert!(desk.bench.records().is_empty());
}

#[tokio::test]
async fn sinks_are_told_of_and_asked_with_a_token_only() {
    let desk = Desk::open().await;
    let ask = async |method: Method, path: &str, body: &'static str, token: bool| {
        let mut request = Request::get(desk.url.join(path).unwrap(), Reach::Anywhere);
        request.method = method;
        request.body = body.into();
        if token {
            set(&mut request.headers, header::AUTHORIZATION, &format!("Bearer {TOKEN}"));
        }
        Client::new().unwrap().fetch(request).await.unwrap()
    };
    for (method, path) in [
        (Method::GET, "/v1/sinks"),
        (Method::GET, "/v1/sinks/desk"),
        (Method::POST, "/v1/sinks/desk/pause"),
    ] {
        let refused = ask(method, path, "", false).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let listed = ask(Method::GET, "/v1/sinks", "", true).await;
    assert_eq!((listed.status, body(&listed)), (StatusCode::OK, json!({ "sinks": [] })));
    for (path, wish, status) in [
        ("/v1/sinks/desk/pause", "", 404),
        ("/v1/sinks/desk/explode", "", 404),
        ("/v1/sinks/desk/rewind", "", 422),
        ("/v1/sinks/desk/rewind", "{\"to\":\"soon\"}", 422),
        ("/v1/sinks/desk/rewind", "{\"to\":true}", 400),
        ("/v1/sinks/desk/pause", "{\"why\":1}", 400),
    ] {
        let refused = ask(Method::POST, path, wish, true).await;
        assert_eq!(refused.status.as_u16(), status, "{path} {wish}");
    }
}

#[tokio::test]
async fn web_pages_and_rebound_names_are_refused_even_with_the_token() {
    let desk = Desk::open().await;
    let page = |headers: &mut HeaderMap| set(headers, header::ORIGIN, "https://evil.example");
    assert_eq!(desk.push_as(TWO, page).await.status, StatusCode::FORBIDDEN);
    let name = |headers: &mut HeaderMap| set(headers, header::HOST, "evil.example");
    assert_eq!(desk.push_as(TWO, name).await.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(desk.bench.records().is_empty());
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_not_ready_and_says_why() {
    let desk = Desk::open().await;
    desk.bench.context.metrics.stall(Some(crate::metrics::Stall::LogFull));
    let health = desk.get("/healthz").await;
    let said = json!({ "status": "stalled", "detail": "the log has reached its max_size" });
    assert_eq!((health.status, body(&health)), (StatusCode::SERVICE_UNAVAILABLE, said));
    desk.bench.context.metrics.stall(None);
    assert_eq!(desk.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_clock_behind_the_records_is_told() {
    let desk = Desk::open().await;
    desk.bench.context.clock.set(at(90_000));
    assert_eq!(desk.push(TWO).await.status, StatusCode::ACCEPTED);
    assert_eq!(body(&desk.get("/healthz").await), json!({ "status": "ready" }));
    desk.bench.context.clock.set(at(0));
    let detail = "the records' time is 90000 s ahead of the clock";
    let said = json!({ "status": "ready", "detail": detail });
    assert_eq!(body(&desk.get("/healthz").await), said);
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_to_wait() {
    let desk = Desk::with(|config| (config.rate, config.burst) = (0.1, 2)).await;
    assert_eq!(desk.push(TWO).await.status, StatusCode::ACCEPTED);
    assert_eq!(desk.push(TWO).await.status, StatusCode::ACCEPTED);
    let third = desk.push(TWO).await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(third.header(header::RETRY_AFTER), Some("10"));
    desk.bench.context.clock.set(at(10));
    assert_eq!(desk.push(TWO).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn health_needs_no_token_and_the_rest_is_not_there() {
    let desk = Desk::open().await;
    assert_eq!(body(&desk.get("/healthz").await), json!({ "status": "ready" }));
    assert_eq!(body(&desk.get("/healthz/live").await), json!({ "status": "alive" }));
    assert_eq!(desk.get("/v1/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.get("/v1/items").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn told_to_stop_it_finishes_the_request_in_hand_and_lets_go_of_the_pipeline() {
    let desk = Desk::open().await;
    let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /v1/items HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: 27\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    // The request is being read. Now the daemon is told to stop, and then the body comes.
    desk.bench.context.stop.cancel();
    stream.write_all(b"{\"headline\":\"Ferry leaves\"}").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let Desk { bench, server, url, .. } = desk;
    server.await.unwrap();
    assert!(
        TcpStream::connect(&url[url::Position::BeforeHost..url::Position::AfterPort])
            .await
            .is_err()
    );
    assert_eq!(bench.headlines(), ["Ferry leaves"]);
    bench.end().await;
}
