//! Takes a file in, slice by slice: others have their turn in between, and the daemon can stop.
//!
//! How far it came is noted, so that a file in the middle of which the daemon was stopped is gone on
//! with. After a kill some of it may be taken in again: its items are repeats then.

use serde::{Deserialize, Serialize};

use crate::format::Record;

use super::super::under_way::{self, UnderWay};
use super::super::{Context, Origin, SourceError};

/// Records that are submitted together.
pub(super) const SLICE: usize = 256;
/// Slices on their way while another is submitted. A link between stages holds all of them: a file
/// alone fills none, and nobody waits for room because of it.
const IN_FLIGHT: usize = 3;

/// How far the file in hand has been taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// The file, as its reader knows it.
    of: u64,
    /// Records that are durable.
    records: u64,
}

/// The way in for the files of one directory.
pub(super) struct Slices<'a> {
    key: String,
    origin: Origin,
    context: &'a Context,
}

impl<'a> Slices<'a> {
    pub(super) fn new(name: &str, origin: Origin, context: &'a Context) -> Slices<'a> {
        Slices { key: format!("directory:{name}"), origin, context }
    }

    /// Takes in what is not yet taken in of the file `of`, and waits until it is durable. False when
    /// the daemon was told to stop before the last record.
    pub(super) async fn take(
        &self,
        of: u64,
        records: impl Iterator<Item = Record>,
    ) -> Result<bool, SourceError> {
        let known = self.known().filter(|known| known.of == of);
        let mut progress = known.unwrap_or(Progress { of, records: 0 });
        let mut rest = records.skip(progress.records as usize).peekable();
        let mut in_flight = UnderWay::new(self.key.clone());
        while rest.peek().is_some() && !self.context.stop.is_cancelled() {
            let slice: Vec<Record> = rest.by_ref().take(SLICE).collect();
            progress.records += slice.len() as u64;
            // A file of one slice is wholly submitted, or not at all: there is nothing to note.
            let noted = progress.records > SLICE as u64 || rest.peek().is_some();
            let done = self.context.intake.submit(&self.origin, slice).await?;
            in_flight.push(noted.then_some(progress), done);
            in_flight.settle(IN_FLIGHT, &self.context.log).await?;
        }
        in_flight.settle(0, &self.context.log).await?;
        Ok(rest.peek().is_none())
    }

    fn known(&self) -> Option<Progress> {
        under_way::noted(&self.key, &self.context.log)
    }

    /// The file was moved away: should it come back, it is read anew.
    pub(super) fn forget(&self) {
        if self.known().is_some() {
            self.context.log.note_state(&self.key, Vec::new());
        }
    }
}
