//! The full files beside the one that is written: `NAME.000001` and so on, the highest the newest.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;

use super::{compress, folder};

/// The full files of the file at this path.
#[derive(Clone, Copy)]
pub(super) struct Numbered<'a>(pub(super) &'a Path);

impl Numbered<'_> {
    /// The name of one.
    pub(super) fn named(self, number: u64) -> PathBuf {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{number:06}"));
        self.0.with_file_name(name)
    }

    /// Whether there is one of that number, compressed or not.
    pub(super) async fn has(self, number: u64) -> io::Result<bool> {
        let plain = self.named(number);
        Ok(fs::try_exists(&plain).await? || fs::try_exists(compress::named(&plain)).await?)
    }

    /// A number that none has, and none higher: `number` where it can be had.
    pub(super) async fn free(self, number: u64) -> io::Result<u64> {
        match self.has(number).await? {
            true => self.next().await,
            false => Ok(number),
        }
    }

    /// The number after the highest.
    pub(super) async fn next(self) -> io::Result<u64> {
        let highest = self.all().await?.into_iter().map(|(number, _)| number).max();
        Ok(highest.unwrap_or(0).saturating_add(1))
    }

    /// All of them and their numbers, compressed or not.
    pub(super) async fn all(self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut found = Vec::new();
        let mut entries = fs::read_dir(folder(self.0)).await?;
        while let Some(entry) = entries.next_entry().await? {
            found.extend(self.full_file(&entry.file_name()));
        }
        Ok(found)
    }

    /// The full file of that name, if it is one.
    fn full_file(self, name: &OsStr) -> Option<(u64, PathBuf)> {
        let own = self.0.file_name()?.to_str()?;
        let number = name.to_str()?.strip_prefix(own)?.strip_prefix('.')?;
        let number = number.strip_suffix(".gz").unwrap_or(number).parse().ok()?;
        let (path, plain) = (self.0.with_file_name(name), self.named(number));
        (path == plain || path == compress::named(&plain)).then_some((number, path))
    }

    /// Removes all but the newest `keep` of those before `next`.
    pub(super) async fn remove_old(self, keep: u32, next: u64) -> io::Result<()> {
        for (number, path) in self.all().await? {
            if number.saturating_add(keep.into()) < next {
                fs::remove_file(path).await?;
            }
        }
        Ok(())
    }

    /// Compresses them. What cannot be compressed now stays plain until the next rotation: it is no
    /// reason not to deliver.
    pub(super) async fn compress(self) {
        let found = match self.all().await {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_files_are_found_by_their_names_also_where_the_path_is_nothing_but_a_name() {
        for path in ["desk.ndjson", "./desk.ndjson", "out/desk.ndjson"] {
            let all = Numbered(Path::new(path));
            let full = |name: &str| all.full_file(OsStr::new(name));
            let found = |number, name| Some((number, Path::new(path).with_file_name(name)));
            assert_eq!(full("desk.ndjson.000007"), found(7, "desk.ndjson.000007"));
            assert_eq!(full("desk.ndjson.000007.gz"), found(7, "desk.ndjson.000007.gz"));
            for other in ["desk.ndjson", "desk.ndjson.7", "desk.ndjson.000007.bak", "a.000007"] {
                assert_eq!(full(other), None, "{other}");
            }
        }
    }
}
