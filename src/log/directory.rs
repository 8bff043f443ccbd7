//! The data directory: made private, and held by one process.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::lock::Lock;

use super::error::{LogError, LogErrorKind};

/// The name of the file that the engine keeps.
const STORE: &str = "log.redb";
/// The name of the file whose lock says that a daemon runs here.
const LOCK: &str = "lock";

/// How often, and how long in between, it is looked whether another process lets go: for 2 s.
const LOOKS: u32 = if cfg!(test) { 20 } else { 100 };
const PAUSE: Duration = Duration::from_millis(20);

/// A data directory that this process holds until the value is dropped.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    _lock: Lock,
}

impl Directory {
    /// Like [`Directory::hold`], and waits for a reader that has the directory for a moment, to mend
    /// what a kill left behind.
    pub(super) fn hold_soon(path: &Path) -> Result<Directory, LogError> {
        for _ in 0..LOOKS {
            match Directory::hold(path) {
                Err(error) if error.kind() == LogErrorKind::Locked => std::thread::sleep(PAUSE),
                outcome => return outcome,
            }
        }
        Directory::hold(path)
    }

    /// Makes the directory if it is not there and takes its lock.
    pub(super) fn hold(path: &Path) -> Result<Directory, LogError> {
        create_private(path).map_err(|error| LogError::io(path, "Creating", error))?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .map_err(|error| LogError::io(&lock_path, "Opening", error))?;
        let mut lock = Lock::take(lock).map_err(|(error, mut lock)| match error {
            TryLockError::WouldBlock => LogError::locked(path, holder(&mut lock)),
            TryLockError::Error(error) => LogError::io(&lock_path, "Locking", error),
        })?;
        // The number only makes the other one's error message better.
        let _ = note_holder(lock.file());
        Ok(Directory { path: path.to_owned(), _lock: lock })
    }

    pub(super) fn store(&self) -> PathBuf {
        store_in(&self.path)
    }
}

/// Where the store of a data directory is.
pub(super) fn store_in(dir: &Path) -> PathBuf {
    dir.join(STORE)
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    if !path.exists() {
        return DirBuilder::new().recursive(true).mode(0o700).create(path);
    }
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        // Not changed: somebody may have wanted it so.
        tracing::warn!(
            directory = %path.display(),
            mode = format_args!("{:o}", mode & 0o777),
            "others can read the data directory; `chmod 700` it unless that is meant"
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

fn note_holder(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_has_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/data");
        let first = Directory::hold(&path).unwrap();
        let error = Directory::hold(&path).unwrap_err();
        assert_eq!(error.kind(), LogErrorKind::Locked);
        let message = error.to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
        assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
        assert!(message.contains("try again"), "{message}");
        drop(first);
        Directory::hold(&path).unwrap();
    }

    #[test]
    fn who_has_the_directory_for_a_moment_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let held = Directory::hold(dir.path()).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| Directory::hold_soon(dir.path()).map(drop));
            std::thread::sleep(2 * PAUSE);
            drop(held);
            waiting.join().unwrap().unwrap();
        });
        let _held = Directory::hold(dir.path()).unwrap();
        let error = Directory::hold_soon(dir.path()).unwrap_err();
        assert_eq!(error.kind(), LogErrorKind::Locked, "it is not waited for without end");
    }

    #[test]
    fn a_copy_of_the_lock_in_a_forked_child_does_not_keep_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let mut held = Directory::hold(dir.path()).unwrap();
        let _copy = held._lock.file().try_clone().unwrap();
        drop(held);
        Directory::hold(dir.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_new_directory_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let _held = Directory::hold(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_file_in_the_way_is_an_error_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        fs::write(&path, "not a directory").unwrap();
        let message = Directory::hold(&path).unwrap_err().to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
}
