//! The file sink: NDJSON, rotated by size, with no torn and no doubled line after a kill.
//!
//! Its cursor holds the [`Place`] up to which it is acknowledged. Lines are synced before the cursor
//! is noted, and on start what is past the place is cut off: it is delivered again. A full file is
//! renamed to `NAME.000001` and so on, the highest being the newest (with `.gz` once compressed); that
//! name existing tells a start that the rotation was done though its cursor was not saved.
//!
//! Another file may have the name: others move it away or remove it while it is open, or the path was
//! changed while the daemon was stopped. Nothing is cut off that is not known to come again: where the
//! file is not known, or has other lines, they stay, and what is delivered follows them.

use std::fs::Metadata;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};

use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::{Batch, SinkError};
use crate::config::Rotation;
use crate::inode::is_same;

mod compress;
mod numbered;
mod place;
mod tail;

use numbered::Numbered;
use place::Place;

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

impl FileSink {
    pub(super) fn new(path: PathBuf, rotation: Rotation, state: &[u8]) -> FileSink {
        let place = Place::decode(state);
        FileSink { path, rotation, place, unsaved: false, file: None }
    }

    pub(super) fn state(&self) -> Vec<u8> {
        self.place.map_or_else(Vec::new, |place| place.encode())
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let mut lines = Vec::new();
        for event in batch.events {
            serde_json::to_writer(&mut lines, event)
                .map_err(|error| SinkError::fatal(format!("a line cannot be written: {error}")))?;
            lines.push(b'\n');
        }
        let mut place = self.find_place(batch).await?;
        if place.offset > 0 && place.offset + lines.len() as u64 > self.rotation.size {
            place.number =
                self.full_files().free(place.number).await.map_err(|it| self.fault(it))?;
            self.place = Some(place);
            self.save(batch).await?;
            place = self.rotate(place).await.map_err(|error| self.fault(error))?;
            self.save(batch).await?;
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
        self.place = Some(place.after(lines));
        self.file = Some(file);
        Ok(())
    }

    /// Where to go on. The file is open then, and ends there.
    async fn find_place(&mut self, batch: &Batch<'_>) -> Result<Place, SinkError> {
        if let Some(place) = self.still_open().await.map_err(|error| self.fault(error))? {
            return Ok(place);
        }
        let place = self.look(batch).await.map_err(|error| self.fault(error))?;
        self.unsaved |= self.place != Some(place);
        self.place = Some(place);
        if self.unsaved {
            // A start after a kill would take what is written now for the file of an earlier log,
            // and append to it, or for a longer one, and cut it off in the wrong place.
            self.save(batch).await?;
        }
        // Before anything is renamed: a full file holds what is acknowledged and nothing else.
        let file = open(&self.path, place.offset).await.map_err(|error| self.fault(error))?;
        self.file = Some(file);
        // A kill may have left some of them plain. None goes before its cursor is saved: by its name
        // a start knows that it was rotated.
        self.compress().await;
        Ok(place)
    }

    /// Where to go on if that is in the file that is open.
    async fn still_open(&mut self) -> io::Result<Option<Place>> {
        let (Some(place), Some(file)) = (self.place, self.file.take()) else { return Ok(None) };
        let named = metadata(&self.path).await?;
        let open = file.metadata().await?;
        let named = named.filter(|named| is_same(named, &open));
        if named.is_some_and(|named| !named.is_file() || named.len() == place.offset) {
            self.file = Some(file);
            return Ok(Some(place));
        }
        Ok(None)
    }

    /// Looks where to go on in the file that has the name now.
    async fn look(&self, batch: &Batch<'_>) -> io::Result<Place> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).await?;
        }
        let length = length(&self.path).await?;
        let Some(noted) = self.place else {
            // Files of an earlier log are left as they are, and appended to.
            return self.at_end(self.full_files().next().await?, length).await;
        };
        let place = match self.was_rotated(noted).await? {
            true => Place::head(noted.number + 1),
            false => noted,
        };
        let what = if length < place.offset {
            "is shorter than what was delivered to it"
        } else if !place.is_in(&self.path).await? {
            "is not the one that was written: moved, removed or named anew"
        } else if length > place.offset && !self.comes_again(place.offset, length, batch).await? {
            "has lines that were not written from this log"
        } else {
            return Ok(place);
        };
        let (path, expected) = (self.path.display(), place.offset);
        tracing::warn!(%path, expected, length, "the file {what}; going on at its end");
        self.at_end(place.number, length).await
    }

    /// Whether the file of the place has its number already, though the cursor does not say so.
    async fn was_rotated(&self, noted: Place) -> io::Result<bool> {
        let full = self.full_files().named(noted.number);
        if fs::try_exists(&full).await? {
            return noted.is_in(&full).await;
        }
        // Only an older version compressed a full file before the cursor said that it is one.
        Ok(noted.mark.is_none() && self.full_files().has(noted.number).await?)
    }

    /// Whether what is past `offset` is delivered again.
    async fn comes_again(&self, offset: u64, length: u64, batch: &Batch<'_>) -> io::Result<bool> {
        tail::comes_again(&mut File::open(&self.path).await?, offset, length, batch).await
    }

    /// The end of what others have written, on a line of its own.
    async fn at_end(&self, number: u64, mut length: u64) -> io::Result<Place> {
        if length > 0 && place::read_before(&self.path, length, 1).await? != b"\n" {
            let mut file = OpenOptions::new().append(true).open(&self.path).await?;
            file.write_all(b"\n").await?;
            file.flush().await?;
            file.sync_data().await?;
            length += 1;
        }
        Place::end_of(&self.path, number, length).await
    }

    /// Gives the full file its number and starts the next one.
    async fn rotate(&mut self, full: Place) -> io::Result<Place> {
        self.file = None;
        fs::rename(&self.path, self.full_files().named(full.number)).await?;
        sync_folder(&self.path).await?;
        let next = Place::head(full.number + 1);
        (self.place, self.unsaved) = (Some(next), true);
        if self.rotation.keep > 0 {
            self.full_files().remove_old(self.rotation.keep, next.number).await?;
        }
        Ok(next)
    }

    /// Makes the place durable, before anything is written there.
    async fn save(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        batch.save(self.state()).await?;
        self.unsaved = false;
        Ok(())
    }

    /// Compresses the full files, where that is wanted.
    async fn compress(&self) {
        if self.rotation.compress {
            self.full_files().compress().await;
        }
    }

    fn full_files(&self) -> Numbered<'_> {
        Numbered(&self.path)
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
