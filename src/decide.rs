//! The three deciding stages in one, without tasks and links: what `replay`, `test` and start-up
//! use. The daemon runs the same stages, each as its own task.

use std::path::Path;

use jiff::Timestamp;

use crate::config::{Config, Diagnostic, Diagnostics, FoldConfig};
use crate::feedback::Incoming;
use crate::fold::{Fold, ModelError, Scorer};
use crate::item::Arrival;
use crate::log::Entry;
use crate::prepare::Prepare;
use crate::publisher::Publishers;
use crate::route::Route;
use crate::stage::Stage;

/// A model that cannot be used, where the configuration names it.
fn unusable(config: &FoldConfig, error: &ModelError) -> Diagnostic {
    let message = error.to_string();
    let message = message.trim_end_matches('.');
    match &config.model {
        Some(model) => Diagnostic::error(&model.place, message),
        None => Diagnostic::general(message),
    }
}

/// Prepare, fold and route.
pub struct Decider {
    /// Text that can be compared.
    pub prepare: Prepare,
    /// Verdicts.
    pub fold: Fold,
    /// Channels.
    pub route: Route,
}

impl Decider {
    /// Builds the stages of `config`. All problems of rules and models are found; warnings come
    /// back beside the stages.
    pub fn build(config: &Config) -> Result<(Decider, Diagnostics), Diagnostics> {
        let mut problems = Diagnostics::default();
        let route = Route::compile(config, &mut problems);
        let publishers = Publishers::new(&config.publishers);
        let fold = Fold::new(&config.fold, publishers)
            .map_err(|error| problems.push(unusable(&config.fold, &error)));
        match (fold, route) {
            (Ok(fold), Some(route)) => {
                Ok((Decider { prepare: Prepare::new(), fold, route }, problems))
            }
            _ => Err(problems),
        }
    }

    /// Loads a configuration, the built-in default without a path, and builds its stages. Every
    /// problem that can be found without running is in one report.
    pub fn load(path: Option<&Path>) -> Result<(Config, Decider, Diagnostics), Diagnostics> {
        let (config, mut problems) = match path {
            None => (Some(Config::built_in()), Diagnostics::default()),
            Some(path) => Config::draft(path),
        };
        let Some(config) = config else { return Err(problems) };
        if problems.has_errors() {
            Route::compile(&config, &mut problems);
            if let Err(error) = Scorer::new(&config.fold) {
                problems.push(unusable(&config.fold, &error));
            }
            return Err(problems);
        }
        let (decider, warnings) = Decider::build(&config)?;
        problems.extend(warnings);
        Ok((config, decider, problems))
    }

    /// Decides about one arrival. What time sets off until then comes first.
    pub fn push(&mut self, arrival: Arrival) -> Vec<Entry> {
        let now = arrival.received;
        self.take_in(arrival.into(), now)
    }

    /// Takes in a record or a correction by hand.
    pub fn take_in(&mut self, input: Incoming, now: Timestamp) -> Vec<Entry> {
        let mut entries = self.pass(now);
        let (mut prepared, mut folded) = (Vec::with_capacity(1), Vec::with_capacity(1));
        self.prepare.push(input, now, &mut prepared);
        for input in prepared {
            self.fold.push(input, now, &mut folded);
        }
        for input in folded {
            self.route.push(input, now, &mut entries);
        }
        entries
    }

    /// Lets time pass until `now`: what it sets off happens at its own time.
    pub fn pass(&mut self, now: Timestamp) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut last = None;
        while let Some(at) = self.route.next_wake().filter(|at| *at <= now) {
            if last.is_some_and(|last| at <= last) {
                break;
            }
            self.route.wake(at, &mut entries);
            last = Some(at);
        }
        entries
    }
}
