//! Intake: the one gate through which records enter. It numbers and stamps them.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, MutexGuard};

use crate::clock::Clock;
use crate::config::SourceConfig;
use crate::feedback::{Answer, Ask, Incoming, Request};
use crate::format::Record;
use crate::item::{Arrival, Item, Language, Seq};
use crate::link::{Batch, Closed, Done, Envelope, Sender};
use crate::poison::{Mark, Poison};

use super::ahead::Ahead;

/// How often a full pipeline is looked at for an offer.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Numbers records and stamps them with `received` = max(previous, now).
#[derive(Debug)]
pub struct Stamp {
    next: Seq,
    last: Timestamp,
}

impl Stamp {
    /// Goes on after what a log already holds.
    pub fn starting(next: Seq, last: Timestamp) -> Stamp {
        Stamp { next, last }
    }

    /// The time of something that enters now and is no record.
    pub fn pass(&mut self, now: Timestamp) -> Timestamp {
        self.last = self.last.max(now);
        self.last
    }

    /// Numbers and stamps one record of `origin`.
    pub fn stamp(&mut self, origin: &Origin, record: Record, now: Timestamp) -> Arrival {
        let seq = self.next;
        self.next = seq.next();
        let received = self.pass(now);
        let record = record.map(|item| {
            let mut item = origin.complete(item);
            item.embargoed = item.embargoed.map(|end| in_record_time(end, now, received));
            item
        });
        Arrival { seq, received, source: origin.source.clone(), record }
    }
}

/// When an embargo ends in the records' time, which is ahead of `now` where the clock was set back:
/// one that has not ended is not over because it would be by that. No later stage reads a clock.
fn in_record_time(end: Timestamp, now: Timestamp, received: Timestamp) -> Timestamp {
    let after = received.saturating_add(SignedDuration::from_micros(1)).unwrap_or(received);
    if end > now { end.max(after) } else { end }
}

/// What a source's configuration says about items that do not say it themselves.
#[derive(Clone, Debug)]
pub struct Origin {
    source: String,
    publisher: Option<String>,
    language: Option<Language>,
    /// `None`: as the format has it, which the parser has already set on the item.
    lifecycle: Option<bool>,
}

impl Origin {
    /// What `config` says.
    pub fn of(config: &SourceConfig) -> Origin {
        Origin {
            source: config.name.value.clone(),
            publisher: config.publisher.clone(),
            language: config.language,
            lifecycle: config.lifecycle,
        }
    }

    /// A source without a configuration of its own: items come with what they say themselves.
    pub fn named(source: &str) -> Origin {
        let source = source.to_owned();
        Origin { source, publisher: None, language: None, lifecycle: None }
    }

    /// The same, whose items may correct and kill as `lifecycle` says; `None`: as their format has it.
    pub fn may_correct(self, lifecycle: Option<bool>) -> Origin {
        Origin { lifecycle, ..self }
    }

    fn complete(&self, mut item: Item) -> Item {
        item.source.clone_from(&self.source);
        item.publisher = item.publisher.or_else(|| self.publisher.clone());
        item.language = item.language.or(self.language);
        item.lifecycle = self.lifecycle.unwrap_or(item.lifecycle);
        item
    }
}

/// The gate. Clones share it; the pipeline behind it closes when the last clone is dropped.
#[derive(Clone)]
pub struct Intake {
    gate: Arc<Mutex<Gate>>,
    clock: Clock,
    ahead: Arc<Ahead>,
}

struct Gate {
    stamp: Stamp,
    clock: Clock,
    poison: Arc<Poison>,
    tx: Sender<Envelope<Incoming>>,
    ahead: Arc<Ahead>,
}

impl Intake {
    /// A gate into `tx`.
    pub fn new(
        stamp: Stamp,
        clock: Clock,
        poison: Arc<Poison>,
        tx: Sender<Envelope<Incoming>>,
    ) -> Intake {
        let ahead = Arc::new(Ahead::new(stamp.last));
        ahead.note(stamp.last, clock.now());
        let gate = Gate { stamp, clock: clock.clone(), poison, tx, ahead: ahead.clone() };
        Intake { gate: Arc::new(Mutex::new(gate)), clock, ahead }
    }

