//! Sources: where items come from. A closed enum in the configuration, one file each here.
//!
//! A source reads bytes, has them parsed, submits the records to [`Intake`] and acts on the
//! receipt: a dropped file moves to `done/`, a read position is noted, only when *all* records of
//! that file or read are durable. Sources race the stop signal against reading, never against
//! submitting, so that nothing is torn.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{SourceConfig, SourceKind};
use crate::format;
use crate::log::Log;
use crate::metrics::Metrics;

mod ahead;
mod directory;
pub mod feed;

mod file;
mod guard;
mod intake;
#[cfg(feature = "nats")]
mod nats;
mod stdin;
mod tcp;
#[cfg(test)]
pub(crate) mod testing;
mod under_way;

use feed::websub::Hubs;
pub(crate) use guard::parse;
pub use intake::{Intake, Origin, Refused, Stamp, Taken};

/// An input that sent nothing for so long is still: what was held for what might follow is taken in.
const STILL: Duration = Duration::from_secs(1);

/// What every source is given.
#[derive(Clone)]
pub struct Context {
    /// Where records go.
    pub intake: Intake,
    /// Where read positions are kept.
    pub log: Log,
    /// Tells the time.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// Who tells when feeds have news.
    pub hubs: Hubs,
    /// Cancelled when the daemon is told to stop.
    pub stop: CancellationToken,
}

/// Why a source gave up. The daemon stops with it: a source that cannot be read is not silently
/// left out.
#[derive(Debug)]
pub struct SourceError {
    message: String,
}

impl SourceError {
    fn new(message: impl Into<String>) -> SourceError {
        SourceError { message: message.into() }
    }
}

impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SourceError {}

impl From<crate::link::Closed> for SourceError {
    fn from(closed: crate::link::Closed) -> SourceError {
        SourceError::new(closed.to_string())
    }
}

/// Lets a source find out how far it had come, before any source of this run submits anything:
/// what it noted names numbers that will be given again if their records were lost.
pub fn settle(config: &SourceConfig, log: &Log) {
    #[cfg(feature = "nats")]
    if matches!(config.kind, SourceKind::Nats(_)) {
        nats::settle(&config.name.value, log);
    }
    #[cfg(not(feature = "nats"))]
    let _ = (config, log);
}

/// Runs one source until its input ends or it is told to stop.
pub async fn run(config: SourceConfig, context: Context) -> Result<(), SourceError> {
    match &config.kind {
        SourceKind::Stdin => stdin::run(&config, context).await,
        SourceKind::File { path, follow } => file::run(&config, path, *follow, context).await,
        SourceKind::Directory(directory) => directory::run(&config, directory, context).await,
        SourceKind::Feed(_) => feed::run(vec![config], context).await,
        SourceKind::Tcp(tcp) => tcp::run(&config, tcp, context).await,
        #[cfg(feature = "nats")]
        SourceKind::Nats(nats) => nats::run(&config, nats, context).await,
        #[cfg(not(feature = "nats"))]
        SourceKind::Nats(_) => Err(SourceError::new("NATS is not in this build")),
    }
}

/// Takes apart what one task polls together and what has a task of its own.
pub fn feeds_and_others(configs: Vec<SourceConfig>) -> (Vec<SourceConfig>, Vec<SourceConfig>) {
    configs.into_iter().partition(|config| matches!(config.kind, SourceKind::Feed(_)))
}

/// Polls feeds, all in one task, until told to stop.
pub async fn poll(feeds: Vec<SourceConfig>, context: Context) -> Result<(), SourceError> {
    feed::run(feeds, context).await
}

/// What the parser is told about a source.
fn options(config: &SourceConfig, clock: &Clock) -> format::Options {
    format::Options {
        timezone: config.timezone.clone(),
        received: clock.now(),
        charset: None,
        base: None,
        max_record: config.max_record,
        endless: false,
        exported: false,
    }
}
