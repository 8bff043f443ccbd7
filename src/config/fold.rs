//! `[fold]`: what counts as one story.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::diagnostic::{Diagnostic, Diagnostics, Place};
use super::reader::{At, Table};
use super::resolve;
use super::value::Span;

/// `[fold]`.
#[derive(Clone, Debug)]
pub struct FoldConfig {
    /// How long an item can be matched after it was received.
    pub window: Duration,
    /// Probability from which two items tell one story. `None`: the model's own.
    pub threshold: Option<f32>,
    /// How long identities (uri, address, content) are remembered.
    pub identity_retain: Duration,
    /// How many items the window holds at most; beyond it the oldest leave early.
    pub max_items: usize,
    /// A trained model to use instead of the built-in one.
    pub model: Option<At<PathBuf>>,
}

impl Default for FoldConfig {
    fn default() -> Self {
        FoldConfig {
            window: Duration::from_secs(96 * 3_600),
            threshold: None,
            identity_retain: Duration::from_secs(90 * 86_400),
            max_items: 1_000_000,
            model: None,
        }
    }
}

/// Reads it; with it comes where `window` stands, if it does.
pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> (FoldConfig, Option<Place>) {
    let defaults = FoldConfig::default();
    let Some(mut table) = top.table("fold", problems) else { return (defaults, None) };
    let window = table.get::<Span>("window", problems);
    if let Some(window) = &window
        && window.value.0 < Duration::from_secs(60)
    {
        let problem = Diagnostic::error(&window.place, "`window` is shorter than a minute");
        problems.push(problem.hint("stories unfold over hours: the default is \"96h\""));
    }
    let threshold = table.get::<f64>("threshold", problems);
    if let Some(threshold) = &threshold
        && !(0.01..=0.99).contains(&threshold.value)
    {
        let message = "`threshold` is a probability from 0.01 to 0.99";
        problems.push(Diagnostic::error(&threshold.place, message));
    }
    let usual = defaults.max_items as u32;
    let config = FoldConfig {
        window: window.as_ref().map_or(defaults.window, |window| window.value.0),
        threshold: threshold.map(|threshold| threshold.value as f32),
        identity_retain: table.or("identity_retain", Span(defaults.identity_retain), problems).0,
        max_items: table.within("max_items", usual, 1..=u32::MAX, problems) as usize,
        model: table
            .get::<PathBuf>("model", problems)
            .map(|path| At { value: resolve(folder, path.value), ..path }),
    };
    table.finish(problems);
    (config, window.map(|window| window.place))
}
