//! Digests by mail: what came on each channel since the last one, at the times that were asked for.
//!
//! The sink takes deliveries at once and only remembers how far they reach; when a digest is due,
//! its stories are read from the log. Before the first attempt the ends of a digest are fixed and made
//! durable, so that one that is sent again after a crash is the same, under the same `Message-ID`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::channel::Subscription;
use crate::config::{Endpoint, MailSink as Config, Rhythm};
use crate::log::Position;
use crate::net::chain;

use super::batch::Batch;
use super::error::SinkError;
use super::keeper::{Keeper, Turn};

mod digest;
mod render;
mod story;

use digest::Digest;

/// A mail server may take this long for one mail.
const PATIENCE: Duration = Duration::from_secs(60);

/// A digest is put together this long after it is due, so that it has what is delivered at that very
/// time, such as when quiet hours or an embargo end.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// Deliveries of one channel, by their places in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Span {
    from: Position,
    /// The first place after the last.
    to: Position,
}

/// What is durable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// When the next digest is due.
    #[serde(with = "jiff::fmt::serde::timestamp::second::optional")]
    due: Option<Timestamp>,
    /// What has come since the last one, by channel.
    waiting: BTreeMap<String, Span>,
    /// Digests that are to be sent now, and when they were due.
    sending: BTreeMap<String, (Span, i64)>,
}

/// Digests by mail.
pub(super) struct MailSink {
    config: Config,
    state: State,
}

impl MailSink {
    pub(super) fn new(config: &Config, own: &[u8], now: Timestamp) -> MailSink {
        let state = postcard::from_bytes(own).unwrap_or_default();
        let mut sink = MailSink { config: config.clone(), state };
        sink.mind_the_clock(now);
        sink
    }

    /// Plans the next digest. One that fell due while the daemon was down is sent late, not left
    /// out; and a clock that is set back puts none off.
    pub(super) fn mind_the_clock(&mut self, now: Timestamp) {
        let next = self.config.next(now);
        self.state.due = Some(self.state.due.map_or(next, |due| due.min(next)));
    }

    /// Takes note of what is to be told next time.
    pub(super) fn deliver(&mut self, batch: &Batch<'_>) {
        for event in batch.events {
            let position = event.position();
            let own = event.channel().map(|channel| vec![channel.to_owned()]);
            for channel in own.unwrap_or_else(|| batch.keeper.channels()) {
                let span = Span { from: position, to: position.next() };
                let waiting = self.state.waiting.entry(channel).or_insert(span);
                waiting.from = waiting.from.min(position);
                waiting.to = waiting.to.max(position.next());
            }
        }
    }

    pub(super) fn state(&self) -> Vec<u8> {
        // Names and numbers: encoding them cannot fail.
        postcard::to_allocvec(&self.state).unwrap_or_default()
    }

    /// When it wants to be woken.
    pub(super) fn wakes_at(&self) -> Option<Timestamp> {
        match self.state.sending.is_empty() {
            true => self.state.due.map(|due| self.put_together_at(due)),
            false => Some(Timestamp::MIN),
        }
    }

    /// When the digest that is due at `due` gets its ends.
    fn put_together_at(&self, due: Timestamp) -> Timestamp {
        let grace = match self.config.rhythm {
            Rhythm::At(_) => GRACE,
            // What comes every second is not to come every six.
            Rhythm::Every(every) => {
                SignedDuration::try_from(every / 10).map_or(GRACE, |tenth| tenth.min(GRACE))
            }
        };
        due.checked_add(grace).unwrap_or(due)
    }

    /// Sends what is due. `next` is the courier's place, which this does not move.
    pub(super) async fn wake(
        &mut self,
        keeper: &Keeper,
        turn: Turn,
        next: Position,
    ) -> Result<(), SinkError> {
        let now = keeper.clock.now();
        if let Some(due) = self.state.due.filter(|due| self.put_together_at(*due) <= now) {
            for (channel, span) in std::mem::take(&mut self.state.waiting) {
                // One that could not be sent so far goes on as it is; this comes with the next.
                match self.state.sending.entry(channel) {
                    Entry::Vacant(free) => {
                        free.insert((span, due.as_second()));
                    }
                    Entry::Occupied(held) => {
                        self.state.waiting.insert(held.key().clone(), span);
                    }
                }
            }
            self.state.due = Some(self.config.next(now));
            keeper.save(turn, next, self.state()).await?;
        }
        while let Some((channel, (span, due))) = self.state.sending.first_key_value() {
            let (channel, span, due) = (channel.clone(), *span, *due);
            let digest = self.read(keeper, &channel, span).await?;
            if !digest.is_empty() {
                self.send(&keeper.name, &digest, span, due).await?;
                keeper.delivered(digest.deliveries);
                tracing::info!(sink = keeper.name, channel, stories = digest.stories.len(), "sent");
            }
            self.state.sending.remove(&channel);
            keeper.save(turn, next, self.state()).await?;
        }
        Ok(())
    }

