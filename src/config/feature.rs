//! Kinds of source and sink that are in a build only when their cargo feature is on.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::Table;

/// Complains of `table` when `feature` is not `built`. Its keys are read all the same, so that all
/// problems come at once.
pub(super) fn needs(feature: &str, built: bool, table: &Table<'_>, problems: &mut Diagnostics) {
    if !built {
        let message = format!("{} is not in this build of wirefold", table.name());
        let hint = format!("build it with `cargo build --release --features {feature}`");
        problems.push(Diagnostic::error(table.place(), message).hint(hint));
    }
}
