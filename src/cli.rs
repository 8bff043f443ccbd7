//! The command line: one file per command, which parses and prints; the work is in the library.

use std::fmt;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Diagnostics};
use crate::decide::Decider;
use crate::terminal;

mod check;
mod daemon;
mod eval;
mod explain;
mod init;
mod log;
mod reload;
mod replay;
mod run;
mod sinks;
mod story;
mod tail;
mod test;
mod tracing_setup;
#[cfg(feature = "train")]
mod train;

/// Folds news wires into stories and routes them to channels.
#[derive(Debug, Parser)]
#[command(name = "wirefold", version, about, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 good, 1 failed at run time, 2 bad usage or configuration.")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Check(check::Args),
    Init(init::Args),
    Replay(replay::Args),
    Explain(explain::Args),
    Eval(eval::Args),
    Test(test::Args),
    Story(story::Args),
    Tail(tail::Args),
    Sinks(sinks::Args),
    Log(log::Args),
    #[cfg(feature = "train")]
    Train(train::Args),
}

/// Why a command did not succeed; decides the exit code.
#[derive(Debug)]
enum Failure {
    /// Bad usage or configuration: exit code 2.
    Usage(String),
    /// Failed at run time: exit code 1.
    Runtime(String),
    /// The reader of standard output has gone: nothing to say, exit code 0.
    NoReader,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::NoReader,
            _ => Failure::Runtime(error.to_string()),
        }
    }
}

impl Failure {
    fn usage(message: impl fmt::Display) -> Failure {
        Failure::Usage(message.to_string())
    }

    fn runtime(message: impl fmt::Display) -> Failure {
        Failure::Runtime(message.to_string())
    }
}

/// Whether `path` can be written, found out before work whose outcome goes there. Nothing is changed.
fn writable(path: &Path) -> Result<(), Failure> {
    let there = std::fs::metadata(path);
    if there.as_ref().is_ok_and(|file| !file.is_file() && !file.is_dir()) {
        // A pipe or a device: opening it would be using it.
        return Ok(());
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(|error| Failure::runtime(format!("cannot write {}: {error}", path.display())))?;
    if there.is_err() {
        // Of a link to what is not there, the link stays.
        std::fs::remove_file(std::fs::canonicalize(path)?)?;
    }
    Ok(())
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Run(args) => run::run(args),
        Command::Check(args) => check::run(args),
        Command::Init(args) => init::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Test(args) => test::run(args),
        Command::Story(args) => story::run(args),
        Command::Tail(args) => tail::run(args),
        Command::Sinks(args) => sinks::run(args),
        Command::Log(args) => log::run(args),
        #[cfg(feature = "train")]
        Command::Train(args) => train::run(args),
    };
    match outcome {
        Ok(()) | Err(Failure::NoReader) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            terminal::note(&message);
            ExitCode::from(2)
        }
        Err(Failure::Runtime(message)) => {
            terminal::note(&format!("wirefold: {message}"));
            ExitCode::from(1)
        }
    }
}

/// Where the configuration is. Never looked for: a file that happens to lie around is not used, and
/// that is said.
#[derive(Debug, clap::Args)]
struct ConfigArg {
    /// Configuration file; without it the built-in default is used, also where there is a wirefold.toml
    #[arg(short, long = "config", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

/// How a configuration is usually called.
const USUAL: &str = "wirefold.toml";

impl ConfigArg {
    fn path(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Says that a configuration is passed over that was probably meant.
    fn tell_of_another(&self) {
        if self.config.is_none() && Path::new(USUAL).exists() {
            terminal::note(&format!(
                "wirefold: there is a {USUAL} here, but the built-in default is used, with a log of its \
                 own: say -c {USUAL} if you mean that"
            ));
        }
    }

    /// Loads the configuration alone, for commands that decide nothing. Warnings are left to
    /// `check`.
    fn load_alone(&self) -> Result<Config, Failure> {
        self.tell_of_another();
        match self.path() {
            Some(path) => Config::load(path)
                .map(|(config, _)| config)
                .map_err(|problems| Failure::Usage(problems.render(true))),
            None => Ok(Config::built_in()),
        }
    }

    /// Loads what commands need that look at a log or ask a daemon: the daemon runs on while something
    /// else of its configuration is wrong, and so do they.
    fn load_in_part(&self) -> Result<Config, Failure> {
        self.tell_of_another();
        let Some(path) = self.path() else { return Ok(Config::built_in()) };
        let (config, problems) = Config::draft(path);
        match config {
            Some(config) if !problems.has_errors() => Ok(config),
            Some(config) if !problems.touch_the_log(&config.file) => {
                terminal::note(&format!(
                    "warning: {} has mistakes, which `wirefold check` shows; its [log] and [serve] \
                     are used",
                    path.display()
                ));
                Ok(config)
            }
            _ => Err(Failure::Usage(problems.render(true))),
        }
    }

    fn load_with_warnings(&self) -> Result<(Config, Decider, Diagnostics), Failure> {
        self.tell_of_another();
        Decider::load(self.path()).map_err(|problems| Failure::Usage(problems.render(true)))
    }

    /// Loads and checks everything that can be checked without running. Warnings are printed.
    fn load(&self) -> Result<(Config, Decider), Failure> {
        let (config, decider, warnings) = self.load_with_warnings()?;
        if !warnings.is_empty() {
            terminal::note(&warnings.render(true));
        }
        Ok((config, decider))
    }
}
