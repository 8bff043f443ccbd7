//! Other channels for a running sink.

use super::*;
use crate::log::sample::item_on;
use crate::log::{ConfigChange, Entry};

fn config(bench: &Bench, channels: &str) -> Vec<SinkConfig> {
    let text = format!(
        "[[sink.webhook]]\nname = \"desk\"\nchannels = {channels}\nurl = \"{}\"\n\
         allow_private = true\n[[channel]]\nname = \"port\"\n",
        bench.hook.url
    );
    sinks(bench.dir.path(), &text)
}

fn noted(config: &str) -> Entry {
    Entry::Config(ConfigChange { at: at(3), config: config.to_owned(), model: String::new() })
}

fn taken(bench: &Bench) -> Vec<String> {
    bench.hook.seen().iter().flat_map(Seen::ids).collect()
}

/// Whether the sink has had everything when it is told, or nothing because it stands still.
#[tokio::test]
async fn a_sink_delivers_its_old_channels_up_to_the_new_rules_and_the_new_ones_from_there_on() {
    for paused in [false, true] {
        let bench = Bench::new("", |_| answer("200 OK", ""));
        let work = Work::start(config(&bench, "[\"harbour\"]"), &bench.log);
        let couriers = work.couriers.clone();
        if paused {
            couriers.pause("desk", "night").unwrap();
        }
        bench.log.append(&[item_on(1, &["harbour"])]).unwrap();
        if !paused {
            until("it has had it", || taken(&bench).len() == 1).await;
        }
        couriers.change_channels(&config(&bench, "[\"port\"]"), "new");
        // Decided by the old rules, and committed after the new ones came.
        bench.log.append(&[item_on(2, &["harbour"])]).unwrap();
        bench.log.append(&[noted("new"), item_on(3, &["port"])]).unwrap();
        couriers.resume("desk").unwrap();
        until("it has had all", || couriers.status_of("desk").unwrap().lag == 0).await;
        assert_eq!(couriers.status_of("desk").unwrap().channels, ["port"]);
        work.end().await;
        assert_eq!(taken(&bench), ["harbour/1", "harbour/2", "port/4"], "paused: {paused}");
    }
}
