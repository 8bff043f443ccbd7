//! A stream of NATS JetStream, read through a durable consumer: a message is acknowledged when all
//! records in it are durable, and never folded twice.
//!
//! `consumer` finds the consumer and pulls; `ledger` remembers what is in the log; here is the loop
//! between them. The client comes back by itself when the connection breaks; what the server then
//! sends again, the ledger knows.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use async_nats::jetstream::message::{AckKind, Acker, Message};
use futures_util::{FutureExt, StreamExt};
use tracing::{debug, info, warn};

use crate::backoff::Backoff;
use crate::broker;
use crate::config::{NatsSource, SourceConfig};
use crate::format::Record;
use crate::item::{Reject, RejectKind, Seq};
use crate::link::Done;

use super::{Context, Origin, SourceError, guard, options};

mod consumer;
mod kept;
mod ledger;
mod ranges;

use consumer::Pull;
pub(super) use kept::settle;
use kept::{load, note};
use ledger::{Known, Ledger, Tried};

/// Batches of messages on their way at one time.
const IN_FLIGHT: usize = 16;
/// Messages in one batch: they are acknowledged together.
const BATCH: usize = 256;
/// After so many acknowledgements the server is asked what it still might send again.
const TIDY: u64 = 2_000;
/// How long the last acknowledgements may take once the daemon stops.
const FAREWELL: Duration = Duration::from_secs(5);

pub(super) async fn run(
    config: &SourceConfig,
    nats: &NatsSource,
    context: Context,
) -> Result<(), SourceError> {
    let log = context.log.clone();
    let outcome = read_to_the_end(config, nats, context).await;
    kept::note_end(&config.name.value, &log);
    outcome
}

async fn read_to_the_end(
    config: &SourceConfig,
    nats: &NatsSource,
    context: Context,
) -> Result<(), SourceError> {
    let name = &config.name.value;
    let fail = |error| SourceError::new(format!("source `{name}`: {error}"));
    let connected = broker::nats::connect(&nats.server, format!("source {name}")).await;
    let (client, said) = connected.map_err(fail)?;
    let mut reading = Reading {
        name,
        origin: Origin::of(config),
        config,
        nats,
        ledger: load(name, &context.log),
        under_way: BTreeMap::new(),
        batches: VecDeque::new(),
        acknowledged: 0,
        delivery: 0,
        context: &context,
    };
    let mut backoff = Backoff::new(name, Duration::from_millis(200), Duration::from_secs(30));
    while !context.stop.is_cancelled() {
        let pull = tokio::select! {
            pull = Pull::open(&client, nats) => pull,
            () = context.stop.cancelled() => break,
        };
        let ended = match pull {
            Ok(pull) => {
                info!(source = %name, stream = nats.stream, consumer = nats.consumer, "reading");
                let (made, delivered) = (pull.made(), pull.delivered());
                let outdated = reading.ledger.outdated_from(&made, delivered);
                if let Some(from) = outdated.filter(|_| !reading.batches.is_empty()) {
                    drop(pull);
                    if !reading.let_go_from(from).await? {
                        break;
                    }
                    continue;
                }
                reading.ledger.keep_for(made);
                reading.delivery = 0;
                reading.read(pull, &mut backoff).await?
            }
            Err(error) => Some(error),
        };
        let Some(error) = ended else { break };
        let delay = backoff.delay();
        let retry_ms = delay.as_millis() as u64;
        let error = said.why(error);
        warn!(source = %name, attempt = backoff.attempts(), retry_ms, "not reading: {error}");
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = context.stop.cancelled() => {}
        }
    }
    while !reading.batches.is_empty() {
        let committed = reading.first().await;
        reading.durable(committed).await?;
    }
    // What does not get through is sent again, and then known.
    if tokio::time::timeout(FAREWELL, client.flush()).await.is_err() {
        debug!(source = %name, "the last acknowledgements did not get through");
    }
    Ok(())
}

/// A stream that is being read.
struct Reading<'a> {
    name: &'a str,
    origin: Origin,
    config: &'a SourceConfig,
    nats: &'a NatsSource,
    ledger: Ledger,
    /// How each message on its way is answered in the end, by its number in the stream.
    under_way: BTreeMap<u64, (Acker, AckKind)>,
    /// Messages of each batch on its way.
    batches: VecDeque<(Vec<u64>, Done)>,
    /// Acknowledgements since the server was last asked what it still might send again.
    acknowledged: u64,
    /// The consumer's count of deliveries at the last one.
    delivery: u64,
    context: &'a Context,
}

