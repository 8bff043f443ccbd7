//! Gives the room that retention has freed back to the disk.

use std::path::Path;

use super::directory::Directory;
use super::error::LogError;
use super::store::Store;

/// Makes the file of the log in `dir` as small as it goes. Returns its size before and after.
///
/// # Errors
/// When there is no log, a daemon has it, it is damaged, or the disk does not let us write. The log
/// is as sound as before in every case.
pub fn compact(dir: &Path) -> Result<(u64, u64), LogError> {
    let path = super::directory::store_in(dir);
    if !path.exists() {
        return Err(LogError::missing(path));
    }
    let _held = Directory::hold(dir)?;
    let size = || {
        let metadata = std::fs::metadata(&path);
        metadata.map(|file| file.len()).map_err(|error| LogError::io(&path, "Reading", error))
    };
    let before = size()?;
    Store::open(path.clone(), Box::new(|builder, path| builder.open(path)))?.compact()?;
    Ok((before, size()?))
}
