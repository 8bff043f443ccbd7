//! Deliveries as entries of Redis streams, one stream for each channel.
//!
//! The id of an entry is the delivery's position in the log, `position-0`. Redis takes ids in rising
//! order only, so that what is already in a stream is known by its place: a batch that comes again
//! adds nothing. The last entry, looked up for each connection, tells whether the stream is another
//! log's.
//!
//! What comes out of order (a dead letter that is delivered after all, what was removed from the
//! stream and comes again) is added behind the last entry as `last-1`, `last-2` …, and known by its
//! delivery id among the last entries. So that it is among them, the cursor is made durable before
//! such a batch, and before the one after it: nothing else can come again.

use redis::Pipeline;

use crate::channel::Event;
use crate::config::{At, RedisSink as Config};

use super::batch::Batch;
use super::copies::{Copy, copies};
use super::error::SinkError;
use super::keeper::Turn;

mod server;
mod streams;

use streams::{Id, Place, Streams, written};

/// Streams that are written to.
pub(super) struct RedisSink {
    config: Config,
    channels: Vec<String>,
    connected: Option<Streams>,
    /// The turn of the last batch.
    turn: Turn,
    /// The last batch had deliveries out of order.
    out_of_order: bool,
}

impl RedisSink {
    pub(super) fn new(config: &Config, channels: &[At<String>]) -> RedisSink {
        let channels = At::values(channels);
        let config = config.clone();
        RedisSink { config, channels, connected: None, turn: 0, out_of_order: false }
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        // Somebody who rewinds may have removed what is to be delivered again: all is looked up anew.
        let connected = self.connected.take().filter(|_| batch.turn == self.turn);
        self.turn = batch.turn;
        let mut streams = match connected {
            Some(streams) => streams,
            None => Streams::new(server::connect(&self.config.endpoint).await?),
        };
        let (view, mut pipeline) = (batch.keeper.log.view(), Pipeline::new());
        // The stream of each command.
        let mut keys = Vec::new();
        let mut out_of_order = false;
        for copy in copies(batch.events, &self.channels) {
            let key = self.config.key(copy.channel);
            let place = streams.place(&key, &copy, &view).await?;
            out_of_order |= matches!(place, Place::Behind(_) | Place::TakenBehind);
            if let Place::Own(id) | Place::Behind(id) = place {
                add(&copy, &key, id, self.config.max_length, &mut pipeline)?;
                keys.push(key);
            }
        }
        if out_of_order || self.out_of_order {
            batch.save(Vec::new()).await?;
        }
        self.out_of_order = out_of_order;
        if !pipeline.is_empty() {
            let added = pipeline.exec_async(&mut streams.connection).await;
            added.map_err(|error| server::all_failed(error, |index| &keys[index]))?;
        }
        // After an error the connection is not kept: what it has done is looked up anew.
        self.connected = Some(streams);
        Ok(())
    }
}

/// Puts an entry into the pipeline.
fn add(
    copy: &Copy<'_>,
    key: &str,
    id: Id,
    max_length: u64,
    pipeline: &mut Pipeline,
) -> Result<(), SinkError> {
    let json = serde_json::to_string(copy.event).map_err(|error| {
        SinkError::refused(format!("the delivery cannot be written as JSON: {error}"))
    })?;
    let command = pipeline.cmd("XADD").arg(key);
    if max_length > 0 {
        command.arg("MAXLEN").arg("~").arg(max_length);
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
    Ok(())
}

/// When the item was received; empty when the event has no time.
fn received(event: &Event) -> String {
    event.at().map(|at| at.to_string()).unwrap_or_default()
}
