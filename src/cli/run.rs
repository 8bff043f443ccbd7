//! `wirefold run`: the daemon.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tracing::{debug, info};

use crate::config::Origin;
use crate::pipeline;

use super::reload;
use super::tracing_setup::{self, LogFormat};
use super::{ConfigArg, Failure};

/// SIGXFSZ, on every system but MIPS.
const FILE_TOO_LARGE: i32 = 25;

/// Run the daemon until SIGTERM or SIGINT, or until its inputs have ended
#[derive(Debug, clap::Args)]
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

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, decider) = args.config.load()?;
    tracing_setup::start(args.log_format);
    match &config.origin {
        Origin::File(path) => info!(config = %path.display(), "starting"),
        Origin::BuiltIn => info!(
            log = %config.log.dir.display(),
            "starting on the built-in default: standard input to standard output (-c FILE for your own)"
        ),
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::runtime(format!("cannot start the runtime: {error}")))?;
    may_open_many_files();
    let outcome = runtime.block_on(async {
        // From here on a file that may not grow (`ulimit -f`) is an error that is waited for, as a full
        // disk is; the signal would end the process.
        drop(signal(SignalKind::from_raw(FILE_TOO_LARGE))?);
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            info!(signal = name, "stopping: draining what was taken in");
        };
        let reloads = reload::watch(&config)?;
        pipeline::run(config, decider, reloads, shutdown).await.map_err(Failure::runtime)
    });
    // A reader of standard output that stands still would hold a blocking thread for ever; all
    // that must be durable is.
    runtime.shutdown_background();
    outcome
}
