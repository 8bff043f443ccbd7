//! Append: a batch of entries becomes one durable transaction.

use jiff::Timestamp;
use redb::{ReadableTable, Table, WriteTransaction};
use serde::Serialize;

use super::error::LogError;
use super::frame::{self, At, Kind};
use super::meta::Meta;
use super::record::{Change, Decision, Entry, Feedback, Position};
use super::remembered::Remembered;
use super::store::{ALIASES, Bytes, CARRIED, DECISIONS, HELD, IDENTITIES, INTAKE, LATER, Store};
use super::{Log, behind, cursor};
use crate::item::{Item, Seq};
use crate::prepare::{markers, version_time};
use crate::story::{Past, StoryId, Verdict};

mod carry;

/// What a commit added.
///
/// A timer about an item that retention had to give up, for want of room, takes no position: it would
/// tell of nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Position of the batch's first entry; the others follow in order.
    pub first: Position,
    /// The position after its last.
    pub end: Position,
}

/// What the writing side keeps in memory.
pub(super) struct Writer {
    pub(super) meta: Meta,
    /// A transaction failed, so that `meta` may not be what is stored.
    pub(super) stale: bool,
    /// The batch that was being appended then.
    attempt: Option<Appended>,
}

impl Writer {
    pub(super) fn new(meta: Meta) -> Writer {
        Writer { meta, stale: false, attempt: None }
    }

    /// After a failure, finds out what is stored. Comes before every transaction.
    pub(super) fn settle(&mut self, store: &Store) -> Result<(), LogError> {
        if self.stale {
            self.meta = store.read(|transaction| Meta::load(store, transaction))?;
            self.stale = false;
        }
        Ok(())
    }

    /// The failed batch, if it had reached the disk after all.
    fn landed(&mut self) -> Option<Appended> {
        self.attempt.take().filter(|attempt| attempt.end == self.meta.next_position)
    }
}

impl Log {
    /// Makes a batch durable in one transaction, with all cursors noted so far.
    ///
    /// # Errors
    /// After an error the same batch must be tried again before any other: the failed attempt may
    /// have reached the disk, and then the next only finds it there.
    pub fn append(&self, batch: &[Entry]) -> Result<Appended, LogError> {
        let mut writer = self.writer();
        let store = &self.0.store;
        writer.settle(store)?;
        if let Some(appended) = writer.landed() {
            self.0.end.send_replace(appended.end);
            return Ok(appended);
        }
        let mut meta = writer.meta;
        let first = meta.next_position;
        let batch = self.telling(batch, meta.next_seq)?;
        let appended = Appended { first, end: Position(first.0 + batch.len() as u64) };
        let unsaved = self.cursors().unsaved();
        let configured = cursor::configured(&batch);
        writer.attempt = Some(appended);
        writer.stale = true;
        store.write(|transaction| {
            Tables::open(store, transaction)?.append(&batch, &mut meta)?;
            cursor::save(store, transaction, &unsaved)?;
            cursor::save(store, transaction, configured.as_slice())?;
            meta.save(store, transaction)
        })?;
        *writer = Writer::new(meta);
        self.cursors().saved(&unsaved);
        self.0.end.send_replace(appended.end);
        Ok(appended)
    }

    /// A batch without its timers about items before `next` that are gone.
    fn telling<'e>(&self, batch: &'e [Entry], next: Seq) -> Result<Vec<&'e Entry>, LogError> {
        let earlier = |entry: &Entry| match entry {
            Entry::Timer(timer) => Some(timer.item).filter(|item| *item < next),
            _ => None,
        };
        if batch.iter().all(|entry| earlier(entry).is_none()) {
            return Ok(batch.iter().collect());
        }
        let store = &self.0.store;
        store.read(|transaction| {
            let fault = |error| store.fault("Reading", error);
            let intake =
                transaction.open_table(INTAKE).map_err(|error| store.fault("Reading", error))?;
            let mut telling = Vec::with_capacity(batch.len());
            for entry in batch {
                match earlier(entry) {
                    Some(item) if intake.get(item.0).map_err(fault)?.is_none() => {
                        tracing::warn!(%item, "was given up, and what becomes of its wait is no record");
                    }
                    _ => telling.push(entry),
                }
            }
            Ok(telling)
        })
    }
}

/// The tables of one transaction, and a buffer that all its records are written in.
struct Tables<'t> {
    store: &'t Store,
    intake: Table<'t, u64, Bytes>,
    decisions: Table<'t, u64, Bytes>,
    later: Table<'t, u64, u64>,
    held: Table<'t, u64, u64>,
    identities: Table<'t, u64, Bytes>,
    carried: Table<'t, u64, Bytes>,
    aliases: Table<'t, u64, u64>,
    bytes: Vec<u8>,
}

