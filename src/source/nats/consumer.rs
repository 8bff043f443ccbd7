//! The durable consumer: found, or made when there is none, and pulled from.

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::pull::{Config, Stream};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, FromConsumer, Info};
use async_nats::jetstream::context::ConsumerInfoErrorKind;
use async_nats::jetstream::{self, Context, consumer};
use futures_util::StreamExt;
use futures_util::stream::ReadyChunks;

use crate::config::NatsSource;

use super::BATCH;

/// Messages that wait in the client, at most.
const AHEAD: usize = 500;
/// A request for messages is renewed after this time …
const EXPIRES: Duration = Duration::from_secs(30);
/// … and within this the server says that it still holds it.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A consumer that is being pulled from.
pub(super) struct Pull {
    consumer: Consumer<Config>,
    /// What has arrived, as much as there is.
    pub(super) messages: ReadyChunks<Stream>,
}

impl Pull {
    /// Finds or makes the consumer and asks it for messages.
    ///
    /// # Errors
    /// In a full sentence; trying again may help in every case.
    pub(super) async fn open(client: &Client, nats: &NatsSource) -> Result<Pull, String> {
        let context = jetstream::new(client.clone());
        let consumer = find_or_make(context, nats).await?;
        let (batch, expires) = most(&consumer.cached_info().config, nats);
        let stream = consumer
            .stream()
            .max_messages_per_batch(batch)
            .expires(expires)
            .heartbeat(HEARTBEAT.min(expires / 3))
            .messages()
            .await
            .map_err(|error| format!("the consumer `{}`: {error}", nats.consumer))?;
        Ok(Pull { consumer, messages: stream.ready_chunks(BATCH) })
    }

    /// What tells this consumer from another that has its name before or after it.
    pub(super) fn made(&self) -> String {
        let info = self.consumer.cached_info();
        format!("{}/{}/{}", info.stream_name, info.name, info.created.unix_timestamp())
    }

    /// The last message that it has delivered, as its server knew when the pull was opened.
    pub(super) fn delivered(&self) -> u64 {
        self.consumer.cached_info().delivered.stream_sequence
    }

    /// How long the server waits for an answer before it sends a message again.
    pub(super) fn ack_wait(&self) -> Duration {
        self.consumer.cached_info().config.ack_wait.max(Duration::from_millis(300))
    }

    /// The message up to which everything is acknowledged.
    pub(super) async fn acknowledged(&self) -> Result<u64, String> {
        let info = self.consumer.get_info().await.map_err(|error| error.to_string())?;
        Ok(info.ack_floor.stream_sequence)
    }
}

async fn find_or_make(context: Context, nats: &NatsSource) -> Result<Consumer<Config>, String> {
    let NatsSource { stream: name, consumer, server, .. } = nats;
    let at = &server.endpoint.url;
    let stream = context.get_stream_no_info(name).await;
    let stream = stream.map_err(|error| format!("the stream `{name}`: {error}"))?;
    let info = match stream.consumer_info(consumer).await {
        Ok(info) => info,
        Err(error) => {
            return Err(match error.kind() {
                ConsumerInfoErrorKind::NotFound => {
                    return stream.create_consumer(wanted(nats)).await.map_err(|error| {
                        format!("the consumer `{consumer}` cannot be made: {error}")
                    });
                }
                ConsumerInfoErrorKind::StreamNotFound => format!("{at} has no stream `{name}`"),
                ConsumerInfoErrorKind::NoResponders => format!("{at} has no JetStream"),
                _ => format!("{at}: {error}"),
            });
        }
    };
    fits(&info, nats)?;
    let config = Config::try_from_consumer_config(info.config.clone());
    let config = config.map_err(|error| format!("the consumer `{consumer}`: {error}"))?;
    Ok(Consumer::new(config, info, context))
}

/// How many messages are asked for at one time, and for how long: the server refuses requests that
/// ask for more than the consumer's limits.
fn most(consumer: &consumer::Config, nats: &NatsSource) -> (usize, Duration) {
    let limit = usize::try_from(consumer.max_batch).ok().filter(|limit| *limit > 0);
    let batch = AHEAD.min(nats.in_flight as usize).min(limit.unwrap_or(AHEAD));
    let limit = Some(consumer.max_expires).filter(|limit| !limit.is_zero());
    (batch, EXPIRES.min(limit.unwrap_or(EXPIRES)))
}

/// The consumer that is made when there is none. It never gives up on a message: that is decided
/// here, where it can be recorded.
fn wanted(nats: &NatsSource) -> Config {
    Config {
        durable_name: Some(nats.consumer.clone()),
        description: Some("wirefold".to_owned()),
        deliver_policy: if nats.from_now { DeliverPolicy::New } else { DeliverPolicy::All },
        ack_policy: AckPolicy::Explicit,
        ack_wait: nats.ack_wait,
        max_deliver: -1,
        max_ack_pending: nats.in_flight.into(),
        filter_subject: nats.subject.clone().unwrap_or_default(),
        ..Config::default()
    }
}

/// A consumer that others made may drop messages, or deliver other ones.
fn fits(info: &Info, nats: &NatsSource) -> Result<(), String> {
    let found = &info.config;
    let wrong = |what: String| {
        Err(format!(
            "the consumer `{}` {what}: name another in `consumer`, or delete it on the server",
            nats.consumer
        ))
    };
    let filters = [&found.filter_subject].into_iter().filter(|filter| !filter.is_empty());
    let filters: Vec<&String> = filters.chain(&found.filter_subjects).collect();
    if found.deliver_subject.is_some() || found.ack_policy != AckPolicy::Explicit {
        wrong("is not a pull consumer with explicit acknowledgements".to_owned())
    } else if found.headers_only {
        wrong("delivers no more of a message than its headers".to_owned())
    } else if found.max_deliver > 0 {
        wrong(format!("gives up on a message after {} deliveries", found.max_deliver))
    } else if found.max_waiting == 1 {
        // The client renews a request while it has the last one, and at once when it is refused.
        wrong("lets no more than one request wait (`max_waiting`)".to_owned())
    } else if !filters.iter().copied().eq(&nats.subject) {
        let wanted = subjects(&nats.subject.iter().collect::<Vec<_>>());
        wrong(format!("delivers {}, not {wanted}", subjects(&filters)))
    } else {
        Ok(())
    }
}

fn subjects(filters: &[&String]) -> String {
    match filters {
        [] => "every subject".to_owned(),
        [one] => format!("the subject `{one}`"),
        several => format!("the subjects {several:?}"),
    }
}

#[cfg(test)]
mod tests;