    /// What came on a channel between two places of the log.
    async fn read(&self, keeper: &Keeper, channel: &str, span: Span) -> Result<Digest, SinkError> {
        let mut digest = Digest::new(channel, self.config.max_stories);
        let mut subscription = Subscription::new(&keeper.log, [channel], span.from);
        while subscription.position() < span.to {
            let page = subscription.read().await?;
            if page.events.is_empty() && page.next == page.from {
                break;
            }
            let within = page.events.iter().filter(|event| event.position() < span.to);
            within.for_each(|event| digest.add(event));
        }
        Ok(digest)
    }

    async fn send(
        &self,
        name: &str,
        digest: &Digest,
        span: Span,
        due: i64,
    ) -> Result<(), SinkError> {
        let zone = &self.config.timezone;
        let parts = MultiPart::alternative_plain_html(
            render::text(digest, zone),
            render::html(digest, zone),
        );
        let message = self
            .envelope(name, digest, span, due)?
            .multipart(parts)
            .map_err(|error| SinkError::fatal(format!("the mail cannot be composed: {error}")))?;
        let sent = transport(&self.config.endpoint)?.send(message).await;
        sent.map(drop).map_err(|error| match error.is_permanent() {
            true => {
                SinkError::gone(format!("the mail server refuses the digest: {}", chain(&error)))
            }
            false => SinkError::passing(format!("the mail server: {}", chain(&error))),
        })
    }

    fn envelope(
        &self,
        name: &str,
        digest: &Digest,
        span: Span,
        due: i64,
    ) -> Result<lettre::message::MessageBuilder, SinkError> {
        let wrong = |text: &str| SinkError::fatal(format!("`{text}` is not a mail address"));
        let sender: Mailbox = self.config.sender.parse().map_err(|_| wrong(&self.config.sender))?;
        let domain = sender.email.domain().to_owned();
        let date = UNIX_EPOCH + Duration::from_secs(due.max(0).unsigned_abs());
        let id = format!(
            "<{}.{}-{}.{due}.{:08x}@{domain}>",
            digest.channel,
            span.from,
            span.to,
            xxh3_64(name.as_bytes()) as u32
        );
        let machine = HeaderName::new_from_ascii_str("Auto-Submitted");
        let mut builder = Message::builder()
            .from(sender)
            .subject(render::subject(digest))
            .date(date)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(machine, "auto-generated".to_owned()));
        for address in &self.config.to {
            builder = builder.to(address.parse().map_err(|_| wrong(address))?);
        }
        Ok(builder)
    }
}

/// A connection for one digest: they are too rare to keep one open.
fn transport(endpoint: &Endpoint) -> Result<AsyncSmtpTransport<Tokio1Executor>, SinkError> {
    let host = endpoint.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = endpoint.url.port();
    let tls = || {
        let mut parameters = TlsParameters::builder(host.to_owned());
        parameters = match &endpoint.ca_file {
            None => parameters.certificate_store(CertificateStore::WebpkiRoots),
            Some(path) => {
                let pem = std::fs::read(path).map_err(|error| {
                    SinkError::passing(format!("{} cannot be read: {error}", path.display()))
                })?;
                let certificate = Certificate::from_pem(&pem)
                    .map_err(|error| SinkError::passing(format!("{}: {error}", path.display())))?;
                parameters
                    .certificate_store(CertificateStore::None)
                    .add_root_certificate(certificate)
            }
        };
        let built = parameters.build_rustls();
        built.map_err(|error| SinkError::passing(format!("TLS cannot be set up: {error}")))
    };
    let wrapped = endpoint.url.scheme() == "smtps";
    let (tls, usual) = match endpoint.tls {
        true if wrapped => (Tls::Wrapper(tls()?), 465),
        // STARTTLS, and nothing without it.
        true => (Tls::Required(tls()?), 587),
        false => (Tls::None, 25),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(port.unwrap_or(usual))
        .tls(tls)
        .timeout(Some(PATIENCE));
    if let Some(password) = &endpoint.password {
        let password = password.load().map_err(SinkError::passing)?;
        let user = endpoint.user().unwrap_or_default();
        builder = builder.credentials(Credentials::new(user, password));
    }
    Ok(builder.build())
}
