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

use super::guard::Guarded;
use super::under_way::{self, UnderWay};
use super::{Context, Origin, SourceError, options};

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;
/// Reads whose records are on their way at one time.
const IN_FLIGHT: usize = 16;
/// How often the end of a followed file is looked at.
const PAUSE: Duration = Duration::from_millis(250);
/// Looks at which nothing more has come to a file that was moved away, until it is left: its writer
/// may have it open for a while.
const LAST_LOOKS: u32 = 4;

/// How far a file has been taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Records that are durable.
    records: u64,
    /// Bytes that they were read from, from the head of the file.
    length: u64,
    /// XXH3-64 of those bytes.
    digest: u64,
}

impl Progress {
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
    let mut last_looks = 0;
    loop {
        let read = tokio::select! {
            read = reading.file.read(&mut chunk) => read.map_err(unreadable)?,
            () = context.stop.cancelled() => break,
        };
        if read > 0 {
            last_looks = 0;
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
        let progress = match under_way::noted::<Progress>(&key, &context.log) {
            Some(progress) if progress.is_of(path).await? => progress,
            _ => Progress::default(),
        };
        let options = Options { endless: follow, ..options(config, &context.clock) };
        let records = progress.records;
        if records > 0 {
            info!(source = %config.name.value, records, "already taken in: passed over");
        }
        Ok(Reading {
            origin: Origin::of(config),
            file: File::open(path).await?,
            parser: Guarded::new(config.format, options),
            bytes: 0,
            hasher: Xxh3::new(),
            pass_over: records,
            in_flight: UnderWay::new(key),
            submitted: records,
        })
    }

    async fn take(&mut self, bytes: &[u8], context: &Context) -> Result<(), SourceError> {
        self.bytes += bytes.len() as u64;
        self.hasher.update(bytes);
        let records = self.parser.feed(bytes);
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
        self.in_flight.push(Some(Progress { records, length, digest }), done);
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
mod tests {
    use std::io::Write as _;
    use std::path::PathBuf;

    use tempfile::TempDir;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::config::Config;
    use crate::log::sample::at;
    use crate::source::testing::{Bench, until};

    /// A followed file of lines, read by a daemon that can be stopped and started.
    struct Desk {
        folder: TempDir,
        running: Option<(Bench, JoinHandle<Result<(), SourceError>>)>,
    }

    impl Desk {
        fn path(&self) -> PathBuf {
            self.folder.path().join("wire.tsv")
        }

        fn write(&self, lines: &[&str]) {
            let mut file =
                std::fs::OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
            lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
        }

        fn rotate(&self) {
            std::fs::rename(self.path(), self.folder.path().join("wire.tsv.1")).unwrap();
        }

        fn start(&mut self) {
            let text = "[[source.file]]\nname = \"f\"\nformat = \"tsv\"\npath = \"wire.tsv\"\nfollow = true\n";
            let file = crate::config::File::new("f", text);
            let (config, problems) = Config::parse(file, self.folder.path());
            let source = config.unwrap_or_else(|| panic!("{problems}")).sources.remove(0);
            let bench = Bench::start(&self.folder.path().join("data"), at(0));
            let (context, path) = (bench.context.clone(), self.path());
            let reading = tokio::spawn(async move { run(&source, &path, true, context).await });
            self.running = Some((bench, reading));
        }

        async fn stop(&mut self) {
            let (bench, reading) = self.running.take().unwrap();
            bench.context.stop.cancel();
            reading.await.unwrap().unwrap();
            bench.end().await;
        }

        async fn has(&self, headlines: &[&str]) {
            let (bench, _) = self.running.as_ref().unwrap();
            until(&format!("{headlines:?}"), || bench.headlines().len() >= headlines.len()).await;
            assert_eq!(bench.headlines(), headlines);
        }
    }

    fn desk(lines: &[&str]) -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap(), running: None };
        desk.write(lines);
        desk
    }

    #[tokio::test]
    async fn a_file_put_in_the_place_of_another_is_read_from_its_head() {
        let mut desk = desk(&["headline"]);
        desk.start();
        desk.write(&["One", "Two", "Three"]);
        desk.has(&["One", "Two", "Three"]).await;
        desk.rotate();
        desk.write(&["headline", "Four", "Five"]);
        desk.has(&["One", "Two", "Three", "Four", "Five"]).await;
        desk.stop().await;
    }

    #[tokio::test]
    async fn what_was_written_until_it_was_replaced_is_read_first() {
        let mut desk = desk(&["headline", "One"]);
        desk.start();
        desk.has(&["One"]).await;
        desk.write(&["Two", "Three"]);
        desk.rotate();
        desk.write(&["headline", "Four"]);
        desk.has(&["One", "Two", "Three", "Four"]).await;
        desk.stop().await;
    }

    #[tokio::test]
    async fn a_start_goes_on_in_the_same_file_and_reads_another_one_from_its_head() {
        let mut desk = desk(&["headline"]);
        desk.start();
        desk.write(&["One", "Two"]);
        desk.has(&["One", "Two"]).await;
        desk.stop().await;
        desk.write(&["Three"]);
        desk.start();
        desk.has(&["One", "Two", "Three"]).await;
        desk.stop().await;
        desk.rotate();
        desk.write(&["headline", "Six", "Seven", "Eight", "Nine"]);
        desk.start();
        desk.has(&["One", "Two", "Three", "Six", "Seven", "Eight", "Nine"]).await;
        desk.stop().await;
    }
}
