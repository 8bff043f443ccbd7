//! Which files of a directory are ready to be read.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::config::{DirectoryConfig, Order};

/// Endings under which programs write files they have not finished.
const UNFINISHED: [&str; 6] = [".tmp", ".part", ".partial", ".filepart", ".swp", "~"];

/// How long the file of a sidecar is waited for before somebody is told that it is not there.
const LONE: Duration = Duration::from_secs(60);

/// Size and time of a file.
pub(super) type State = (u64, Option<SystemTime>);

/// Looks at a directory again and again.
#[derive(Debug)]
pub(super) struct Watch {
    config: DirectoryConfig,
    /// The files, and since when they have stood as they do.
    seen: HashMap<PathBuf, (State, Timestamp)>,
}

/// A file to be read, with what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) path: PathBuf,
    /// Says that it is whole.
    pub(super) trigger: Option<PathBuf>,
    /// Says more about it.
    pub(super) sidecar: Option<PathBuf>,
    /// Other files about which that says more.
    pub(super) others: Vec<PathBuf>,
}

impl Ready {
    /// A file that nothing came with.
    pub(super) fn alone(path: PathBuf) -> Ready {
        Ready { path, trigger: None, sidecar: None, others: Vec::new() }
    }
}

/// What one look found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files to be read, in order.
    pub(super) ready: Vec<Ready>,
    /// Entries that are neither files nor directories: links, pipes, sockets.
    pub(super) refused: Vec<PathBuf>,
    /// Sidecars whose file is not there though it was waited for.
    pub(super) alone: Vec<PathBuf>,
}

impl Watch {
    pub(super) fn new(config: DirectoryConfig) -> Watch {
        Watch { config, seen: HashMap::new() }
    }

    /// How a file stood at the last look.
    pub(super) fn state(&self, path: &Path) -> Option<State> {
        self.seen.get(path).map(|(state, _)| *state)
    }

    /// The files that are ready `now`.
    pub(super) fn look(&mut self, now: Timestamp) -> io::Result<Found> {
        let mut found = Found::default();
        let mut present = HashMap::new();
        for entry in std::fs::read_dir(&self.config.path)? {
            let path = entry?.path();
            // Not followed: a link could lead out of the directory.
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let unfinished = UNFINISHED.iter().any(|ending| name.ends_with(ending));
            if name.starts_with('.') || unfinished || metadata.is_dir() {
                continue;
            }
            let state = (metadata.len(), metadata.modified().ok());
            let since = match self.seen.get(&path) {
                Some((before, since)) if *before == state => *since,
                _ => now,
            };
            // A sidecar is refused together with its file.
            if !metadata.is_file() && !self.is_sidecar(&path) {
                found.refused.push(path.clone());
            }
            present.insert(path, (state, since));
        }
        self.seen = present;
        let refused: HashSet<&PathBuf> = found.refused.iter().collect();
        let files = self.seen.keys().filter(|path| !refused.contains(path));
        found.ready = files.filter_map(|path| self.ready(path, now)).collect();
        self.name_others(&mut found.ready);
        found.alone = self.alone(now);
        found.refused.sort();
        found.ready.sort_by(|a, b| a.path.cmp(&b.path));
        if self.config.order == Order::Time {
            found.ready.sort_by_key(|ready| self.state(&ready.path).map(|(_, time)| time));
        }
        Ok(found)
    }

    fn is_sidecar(&self, path: &Path) -> bool {
        self.config.sidecar.as_ref().is_some_and(|ending| has_ending(path, ending))
    }

    /// Whether a file has stood as it does for so long.
    fn still(&self, path: &Path, settle: Duration, now: Timestamp) -> bool {
        let since = self.seen.get(path).map(|(_, since)| *since);
        since.is_some_and(|since| now.duration_since(since).unsigned_abs() >= settle)
    }

    fn alone(&self, now: Timestamp) -> Vec<PathBuf> {
        let Some(ending) = &self.config.sidecar else { return Vec::new() };
        let (mut alone, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
            self.seen.keys().partition(|path| has_ending(path, ending));
        let claimed: HashSet<PathBuf> =
            files.into_iter().flat_map(|file| companions(file, ending)).collect();
        let longest = self.config.settle.max(LONE);
        alone.retain(|path| !claimed.contains(*path) && self.still(path, longest, now));
        alone.sort();
        alone.into_iter().cloned().collect()
    }

    /// The file with what came with it, if it can be read now.
    fn ready(&self, path: &Path, now: Timestamp) -> Option<Ready> {
        let DirectoryConfig { trigger, sidecar, settle, .. } = &self.config;
        if self.goes_with_another(path) {
            return None;
        }
        let still = |path: &Path| self.still(path, *settle, now);
        let companion = |ending: &Option<String>| self.companion(path, ending.as_ref()?);
        let (trigger_file, sidecar_file) = (companion(trigger), companion(sidecar));
        let whole = match trigger {
            Some(_) => trigger_file.is_some(),
            None => still(path) && sidecar_file.as_deref().is_none_or(still),
        };
        let ready =
            Ready { trigger: trigger_file, sidecar: sidecar_file, ..Ready::alone(path.into()) };
        whole.then_some(ready)
    }

    /// Whether a file is a trigger or a sidecar by its name.
    fn goes_with_another(&self, path: &Path) -> bool {
        let endings = [&self.config.trigger, &self.config.sidecar];
        endings.into_iter().flatten().any(|ending| has_ending(path, ending))
    }

    /// What goes with a file and ends so, if it is there.
    fn companion(&self, path: &Path, ending: &str) -> Option<PathBuf> {
        companions(path, ending).into_iter().find(|path| self.seen.contains_key(path))
    }

    /// Two files may have one sidecar, like a picture and its text.
    fn name_others(&self, ready: &mut [Ready]) {
        let Some(ending) = &self.config.sidecar else { return };
        let mut files: HashMap<PathBuf, Vec<&PathBuf>> = HashMap::new();
        for path in self.seen.keys().filter(|path| !self.goes_with_another(path)) {
            if let Some(sidecar) = self.companion(path, ending) {
                files.entry(sidecar).or_default().push(path);
            }
        }
        for Ready { path, sidecar, others, .. } in ready {
            let all = sidecar.as_ref().and_then(|sidecar| files.get(sidecar));
            let all = all.into_iter().flatten().filter(|other| **other != path);
            *others = all.map(|other| (*other).clone()).collect();
        }
    }
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending))
}

/// What a file that goes with `path` may be called: `a.xml.done`, `a.done`.
fn companions(path: &Path, ending: &str) -> [PathBuf; 2] {
    let mut whole = path.as_os_str().to_owned();
    whole.push(ending);
    [PathBuf::from(whole), path.with_extension(&ending[1..])]
}