    /// By how much the records' time is ahead of the clock, if that is much.
    pub fn ahead(&self) -> Option<SignedDuration> {
        self.ahead.by(self.clock.now())
    }

    /// Submits the records of one file, request or read, in order. What is returned resolves when
    /// all of them are durable. Waits while the pipeline is full; the gate stays held meanwhile,
    /// so that numbers are in the order of the link.
    pub async fn submit(&self, origin: &Origin, records: Vec<Record>) -> Result<Done, Closed> {
        let mut gate = self.gate.lock().await;
        gate.submit(origin, records).await.map(|taken| taken.done)
    }

    /// Like [`Intake::submit`]; `note` is told the number of the first record before any is sent, so
    /// that what it has the log note is durable no later than the records.
    pub async fn submit_noting(
        &self,
        origin: &Origin,
        records: Vec<Record>,
        note: impl FnOnce(Seq),
    ) -> Result<Done, Closed> {
        let mut gate = self.gate.lock().await;
        note(gate.stamp.next);
        gate.submit(origin, records).await.map(|taken| taken.done)
    }

    /// Like [`Intake::submit`], for a sender that can come again: takes nothing when the pipeline
    /// stays full for `patience`, and everything as soon as there is room for the first record.
    pub async fn offer(
        &self,
        origin: &Origin,
        records: Vec<Record>,
        patience: Duration,
    ) -> Result<Taken, Refused> {
        let mut gate = self.gate_with_room(patience).await?;
        gate.submit(origin, records).await.map_err(Refused::Closed)
    }

    /// Sends a correction by hand through the stages, in its turn. When what is returned first
    /// resolves, it is durable or refused, and the answer is there.
    pub async fn correct(&self, ask: Ask, patience: Duration) -> Result<(Done, Answer), Refused> {
        let mut gate = self.gate_with_room(patience).await?;
        let (batch, done) = Batch::new();
        let now = gate.clock.now();
        let received = gate.stamp.pass(now);
        let request = Request::new(ask, received);
        let answer = request.answer.clone();
        let payload = Incoming::Feedback(Box::new(request));
        let envelope = Envelope { received, mark: Mark::NONE, payload, receipt: batch.receipt() };
        gate.tx.send(envelope).await.map_err(Refused::Closed)?;
        Ok((done, answer))
    }

    async fn gate_with_room(&self, patience: Duration) -> Result<MutexGuard<'_, Gate>, Refused> {
        let gate = tokio::time::timeout(patience, async {
            let gate = self.gate.lock().await;
            // The holder of the gate is the link's only sender: room that is seen stays.
            while !gate.tx.has_room() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            gate
        });
        gate.await.map_err(|_| Refused::Full)
    }

    /// True when a record offered now would not have to wait.
    pub fn has_room(&self) -> bool {
        // Whoever holds the gate for long does so because there is no room.
        self.gate.try_lock().is_ok_and(|gate| gate.tx.has_room())
    }
}

impl Gate {
    async fn submit(&mut self, origin: &Origin, records: Vec<Record>) -> Result<Taken, Closed> {
        let (batch, done) = Batch::new();
        let first = self.stamp.next;
        for record in records {
            let mark = Mark::of(&origin.source, &record);
            let record = self.poison.reject(mark, &record).map_or(record, Err);
            let now = self.clock.now();
            let arrival = self.stamp.stamp(origin, record, now);
            let (received, receipt) = (arrival.received, batch.receipt());
            self.ahead.note(received, now);
            let payload = arrival.into();
            self.tx.send(Envelope { received, mark, payload, receipt }).await?;
        }
        Ok(Taken { first, done })
    }
}

/// Records that were taken in.
#[derive(Debug)]
pub struct Taken {
    /// Number of the first; the others follow without a gap.
    pub first: Seq,
    /// Resolves when all of them are durable.
    pub done: Done,
}

