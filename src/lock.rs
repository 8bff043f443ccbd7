//! A lock of the kernel on a file or folder: it ends with the process, however that ends.

use std::fs::{File, TryLockError};

/// Held until the value is dropped.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock if nobody holds it, in this process or another one.
    pub(crate) fn take(file: File) -> Result<Lock, (TryLockError, File)> {
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(error) => Err((error, file)),
        }
    }

    /// What is locked.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that was just forked may hold a copy.
        let _ = self.0.unlock();
    }
}
