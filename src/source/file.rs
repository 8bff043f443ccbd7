//! One file, read to its end; with `follow`, what is appended to it as well.
//!
//! What is durable is remembered as a *number of records*, not as a byte offset: on start the file
//! is parsed again from its head (a header line, a page's date line must be read anyway) and the
//! records already taken in are passed over.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tracing::{info, warn};
use xxhash_rust::xxh3::Xxh3;

use crate::config::SourceConfig;
use crate::format::Record;
use crate::link::Done;

use super::guard::Guarded;
use super::{Context, Origin, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Reads whose records are on their way at one time.
const IN_FLIGHT: usize = 16;
/// A file is known again by its first bytes.
const HEAD: usize = 1024;
/// How often the end of a followed file is looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// How far a file has been taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Records that are durable.
    records: u64,
    /// Bytes that `head` covers, at most [`HEAD`].
    head_length: usize,
    /// Digest of the first bytes, by which a file that was replaced is noticed.
    head: u64,
}

impl Progress {
    /// True when `start`, the file's first bytes, are those this progress was made in.
    fn is_of(&self, start: &[u8]) -> bool {
        start.len() >= self.head_length && digest(&start[..self.head_length]) == self.head
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(bytes);
    hasher.digest()
}

pub(super) async fn run(
    config: &SourceConfig,
    path: &Path,
    follow: bool,
    context: Context,
) -> Result<(), SourceError> {
    let unreadable = |error| {
        SourceError::new(format!(
            "source `{}` cannot read {}: {error}",
            config.name.value,
            path.display()
        ))
    };
    // A pipe without a writer does not even open.
    let mut reading = tokio::select! {
        reading = Reading::start(config, path, &context) => reading.map_err(unreadable)?,
        () = context.stop.cancelled() => return Ok(()),
    };
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = tokio::select! {
            read = reading.file.read(&mut chunk) => read.map_err(unreadable)?,
            () = context.stop.cancelled() => break,
        };
        if read > 0 {
            reading.take(&chunk[..read], &context).await?;
            continue;
        }
        reading.settle(0, &context).await?;
        if !follow {
            reading.finish(&context).await?;
            info!(source = %config.name.value, path = %path.display(), "read to its end");
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = context.stop.cancelled() => break,
        }
        if reading.was_replaced(path).await {
            warn!(source = %config.name.value, path = %path.display(), "replaced: starting over");
            reading.finish(&context).await?;
            reading = Reading::start(config, path, &context).await.map_err(unreadable)?;
        }
    }
    reading.settle(0, &context).await
}

/// One pass through the file.
struct Reading {
    key: String,
    origin: Origin,
    file: File,
    parser: Guarded,
    /// Bytes read so far.
    bytes: u64,
    progress: Progress,
    /// Records of the file's head that are durable since an earlier run.
    pass_over: u64,
    in_flight: VecDeque<(u64, Done)>,
}

impl Reading {
    async fn start(
        config: &SourceConfig,
        path: &Path,
        context: &Context,
    ) -> std::io::Result<Reading> {
        let mut start = Vec::with_capacity(HEAD);
        File::open(path).await?.take(HEAD as u64).read_to_end(&mut start).await?;
        let key = format!("source:{}", config.name.value);
        let known: Option<Progress> =
            context.log.state(&key).and_then(|state| postcard::from_bytes(&state).ok());
        let progress = known.filter(|progress| progress.is_of(&start)).unwrap_or_default();
        if progress.records > 0 {
            let records = progress.records;
            info!(source = %config.name.value, records, "already taken in: passed over");
        }
        Ok(Reading {
            key,
            origin: Origin::of(config),
            file: File::open(path).await?,
            parser: Guarded::new(config.format, options(config, &context.clock)),
            bytes: 0,
            pass_over: progress.records,
            progress: Progress {
                head_length: start.len(),
                head: digest(&start),
                records: progress.records,
            },
            in_flight: VecDeque::new(),
        })
    }

    async fn take(&mut self, bytes: &[u8], context: &Context) -> Result<(), SourceError> {
        self.bytes += bytes.len() as u64;
        let records = self.parser.feed(bytes);
        self.submit(records, context).await
    }

    async fn finish(&mut self, context: &Context) -> Result<(), SourceError> {
        let records = self.parser.finish();
        self.submit(records, context).await?;
        self.settle(0, context).await
    }

    async fn submit(
        &mut self,
        mut records: Vec<Record>,
        context: &Context,
    ) -> Result<(), SourceError> {
        let known = self.pass_over.min(records.len() as u64);
        self.pass_over -= known;
        records.drain(..known as usize);
        if records.is_empty() {
            return Ok(());
        }
        let count = records.len() as u64;
        let done = context.intake.submit(&self.origin, records).await?;
        self.in_flight.push_back((count, done));
        self.settle(IN_FLIGHT, context).await
    }

    /// Waits until at most `leave` reads are on their way, and notes what became durable.
    async fn settle(&mut self, leave: usize, context: &Context) -> Result<(), SourceError> {
        while self.in_flight.len() > leave {
            let Some((count, done)) = self.in_flight.pop_front() else { break };
            if !done.committed().await {
                return Err(SourceError::new("the pipeline ended before all records were durable"));
            }
            self.progress.records += count;
            // A progress is four small integers: encoding it cannot fail.
            if let Ok(state) = postcard::to_allocvec(&self.progress) {
                context.log.note_state(&self.key, state);
            }
        }
        Ok(())
    }

    /// True when the path now names another file, or this one was cut.
    async fn was_replaced(&self, path: &Path) -> bool {
        let Ok(now) = tokio::fs::metadata(path).await else { return false };
        let Ok(open) = self.file.metadata().await else { return true };
        now.len() < self.bytes || !same_file(&now, &open)
    }
}

#[cfg(unix)]
fn same_file(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_known_by_the_head_of_its_file() {
        let progress = Progress { records: 3, head_length: 4, head: digest(b"time") };
        assert!(progress.is_of(b"time\theadline"));
        assert!(!progress.is_of(b"tim"), "the file was cut");
        assert!(!progress.is_of(b"date\theadline"), "the file was replaced");
    }
}
