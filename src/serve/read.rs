//! What can be read: channels, their stories, a story, an item, and why two headlines fold.
//!
//! The board says which; the text comes from the log. A question costs a bounded number of looks
//! into the log, whatever it asks for.

use axum::Router;

use super::App;
use super::board::Board;
use super::problem::Problem;
use crate::log::{Intake, LogError, Logged, Position, View, blocking, unless_damaged};

use axum::http::StatusCode;
use std::sync::RwLockReadGuard;
use std::time::Duration;

pub(super) mod channels;
pub(super) mod doc;
pub(super) mod explain;
pub(super) mod items;
pub(super) mod standing;
pub(super) mod stories;
pub(super) mod story;

use crate::item::Seq;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(channels::routes())
        .merge(stories::routes())
        .merge(story::routes())
        .merge(items::routes())
        .merge(explain::routes())
}

/// When to ask again while a large log is still being read.
const SOON: Duration = Duration::from_secs(1);

/// The board with everything that is committed.
pub(super) async fn board(app: &App) -> Result<RwLockReadGuard<'_, Board>, Problem> {
    if !app.board.is_near() {
        let detail = "the daemon has just started and is still reading its log";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(SOON));
    }
    app.board.catch_up().await.map_err(|error| unreadable(&error))?;
    Ok(app.board.read())
}

/// Looks something up in the log where blocking is allowed.
pub(super) async fn look<T: Send + 'static>(
    app: &App,
    f: impl FnOnce(&View) -> Result<T, LogError> + Send + 'static,
) -> Result<T, Problem> {
    let view = app.context.log.view();
    blocking(move || f(&view)).await.map_err(|error| unreadable(&error))
}

fn unreadable(error: &LogError) -> Problem {
    tracing::error!(%error, "a question could not be answered");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the log cannot be read: see the daemon's log")
}

/// An intake record; `None` when it is gone or damaged.
fn intake(view: &View, seq: Seq) -> Result<Option<Intake>, LogError> {
    unless_damaged(view.intake(seq))
}

/// A record of the decision stream; `None` when it is gone or damaged.
fn record(view: &View, position: Position) -> Result<Option<Logged>, LogError> {
    unless_damaged(view.record(position))
}
