//! Full files become `NAME.000001.gz`. The compressed file has its name only when it is whole and on
//! the disk, and the plain one goes only then: a kill leaves one of them, or both.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// The name of a compressed file.
pub(super) fn named(plain: &Path) -> PathBuf {
    with(plain, ".gz")
}

/// Compresses a file and removes the plain one. Blocks.
pub(super) fn compress(plain: &Path) -> io::Result<()> {
    // A link has been put there by somebody else, and what it leads to is not ours.
    if !fs::symlink_metadata(plain)?.is_file() {
        return Ok(());
    }
    let whole = named(plain);
    if !whole.try_exists()? {
        let unfinished = with(plain, ".gz.tmp");
        // A kill may have left one. It is not written through: it may be a link.
        if let Err(error) = fs::remove_file(&unfinished)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let out = BufWriter::new(File::create_new(&unfinished)?);
        let mut encoder = GzEncoder::new(out, Compression::default());
        io::copy(&mut BufReader::new(File::open(plain)?), &mut encoder)?;
        let out = encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        out.sync_all()?;
        fs::rename(&unfinished, &whole)?;
        File::open(super::folder(plain))?.sync_all()?;
    }
    fs::remove_file(plain)
}

fn with(plain: &Path, end: &str) -> PathBuf {
    let mut name = plain.file_name().unwrap_or_default().to_owned();
    name.push(end);
    plain.with_file_name(name)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_that_somebody_left_leads_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("victim"), "secret").unwrap();
        symlink(path("victim"), path("a.000001")).unwrap();
        compress(&path("a.000001")).unwrap();
        assert!(!path("a.000001.gz").exists(), "it is no file of ours");

        fs::write(path("a.000002"), "ours").unwrap();
        symlink(path("victim"), path("a.000002.gz.tmp")).unwrap();
        compress(&path("a.000002")).unwrap();
        assert!(path("a.000002.gz").symlink_metadata().unwrap().is_file());
        assert_eq!(fs::read_to_string(path("victim")).unwrap(), "secret");
    }
}
