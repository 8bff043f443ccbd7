//! A directory into which others put files: each file is read once it stands still, and moves to
//! `done/` when all its records are durable, or to `rejected/` when nothing in it could be read.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tracing::{error, info, warn};

use crate::config::SourceConfig;
use crate::format::{self, Record};
use crate::item::{Reject, RejectKind};

use super::{Context, Origin, SourceError, guard, options};

/// A larger file is not read, but rejected: 64 MiB.
const LARGEST: u64 = 64 << 20;

/// Endings under which programs write files they have not finished.
const UNFINISHED: [&str; 6] = [".tmp", ".part", ".partial", ".filepart", ".swp", "~"];

/// Finds the files of a directory that stand still.
#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    settle: Duration,
    every: Duration,
    /// Size and time of each file, and since when they have stood so.
    seen: HashMap<PathBuf, (u64, Option<SystemTime>, Timestamp)>,
}

impl Watch {
    pub(super) fn new(path: &Path, settle: Duration, every: Duration) -> Watch {
        Watch { path: path.to_owned(), settle, every, seen: HashMap::new() }
    }

    /// The files that have stood still for long enough, by name.
    fn ready(&mut self, now: Timestamp) -> io::Result<Vec<PathBuf>> {
        let mut present = HashMap::new();
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            // Not followed: a link could lead out of the directory.
            let Ok(metadata) = std::fs::symlink_metadata(entry.path()) else { continue };
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let unfinished = name.starts_with('.')
                || UNFINISHED.iter().any(|ending| name.to_lowercase().ends_with(ending));
            if unfinished || !metadata.is_file() {
                continue;
            }
            let state = (metadata.len(), metadata.modified().ok());
            let since = match self.seen.get(&entry.path()) {
                Some((size, time, since)) if (*size, *time) == state => *since,
                _ => now,
            };
            present.insert(entry.path(), (state.0, state.1, since));
        }
        self.seen = present;
        let still = |since: &Timestamp| now.duration_since(*since).unsigned_abs() >= self.settle;
        let mut ready: Vec<_> = self
            .seen
            .iter()
            .filter(|(_, (_, _, since))| still(since))
            .map(|(path, _)| path.clone())
            .collect();
        ready.sort();
        Ok(ready)
    }
}

pub(super) async fn run(
    config: &SourceConfig,
    mut watch: Watch,
    context: Context,
) -> Result<(), SourceError> {
    let name = &config.name.value;
    let folders = ["done", "rejected"].map(|folder| watch.path.join(folder));
    for folder in &folders {
        std::fs::create_dir_all(folder).map_err(|error| {
            SourceError::new(format!("source `{name}` cannot make {}: {error}", folder.display()))
        })?;
    }
    let [done, rejected] = folders;
    let origin = Origin::of(config);
    info!(source = %name, path = %watch.path.display(), "watching");
    while !context.stop.is_cancelled() {
        let ready = watch.ready(context.clock.now()).unwrap_or_else(|error| {
            warn!(source = %name, path = %watch.path.display(), %error, "cannot be listed");
            Vec::new()
        });
        for path in ready {
            if context.stop.is_cancelled() {
                break;
            }
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (records, readable) = read(config, &path, &context).await;
            let count = records.len();
            if !context.intake.submit(&origin, records).await?.committed().await {
                return Err(SourceError::new("the pipeline ended before a file was durable"));
            }
            let target = if readable { &done } else { &rejected };
            match put_away(&path, target) {
                Ok(()) => info!(source = %name, file, records = count, readable, "taken in"),
                Err(error) => {
                    // It would be read again and again; identity makes its items repeats, so the
                    // harm is noise. Say so and let a person see to it.
                    error!(source = %name, file, %error, "cannot be moved away");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(watch.every) => {}
            () = context.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// The records of one file, and whether anything of it could be read.
async fn read(config: &SourceConfig, path: &Path, context: &Context) -> (Vec<Record>, bool) {
    let refuse = |kind, reason: String| (vec![Err(Reject::new(kind, reason, 0, b""))], false);
    let shown = path.display();
    match tokio::fs::metadata(path).await {
        Ok(metadata) if metadata.len() > LARGEST => {
            let reason = format!("{shown} has {} bytes; {LARGEST} is the most", metadata.len());
            return refuse(RejectKind::TooLarge, reason);
        }
        Ok(_) => {}
        Err(error) => return refuse(RejectKind::Malformed, format!("{shown}: {error}")),
    }
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) => return refuse(RejectKind::Malformed, format!("{shown}: {error}")),
    };
    let records = guard::parse(config.format, &bytes, &options(config, &context.clock));
    let readable = !format::unreadable(&records);
    (records, readable)
}

/// Moves a file into `folder`, under another name if there is one of its name already.
fn put_away(path: &Path, folder: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut target = folder.join(&name);
    let mut copy = 1;
    while target.exists() {
        target = folder.join(format!("{name}.{copy}"));
        copy += 1;
    }
    std::fs::rename(path, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_file_is_ready_once_it_stands_still() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path(), Duration::from_secs(2), Duration::ZERO);
        let file = folder.path().join("a.xml");
        std::fs::write(&file, "half").unwrap();
        assert!(watch.ready(at(0)).unwrap().is_empty());
        std::fs::write(&file, "half and the rest").unwrap();
        assert!(watch.ready(at(2)).unwrap().is_empty(), "it has grown meanwhile");
        assert_eq!(watch.ready(at(4)).unwrap(), [file]);
    }

    #[test]
    fn unfinished_hidden_and_linked_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".hidden", "a.tmp", "b.PART", "c.xml~"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(folder.path().join("done")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.xml")).unwrap();
        let mut watch = Watch::new(folder.path(), Duration::ZERO, Duration::ZERO);
        assert!(watch.ready(at(0)).unwrap().is_empty());
    }

    #[test]
    fn a_file_of_the_same_name_is_kept_beside_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let done = folder.path().join("done");
        std::fs::create_dir(&done).unwrap();
        for text in ["one", "two", "three"] {
            let file = folder.path().join("a.xml");
            std::fs::write(&file, text).unwrap();
            put_away(&file, &done).unwrap();
        }
        assert_eq!(std::fs::read_to_string(done.join("a.xml")).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(done.join("a.xml.2")).unwrap(), "three");
    }
}
