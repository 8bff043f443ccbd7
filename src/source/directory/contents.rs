//! What a file holds, and whether it is still the file that was read.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tokio::io::AsyncReadExt;

use crate::inode::is_same;

/// A larger file is not read, but rejected: 64 MiB.
pub(super) const LARGEST: u64 = 64 << 20;

/// How what stands at a path was when it was looked at.
#[derive(Clone, Debug)]
pub(super) struct Look(Metadata);

impl Look {
    /// Links are not followed.
    pub(super) fn at(path: &Path) -> io::Result<Look> {
        std::fs::symlink_metadata(path).map(Look)
    }

    /// Whether the path still leads to the same, and nobody has written to it since.
    pub(super) fn still_holds(&self, path: &Path) -> bool {
        Look::at(path).is_ok_and(|now| self.agrees(&now.0))
    }

    /// What tells this file from any that was here before or comes later. To be moved changes it, too.
    pub(super) fn mark(&self) -> [u8; 24] {
        let Look(it) = self;
        let mut mark = [0; 24];
        mark[..8].copy_from_slice(&it.ino().to_le_bytes());
        mark[8..16].copy_from_slice(&it.ctime().to_le_bytes());
        mark[16..].copy_from_slice(&it.ctime_nsec().to_le_bytes());
        mark
    }

    fn agrees(&self, other: &Metadata) -> bool {
        let state = |it: &Metadata| (it.file_type(), it.len(), it.modified().ok());
        is_same(&self.0, other) && state(&self.0) == state(other)
    }
}

/// Why a file was not read.
pub(super) enum Unread {
    TooLarge(u64),
    NoFile(&'static str),
    Failed(io::Error),
    /// It is not what was looked at: the next look will tell.
    Changed,
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        if error.kind() == io::ErrorKind::NotFound {
            return Unread::Changed;
        }
        Unread::Failed(error)
    }
}

/// Opens without waiting: a pipe that was put in the file's place meanwhile would have it wait for a
/// writer without end.
async fn open(path: &Path) -> io::Result<tokio::fs::File> {
    tokio::fs::OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path).await
}

/// `O_NONBLOCK` as the platform's headers have it. Files do not know it.
const O_NONBLOCK: i32 = match () {
    () if cfg!(any(target_arch = "mips", target_arch = "mips64")) => 0x80,
    () if cfg!(any(target_arch = "sparc64")) => 0x4000,
    () if cfg!(any(target_os = "linux", target_os = "android")) => 0x800,
    // macOS and the BSDs.
    () => 0x4,
};

/// The bytes of a regular file of the directory. What is opened is what was looked at, so that a
/// link put in its place meanwhile leads nowhere.
pub(super) async fn contents(path: &Path, look: &Look) -> Result<Vec<u8>, Unread> {
    let kind = look.0.file_type();
    if !kind.is_file() {
        return Err(Unread::NoFile(if kind.is_symlink() { "a link" } else { "no regular file" }));
    }
    let mut file = open(path).await?;
    if !look.agrees(&file.metadata().await?) {
        return Err(Unread::Changed);
    }
    if look.0.len() > LARGEST {
        return Err(Unread::TooLarge(look.0.len()));
    }
    let mut bytes = Vec::with_capacity(look.0.len() as usize);
    (&mut file).take(LARGEST).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
