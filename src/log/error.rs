//! What can be wrong with a log, in sentences that tell a person what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::item::Seq;

/// A log cannot be opened, read or written.
#[derive(Debug)]
pub struct LogError {
    kind: LogErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of [`LogError`], for those who act on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogErrorKind {
    /// Another process has the data directory.
    Locked,
    /// There is no log where one was looked for.
    Missing,
    /// The data directory or a file in it must not be written.
    ReadOnly,
    /// The disk under the log is full.
    DiskFull,
    /// The log has reached its `max_size` and every record is still needed.
    Full,
    /// Stored bytes are not what was written.
    Corrupt,
    /// The log was not closed, by a kill or a power cut, and nobody has mended it since.
    Unclean,
    /// The log was written by a newer version of wirefold.
    Newer,
    /// The log was written by a version of wirefold too old to be read.
    Older,
    /// The log's file was moved, removed or replaced while it was written.
    Gone,
    /// The disk failed in another way.
    Io,
}

/// What keeps the oldest records of a full log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum InTheWay {
    /// This sink has not had them.
    Sink(String),
    /// They are within this setting.
    Age(&'static str),
    /// They are not there for themselves: items under an embargo take that many bytes. This is the
    /// oldest of them, and the end of its embargo.
    Embargo { bytes: u64, item: Seq, until: Option<Timestamp> },
    /// Nothing: all that may go is gone.
    Nothing,
}

/// What was read; of what is damaged as of what is gone, nothing.
///
/// # Errors
/// When the log cannot be read.
pub fn unless_damaged<T>(read: Result<Option<T>, LogError>) -> Result<Option<T>, LogError> {
    match read {
        Err(error) if error.kind() == LogErrorKind::Corrupt => Ok(None),
        read => read,
    }
}

impl LogError {
    /// What kind of fault it is.
    pub fn kind(&self) -> LogErrorKind {
        self.kind
    }

    /// True when the same call may succeed later without anybody mending the log itself.
    pub fn is_transient(&self) -> bool {
        use LogErrorKind::{DiskFull, Full, Gone, Io, ReadOnly};
        matches!(self.kind, DiskFull | Full | Gone | Io | ReadOnly)
    }

    pub(super) fn locked(dir: &Path, holder: Option<u32>) -> LogError {
        let who = match holder {
            Some(pid) => format!("another wirefold (process {pid})"),
            None => "another wirefold".to_owned(),
        };
        let dir = dir.display();
        let message = format!(
            "The data directory {dir} is in use by {who}. If that one is about to start or stop, try \
             again in a moment; for two at once, each needs its own `dir` in [log] and its own sources."
        );
        LogError { kind: LogErrorKind::Locked, message, source: None }
    }

    pub(super) fn missing(path: PathBuf) -> LogError {
        let message = format!(
            "There is no log at {}. Name the right data directory, or start `wirefold run` once.",
            path.display()
        );
        LogError { kind: LogErrorKind::Missing, message, source: None }
    }

    pub(super) fn gone(path: &Path) -> LogError {
        let message = format!(
            "The log {} was moved, removed or replaced while wirefold runs, and what is accepted now \
             would be missing after the next start. Bring it back to its place, or start wirefold \
             anew to begin with what is there.",
            path.display()
        );
        LogError { kind: LogErrorKind::Gone, message, source: None }
    }

    pub(super) fn corrupt(what: impl fmt::Display) -> LogError {
        let message = format!(
            "{what} is damaged: its bytes are not what was written. Check the disk; \
             `wirefold log verify` lists everything that is affected."
        );
        LogError { kind: LogErrorKind::Corrupt, message, source: None }
    }

    /// A file that the engine opens neither as it is nor by rebuilding what it notes in it.
    pub(super) fn beyond_repair(path: &Path) -> LogError {
        let message = format!(
            "{} is damaged so that it cannot be opened. `wirefold log salvage` makes a new file of \
             what can be read of it; where that fails, too, bring back a copy of the whole directory. \
             Check the disk.",
            path.display()
        );
        LogError { kind: LogErrorKind::Corrupt, message, source: None }
    }

    /// A file of which nothing can be salvaged.
    pub(super) fn nothing_left(path: &Path) -> LogError {
        let message = format!(
            "{} is damaged so that nothing of it can be read. Bring back a copy of the whole \
             directory. Check the disk.",
            path.display()
        );
        LogError { kind: LogErrorKind::Corrupt, message, source: None }
    }

    /// A log that was salvaged before, and what it was then is kept at `kept`.
    pub(super) fn kept_before(kept: &Path) -> LogError {
        let message = format!(
            "There is {} of an earlier salvage. Move it away, or remove it when it is of no more \
             use, and try again.",
            kept.display()
        );
        LogError { kind: LogErrorKind::Io, message, source: None }
    }

