//! Sinks: each is a task that reads its channels from the log and delivers them at its own pace.
//!
//! A [`Courier`] does for every sink what they have in common: the cursor, which moves when the
//! receiver has taken a batch; retries with growing pauses; dead letters; pause and rewind. A sink
//! that fails lags alone. Delivery is at least once, with ids that stay the same.
//!
//! A kind of sink is one file here and one arm of `Sink`: it opens, it delivers a batch, and it
//! says by a [`SinkError`] what follows when it cannot.

use crate::config::{SinkConfig, SinkKind};

mod batch;
mod control;
mod courier;
mod error;
mod file;
mod keeper;
mod state;
mod status;
mod stdout;

pub use control::{ControlError, Couriers, RewindTo};
pub use courier::Courier;
pub use error::{SinkError, SinkErrorKind};
pub use state::DeadLetter;
pub use status::{Doing, Status, stored_letters};

use batch::Batch;
use file::FileSink;
use stdout::StdoutSink;

/// The kinds of sink.
enum Sink {
    Stdout(StdoutSink),
    File(FileSink),
}

impl Sink {
    /// A sink that finds its state of an earlier run again. It may read secrets and connect, and
    /// changes nothing; a passing error is tried again like a failed delivery.
    async fn open(config: &SinkConfig, own: &[u8]) -> Result<Sink, SinkError> {
        Ok(match &config.kind {
            SinkKind::Stdout { format } => Sink::Stdout(StdoutSink::new(*format)),
            SinkKind::File { path, rotation } => {
                Sink::File(FileSink::new(path.clone(), *rotation, own))
            }
        })
    }

    /// Delivers a batch whole. After an error the same deliveries come again.
    async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        match self {
            Sink::Stdout(sink) => sink.deliver(batch).await,
            Sink::File(sink) => sink.deliver(batch).await,
        }
    }

    /// What it wants to find again after a restart.
    fn state(&self) -> Vec<u8> {
        match self {
            Sink::Stdout(_) => Vec::new(),
            Sink::File(sink) => sink.state(),
        }
    }
}

#[cfg(test)]
mod tests;
