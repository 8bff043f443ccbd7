//! `GET /`: a page that shows channels, live stories, a story with its evidence, and the sinks.
//!
//! The page itself is the same for everyone and holds nothing: it asks the interface as any other
//! client does. A browser that is told 401 asks its user for a password, which is a token.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::App;

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<App> {
    let page = include_str!("console/index.html");
    let script = include_str!("console/console.js");
    let live = include_str!("console/live.js");
    let story = include_str!("console/story.js");
    let style = include_str!("console/console.css");
    Router::new()
        .route("/", get(move || async { file("text/html; charset=utf-8", page) }))
        .route("/console.js", get(move || async { file("text/javascript; charset=utf-8", script) }))
        .route("/live.js", get(move || async { file("text/javascript; charset=utf-8", live) }))
        .route("/story.js", get(move || async { file("text/javascript; charset=utf-8", story) }))
        .route("/console.css", get(move || async { file("text/css; charset=utf-8", style) }))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
