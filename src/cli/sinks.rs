//! `wirefold sinks`: how deliveries fare, and what people ask of them.

use std::time::Duration;

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::config::Config;
use crate::log::{Log, View};
use crate::sink::{Ask, ControlError, Couriers, Doing, RewindTo, Status, stored_letters};
use crate::terminal::{self, escape};

use super::daemon::Daemon;
use super::{ConfigArg, Failure};

/// Show how sinks fare; pause, resume and rewind them; deliver dead letters again
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = false)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// Print JSON, as `/v1/sinks` answers it
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Stand still, also after a restart, until resumed
    Pause {
        /// The sink
        name: String,
        /// Why, for those who look
        #[arg(long)]
        reason: Option<String>,
    },
    /// Go on; an attempt that is waited for is made at once
    Resume {
        /// The sink
        name: String,
    },
    /// Go on from another place of the log, under the same delivery ids
    Rewind {
        /// The sink
        name: String,
        /// start, end, a position, a time, or how long ago (2h)
        #[arg(long, value_name = "PLACE")]
        to: String,
    },
    /// List what was given up
    Letters {
        /// The sink
        name: String,
    },
    /// Deliver dead letters once more: all, or those of these ids
    Redeliver {
        /// The sink
        name: String,
        /// Delivery ids
        ids: Vec<String>,
    },
    /// Forget dead letters: those of these ids, or all
    Discard {
        /// The sink
        name: String,
        /// Delivery ids
        #[arg(required_unless_present = "all")]
        ids: Vec<String>,
        /// All of them
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let config = args.config.load_in_part()?;
    let answer = match args.command {
        None => ask(&config, Method::GET, "/v1/sinks", None, list_stored)?,
        Some(Command::Letters { name }) => {
            let path = path_of(&name, "");
            ask(&config, Method::GET, &path, None, |config| letters_stored(config, &name))?
        }
        Some(command) => {
            let (name, wish) = command.wish()?;
            let path = path_of(&name, wish.word());
            let body = wish.body();
            let resumes = wish == Ask::Resume;
            // Without a daemon it is this process that opens the sinks, and it needs all of them.
            let alone = |_: &Config| act(&args.config.load_alone()?, &name, wish);
            let answer = ask(&config, Method::POST, &path, Some(&body), alone)?;
            if resumes { settled(&config, &name, answer)? } else { answer }
        }
    };
    if args.json {
        terminal::line(&answer.to_string())?;
    } else {
        terminal::line(&tell(&answer, Clock::wall().now()))?;
    }
    Ok(())
}

impl Command {
    /// The sink, and what is asked of it.
    fn wish(self) -> Result<(String, Ask), Failure> {
        Ok(match self {
            Command::Pause { name, reason } => {
                let reason = reason.unwrap_or_else(|| "paused on the command line".to_owned());
                (name, Ask::Pause { reason })
            }
            Command::Resume { name } | Command::Letters { name } => (name, Ask::Resume),
            Command::Rewind { name, to } => {
                let to: RewindTo = to.parse().map_err(Failure::usage)?;
                (name, Ask::Rewind { to })
            }
            Command::Redeliver { name, ids } => (name, Ask::Redeliver { ids }),
            Command::Discard { name, ids, all: _ } => (name, Ask::Discard { ids }),
        })
    }
}

fn path_of(name: &str, action: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let name = name.replace('+', "%20");
    format!("/v1/sinks/{name}/{action}").trim_end_matches('/').to_owned()
}

/// Asks the daemon, or the log when none runs.
fn ask(
    config: &Config,
    method: Method,
    path: &str,
    body: Option<&Value>,
    alone: impl FnOnce(&Config) -> Result<Value, Failure>,
) -> Result<Value, Failure> {
    if let Some(daemon) = Daemon::of(config)?
        && let Some(answer) = daemon.ask(method, path, body)?
    {
        return Ok(answer);
    }
    alone(config)
}

/// How a sink fares a moment after it was resumed: one that still cannot work pauses at once.
fn settled(config: &Config, name: &str, answer: Value) -> Result<Value, Failure> {
    const MOMENT: Duration = Duration::from_millis(300);
    if answer["sink"]["state"] == json!(Doing::Stopped) {
        return Ok(answer);
    }
    std::thread::sleep(MOMENT);
    let path = path_of(name, "");
    let now = ask(config, Method::GET, &path, None, |config| letters_stored(config, name))?;
    match now["sink"]["reason"].as_str() {
        Some(reason) if now["sink"]["state"] == json!(Doing::Paused) => {
            Err(Failure::runtime(format!("`{name}` was resumed and paused again: {reason}")))
        }
        _ => Ok(json!({ "sink": now["sink"] })),
    }
}

fn list_stored(config: &Config) -> Result<Value, Failure> {
    let view = View::open(&config.log.dir).map_err(Failure::runtime)?;
    let sinks = Status::read(&config.sinks, &view).map_err(Failure::runtime)?;
    Ok(json!({ "sinks": sinks }))
}

fn letters_stored(config: &Config, name: &str) -> Result<Value, Failure> {
    let view = View::open(&config.log.dir).map_err(Failure::runtime)?;
    let sink = stored(config, name, &view)?;
    let letters = stored_letters(name, &view).map_err(Failure::runtime)?;
    Ok(json!({ "sink": sink, "dead_letters": letters }))
}