    pub(super) fn newer(what: impl fmt::Display, found: u64, known: u64) -> LogError {
        let message = format!(
            "{what} is in format {found}, this wirefold knows formats up to {known}. Use the \
             version of wirefold that wrote it, or a newer one."
        );
        LogError { kind: LogErrorKind::Newer, message, source: None }
    }

    pub(super) fn older(what: impl fmt::Display, found: u64, known: u64) -> LogError {
        let message = format!(
            "{what} is in format {found}, this wirefold reads format {known} only. Start with a \
             new `dir` in [log]; `wirefold log export` of the version that wrote it gets its items \
             out."
        );
        LogError { kind: LogErrorKind::Older, message, source: None }
    }

    pub(super) fn full(max_size: u64, in_the_way: &InTheWay) -> LogError {
        let (why, what) = match in_the_way {
            InTheWay::Sink(sink) => (
                format!("the sink `{sink}` has not had its oldest records"),
                "Intake waits: bring the sink back or remove it, raise `max_size`, or set \
                 `on_full = \"skip\"`."
                    .to_owned(),
            ),
            InTheWay::Age(setting) => (
                format!("its oldest records are within {setting}"),
                format!(
                    "Intake waits until they are older: raise `max_size`, shorten {setting}, or \
                     set `on_full = \"skip\"`."
                ),
            ),
            InTheWay::Embargo { bytes, item, until } => (
                match until {
                    Some(until) => format!(
                        "items under embargo take {bytes} of them; the oldest is item {item}, \
                         held until {until}"
                    ),
                    None => format!(
                        "items under embargo take {bytes} of them; the oldest is item {item}"
                    ),
                },
                "Intake waits: raise `max_size`, have their sources kill them, or set \
                 `on_full = \"skip\"`."
                    .to_owned(),
            ),
            InTheWay::Nothing => (
                "what comes next is larger than the room in it".to_owned(),
                "Intake waits: raise `max_size`.".to_owned(),
            ),
        };
        let message =
            format!("The log has reached its `max_size` of {max_size} bytes and {why}. {what}");
        LogError { kind: LogErrorKind::Full, message, source: None }
    }

    /// A log that was not closed, and that who has it has not mended.
    fn unclean(path: &Path) -> LogError {
        let message = format!(
            "The log {} was not closed, by a kill or a disk that failed, and the wirefold that has \
             it has not opened it since. Try again in a moment, or look at what that one says.",
            path.display()
        );
        LogError { kind: LogErrorKind::Unclean, message, source: None }
    }

    /// A log that was not closed, and that must not be written to mend it.
    pub(super) fn unmended(dir: &Path, why: &LogError) -> LogError {
        let message = format!(
            "The daemon of the log in {} was killed, or the power went. Before the log can be read \
             somebody has to write to it, which cannot be done from here: {why} Start the daemon \
             once, or run this as the user that it runs as.",
            dir.display()
        );
        LogError { kind: LogErrorKind::Unclean, message, source: None }
    }

    pub(super) fn stopping() -> LogError {
        let message = "The program is stopping, the log is no longer used.".to_owned();
        LogError { kind: LogErrorKind::Io, message, source: None }
    }

    /// An I/O error met while `doing` something with `path`.
    pub(super) fn io(path: &Path, doing: &str, error: io::Error) -> LogError {
        let path = path.display();
        let (kind, message) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
                LogErrorKind::DiskFull,
                format!("The disk is full: {doing} {path} failed. Make room; nothing is lost."),
            ),
            io::ErrorKind::FileTooLarge => (
                LogErrorKind::DiskFull,
                format!(
                    "{path} may not grow: {doing} it failed. Raise the limit for files \
                     (`ulimit -f`, `LimitFSIZE`); nothing is lost."
                ),
            ),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
                LogErrorKind::ReadOnly,
                format!(
                    "{doing} {path} is not permitted ({error}). The data directory must be \
                     writable by the user that wirefold runs as."
                ),
            ),
            // The file ends before what it must hold.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                return LogError::corrupt(path);
            }
            _ => (LogErrorKind::Io, format!("{doing} {path} failed: {error}.")),
        };
        LogError { kind, message, source: Some(Box::new(error)) }
    }

    /// An error of the store's engine.
    pub(super) fn engine(path: &Path, doing: &str, error: redb::Error) -> LogError {
        match error {
            redb::Error::Io(error) => LogError::io(path, doing, error),
            redb::Error::DatabaseAlreadyOpen => {
                LogError::locked(path.parent().unwrap_or(path), None)
            }
            redb::Error::PreviousIo => {
                LogError::io(path, doing, io::Error::other("it failed before and is opened anew"))
            }
            redb::Error::RepairAborted => LogError::unclean(path),
            redb::Error::Corrupted(what) => {
                LogError::corrupt(format_args!("{} ({what})", path.display()))
            }
            error => {
                let message = format!("{doing} {} failed: {error}.", path.display());
                LogError { kind: LogErrorKind::Io, message, source: Some(Box::new(error)) }
            }
        }
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LogError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
