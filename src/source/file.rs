//! One file, read to its end; with `follow`, what is appended to it as well.
//!
//! What is durable is remembered as a *number of records*, not as a byte offset: on start the file
//! is parsed again from its head (a header line, a page's date line must be read anyway) and the
//! records already taken in are passed over. They are in the file only as long as it begins with the
//! very bytes they were read from; one that begins otherwise is another file, and read from its head.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tracing::{info, warn};
use xxhash_rust::xxh3::Xxh3;

use crate::config::SourceConfig;
use crate::format::{Options, Record};
use crate::inode::is_same;
use crate::log::Log;

use super::guard::Guarded;
use super::under_way::{self, UnderWay};
use super::{Context, Origin, STILL, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Reads whose records are on their way at one time.
const IN_FLIGHT: usize = 16;
/// How often the end of a followed file is looked at.
const PAUSE: Duration = Duration::from_millis(250);
/// Looks at which nothing more has come to a file that was moved away, until it is left: its writer
/// may have it open for a while.
const LAST_LOOKS: u32 = 4;
/// Looks at which nothing more has come to a file that is where it was, until it is still.
const STILL_LOOKS: u32 = (STILL.as_millis() / PAUSE.as_millis()) as u32;

/// How far a file has been taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Records that are durable.
    records: u64,
    /// Bytes that they were read from, from the head of the file.
    length: u64,
    /// XXH3-64 of those bytes.
    digest: u64,
    /// How many of them were read when the file was still for the first time and something was held;
    /// 0 when it never was. It changes what a first line is: a headline, or the title of an article.
    still: u64,
}

/// What versions before that noted.
#[derive(Deserialize)]
struct Before {
    records: u64,
    length: u64,
    digest: u64,
}

impl Progress {
    fn noted(key: &str, log: &Log) -> Option<Progress> {
        let before =
            |Before { records, length, digest }| Progress { records, length, digest, still: 0 };
        under_way::noted(key, log).or_else(|| under_way::noted(key, log).map(before))
    }

    /// True when the file begins with the bytes that this progress was made in. A pipe never does.
    async fn is_of(&self, path: &Path) -> std::io::Result<bool> {
        if self.length == 0 || !tokio::fs::metadata(path).await?.is_file() {
            return Ok(false);
        }
        let mut head = File::open(path).await?.take(self.length);
        let (mut hasher, mut chunk) = (Xxh3::new(), vec![0; CHUNK]);
        loop {
            match head.read(&mut chunk).await? {
                0 => return Ok(head.limit() == 0 && hasher.digest() == self.digest),
                read => hasher.update(&chunk[..read]),
            }
        }
    }
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
        reading = Reading::start(config, path, follow, &context) => reading.map_err(unreadable)?,
        () = context.stop.cancelled() => return Ok(()),
    };
    let mut chunk = vec![0; CHUNK];
    let (mut last_looks, mut still_looks) = (0, 0);
    loop {
        let read = tokio::select! {
            read = reading.file.read(&mut chunk) => read.map_err(unreadable)?,
            () = context.stop.cancelled() => break,
        };
        if read > 0 {
            (last_looks, still_looks) = (0, 0);
            reading.take(&chunk[..read], &context).await?;
            continue;
        }
        reading.in_flight.settle(0, &context.log).await?;
        if !follow {
            reading.finish(&context).await?;
            info!(source = %config.name.value, path = %path.display(), "read to its end");
            return Ok(());
        }
        last_looks = match reading.place(path).await {
            Place::Same => 0,
            Place::Moved => last_looks + 1,
            Place::Cut => LAST_LOOKS,
        };
        if last_looks >= LAST_LOOKS {
            warn!(source = %config.name.value, path = %path.display(), "replaced: starting over");
            reading.finish(&context).await?;
            reading = Reading::start(config, path, follow, &context).await.map_err(unreadable)?;
            last_looks = 0;
            continue;
        }
        still_looks += 1;
        if still_looks == STILL_LOOKS {
            reading.flush(&context).await?;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = context.stop.cancelled() => break,
        }
    }
    reading.in_flight.settle(0, &context.log).await
}

/// One pass through the file.
struct Reading {
    origin: Origin,
    file: File,
    parser: Guarded,
    /// Bytes read so far.
    bytes: u64,
    /// Of these bytes.
    hasher: Xxh3,
    /// See [`Progress`].
    still: u64,
    /// Records of the file's head that are durable since an earlier run.
    pass_over: u64,
    /// Reads whose records are on their way.
    in_flight: UnderWay<Progress>,
    /// Records that will be durable with the last of them.
    submitted: u64,
}

impl Reading {
    async fn start(
        config: &SourceConfig,
        path: &Path,
        follow: bool,
        context: &Context,
    ) -> std::io::Result<Reading> {
        let key = format!("source:{}", config.name.value);
        let progress = match Progress::noted(&key, &context.log) {
            Some(progress) if progress.is_of(path).await? => progress,
            _ => Progress::default(),
        };
        let options = Options { endless: follow, ..options(config, &context.clock) };
        let Progress { records, still, .. } = progress;
        if records > 0 {
            info!(source = %config.name.value, records, "already taken in: passed over");
        }
        Ok(Reading {
            origin: Origin::of(config),
            file: File::open(path).await?,
            parser: Guarded::new(config, options),
            bytes: 0,
            hasher: Xxh3::new(),
            still,
            pass_over: records,
            in_flight: UnderWay::new(key),
            submitted: records,
        })
    }

    async fn take(&mut self, bytes: &[u8], context: &Context) -> Result<(), SourceError> {
        // Where an earlier run found the file still, it is read as it was then.
        let still = usize::try_from(self.still.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
        self.bytes += bytes.len() as u64;
        self.hasher.update(bytes);
        let records = match bytes.split_at_checked(still) {
            Some((before, after)) if still > 0 => {
                let mut records = self.parser.feed(before);
                records.extend(self.parser.flush());
                records.extend(self.parser.feed(after));
                records
            }
            _ => self.parser.feed(bytes),
        };
        self.submit(records, context).await
    }

    /// Nothing more has come for a while: what was held for it is taken in.
    async fn flush(&mut self, context: &Context) -> Result<(), SourceError> {
        let records = self.parser.flush();
        if !records.is_empty() && self.still == 0 {
            self.still = self.bytes;
        }
        self.submit(records, context).await
    }

    async fn finish(&mut self, context: &Context) -> Result<(), SourceError> {
        let records = self.parser.finish();
        self.submit(records, context).await?;
        self.in_flight.settle(0, &context.log).await
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
        self.submitted += records.len() as u64;
        let done = context.intake.submit(&self.origin, records).await?;
        let (records, length, digest) = (self.submitted, self.bytes, self.hasher.digest());
        self.in_flight.push(Some(Progress { records, length, digest, still: self.still }), done);
        self.in_flight.settle(IN_FLIGHT, &context.log).await
    }

    async fn place(&self, path: &Path) -> Place {
        let Ok(now) = tokio::fs::metadata(path).await else { return Place::Same };
        match self.file.metadata().await {
            Ok(open) if !is_same(&now, &open) => Place::Moved,
            Ok(_) if now.len() >= self.bytes => Place::Same,
            _ => Place::Cut,
        }
    }
}

/// What has become of the file that is read.
enum Place {
    /// It is where it was, or nothing is there.
    Same,
    /// Another file is there.
    Moved,
    /// It is shorter than what was read of it.
    Cut,
}

#[cfg(test)]
mod tests;
