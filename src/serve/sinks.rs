//! `/v1/sinks`: how deliveries fare, and what people ask of them. Looking needs a token that
//! reads everything, since errors of receivers may tell more than everybody should know; acting one
//! with the scope `admin`.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::App;
use super::body::{Limit, read_whole};
use super::path::Path;
use super::problem::Problem;
use super::token::{Admin, Reader};
use crate::sink::{Ask, AskError, ControlError, Couriers, Wish};

/// `GET /v1/sinks` and `/v1/sinks/{name}`; `POST /v1/sinks/{name}/{pause, resume, rewind, redeliver,
/// discard}`, each answered when it is durable.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/sinks", get(list))
        .route("/v1/sinks/{name}", get(one))
        .route("/v1/sinks/{name}/{action}", post(act))
}

#[utoipa::path(get, path = "/v1/sinks", operation_id = "list_sinks", tag = "sinks",
    responses((status = 200, description = "How every sink fares", body = Object,
        links(("sink" = (operation_id = "show_sink",
            parameters(("name" = "$response.body#/sinks/0/name")))))
    )))]
pub(in crate::serve) async fn list(
    State(app): State<App>,
    reader: Reader,
) -> Result<Response, Problem> {
    reader.everything()?;
    aside(&app, |sinks| Ok(json!({ "sinks": sinks.status() }))).await
}

#[utoipa::path(get, path = "/v1/sinks/{name}", operation_id = "show_sink", tag = "sinks",
    params(("name" = String, Path, description = "The sink")),
    responses((status = 200, description = "How the sink fares, and what it has given up",
        body = Object)))]
pub(in crate::serve) async fn one(
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

#[utoipa::path(post, path = "/v1/sinks/{name}/{action}", operation_id = "act_on_sink", tag = "sinks",
    params(
        ("name" = String, Path, description = "The sink"),
        ("action" = String, Path, pattern = "^(pause|resume|rewind|redeliver|discard)$",
            description = "`pause`, `resume`, `rewind`, `redeliver` or `discard`"),
    ),
    request_body(content = Wish, content_type = "application/json",
        description = "What the action takes"),
    responses(
        (status = 200, description = "It is done, durably", body = Object),
        (status = 422, description = "`rewind` does not say where to, or names no place; an id is of \
            no dead letter"),
    ))]
pub(in crate::serve) async fn act(
    State(app): State<App>,
    caller: Admin,
    Path((name, action)): Path<(String, String)>,
    body: Body,
) -> Result<Response, Problem> {
    let body = read_whole(body, Limit::ASKED, &app.context.stop).await?;
    let ask = Ask::read(&action, &body).map_err(|error| {
        let status = match error {
            AskError::Word(_) => StatusCode::NOT_FOUND,
            AskError::Wish(_) => StatusCode::BAD_REQUEST,
            AskError::Place(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem::new(status, error.to_string())
    })?;
    tracing::info!(sink = name, asked = ask.word(), token = %caller.0.name, "asked of a sink");
    aside(&app, move |sinks| sinks.act(&name, ask)).await
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
        Ok(Err(error @ ControlError::Letters(_))) => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
        }
        Ok(Err(error @ ControlError::Log(_))) => Err(failed(error.to_string())),
        Err(_) => Err(failed("the sinks cannot be asked".to_owned())),
    }
}
