//! The daemon: wires the stages of a configuration, and runs them until told to stop.
//!
//! ```text
//!  sources ─▶ prepare ─▶ fold ─▶ route ─▶ commit ═▶ LOG ═▶ sinks, one cursor each
//! ```
//!
//! Draining needs no messages. The stop signal reaches the sources only; when the last of them
//! ends, the intake is dropped, each inner stage ends as its inbound link closes, and commit ends
//! with everything durable. Then the sinks are told to deliver what is committed and end.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::clock::Clock;
use crate::commit;
use crate::config::Config;
use crate::decide::Decider;
use crate::feedback::Incoming;
use crate::link::{self, Envelope, Receiver, Sender};
use crate::log::{Keep, Log};
use crate::metrics::Metrics;
use crate::poison::{InHand, Poison};
use crate::serve;
use crate::sink::Couriers;
use crate::source::feed::websub::Hubs;
use crate::source::{self, Intake, Stamp};
use crate::stage::drive;
use crate::supervise::{Failure, Tasks};

mod newcomers;
mod recover;
mod reload;

use reload::Reloads;

/// Records that a link between stages holds.
const LINK: usize = 1024;
/// How long what was taken in may take to become durable once the daemon stops.
const DRAIN_DEADLINE: Duration = Duration::from_secs(30);
/// How long sources may take to end once the pipeline behind them has.
const SOURCE_DEADLINE: Duration = Duration::from_secs(10);
/// How long sinks may take to deliver what is committed once the daemon stops.
const SINK_DEADLINE: Duration = Duration::from_secs(10);
/// How long either may take once somebody is in a hurry: what is under way comes to its end.
const HURRY: Duration = Duration::from_secs(1);

/// Why the daemon ended other than by being told to.
#[derive(Debug)]
pub struct RunError(String);

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RunError {}

/// Runs the daemon until `shutdown` resolves or every source has come to its end, then drains.
/// A configuration that comes on `reloads` takes the place of the rules, channels and lists, also of
/// the channels of running sinks; what else it changes waits for the next start, and is said. With
/// `hurry` nobody is waited for once what was taken in is durable.
///
/// # Errors
/// When the log cannot be opened or read back, when a source, a stage or commit fails, or when a
/// task panics. What was acknowledged is durable in every case.
pub async fn run(
    config: Config,
    mut decider: Decider,
    reloads: Receiver<Config>,
    shutdown: impl Future<Output = ()>,
    hurry: CancellationToken,
) -> Result<(), RunError> {
    let clock = Clock::wall();
    let log = Log::open(&config.log).map_err(|error| RunError(error.to_string()))?;
    let changed = log.configured() != Some(config.digest());
    log.hold_back(config.holds_back());
    let read = recover::recover(&mut decider, &log, config.fold.window, changed)
        .map_err(|error| RunError(format!("the log cannot be read back: {error}")))?;
    info!(log = %config.log.dir.display(), read, "the window is as it was");

    let handle = decider.route.reloads();
    let model = decider.fold.model_digest().to_owned();
    handle.note(&config, &model);

    let in_force = watch::Sender::new(Arc::new(config.clone()));

    let stop = CancellationToken::new();
    let stop_sinks = CancellationToken::new();
    let poison = Arc::new(Poison::load(&config.log.dir));
    let mut daemon = Daemon { stop: stop.clone(), in_hand: HashMap::new(), failures: Vec::new() };

    newcomers::tell(&config.sinks, &log.view())
        .map_err(|error| RunError(format!("the log cannot be read: {error}")))?;
    // Before anything is committed: retention waits for them, and `from = "now"` means now.
    let (desk, couriers) = Couriers::attach(config.sinks.clone(), &config.digest(), &log, &clock)
        .map_err(|error| RunError(format!("the log cannot be read: {error}")))?;
    let mut reloading = Reloads::new(&config, model, handle, desk.clone(), log.clone());

    let metrics = Metrics::default();
    let mut stages = Tasks::default();
    let keep = Keep::new(&config.log, &config.fold);
    let arrivals = daemon.wire(&mut stages, decider, &log, keep, &clock, &metrics);
    let stamp = Stamp::starting(log.next_seq(), log.last_received().unwrap_or(Timestamp::MIN));
    let intake = Intake::new(stamp, clock.clone(), poison, arrivals);

    let mut sinks = Tasks::default();
    for courier in couriers {
        let name = format!("sink {}", courier.name());
        sinks.spawn(name, courier.run(stop_sinks.clone()));
    }
    config.sources.iter().for_each(|source| source::settle(source, &log));
    let mut sources = Tasks::default();
    let public_url = config.serve.as_ref().and_then(|serve| serve.public_url.clone());
    let context = source::Context {
        intake,
        hubs: Hubs::new(public_url),
        log: log.clone(),
        clock: clock.clone(),
        metrics,
        stop: stop.clone(),
    };
    let (feeds, others) = source::feeds_and_others(config.sources);
    for config in others {
        let name = format!("source {}", config.name.value);
        sources.spawn(name, source::run(config, context.clone()));
    }
    if !feeds.is_empty() {
        sources.spawn("feeds", source::poll(feeds, context.clone()));
    }
    if let Some(serve) = config.serve {
        sources.spawn("serve", serve::run(serve, in_force.subscribe(), context.clone(), desk));
    }
    // From here on only sources can submit: when they end, so does the pipeline.
    drop(context);

    tokio::pin!(shutdown);
    let mut told = false;
    // A disk that stays full would hold the drain for ever.
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN_DEADLINE).await;
    };
    tokio::pin!(overdue);
    let mut gave_up = false;
    while !stages.is_empty() {
        tokio::select! {
            () = &mut shutdown, if !told => {
                told = true;
                stop.cancel();
            }
            () = &mut overdue, if !gave_up => {
                gave_up = true;
                daemon.give_up(&mut stages);
            }
            Some(next) = reloads.recv() => {
                if reloading.take_up(&next) {
                    in_force.send_replace(Arc::new(next));
                }
            }
            Some(ended) = sources.next() => daemon.note(ended),
            Some(ended) = stages.next() => daemon.note(ended),
            Some(ended) = sinks.next() => daemon.note(ended),
        }
    }
    let at_most = async |deadline| {
        let hurried = async {
            hurry.cancelled().await;
            tokio::time::sleep(HURRY).await;
        };
        tokio::select! {
            () = hurried => {}
            () = tokio::time::sleep(deadline) => {}
        }
    };
    let (failed, late) = sources.finish(at_most(SOURCE_DEADLINE)).await;
    failed.into_iter().for_each(|failure| daemon.note(Err(failure)));
    for source in late {
        warn!(task = source, "did not end though nobody takes in what it reads: given up");
    }
    stop_sinks.cancel();
    let (failed, late) = sinks.finish(at_most(SINK_DEADLINE)).await;
    failed.into_iter().for_each(|failure| daemon.note(Err(failure)));
    for sink in late {
        warn!(
            task = sink,
            "did not catch up in time: it goes on from its cursor at the next start"
        );
    }
    daemon.note_poison(&config.log.dir);
    log.close().map_err(|error| RunError(error.to_string()))?;
    daemon.outcome()
}

