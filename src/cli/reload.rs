//! When the daemon reads its configuration again: at SIGHUP, and when one of its files has changed
//! and stands still.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::warn;

use crate::config::{Config, Origin};
use crate::link::{self, Receiver};

/// How often files are looked at. A change counts once two looks in a row find the same, so that a
/// file is not read while an editor writes it.
const LOOK: Duration = Duration::from_secs(1);

/// Size and time of each file that a configuration was read from, and of their folders.
type Seen = BTreeMap<PathBuf, Option<(u64, SystemTime)>>;

/// Starts to watch. One that is wrong is refused here, with the full report, and never reaches the
/// pipeline.
pub(super) fn watch(config: &Config) -> std::io::Result<Receiver<Config>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let (tx, rx) = link::bounded("reloads", 1);
    let Origin::File(path) = config.origin.clone() else {
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                warn!("SIGHUP: the built-in default cannot change");
            }
            drop(tx);
        });
        return Ok(rx);
    };
    let mut files = files(config);
    tokio::spawn(async move {
        loop {
            changed(&mut hangup, &mut files).await;
            match Config::load(&path) {
                Ok((config, warnings)) => {
                    if !warnings.is_empty() {
                        warn!("{warnings}");
                    }
                    files = self::files(&config);
                    if tx.send(config).await.is_err() {
                        return;
                    }
                }
                Err(problems) => warn!("not reloaded, the old rules stay:\n{problems}"),
            }
        }
    });
    Ok(rx)
}

/// Resolves at SIGHUP, or when a file has changed and stands still.
async fn changed(hangup: &mut Signal, files: &mut Seen) {
    let mut last = look(files.keys());
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                *files = look(files.keys());
                return;
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        let now = look(files.keys());
        if now == last && now != *files {
            *files = now;
            return;
        }
        last = now;
    }
}

/// The files that a configuration was read from, with the folders of its rules: a file that is
/// added there changes the folder.
fn files(config: &Config) -> Seen {
    let mut paths = Vec::new();
    if let Origin::File(path) = &config.origin {
        paths.push(path.clone());
        for rule in &config.rules {
            let file = rule.query.place.file.path();
            if file != path {
                paths.push(file.to_owned());
                paths.extend(file.parent().map(Path::to_owned));
            }
        }
    }
    look(paths.iter())
}

fn look<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Seen {
    let stat = |path: &PathBuf| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    paths.map(|path| (path.clone(), stat(path))).collect()
}
