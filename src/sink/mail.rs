//! Digests by mail: what came on each channel since the last one, at the times that were asked for.
//!
//! The sink takes deliveries at once and only remembers how far they reach; when a digest is due,
//! its stories are read from the log. Before the first attempt the ends of a digest are fixed and made
//! durable, so that one that is sent again after a crash is the same, under the same `Message-ID`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound::{Excluded, Unbounded};
use std::time::{Duration, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};
use lettre::{Address, Message};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::channel::Subscription;
use crate::config::{MailSink as Config, Rhythm};
use crate::log::Position;

use super::batch::Batch;
use super::error::{SinkError, SinkErrorKind};
use super::keeper::{Keeper, Turn};

mod digest;
mod later;
mod post;
mod render;
#[cfg(test)]
pub(super) mod server;
mod story;

use digest::Digest;
use later::{Later, Refused};
pub(super) use later::{needs, pass_over, settle};

/// The word for this kind of sink.
pub(super) const KIND: &str = "mail";

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
    /// Digests that are to be sent now, and when they were due: by channel, or by the id of the dead
    /// letter that it was, so that it does not stand in the way of its channel's next one.
    sending: BTreeMap<String, (Span, i64)>,
}

/// Digests by mail.
pub(super) struct MailSink {
    config: Config,
    state: State,
    later: Later,
    /// The digest that was put off last: the others have their turn before it.
    put_off: Option<String>,
}

impl MailSink {
    pub(super) fn new(config: &Config, own: &[u8], now: Timestamp) -> MailSink {
        let (state, later) = later::decode(own);
        let mut sink = MailSink { config: config.clone(), state, later, put_off: None };
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
        later::encode(&self.state, &self.later)
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
            self.give_up_parts(keeper)?;
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
        while let Some((key, (span, due))) = self.in_turn() {
            if keeper.place().0 != turn {
                // It was sent to another place of the log meanwhile, and passes over what is left.
                return Ok(());
            }
            let digest = self.read(keeper, channel_of(&key), span).await?;
            let sent = match () {
                () if is_letter(&key) && digest.tells_nothing() => {
                    Err(SinkError::refused("the log keeps it no more"))
                }
                () if digest.is_empty() => Ok(()),
                () => self.send(keeper, &key, &digest, span, due).await,
            };
            match sent {
                Ok(()) if digest.is_empty() => {}
                Ok(()) => {
                    keeper.delivered(digest.deliveries);
                    let stories = digest.stories.len();
                    tracing::info!(sink = keeper.name, channel = digest.channel, stories, "sent");
                }
                Err(fault) if fault.kind() == SinkErrorKind::Refused => {
                    keeper.missed(&fault);
                    self.give_up(keeper, &key, &fault.to_string())?;
                }
                Err(fault) => {
                    self.put_off = Some(key);
                    // Who has it by now must be known after a restart.
                    keeper.save(turn, next, self.state()).await?;
                    return Err(fault);
                }
            }
            self.state.sending.remove(&key);
            self.later.served.remove(&key);
            keeper.save(turn, next, self.state()).await?;
        }
        Ok(())
    }

    /// The digest that is to be sent now: one that was put off lets the others pass.
    fn in_turn(&self) -> Option<(String, (Span, i64))> {
        let behind = |put_off: &String| {
            let mut others = self.state.sending.range((Excluded(put_off.clone()), Unbounded));
            others.next()
        };
        let found = self.put_off.as_ref().and_then(behind);
        let (key, digest) = found.or_else(|| self.state.sending.first_key_value())?;
        Some((key.clone(), *digest))
    }

    /// Makes a dead letter of a digest that is being sent.
    ///
    /// # Errors
    /// Gone when no more letters are kept.
    fn give_up(&mut self, keeper: &Keeper, key: &str, why: &str) -> Result<(), SinkError> {
        let Some((span, due)) = self.state.sending.get(key).copied() else { return Ok(()) };
        let channel = channel_of(key).to_owned();
        let Some(id) = keeper.bury_digest(&channel, span.from, why) else {
            return Err(SinkError::gone(format!("there are too many dead letters: {why}")));
        };
        tracing::error!(sink = keeper.name, id, "the digest is now a dead letter: {why}");
        self.state.sending.remove(key);
        let served = self.later.served.remove(key).unwrap_or_default();
        self.later.refused.insert(id, Refused { channel, span, due, served });
        Ok(())
    }