/// What the supervisor remembers.
struct Daemon {
    stop: CancellationToken,
    in_hand: HashMap<&'static str, InHand>,
    failures: Vec<Failure>,
}

impl Daemon {
    /// Puts the stages between intake and log, one task each, and returns the way in.
    fn wire(
        &mut self,
        stages: &mut Tasks,
        decider: Decider,
        log: &Log,
        keep: Keep,
        clock: &Clock,
        metrics: &Metrics,
    ) -> Sender<Envelope<Incoming>> {
        let (arrivals_tx, arrivals) = link::bounded("arrivals", LINK);
        let (prepared_tx, prepared) = link::bounded("prepared", LINK);
        let (folded_tx, folded) = link::bounded("folded", LINK);
        let (entries_tx, entries) = link::bounded("entries", LINK);
        for gauge in [arrivals.gauge(), prepared.gauge(), folded.gauge(), entries.gauge()] {
            metrics.watch(gauge);
        }
        let mut hand = |stage| self.in_hand.entry(stage).or_default().clone();
        let Decider { prepare, fold, route } = decider;
        metrics.follow(route.waiting());
        stages.spawn(
            "prepare",
            drive(prepare, clock.clone(), hand("prepare"), arrivals, prepared_tx),
        );
        stages.spawn("fold", drive(fold, clock.clone(), hand("fold"), prepared, folded_tx));
        stages.spawn("route", drive(route, clock.clone(), hand("route"), folded, entries_tx));
        let options = commit::Options::new(keep);
        let commit =
            commit::run_counted(log.clone(), entries, options, clock.clone(), metrics.clone());
        stages.spawn("commit", commit);
        arrivals_tx
    }

    /// A task has ended. Any failure stops the daemon: half a pipeline is worse than none.
    fn note(&mut self, ended: Result<(), Failure>) {
        let Err(failure) = ended else { return };
        error!(task = %failure.task, panicked = failure.panicked, "{}", failure.message);
        self.failures.push(failure);
        self.stop.cancel();
    }

    /// Ends the stages though they hold what is not durable. The receipts that are dropped with
    /// them tell the sources to send it again.
    fn give_up(&mut self, stages: &mut Tasks) {
        stages.abort();
        let seconds = DRAIN_DEADLINE.as_secs();
        let message = format!(
            "what was taken in could not be made durable within {seconds} s: its sources were told \
             so and send it again"
        );
        self.note(Err(Failure { task: "drain".to_owned(), message, panicked: false }));
    }

    /// If a stage panicked, notes beside the log which item it had in hand.
    fn note_poison(&self, data: &Path) {
        for failure in self.failures.iter().filter(|failure| failure.panicked) {
            let held = self.in_hand.get(failure.task.as_str()).and_then(InHand::held);
            let Some(mark) = held else { continue };
            if let Err(error) = Poison::load(data).note(&failure.task, mark, &failure.message) {
                warn!(%error, "cannot note which item the stage had in hand");
            }
        }
    }

    /// The first panic, or else the first failure, is the cause: others follow from it.
    fn outcome(self) -> Result<(), RunError> {
        let cause = self.failures.iter().find(|failure| failure.panicked);
        match cause.or(self.failures.first()) {
            Some(failure) => Err(RunError(failure.to_string())),
            None => Ok(()),
        }
    }
}
