//! What of a file is on its way, and how far the file has been taken in once each part is durable.

use std::collections::VecDeque;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SourceError;
use crate::link::Done;
use crate::log::Log;

/// Parts of a file that were submitted, oldest first.
pub(super) struct UnderWay<P> {
    /// Where the log keeps how far it came.
    key: String,
    parts: VecDeque<(Option<P>, Done)>,
}

impl<P: Serialize> UnderWay<P> {
    /// Nothing yet. Progress is noted under `key`.
    pub(super) fn new(key: String) -> UnderWay<P> {
        UnderWay { key, parts: VecDeque::new() }
    }

    /// A part was submitted; `progress` is noted when it is durable.
    pub(super) fn push(&mut self, progress: Option<P>, done: Done) {
        self.parts.push_back((progress, done));
    }

    /// Waits until at most `leave` parts are on their way, and notes what became durable.
    pub(super) async fn settle(&mut self, leave: usize, log: &Log) -> Result<(), SourceError> {
        while self.parts.len() > leave {
            let Some((progress, done)) = self.parts.pop_front() else { break };
            if !done.committed().await {
                return Err(SourceError::new("the pipeline ended before all records were durable"));
            }
            // A progress is a few integers: encoding it cannot fail.
            if let Some(state) = progress.and_then(|it| postcard::to_allocvec(&it).ok()) {
                log.note_state(&self.key, state);
            }
        }
        Ok(())
    }
}

/// The progress that was noted last under `key`.
pub(super) fn noted<P: DeserializeOwned>(key: &str, log: &Log) -> Option<P> {
    postcard::from_bytes(&log.state(key)?).ok()
}
