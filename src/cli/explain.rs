//! `wirefold explain`: why two headlines are one story or not, and where the first would go.

use crate::explain;
use crate::item::Seq;
use crate::terminal;

use super::{ConfigArg, Failure};

/// Explain a decision: two headlines against each other, or a recorded item by its number
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// One JSON object instead of a page
    #[arg(long)]
    json: bool,
    /// Two headlines, or the number of an item in the log
    #[arg(value_name = "HEADLINE", num_args = 1..=2, required = true)]
    what: Vec<String>,
}

const USAGE: &str =
    "give two headlines, or the number of an item in the log: `seq` in `wirefold log export`";

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, mut decider) = args.config.load()?;
    let (text, value) = match args.what.as_slice() {
        [a, b] => {
            let found = explain::pair(&mut decider, a, b).ok_or_else(|| {
                Failure::usage("a headline without a letter or digit cannot be compared")
            })?;
            (found.to_string(), found.to_json())
        }
        [number] => {
            let seq = number.parse().map(Seq).map_err(|_| Failure::usage(USAGE))?;
            let found = explain::recorded(&config, &mut decider, seq).map_err(Failure::runtime)?;
            (found.to_string(), found.to_json())
        }
        _ => return Err(Failure::usage(USAGE)),
    };
    let text = if args.json { value.to_string() } else { text };
    terminal::line(text.trim_end())?;
    Ok(())
}
