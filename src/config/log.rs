//! `[log]`: where the log is kept, and for how long.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::diagnostic::{Diagnostic, Diagnostics, Place};
use super::reader::Table;
use super::resolve;
use super::value::{Bytes, Span};

/// `[log]`.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The data directory. Created 0700, locked while the daemon runs.
    pub dir: PathBuf,
    /// How long records are kept; never past a cursor, and always longer than the fold window.
    pub retain: Duration,
    /// How large the log may grow.
    pub max_size: u64,
    /// What happens when it is that large and every old record is still needed.
    pub on_full: OnFull,
}

/// What happens when the log is full of records that some sink has not had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFull {
    /// Intake waits.
    Block,
    /// The oldest records go, as a counted, visible gap for the sinks behind them.
    Skip,
}

/// Reads it; with it comes where `retain` stands, if it does.
pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> (LogConfig, Option<Place>) {
    let defaults = LogConfig {
        dir: resolve(folder, PathBuf::from("wirefold-data")),
        retain: Duration::from_secs(30 * 86_400),
        max_size: 4 << 30,
        on_full: OnFull::Block,
    };
    let Some(mut table) = top.table("log", problems) else { return (defaults, None) };
    let dir = table.get::<PathBuf>("dir", problems);
    let retain = table.get::<Span>("retain", problems);
    let max_size = table.get::<Bytes>("max_size", problems);
    if let Some(size) = max_size.as_ref().filter(|size| size.value.0 < 16 << 20) {
        let problem = Diagnostic::error(&size.place, "`max_size` is too small to work with");
        problems.push(problem.hint("16MiB is the least"));
    }
    let on_full = table
        .one_of("on_full", &[("block", OnFull::Block), ("skip", OnFull::Skip)], problems)
        .unwrap_or(defaults.on_full);
    table.finish(problems);
    let config = LogConfig {
        dir: dir.map_or(defaults.dir, |dir| resolve(folder, dir.value)),
        retain: retain.as_ref().map_or(defaults.retain, |retain| retain.value.0),
        max_size: max_size.map_or(defaults.max_size, |size| size.value.0),
        on_full,
    };
    (config, retain.map(|retain| retain.place))
}
