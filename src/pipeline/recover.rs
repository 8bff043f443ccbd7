//! Start-up: the window, the stories and what channels carried and hold back, from the log.
//! Recorded decisions are applied, never scored again.
//!
//! The window of a busy desk is a million items: one thread reads them, others prepare what was
//! read, each every so many chunks, and the caller's applies it in the order of the log.

use std::iter::Peekable;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Decider;
use crate::fold::{Outline, Outliner};
use crate::item::Seq;
use crate::log::record::{Intake, Logged, Record};
use crate::log::{Identities, Log, LogError, Position, Read, Remembered, Window};
use crate::prepare::{Prepare, Prepared};

/// Steps that are handed on together: few in tests, so that every thread has some.
const CHUNK: usize = if cfg!(test) { 8 } else { 256 };
/// Chunks that may wait for the next thread.
const AHEAD: usize = 4;
/// Threads that prepare, at most: more would wait for the one that applies.
const MOST_PREPARERS: usize = 4;

/// One step of a start.
enum Step<T> {
    /// An item of which only the names are known.
    Names(Remembered),
    /// A record, with the item that it is about.
    Record(Box<Logged>, Option<Box<T>>),
}

type Chunk<T> = Result<Vec<Step<T>>, LogError>;
type Known = (Prepared, Outline);

/// Brings the stages back to where they were when the log was last written. `changed`: that was with
/// another configuration, whose policies may hold back what these do not. Returns how many items
/// were read for that.
pub(super) fn recover(
    decider: &mut Decider,
    log: &Log,
    window: Duration,
    changed: bool,
) -> Result<u64, LogError> {
    // The window follows the log's own time, which never goes back.
    let Some(last) = log.last_received() else { return Ok(0) };
    let window = window.max(decider.route.memory(changed));
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let since = last.checked_sub(window).unwrap_or(Timestamp::MIN);
    let view = log.view();
    view.aliases(|alias, kept| decider.fold.restore_alias(alias, kept))?;
    restore_held(decider, log, view.first_at(since)?)?;
    let steps =
        Steps { names: view.identities().peekable(), records: view.window(since)?.peekable() };
    let (prepare, outliner) = (decider.prepare, decider.fold.outliner());
    let preparers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let items = std::thread::scope(|scope| {
        let (mut read, mut to_apply) = (Vec::new(), Vec::new());
        for _ in 0..preparers.min(MOST_PREPARERS) {
            let (sender, to_prepare) = sync_channel(AHEAD);
            let (prepared, receiver) = sync_channel(AHEAD);
            let outliner = outliner.clone();
            scope.spawn(move || prepare_all(prepare, &outliner, to_prepare, &prepared));
            read.push(sender);
            to_apply.push(receiver);
        }
        scope.spawn(move || read_all(steps, &read));
        let mut items = 0;
        // Chunks were dealt in turn, so the first of them that does not come is the end.
        for chunk in to_apply.iter().cycle().map_while(|prepared| prepared.recv().ok()) {
            items += chunk?.into_iter().map(|step| apply(decider, step)).sum::<u64>();
        }
        Ok(items)
    })?;
    // Last: whether a delivery was the first of its story is found out on the way.
    view.carried(|carried| decider.route.restore_carried(&carried))?;
    decider.fold.restored(log.next_story());
    decider.route.restored(changed);
    Ok(items)
}

/// Reads all steps and deals them out in turn, as long as somebody takes them.
fn read_all(mut steps: Steps, to: &[SyncSender<Chunk<Intake>>]) {
    for to in to.iter().cycle() {
        let chunk: Chunk<Intake> = steps.by_ref().take(CHUNK).collect();
        let is_last = chunk.as_ref().map_or(true, |steps| steps.len() < CHUNK);
        if to.send(chunk).is_err() || is_last {
            break;
        }
    }
}

/// Prepares the items of what was read.
fn prepare_all(
    prepare: Prepare,
    outliner: &Outliner,
    from: Receiver<Chunk<Intake>>,
    to: &SyncSender<Chunk<Known>>,
) {
    let known = |intake: Box<Intake>| {
        let prepared = prepare.prepare(intake.arrival).ok()?;
        let outline = outliner.outline(&prepared);
        Some(Box::new((prepared, outline)))
    };
    let step = |step| match step {
        Step::Names(names) => Step::Names(names),
        Step::Record(logged, intake) => Step::Record(logged, intake.and_then(known)),
    };
    for chunk in from {
        let chunk = chunk.map(|steps| steps.into_iter().map(step).collect());
        if to.send(chunk).is_err() {
            break;
        }
    }
}

/// Takes one step; returns how many items it brought back.
fn apply(decider: &mut Decider, step: Step<Known>) -> u64 {
    let (logged, item) = match step {
        Step::Names(known) => {
            let Remembered { seq, story, received, identities, past } = known;
            decider.fold.restore_identity(&identities, received, story, seq, past.as_ref());
            return 0;
        }
        Step::Record(logged, item) => (logged, item),
    };
    match (logged.record, item) {
        (Record::Decision(mut decision), Some(item)) => {
            let (item, outline) = *item;
            decision.fold.teller = decider.fold.restore(&item, outline, &decision.fold);
            decider.route.apply(&item, &decision);
            return 1;
        }
        (Record::Timer(timer), _) => decider.route.apply_timer(&timer),
        (Record::Feedback(feedback), Some(item)) => {
            let corrected = decider.fold.apply_change(feedback.change, &item.0, feedback.at);
            decider.route.apply_feedback(&feedback, corrected);
        }
        (Record::Digest(digest), _) => decider.route.apply_digest(&digest),
        _ => {}
    }
    0
}

/// Reads the steps of a start in the order in which they happened.
struct Steps {
    names: Peekable<Identities>,
    records: Peekable<Window>,
}

impl Iterator for Steps {
    type Item = Result<Step<Intake>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        // What can no longer be read was reported where it was read.
        while self.records.next_if(|read| matches!(read, Ok(Read::Gap(_)))).is_some() {}
        let next = match self.records.peek() {
            Some(Ok(Read::Record(logged, _))) => match &logged.record {
                Record::Decision(decision) => Some(decision.item),
                _ => None,
            },
            _ => Some(Seq(u64::MAX)),
        };
        // Items whose records are gone, or cannot be read, are still known by name.
        let earlier = |row: &Result<Remembered, LogError>| match (row, next) {
            (Ok(row), Some(next)) => row.seq < next,
            (Ok(_), None) => false,
            (Err(_), _) => true,
        };
        if let Some(row) = self.names.next_if(earlier) {
            return Some(row.map(Step::Names));
        }
        let own = |row: &Result<Remembered, LogError>| {
            row.as_ref().is_ok_and(|row| Some(row.seq) == next)
        };
        self.names.next_if(own);
        match self.records.next()? {
            Ok(Read::Record(logged, intake)) => Some(Ok(Step::Record(logged, intake))),
            Ok(Read::Gap(_)) => self.next(),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Items that were decided about before the records that are read from `start` on, and are still
/// under an embargo.
fn restore_held(decider: &mut Decider, log: &Log, start: Position) -> Result<(), LogError> {
    let view = log.view();
    for item in view.held()? {
        let Some((intake, logged)) = view.decision_of(item)? else { continue };
        if let Record::Decision(mut decision) = logged.record
            && logged.position < start
            && let Ok(prepared) = decider.prepare.prepare(intake.arrival)
        {
            decision.fold.story = view.resolve(decision.fold.story)?;
            decider.route.hold(&prepared, &decision);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
