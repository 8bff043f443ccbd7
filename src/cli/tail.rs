//! `wirefold tail`: follows a channel from the log, beside the daemon that writes it.

use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::channel::{REJECTED, Subscription, UNROUTED};
use crate::clock::Clock;
use crate::config::Config;
use crate::config::diagnostic::nearest;
use crate::log::View;
use crate::sink::{RewindTo, Text};
use crate::terminal;

use super::{ConfigArg, Failure};

/// Follow a channel: what it carried lately, then what comes
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// Name of the channel; `unrouted` and `rejected` exist by themselves
    channel: String,
    /// Where to begin: how long ago (`2h`), a time, a position of the log, `start` or `end`
    #[arg(long, value_name = "2h|POSITION", default_value = "1h")]
    since: RewindTo,
    /// Write the lines that programs get, one JSON object each
    #[arg(long)]
    json: bool,
    /// End at the end of the log instead of waiting for more
    #[arg(long)]
    once: bool,
}

/// How often it is looked whether the daemon has committed something. Another process cannot be
/// told.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let config = args.config.load_in_part()?;
    known(&args.channel, &config)?;
    let view = View::open(&config.log.dir).map_err(Failure::runtime)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::runtime(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(follow(args, view))
}

fn known(channel: &str, config: &Config) -> Result<(), Failure> {
    let configured = config.channels.iter().map(|channel| channel.name.value.as_str());
    let mut names = configured.chain([UNROUTED, REJECTED]);
    if names.clone().any(|name| name == channel) {
        return Ok(());
    }
    let hint = nearest(channel, names.by_ref()).map(|name| format!(": did you mean `{name}`?"));
    let hint = hint.unwrap_or_default();
    Err(Failure::usage(format!("there is no channel `{channel}` in the configuration{hint}")))
}

async fn follow(args: Args, view: View) -> Result<(), Failure> {
    let from = args.since.find(&view, Clock::wall().now()).map_err(Failure::runtime)?;
    let (_, end) = view.bounds().map_err(Failure::runtime)?;
    let (ends, seen) = watch::channel(end);
    let look = look_for_more(view.clone(), ends);
    tokio::pin!(look);
    let mut lines = Subscription::beside(view, seen, [args.channel], from);
    let mut text = (!args.json).then(|| Text::new(TimeZone::system()));
    loop {
        let page = lines.read().await.map_err(Failure::runtime)?;
        for event in &page.events {
            let line = match &mut text {
                Some(text) => text.line(event),
                None => serde_json::to_string(event).map_err(Failure::runtime)?,
            };
            terminal::line(&line)?;
        }
        if lines.is_caught_up() {
            if args.once {
                return Ok(());
            }
            tokio::select! {
                () = lines.wait() => {}
                failure = &mut look => return Err(failure),
            }
        }
    }
}

/// Tells of commits until the log cannot be read any more, or is no longer that of the daemon.
async fn look_for_more(view: View, ends: watch::Sender<crate::log::Position>) -> Failure {
    loop {
        tokio::time::sleep(LOOK).await;
        match view.bounds() {
            Ok((_, end)) => ends.send_if_modified(|known| std::mem::replace(known, end) != end),
            Err(error) => return Failure::runtime(error),
        };
        if view.is_gone() {
            return Failure::runtime(
                "the log was moved, removed or replaced, and nothing more comes to it: start `tail` \
                 anew to follow the one that is there now",
            );
        }
    }
}
