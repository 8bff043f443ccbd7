//! Programs that tests need and not everybody has.

use std::path::PathBuf;

/// A program on the path, or where Debian keeps servers. `None` where it is not installed, which is
/// said; with `CI` set in the environment, that is a failure.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed, and CI is set");
        wirefold::terminal::note(&format!("skipped: {name} is not installed"));
    }
    found
}
