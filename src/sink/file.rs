//! The file sink: NDJSON, rotated by size, with no torn and no doubled line after a kill.
//!
//! Its cursor holds the number of the file and the offset up to which it is acknowledged. Lines
//! are synced before the cursor is noted, and on start what is past the offset is cut off: it is
//! delivered again. A full file is renamed to `NAME.000001` and so on, the highest being the
//! newest (with `.gz` once compressed); that name existing tells a start that the rotation was done
//! though its cursor was not saved.
//!
//! Others may move the file away or remove it while it is open. Lines go to the file that has the
//! name: it is looked for before each delivery, and made again when there is none.

use std::fs::Metadata;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{Batch, SinkError};
use crate::config::Rotation;
use crate::inode::is_same;

mod compress;

pub(super) struct FileSink {
    path: PathBuf,
    rotation: Rotation,
    /// `None` for a sink that was never here.
    place: Option<Place>,
    /// The place is another than a start would find.
    unsaved: bool,
    /// `None` before the first delivery and after a failure.
    file: Option<File>,
}

/// Up to where lines are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// The number that the file gets when it is full.
    number: u64,
    /// Bytes of the file.
    offset: u64,
}

impl FileSink {
    pub(super) fn new(path: PathBuf, rotation: Rotation, state: &[u8]) -> FileSink {
        let place = postcard::from_bytes(state).ok();
        FileSink { path, rotation, place, unsaved: false, file: None }
    }

    pub(super) fn state(&self) -> Vec<u8> {
        // Two numbers; encoding them cannot fail.
        self.place.and_then(|place| postcard::to_stdvec(&place).ok()).unwrap_or_default()
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let mut lines = Vec::new();
        for event in batch.events {
            serde_json::to_writer(&mut lines, event)
                .map_err(|error| SinkError::fatal(format!("a line cannot be written: {error}")))?;
            lines.push(b'\n');
        }
        let mut place = self.find_place().await.map_err(|error| self.fault(error))?;
        if self.unsaved {
            // A start after a kill would take what is written now for the file of an earlier log,
            // and append to it, or for a longer one, and cut it off in the wrong place.
            batch.save(self.state()).await?;
            self.unsaved = false;
        }
        if place.offset > 0 && place.offset + lines.len() as u64 > self.rotation.size {
            batch.save(self.state()).await?;
            place = self.rotate(place).await.map_err(|error| self.fault(error))?;
            batch.save(self.state()).await?;
            self.compress().await;
        }
        self.write(place, &lines).await.map_err(|error| self.fault(error))
    }

    async fn write(&mut self, place: Place, lines: &[u8]) -> io::Result<()> {
        // If anything fails from here on, the file is opened again and what is torn cut off.
        let mut file = match self.file.take() {
            Some(file) => file,
            None => open(&self.path, place.offset).await?,
        };
        file.seek(SeekFrom::Start(place.offset)).await?;
        file.write_all(lines).await?;
        file.flush().await?;
        file.sync_data().await?;
        self.place = Some(Place { offset: place.offset + lines.len() as u64, ..place });
        self.file = Some(file);
        Ok(())
    }

