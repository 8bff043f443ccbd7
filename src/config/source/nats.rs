//! `[[source.nats]]`: a stream of NATS JetStream, read through a durable consumer.

use std::path::Path;
use std::time::Duration;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::feature;
use crate::config::nats::{self, NatsServer};
use crate::config::reader::Table;
use crate::config::value::Span;

/// A stream of NATS JetStream.
#[derive(Clone, Debug)]
pub struct NatsSource {
    /// Where the stream is.
    pub server: NatsServer,
    /// Name of the stream.
    pub stream: String,
    /// Name of the durable consumer; made when there is none.
    pub consumer: String,
    /// Only messages of this subject, wildcards included; all when `None`.
    pub subject: Option<String>,
    /// Where a consumer that is made here begins: with the next message, not the oldest.
    pub from_now: bool,
    /// Messages that are not yet acknowledged, at most.
    pub in_flight: u32,
    /// The server sends a message again when nothing was heard of it for this long.
    pub ack_wait: Duration,
    /// A message that was under way at this many deaths of the daemon is rejected as poison.
    pub attempts: u32,
}

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<NatsSource> {
    feature::needs("nats", cfg!(feature = "nats"), table, problems);
    let server = nats::read(table, folder, problems);
    let stream = table.require::<String>("stream", problems);
    let consumer = table.get::<String>("consumer", problems);
    for name in stream.iter().chain(&consumer) {
        nats::plain(name, problems);
    }
    let subject = table.get::<String>("subject", problems);
    if let Some(subject) = subject.as_ref().filter(|subject| !is_subject(&subject.value)) {
        let message = format!("`{}` is not a subject", subject.value);
        let hint = "words joined by dots: `wire.reuters`, `wire.*`, `wire.>`";
        problems.push(Diagnostic::error(&subject.place, message).hint(hint));
    }
    let words = [("start", false), ("now", true)];
    let from_now = table.one_of("from", &words, problems).unwrap_or(false);
    let in_flight = table.within("in_flight", 1_000, 1..=10_000, problems);
    let waits = Span(Duration::from_secs(1))..=Span(Duration::from_secs(3_600));
    let ack_wait = table.within("ack_wait", Span(Duration::from_secs(30)), waits, problems).0;
    let attempts = table.within("attempts", 10, 2..=u32::MAX, problems);
    Some(NatsSource {
        server: server?,
        stream: stream?.value,
        consumer: consumer.map_or_else(|| "wirefold".to_owned(), |name| name.value),
        subject: subject.map(|subject| subject.value),
        from_now,
        in_flight,
        ack_wait,
        attempts,
    })
}

fn is_subject(text: &str) -> bool {
    let token = |token: &str| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
    text.split('.').all(token)
}
