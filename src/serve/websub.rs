//! `/websub/{id}`: where hubs confirm subscriptions and tell of news. Without a token: the address
//! cannot be guessed, notices are signed, and all that a notice does is to have a feed polled.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tracing::{debug, info, warn};

use super::App;
use super::body::{Limit, read_whole};
use super::path::Path;
use super::problem::Problem;

/// A challenge of a hub is echoed; a longer one is none.
const LONGEST_CHALLENGE: usize = 1_024;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/websub/{id}", get(verify).post(notice))
}

async fn verify(
    State(app): State<App>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let value = |key: &str| {
        url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let (mode, topic, challenge) = (value("hub.mode"), value("hub.topic"), value("hub.challenge"));
    let hubs = &app.context.hubs;
    // Whoever guesses an address is not written about.
    if mode == "denied" && hubs.deny(&id) {
        warn!(topic, reason = value("hub.reason"), "a hub denies its notices: polling goes on");
        return Ok(StatusCode::OK.into_response());
    }
    let lease = value("hub.lease_seconds").parse().unwrap_or(0);
    let wanted = hubs.confirm(&id, &mode, &topic, lease, app.context.clock.now());
    if !wanted || challenge.is_empty() || challenge.len() > LONGEST_CHALLENGE {
        return Err(Problem::new(StatusCode::NOT_FOUND, "this was not asked for"));
    }
    info!(topic, mode, lease, "a hub has confirmed");
    let plain = [(header::CONTENT_TYPE, "text/plain"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((plain, challenge).into_response())
}

async fn notice(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    let gone = || Problem::new(StatusCode::GONE, "there is no such subscription (any more)");
    // No token was asked for: a stranger's body is not read, and a hub's must not take long.
    if !app.context.hubs.knows(&id) {
        return Err(gone());
    }
    let body = read_whole(body, Limit::of(&app.config), &app.context.stop).await?;
    let signature = headers.get("x-hub-signature").and_then(|value| value.to_str().ok());
    match app.context.hubs.notice(&id, &body, signature.unwrap_or_default()) {
        None => Err(gone()),
        Some(true) => {
            debug!("a hub tells of news");
            Ok(StatusCode::ACCEPTED)
        }
        // Whoever guesses is not told (WebSub, section 7.1.2).
        Some(false) => {
            warn!("a notice with a wrong signature was left alone");
            Ok(StatusCode::ACCEPTED)
        }
    }
}
