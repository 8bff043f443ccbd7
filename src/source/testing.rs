//! A pipeline for tests of sources: a real log and a real commit, and in place of the deciding
//! stages one that lets everything pass as `New`.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::commit::{self, CommitError};
use crate::config::OnFull;
use crate::feedback::Incoming;
use crate::item::{Arrival, Item, Reject};
use crate::link::{self, Envelope, Receiver};
use crate::log::fault::Switch;
use crate::log::{Entry, Keep, Log, sample};
use crate::metrics::Metrics;
use crate::poison::{Mark, Poison};
use crate::prepare::Rejected;

use super::feed::websub::Hubs;
use super::{Context, Intake, Stamp};

const DAY: Duration = Duration::from_secs(86_400);

/// A running pipeline.
pub(crate) struct Bench {
    pub(crate) context: Context,
    commit: JoinHandle<Result<(), CommitError>>,
}

impl Bench {
    /// A pipeline over the log in `data`; the clock stands at `now`.
    pub(crate) fn start(data: &Path, now: Timestamp) -> Bench {
        let (bench, arrivals) = Bench::stuck(data, now);
        let (tx, rx) = link::bounded("entries", 64);
        tokio::spawn(async move {
            while let Some(Envelope { received, payload, receipt, .. }) = arrivals.recv().await {
                let payload = decide(payload);
                tx.send(Envelope { received, mark: Mark::NONE, payload, receipt }).await.unwrap();
            }
        });
        let keep = Keep {
            records: DAY,
            window: DAY,
            identities: DAY,
            carried: DAY,
            max_size: 1 << 30,
            on_full: OnFull::Block,
        };
        let log = bench.context.log.clone();
        let (clock, metrics) = (bench.context.clock.clone(), bench.context.metrics.clone());
        let options = commit::Options::new(keep);
        let commit = tokio::spawn(commit::run_counted(log, rx, options, clock, metrics));
        Bench { commit, ..bench }
    }

    /// A pipeline of two places that nobody empties: its other end is returned.
    pub(crate) fn stuck(data: &Path, now: Timestamp) -> (Bench, Receiver<Envelope<Incoming>>) {
        let log = Log::open_on(data, &Switch::default()).unwrap();
        let clock = Clock::standing(now);
        let (tx, rx) = link::bounded("arrivals", 2);
        let stamp = Stamp::starting(log.next_seq(), log.last_received().unwrap_or(now));
        let poison = Arc::new(Poison::load(data));
        let intake = Intake::new(stamp, clock.clone(), poison, tx);
        let hubs = Hubs::new(Some("http://127.0.0.1/".parse().unwrap()));
        let (metrics, stop) = (Metrics::default(), CancellationToken::new());
        let context = Context { intake, log, clock, metrics, hubs, stop };
        (Bench { context, commit: tokio::spawn(async { Ok(()) }) }, rx)
    }

    /// What the log holds, in order.
    pub(crate) fn records(&self) -> Vec<Result<Item, Reject>> {
        let view = self.context.log.view();
        let seqs = (1..self.context.log.next_seq().0).map(crate::item::Seq);
        seqs.map(|seq| view.intake(seq).unwrap().unwrap().arrival.record).collect()
    }

    /// Headlines of the items in the log.
    pub(crate) fn headlines(&self) -> Vec<String> {
        self.records().into_iter().flatten().map(|item| item.headline).collect()
    }

    /// Ends the pipeline once its sources have; the log can be opened again.
    pub(crate) async fn end(self) {
        let Bench { context, commit } = self;
        drop(context);
        commit.await.unwrap().unwrap();
    }
}

fn decide(incoming: Incoming) -> Entry {
    let Incoming::Arrival(arrival) = incoming else { panic!("a source corrects nothing") };
    let Arrival { seq, received, source, record } = arrival;
    match record {
        Err(reject) => Entry::Rejected(Rejected { seq, received, source, reject }),
        Ok(sent) => {
            let mut entry = sample::item(seq.0);
            if let Entry::Item { item, received: at, .. } = &mut entry {
                (**item, *at) = (sent, received);
            }
            entry
        }
    }
}

/// Waits until `condition` holds.
#[track_caller]
pub(crate) fn until(what: &str, condition: impl Fn() -> bool) -> impl Future<Output = ()> {
    const PATIENCE: Duration = Duration::from_secs(120);
    let what = what.to_owned();
    async move {
        let wait = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("in vain: {what}"));
    }
}
