//! Deliveries as messages in a stream of NATS JetStream, one subject for each channel.
//!
//! What is sent again within the stream's duplicate window is stored once: its message id is the same at
//! every attempt. The server compares ids within the whole stream, so the id says also of which log
//! the delivery is and on which subject. Acknowledgements are awaited after a number of messages, not
//! after each.

use std::error::Error as _;
use std::fmt::Display;
use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, Context, ErrorCode};

use crate::broker::{self, nats::Said};
use crate::channel::Event;
use crate::config::{At, NatsSink as Config};

use super::batch::Batch;
use super::copies::{Copy, copies};
use super::error::SinkError;

/// An acknowledgement may take this long.
const ANSWER: Duration = Duration::from_secs(10);

/// A stream that is written to.
pub(super) struct NatsSink {
    context: Context,
    said: Said,
    config: Config,
    channels: Vec<String>,
    /// The stream was found and has a place for every channel.
    checked: bool,
}

impl NatsSink {
    /// A sink that connects when it can.
    pub(super) async fn open(
        name: &str,
        config: &Config,
        channels: &[At<String>],
    ) -> Result<NatsSink, SinkError> {
        let connected = broker::nats::connect(&config.server, format!("sink {name}")).await;
        let (client, said) = connected.map_err(SinkError::passing)?;
        let mut context = jetstream::new(client);
        context.set_timeout(ANSWER);
        let channels = At::values(channels);
        Ok(NatsSink { context, said, config: config.clone(), channels, checked: false })
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        if !self.checked {
            self.check().await?;
            self.checked = true;
        }
        let delivered = self.publish(batch.events).await;
        // The stream may have been deleted or changed: its check says so more clearly.
        self.checked = delivered.is_ok();
        delivered
    }

    async fn publish(&self, events: &[Event]) -> Result<(), SinkError> {
        let copies: Vec<_> = copies(events, &self.channels).collect();
        for copies in copies.chunks(self.config.in_flight) {
            let mut waiting = Vec::with_capacity(copies.len());
            for Copy { id, channel, event } in copies {
                let payload = serde_json::to_vec(event).map_err(|error| {
                    SinkError::refused(format!("the delivery cannot be written as JSON: {error}"))
                })?;
                let subject = self.config.subject(channel);
                let message = PublishMessage::build()
                    .header(NATS_MESSAGE_ID, message_id(id, event, &subject))
                    .expected_stream(&self.config.stream)
                    .payload(payload.into());
                let sent = self.context.send_publish(subject, message).await;
                waiting.push(sent.map_err(|error| self.fault(&error))?);
            }
            for stored in waiting {
                stored.await.map_err(|error| self.fault(&error))?;
            }
        }
        Ok(())
    }

    /// The stream exists, has a place for every channel, and says when it has stored something.
    async fn check(&self) -> Result<(), SinkError> {
        let stream = self.context.get_stream(&self.config.stream).await;
        let stream = stream.map_err(|error| self.passing(&error))?;
        let found = &stream.cached_info().config;
        if found.no_ack {
            return Err(self.passing(
                "it acknowledges nothing (`no_ack`), so that nothing can be known to be delivered: set \
                 `no_ack` to false on the server, or name another in `stream`",
            ));
        }
        for channel in &self.channels {
            let subject = self.config.subject(channel);
            if !found.subjects.iter().any(|pattern| matches(pattern, &subject)) {
                return Err(self.passing(format!(
                    "it takes {:?}, not `{subject}`: add it on the server, or change `subject`",
                    found.subjects
                )));
            }
        }
        Ok(())
    }

    fn fault(&self, error: &PublishError) -> SinkError {
        match is_refused(error) {
            true => SinkError::refused(error.to_string()),
            false => self.passing(error),
        }
    }

    /// Why the stream takes nothing now.
    fn passing(&self, why: impl Display) -> SinkError {
        let Config { stream, server, .. } = &self.config;
        let what = format!("the stream `{stream}` on {}: {why}", server.endpoint.url);
        SinkError::passing(self.said.why(what))
    }
}

/// The id of a delivery within a stream: two logs have the same delivery ids, but never for news
/// of the same time.
fn message_id(id: &str, event: &Event, subject: &str) -> String {
    match event.at() {
        Some(at) => format!("{id}@{at}/{subject}"),
        None => format!("{id}/{subject}"),
    }
}

/// Whether the delivery will never be taken: it is too large.
fn is_refused(error: &PublishError) -> bool {
    error.kind() == PublishErrorKind::MaxPayloadExceeded || is_too_large(error)
}

/// The stream's `max_msg_size` is below the server's, which the client knows: the server says so.
fn is_too_large(error: &PublishError) -> bool {
    let said = error.source().and_then(|source| source.downcast_ref::<jetstream::Error>());
    said.is_some_and(|said| said.error_code() == ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM)
}

/// Whether a subject is of a pattern with `*` and `>`.
fn matches(pattern: &str, subject: &str) -> bool {
    let (mut patterns, mut tokens) = (pattern.split('.'), subject.split('.'));
    loop {
        match (patterns.next(), tokens.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(pattern), Some(token)) if pattern == token => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::sink::testing::delivery;

    #[test]
    fn a_message_id_stays_and_is_of_one_log_and_one_subject() {
        let event = Event::Story(Box::new(delivery("Ferry late")));
        let id = |event: &Event, subject| message_id(&event.id(), event, subject);
        assert_eq!(id(&event, "wire.harbour"), "harbour/7@1970-01-01T00:00:00Z/wire.harbour");
        assert_ne!(id(&event, "wire.harbour"), id(&event, "desk.harbour"));
        let mut other = delivery("Ferry late");
        other.received = Timestamp::from_microsecond(1).unwrap();
        assert_ne!(id(&event, "wire.harbour"), id(&Event::Story(Box::new(other)), "wire.harbour"));
    }

    #[test]
    fn what_is_too_large_for_the_stream_is_refused_and_what_may_pass_is_not() {
        for (code, refused) in [
            // Message size exceeds the maximum allowed.
            (10054, true),
            // Maximum messages, or bytes, exceeded; insufficient resources.
            (10077, false),
            (10023, false),
        ] {
            let said = format!(r#"{{"code":400,"err_code":{code},"description":"no"}}"#);
            let said: jetstream::Error = serde_json::from_str(&said).unwrap();
            let error = PublishError::with_source(PublishErrorKind::Other, said);
            assert_eq!(is_refused(&error), refused, "{code}");
        }
        assert!(is_refused(&PublishError::new(PublishErrorKind::MaxPayloadExceeded)));
    }

    #[test]
    fn a_stream_takes_the_subjects_of_its_patterns() {
        for pattern in ["wirefold.>", "wirefold.*", "*.mideast", ">", "wirefold.mideast"] {
            assert!(matches(pattern, "wirefold.mideast"), "{pattern}");
        }
        for pattern in ["wirefold", "wirefold.*.x", "wirefold.mideast.>", "wirefold.sport", ""] {
            assert!(!matches(pattern, "wirefold.mideast"), "{pattern}");
        }
    }
}
