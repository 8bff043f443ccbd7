//! Deliveries as entries of Redis streams, one stream for each channel.
//!
//! The id of an entry is the delivery's position in the log, `position-0`. Redis takes ids in rising
//! order only, so that what is already in a stream is known by its place: a batch that comes again
//! adds nothing. The last entry, looked up for each connection, tells whether the stream is another
//! log's. What comes out of order (a dead letter that is delivered after all) is added behind
//! the last entry as `last-1`, `last-2` …

use std::collections::HashMap;

use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply};
use redis::{AsyncCommands, Pipeline};

use crate::channel::Event;
use crate::config::{At, RedisSink as Config};
use crate::item::Seq;
use crate::log::{View, blocking};

use super::batch::Batch;
use super::copies::{Copy, copies};
use super::error::SinkError;
use super::origin;

mod server;

use server::{connect, fault};

/// Streams that are written to.
pub(super) struct RedisSink {
    config: Config,
    channels: Vec<String>,
    connected: Option<Connected>,
}

impl RedisSink {
    pub(super) fn new(config: &Config, channels: &[At<String>]) -> RedisSink {
        let channels = channels.iter().map(|channel| channel.value.clone()).collect();
        RedisSink { config: config.clone(), channels, connected: None }
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let mut connected = match self.connected.take() {
            Some(connected) => connected,
            None => Connected::open(&self.config).await?,
        };
        let (view, mut pipeline) = (batch.keeper.log.view(), Pipeline::new());
        for copy in copies(batch.events, &self.channels) {
            connected.add(&copy, &self.config, &view, &mut pipeline).await?;
        }
        if !pipeline.is_empty() {
            pipeline.exec_async(&mut connected.connection).await.map_err(fault)?;
        }
        // After an error the connection is not kept: what it has done is looked up anew.
        self.connected = Some(connected);
        Ok(())
    }
}

/// A connection, and the last id of every stream.
struct Connected {
    connection: MultiplexedConnection,
    last: HashMap<String, (u64, u64)>,
}

impl Connected {
    async fn open(config: &Config) -> Result<Connected, SinkError> {
        Ok(Connected { connection: connect(&config.endpoint).await?, last: HashMap::new() })
    }

    /// Puts an entry into the pipeline, unless it is in its stream.
    async fn add(
        &mut self,
        copy: &Copy<'_>,
        config: &Config,
        view: &View,
        pipeline: &mut Pipeline,
    ) -> Result<(), SinkError> {
        let key = config.key(copy.channel);
        let last = match self.last.get(&key) {
            Some(last) => *last,
            None => self.last_of(&key, view).await?,
        };
        let own = (copy.event.position().0, 0);
        let id = if own > last {
            own
        } else if self.holds(&key, own, copy).await? {
            return Ok(());
        } else {
            (last.0, last.1 + 1)
        };
        let json = serde_json::to_string(copy.event).map_err(|error| {
            SinkError::refused(format!("the delivery cannot be written as JSON: {error}"))
        })?;
        let command = pipeline.cmd("XADD").arg(&key);
        if config.max_length > 0 {
            command.arg("MAXLEN").arg("~").arg(config.max_length);
        }
        command.arg(written(id)).arg("id").arg(&copy.id);
        match copy.event {
            Event::Story(delivery) => {
                command.arg("type").arg("story");
                command.arg("story").arg(delivery.story.to_string());
                command.arg("verdict").arg(delivery.verdict.to_string());
                command.arg("headline").arg(&delivery.headline);
            }
            Event::Digest(digest) => {
                command.arg("type").arg("digest");
                command.arg("headline").arg(&digest.reason);
            }
            Event::Rejected(_) => {
                command.arg("type").arg("rejected");
            }
            Event::Gap(_) => {
                command.arg("type").arg("gap");
            }
        }
        command.arg("received").arg(received(copy.event)).arg("json").arg(json).ignore();
        self.last.insert(key, id);
        Ok(())
    }

    /// The last id of a stream, if the log knows what it is of.
    async fn last_of(&mut self, key: &str, view: &View) -> Result<(u64, u64), SinkError> {
        let found: StreamRangeReply =
            self.connection.xrevrange_count(key, "+", "-", 1).await.map_err(fault)?;
        let last = found.ids.first();
        if let Some((item, received)) = last.and_then(item_of) {
            let view = view.clone();
            if !blocking(move || view.knows(item, received)).await? {
                return Err(of_another_log(key));
            }
        }
        let id = last.map_or(Some((0, 0)), |entry| read(&entry.id));
        id.ok_or_else(|| SinkError::passing(format!("the stream `{key}` has strange ids")))
    }

    /// Whether the stream holds this very delivery in its place.
    async fn holds(
        &mut self,
        key: &str,
        id: (u64, u64),
        copy: &Copy<'_>,
    ) -> Result<bool, SinkError> {
        let id = written(id);
        let found: StreamRangeReply = self.connection.xrange(key, &id, &id).await.map_err(fault)?;
        let Some(entry) = found.ids.first() else { return Ok(false) };
        let field = |name: &str| entry.get::<String>(name).unwrap_or_default();
        if field("id") == copy.id && field("received") == received(copy.event) {
            return Ok(true);
        }
        Err(of_another_log(key))
    }
}

fn of_another_log(key: &str) -> SinkError {
    SinkError::gone(format!(
        "the stream `{key}` holds deliveries of another log: remove it, or name another `key`"
    ))
}

/// The item that an entry tells of, and when it was taken in.
fn item_of(entry: &StreamId) -> Option<(Seq, Timestamp)> {
    origin::item_of(&serde_json::from_str(&entry.get::<String>("json")?).ok()?)
}

/// When the item was received; empty when the event has no time.
fn received(event: &Event) -> String {
    event.at().map(|at| at.to_string()).unwrap_or_default()
}

fn written((major, minor): (u64, u64)) -> String {
    format!("{major}-{minor}")
}

fn read(id: &str) -> Option<(u64, u64)> {
    let (major, minor) = id.split_once('-')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