impl<'t> Tables<'t> {
    fn open(store: &'t Store, transaction: &'t WriteTransaction) -> Result<Self, LogError> {
        let fault = |error| store.fault("Writing", error);
        Ok(Tables {
            store,
            intake: transaction.open_table(INTAKE).map_err(fault)?,
            decisions: transaction.open_table(DECISIONS).map_err(fault)?,
            later: transaction.open_table(LATER).map_err(fault)?,
            held: transaction.open_table(HELD).map_err(fault)?,
            identities: transaction.open_table(IDENTITIES).map_err(fault)?,
            carried: transaction.open_table(CARRIED).map_err(fault)?,
            aliases: transaction.open_table(ALIASES).map_err(fault)?,
            bytes: Vec::with_capacity(4_096),
        })
    }

    fn append(mut self, batch: &[&Entry], meta: &mut Meta) -> Result<(), LogError> {
        let mut remembered = Vec::new();
        for entry in batch {
            let position = meta.next_position;
            meta.next_position = position.next();
            match entry {
                Entry::Item { seq, received, item, decision, identities } => {
                    meta.at = meta.at.max(*received);
                    let head = (position, At(*received));
                    self.intake(meta, Kind::Item, *seq, &(head, item, &item.amends))?;
                    for alias in &decision.fold.merged {
                        self.merge(*alias, decision.fold.story, meta)?;
                    }
                    let first = self.firsts(decision.fold.story, &decision.channels)?;
                    let behind = (behind::of_decision(&decision.fold), first);
                    self.decision(meta, Kind::Decision, position, &(decision, behind))?;
                    self.hold(*seq, position, decision)?;
                    self.carry(decision.fold.story, &decision.carried(item), meta)?;
                    if decision.fold.course().is_over(*received) {
                        self.end(decision.fold.story, meta)?;
                    }
                    meta.next_story = meta.next_story.max(after(decision));
                    if !identities.is_empty() {
                        remembered.push(Remembered {
                            seq: *seq,
                            story: decision.fold.story,
                            received: *received,
                            identities: identities.clone(),
                            past: Some(past(item, *received, decision)),
                        });
                    }
                }
                Entry::Rejected(rejected) => {
                    meta.at = meta.at.max(rejected.received);
                    let head = (position, At(rejected.received));
                    let body = (head, &rejected.source, &rejected.reject);
                    self.intake(meta, Kind::Reject, rejected.seq, &body)?;
                    self.decision(meta, Kind::Rejected, position, &rejected.seq)?;
                }
                Entry::Timer(timer) => {
                    meta.at = meta.at.max(timer.at);
                    self.later(position, timer.item)?;
                    self.held
                        .remove(timer.item.0)
                        .map_err(|error| self.store.fault("Writing", error))?;
                    match &timer.shown {
                        None => self.decision(meta, Kind::Timer, position, timer)?,
                        Some(shown) => {
                            let first = self.firsts(timer.story, &timer.channels)?;
                            let behind = (behind::of_timer(shown), first);
                            self.decision(meta, Kind::Timer, position, &(timer, behind))?;
                        }
                    }
                    self.carry(timer.story, &timer.channels, meta)?;
                }
                Entry::Config(change) => {
                    meta.at = meta.at.max(change.at);
                    self.decision(meta, Kind::Config, position, change)?;
                }
                Entry::Digest(digest) => {
                    meta.at = meta.at.max(digest.at);
                    if let Some(oldest) = digest.entries.iter().map(|entry| entry.item).min() {
                        self.later(position, oldest)?;
                    }
                    let channel = std::slice::from_ref(&digest.channel);
                    let mut first = Vec::with_capacity(digest.entries.len());
                    for entry in &digest.entries {
                        first.extend(self.firsts(entry.story, channel)?);
                    }
                    let behind = (behind::of_digest(&digest.shown), first);
                    self.decision(meta, Kind::Digest, position, &(digest, behind))?;
                    for entry in &digest.entries {
                        self.carry(entry.story, channel, meta)?;
                    }
                }
                Entry::Feedback(feedback) => {
                    meta.at = meta.at.max(feedback.at);
                    self.later(position, feedback.item)?;
                    self.change(feedback, meta)?;
                    let story = feedback.change.story();
                    let first = self.firsts(story, &feedback.channels)?;
                    let behind = (behind::of_feedback(feedback), first);
                    self.decision(meta, Kind::Feedback, position, &(feedback, behind))?;
                    self.carry(story, &feedback.channels, meta)?;
                    meta.next_story = meta.next_story.max(StoryId(story.0 + 1));
                }
            }
        }
        let Some(first) = remembered.first().map(|row| row.seq) else { return Ok(()) };
        self.remember(first.0, &remembered)
    }

