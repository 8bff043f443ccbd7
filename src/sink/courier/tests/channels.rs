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

/// At a start of the daemon with `channels`, by the configuration `digest`.
fn start(bench: &Bench, channels: &str, digest: &str) -> Work {
    Work::of(digest, Clock::standing(at(1_000)), config(bench, channels), &bench.log)
}

#[tokio::test]
async fn what_old_rules_decided_is_delivered_on_their_channels_after_a_restart_too() {
    for stopped in [false, true] {
        let bench = Bench::new("", |_| answer("200 OK", ""));
        bench.log.append(&[noted("old"), item_on(2, &["harbour"])]).unwrap();
        let work = start(&bench, "[\"harbour\"]", "old");
        work.couriers.pause("desk", "night").unwrap();
        if !stopped {
            work.couriers.change_channels(&config(&bench, "[\"port\"]"), "new");
            bench.log.append(&[noted("new")]).unwrap();
        }
        work.end().await;
        // Renamed while it ran, or while it was stopped.
        let work = start(&bench, "[\"port\"]", "new");
        let status = work.couriers.status_of("desk").unwrap();
        assert_eq!((status.channels, status.lag > 0), (vec!["port".to_owned()], true));
        if stopped {
            bench.log.append(&[noted("new")]).unwrap();
        }
        bench.log.append(&[item_on(4, &["port"])]).unwrap();
        work.end().await;
        let work = start(&bench, "[\"port\"]", "new");
        work.couriers.resume("desk").unwrap();
        until("all", || work.couriers.status_of("desk").unwrap().lag == 0).await;
        work.end().await;
        assert_eq!(taken(&bench), ["harbour/2", "port/4"], "stopped: {stopped}");
        // What it has had comes again only when it is sent back.
        let work = start(&bench, "[\"port\"]", "new");
        bench.log.append(&[item_on(5, &["harbour", "port"])]).unwrap();
        until("the last", || work.couriers.status_of("desk").unwrap().lag == 0).await;
        work.end().await;
        assert_eq!(taken(&bench), ["harbour/2", "port/4", "port/5"], "stopped: {stopped}");
        let work = start(&bench, "[\"port\"]", "new");
        work.couriers.rewind("desk", RewindTo::Start).unwrap();
        until("again", || work.couriers.status_of("desk").unwrap().lag == 0).await;
        work.end().await;
        assert_eq!(taken(&bench)[3..], ["harbour/2", "port/4", "port/5"], "stopped: {stopped}");
    }
}

#[tokio::test]
async fn rules_that_were_out_of_date_before_they_came_into_force_are_not_waited_for() {
    let bench = Bench::new("", |_| answer("200 OK", ""));
    let work = start(&bench, "[\"harbour\"]", "old");
    for digest in ["new", "newer"] {
        work.couriers.change_channels(&config(&bench, "[\"port\"]"), digest);
    }
    bench.log.append(&[item_on(1, &["harbour"]), noted("newer"), item_on(3, &["port"])]).unwrap();
    until("all", || work.couriers.status_of("desk").unwrap().lag == 0).await;
    work.end().await;
    assert_eq!(taken(&bench), ["harbour/1", "port/3"]);
}

#[tokio::test]
async fn a_sink_that_is_sent_past_other_rules_delivers_their_channels() {
    let bench = Bench::new("", |_| answer("200 OK", ""));
    let work = start(&bench, "[\"harbour\"]", "old");
    work.couriers.pause("desk", "night").unwrap();
    bench.log.append(&[item_on(1, &["harbour"])]).unwrap();
    work.couriers.change_channels(&config(&bench, "[\"port\"]"), "new");
    bench.log.append(&[noted("new"), item_on(3, &["port"])]).unwrap();
    work.couriers.rewind("desk", RewindTo::End).unwrap();
    bench.log.append(&[item_on(4, &["harbour"]), item_on(5, &["port"])]).unwrap();
    work.couriers.resume("desk").unwrap();
    until("all", || work.couriers.status_of("desk").unwrap().lag == 0).await;
    work.end().await;
    assert_eq!(taken(&bench), ["port/5"]);
}
