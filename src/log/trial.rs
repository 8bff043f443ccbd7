//! Tries what the daemon does when it opens a log, on the file as it is: what that writes stays in
//! memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::{BackendError, Builder, StorageBackend};

use super::directory::Directory;
use super::error::{LogError, LogErrorKind};
use super::layout;
use super::meta::Meta;
use super::store::{Access, Store};

/// Opens the log in `dir` as the daemon would, writes nothing of use and closes it. `None` when
/// that cannot be tried: a daemon has the log, or the directory must not be written.
pub(super) fn open(dir: &Path) -> Option<Result<(), LogError>> {
    let held = match Directory::hold(dir) {
        Ok(held) => held,
        Err(error) if matches!(error.kind(), LogErrorKind::Locked | LogErrorKind::ReadOnly) => {
            return None;
        }
        Err(error) => return Some(Err(error)),
    };
    if layout::whole(&held.store()).is_err() {
        return Some(Err(LogError::beyond_repair(&held.store())));
    }
    Some(over(held.store()).and_then(|store| {
        Meta::load_or_init(&store)?;
        store.write(|_| Ok(()))
    }))
}

/// The store at `path` as a writer has it, which writes to memory. What was cut off is read as
/// zeros. For whoever holds the directory.
pub(super) fn over(path: PathBuf) -> Result<Store, LogError> {
    let open = |builder: &Builder, path: &Path| builder.create_with_backend(Overlay::over(path)?);
    Store::with(path, Access::Write(Box::new(open)))
}

/// Like [`over`], as a reader has it: only what a daemon that was killed left behind needs a writer,
/// which trusts more of the file.
pub(super) fn read(path: PathBuf) -> Result<Store, LogError> {
    let open =
        |builder: &Builder, path: &Path| builder.open_read_only_with_backend(Overlay::over(path)?);
    Store::with(path, Access::Read(Box::new(open)))
}

/// A file that is only read, and what was written over it.
#[derive(Debug)]
struct Overlay {
    file: File,
    state: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    length: u64,
    /// Pages that were written to, by number.
    pages: BTreeMap<u64, Box<[u8; PAGE]>>,
}

const PAGE: usize = 4_096;

impl Overlay {
    fn over(path: &Path) -> io::Result<Overlay> {
        let file = File::open(path)?;
        let length = layout::claimed(&file)?.unwrap_or(0).max(file.metadata()?.len());
        Ok(Overlay { file, state: Mutex::new(Written { length, pages: BTreeMap::new() }) })
    }

    fn state(&self) -> MutexGuard<'_, Written> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A page of the file. Beyond its end all is zero.
    fn page(&self, number: u64) -> io::Result<Box<[u8; PAGE]>> {
        let mut page = Box::new([0; PAGE]);
        let mut read = 0;
        while read < PAGE {
            match self.file.read_at(&mut page[read..], number * PAGE as u64 + read as u64)? {
                0 => break,
                more => read += more,
            }
        }
        Ok(page)
    }
}

/// The parts of a range that lie in one page each: its number, where in it, and how long.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = (at % PAGE as u64) as usize;
        let long = (PAGE - within).min(length - done);
        done += long;
        (long > 0).then_some((at / PAGE as u64, within, long))
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if offset + out.len() as u64 > state.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut filled = 0;
        for (number, within, long) in parts(offset, out.len()) {
            let own;
            let page = match state.pages.get(&number) {
                Some(page) => page,
                None => {
                    own = self.page(number)?;
                    &own
                }
            };
            out[filled..filled + long].copy_from_slice(&page[within..within + long]);
            filled += long;
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let mut taken = 0;
        for (number, within, long) in parts(offset, data.len()) {
            let page = match state.pages.entry(number) {
                Entry::Occupied(page) => page.into_mut(),
                Entry::Vacant(place) => place.insert(self.page(number)?),
            };
            page[within..within + long].copy_from_slice(&data[taken..taken + long]);
            taken += long;
        }
        state.length = state.length.max(offset + data.len() as u64);
        Ok(())
    }

    /// What is cut off is not read again before it is written: the engine makes files longer, and
    /// shorter only at its end.
    fn set_len(&self, length: u64) -> io::Result<()> {
        self.state().length = length;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    // The directory is held: nobody else writes.
    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}
