//! How long files stay in `done/` and `rejected/`.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

/// How often it is looked whether files may go.
const EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Removes files that are past their time, and the oldest beyond a size.
#[derive(Debug)]
pub(super) struct Keeper {
    time: Option<SignedDuration>,
    size: Option<u64>,
    last: Option<Timestamp>,
}

impl Keeper {
    pub(super) fn new(time: Option<Duration>, size: Option<u64>) -> Keeper {
        let time = time.map(|time| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        Keeper { time, size, last: None }
    }

    /// Tidies the folders up, if it is time.
    pub(super) fn tidy(&mut self, folders: &[&Path], now: Timestamp) {
        let due = self.last.is_none_or(|last| now.duration_since(last) >= EVERY);
        if (self.time.is_none() && self.size.is_none()) || !due {
            return;
        }
        self.last = Some(now);
        for folder in folders {
            for path in self.outdated(folder, now) {
                if let Err(error) = std::fs::remove_file(&path) {
                    warn!(path = %path.display(), %error, "cannot be removed");
                }
            }
        }
    }

    /// The files of a folder that may go.
    fn outdated(&self, folder: &Path, now: Timestamp) -> Vec<PathBuf> {
        let mut files: Vec<(Timestamp, u64, PathBuf)> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let path = entry.path();
                let metadata = std::fs::symlink_metadata(&path).ok()?;
                let put = put_there(&metadata)?;
                (!metadata.is_dir()).then_some((put, metadata.len(), path))
            })
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        let mut size = 0_u64;
        let kept = files.iter().take_while(|(put, length, _)| {
            size = size.saturating_add(*length);
            let young = self.time.is_none_or(|time| now.duration_since(*put) <= time);
            young && self.size.is_none_or(|most| size <= most)
        });
        // From the newest to the oldest: where one goes, so do all that are older.
        let kept = kept.count();
        files.drain(kept..).map(|(_, _, path)| path).collect()
    }
}

/// When a file was put there: its move counts, not when it was written.
fn put_there(metadata: &Metadata) -> Option<Timestamp> {
    let written = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let moved = Timestamp::from_second(metadata.ctime()).ok()?;
        Some(written.max(moved))
    }
    #[cfg(not(unix))]
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: Vec<PathBuf>) -> Vec<String> {
        let mut names: Vec<String> = paths
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_past_their_time_and_the_oldest_beyond_the_size_go() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            std::fs::write(folder.path().join(name), [b'x'; 100]).unwrap();
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        let put = |name: &str| {
            put_there(&std::fs::symlink_metadata(folder.path().join(name)).unwrap()).unwrap()
        };
        let later = put("c") + SignedDuration::from_hours(2);
        let keep = |time, size| Keeper::new(time, size).outdated(folder.path(), later);
        let hour = Duration::from_secs(3_600);
        assert_eq!(names(keep(Some(hour), None)), ["a", "b", "c"]);
        assert!(keep(Some(3 * hour), None).is_empty());
        assert_eq!(keep(None, Some(250)).len(), 1, "two of a hundred bytes fit");
        assert!(keep(None, Some(300)).is_empty());
    }

    #[test]
    fn tidying_up_removes_them_now_and_then() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "x").unwrap();
        let now = put_there(&std::fs::symlink_metadata(&file).unwrap()).unwrap();
        let mut keeper = Keeper::new(None, Some(0));
        keeper.tidy(&[folder.path()], now);
        assert!(!file.exists());
        std::fs::write(&file, "x").unwrap();
        keeper.tidy(&[folder.path()], now + SignedDuration::from_mins(9));
        assert!(file.exists());
        keeper.tidy(&[folder.path()], now + SignedDuration::from_mins(10));
        assert!(!file.exists());
    }
}
