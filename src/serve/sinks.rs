//! `/v1/sinks`: how deliveries fare, and what people ask of them. Looking needs a token that
//! reads everything, since errors of receivers may tell more than everybody should know; acting one
//! with the scope `admin`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::problem::Problem;
use super::token::{Admin, Reader};
use crate::sink::{ControlError, Couriers, RewindTo};

/// `GET /v1/sinks` and `/v1/sinks/{name}`; `POST /v1/sinks/{name}/{pause, resume, rewind, redeliver,
/// discard}`, each answered when it is durable.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/sinks", get(list))
        .route("/v1/sinks/{name}", get(one))
        .route("/v1/sinks/{name}/{action}", post(act))
}

async fn list(State(app): State<App>, reader: Reader) -> Result<Response, Problem> {
    reader.everything()?;
    aside(&app, |sinks| Ok(json!({ "sinks": sinks.status() }))).await
}

async fn one(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    reader.everything()?;
    aside(&app, move |sinks| {
        Ok(json!({ "sink": sinks.status_of(&name)?, "dead_letters": sinks.letters(&name)? }))
    })
    .await
}

/// What an action may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wish {
    /// Where to rewind to: text, or a position as a number.
    to: Option<Value>,
    /// Which dead letters; none are all.
    ids: Vec<String>,
    /// Why it is paused.
    reason: Option<String>,
}

async fn act(
    State(app): State<App>,
    caller: Admin,
    Path((name, action)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Problem> {
    let wrong = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let wish: Wish = match &body[..] {
        [] => Wish::default(),
        body => serde_json::from_slice(body)
            .map_err(|error| wrong(format!("the body is not what `{action}` takes: {error}")))?,
    };
    match action.as_str() {
        "pause" => {
            let by = format!("paused with the token `{}`", caller.0.name);
            let reason = wish.reason.map_or(by.clone(), |reason| format!("{reason} ({by})"));
            aside(&app, move |sinks| {
                sinks.pause(&name, &reason)?;
                Ok(json!({ "sink": sinks.status_of(&name)? }))
            })
            .await
        }
        "resume" => {
            aside(&app, move |sinks| {
                sinks.resume(&name)?;
                Ok(json!({ "sink": sinks.status_of(&name)? }))
            })
            .await
        }
        "rewind" => {
            let to = match wish.to {
                Some(Value::String(text)) => text,
                Some(Value::Number(position)) => position.to_string(),
                _ => return Err(wrong("say where: {\"to\": \"start\"}".to_owned())),
            };
            let to: RewindTo = to.parse().map_err(wrong)?;
            aside(&app, move |sinks| {
                let next = sinks.rewind(&name, to)?;
                Ok(json!({ "next": next, "sink": sinks.status_of(&name)? }))
            })
            .await
        }
        "redeliver" => {
            aside(&app, move |sinks| {
                Ok(json!({ "dead_letters": sinks.redeliver(&name, &wish.ids)? }))
            })
            .await
        }
        "discard" => {
            aside(&app, move |sinks| {
                Ok(json!({ "dead_letters": sinks.discard(&name, &wish.ids)? }))
            })
            .await
        }
        other => {
            let detail = format!(
                "a sink cannot `{other}`: it can pause, resume, rewind, redeliver and discard"
            );
            Err(Problem::new(StatusCode::NOT_FOUND, detail))
        }
    }
}

/// Asks the sinks on a thread that may be blocked.
async fn aside(
    app: &App,
    ask: impl FnOnce(&Couriers) -> Result<Value, ControlError> + Send + 'static,
) -> Result<Response, Problem> {
    let sinks = app.sinks.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&sinks)).await;
    let failed = |detail: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail);
    match answer {
        Ok(Ok(value)) => {
            let headers =
                [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            Ok((headers, format!("{value}\n")).into_response())
        }
        Ok(Err(error @ ControlError::Unknown(_))) => {
            Err(Problem::new(StatusCode::NOT_FOUND, error.to_string()))
        }
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("the sinks cannot be asked".to_owned())),
    }
}
