//! Gives the room that retention has freed back to the disk.

use std::path::Path;

use redb::{Builder, ConcurrencyMode, Database};

use super::directory::Directory;
use super::error::LogError;

/// Makes the file of the log in `dir` as small as it goes. Returns its size before and after.
///
/// # Errors
/// When there is no log, a daemon has it, or the disk does not let us write. The log is as sound
/// as before in every case.
pub fn compact(dir: &Path) -> Result<(u64, u64), LogError> {
    let path = super::directory::store_in(dir);
    if !path.exists() {
        return Err(LogError::missing(path));
    }
    let _held = Directory::hold(dir)?;
    let fault = |error: redb::Error| LogError::engine(&path, "Compacting", error);
    let size = || {
        let metadata = std::fs::metadata(&path);
        metadata.map(|file| file.len()).map_err(|error| LogError::io(&path, "Reading", error))
    };
    let before = size()?;
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    let mut database: Database = builder.open(&path).map_err(|error| fault(error.into()))?;
    // Each round moves pages that the one before has made room for.
    while database.compact().map_err(|error| fault(error.into()))? {}
    drop(database);
    Ok((before, size()?))
}
