//! Commit: the one stage that makes things durable, and the only one that completes receipts.
//!
//! What is waiting when a commit ends goes into the next one together, so that the disk's pace
//! sets the size of the groups. A failed commit blocks and tries the same group again, and with
//! it everything upstream: nothing is dropped, and fold's state is never ahead of a log that
//! another attempt could see.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::link::{Envelope, Receipt, Receiver};
use crate::log::{Appended, Decision, Entry, Keep, Log, LogError, LogErrorKind, Trimmed, blocking};
use crate::metrics::{Metrics, Stall};

mod quota;

use quota::Quota;

/// How commit groups, keeps and gives up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Entries in one commit, at most.
    pub entries: usize,
    /// Bytes in one commit, about at most.
    pub bytes: u64,
    /// How long a disk that fails in other ways than being full, or a log that was moved away, is
    /// tried again. A full disk or a full log is waited for without end: intake stands still until
    /// somebody makes room.
    pub give_up: Duration,
    /// What retention keeps.
    pub keep: Keep,
}

impl Options {
    /// The default grouping with this retention.
    pub fn new(keep: Keep) -> Options {
        Options { entries: 1_000, bytes: 8 << 20, give_up: Duration::from_secs(600), keep }
    }
}

/// The log cannot be written and waiting will not help.
#[derive(Debug)]
pub struct CommitError(LogError);

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nothing can be committed, so wirefold stops. {}", self.0)
    }
}

impl std::error::Error for CommitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Commits what comes until the link closes and everything that was on it is durable. `clock` tells
/// how old records have become while intake waits for room.
///
/// # Errors
/// When the log is damaged, or the disk failed for longer than `give_up`. The receipts of what
/// was not committed are dropped then: their sources send again.
pub async fn run(
    log: Log,
    rx: Receiver<Envelope<Entry>>,
    options: Options,
    clock: Clock,
) -> Result<(), CommitError> {
    run_counted(log, rx, options, clock, Metrics::default()).await
}

/// Like [`run`], and counts what it commits.
///
/// # Errors
/// As [`run`].
pub async fn run_counted(
    log: Log,
    rx: Receiver<Envelope<Entry>>,
    options: Options,
    clock: Clock,
    metrics: Metrics,
) -> Result<(), CommitError> {
    let mut retention = Retention::default();
    let mut quota = Quota::default();
    loop {
        let waiting = match rx.try_recv() {
            Some(envelope) => Some(envelope),
            None if retention.more => None,
            None => tokio::select! {
                biased;
                envelope = rx.recv() => match envelope {
                    Some(envelope) => Some(envelope),
                    None => break,
                },
                () = log.cursors_waiting() => {
                    save_cursors(&log).await;
                    continue;
                }
            },
        };
        if let Some(envelope) = waiting {
            let mut group = Group::gather(envelope, &rx, &options);
            group.entries.iter_mut().for_each(|entry| quota.apply(entry));
            let receipts = commit(&log, group, &options, &clock, &metrics).await?;
            receipts.into_iter().for_each(Receipt::complete);
        }
        retention.step(&log, options.keep).await;
    }
    save_cursors(&log).await;
    Ok(())
}

/// What is committed together.
#[derive(Default)]
struct Group {
    entries: Vec<Entry>,
    receipts: Vec<Receipt>,
    bytes: u64,
}

impl Group {
    fn gather(first: Envelope<Entry>, rx: &Receiver<Envelope<Entry>>, options: &Options) -> Group {
        let mut group = Group::default();
        let mut next = Some(first);
        while let Some(envelope) = next {
            let Envelope { receipt, payload: entry, .. } = envelope;
            group.bytes += entry.weight();
            group.entries.push(entry);
            group.receipts.push(receipt);
            let full = group.entries.len() >= options.entries || group.bytes >= options.bytes;
            next = if full { None } else { rx.try_recv() };
        }
        group
    }
}

