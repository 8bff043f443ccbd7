//! `GET /v1/channels`.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;

use super::doc::{Channel, ChannelLinks, Channels};
use crate::channel::{REJECTED, UNROUTED};
use crate::config::Config;
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::board::Board;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::token::Reader;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/channels", get(list))
}

#[utoipa::path(get, path = "/v1/channels", operation_id = "list_channels", tag = "read",
    responses((status = 200, description = "Every channel that the token may read", body = Channels,
        links(("stories" = (operation_id = "list_stories",
            parameters(("name" = "$response.body#/channels/0/name")))))
    )))]
pub(in crate::serve) async fn list(
    State(app): State<App>,
    reader: Reader,
    uri: Uri,
) -> Result<Json<Channels>, Problem> {
    Query::read(&uri, &[])?;
    let config = app.config();
    let board = super::board(&app).await?;
    let seen = names(&config).filter(|(name, _)| reader.0.sees(name));
    let channels = seen.map(|(name, title)| channel(&board, name, title)).collect();
    Ok(Json(Channels { channels }))
}

/// The title of a channel that the reader may read. Of others nobody learns that they exist.
pub(in crate::serve) fn find(app: &App, reader: &Reader, name: &str) -> Result<String, Problem> {
    let config = app.config();
    let found = names(&config).find(|(known, _)| *known == name && reader.0.sees(known));
    found.map(|(_, title)| title.to_owned()).ok_or_else(|| {
        let detail = format!("there is no channel `{name}`: /v1/channels lists them");
        Problem::new(StatusCode::NOT_FOUND, detail)
    })
}

/// Every channel that there is, with its title.
pub(in crate::serve) fn names(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let own = config.channels.iter().map(|channel| (&*channel.name.value, &*channel.title));
    own.chain([(UNROUTED, "Unrouted"), (REJECTED, "Rejected")])
}

fn channel(board: &Board, name: &str, title: &str) -> Channel {
    let shelf = board.channel(name);
    let last = shelf.and_then(|shelf| shelf.last);
    let path = |rest: &str| format!("/v1/channels/{name}/{rest}");
    Channel {
        name: name.to_owned(),
        title: title.to_owned(),
        stories: shelf.map_or(0, |shelf| shelf.stories() as u64),
        deliveries: shelf.map_or(0, |shelf| shelf.deliveries),
        last: last.map(|(_, at)| at),
        last_id: last.map(|(position, _)| format!("{name}/{position}")),
        links: ChannelLinks {
            stories: path("stories"),
            events: path("events"),
            atom: path("feed.atom"),
            rss: path("feed.rss"),
            json: path("feed.json"),
        },
    }
}
