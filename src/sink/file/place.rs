//! Up to where the lines of a file are acknowledged, and how that file is known again: any other may
//! have its name at the next start.

use std::io::{self, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes by which a file is known again: a line or more, which has its position and its time.
const MOST: u64 = 4_096;

/// Up to where lines are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The number that the file gets when it is full.
    pub(super) number: u64,
    /// Bytes of the file.
    pub(super) offset: u64,
    /// What stands right before `offset`. `None` as an older version left it.
    pub(super) mark: Option<Mark>,
}

/// The last bytes before a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// How many.
    length: u64,
    digest: u64,
}

impl Place {
    /// The head of a file that is empty.
    pub(super) fn head(number: u64) -> Place {
        Place { number, offset: 0, mark: Some(Mark::of(&[])) }
    }

    /// Where lines end that were written here.
    pub(super) fn after(self, lines: &[u8]) -> Place {
        let offset = self.offset + lines.len() as u64;
        Place { offset, mark: Some(Mark::of(lines)), ..self }
    }

    /// The end of a file that somebody else has written.
    pub(super) async fn end_of(path: &Path, number: u64, length: u64) -> io::Result<Place> {
        let bytes = read_before(path, length, length.min(MOST)).await?;
        Ok(Place { number, offset: length, mark: Some(Mark::of(&bytes)) })
    }

    /// Whether this may be the file that the place is in. What an older version left is taken for it.
    pub(super) async fn is_in(&self, path: &Path) -> io::Result<bool> {
        let Some(mark) = self.mark.filter(|mark| mark.length > 0) else { return Ok(true) };
        let bytes = read_before(path, self.offset, mark.length).await?;
        Ok(Mark::of(&bytes) == mark)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        // Numbers only: encoding them cannot fail.
        let place = postcard::to_stdvec(&(self.number, self.offset)).unwrap_or_default();
        match self.mark {
            Some(mark) => postcard::to_extend(&mark, place).unwrap_or_default(),
            None => place,
        }
    }

    /// Reads what [`Place::encode`] wrote. An older version wrote no mark, and passes it over.
    pub(super) fn decode(bytes: &[u8]) -> Option<Place> {
        let ((number, offset), rest) = postcard::take_from_bytes(bytes).ok()?;
        Some(Place { number, offset, mark: postcard::from_bytes(rest).ok() })
    }
}

impl Mark {
    /// Of what ends with `bytes`.
    fn of(bytes: &[u8]) -> Mark {
        let last = &bytes[bytes.len().saturating_sub(MOST as usize)..];
        Mark { length: last.len() as u64, digest: xxh3_64(last) }
    }
}

/// Up to `count` bytes before `offset`; fewer where the file is shorter.
pub(super) async fn read_before(path: &Path, offset: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if count > 0 {
        let mut file = File::open(path).await?;
        file.seek(SeekFrom::Start(offset.saturating_sub(count))).await?;
        file.take(count).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_so_is_one_of_an_older_version() {
        let place = Place::head(7).after(b"line\n");
        assert_eq!(Place::decode(&place.encode()), Some(place));
        let older = postcard::to_stdvec(&(7_u64, 5_u64)).unwrap();
        assert_eq!(Place::decode(&older), Some(Place { mark: None, ..place }));
        assert_eq!(
            postcard::from_bytes(&place.encode()),
            Ok((7_u64, 5_u64)),
            "read by an older one"
        );
        assert_eq!(Place::decode(&[]), None);
    }
}
