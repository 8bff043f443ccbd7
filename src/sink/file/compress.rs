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
    let whole = named(plain);
    if !whole.try_exists()? {
        let unfinished = with(plain, ".gz.tmp");
        let out = BufWriter::new(File::create(&unfinished)?);
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
