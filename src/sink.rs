//! Sinks: each is a task that reads its channels from the log and delivers them at its own pace.
//!
//! A sink's cursor moves when its receiver has taken a page. A sink that fails tries the same page
//! again with growing pauses; nobody else notices. Delivery is at least once, with ids that stay
//! the same.

use std::fmt;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::channel::{Page, Subscription};
use crate::config::{From, SinkConfig, SinkKind};
use crate::log::{Cursor, Log, LogError, Position, blocking};

mod file;
mod stdout;

use file::FileSink;
use stdout::StdoutSink;

/// Why a sink cannot deliver.
#[derive(Debug)]
pub struct SinkError {
    message: String,
    /// Trying again is no use.
    fatal: bool,
}

impl SinkError {
    fn passing(message: impl Into<String>) -> SinkError {
        SinkError { message: message.into(), fatal: false }
    }

    fn fatal(message: impl Into<String>) -> SinkError {
        SinkError { message: message.into(), fatal: true }
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SinkError {}

impl std::convert::From<LogError> for SinkError {
    fn from(error: LogError) -> SinkError {
        SinkError { fatal: !error.is_transient(), message: error.to_string() }
    }
}

/// Delivers what `config` asks for until `stop` is cancelled and everything that was committed is
/// delivered. A receiver that does not come back keeps it trying: whoever stops the daemon sets
/// the deadline.
///
/// # Errors
/// When trying again is no use: the reader of standard output is gone, or the log is damaged.
pub async fn run(config: SinkConfig, log: Log, stop: CancellationToken) -> Result<(), SinkError> {
    let name = config.name.value;
    let mut patience = Patience::new(&name);
    let cursor = attach(&name, config.from, &log).await?;
    let channels = config.channels.into_iter().map(|channel| channel.value);
    let mut subscription = Subscription::new(&log, channels, cursor.next);
    let mut sink = Sink::open(config.kind, &cursor.state);
    let keeper = Keeper { log, name };
    loop {
        if subscription.is_caught_up() {
            tokio::select! {
                biased;
                () = subscription.wait() => {}
                () = stop.cancelled() => return Ok(()),
            }
        }
        let page = loop {
            match subscription.read().await {
                Ok(page) => break page,
                Err(error) => patience.after(error.into()).await?,
            }
        };
        while let Err(error) = sink.deliver(&page, &keeper).await {
            patience.after(error).await?;
        }
        patience.renew();
        keeper.note(page.next, sink.state());
    }
}

/// Finds the sink's cursor, or the place where it begins.
async fn attach(name: &str, from: From, log: &Log) -> Result<Cursor, LogError> {
    let view = log.view();
    let (first, end) = blocking(move || view.bounds()).await?;
    let start = match from {
        From::Start => first,
        From::Now => end,
    };
    Ok(log.attach(name, start))
}

/// The kinds of sink.
enum Sink {
    Stdout(StdoutSink),
    File(FileSink),
}

impl Sink {
    /// A sink that finds its state of an earlier run again. Opening what it writes to comes with
    /// the first delivery, where failures are tried again.
    fn open(kind: SinkKind, state: &[u8]) -> Sink {
        match kind {
            SinkKind::Stdout { format } => Sink::Stdout(StdoutSink::new(format)),
            SinkKind::File { path, rotation } => Sink::File(FileSink::new(path, rotation, state)),
        }
    }

    /// Delivers a page whole. After an error the same page comes again.
    async fn deliver(&mut self, page: &Page, keeper: &Keeper) -> Result<(), SinkError> {
        match self {
            Sink::Stdout(sink) => sink.deliver(page).await,
            Sink::File(sink) => sink.deliver(page, keeper).await,
        }
    }

    fn state(&self) -> Vec<u8> {
        match self {
            Sink::Stdout(_) => Vec::new(),
            Sink::File(sink) => sink.state(),
        }
    }
}

/// Keeps the cursor of one sink.
struct Keeper {
    log: Log,
    name: String,
}

impl Keeper {
    /// The cursor is durable soon.
    fn note(&self, next: Position, state: Vec<u8>) {
        self.log.note_cursor(&self.name, Cursor { next, state });
    }

    /// The cursor is durable when this returns.
    async fn save(&self, next: Position, state: Vec<u8>) -> Result<(), SinkError> {
        self.note(next, state);
        let log = self.log.clone();
        Ok(blocking(move || log.save_cursors()).await?)
    }
}

/// How a sink bears failures.
struct Patience {
    name: String,
    backoff: Backoff,
}

impl Patience {
    fn new(name: &str) -> Patience {
        let backoff = Backoff::new(name, Duration::from_millis(200), Duration::from_secs(60));
        Patience { name: name.to_owned(), backoff }
    }

    /// Waits before the next attempt, unless there is no use in one.
    async fn after(&mut self, error: SinkError) -> Result<(), SinkError> {
        if error.fatal {
            return Err(error);
        }
        let delay = self.backoff.delay();
        tracing::warn!(
            sink = self.name,
            attempt = self.backoff.attempts(),
            retry_ms = delay.as_millis() as u64,
            "not delivered: {error}"
        );
        tokio::time::sleep(delay).await;
        Ok(())
    }

    fn renew(&mut self) {
        if self.backoff.attempts() > 0 {
            tracing::info!(sink = self.name, "delivers again");
            self.backoff.reset();
        }
    }
}

#[cfg(test)]
mod tests;