/// Makes a group durable, however often that takes, and returns its receipts.
async fn commit(
    log: &Log,
    group: Group,
    options: &Options,
    clock: &Clock,
    metrics: &Metrics,
) -> Result<Vec<Receipt>, CommitError> {
    let start = tokio::time::Instant::now();
    let Group { entries, receipts, bytes } = group;
    let entries: Arc<[Entry]> = entries.into();
    let keep = options.keep;
    let mut backoff = Backoff::new("commit", Duration::from_millis(50), Duration::from_secs(15));
    let mut waited = Duration::ZERO;
    let mut room_is_made = false;
    loop {
        let result = {
            let (log, entries) = (log.clone(), entries.clone());
            // Only once: an attempt that failed may have used it.
            let (make, now) = (!room_is_made, clock.now());
            blocking(move || {
                if make {
                    make_room(&log, &keep, bytes, now)?;
                }
                log.append(&entries)
            })
            .await
        };
        let error = match result {
            Ok(Appended { first, end }) => {
                if backoff.attempts() > 0 {
                    tracing::info!(%first, %end, "the log can be written again");
                }
                metrics.stall(None);
                metrics.committed(&entries, start.elapsed());
                tell_of_embargoes(&entries);
                return Ok(receipts);
            }
            Err(error) => error,
        };
        let full = matches!(error.kind(), LogErrorKind::DiskFull | LogErrorKind::Full);
        if !error.is_transient() || (waited >= options.give_up && !full) {
            return Err(CommitError(error));
        }
        metrics.stall(Some(match error.kind() {
            LogErrorKind::Full => Stall::LogFull,
            LogErrorKind::DiskFull => Stall::DiskFull,
            LogErrorKind::Gone => Stall::Gone,
            _ => Stall::Disk,
        }));
        room_is_made = error.kind() != LogErrorKind::Full;
        let delay = backoff.delay();
        tracing::error!(
            attempt = backoff.attempts(),
            entries = entries.len(),
            retry_ms = delay.as_millis() as u64,
            "intake waits, the log cannot be written: {error}"
        );
        tokio::time::sleep(delay).await;
        waited += delay;
    }
}

/// What is held is on no channel, so it is said here.
fn tell_of_embargoes(entries: &[Entry]) {
    for entry in entries {
        let Entry::Item { seq, item, decision, .. } = entry else { continue };
        match decision.embargo {
            None => {}
            Some(until) if until == Decision::OPEN_EMBARGO => tracing::warn!(
                item = %seq,
                source = item.source,
                "held: its embargo has no end that could be read, or one too far off to be meant; a \
                 later version has to lift it"
            ),
            Some(until) => {
                tracing::info!(item = %seq, source = item.source, %until, "held: embargoed");
            }
        }
    }
}

fn make_room(log: &Log, keep: &Keep, bytes: u64, now: Timestamp) -> Result<(), LogError> {
    let mut more = true;
    while more && !log.has_room(keep, bytes) {
        let trimmed = log.trim(keep, bytes, now)?;
        report(trimmed);
        more = trimmed.more;
    }
    log.room(keep, bytes, now)
}

fn report(trimmed: Trimmed) {
    if trimmed.skipped > 0 {
        tracing::warn!(
            records = trimmed.skipped,
            "the log is full: records that some sink has not had were removed (on_full = \"skip\")"
        );
    }
    if trimmed.ahead > 0 {
        tracing::warn!(
            records = trimmed.ahead,
            "the log is full, and records of the window were removed, since they are ahead of the \
             clock: it is behind now, or was ahead when they came (docs/guarantees.md)"
        );
    }
}

/// Retention in small steps between commits.
#[derive(Default)]
struct Retention {
    last: Option<Timestamp>,
    /// The last step left something to be done, which waits for nothing but commits.
    more: bool,
}

impl Retention {
    /// How often it is looked whether something may go, in the time of the records.
    const EVERY: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

    async fn step(&mut self, log: &Log, keep: Keep) {
        let now = log.last_received().unwrap_or(Timestamp::MIN);
        let due = self.last.is_none_or(|last| now.duration_since(last) >= Self::EVERY);
        if !due && !self.more {
            return;
        }
        self.last = Some(now);
        // Old records do no harm: what fails here is tried again in a minute.
        let log = log.clone();
        match blocking(move || log.trim(&keep, 0, now)).await {
            Ok(trimmed) => {
                report(trimmed);
                self.more = trimmed.more;
            }
            Err(error) => {
                tracing::error!("old records could not be removed: {error}");
                self.more = false;
            }
        }
    }
}

async fn save_cursors(log: &Log) {
    let log = log.clone();
    if let Err(error) = blocking(move || log.save_cursors()).await {
        // They stay noted. If they are never saved, deliveries repeat with the same ids.
        tracing::error!("cursors could not be saved: {error}");
    }
}

#[cfg(test)]
mod tests;
