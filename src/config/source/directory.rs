//! `[[source.directory]]`: a directory into which others put files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::reader::{At, Table};
use crate::config::resolve;
use crate::config::value::{Bytes, Span};

/// A directory into which others put files.
#[derive(Clone, Debug)]
pub struct DirectoryConfig {
    /// The directory.
    pub path: PathBuf,
    /// A file is read once its size and time have stood still for this long.
    pub settle: Duration,
    /// How often the directory is looked at.
    pub every: Duration,
    /// In which order files that are ready are read.
    pub order: Order,
    /// Ending of the files that say that another one is whole.
    pub trigger: Option<String>,
    /// Ending of the files that say more about another one.
    pub sidecar: Option<String>,
    /// How long files stay in `done/` and `rejected/`; `None`: for ever.
    pub keep: Option<Duration>,
    /// How many bytes each of the two may hold; `None`: any number.
    pub keep_size: Option<u64>,
}

/// An order of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// The oldest first; by name where two are of one time.
    Time,
}

const ORDERS: &[(&str, Order)] = &[("name", Order::Name), ("time", Order::Time)];

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> DirectoryConfig {
    let path = table.require::<PathBuf>("path", problems);
    let settle = table.or("settle", Span(Duration::from_secs(2)), problems).0;
    let every = table.or("every", Span(Duration::from_secs(1)), problems).0;
    let trigger = table.get::<String>("trigger", problems);
    let sidecar = table.get::<String>("sidecar", problems);
    for (key, ending) in [("trigger", &trigger), ("sidecar", &sidecar)] {
        let Some(At { value, place }) = ending else { continue };
        if !is_ending(value) {
            let message = format!("`{key}` cannot be `{value}`");
            let hint = "write the ending of a file's name, like \".done\"";
            problems.push(Diagnostic::error(place, message).hint(hint));
        }
    }
    if let (Some(trigger), Some(sidecar)) = (&trigger, &sidecar)
        && trigger.value == sidecar.value
    {
        let message = "`sidecar` is the same as `trigger`";
        let hint = "a file either says that another one is whole, or says more about it";
        problems.push(Diagnostic::error(&sidecar.place, message).hint(hint));
    }
    DirectoryConfig {
        path: path.map(|path| resolve(folder, path.value)).unwrap_or_default(),
        settle,
        every: every.max(Duration::from_millis(10)),
        order: table.one_of("order", ORDERS, problems).unwrap_or_default(),
        trigger: trigger.map(|ending| ending.value),
        sidecar: sidecar.map(|ending| ending.value),
        keep: table.get::<Span>("keep", problems).map(|span| span.value.0),
        keep_size: table.get::<Bytes>("keep_size", problems).map(|size| size.value.0),
    }
}

/// A dot and something after it, and nothing that leads elsewhere.
fn is_ending(text: &str) -> bool {
    text.len() > 1 && text.starts_with('.') && !text.contains(['/', '\\']) && text != ".."
}
