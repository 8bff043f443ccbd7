//! Each channel as a feed: Atom, RSS 2.0 and JSON Feed 1.1, for any feed reader.
//!
//! An entry is a story, not an item: it has one id for life, and its time is that of its last
//! delivery, so that a reader shows an update in place.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::App;
use super::path::Path;
use super::problem::Problem;
use super::query::Query;
use super::read::standing::keep_standing;
use super::read::{self, channels, stories};
use super::token::Reader;
use crate::log::Position;

mod atom;
mod entry;
mod json;
mod rss;
mod xml;

use entry::Entry;

/// Entries of a feed.
const USUAL: usize = 50;
/// Entries of a feed, at most.
const MOST: usize = 200;
/// How long a reader may show what it has without asking.
const FRESH: &str = "max-age=60";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/channels/{name}/feed.atom", get(atom))
        .route("/v1/channels/{name}/feed.rss", get(rss))
        .route("/v1/channels/{name}/feed.json", get(json))
}

/// A channel as a feed, in whichever form.
struct Feed {
    /// Its id for life.
    id: String,
    title: String,
    /// Where it is.
    this: String,
    /// Where people see the channel's stories.
    page: String,
    /// When it last carried something.
    updated: Timestamp,
    entries: Vec<Entry>,
}

/// A form of feed: its file name, its media type and how it is written.
struct Form {
    file: &'static str,
    media_type: &'static str,
    write: fn(&Feed) -> String,
}

const ATOM: Form = Form {
    file: "feed.atom",
    media_type: "application/atom+xml; charset=utf-8",
    write: atom::write,
};
const RSS: Form =
    Form { file: "feed.rss", media_type: "application/rss+xml; charset=utf-8", write: rss::write };
const JSON: Form =
    Form { file: "feed.json", media_type: "application/feed+json", write: json::write };

#[utoipa::path(get, path = "/v1/channels/{name}/feed.atom", operation_id = "feed_atom", tag = "feeds",
    params(
        ("name" = String, Path, description = "The channel"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Entries"),
    ),
    responses((status = 200, description = "The channel as a feed",
        content_type = "application/atom+xml", body = String)))]
pub(in crate::serve) async fn atom(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    feed(&app, &reader, &name, &uri, &headers, &ATOM).await
}

#[utoipa::path(get, path = "/v1/channels/{name}/feed.rss", operation_id = "feed_rss", tag = "feeds",
    params(
        ("name" = String, Path, description = "The channel"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Entries"),
    ),
    responses((status = 200, description = "The channel as a feed",
        content_type = "application/rss+xml", body = String)))]
pub(in crate::serve) async fn rss(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    feed(&app, &reader, &name, &uri, &headers, &RSS).await
}

#[utoipa::path(get, path = "/v1/channels/{name}/feed.json", operation_id = "feed_json", tag = "feeds",
    params(
        ("name" = String, Path, description = "The channel"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 200, description = "Entries"),
    ),
    responses((status = 200, description = "The channel as a feed",
        content_type = "application/feed+json", body = Object)))]
pub(in crate::serve) async fn json(
    State(app): State<App>,
    reader: Reader,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    feed(&app, &reader, &name, &uri, &headers, &JSON).await
}

async fn feed(
    app: &App,
    reader: &Reader,
    name: &str,
    uri: &Uri,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Response, Problem> {
    let query = Query::read(uri, &["limit"])?;
    let limit = query.count("limit", USUAL, MOST)?;
    let title = channels::find(app, reader, name)?;
    let (found, last) = {
        let board = read::board(app).await?;
        let on = board.on(name, Position(0), Position(u64::MAX), limit, false);
        let story = |(at, id)| Some((at, id, board.story(id)?.1.clone()));
        let found: Vec<_> = on.into_iter().filter_map(story).collect();
        (found, board.channel(name).and_then(|shelf| shelf.last))
    };
    let now = app.context.clock.now();
    let base = base(app, headers);
    let authority = authority(app);
    let channel = name.to_owned();
    let (home, own) = (base.clone(), authority.clone());
    let entries = read::look(app, move |view| {
        let mut entries = Vec::with_capacity(found.len());
        for (position, id, story) in found {
            let Some((_, mut summary)) =
                stories::summary(&channel, position, id, &story, view, now)?
            else {
                continue;
            };
            let reports = keep_standing(&mut summary, &story, view, now)?;
            entries.extend(Entry::of(summary, reports, &home, &own));
        }
        Ok(entries)
    });
    let entries = entries.await?;
    let updated = last.map_or(Timestamp::UNIX_EPOCH, |(_, at)| at);
    let file = form.file;
    let feed = Feed {
        id: format!("tag:{authority},2026:channel/{name}"),
        title,
        this: format!("{base}/v1/channels/{name}/{file}"),
        page: format!("{base}/#/channel/{name}"),
        updated,
        entries,
    };
    let mut response = (form.write)(&feed).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type));
    let whose = if app.config.public_read { "public" } else { "private" };
    if let Ok(value) = HeaderValue::from_str(&format!("{whose}, {FRESH}")) {
        answer.insert(header::CACHE_CONTROL, value);
    }
    // The time has whole seconds: within the same one more may come.
    let settled = now.duration_since(updated) > SignedDuration::from_secs(2);
    if let Some(value) = http_date(updated).filter(|_| settled) {
        answer.insert(header::LAST_MODIFIED, value);
    }
    Ok(response)
}

/// Where the reader reaches this listener.
fn base(app: &App, headers: &HeaderMap) -> String {
    match &app.config.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            // The guard has seen that it is one of ours.
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            format!("http://{}", host.unwrap_or("localhost"))
        }
    }
}

/// Who mints ids. They stay what they are as long as `public_url` does.
fn authority(app: &App) -> String {
    let url = app.config.public_url.as_ref();
    url.and_then(|url| url.host_str()).unwrap_or("wirefold.localhost").to_owned()
}

fn http_date(at: Timestamp) -> Option<HeaderValue> {
    let text =
        at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).ok()
}
