//! `GET /healthz`: is it alive, and would it take items now? Without a token: it tells nothing else.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::header};
use serde_json::json;

use super::App;

/// `/healthz` is readiness (503 while it drains, nothing can be committed or the pipeline is full),
/// `/healthz/live` liveness.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(ready)).route("/healthz/live", get(alive))
}

#[utoipa::path(get, path = "/healthz/live", operation_id = "alive", tag = "state", security(()),
    responses((status = 200, description = "It lives", body = Object)))]
pub(super) async fn alive() -> Response {
    say("alive", None).into_response()
}

#[utoipa::path(get, path = "/healthz", operation_id = "ready", tag = "state", security(()),
    responses(
        (status = 200, description = "It would take items now", body = Object),
        (status = 503, description = "It drains, nothing can be committed, or the pipeline is full",
            body = Object),
    ))]
pub(super) async fn ready(State(app): State<App>) -> Response {
    let context = &app.context;
    let stalled = context.metrics.stalled();
    let ahead = context.intake.ahead();
    let (status, word) = if context.stop.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if stalled.is_some() {
        (StatusCode::SERVICE_UNAVAILABLE, "stalled")
    } else if !context.intake.has_room() {
        (StatusCode::SERVICE_UNAVAILABLE, "full")
    } else {
        (StatusCode::OK, "ready")
    };
    let detail = stalled.map(|stall| stall.as_str().to_owned()).or_else(|| {
        let seconds = ahead?.as_secs();
        Some(format!("the records' time is {seconds} s ahead of the clock"))
    });
    (status, say(word, detail)).into_response()
}

fn say(status: &str, detail: Option<String>) -> impl IntoResponse + use<> {
    let mut said = json!({ "status": status });
    if let Some(detail) = detail {
        said["detail"] = detail.into();
    }
    let body = format!("{said}\n");
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body)
}
