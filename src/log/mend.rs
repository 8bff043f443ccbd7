//! What a killed daemon leaves behind can be read once a writer has opened it. A reader does that
//! where it may, so that looking at a log works right after a kill.

use std::path::Path;
use std::time::Duration;

use super::Log;
use super::directory;
use super::error::{LogError, LogErrorKind};
use super::store::Store;

/// How often, and how long in between, it is looked whether somebody else has mended it.
const LOOKS: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(50);

/// Opens the store of the data directory `dir` for reading, mending it first where that is needed.
pub(super) fn open(dir: &Path) -> Result<Store, LogError> {
    let read = || Store::open_read_only(directory::store_in(dir));
    let mut looks = 0..LOOKS;
    loop {
        let unclean = match read() {
            Err(error) if error.kind() == LogErrorKind::Unclean => error,
            opened => return opened,
        };
        let why = match mend(dir) {
            Ok(()) => return read(),
            Err(why) => why,
        };
        match why.kind() {
            // A daemon that starts, or another reader: it mends it.
            LogErrorKind::Locked if looks.next().is_some() => std::thread::sleep(BETWEEN),
            LogErrorKind::Locked => return Err(unclean),
            LogErrorKind::ReadOnly => return Err(LogError::unmended(dir, &why)),
            _ => return Err(why),
        }
    }
}

/// Opens the log once as the daemon does.
fn mend(dir: &Path) -> Result<(), LogError> {
    Log::open_with(dir, Box::new(|builder, path| builder.open(path))).map(drop)
}