/// Why offered records were not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The pipeline stayed full. None was taken in.
    Full,
    /// The pipeline has ended.
    Closed(Closed),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, SourceKind};

    fn origin() -> Origin {
        let mut config = Config::built_in().sources.remove(0);
        assert!(matches!(config.kind, SourceKind::Stdin));
        config.publisher = Some("House Wire".to_owned());
        config.lifecycle = Some(true);
        Origin::of(&config)
    }

    #[test]
    fn numbers_go_up_and_received_never_goes_back() {
        let start = Timestamp::from_second(1_000).unwrap();
        let mut stamp = Stamp::starting(Seq(7), start);
        let earlier = Timestamp::from_second(900).unwrap();
        let later = Timestamp::from_second(1_100).unwrap();
        let first = stamp.stamp(&origin(), Ok(Item::default()), earlier);
        let second = stamp.stamp(&origin(), Ok(Item::default()), later);
        assert_eq!((first.seq, first.received), (Seq(7), start));
        assert_eq!((second.seq, second.received), (Seq(8), later));
    }

    #[test]
    fn an_embargo_that_is_over_by_the_records_time_alone_holds_until_the_clock_is_there() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut stamp = Stamp::starting(Seq(7), at(10_000));
        let mut ends = |end| {
            let item = Item { embargoed: Some(at(end)), ..Item::default() };
            let arrival = stamp.stamp(&origin(), Ok(item), at(1_000));
            (arrival.received, arrival.record.unwrap().embargoed.unwrap())
        };
        let (received, end) = ends(6_400);
        assert_eq!(received, at(10_000));
        assert!(end > received && end < at(10_001), "{end}");
        assert!(ends(10_000).1 > received);
        assert_eq!(ends(900).1, at(900), "it has ended");
        assert_eq!(ends(20_000).1, at(20_000), "it ends by either");
    }

    #[test]
    fn a_source_completes_what_an_item_does_not_say() {
        let mut stamp = Stamp::starting(Seq(0), Timestamp::UNIX_EPOCH);
        let named = Item { publisher: Some("Reuters".to_owned()), ..Item::default() };
        let mut publisher = |item| {
            let arrival = stamp.stamp(&origin(), Ok(item), Timestamp::UNIX_EPOCH);
            let item = arrival.record.unwrap();
            assert!(item.lifecycle);
            item.publisher.unwrap()
        };
        assert_eq!(publisher(named), "Reuters");
        assert_eq!(publisher(Item::default()), "House Wire");
    }

    /// A gate into a link of two places, and the link's other end.
    fn gate() -> (Intake, crate::link::Receiver<Envelope<Incoming>>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let poison = Arc::new(Poison::load(folder.path()));
        let (tx, rx) = crate::link::bounded("arrivals", 2);
        let stamp = Stamp::starting(Seq(5), Timestamp::UNIX_EPOCH);
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        (Intake::new(stamp, clock, poison, tx), rx, folder)
    }

    fn items(count: usize) -> Vec<Record> {
        (0..count).map(|_| Ok(Item::default())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn an_offer_to_a_full_pipeline_is_refused_whole() {
        let (intake, rx, _folder) = gate();
        let patience = Duration::from_secs(5);
        let first = intake.offer(&origin(), items(2), patience).await.unwrap();
        assert_eq!(first.first, Seq(5));
        assert!(!intake.has_room());
        let refused = intake.offer(&origin(), items(1), patience).await.unwrap_err();
        assert_eq!(refused, Refused::Full);
        rx.recv().await.unwrap();
        let second = intake.offer(&origin(), items(1), patience).await.unwrap();
        assert_eq!(second.first, Seq(7), "a refused offer leaves no gap");
    }

    #[tokio::test]
    async fn an_offer_that_has_begun_is_taken_in_whole() {
        let (intake, rx, _folder) = gate();
        let origin = origin();
        let offer = intake.offer(&origin, items(5), Duration::ZERO);
        let read = async {
            for number in 5..10 {
                let Incoming::Arrival(arrival) = rx.recv().await.unwrap().payload else { panic!() };
                assert_eq!(arrival.seq, Seq(number));
            }
        };
        assert!(tokio::join!(offer, read).0.is_ok());
    }
}
