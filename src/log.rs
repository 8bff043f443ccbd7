//! The log: the durable, ordered record in the middle of the house.
//!
//! ```text
//! intake       Seq      → Item | Reject                           what came in
//! decisions    Position → Decision | Rejected | Timer | …          what readers follow
//! spared       Position → Decision                                 of items still to be delivered
//! identities   Seq      → digests and stories of a commit's items  outlives the records
//! carried      StoryId  → channels that carried it                 outlives the records
//! aliases      StoryId  → story it became                          outlives the records
//! cursors      sink     → Cursor                                   rides in each commit
//! ```
//!
//! A [`Log`] writes; there is one, in the process that holds the data directory. A [`View`] reads,
//! here or in another process. Both block: call them where blocking is allowed.
//! Positions and cursors are half-open: a cursor is the first position that is *not* acknowledged,
//! the end of the log the first that is not written.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use crate::config::LogConfig;
use crate::item::Seq;
use crate::story::StoryId;

mod alias;
mod append;
mod behind;
mod brief;
mod compact;
mod cursor;
mod directory;
mod error;
mod export;
mod frame;
mod later;
mod layout;
mod mend;
mod meta;
mod quiet;
mod read;
mod reads;
pub mod record;
mod recover;
mod remembered;
mod retain;
mod salvage;
mod snapshot;
mod spared;
mod stats;
mod store;
mod trial;
mod verify;

pub use append::Appended;
pub use compact::compact;
pub use cursor::Cursor;
pub use error::{LogError, LogErrorKind, unless_damaged};
pub use export::{ExportError, Exported};
pub use read::View;
pub use reads::{Gap, GapCause, Read};
pub use record::{
    Change, ConfigChange, Decision, Digest, DigestEntry, Entry, Feedback, Gate, Intake, Logged,
    Position, Record, Ruled, Shown, Timer, Withheld,
};
pub use recover::Window;
pub use remembered::{Carried, Identities, Remembered};
pub use retain::{Keep, Trimmed};
pub use salvage::{Salvaged, salvage};
pub use stats::Stats;
pub use verify::Verified;

use append::Writer;
use cursor::Cursors;
use directory::Directory;
use meta::Meta;
use store::{OpenEngine, Store};

/// The one writer of a data directory. Clones are handles to the same log.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    /// Before `store` is dropped, nobody else may open it.
    store: Arc<Store>,
    writer: Mutex<Writer>,
    cursors: Mutex<Cursors>,
    /// Wakes whoever saves cursors on a quiet wire.
    noted: Notify,
    end: watch::Sender<Position>,
    /// Seconds for which records stay, whatever else says that they may go.
    held_back: AtomicU64,
    _directory: Directory,
}

/// How long a noted cursor waits for a commit to ride in.
const CURSOR_WAIT: Duration = Duration::from_millis(250);

impl Log {
    /// Opens the log in `config.dir`, making the directory (0700) and the log when there is none.
    ///
    /// # Errors
    /// When another process has the directory, the disk does not let us write, or the file is
    /// damaged.
    pub fn open(config: &LogConfig) -> Result<Log, LogError> {
        Log::open_with(&config.dir, Box::new(|builder, path| builder.create(path)))
    }

    fn open_with(dir: &Path, engine: OpenEngine) -> Result<Log, LogError> {
        let directory = Directory::hold_soon(dir)?;
        store::make(&directory.store(), &engine)?;
        let store = Arc::new(Store::open(directory.store(), engine)?);
        let meta = Meta::load_or_init(&store)?;
        // Whose cursor is damaged starts over: repeated ids are better than a daemon that stands
        // still.
        let damaged = |_: &str, error| tracing::error!("{error}");
        let cursors = store.read(|transaction| Cursors::load(&store, transaction, damaged))?;
        Ok(Log(Arc::new(Inner {
            store,
            writer: Mutex::new(Writer::new(meta)),
            cursors: Mutex::new(Cursors::new(cursors)),
            noted: Notify::new(),
            end: watch::Sender::new(meta.next_position),
            held_back: AtomicU64::new(0),
            _directory: directory,
        })))
    }

    /// A handle that reads.
    pub fn view(&self) -> View {
        View::of(self.0.store.clone())
    }

    /// The number that the next intake record gets.
    pub fn next_seq(&self) -> Seq {
        self.writer().meta.next_seq
    }

