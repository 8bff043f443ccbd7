//! Structured logs on standard error: for people on a terminal, JSON with a flag.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Starts logging. The level comes from `WIREFOLD_LOG` (`info` by default; `wirefold::fold=debug`
/// for one part). Colours go to a terminal only: in a file or a journal they are rubbish, and
/// `NO_COLOR` turns them off everywhere. What cannot be written (a full disk, a reader that has
/// gone) is lost: nobody is left to tell, and news goes on.
pub(super) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("WIREFOLD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(!refused && std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // They would be printed there again, which panics.
        .log_internal_errors(false);
    match format {
        LogFormat::Human => logs.with_target(false).compact().init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}
