//! The engine under the log, and the only place that touches it.
//!
//! redb was chosen by measurement (DESIGN section 10). What it asks of us is handled here:
//! - After a failed write it refuses everything until it is opened again, so a failure drops it
//!   and the next use opens it.
//! - It trusts its own pages, so a damaged one can make it panic; that becomes an error.
//! - Without quick repair it walks the whole file after a kill: 0.5 s at 1 GB here, against
//!   0.5 ms with it, for about 0.1 ms more a commit.
//! - What a killed writer left behind is repaired by the next writer, and readers are refused
//!   before that: `mend` sees to it.
//! - It writes to the file that it opened, whatever has its name by then, so each transaction looks
//!   first whether that is still the same.
//! - Its single-writer mode lets other processes read while the daemon writes, at no cost that
//!   could be measured.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadOnlyTable,
    ReadTransaction, ReadableDatabase, TableDefinition, TableError, WriteTransaction,
};

use super::error::{LogError, LogErrorKind};
use super::{layout, quiet};
use crate::inode;

pub(super) type Bytes = &'static [u8];

/// The counters, under one key.
pub(super) const META: TableDefinition<'_, &str, Bytes> = TableDefinition::new("meta");
/// Seq → item or reject.
pub(super) const INTAKE: TableDefinition<'_, u64, Bytes> = TableDefinition::new("intake");
/// Position → decision, rejection, timer, config or feedback.
pub(super) const DECISIONS: TableDefinition<'_, u64, Bytes> = TableDefinition::new("decisions");
/// Positions that deliver an item other than by its own decision, or let it wait on → the item's Seq.
pub(super) const LATER: TableDefinition<'_, u64, u64> = TableDefinition::new("later");
/// Seq of an item whose embargo has not ended → position of its decision.
pub(super) const HELD: TableDefinition<'_, u64, u64> = TableDefinition::new("held");
/// Positions before the decision stream → decisions that stay for the items they are about.
pub(super) const SPARED: TableDefinition<'_, u64, Bytes> = TableDefinition::new("spared");
/// First Seq of a commit → identities of its items.
pub(super) const IDENTITIES: TableDefinition<'_, u64, Bytes> = TableDefinition::new("identities");
/// Story → channels that carried it.
pub(super) const CARRIED: TableDefinition<'_, u64, Bytes> = TableDefinition::new("carried");
/// Story that is an alias → the story it became.
pub(super) const ALIASES: TableDefinition<'_, u64, u64> = TableDefinition::new("aliases");
/// Sink → its cursor.
pub(super) const CURSORS: TableDefinition<'_, &str, Bytes> = TableDefinition::new("cursors");

/// Pages kept in memory. Appends and tailing readers touch only the newest few.
const CACHE_BYTES: usize = 32 << 20;

/// Opens the engine's file for writing. Tests give one whose disk fails.
pub(super) type OpenEngine =
    Box<dyn Fn(&Builder, &Path) -> Result<Database, DatabaseError> + Send + Sync>;
/// Opens the engine's file for reading.
pub(super) type OpenReader =
    Box<dyn Fn(&Builder, &Path) -> Result<ReadOnlyDatabase, DatabaseError> + Send + Sync>;

/// Makes the store at `path` where there is none. It gets its name when it is whole: the engine
/// takes a file that was cut off while it was made for a damaged one.
pub(super) fn make(path: &Path, open: &OpenEngine) -> Result<(), LogError> {
    if path.exists() {
        return Ok(());
    }
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(LogError::io(&new, "Removing", error));
        }
        _ => {}
    }
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    let made = open(&builder, &new);
    drop(made.map_err(|error| LogError::engine(&new, "Making", error.into()))?);
    fs::rename(&new, path).map_err(|error| LogError::io(path, "Making", error))?;
    tracing::info!(file = %path.display(), "made a new log: there was none");
    Ok(())
}

/// The file of the log as an engine.
pub(super) struct Store {
    path: PathBuf,
    access: Access,
    /// The file as it was when it was opened.
    file: Option<Metadata>,
    /// `None` after a failure, until the next use.
    engine: RwLock<Option<Engine>>,
    /// The engine panicked, or its file failed: it refuses every other call, or must not be trusted
    /// with one.
    suspect: AtomicBool,
}

pub(super) enum Access {
    Write(OpenEngine),
    Read(OpenReader),
}

enum Engine {
    Writer(Database),
    Reader(ReadOnlyDatabase),
}

impl Store {
    /// Opens or creates the store at `path` for the one process that writes it. A file that was cut
    /// off is not opened.
    pub(super) fn open(path: PathBuf, open: OpenEngine) -> Result<Store, LogError> {
        let whole = move |builder: &Builder, path: &Path| {
            layout::whole(path)?;
            open(builder, path)
        };
        Store::with(path, Access::Write(Box::new(whole)))
    }

    /// Opens the store at `path` for reading, beside the process that writes it.
    pub(super) fn open_read_only(path: PathBuf) -> Result<Store, LogError> {
        match path.try_exists() {
            Ok(true) => Store::with(
                path,
                Access::Read(Box::new(|builder, path| builder.open_read_only(path))),
            ),
            Ok(false) => Err(LogError::missing(path)),
            Err(error) => Err(LogError::io(&path, "Opening", error)),
        }
    }

