//! `wirefold check`: every problem of a configuration at once.

use crate::terminal::{self, escape};

use super::{ConfigArg, Failure};

/// Check a configuration: every problem at once, each with its place and a hint
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, decider, mut warnings) = args.config.load_with_warnings()?;
    warnings.extend(config.loose_ends());
    if !warnings.is_empty() {
        terminal::note(&warnings.render(true));
    }
    let name =
        args.config.path().map_or("the built-in default".into(), |path| path.display().to_string());
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let parts = [
        plural(config.sources.len(), "source"),
        plural(config.rules.len(), "rule"),
        plural(config.channels.len(), "channel"),
        plural(config.sinks.len(), "sink"),
    ];
    terminal::line(&format!("{name} is good: {}", parts.join(", ")))?;
    let always = decider.route.always_asked();
    if !always.is_empty() {
        let names: Vec<_> = always.iter().map(|name| format!("`{}`", escape(name))).collect();
        terminal::line(&format!(
            "asked of every item, for want of a word that must occur: {}",
            names.join(", ")
        ))?;
    }
    Ok(())
}
