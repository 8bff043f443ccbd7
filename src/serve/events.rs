//! `GET /v1/channels/{name}/events`: a channel live, as server-sent events, or over a WebSocket
//! when the client asks for an upgrade. Both tell the same messages, and both go on where a
//! client left off: at `Last-Event-ID`, or `?after=`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::OwnedSemaphorePermit;

use super::App;
use super::live::{Listener, Told};
use super::path::Path;
use super::problem::Problem;
use super::query::Query;
use super::read::channels;
use super::token::Reader;
use crate::log::Position;

/// When a client should come back after its stream has ended.
const RETRY: Duration = Duration::from_secs(2);
/// A client has nothing to say on a WebSocket.
const LARGEST: usize = 4 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/channels/{name}/events", get(events))
}

#[utoipa::path(get, path = "/v1/channels/{name}/events", operation_id = "listen", tag = "live",
    params(
        ("name" = String, Path, description = "The channel"),
        ("after" = Option<String>, Query, pattern = "^([a-z0-9_-]{1,64}/[0-9]{1,19})?$",
            description = "The id of the last event that one has had"),
        ("Last-Event-ID" = Option<String>, Header, pattern = "^([a-z0-9_-]{1,64}/[0-9]{1,19})?$",
            description = "The same, and stronger"),
    ),
    responses(
        (status = 101, description = "The same messages over a WebSocket, when asked to upgrade"),
        (status = 200, description = "Events as they come", content_type = "text/event-stream",
            body = String),
        (status = 422, description = "The id is one of another channel"),
    ))]
pub(in crate::serve) async fn events(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let query = Query::read(&uri, &["after"])?;
    channels::find(&app, &reader, &name)?;
    let upgrade = match (headers.contains_key(header::UPGRADE), socket) {
        (false, _) => None,
        (true, Ok(upgrade)) => Some(upgrade),
        (true, Err(wrong)) => {
            return Err(Problem::new(StatusCode::BAD_REQUEST, wrong.body_text()));
        }
    };
    let from = from(&app, &name, &headers, &query)?;
    let room = app.streams.clone().try_acquire_owned().map_err(|_| {
        let detail = "as many listen as `streams` in [serve] allows: come back later";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(RETRY * 5)
    })?;
    let listener = app.live.listen(&name, &reader.0, from, room);
    Ok(match upgrade {
        Some(upgrade) => {
            let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
            let work = app.work.clone();
            upgrade.on_upgrade(move |socket| work.track_future(talk(socket, listener)))
        }
        None => stream(listener),
    })
}

/// Where to begin: after the event that the client had last, else with what comes now.
fn from(app: &App, name: &str, headers: &HeaderMap, query: &Query) -> Result<Position, Problem> {
    let had = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?"));
    let asked = position(name, query.text("after").unwrap_or_default())?;
    // What a browser sends by itself when it comes back is newer than the address.
    let position = match had {
        Some(id) => position(name, id)?,
        None => asked,
    };
    // An id of another log may go further.
    Ok(position.map_or(app.live.end(), |position| position.next().min(app.live.end())))
}

/// The place of an event of this channel; none for no id.
fn position(name: &str, id: &str) -> Result<Option<Position>, Problem> {
    if id.is_empty() {
        return Ok(None);
    }
    let found = id.rsplit_once('/');
    let found = found.and_then(|(channel, position)| Some((channel, position.parse().ok()?)));
    let wrong = |status| {
        let detail = format!("`{id}` is no event of this channel: an id is `{name}/POSITION`");
        Problem::new(status, detail)
    };
    let (channel, position) = found.ok_or_else(|| wrong(StatusCode::BAD_REQUEST))?;
    if channel != name {
        return Err(wrong(StatusCode::UNPROCESSABLE_ENTITY));
    }
    Ok(Some(Position(position)))
}

fn stream(listener: Listener<OwnedSemaphorePermit>) -> Response {
    let hello = format!("retry: {}\n\n", RETRY.as_millis());
    let told = futures_util::stream::unfold(listener, |mut listener| async {
        let told = listener.next().await?;
        Some((told.sse(), listener))
    });
    let hello = futures_util::stream::once(async { axum::body::Bytes::from(hello) });
    let body = futures_util::StreamExt::chain(hello, told);
    let body = Body::from_stream(futures_util::StreamExt::map(body, Ok::<_, Infallible>));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Tells messages over a WebSocket until either side has enough.
async fn talk(mut socket: WebSocket, mut listener: Listener<OwnedSemaphorePermit>) {
    loop {
        tokio::select! {
            told = listener.next() => match told {
                Some(Told::Messages(messages)) => {
                    for message in messages {
                        let text = Message::Text(Utf8Bytes::from(message.json.as_str()));
                        if send(&mut socket, text).await.is_err() {
                            return;
                        }
                    }
                }
                Some(Told::Alive(_)) => {
                    if send(&mut socket, Message::Ping(Default::default())).await.is_err() {
                        return;
                    }
                }
                None => {
                    let reason = Utf8Bytes::from_static(match listener.is_gone() {
                        true => "the channel is no more",
                        false => "the daemon is stopping, or the token has gone",
                    });
                    let close = CloseFrame { code: close_code::AWAY, reason };
                    let _ = send(&mut socket, Message::Close(Some(close))).await;
                    return;
                }
            },
            // Pings are answered while reading.
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// A reader that stands still is let go: it goes on from its id.
async fn send(socket: &mut WebSocket, message: Message) -> Result<(), ()> {
    const PATIENCE: Duration = Duration::from_secs(30);
    match tokio::time::timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(()),
    }
}
