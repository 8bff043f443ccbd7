//! All sinks of the daemon at once: what people ask of them.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::ask::{Ask, RewindTo};
use super::courier::Courier;
use super::keeper::Keeper;
use super::state::{DeadLetter, State};
use super::status::Status;
use crate::clock::Clock;
use crate::config::{From, SinkConfig};
use crate::log::{Log, LogError, Position};

/// Handles to the configured sinks. Clones are handles to the same ones. Every call blocks: use it
/// where blocking is allowed.
#[derive(Clone, Default)]
pub struct Couriers(Arc<[Arc<Keeper>]>);

/// What was asked of a sink cannot be done.
#[derive(Debug)]
pub enum ControlError {
    /// There is no sink of that name.
    Unknown(String),
    /// It has no dead letters of these ids: nothing was done.
    Letters(Vec<String>),
    /// The log does not let it be kept.
    Log(LogError),
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ControlError::Unknown(name) => write!(f, "there is no sink named `{name}`"),
            ControlError::Letters(ids) => {
                write!(f, "there is no dead letter `{}`: nothing was done", ids.join("`, `"))
            }
            ControlError::Log(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ControlError {}

impl std::convert::From<LogError> for ControlError {
    fn from(error: LogError) -> ControlError {
        ControlError::Log(error)
    }
}

impl Couriers {
    /// Names the sinks of the configuration `digest` to the log, so that retention waits for them, and
    /// returns a courier for each.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn attach(
        configs: Vec<SinkConfig>,
        digest: &str,
        log: &Log,
        clock: &Clock,
    ) -> Result<(Couriers, Vec<Courier>), LogError> {
        let (first, end) = log.view().bounds()?;
        let mut keepers = Vec::new();
        let mut couriers = Vec::new();
        for config in configs {
            let start = match config.from {
                From::Start => first,
                From::Now => end,
            };
            let keeper = Arc::new(Keeper::attach(&config, digest, start, log, clock));
            keepers.push(keeper.clone());
            couriers.push(Courier::new(config, keeper));
        }
        Ok((Couriers(keepers.into()), couriers))
    }

    /// Gives running sinks the channels that another configuration of this digest has for them, from
    /// its record in the log on, which is not yet written. Whatever else it changes about sinks waits
    /// for the next start.
    pub fn change_channels(&self, configs: &[SinkConfig], digest: &str) {
        for keeper in &*self.0 {
            // Of whatever kind: at the next start its cursor is the same.
            if let Some(config) = configs.iter().find(|config| config.name.value == keeper.name) {
                keeper.change_channels(digest, &config.channels);
            }
        }
    }

    /// How all of them fare.
    pub fn status(&self) -> Vec<Status> {
        self.0.iter().map(|keeper| Status::of(keeper)).collect()
    }

    /// How one fares.
    pub fn status_of(&self, name: &str) -> Result<Status, ControlError> {
        Ok(Status::of(self.find(name)?))
    }

    /// What one has given up, oldest first.
    pub fn letters(&self, name: &str) -> Result<Vec<DeadLetter>, ControlError> {
        Ok(self.find(name)?.lock().state.letters().cloned().collect())
    }

    /// Does what is asked of a sink. The answer, durable when it returns, is that of `/v1/sinks`.
    pub fn act(&self, name: &str, ask: Ask) -> Result<Value, ControlError> {
        let mut answer = json!({});
        if let Ask::Redeliver { ids } | Ask::Discard { ids } = &ask {
            self.all_letters(name, ids)?;
        }
        match ask {
            Ask::Pause { reason } => self.pause(name, &reason)?,
            Ask::Resume => self.resume(name)?,
            Ask::Rewind { to } => answer["next"] = json!(self.rewind(name, to)?),
            Ask::Redeliver { ids } => answer["dead_letters"] = json!(self.redeliver(name, &ids)?),
            Ask::Discard { ids } => answer["dead_letters"] = json!(self.discard(name, &ids)?),
        }
        answer["sink"] = json!(self.status_of(name)?);
        Ok(answer)
    }

    /// Has a sink stand still, also after a restart, until it is resumed. A batch that is under
    /// way is finished.
    pub fn pause(&self, name: &str, reason: &str) -> Result<(), ControlError> {
        let keeper = self.find(name)?;
        keeper.pause(reason);
        Ok(keeper.log.save_cursors()?)
    }

    /// Has a sink go on. One that waits for its next attempt makes it at once.
    pub fn resume(&self, name: &str) -> Result<(), ControlError> {
        let keeper = self.find(name)?;
        keeper.resume();
        Ok(keeper.log.save_cursors()?)
    }

    /// Sends a sink to another place of the log, and tells which. It delivers again what is from
    /// there on, under the same ids.
    pub fn rewind(&self, name: &str, to: RewindTo) -> Result<Position, ControlError> {
        let keeper = self.find(name)?;
        let view = keeper.log.view();
        let to = to.find(&view, keeper.clock.now())?;
        keeper.rewind(to)?;
        keeper.log.save_cursors()?;
        Ok(to)
    }

    /// Has dead letters of these ids, or all, delivered once more. Returns how many.
    pub fn redeliver(&self, name: &str, ids: &[String]) -> Result<usize, ControlError> {
        self.change_letters(name, |state| state.mark(ids))
    }

    /// Forgets dead letters of these ids, or all. Returns how many.
    pub fn discard(&self, name: &str, ids: &[String]) -> Result<usize, ControlError> {
        self.change_letters(name, |state| state.discard(ids))
    }

    /// Refuses ids of which the sink has no dead letter.
    fn all_letters(&self, name: &str, ids: &[String]) -> Result<(), ControlError> {
        let letters = self.letters(name)?;
        let known = |id: &&String| letters.iter().any(|letter| letter.id == **id);
        let unknown: Vec<String> = ids.iter().filter(|id| !known(id)).cloned().collect();
        if unknown.is_empty() { Ok(()) } else { Err(ControlError::Letters(unknown)) }
    }

    fn change_letters(
        &self,
        name: &str,
        change: impl FnOnce(&mut State) -> usize,
    ) -> Result<usize, ControlError> {
        let keeper = self.find(name)?;
        let count = keeper.with_letters(change);
        keeper.log.save_cursors()?;
        Ok(count)
    }

    fn find(&self, name: &str) -> Result<&Arc<Keeper>, ControlError> {
        let unknown = || ControlError::Unknown(name.to_owned());
        self.0.iter().find(|keeper| keeper.name == name).ok_or_else(unknown)
    }
}
