//! Sinks at work, for tests.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::channel::{Delivery, VERSION};
use crate::clock::Clock;
use crate::config::{Config, File as ConfigFile};
use crate::item::Seq;
use crate::log::sample::at;
use crate::log::{Log, Position};
use crate::story::{StoryId, Verdict};

/// Sinks as a configuration names them, their files in `dir`.
pub(super) fn sinks(dir: &Path, text: &str) -> Vec<SinkConfig> {
    let text = format!("{text}\n[[channel]]\nname = \"harbour\"\n");
    let (config, problems) = Config::parse(ConfigFile::new("wirefold.toml", text), dir);
    config.unwrap_or_else(|| panic!("{problems}")).sinks
}

/// The item of story 3 on the channel `harbour`, which nothing is known of but its headline.
pub(super) fn delivery(headline: &str) -> Delivery {
    Delivery {
        v: VERSION,
        id: "harbour/7".to_owned(),
        channel: "harbour".to_owned(),
        position: Position(7),
        verdict: Verdict::New,
        first: false,
        merged: Vec::new(),
        story: StoryId(3),
        item: Seq(7),
        of: None,
        headline: headline.to_owned(),
        byline: None,
        publisher: None,
        family: 0,
        source: "coast".to_owned(),
        received: Timestamp::UNIX_EPOCH,
        event: Timestamp::UNIX_EPOCH,
        link: None,
        uri: None,
        disputes: false,
        disputed: false,
        killed: false,
        items: 1,
        publishers: 1,
        markers: Vec::new(),
        rules: Vec::new(),
        priority: None,
        labels: Vec::new(),
        reason: String::new(),
        score: None,
    }
}

/// Sinks at work.
pub(super) struct Work {
    pub(super) couriers: Couriers,
    tasks: Vec<JoinHandle<Result<(), SinkError>>>,
    stop: CancellationToken,
}

impl Work {
    pub(super) fn start(configs: Vec<SinkConfig>, log: &Log) -> Work {
        Work::at(Clock::standing(at(1_000)), configs, log)
    }

    pub(super) fn at(clock: Clock, configs: Vec<SinkConfig>, log: &Log) -> Work {
        Work::of("", clock, configs, log)
    }

    /// Sinks of the configuration of this digest.
    pub(super) fn of(digest: &str, clock: Clock, configs: Vec<SinkConfig>, log: &Log) -> Work {
        let (couriers, tasks) = Couriers::attach(configs, digest, log, &clock).unwrap();
        let stop = CancellationToken::new();
        let start = |courier: Courier| tokio::spawn(courier.run(stop.clone()));
        let tasks = tasks.into_iter().map(start).collect();
        Work { couriers, tasks, stop }
    }

    pub(super) async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.await.unwrap().unwrap();
        }
    }

    /// As a kill: the tasks end where they are.
    pub(super) async fn kill(self) {
        for task in self.tasks {
            task.abort();
            assert!(task.await.is_err_and(|error| error.is_cancelled()));
        }
    }
}

/// Waits until `condition` holds.
pub(super) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let patience = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), patience).await.expect(what);
}

/// The ids of the items at these positions.
pub(super) fn ids(positions: std::ops::Range<u64>) -> Vec<String> {
    positions.map(|position| format!("harbour/{position}")).collect()
}
