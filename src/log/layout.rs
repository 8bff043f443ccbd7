//! How long the engine's file is by its own account, to tell one that was cut off.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Where redb's file begins to say how it is laid out: the bytes of a page, then pages before the
/// data of a region, pages of data in a whole region, whole regions, and pages of data in the region
/// that is not whole; four bytes each, the lowest first. One page with all this comes before them.
const AT: u64 = 12;

/// A header that claims more bytes is taken for a damaged one.
const MOST: u64 = 1 << 40;

/// The bytes that the file at least has, as it says itself. `None` when its header claims what
/// cannot be.
///
/// # Errors
/// Of the kind `UnexpectedEof` when it ends before it has said so.
pub(super) fn claimed(file: &File) -> io::Result<Option<u64>> {
    let mut numbers = [[0; 4]; 5];
    file.read_exact_at(numbers.as_flattened_mut(), AT)?;
    let [page, before, whole, regions, rest] =
        numbers.map(|bytes| u64::from(u32::from_le_bytes(bytes)));
    let last = if rest > 0 { before + rest } else { 0 };
    let pages = regions.checked_mul(before + whole).and_then(|pages| pages.checked_add(1 + last));
    Ok(pages.and_then(|pages| pages.checked_mul(page)).filter(|bytes| *bytes <= MOST))
}

/// An error of the kind `UnexpectedEof` when the file at `path` is shorter than it says. The engine
/// would take an empty one for a new one, and mend a shorter one to what is left of it.
pub(super) fn whole(path: &Path) -> io::Result<()> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    match claimed(&file)? {
        Some(bytes) if file.metadata()?.len() < bytes => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
