//! What every answer gets: a request id, an ETag that lets a client ask whether anything is new,
//! compression, and a line in the daemon's log.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use tracing::{debug, warn};
use xxhash_rust::xxh3::xxh3_128;

use super::App;
use super::body::Rest;
use super::problem::Problem;

/// Names a request in answers and logs.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer id is none.
const LONGEST_ID: usize = 64;
/// Compressing less is no gain.
const SMALL: usize = 1_024;

/// An answer in JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                let detail = format!("the answer cannot be written: {error}");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
            }
        }
    }
}

/// Numbers requests that bring no id. The first half differs between runs.
pub(super) struct Ids {
    run: u32,
    next: AtomicU64,
}

impl Ids {
    pub(super) fn new() -> Ids {
        let mut run = [0; 4];
        // Without random numbers ids of two runs may be the same: they are for people.
        let _ = SystemRandom::new().fill(&mut run);
        Ids { run: u32::from_le_bytes(run), next: AtomicU64::new(1) }
    }

    /// The id that came along, or a new one.
    fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let sent = headers
            .get(REQUEST_ID)
            .filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(fits));
        sent.cloned().unwrap_or_else(|| {
            let id = format!("{:08x}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed));
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("-"))
        })
    }
}

/// Finishes every answer.
pub(super) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = app.ids.of(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let wants = Wants::of(request.headers(), &method);
    let request = request.map(|body| Rest::of(body, &app.context.stop));
    let mut response = settle(next.run(request).await, &wants).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let shown = String::from_utf8_lossy(id.as_bytes());
    let status = response.status();
    app.context.metrics.answered(status.as_u16());
    // Neither headers nor the query: they may hold a token.
    if status.is_server_error() {
        warn!(request = %shown, %method, path, status = status.as_u16(), "answered");
    } else {
        debug!(request = %shown, %method, path, status = status.as_u16(), "answered");
    }
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// What a client said about the form of its answer.
struct Wants {
    /// The tag of what it has already.
    known: Option<String>,
    /// The time of what it has already; of no matter beside a tag.
    since: Option<String>,
    gzip: bool,
}

impl Wants {
    fn of(headers: &HeaderMap, method: &Method) -> Wants {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let known = text(header::IF_NONE_MATCH).filter(|_| method == Method::GET);
        let since = text(header::IF_MODIFIED_SINCE).filter(|_| method == Method::GET);
        let gzip = text(header::ACCEPT_ENCODING).is_some_and(accepts_gzip);
        Wants {
            known: known.map(str::to_owned),
            since: since.filter(|_| known.is_none()).map(str::to_owned),
            gzip: gzip && method != Method::HEAD,
        }
    }

    /// Whether an answer with these headers is what the client has already. Times are compared as
    /// text: clients send back what they were given.
    fn has(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        text(header::ETAG).is_some_and(|etag| self.knows(etag))
            || text(header::LAST_MODIFIED).is_some_and(|at| self.since.as_deref() == Some(at))
    }

    /// A weak comparison: the answer is the same, whatever its coding.
    fn knows(&self, etag: &str) -> bool {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let known = self.known.as_deref().unwrap_or("");
        known.trim() == "*" || known.split(',').any(|tag| bare(tag) == bare(etag))
    }
}

fn accepts_gzip(accept: &str) -> bool {
    accept.split(',').any(|coding| {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = parameters
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

/// Tags, shortens or leaves out the body of an answer that is whole in memory. Streams pass.
async fn settle(response: Response, wants: &Wants) -> Response {
    let whole = response.body().size_hint().exact().is_some_and(|length| length > 0);
    if response.status() != StatusCode::OK || !whole {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // A body that is whole in memory cannot fail.
    let Ok(body) = body.collect().await.map(|body| body.to_bytes()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if !head.headers.contains_key(header::ETAG) {
        let etag = format!("W/\"{:032x}\"", xxh3_128(&body));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            head.headers.insert(header::ETAG, etag);
        }
    }
    let headers = &mut head.headers;
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding, Authorization"));
    if wants.has(headers) {
        head.status = StatusCode::NOT_MODIFIED;
        head.headers.remove(header::CONTENT_LENGTH);
        head.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(head, Body::empty());
    }
    if wants.gzip
        && body.len() >= SMALL
        && !head.headers.contains_key(header::CONTENT_ENCODING)
        && let Ok(short) = gzip(&body)
    {
        head.headers.remove(header::CONTENT_LENGTH);
        head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return Response::from_parts(head, Body::from(short));
    }
    Response::from_parts(head, Body::from(body))
}

fn gzip(body: &Bytes) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(known: &str, accept: &str) -> Wants {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(known).unwrap());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap());
        Wants::of(&headers, &Method::GET)
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        for (accept, taken) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5, br", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(wants("", accept).gzip, taken, "{accept:?}");
        }
    }

    #[tokio::test]
    async fn what_a_client_has_already_is_not_sent_again() {
        let answer = || Json("x".repeat(2_000)).into_response();
        let first = settle(answer(), &wants("", "gzip")).await;
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        for known in [etag.clone(), format!("\"a\", {etag}"), "*".to_owned()] {
            let again = settle(answer(), &wants(&known, "")).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()[header::ETAG], etag.as_str());
        }
        let other = settle(Json("y").into_response(), &wants(&etag, "")).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn an_id_is_taken_over_unless_it_could_do_harm() {
        let ids = Ids::new();
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(id).unwrap());
            ids.of(&headers).to_str().unwrap().to_owned()
        };
        assert_eq!(of("desk-7.a_b"), "desk-7.a_b");
        for harmful in ["", "a b", "<script>", &"x".repeat(65)] {
            assert_ne!(of(harmful), harmful);
        }
        assert_ne!(of(""), of(""));
    }
}
