//! The HTTP listener: what others push in and read, and how the daemon is doing.
//!
//! It is a source among sources: told to stop, it takes no more connections, answers what it was
//! asked, and ends. A request passes, in this order: `answer` (it gets an id, and what comes back
//! an ETag and compression), `host` (is it meant for us, and no web page's doing?), `token` (who
//! is it?), `rate` (not too often?), and then its handler. Each part of the interface brings its
//! own routes; [`run`] puts them together. Readers ask the `board`, which follows the log.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;
use tracing::info;

use crate::config::{Config, ServeConfig};
use crate::sink::Couriers;
use crate::source::Context;

mod answer;
mod board;
mod body;
mod connection;
mod console;
mod events;
mod feeds;
mod health;
mod host;
mod idempotency;
mod live;
mod metrics;
mod openapi;
mod path;
mod problem;
mod push;
mod query;
mod rate;
mod read;
mod rules;
mod sinks;
mod story;
mod token;
mod websub;

#[cfg(test)]
pub(crate) use connection::serve as connections;
use idempotency::Replies;
use problem::Problem;
use rate::Limiter;
use token::Tokens;

/// What the handlers share. Clones are handles.
#[derive(Clone)]
struct App(Arc<Shared>);

struct Shared {
    config: ServeConfig,
    tokens: token::Current,
    limiter: Mutex<Limiter>,
    replies: Mutex<Replies>,
    context: Context,
    /// What the daemon was last told.
    told: watch::Receiver<Arc<Config>>,
    board: board::Keeper,
    live: live::Live,
    /// Places for those who listen to live events.
    streams: Arc<Semaphore>,
    ids: answer::Ids,
    explaining: tokio::sync::Mutex<()>,
    sinks: Couriers,
    /// Work that goes on though its client has gone.
    work: TaskTracker,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// The configuration in force.
    fn config(&self) -> Arc<Config> {
        self.told.borrow().clone()
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the listener cannot work.
#[derive(Debug)]
pub struct ServeError(String);

impl std::fmt::Display for ServeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ServeError {}

/// A port that is open, before anything is answered on it.
pub struct Server {
    listener: TcpListener,
    app: App,
}

impl Server {
    /// Reads the tokens and opens the port.
    ///
    /// # Errors
    /// When there is no token to be had or the port cannot be opened.
    pub async fn open(
        config: ServeConfig,
        told: watch::Receiver<Arc<Config>>,
        context: Context,
        sinks: Couriers,
    ) -> Result<Server, ServeError> {
        let tokens = Tokens::load(&config).map_err(|error| ServeError(error.to_string()))?;
        let listen = config.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            ServeError(format!("cannot listen on {listen}: {error}; choose another `listen`"))
        })?;
        let work = TaskTracker::new();
        let app = App(Arc::new(Shared {
            limiter: Mutex::new(Limiter::new(config.rate, config.burst)),
            replies: Mutex::default(),
            live: live::Live::new(
                context.log.clone(),
                context.stop.clone(),
                work.clone(),
                told.clone(),
            ),
            streams: Arc::new(Semaphore::new(config.streams as usize)),
            work,
            board: board::Keeper::new(context.log.clone(), config.history),
            ids: answer::Ids::new(),
            explaining: tokio::sync::Mutex::default(),
            config,
            tokens: token::Current::new(tokens),
            told,
            context,
            sinks,
        }));
        Ok(Server { listener, app })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        // The port is open, so it has an address.
        self.listener.local_addr().unwrap_or(self.app.config.listen)
    }

    /// Answers until told to stop, then what it was asked, and ends.
    pub async fn run(self) {
        let Server { listener, app } = self;
        let stop = app.context.stop.clone();
        app.work.spawn(app.board.clone().run(stop.clone()));
        app.work.spawn(token::follow(app.clone()));
        connection::serve(listener, router(&app), app.config.connections, stop).await;
        app.work.close();
        app.work.wait().await;
    }
}

/// Listens until told to stop, then answers what it was asked and ends. `told` holds the
/// configuration in force, which a reload changes.
///
/// # Errors
/// As [`Server::open`].
pub async fn run(
    config: ServeConfig,
    told: watch::Receiver<Arc<Config>>,
    context: Context,
    sinks: Couriers,
) -> Result<(), ServeError> {
    let server = Server::open(config, told, context, sinks).await?;
    info!(address = %server.address(), "listening");
    server.run().await;
    Ok(())
}

/// The parts of the interface, behind what guards all of them.
fn router(app: &App) -> Router {
    let other_method = || async {
        let detail = "this cannot be done here: `Allow` has the methods that can";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    };
    let nothing = || async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here") };
    Router::new()
        .merge(console::routes())
        .merge(events::routes())
        .merge(feeds::routes())
        .merge(health::routes())
        .merge(metrics::routes())
        .merge(openapi::routes())
        .merge(push::routes())
        .merge(read::routes())
        .merge(sinks::routes())
        .merge(websub::routes())
        .merge(story::routes())
        .fallback(nothing)
        .method_not_allowed_fallback(other_method)
        .layer(middleware::from_fn_with_state(app.clone(), host::guard))
        .layer(middleware::from_fn_with_state(app.clone(), answer::finish))
        .with_state(app.clone())
}

#[cfg(test)]
mod tests;