    /// Gives up digests that some have and some do not when the next one of their channel is due.
    fn give_up_parts(&mut self, keeper: &Keeper) -> Result<(), SinkError> {
        self.later.refused.retain(|id, _| keeper.has_letter(id));
        let mut parts = self.later.served.clone();
        parts.retain(|key, _| self.state.waiting.contains_key(channel_of(key)));
        for (key, served) in parts {
            let address = |to: &String| to.parse::<Mailbox>().map(|to| to.email.to_string());
            let has = |to: &&String| address(to).is_ok_and(|address| served.contains(&address));
            let lack: Vec<_> = self.config.to.iter().filter(|to| !has(to)).cloned().collect();
            if lack.is_empty() {
                // Who lacked it is no recipient any more.
                self.state.sending.remove(&key);
                self.later.served.remove(&key);
                continue;
            }
            let why = format!("the next one is due and {} did not get it", lack.join(", "));
            self.give_up(keeper, &key, &why)?;
        }
        Ok(())
    }

    /// Sends the digest of a dead letter once more.
    ///
    /// # Errors
    /// Passing while one of this id is being sent, refused where nothing is known of it.
    pub(super) fn take_up(&mut self, id: &str) -> Result<(), SinkError> {
        if self.state.sending.contains_key(id) {
            return Err(SinkError::passing("an earlier one of this id is being sent"));
        }
        let Some(Refused { span, due, served, .. }) = self.later.refused.remove(id) else {
            return Err(SinkError::refused("what it was made of is not known any more"));
        };
        if !served.is_empty() {
            self.later.served.insert(id.to_owned(), served);
        }
        self.state.sending.insert(id.to_owned(), (span, due));
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

    /// Sends a digest to everybody who does not have it yet.
    async fn send(
        &mut self,
        keeper: &Keeper,
        key: &str,
        digest: &Digest,
        span: Span,
        due: i64,
    ) -> Result<(), SinkError> {
        let sender = mailbox(&self.config.sender)?;
        let all = self.config.to.iter().map(|to| mailbox(to)).collect::<Result<Vec<_>, _>>()?;
        let served = self.later.served.get(key).map_or(&[][..], Vec::as_slice);
        let lacks = |to: &Address| !served.iter().any(|served| *served == to.to_string());
        let to: Vec<_> = all.iter().map(|to| to.email.clone()).filter(lacks).collect();
        if to.is_empty() {
            return Ok(());
        }
        let compose = |any_script: bool| {
            let to = all.iter().filter(|to| any_script || post::is_ascii(&to.email)).cloned();
            self.compose(&keeper.name, digest, span, due, to)
        };
        let endpoint = &self.config.endpoint;
        let outcome = post::send(endpoint, &sender.email, &to, compose).await?;
        let put_off = SinkError::passing(format!("the mail server: {}", told(&outcome.put_off)));
        if outcome.taken.is_empty() && served.is_empty() {
            let said = told(&outcome.refused);
            return Err(match outcome.put_off.is_empty() {
                true => SinkError::gone(format!("the mail server takes it for nobody: {said}")),
                false => put_off,
            });
        }
        let served = self.later.served.entry(key.to_owned()).or_default();
        served.extend(outcome.taken.iter().map(Address::to_string));
        for (address, reason) in &outcome.refused {
            let channel = &digest.channel;
            let fault = format!("{address} does not get the digest of `{channel}`: {reason}");
            tracing::error!(sink = keeper.name, "{fault}");
            keeper.missed(&SinkError::refused(fault));
            served.push(address.to_string());
        }
        if outcome.put_off.is_empty() { Ok(()) } else { Err(put_off) }
    }

    /// The mail that tells a digest, the same each time.
    fn compose(
        &self,
        name: &str,
        digest: &Digest,
        span: Span,
        due: i64,
        to: impl Iterator<Item = Mailbox>,
    ) -> Result<Vec<u8>, SinkError> {
        let sender = mailbox(&self.config.sender)?;
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
        let message = Message::builder()
            .from(sender)
            .subject(render::subject(digest))
            .date(date)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(machine, "auto-generated".to_owned()));
        let zone = &self.config.timezone;
        let parts = MultiPart::alternative_plain_html(
            render::text(digest, zone),
            render::html(digest, zone),
        );
        let message = to.fold(message, MessageBuilder::to).multipart(parts);
        let message = message
            .map_err(|error| SinkError::fatal(format!("the mail cannot be composed: {error}")))?;
        Ok(message.formatted())
    }
}

/// The channel of a digest that is being sent.
fn channel_of(key: &str) -> &str {
    key.split_once('/').map_or(key, |(channel, _)| channel)
}

/// Whether a digest that is being sent was a dead letter: it goes by the id of that.
fn is_letter(key: &str) -> bool {
    key.contains('/')
}

fn mailbox(text: &str) -> Result<Mailbox, SinkError> {
    text.parse().map_err(|_| SinkError::fatal(format!("`{text}` is not a mail address")))
}

/// Addresses, each with what was said of it.
fn told(of: &[(Address, String)]) -> String {
    of.iter().map(|(address, said)| format!("{address}: {said}")).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
