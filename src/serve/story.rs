//! `POST /v1/stories/{id}/split` and `/merge`: corrections by hand, answered when they are durable.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::answer::Json;
use super::body::{Limit, read_whole};
use super::path::Path;
use super::problem::Problem;
use super::token::Admin;
use crate::feedback::{Ask, Outcome, Refusal};
use crate::item::{Arrival, Seq};
use crate::sink::whole;
use crate::source::Refused;
use crate::story::StoryId;

/// How long a correction may take to be durable.
const COMMIT: Duration = Duration::from_secs(30);

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/stories/{id}/split", post(split))
        .route("/v1/stories/{id}/merge", post(merge))
}

/// Which item opens a story of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Split {
    /// Its number in the log.
    #[serde(deserialize_with = "whole")]
    item: u64,
}

/// Which other story is the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Merge {
    /// Its id. The older of the two stays.
    #[schema(pattern = "^s[0-9]{1,19}$")]
    story: String,
}

#[utoipa::path(post, path = "/v1/stories/{id}/split", operation_id = "split_story", tag = "stories",
    params(("id" = String, Path, pattern = "^s[0-9]{1,19}$", description = "The story that the item is in")),
    request_body = Split,
    responses((status = 200, description = "It is done, durably", body = Corrected)))]
pub(super) async fn split(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let body = read_whole(body, Limit::ASKED, &app.context.stop).await?;
    let story = story(&id)?;
    let Split { item } = read(&body, "{\"item\": 12}")?;
    let item = Box::new(recorded(&app, Seq(item)).await?);
    correct(&app, Ask::Split { story, item }).await
}

#[utoipa::path(post, path = "/v1/stories/{id}/merge", operation_id = "merge_stories", tag = "stories",
    params(("id" = String, Path, pattern = "^s[0-9]{1,19}$", description = "One of the two stories")),
    request_body = Merge,
    responses((status = 200, description = "It is done, durably", body = Corrected)))]
pub(super) async fn merge(
    State(app): State<App>,
    _: Admin,
    Path(id): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let body = read_whole(body, Limit::ASKED, &app.context.stop).await?;
    let one = story(&id)?;
    let Merge { story: other } = read(&body, "{\"story\": \"s9\"}")?;
    correct(&app, Ask::Merge(one, story(&other)?)).await
}

fn story(id: &str) -> Result<StoryId, Problem> {
    StoryId::parse(id).ok_or_else(|| {
        let detail = format!("`{id}` is no story: they are named like s12");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

fn read<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let detail = format!("the body is not like {example}: {error}");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// The item as the log has it.
async fn recorded(app: &App, seq: Seq) -> Result<Arrival, Problem> {
    let view = app.context.log.view();
    let found = tokio::task::spawn_blocking(move || view.intake(seq)).await;
    match found {
        Ok(Ok(Some(intake))) => Ok(intake.arrival),
        Ok(Ok(None)) => {
            let detail = format!("the log has no record {seq}");
            Err(Problem::new(StatusCode::NOT_FOUND, detail))
        }
        Ok(Err(error)) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
        Err(_) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the log cannot be read")),
    }
}

/// Sends a correction through the stages and waits until it is durable.
async fn correct(app: &App, ask: Ask) -> Result<Response, Problem> {
    let patience = app.config.patience;
    let sent = app.context.intake.correct(ask, patience).await;
    let (done, answer) = sent.map_err(|refused| match refused {
        Refused::Full => {
            let detail = "the pipeline is full: nothing was corrected";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(patience)
        }
        Refused::Closed(_) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping")
        }
    })?;
    let durable = tokio::time::timeout(COMMIT, done.committed()).await;
    match (durable, answer.get()) {
        (Ok(true), Some(Ok(outcome))) => Ok(answered(outcome)),
        (Ok(_), Some(Err(refusal @ Refusal::Unknown(_)))) => {
            Err(Problem::new(StatusCode::NOT_FOUND, refusal.to_string()))
        }
        (Ok(_), Some(Err(refusal @ Refusal::Impossible(_)))) => {
            Err(Problem::new(StatusCode::CONFLICT, refusal.to_string()))
        }
        _ => {
            let detail =
                "the correction is not durable yet: look at the story before you repeat it";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail))
        }
    }
}

/// What a correction came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Corrected<'a> {
    /// The story that was opened or stays.
    story: String,
    /// The item that was delivered for it.
    item: u64,
    /// Where it was delivered.
    channels: &'a [String],
}

fn answered(outcome: &Outcome) -> Response {
    let Outcome { story, item, channels } = outcome;
    let body = Corrected { story: story.to_string(), item: item.0, channels };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}
