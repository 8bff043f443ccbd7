//! The files and folders that a configuration was read from, so that a change of one is noticed.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Every path that was read or looked into for a configuration, those that could not be read too,
/// as each was right before. Unless one of them changes, reading again gives the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<PathBuf, State>);

/// What can be told of a path without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It is not there, or not for us.
    Missing,
    /// Its length, and when its text, name or mode last changed.
    File { length: u64, changed: (i64, i64) },
    /// Its `.toml` files. What an editor lays beside them changes nothing.
    Folder(Vec<PathBuf>),
}

impl Files {
    /// Notes a path that is about to be read or looked into.
    pub(super) fn note(&mut self, path: &Path) {
        self.0.insert(path.to_owned(), State::of(path));
    }

    /// The same paths as they are now.
    pub fn now(&self) -> Files {
        Files(self.0.keys().map(|path| (path.clone(), State::of(path))).collect())
    }
}

impl State {
    fn of(path: &Path) -> State {
        match std::fs::metadata(path) {
            Err(_) => State::Missing,
            Ok(it) if it.is_dir() => in_folder(path).map_or(State::Missing, State::Folder),
            Ok(it) => State::File { length: it.len(), changed: (it.ctime(), it.ctime_nsec()) },
        }
    }
}

/// The `.toml` files of a folder in the order of their names.
pub(super) fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
