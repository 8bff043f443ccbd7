//! `wirefold test`: a desk's own tests, on a virtual clock.

use std::path::PathBuf;

use crate::decide::Decider;
use crate::desk_test::{self, Step, junit};
use crate::terminal::{Lines, escape};

use super::{ConfigArg, Failure};

/// Run the [[test]] tables of a configuration on a virtual clock
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// Write a JUnit XML report to this file as well
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, _) = args.config.load()?;
    if config.tests.is_empty() {
        let message = "the configuration has no [[test]]: config/wirefold.toml shows one";
        return Err(Failure::usage(message));
    }
    let report = desk_test::run(&config.tests, || {
        // It was built a moment ago from the same configuration, so it builds again.
        let mut decider = Decider::build(&config).ok().map(|(decider, _)| decider);
        move |step| match (decider.as_mut(), step) {
            (None, _) => Vec::new(),
            (Some(decider), Step::Arrives(arrival)) => decider.push(*arrival),
            (Some(decider), Step::Until(now)) => decider.pass(now),
        }
    });
    let written = args.junit.map_or(Ok(()), |path| {
        std::fs::write(&path, junit(&report))
            .map_err(|error| Failure::runtime(format!("cannot write {}: {error}", path.display())))
    });
    let mut said = Lines::default();
    report.to_string().lines().for_each(|line| said.say(&escape(line)));
    written?;
    if report.passed() { Ok(said.end()?) } else { Err(Failure::runtime("some tests failed")) }
}
