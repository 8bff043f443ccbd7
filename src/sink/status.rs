//! How sinks fare, for people and programs.

use jiff::Timestamp;
use serde::Serialize;

use super::keeper::{Keeper, key_of};
use super::needs;
use super::state::{DeadLetter, State};
use crate::config::{At, SinkConfig};
use crate::log::{LogError, LogErrorKind, Position, View};

/// How one sink fares. The keys are a contract; what is unknown is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its kind: `stdout`, `file`, `webhook` …
    pub kind: &'static str,
    /// The channels it delivers.
    pub channels: Vec<String>,
    /// What it does.
    pub state: Doing,
    /// Why it is paused.
    pub reason: Option<String>,
    /// The first position that it has not had.
    pub next: Position,
    /// The first position that is not written.
    pub end: Position,
    /// Positions between the two, whether or not they are on its channels.
    pub lag: u64,
    /// When the oldest of them was committed; of digests by mail, the oldest that is not mailed yet.
    pub waiting_since: Option<Timestamp>,
    /// Attempts at the next delivery, or at the mail that is due, that failed.
    pub attempts: u32,
    /// When the next attempt is made.
    pub retry_at: Option<Timestamp>,
    /// The last failure, since the daemon's start.
    pub error: Option<String>,
    /// When that was.
    pub error_at: Option<Timestamp>,
    /// Deliveries since the daemon's start; null when no daemon runs.
    pub delivered: Option<u64>,
    /// The last of them.
    pub delivered_at: Option<Timestamp>,
    /// How many deliveries were given up.
    pub dead_letters: usize,
}

/// What a sink does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Doing {
    /// It has had everything.
    Idle,
    /// It has more to deliver.
    Delivering,
    /// The last attempt failed; there will be another.
    Retrying,
    /// It stands still until it is resumed.
    Paused,
    /// No daemon answers: this is what it has written down.
    Stopped,
}

impl Status {
    /// How a sink of the running daemon fares.
    pub(super) fn of(keeper: &Keeper) -> Status {
        let end = *keeper.log.watch().borrow();
        let (next, needed, state, live) = {
            let inner = keeper.lock();
            let needed = needs(keeper.kind, &inner.own);
            (inner.next, needed, inner.state.clone(), inner.live.clone())
        };
        let mut status = Status::stored(keeper.name.clone(), keeper.kind, next, end, &state);
        status.channels = keeper.channels();
        status.state = match () {
            () if state.paused.is_some() => Doing::Paused,
            () if live.retry_at.is_some() => Doing::Retrying,
            () if next < end => Doing::Delivering,
            () => Doing::Idle,
        };
        status.waiting_since = waiting_since(&keeper.log.view(), needed.unwrap_or(next), end);
        status.attempts = status.attempts.max(live.missed);
        status.retry_at = live.retry_at;
        (status.error_at, status.error) = live.error.unzip();
        status.delivered = Some(live.delivered);
        status.delivered_at = live.delivered_at;
        status
    }

    /// How the configured sinks stood when the daemon ended, from the log alone.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn read(configs: &[SinkConfig], view: &View) -> Result<Vec<Status>, LogError> {
        let (first, end) = view.bounds()?;
        let cursors = view.cursors()?;
        let mut found = Vec::new();
        for config in configs {
            let name = &config.name.value;
            let cursor = cursors.iter().find(|(known, _)| known == name);
            let next = cursor.map_or(first, |(_, cursor)| cursor.next);
            let needed = cursor.and_then(|(_, cursor)| needs(config.kind.word(), &cursor.state));
            let state = stored_state(name, view)?;
            let mut status = Status::stored(name.clone(), config.kind.word(), next, end, &state);
            status.channels = At::values(&config.channels);
            status.waiting_since = waiting_since(view, needed.unwrap_or(next), end);
            found.push(status);
        }
        Ok(found)
    }

    fn stored(
        name: String,
        kind: &'static str,
        next: Position,
        end: Position,
        state: &State,
    ) -> Status {
        Status {
            name,
            kind,
            channels: Vec::new(),
            state: if state.paused.is_some() { Doing::Paused } else { Doing::Stopped },
            reason: state.paused.as_ref().map(|pause| pause.reason.clone()),
            next,
            end,
            lag: end.0.saturating_sub(next.0),
            waiting_since: None,
            attempts: state.effort.as_ref().map_or(0, |effort| effort.attempts),
            retry_at: None,
            error: None,
            error_at: None,
            delivered: None,
            delivered_at: None,
            dead_letters: state.dead(),
        }
    }
}

/// The dead letters of a sink, from the log alone.
///
/// # Errors
/// When the log cannot be read.
pub fn stored_letters(name: &str, view: &View) -> Result<Vec<DeadLetter>, LogError> {
    Ok(stored_state(name, view)?.letters().cloned().collect())
}

fn stored_state(name: &str, view: &View) -> Result<State, LogError> {
    let stored = view.state(&key_of(name))?;
    Ok(State::decode(&stored.unwrap_or_default()).unwrap_or_default())
}

/// When the record at `next` was committed. What is gone or damaged tells nothing.
fn waiting_since(view: &View, next: Position, end: Position) -> Option<Timestamp> {
    if next >= end {
        return None;
    }
    match view.record(next) {
        Ok(logged) => logged.map(|logged| logged.at),
        Err(error) => {
            if error.kind() != LogErrorKind::Corrupt {
                tracing::warn!("{error}");
            }
            None
        }
    }
}