    /// The store at `path`, opened as told.
    pub(super) fn with(path: PathBuf, access: Access) -> Result<Store, LogError> {
        let suspect = AtomicBool::new(false);
        let mut store = Store { path, access, file: None, engine: RwLock::new(None), suspect };
        store.ensure_open()?;
        let file = fs::metadata(&store.path);
        store.file = match store.access {
            Access::Write(_) => {
                Some(file.map_err(|error| LogError::io(&store.path, "Opening", error))?)
            }
            Access::Read(_) => file.ok(),
        };
        Ok(store)
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails when the file that was opened has lost its name: what it is given then, no start would find
    /// again, and what a new one is given is not read.
    pub(super) fn in_place(&self) -> Result<(), LogError> {
        let Some(file) = &self.file else { return Ok(()) };
        match fs::metadata(&self.path) {
            Ok(found) if inode::is_same(file, &found) => Ok(()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(LogError::io(&self.path, "Looking at", error))
            }
            _ => Err(LogError::gone(&self.path)),
        }
    }

    /// Opens the engine if a failure closed it.
    fn ensure_open(&self) -> Result<(), LogError> {
        let closed = self.engine.read().unwrap_or_else(PoisonError::into_inner).is_none();
        if !closed {
            return Ok(());
        }
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        if engine.is_none() {
            *engine = Some(match self.guarded(|| self.open_engine(false)) {
                // The engine's notes about free pages may be all that is damaged.
                Err(error) if error.kind() == LogErrorKind::Corrupt => {
                    tracing::error!("{error} Rebuilding what can be rebuilt.");
                    self.guarded(|| self.open_engine(true))
                        .map_err(|_| LogError::beyond_repair(&self.path))?
                }
                opened => opened?,
            });
            self.suspect.store(false, Ordering::Release);
        }
        Ok(())
    }

    fn open_engine(&self, rebuild: bool) -> Result<Engine, LogError> {
        // Or another would be made in its place.
        self.in_place()?;
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
        builder.set_check_integrity_on_open(rebuild);
        let opened = match &self.access {
            Access::Write(open) => open(&builder, &self.path).map(Engine::Writer),
            Access::Read(open) => open(&builder, &self.path).map(Engine::Reader),
        };
        opened.map_err(|error| self.fault("Opening", error))
    }

    /// Reads one consistent state.
    pub(super) fn read<T>(
        &self,
        f: impl FnOnce(&ReadTransaction) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        self.ensure_open()?;
        let result = {
            let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
            self.guarded(|| {
                let begun = match engine.as_ref() {
                    Some(Engine::Writer(database)) => database.begin_read(),
                    Some(Engine::Reader(database)) => database.begin_read(),
                    None => return Err(self.closed()),
                };
                f(&begun.map_err(|error| self.fault("Reading", error))?)
            })
        };
        if self.suspect.swap(false, Ordering::AcqRel) {
            self.close();
        }
        result
    }

    /// Runs `f` in a transaction that is durable when this returns. After an error it may have
    /// been committed or not; the engine is opened again at the next use.
    pub(super) fn write<T>(
        &self,
        f: impl FnOnce(&WriteTransaction) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        self.in_place()?;
        self.ensure_open()?;
        let result = {
            let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
            self.guarded(|| {
                let Some(Engine::Writer(database)) = engine.as_ref() else {
                    return Err(self.closed());
                };
                let mut transaction =
                    database.begin_write().map_err(|error| self.fault("Writing", error))?;
                transaction.set_quick_repair(true);
                let value = f(&transaction)?;
                transaction.commit().map_err(|error| self.fault("Writing", error))?;
                Ok(value)
            })
        };
        if result.is_err() {
            self.close();
        }
        result
    }

    /// Makes the file as small as it goes.
    pub(super) fn compact(&self) -> Result<(), LogError> {
        self.ensure_open()?;
        let result = {
            let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
            self.guarded(|| {
                let Some(Engine::Writer(database)) = engine.as_mut() else {
                    return Err(self.closed());
                };
                // Each round moves pages that the one before has made room for.
                while database.compact().map_err(|error| self.fault("Compacting", error))? {}
                Ok(())
            })
        };
        self.close();
        result
    }

    /// The decisions that were spared; `None` in a log that no retention has passed since they are.
    pub(super) fn spared(
        &self,
        transaction: &ReadTransaction,
    ) -> Result<Option<ReadOnlyTable<u64, Bytes>>, LogError> {
        match transaction.open_table(SPARED) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(self.fault("Reading", error)),
        }
    }

    /// The error of the engine as one of the log.
    pub(super) fn fault(&self, doing: &str, error: impl Into<redb::Error>) -> LogError {
        let error = error.into();
        if matches!(error, redb::Error::Io(_) | redb::Error::PreviousIo) {
            self.suspect.store(true, Ordering::Release);
        }
        LogError::engine(&self.path, doing, error)
    }

    fn closed(&self) -> LogError {
        LogError::io(&self.path, "Using", io::Error::other("it failed before and is closed"))
    }

    fn close(&self) {
        let engine = self.engine.write().unwrap_or_else(PoisonError::into_inner).take();
        // Closing writes as well. What it was to write is already durable, so a failure is
        // nothing to add to the error that led here.
        let _ = self.guarded(|| {
            drop(engine);
            Ok(())
        });
    }

    /// Turns a panic of the engine into the error it stands for: a damaged page.
    fn guarded<T>(&self, f: impl FnOnce() -> Result<T, LogError>) -> Result<T, LogError> {
        // Nothing that `f` touches is used after a panic but the engine, which is then closed.
        quiet::caught(f).unwrap_or_else(|| {
            self.suspect.store(true, Ordering::Release);
            Err(LogError::corrupt(self.path.display()))
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}