    /// Where to go on.
    async fn find_place(&mut self) -> io::Result<Place> {
        let mut other = false;
        if let (Some(place), Some(file)) = (self.place, &self.file) {
            let named = metadata(&self.path).await?;
            let open = file.metadata().await?;
            let named = named.filter(|named| is_same(named, &open));
            if named.as_ref().is_some_and(|it| !it.is_file() || it.len() >= place.offset) {
                return Ok(place);
            }
            other = named.is_none();
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).await?;
        }
        let mut place = match self.place {
            Some(place) => place,
            // Files of an earlier log are left as they are, and appended to.
            None => {
                let highest = self.rotated().await?.into_iter().map(|(number, _)| number).max();
                let offset = length(&self.path).await?;
                Place { number: highest.unwrap_or(0) + 1, offset }
            }
        };
        let full = self.named(place.number);
        if fs::try_exists(&full).await? || fs::try_exists(compress::named(&full)).await? {
            place = Place { number: place.number + 1, offset: 0 };
        }
        let length = length(&self.path).await?;
        if other {
            tracing::warn!(
                path = %self.path.display(),
                length,
                "the file was moved or removed; going on at the end of the one that has its name"
            );
            place.offset = length;
        } else if length < place.offset {
            tracing::warn!(
                path = %self.path.display(),
                expected = place.offset,
                length,
                "the file is shorter than what was delivered to it; going on at its end"
            );
            place.offset = length;
        }
        self.unsaved |= self.place != Some(place);
        self.place = Some(place);
        self.file = None;
        // A kill may have left some of them plain.
        self.compress().await;
        Ok(place)
    }

    /// Gives the full file its number and starts the next one.
    async fn rotate(&mut self, full: Place) -> io::Result<Place> {
        self.file = None;
        fs::rename(&self.path, self.named(full.number)).await?;
        sync_folder(&self.path).await?;
        let next = Place { number: full.number + 1, offset: 0 };
        self.place = Some(next);
        if self.rotation.keep > 0 {
            for (number, path) in self.rotated().await? {
                if number + u64::from(self.rotation.keep) < next.number {
                    fs::remove_file(path).await?;
                }
            }
        }
        Ok(next)
    }

    /// The name of a full file.
    fn named(&self, number: u64) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{number:06}"));
        self.path.with_file_name(name)
    }

    /// Compresses the full files, where that is wanted. What cannot be compressed now stays plain
    /// until the next rotation: it is no reason not to deliver.
    async fn compress(&self) {
        if !self.rotation.compress {
            return;
        }
        let found = match self.rotated().await {
            Ok(found) => found,
            Err(error) => return tracing::warn!("cannot look for full files: {error}"),
        };
        for (number, path) in found {
            if path == self.named(number) {
                let plain = path.clone();
                let work = tokio::task::spawn_blocking(move || compress::compress(&plain));
                if let Err(error) = work.await.unwrap_or_else(|error| Err(error.into())) {
                    tracing::warn!(path = %path.display(), "not compressed: {error}");
                }
            }
        }
    }

    /// The full files and their numbers, compressed or not.
    async fn rotated(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut found = Vec::new();
        let mut entries = fs::read_dir(folder(&self.path)).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| {
                let own = self.path.file_name()?.to_str()?;
                let number = name.strip_prefix(own)?.strip_prefix('.')?;
                number.strip_suffix(".gz").unwrap_or(number).parse().ok()
            });
            let Some(number) = number else { continue };
            let (path, plain) = (entry.path(), self.named(number));
            if path == plain || path == compress::named(&plain) {
                found.push((number, path));
            }
        }
        Ok(found)
    }

    fn fault(&self, error: io::Error) -> SinkError {
        SinkError::passing(format!("cannot write {}: {error}", self.path.display()))
    }
}

/// Opens the file and cuts off what is past `offset`.
async fn open(path: &Path, offset: u64) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).await?;
    let length = file.metadata().await?.len();
    if length > offset {
        tracing::info!(
            path = %path.display(),
            bytes = length - offset,
            "cutting off what was not acknowledged; it is delivered again"
        );
        file.set_len(offset).await?;
        file.sync_all().await?;
    }
    if length == 0 {
        sync_folder(path).await?;
    }
    Ok(file)
}

/// The folder of a file, for names that have none.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes new names in the file's folder durable.
async fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path)).await?.sync_all().await
}

/// The length of a file; 0 when there is none.
async fn length(path: &Path) -> io::Result<u64> {
    Ok(metadata(path).await?.map_or(0, |metadata| metadata.len()))
}

/// What a path leads to; `None` when there is nothing.
async fn metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path).await {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
