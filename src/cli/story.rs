//! `wirefold story`: corrections of the fold by hand, on a running daemon.

use clap::Subcommand;
use hyper::Method;
use serde_json::{Value, json};

use crate::config::Config;
use crate::explain;
use crate::item::Seq;
use crate::story::StoryId;
use crate::terminal;

use super::daemon::Daemon;
use super::{ConfigArg, Failure};

/// Correct the fold by hand: take an item out of a story, or make one story of two
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Let an item open a story of its own; it is delivered as new
    Split {
        #[command(flatten)]
        config: ConfigArg,
        /// Number of the item, as deliveries and `explain` have it
        #[arg(value_name = "ITEM")]
        item: u64,
    },
    /// Make one story of two: the older one is kept, the other becomes an alias of it
    Merge {
        #[command(flatten)]
        config: ConfigArg,
        /// A story, like s12
        #[arg(value_name = "STORY", value_parser = parse_story)]
        one: StoryId,
        /// The other one
        #[arg(value_name = "STORY", value_parser = parse_story)]
        other: StoryId,
    },
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (answer, what) = match args.command {
        Command::Split { config, item } => {
            let config = config.load_in_part()?;
            let story = explain::story_of(&config, Seq(item)).map_err(Failure::runtime)?;
            let path = format!("/v1/stories/{story}/split");
            (ask(&config, &path, &json!({ "item": item }))?, format!("item {item} opens"))
        }
        Command::Merge { config, one, other } => {
            let config = config.load_in_part()?;
            let path = format!("/v1/stories/{one}/merge");
            let body = json!({ "story": other.to_string() });
            (ask(&config, &path, &body)?, format!("{one} and {other} are"))
        }
    };
    let story = answer["story"].as_str().unwrap_or_default();
    let channels = answer["channels"].as_array().map_or(&[][..], Vec::as_slice);
    let channels: Vec<&str> = channels.iter().filter_map(Value::as_str).collect();
    let told = if channels.is_empty() { "nobody".to_owned() } else { channels.join(", ") };
    terminal::line(&format!("{what} {story}; told: {told}"))?;
    Ok(())
}

/// The fold is in the daemon's memory, and only the daemon may write the log.
fn ask(config: &Config, path: &str, body: &Value) -> Result<Value, Failure> {
    let answer = match Daemon::of(config)? {
        Some(daemon) => daemon.ask(Method::POST, path, Some(body))?,
        None => None,
    };
    answer.ok_or_else(|| {
        let message = "no daemon of this configuration answers: start it with `wirefold run`, \
                       and with [serve]";
        Failure::runtime(message)
    })
}

fn parse_story(text: &str) -> Result<StoryId, String> {
    StoryId::parse(text).ok_or_else(|| "stories are named like s12".to_owned())
}