impl Reading<'_> {
    /// Reads until told to stop (`None`), or until the server has to be asked for a new start.
    /// A server that lets it read for a while, or delivers something, works.
    async fn read(
        &mut self,
        mut pull: Pull,
        backoff: &mut Backoff,
    ) -> Result<Option<String>, SourceError> {
        let stop = self.context.stop.clone();
        let mut progress = tokio::time::interval(pull.ack_wait() / 3);
        // Its first tick comes at once, which is no while.
        progress.reset();
        progress.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let waiting = self.batches.len();
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    give_back(&mut pull).await;
                    return Ok(None);
                }
                committed = self.first(), if waiting > 0 => {
                    self.durable(committed).await?;
                    if self.acknowledged >= TIDY {
                        self.tidy(&pull).await;
                    }
                }
                _ = progress.tick() => {
                    backoff.reset();
                    self.ask_for_patience();
                }
                messages = pull.messages.next(), if waiting < IN_FLIGHT => {
                    let Some(messages) = messages else {
                        return Ok(Some("the server ended the delivery".to_owned()));
                    };
                    let mut ended = None;
                    let mut batch = Vec::with_capacity(messages.len());
                    for message in messages {
                        match message {
                            Ok(message) => batch.push(message),
                            Err(error) => ended = Some(error.to_string()),
                        }
                    }
                    if !batch.is_empty() {
                        backoff.reset();
                    }
                    self.take(batch).await?;
                    if ended.is_some() {
                        return Ok(ended);
                    }
                }
            }
        }
    }

    /// Takes messages in.
    async fn take(&mut self, mut messages: Vec<Message>) -> Result<(), SourceError> {
        while let Some((at, from)) = self.goes_back(&messages) {
            let rest = messages.split_off(at);
            self.submit(messages).await?;
            warn!(source = self.name, from, "the stream went back in time");
            if !self.let_go_from(from).await? {
                // They are not acknowledged, and come again at the next start.
                return Ok(());
            }
            self.delivery = 0;
            messages = rest;
        }
        self.submit(messages).await
    }

    /// Where messages begin that are of a store which has gone back in time, and the number of the first
    /// in the stream. A consumer counts its deliveries, those that come again, too, and then counts from
    /// an earlier place; or what is known of a number is of another message.
    fn goes_back(&mut self, messages: &[Message]) -> Option<(usize, u64)> {
        messages.iter().enumerate().find_map(|(at, message)| {
            let info = message.info().ok()?;
            let (number, published) = (info.stream_sequence, info.published.unix_timestamp_nanos());
            let back = info.consumer_sequence <= self.delivery
                || self.ledger.is_of_another(number, published);
            if !back {
                self.delivery = info.consumer_sequence;
            }
            back.then_some((at, number))
        })
    }

    /// The numbers from this one on may be those of other messages now. What is on its way under them is
    /// finished first, and not answered; false if it is told to stop before.
    async fn let_go_from(&mut self, number: u64) -> Result<bool, SourceError> {
        // An answer goes by the number alone, and would be one to what has it now.
        self.under_way.split_off(&number);
        // Durable before the wait: after a kill the numbers are those of what comes.
        self.ledger.forget_from(number);
        note(self.name, &self.context.log, &self.ledger);
        self.finish().await
    }

    /// Waits until all that is on its way is durable; false if it is told to stop before.
    async fn finish(&mut self) -> Result<bool, SourceError> {
        let stop = self.context.stop.clone();
        while !self.batches.is_empty() {
            tokio::select! {
                committed = self.first() => self.durable(committed).await?,
                () = stop.cancelled() => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Sends the messages that are not known yet on their way, and answers those that are.
    async fn submit(&mut self, messages: Vec<Message>) -> Result<(), SourceError> {
        let mut records = Vec::new();
        let mut counts = Vec::new();
        for message in messages {
            let Ok(info) = message.info() else {
                warn!(source = self.name, "a message that is not of JetStream was passed over");
                continue;
            };
            let (number, published) = (info.stream_sequence, info.published.unix_timestamp_nanos());
            let (message, acker) = message.split();
            match self.ledger.known(number, published) {
                Known::Durable => {
                    // It may be known by its time alone, which the next run does not have.
                    self.ledger.durable(number);
                    answer(&acker, AckKind::Ack);
                }
                // Came again while it is on its way: the newer delivery is the one to answer.
                Known::UnderWay => {
                    if let Some(held) = self.under_way.get_mut(&number) {
                        held.0 = acker;
                    }
                }
                Known::No(tried) => {
                    let (read, kind) = self.records(&message.payload, number, tried);
                    // Two deliveries of one message in one batch.
                    if self.under_way.insert(number, (acker, kind)).is_none() {
                        counts.push((number, published, read.len() as u64));
                        records.extend(read);
                    }
                }
            }
        }
        if counts.is_empty() {
            note(self.name, &self.context.log, &self.ledger);
            return Ok(());
        }
        let (ledger, log, name) = (&mut self.ledger, &self.context.log, self.name);
        let numbers = counts.iter().map(|(number, ..)| *number).collect();
        let noting = |first: Seq| {
            let mut next = first.0;
            for (number, published, count) in counts {
                ledger.send(number, published, Seq(next), count);
                next += count;
            }
            note(name, log, ledger);
        };
        let done = self.context.intake.submit_noting(&self.origin, records, noting).await?;
        self.batches.push_back((numbers, done));
        Ok(())
    }

    /// The records of one message, less those that are in the log, and how it is to be answered.
    fn records(&self, payload: &[u8], number: u64, tried: Tried) -> (Vec<Record>, AckKind) {
        if tried.times >= self.nats.attempts {
            let reason = format!(
                "message {number} of the stream `{}` was under way when the daemon died {} times",
                self.nats.stream, tried.times
            );
            let reject = Reject::new(RejectKind::Poison, reason, 0, payload);
            return (vec![Err(reject)], AckKind::Term);
        }
        let options = options(self.config, &self.context.clock);
        let mut records = guard::parse(self.name, self.config.format, payload, &options);
        if records.is_empty() {
            let reason = format!("message {number} of the stream holds nothing");
            records.push(Err(Reject::new(RejectKind::NoText, reason, 0, payload)));
        }
        let durable = usize::try_from(tried.durable).unwrap_or(usize::MAX).min(records.len());
        records.drain(..durable);
        (records, AckKind::Ack)
    }

    /// Resolves when the first batch that is on its way is durable. Cancel safe.
    async fn first(&mut self) -> bool {
        match self.batches.front_mut() {
            Some((_, done)) => done.wait().await,
            None => true,
        }
    }

    /// The first batch is durable, or lost: its messages are acknowledged, or given back.
    async fn durable(&mut self, committed: bool) -> Result<(), SourceError> {
        let Some((numbers, _)) = self.batches.pop_front() else { return Ok(()) };
        for number in &numbers {
            let Some((acker, kind)) = self.under_way.remove(number) else { continue };
            if committed {
                self.ledger.durable(*number);
                answer(&acker, kind);
            } else {
                answer(&acker, AckKind::Nak(None));
            }
        }
        if !committed {
            return Err(SourceError::new("the pipeline ended before all records were durable"));
        }
        self.acknowledged += numbers.len() as u64;
        note(self.name, &self.context.log, &self.ledger);
        Ok(())
    }

    /// What takes long is not sent again meanwhile.
    fn ask_for_patience(&self) {
        for (acker, _) in self.under_way.values() {
            answer(acker, AckKind::Progress);
        }
    }

    /// Forgets what the server will not send again.
    async fn tidy(&mut self, pull: &Pull) {
        self.acknowledged = 0;
        match pull.acknowledged().await {
            Ok(floor) => self.ledger.acknowledged(floor),
            // The ledger is bounded without it; next time.
            Err(error) => debug!(source = self.name, %error, "the consumer cannot be asked"),
        }
    }
}

/// An answer that is lost has the message sent again, which the ledger knows. For one that the client
/// has no room for, because its connection is broken, nobody waits: what was taken in goes on.
fn answer(acker: &Acker, kind: AckKind) {
    match tokio::task::unconstrained(acker.ack_with(kind)).now_or_never() {
        Some(Ok(())) => {}
        Some(Err(error)) => debug!(%error, "an answer to NATS was lost"),
        None => debug!("an answer to NATS was lost: too many wait for the connection"),
    }
}

/// Gives back what has arrived and was not yet taken up, so that the next start need not wait for it.
async fn give_back(pull: &mut Pull) {
    while let Some(Some(messages)) = pull.messages.next().now_or_never() {
        for message in messages.into_iter().flatten() {
            let (_, acker) = message.split();
            answer(&acker, AckKind::Nak(None));
        }
    }
}

#[cfg(test)]
mod tests;
