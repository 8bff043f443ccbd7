//! Sinks: each is a task that reads its channels from the log and delivers them at its own pace.
//!
//! A [`Courier`] does for every sink what they have in common: the cursor, which moves when the
//! receiver has taken a batch; retries with growing pauses; dead letters; pause and rewind. A sink
//! that fails lags alone. Delivery is at least once, with ids that stay the same.
//!
//! A kind of sink is one file here and one arm of `Sink`: it opens, it delivers a batch, and it
//! says by a [`SinkError`] what follows when it cannot.

use jiff::Timestamp;

use crate::config::{SinkConfig, SinkKind};
use crate::log::Position;

mod ask;
mod batch;
mod control;
#[cfg(any(feature = "nats", feature = "redis"))]
mod copies;
mod courier;
mod error;
mod file;
mod keeper;
#[cfg(feature = "mail")]
mod mail;
#[cfg(feature = "nats")]
mod nats;
mod origin;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod state;
mod status;
mod stdout;
mod stretches;
mod webhook;

pub(crate) use ask::whole;
pub use ask::{Ask, AskError, RewindTo, Wish};
pub use control::{ControlError, Couriers};
pub use courier::Courier;
pub use error::{SinkError, SinkErrorKind};
pub use state::DeadLetter;
pub use status::{Doing, Status, stored_letters};
pub(crate) use stdout::Text;

use batch::Batch;
use file::FileSink;
use keeper::{Keeper, Turn};
use stdout::StdoutSink;
use webhook::WebhookSink;

/// The kinds of sink.
enum Sink {
    Stdout(StdoutSink),
    File(FileSink),
    Webhook(Box<WebhookSink>),
    #[cfg(feature = "nats")]
    Nats(Box<nats::NatsSink>),
    #[cfg(feature = "redis")]
    Redis(Box<redis::RedisSink>),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::PostgresSink>),
    #[cfg(feature = "mail")]
    Mail(Box<mail::MailSink>),
}

impl Sink {
    /// Reads the secrets of a sink that is not open yet. Nothing is connected.
    fn check(config: &SinkConfig) -> Result<(), SinkError> {
        match &config.kind {
            SinkKind::Webhook(webhook) => WebhookSink::open(webhook, config.batch).map(drop),
            kind => {
                let loaded =
                    kind.secrets().into_iter().try_for_each(|secret| secret.load().map(drop));
                loaded.map_err(SinkError::fatal)
            }
        }
    }

    /// A sink that finds its state of an earlier run again. It may read secrets and connect, and
    /// changes nothing; a passing error is tried again like a failed delivery.
    async fn open(config: &SinkConfig, own: &[u8], now: Timestamp) -> Result<Sink, SinkError> {
        #[cfg(not(feature = "mail"))]
        let _ = now;
        Ok(match &config.kind {
            SinkKind::Stdout { format } => Sink::Stdout(StdoutSink::new(*format)),
            SinkKind::File { path, rotation } => {
                Sink::File(FileSink::new(path.value.clone(), *rotation, own))
            }
            SinkKind::Webhook(webhook) => {
                Sink::Webhook(Box::new(WebhookSink::open(webhook, config.batch)?))
            }
            #[cfg(feature = "nats")]
            SinkKind::Nats(nats) => {
                let name = &config.name.value;
                let sink = nats::NatsSink::open(name, nats, &config.channels).await?;
                Sink::Nats(Box::new(sink))
            }
            #[cfg(feature = "redis")]
            SinkKind::Redis(redis) => {
                Sink::Redis(Box::new(redis::RedisSink::new(redis, &config.channels)))
            }
            #[cfg(feature = "postgres")]
            SinkKind::Postgres(postgres) => {
                Sink::Postgres(Box::new(postgres::PostgresSink::new(postgres)))
            }
            #[cfg(feature = "mail")]
            SinkKind::Mail(mail) => Sink::Mail(Box::new(mail::MailSink::new(mail, own, now))),
            // The configuration has refused it: this is another build's.
            #[cfg(not(all(
                feature = "nats",
                feature = "redis",
                feature = "postgres",
                feature = "mail"
            )))]
            other => {
                let message = format!("`{}` is not in this build of wirefold", other.word());
                return Err(SinkError::fatal(message));
            }
        })
    }

    /// Delivers a batch whole. After an error the same deliveries come again.
    async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        match self {
            Sink::Stdout(sink) => sink.deliver(batch).await,
            Sink::File(sink) => sink.deliver(batch).await,
            Sink::Webhook(sink) => sink.deliver(batch).await,
            #[cfg(feature = "nats")]
            Sink::Nats(sink) => sink.deliver(batch).await,
            #[cfg(feature = "redis")]
            Sink::Redis(sink) => sink.deliver(batch).await,
            #[cfg(feature = "postgres")]
            Sink::Postgres(sink) => sink.deliver(batch).await,
            #[cfg(feature = "mail")]
            Sink::Mail(sink) => {
                sink.deliver(batch);
                Ok(())
            }
        }
    }

    /// Delivers a dead letter once more of which it knows by itself what it held.
    fn take_up(&mut self, letter: &DeadLetter) -> Result<bool, SinkError> {
        #[cfg(feature = "mail")]
        if let Sink::Mail(sink) = self {
            return sink.take_up(&letter.id).map(|()| true);
        }
        let _ = letter;
        Ok(false)
    }

    /// When it wants to do something by itself.
    fn wakes_at(&self) -> Option<Timestamp> {
        #[cfg(feature = "mail")]
        if let Sink::Mail(sink) = self {
            return sink.wakes_at();
        }
        None
    }

    /// Takes note that it is `now`, which may be earlier than it was.
    fn mind_the_clock(&mut self, now: Timestamp) {
        #[cfg(feature = "mail")]
        if let Sink::Mail(sink) = self {
            sink.mind_the_clock(now);
        }
        let _ = now;
    }

    /// Does what is due. The courier is at `next` in its `turn`, and stays there.
    async fn wake(&mut self, keeper: &Keeper, turn: Turn, next: Position) -> Result<(), SinkError> {
        #[cfg(feature = "mail")]
        if let Sink::Mail(sink) = self {
            return sink.wake(keeper, turn, next).await;
        }
        let _ = (keeper, turn, next);
        Ok(())
    }

    /// What it wants to find again after a restart.
    fn state(&self) -> Vec<u8> {
        match self {
            Sink::File(sink) => sink.state(),
            #[cfg(feature = "mail")]
            Sink::Mail(sink) => sink.state(),
            // What they have taken is known to those they deliver to.
            _ => Vec::new(),
        }
    }
}

/// The first position that a sink of this kind will read again, though its cursor is past it, by what
/// it wants to find again.
fn needs(kind: &str, own: &[u8]) -> Option<Position> {
    #[cfg(feature = "mail")]
    if kind == mail::KIND {
        return mail::needs(own);
    }
    let _ = (kind, own);
    None
}

/// What a sink of this kind wants to find again when it is sent to another place of the log.
fn pass_over(kind: &str, own: &[u8]) -> Vec<u8> {
    #[cfg(feature = "mail")]
    if kind == mail::KIND {
        return mail::pass_over(own);
    }
    let _ = kind;
    own.to_vec()
}

/// What a sink of this kind wants to find again that was sent to another place while it did what left
/// `own`.
fn settle(kind: &str, stored: &[u8], own: &[u8]) -> Vec<u8> {
    #[cfg(feature = "mail")]
    if kind == mail::KIND {
        return mail::settle(stored, own);
    }
    let _ = (kind, own);
    stored.to_vec()
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