fn stored(config: &Config, name: &str, view: &View) -> Result<Status, Failure> {
    let sinks = Status::read(&config.sinks, view).map_err(Failure::runtime)?;
    let sink = sinks.into_iter().find(|sink| sink.name == name);
    sink.ok_or_else(|| Failure::usage(ControlError::Unknown(name.to_owned())))
}

fn act(config: &Config, name: &str, wish: Ask) -> Result<Value, Failure> {
    // Read first: looking for a log must not make one.
    View::open(&config.log.dir).map_err(Failure::runtime)?;
    let log = Log::open(&config.log).map_err(|error| {
        let hint = match config.serve {
            Some(_) => "",
            None => " A running daemon can be asked when it has a [serve] section.",
        };
        Failure::runtime(format!("{error}{hint}"))
    })?;
    let (couriers, _) =
        Couriers::attach(config.sinks.clone(), &config.digest(), &log, &Clock::wall())
            .map_err(Failure::runtime)?;
    let mut answer = couriers.act(name, wish).map_err(|error| match error {
        ControlError::Unknown(_) => Failure::usage(error),
        ControlError::Letters(_) | ControlError::Log(_) => Failure::runtime(error),
    })?;
    // Nothing was started, so the sink does not run.
    answer["sink"] = json!(stored(config, name, &log.view())?);
    log.close().map_err(Failure::runtime)?;
    Ok(answer)
}

/// An answer for people.
fn tell(answer: &Value, now: Timestamp) -> String {
    if let Some(sinks) = answer["sinks"].as_array() {
        let lines: Vec<_> = sinks.iter().map(|sink| line(sink, now)).collect();
        return if lines.is_empty() { "no sinks".to_owned() } else { lines.join("\n") };
    }
    let mut lines = Vec::new();
    if answer["sink"].is_object() {
        lines.push(line(&answer["sink"], now));
    }
    match &answer["dead_letters"] {
        Value::Array(letters) => lines.extend(letters.iter().map(letter)),
        Value::Number(count) => lines.push(format!("{count} dead letters")),
        _ => {}
    }
    lines.join("\n")
}

fn line(sink: &Value, now: Timestamp) -> String {
    let text = |key: &str| escape(sink[key].as_str().unwrap_or_default()).into_owned();
    let number = |key: &str| sink[key].as_u64().unwrap_or(0);
    let mut line = format!("{:<16} {:<9} {:<11}", text("name"), text("kind"), text("state"));
    line.push_str(&match number("lag") {
        0 if sink["waiting_since"].is_string() => "has everything, has not sent all".to_owned(),
        0 => "has everything".to_owned(),
        lag => format!("lags {lag}"),
    });
    let time = |key: &str| sink[key].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    if let Some(since) = time("waiting_since") {
        line.push_str(&format!(", the oldest {} old", span(now.duration_since(since))));
    }
    match number("attempts") {
        0 => {}
        attempts => line.push_str(&format!(", {attempts} attempts failed")),
    }
    if let Some(at) = time("retry_at").filter(|at| *at > now) {
        line.push_str(&format!(", next in {}", span(at.duration_since(now))));
    }
    match number("dead_letters") {
        0 => {}
        1 => line.push_str(", 1 dead letter"),
        letters => line.push_str(&format!(", {letters} dead letters")),
    }
    for (key, what) in [("reason", "paused"), ("error", "last error")] {
        if sink[key].is_string() {
            line.push_str(&format!("\n    {what}: {}", text(key)));
        }
    }
    line
}

fn letter(letter: &Value) -> String {
    let text = |key: &str| escape(letter[key].as_str().unwrap_or_default()).into_owned();
    let again = if letter["again"] == true { " (to be delivered again)" } else { "" };
    format!("    {}  {}{again}: {}", text("id"), text("at"), text("reason"))
}

/// A span of time in whole seconds.
fn span(duration: SignedDuration) -> String {
    format!("{:#}", SignedDuration::from_secs(duration.as_secs().max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_a_person_must_know() {
        let now = "2026-03-01T06:10:00Z".parse().unwrap();
        let sink = json!({
            "name": "desk", "kind": "webhook", "state": "retrying", "reason": null, "lag": 12,
            "waiting_since": "2026-03-01T06:06:40Z", "attempts": 5,
            "retry_at": "2026-03-01T06:10:30Z", "error": "it said \u{1b}[31mno", "dead_letters": 2,
        });
        let said = tell(&json!({ "sinks": [sink] }), now);
        for part in [
            "desk",
            "webhook",
            "retrying",
            "lags 12",
            "3m 20s old",
            "5 attempts",
            "next in 30s",
            "2 dead letters",
            "last error: it said \\u{1b}[31mno",
        ] {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
        let digest = json!({ "name": "digest", "lag": 0, "waiting_since": "2026-03-01T06:06:40Z" });
        let said = tell(&json!({ "sinks": [digest] }), now);
        assert!(
            said.ends_with("has everything, has not sent all, the oldest 3m 20s old"),
            "{said}"
        );
        assert_eq!(tell(&json!({ "sinks": [] }), now), "no sinks");
        assert_eq!(tell(&json!({ "dead_letters": 3 }), now), "3 dead letters");
    }

    #[test]
    fn a_name_of_any_characters_is_one_part_of_the_path() {
        assert_eq!(path_of("desk", "pause"), "/v1/sinks/desk/pause");
        assert_eq!(path_of("a/b c", ""), "/v1/sinks/a%2Fb%20c");
    }
}
