//! Where in its stream a delivery belongs, and whether it is there.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamInfoStreamReply, StreamRangeReply};

use super::received;
use super::server::failed;
use crate::item::Seq;
use crate::log::{View, blocking};
use crate::sink::copies::Copy;
use crate::sink::error::SinkError;
use crate::sink::origin;

/// Entries at the end of a stream among which a delivery that came out of order is looked for. What
/// may come again is of one batch, which is no longer.
const TAIL: usize = 1_000;

/// The id of an entry, `major-minor`.
pub(super) type Id = (u64, u64);

/// A delivery, as its entry tells: its id, and when it was received.
type Told = (String, String);

/// Where a delivery belongs.
pub(super) enum Place {
    /// In its own place, where nothing is yet: it comes in order.
    Own(Id),
    /// In its own place, and there it is.
    Taken,
    /// Behind the last entry, since Redis takes it in its own place no more.
    Behind(Id),
    /// Behind other entries, and there it is.
    TakenBehind,
}

/// What one connection knows of streams, by key.
pub(super) struct Streams {
    pub(super) connection: MultiplexedConnection,
    known: HashMap<String, Stream>,
}

struct Stream {
    /// The greatest id that it ever had: only greater ones are taken.
    top: Id,
    /// The deliveries of its last entries when one first came out of order.
    tail: Option<HashSet<Told>>,
}

impl Streams {
    pub(super) fn new(connection: MultiplexedConnection) -> Streams {
        Streams { connection, known: HashMap::new() }
    }

    /// Where a delivery belongs. What is not taken yet is counted as added.
    pub(super) async fn place(
        &mut self,
        key: &str,
        copy: &Copy<'_>,
        view: &View,
    ) -> Result<Place, SinkError> {
        let mut stream = match self.known.remove(key) {
            Some(stream) => stream,
            None => Stream { top: self.top_of(key, view).await?, tail: None },
        };
        let own = (copy.event.position().0, 0);
        let delivery = (copy.id.clone(), received(copy.event));
        let place = if own > stream.top {
            stream.top = own;
            Place::Own(own)
        } else if self.holds(key, own, &delivery).await? {
            Place::Taken
        } else {
            let tail = match stream.tail.take() {
                Some(tail) => tail,
                None => self.tail_of(key).await?,
            };
            let tail = stream.tail.insert(tail);
            if tail.contains(&delivery) {
                Place::TakenBehind
            } else {
                stream.top.1 += 1;
                Place::Behind(stream.top)
            }
        };
        self.known.insert(key.to_owned(), stream);
        Ok(place)
    }

    /// The greatest id that a stream ever had, if the log knows what its last entry is of. Readers may
    /// have removed entries: Redis takes their ids no more.
    async fn top_of(&mut self, key: &str, view: &View) -> Result<Id, SinkError> {
        let connection = &mut self.connection;
        let failed = |error| failed(error, key);
        let found: StreamRangeReply =
            connection.xrevrange_count(key, "+", "-", 1).await.map_err(failed)?;
        let last = found.ids.first();
        if last.is_none() && !connection.exists::<_, bool>(key).await.map_err(failed)? {
            return Ok((0, 0));
        }
        if let Some((item, received)) = last.and_then(item_of) {
            let view = view.clone();
            if !blocking(move || view.knows(item, received)).await? {
                return Err(of_another_log(key));
            }
        }
        let stream: StreamInfoStreamReply = connection.xinfo_stream(key).await.map_err(failed)?;
        read(&stream.last_generated_id)
            .ok_or_else(|| SinkError::passing(format!("the stream `{key}` has strange ids")))
    }

    /// Whether the stream holds this very delivery in its own place.
    async fn holds(&mut self, key: &str, id: Id, delivery: &Told) -> Result<bool, SinkError> {
        let id = written(id);
        let found: StreamRangeReply =
            self.connection.xrange(key, &id, &id).await.map_err(|error| failed(error, key))?;
        let Some(entry) = found.ids.first() else { return Ok(false) };
        if told(entry) == *delivery { Ok(true) } else { Err(of_another_log(key)) }
    }

    /// The deliveries of the last entries.
    async fn tail_of(&mut self, key: &str) -> Result<HashSet<Told>, SinkError> {
        let found: StreamRangeReply = self
            .connection
            .xrevrange_count(key, "+", "-", TAIL)
            .await
            .map_err(|error| failed(error, key))?;
        Ok(found.ids.iter().map(told).collect())
    }
}

fn of_another_log(key: &str) -> SinkError {
    SinkError::gone(format!(
        "the stream `{key}` holds deliveries of another log: remove it, or name another `key`"
    ))
}

fn told(entry: &StreamId) -> Told {
    let field = |name| entry.get(name).unwrap_or_default();
    (field("id"), field("received"))
}

/// The item that an entry tells of, and when it was taken in.
fn item_of(entry: &StreamId) -> Option<(Seq, Timestamp)> {
    origin::item_of(&serde_json::from_str(&entry.get::<String>("json")?).ok()?)
}

pub(super) fn written((major, minor): Id) -> String {
    format!("{major}-{minor}")
}

fn read(id: &str) -> Option<Id> {
    let (major, minor) = id.split_once('-')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
