//! `GET /v1/channels`.

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::routing::get;

use super::doc::{Channel, ChannelLinks, Channels};
use crate::channel::{REJECTED, UNROUTED};
use crate::config::Config;
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::board::Board;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::token::Caller;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/channels", get(list))
}

async fn list(
    State(app): State<App>,
    _caller: Caller,
    uri: Uri,
) -> Result<Json<Channels>, Problem> {
    Query::read(&uri, &[])?;
    let config = app.config();
    let board = super::board(&app).await?;
    let channels = names(&config).map(|(name, title)| channel(&board, name, title)).collect();
    Ok(Json(Channels { channels }))
}

/// Every channel that there is, with its title.
pub(in crate::serve) fn names(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let own = config.channels.iter().map(|channel| (&*channel.name.value, &*channel.title));
    own.chain([(UNROUTED, "What no rule matches"), (REJECTED, "What could not be read")])
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