    /// The id that the next story gets.
    pub fn next_story(&self) -> StoryId {
        self.writer().meta.next_story
    }

    /// The time of the last record, which nothing that is taken in now may be earlier than.
    pub fn last_received(&self) -> Option<Timestamp> {
        let meta = self.writer().meta;
        (meta.next_position > Position::FIRST).then_some(meta.at)
    }

    /// Bytes of all intake and decision records.
    pub fn size(&self) -> u64 {
        self.writer().meta.bytes
    }

    /// The end of what is committed: the first position that is not. Changes with every commit.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.0.end.subscribe()
    }

    /// Channels may hold back a delivery for so long: from now on records stay as long, for want of
    /// room too. Less than before changes nothing, since what is held back by then is still there.
    pub fn hold_back(&self, longest: Duration) {
        self.0.held_back.fetch_max(longest.as_secs(), Ordering::Relaxed);
    }

    fn held_back(&self) -> Duration {
        Duration::from_secs(self.0.held_back.load(Ordering::Relaxed))
    }

    /// Digest of the configuration that made the last decisions; `None` when the log is new, or an
    /// older version wrote it.
    pub fn configured(&self) -> Option<String> {
        String::from_utf8(self.state(cursor::CONFIGURED)?).ok()
    }

    /// Names a configured sink, so that retention waits for it, and tells how far it has come. A
    /// sink that was never here starts at `start`.
    pub fn attach(&self, sink: &str, start: Position) -> Cursor {
        let cursor = self.cursors().attach(sink, start);
        self.0.noted.notify_one();
        cursor
    }

    /// Takes a sink out of the configuration: retention no longer waits for it. Its cursor stays,
    /// should it come back.
    pub fn detach(&self, sink: &str) {
        self.cursors().detach(sink);
    }

    /// The configured sinks and how far each has come. What a sink lags is the distance to the
    /// end ([`Log::watch`]).
    pub fn sinks(&self) -> Vec<(String, Position)> {
        self.cursors().sinks()
    }

    /// Takes note how far a sink has come. Durable with the next commit, or soon after.
    pub fn note_cursor(&self, sink: &str, cursor: Cursor) {
        self.cursors().note(cursor::key_of(sink), cursor);
        self.0.noted.notify_one();
    }

    /// Takes note from where on a sink will read again what its cursor is past: retention waits for
    /// that, too. Known in memory only; to be told before the cursor moves past it.
    pub fn note_needed(&self, sink: &str, from: Option<Position>) {
        self.cursors().note_needed(sink, from);
    }

    /// What was noted under `key` by [`Log::note_state`].
    pub fn state(&self, key: &str) -> Option<Vec<u8>> {
        self.cursors().state(key)
    }

    /// Keeps a small state, such as how far a source has read, as durably as a cursor.
    pub fn note_state(&self, key: &str, state: Vec<u8>) {
        self.cursors().note(key.to_owned(), Cursor { next: Position::default(), state });
        self.0.noted.notify_one();
    }

    /// Makes every noted cursor durable now.
    pub fn save_cursors(&self) -> Result<(), LogError> {
        let writer = self.writer();
        let unsaved = self.cursors().unsaved();
        if unsaved.is_empty() {
            return Ok(());
        }
        self.0.store.write(|transaction| cursor::save(&self.0.store, transaction, &unsaved))?;
        self.cursors().saved(&unsaved);
        drop(writer);
        Ok(())
    }

    /// The last call: makes durable what was noted and never found a commit to ride in.
    pub fn close(&self) -> Result<(), LogError> {
        self.save_cursors()
    }

    /// Resolves when a noted cursor has found no commit to ride in and wants
    /// [`Log::save_cursors`]. Cancel safe.
    pub async fn cursors_waiting(&self) {
        loop {
            self.0.noted.notified().await;
            tokio::time::sleep(CURSOR_WAIT).await;
            if !self.cursors().unsaved().is_empty() {
                return;
            }
        }
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cursors(&self) -> MutexGuard<'_, Cursors> {
        self.0.cursors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `f`, which reads or writes a log, where blocking is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    f: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    match tokio::task::spawn_blocking(f).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(LogError::stopping()),
        },
    }
}

#[cfg(test)]
pub(crate) mod fault;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
