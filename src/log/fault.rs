//! A disk that fails when a test says so.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

use super::{Log, LogError};

/// What a test holds in its hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<State>);

#[derive(Debug, Default)]
struct State {
    fault: AtomicU32,
    /// Syncs that a lying disk still tells the truth about.
    honest: AtomicU32,
}

const GOOD: u32 = 0;
const FULL: u32 = 1;
const BROKEN: u32 = 2;
const LYING: u32 = 3;

impl Switch {
    /// The disk works.
    pub(crate) fn good(&self) {
        self.0.fault.store(GOOD, Ordering::SeqCst);
    }

    /// No space is left.
    pub(crate) fn full(&self) {
        self.0.fault.store(FULL, Ordering::SeqCst);
    }

    /// Writes fail.
    pub(crate) fn broken(&self) {
        self.0.fault.store(BROKEN, Ordering::SeqCst);
    }

    /// Everything is written, but after `honest` more syncs each says that it was not.
    pub(crate) fn lying(&self, honest: u32) {
        self.0.honest.store(honest, Ordering::SeqCst);
        self.0.fault.store(LYING, Ordering::SeqCst);
    }

    fn write(&self) -> io::Result<()> {
        match self.0.fault.load(Ordering::SeqCst) {
            FULL => Err(io::ErrorKind::StorageFull.into()),
            BROKEN => Err(io::Error::other("the disk is on fire")),
            _ => Ok(()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        let one_less = |honest: u32| honest.checked_sub(1);
        let lies = self.0.fault.load(Ordering::SeqCst) == LYING
            && self.0.honest.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err();
        if lies { Err(io::Error::other("the cable was pulled during the sync")) } else { Ok(()) }
    }
}

impl Log {
    /// A log whose disk obeys `switch`.
    pub(crate) fn open_on(dir: &Path, switch: &Switch) -> Result<Log, LogError> {
        let switch = switch.clone();
        Log::open_with(
            dir,
            Box::new(move |builder, path| {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create(true).truncate(false);
                let file = FileBackend::new(options.open(path)?)?;
                builder.create_with_backend(Disk { file, switch: switch.clone() })
            }),
        )
    }
}

struct Disk {
    file: FileBackend,
    switch: Switch,
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.switch.write()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.switch.write()?;
        self.file.sync_data()?;
        self.switch.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.switch.write()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}
