//! `wirefold run`: the daemon.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::config::Origin;
use crate::pipeline;

use super::reload;
use super::tracing_setup::{self, LogFormat};
use super::{ConfigArg, Failure};

/// SIGXFSZ, on every system but MIPS.
const FILE_TOO_LARGE: i32 = 25;

/// Run the daemon until SIGTERM or SIGINT, or until its inputs have ended
#[derive(Debug, clap::Args)]
#[command(
    after_help = "WIREFOLD_LOG in the environment says how much is logged: `warn`, `info` (the \
                        default), `debug`, or for parts `info,wirefold::fold=debug`."
)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// How logs are written to standard error
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

/// Takes as many files as the system grants: every feed, circuit, reader and receiver needs one, and
/// what is granted without asking is little.
fn may_open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        debug!(limit = limit.current, "no more files may be open: {error}");
    }
}

/// What the daemon is told by signals.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// From here on none of them ends the process.
    fn listen() -> std::io::Result<Signals> {
        // A file that may not grow (`ulimit -f`) is an error that is waited for, as a full disk is.
        drop(signal(SignalKind::from_raw(FILE_TOO_LARGE))?);
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// Resolves with its name at the next signal to stop.
async fn told_to_stop(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::runtime(format!("cannot start the runtime: {error}")))?;
    let outcome = runtime.block_on(daemon(args));
    // A reader of standard output that stands still would hold a blocking thread for ever; all
    // that must be durable is.
    runtime.shutdown_background();
    outcome
}

async fn daemon(args: Args) -> Result<(), Failure> {
    // Before the configuration is loaded, which may take a while.
    let Signals { mut terminate, mut interrupt, hangup } = Signals::listen()?;
    let (config, decider) = args.config.load()?;
    tracing_setup::start(args.log_format);
    match &config.origin {
        Origin::File(path) => info!(config = %path.display(), "starting"),
        Origin::BuiltIn => info!(
            log = %config.log.dir.display(),
            "starting on the built-in default: standard input to standard output (-c FILE for your own)"
        ),
    }
    if config.sources.is_empty() && config.serve.is_none() {
        warn!("there is neither a source nor [serve]: nothing comes in, and it ends by itself");
    }
    may_open_many_files();
    let (stop, hurry) = (CancellationToken::new(), CancellationToken::new());
    let (told, again) = (stop.clone(), hurry.clone());
    tokio::spawn(async move {
        let signal = told_to_stop(&mut terminate, &mut interrupt).await;
        info!(signal, "stopping: draining what was taken in");
        told.cancel();
        let signal = told_to_stop(&mut terminate, &mut interrupt).await;
        info!(signal, "told once more: no sink is waited for");
        again.cancel();
    });
    let reloads = reload::watch(&config, hangup);
    pipeline::run(config, decider, reloads, stop.cancelled_owned(), hurry)
        .await
        .map_err(Failure::runtime)
}
