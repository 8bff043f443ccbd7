//! `POST /v1/items`: items pushed in. The answer 202 means that every record is durable: accepted
//! into the log, or rejected with a reason, as its body says one by one.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use xxhash_rust::xxh3::xxh3_128;

use crate::format::{MAX_RECORDS, Options, Record};
use crate::source::{self, Origin, Refused};

use super::App;
use super::body::Limit;
use super::idempotency::{Key, Push, Reply};
use super::problem::Problem;
use super::query::Query;
use super::token::Pusher;

mod body;
mod report;

pub(super) use report::Report;

/// How long a push waits for its records to be durable before its client is told to ask again.
const COMMIT: Duration = Duration::from_secs(30);
/// When a client whose push is still being worked on should ask again.
const AGAIN: Duration = Duration::from_secs(2);
/// A longer key is no key.
const LONGEST_KEY: usize = 255;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/items", post(push))
}

#[utoipa::path(post, path = "/v1/items", operation_id = "push_items", tag = "push",
    params(
        ("format" = Option<String>, Query,
            pattern = "^(auto|list|tsv|ndjson|feed|newsml-g2|newsml-1|nitf|iptc7901|anpa|mail)$",
            description = "The format of the body, over its media type"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
            description = "A push that is sent again with it is answered as before"),
    ),
    request_body(content = String, content_type = "application/x-ndjson",
        description = "Items, one JSON object a line; docs/formats.md has the other formats"),
    responses(
        (status = 202, description = "Every record is durable", body = Report,
            links(("item" = (operation_id = "show_item",
                parameters(("seq" = "$response.body#/records/0/seq")))))),
        (status = 422, description = "No record is an item; or the body holds none", body = Report),
    ))]
pub(in crate::serve) async fn push(
    State(app): State<App>,
    caller: Pusher,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Query::read(&uri, &["format"])?;
    let how = body::understand(&headers, uri.query())?;
    let key = idempotency_key(&headers, &caller)?;
    let bytes = body::read(body, &how, Limit::of(&app.config), &app.context.stop).await?;
    if let Some(key) = &key {
        let digest = xxh3_128(&bytes);
        let begun = app.replies().begin(key, digest, app.context.clock.now());
        match begun {
            Push::First => {}
            Push::Answered(reply) => return Ok(respond(reply)),
            Push::Running => {
                let detail = "the first push with this Idempotency-Key is still being worked on";
                return Err(Problem::new(StatusCode::CONFLICT, detail).retry_after(AGAIN));
            }
            Push::Different => {
                let detail = "this Idempotency-Key was used for another body: make a new one";
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
            }
        }
    }
    let begun = Begun { app: app.clone(), key };
    // Not torn when the client hangs up: what has begun is finished, and its answer kept.
    let work = app.work.spawn(work(begun, caller, how, bytes));
    match tokio::time::timeout(COMMIT, work).await {
        Ok(Ok(answer)) => answer.map(respond),
        Ok(Err(_)) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this push failed")),
        Err(_) => {
            let detail = "the items are not durable yet: push them again, with the same \
                          Idempotency-Key if there was one";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(AGAIN))
        }
    }
}

fn idempotency_key(headers: &HeaderMap, caller: &Pusher) -> Result<Option<Key>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= LONGEST_KEY => {
            Ok(Some((caller.0.name.to_string(), key.to_owned())))
        }
        _ => {
            let detail = format!("an Idempotency-Key has 1 to {LONGEST_KEY} ASCII characters");
            Err(Problem::new(StatusCode::BAD_REQUEST, detail))
        }
    }
}

/// A push that has begun. However it ends, its key does not stay taken without an answer.
struct Begun {
    app: App,
    key: Option<Key>,
}

impl Begun {
    fn answered(mut self, reply: &Reply) {
        if let Some(key) = self.key.take() {
            self.app.replies().answer(key, reply.clone(), self.app.context.clock.now());
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.app.replies().abandon(key);
        }
    }
}

/// Takes a push in and keeps its answer under its key.
async fn work(
    begun: Begun,
    caller: Pusher,
    how: body::How,
    bytes: Vec<u8>,
) -> Result<Reply, Problem> {
    let answer = take_in(&begun.app, &caller, how, bytes).await;
    if let Ok(reply) = &answer {
        begun.answered(reply);
    }
    answer
}

async fn take_in(
    app: &App,
    caller: &Pusher,
    how: body::How,
    bytes: Vec<u8>,
) -> Result<Reply, Problem> {
    let options = Options { received: app.context.clock.now(), ..how.options() };
    let name = caller.0.name.clone();
    let parse =
        move || -> Vec<Record> { source::parse(&name, how.format, &how.tidy(bytes), &options) };
    let records = aside(parse).await?;
    if records.len() > MAX_RECORDS {
        let detail = format!(
            "there are more than {MAX_RECORDS} records in this push: nothing of it was taken in; push \
             them in parts"
        );
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    if records.is_empty() {
        let detail = "the body holds no item";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let count = records.len() as u64;
    let origin = Origin::named(&caller.0.name).may_correct(caller.0.lifecycle);
    let offered = app.context.intake.offer(&origin, records, app.config.patience).await;
    let accepted = offered.map_err(|refused| match refused {
        Refused::Full => {
            let detail = "the pipeline is full: nothing of this push was taken in";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(app.config.patience)
        }
        Refused::Closed(closed) => gone(closed),
    })?;
    if !accepted.done.committed().await {
        return Err(gone("the pipeline ended before all items were durable"));
    }
    let view = app.context.log.view();
    aside(move || report::report(&view, accepted.first, count)).await?.map_err(|error| {
        let detail = format!("the items are durable, but cannot be read back: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}

fn gone(why: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, why.to_string()).retry_after(AGAIN)
}

/// Runs what takes long on a thread that may be blocked.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this push failed"))
}

fn respond((status, body): Reply) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::ACCEPTED);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
