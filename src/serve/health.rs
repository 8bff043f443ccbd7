//! `GET /healthz`: is it alive, and would it take items now? Without a token: it tells nothing else.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http::header};

use super::App;

/// `/healthz` is readiness (503 while it drains or the pipeline is full), `/healthz/live` liveness.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(ready)).route("/healthz/live", get(alive))
}

#[utoipa::path(get, path = "/healthz/live", operation_id = "alive", tag = "state", security(()),
    responses((status = 200, description = "It lives", body = Object)))]
pub(super) async fn alive() -> Response {
    say("alive").into_response()
}

#[utoipa::path(get, path = "/healthz", operation_id = "ready", tag = "state", security(()),
    responses(
        (status = 200, description = "It would take items now", body = Object),
        (status = 503, description = "It drains, or the pipeline is full", body = Object),
    ))]
pub(super) async fn ready(State(app): State<App>) -> Response {
    let (draining, room) = (app.context.stop.is_cancelled(), app.context.intake.has_room());
    let response = match (draining, room) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, say("draining")),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, say("full")),
        (false, true) => (StatusCode::OK, say("ready")),
    };
    response.into_response()
}

fn say(status: &str) -> impl IntoResponse + use<> {
    let body = format!("{{\"status\":\"{status}\"}}\n");
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body)
}
