//! Standard output: lines for people on a terminal, NDJSON for programs.

use std::io;

use jiff::tz::TimeZone;

use super::{Batch, SinkError};
use crate::config::StdoutFormat;
use crate::terminal;

mod text;

pub(crate) use text::Text;

pub(super) struct StdoutSink {
    /// `None` for NDJSON.
    text: Option<Text>,
}

impl StdoutSink {
    pub(super) fn new(format: StdoutFormat) -> StdoutSink {
        let people = match format {
            StdoutFormat::Auto => terminal::is_terminal(),
            StdoutFormat::Text => true,
            StdoutFormat::Ndjson => false,
        };
        StdoutSink { text: people.then(|| Text::new(TimeZone::system())) }
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let mut lines: Vec<String> = Vec::with_capacity(batch.events.len());
        for event in batch.events {
            lines.push(match &mut self.text {
                Some(text) => text.line(event),
                None => serde_json::to_string(event).map_err(|error| {
                    SinkError::fatal(format!("a line cannot be written: {error}"))
                })?,
            });
        }
        let lines = lines.join("\n");
        // A reader that does not read blocks the thread, not the daemon.
        let written = tokio::task::spawn_blocking(move || terminal::line(&lines)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Err(SinkError::fatal("the reader of standard output is gone"))
            }
            Ok(Err(error)) => {
                Err(SinkError::passing(format!("cannot write standard output: {error}")))
            }
            Err(error) => Err(SinkError::fatal(format!("standard output was given up: {error}"))),
        }
    }
}