    /// Writes what is remembered of the items of the commit that began with item `first`.
    fn remember(&mut self, first: u64, rows: &[Remembered]) -> Result<(), LogError> {
        let key = first.to_le_bytes();
        frame::seal(Kind::Identities, &key, &Remembered::stored(rows), &mut self.bytes)?;
        self.identities
            .insert(first, self.bytes.as_slice())
            .map_err(|error| self.store.fault("Writing", error))?;
        Ok(())
    }

    fn intake(
        &mut self,
        meta: &mut Meta,
        kind: Kind,
        seq: Seq,
        value: &impl Serialize,
    ) -> Result<(), LogError> {
        frame::seal(kind, &seq.0.to_le_bytes(), value, &mut self.bytes)?;
        self.intake
            .insert(seq.0, self.bytes.as_slice())
            .map_err(|error| self.store.fault("Writing", error))?;
        meta.bytes += self.bytes.len() as u64;
        meta.next_seq = meta.next_seq.max(seq.next());
        Ok(())
    }

    fn decision(
        &mut self,
        meta: &mut Meta,
        kind: Kind,
        position: Position,
        value: &impl Serialize,
    ) -> Result<(), LogError> {
        let key = position.0.to_le_bytes();
        frame::seal(kind, &key, &(At(meta.at), value), &mut self.bytes)?;
        self.decisions
            .insert(position.0, self.bytes.as_slice())
            .map_err(|error| self.store.fault("Writing", error))?;
        meta.bytes += self.bytes.len() as u64;
        Ok(())
    }

    fn later(&mut self, position: Position, item: Seq) -> Result<(), LogError> {
        self.later
            .insert(position.0, item.0)
            .map_err(|error| self.store.fault("Writing", error))?;
        Ok(())
    }

    /// Keeps the records of an item until its embargo has ended, if that is known.
    fn hold(&mut self, seq: Seq, position: Position, decision: &Decision) -> Result<(), LogError> {
        if decision.embargo.is_some_and(|until| until < Decision::OPEN_EMBARGO) {
            self.held
                .insert(seq.0, position.0)
                .map_err(|error| self.store.fault("Writing", error))?;
        }
        Ok(())
    }

    /// Lets what outlives the records follow a correction by hand.
    fn change(&mut self, feedback: &Feedback, meta: &Meta) -> Result<(), LogError> {
        match feedback.change {
            Change::Split { opens, .. } => self.rename(feedback.item, opens),
            Change::Merge { alias, kept } => self.merge(alias, kept, meta),
        }
    }

    /// Lets a story's id lead to another story, which counts as carried where it was.
    fn merge(&mut self, alias: StoryId, kept: StoryId, meta: &Meta) -> Result<(), LogError> {
        self.aliases.insert(alias.0, kept.0).map_err(|error| self.store.fault("Writing", error))?;
        self.carry_over(alias, kept, meta)
    }

    /// Lets an item's identities lead to another story.
    fn rename(&mut self, item: Seq, story: StoryId) -> Result<(), LogError> {
        let fault = |error| self.store.fault("Reading", error);
        let (first, mut rows) = {
            let mut range = self.identities.range(..=item.0).map_err(fault)?;
            let Some(stored) = range.next_back() else { return Ok(()) };
            let (key, bytes) = stored.map_err(fault)?;
            let opened = frame::open(bytes.value(), &key.value().to_le_bytes());
            // A damaged row stays what it is; `log verify` would have told.
            let Ok(rows) = opened.and_then(|opened| Remembered::read(&opened)) else {
                return Ok(());
            };
            (key.value(), rows)
        };
        for row in rows.iter_mut().filter(|row| row.seq == item) {
            // Of the story it is in now it tells nothing.
            (row.story, row.past) = (story, None);
        }
        self.remember(first, &rows)
    }
}

/// What is remembered of an item beside its identities.
fn past(item: &Item, received: Timestamp, decision: &Decision) -> Past {
    let tells = decision.embargo.is_none() && !is_resent(item, decision);
    Past {
        state: decision.fold.state,
        teller: tells.then_some(decision.fold.teller),
        event: version_time(item, received).map(Timestamp::as_second),
        version: item.version,
        withdraws: decision.fold.verdict == Verdict::Kill,
    }
}

/// Whether an item is a kill that was obeyed before: it tells nothing.
fn is_resent(item: &Item, decision: &Decision) -> bool {
    decision.fold.verdict == Verdict::Repeat && item.lifecycle && item.kills(&markers(item))
}

fn after(decision: &Decision) -> StoryId {
    StoryId(decision.fold.story.0 + 1)
}
