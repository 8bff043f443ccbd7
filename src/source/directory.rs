//! A directory into which others put files: each file is read once it stands still or its trigger
//! is there, and moves to `done/` when all its records are durable, or to `rejected/` when nothing
//! in it could be read.

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tracing::{error, info, warn};
use xxhash_rust::xxh3::Xxh3;

use crate::config::{DirectoryConfig, SourceConfig};
use crate::item::{Reject, RejectKind};
use crate::lock::Lock;

use super::{Context, Origin, SourceError, guard, options};

mod contents;
mod keep;
mod patience;
mod records;
mod sidecar;
mod slices;
mod watch;

use contents::{LARGEST, Look, Unread, contents};
use patience::Patience;
use records::Records;
use slices::Slices;
use watch::{Found, Ready, State, Watch};

pub(super) async fn run(
    config: &SourceConfig,
    directory: &DirectoryConfig,
    context: Context,
) -> Result<(), SourceError> {
    let name = &config.name.value;
    let path = &directory.path;
    if !path.exists() {
        warn!(source = %name, path = %path.display(), "was not there, and is made");
    }
    let folders = Folders::make(path)
        .map_err(|error| SourceError::new(format!("source `{name}` cannot use {error}")))?;
    let _held = hold(path, &folders)
        .map_err(|error| SourceError::new(format!("source `{name}` cannot use {error}")))?;
    let slices = Slices::new(name, Origin::of(config), &context);
    let mut watch = Watch::new(directory.clone());
    let mut keeper = keep::Keeper::new(directory.keep, directory.keep_size);
    let mut stuck: HashMap<PathBuf, State> = HashMap::new();
    let mut unread = Patience::default();
    let mut told: HashSet<PathBuf> = HashSet::new();
    info!(source = %name, path = %path.display(), "watching");
    while !context.stop.is_cancelled() {
        let found = watch.look(context.clock.now()).unwrap_or_else(|error| {
            warn!(source = %name, path = %path.display(), %error, "cannot be listed");
            Found::default()
        });
        stuck.retain(|path, state| watch.state(path) == Some(*state));
        unread.retain(|path| watch.state(path).is_some());
        told.retain(|path| found.alone.contains(path));
        for path in &found.alone {
            if told.insert(path.clone()) {
                let file = file_name(path);
                warn!(source = %name, file, "says nothing: what it goes with is not here. If that was \
                    taken in before it came, what it says was not heeded");
            }
        }
        let refused = found.refused.into_iter().map(Ready::alone);
        for ready in refused.chain(found.ready) {
            if context.stop.is_cancelled() {
                break;
            }
            if stuck.contains_key(&ready.path) || unread.waits(&ready.path, context.clock.now()) {
                continue;
            }
            let file = file_name(&ready.path);
            let Some(mut whole) = read(config, &ready, &context, &mut unread).await else {
                continue;
            };
            if !slices.take(whole.digest, &mut whole.records).await? {
                info!(source = %name, file, "stopped in the middle: it is gone on with at a start");
                break;
            }
            if !whole.still_holds(&ready) {
                warn!(source = %name, file, "was changed while it was taken in: it stays");
                continue;
            }
            let (records, readable) = (whole.records.count, whole.records.readable());
            let target = if readable { &folders.done } else { &folders.rejected };
            match put_away(&ready, target) {
                Ok(()) => {
                    slices.forget();
                    info!(source = %name, file, records, readable, "taken in");
                }
                Err(error) => {
                    error!(source = %name, file, %error, "cannot be moved away: it is left alone");
                    stuck.extend(watch.state(&ready.path).map(|state| (ready.path, state)));
                }
            }
        }
        keeper.tidy(&[&folders.done, &folders.rejected], context.clock.now());
        tokio::select! {
            () = tokio::time::sleep(directory.every) => {}
            () = context.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// Where files go.
struct Folders {
    done: PathBuf,
    rejected: PathBuf,
}

impl Folders {
    /// Makes the folders. One that is a link is refused: files would leave the directory by it.
    fn make(path: &Path) -> Result<Folders, String> {
        let folder = |name: &str| {
            let folder = path.join(name);
            let failed = |error: io::Error| format!("{}: {error}", folder.display());
            std::fs::create_dir_all(&folder).map_err(failed)?;
            let real = std::fs::symlink_metadata(&folder).map_err(failed)?.is_dir();
            if real { Ok(folder) } else { Err(format!("{}: it is a link", folder.display())) }
        };
        Ok(Folders { done: folder("done")?, rejected: folder("rejected")? })
    }
}

/// Holds the directory, since of two who watch it each would get some of the files. What is locked is a
/// folder of ours, as other programs may lock the directory itself. `None` where that cannot be told.
fn hold(path: &Path, folders: &Folders) -> Result<Option<Lock>, String> {
    let folder = File::open(&folders.rejected).map_err(TryLockError::Error);
    match folder.and_then(|folder| Lock::take(folder).map_err(|(error, _)| error)) {
        Ok(lock) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "{}: another source or another wirefold watches it, and each would get some of its \
             files. Stop that one, or give each a directory of its own",
            path.display()
        )),
        Err(TryLockError::Error(error)) => {
            warn!(path = %path.display(), %error, "cannot be locked: see that nobody else watches it");
            Ok(None)
        }
    }
}

/// A file as it was read.
struct Read {
    records: Records,
    /// Of all that its records depend on.
    digest: u64,
    /// How it was then.
    look: Look,
    /// How its sidecar was.
    sidecar: Option<Look>,
}

impl Read {
    /// Whether the file and its sidecar are still what was read.
    fn still_holds(&self, ready: &Ready) -> bool {
        let pair = self.sidecar.as_ref().zip(ready.sidecar.as_ref());
        self.look.still_holds(&ready.path)
            && pair.is_none_or(|(look, sidecar)| look.still_holds(sidecar))
    }
}

/// Reads one file. `None` when it has gone or was changed since it was found, or cannot be read just
/// now.
async fn read(
    config: &SourceConfig,
    ready: &Ready,
    context: &Context,
    unread: &mut Patience,
) -> Option<Read> {
    let path = &ready.path;
    let shown = path.display();
    let look = Look::at(path).ok()?;
    let refused = |kind, reason: String, look| {
        let records = Records::refused(Reject::new(kind, reason, 0, b""));
        Some(Read { records, digest: 0, look, sidecar: None })
    };
    let bytes = match contents(path, &look).await {
        Ok(bytes) => bytes,
        Err(Unread::Changed) => return None,
        Err(Unread::TooLarge(length)) => {
            let reason = format!("{shown} has {length} bytes; {LARGEST} is the most.");
            return refused(RejectKind::TooLarge, reason, look);
        }
        Err(Unread::NoFile(what)) => {
            let reason = format!("{shown} is {what}: only files of this directory are read.");
            return refused(RejectKind::Malformed, reason, look);
        }
        Err(Unread::Failed(error)) => {
            if unread.waits_longer(path, &error, context.clock.now()) {
                return None;
            }
            let reason = format!("{shown} cannot be read: {error}.");
            return refused(RejectKind::Malformed, reason, look);
        }
    };
    let options = options(config, &context.clock);
    let mut digest = Xxh3::new();
    // Another version, or another format, may make other records of the same bytes.
    digest.update(format!("{} {:?}", env!("CARGO_PKG_VERSION"), config.format).as_bytes());
    digest.update(&look.mark());
    digest.update(&bytes);
    let pieces = guard::Guard::new(&config.name.value, config.format, bytes, &options);
    let mut records = Records::of(pieces);
    let mut beside = None;
    if let Some(sidecar) = &ready.sidecar {
        let look = Look::at(sidecar).ok()?;
        let said = match contents(sidecar, &look).await {
            Ok(bytes) => sidecar::read(&bytes, &options),
            Err(Unread::Changed) => return None,
            Err(Unread::Failed(error))
                if unread.waits_longer(path, &error, context.clock.now()) =>
            {
                return None;
            }
            Err(Unread::Failed(error)) => Err(format!("it cannot be read: {error}")),
            Err(Unread::TooLarge(length)) => {
                Err(format!("it has {length} bytes, and {LARGEST} is the most"))
            }
            Err(Unread::NoFile(what)) => Err(format!("it is {what}")),
        };
        match said {
            Ok(said) => records.said = Some(said),
            // It may have been an embargo.
            Err(why) => {
                let reason = format!(
                    "{shown} is not taken in without what {} says about it: {why}. Mend that and \
                     put both back.",
                    sidecar.display()
                );
                records = Records::refused(Reject::new(RejectKind::Malformed, reason, 0, b""));
            }
        }
        digest.update(&look.mark());
        beside = Some(look);
    }
    Some(Read { records, digest: digest.digest(), look, sidecar: beside })
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Moves a file and what came with it into `folder`. The file goes first: without its trigger it
/// would never be looked at again, should the daemon be killed in between. A sidecar goes with the last
/// of its files.
fn put_away(ready: &Ready, folder: &Path) -> io::Result<()> {
    move_into(&ready.path, folder)?;
    let is_last = !ready.others.iter().any(|other| other.symlink_metadata().is_ok());
    let sidecar = ready.sidecar.iter().filter(|_| is_last);
    sidecar.chain(&ready.trigger).try_for_each(|path| move_into(path, folder))
}

/// Moves a file under another name if there is one of its name already.
fn move_into(path: &Path, folder: &Path) -> io::Result<()> {
    let name = file_name(path);
    let mut target = folder.join(&name);
    let mut copy = 1;
    while target.symlink_metadata().is_ok() {
        target = folder.join(format!("{name}.{copy}"));
        copy += 1;
    }
    std::fs::rename(path, target)
}

#[cfg(test)]
mod tests;
