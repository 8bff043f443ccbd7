use std::sync::Mutex;

use tokio::task::JoinHandle;

use super::*;
use crate::config::At;
use crate::config::{Config, File};
use crate::log::sample::at;
use crate::net::local::{Local, answer};
use crate::source::testing::{Bench, until};

/// Seconds that pass at each look: more than any interval below.
const ROUND: i64 = 100;

/// A desk that polls one feed of a local server.
struct Desk {
    bench: Bench,
    polling: JoinHandle<Result<(), SourceError>>,
}

impl Desk {
    /// Starts to poll the feed at `url` over the log in `data`, with a few more keys.
    fn start(data: &std::path::Path, url: &url::Url, keys: &str, now: u64) -> Desk {
        let bench = Bench::start(data, at(now));
        let polling = polling(&bench, url, keys, now);
        Desk { bench, polling }
    }

    /// Lets time pass, a round at each look, until `condition` holds.
    async fn in_time(&self, what: &str, condition: impl Fn() -> bool) {
        let clock = &self.bench.context.clock;
        let look = || {
            clock.set(clock.now() + SignedDuration::from_secs(ROUND));
            condition()
        };
        until(what, look).await;
    }

    async fn stop(self) {
        self.bench.context.stop.cancel();
        self.polling.await.unwrap().unwrap();
        self.bench.end().await;
    }
}

/// Starts to poll, and lets so much time pass that the first turns come.
fn polling(
    bench: &Bench,
    url: &url::Url,
    keys: &str,
    now: u64,
) -> JoinHandle<Result<(), SourceError>> {
    let feeds = sources(url, keys).into_iter().filter_map(Feed::new);
    let mut poller = Poller::new(feeds, Client::new().unwrap(), bench.context.clone());
    bench.context.clock.set(at(now + 1));
    tokio::spawn(async move { poller.run().await })
}

/// One feed, whose format is NDJSON to keep the bodies short unless `keys` say otherwise.
fn sources(url: &url::Url, keys: &str) -> Vec<SourceConfig> {
    let format = if keys.contains("format") { "" } else { "format = \"ndjson\"\n" };
    let text = format!(
        "[[source.feed]]\nname = \"a\"\nurl = \"{url}\"\n{format}\
         min_interval = \"1s\"\nmax_interval = \"30s\"\n{keys}"
    );
    let (config, problems) = Config::parse(File::new("f", text), std::path::Path::new("."));
    config.unwrap_or_else(|| panic!("{problems}")).sources
}

const PRIVATE: &str = "allow_private = true";

fn entry(number: u64, time: jiff::Timestamp) -> String {
    format!(
        "{{\"uri\":\"e:{number}\",\"headline\":\"Ferry {number}\",\"versioncreated\":\"{time}\"}}\n"
    )
}

fn list(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    numbers.into_iter().map(|number| entry(number, at(0))).collect::<String>().into_bytes()
}

#[tokio::test]
async fn a_feed_is_asked_for_what_has_changed_and_each_entry_is_taken_in_once() {
    let server = Local::serve(|head| match head {
        head if head.contains("if-none-match: \"v2\"") => answer("304 Not Modified", "", b""),
        head if head.contains("if-none-match: \"v1\"") => {
            answer("200 OK", "ETag: \"v2\"\r\nLast-Modified: then\r\n", &list([3, 1, 2]))
        }
        _ => answer("200 OK", "ETag: \"v1\"\r\n", &list([2, 1])),
    });
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 0);
    until("first contact", || desk.bench.records().len() == 2).await;
    desk.in_time("what is new", || desk.bench.records().len() == 3).await;
    desk.in_time("nothing new", || server.heads().len() >= 3).await;
    assert!(server.heads()[2].contains("if-modified-since: then"), "{:?}", server.heads());
    assert_eq!(desk.bench.headlines(), ["Ferry 1", "Ferry 2", "Ferry 3"]);
    desk.stop().await;
}

#[tokio::test]
async fn a_feed_behind_a_login_is_read_and_no_other_server_is_told_the_password() {
    let other = Local::serve(|_| answer("200 OK", "", &list([2])));
    let elsewhere = format!("Location: {}\r\n", other.url);
    let server = Local::serve(move |head| match head {
        // "desk:open sesame", as heads are kept: in lower case.
        head if !head.contains("authorization: basic zgvzazpvcgvuihnlc2ftzq==") => {
            answer("401 Unauthorized", "WWW-Authenticate: Basic\r\n", b"")
        }
        head if head.starts_with("get /feed ") => {
            answer("301 Moved Permanently", "Location: /moved\r\n", b"")
        }
        _ => answer("302 Found", &elsewhere, b""),
    });
    let data = tempfile::tempdir().unwrap();
    let secret = data.path().join("secret");
    let keys = format!("{PRIVATE}\nuser = \"desk\"\npassword_file = {secret:?}");
    std::fs::write(&secret, "wrong\n").unwrap();
    let desk = Desk::start(&data.path().join("log"), &server.url, &keys, 0);
    desk.in_time("the wrong password is refused", || server.heads().len() == 1).await;
    std::fs::write(&secret, "open sesame\n").unwrap();
    desk.in_time("the feed is read", || desk.bench.records().len() == 1).await;
    assert!(!other.heads().is_empty());
    assert!(
        other.heads().iter().all(|head| !head.contains("authorization")),
        "{:?}",
        other.heads()
    );
    desk.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_stop_polling() {
    let server = Local::serve(|_| answer("200 OK", "", &list([2, 1])));
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 0);
    desk.in_time("it is asked twice", || server.heads().len() >= 2).await;
    let clock = &desk.bench.context.clock;
    clock.set(clock.now() - SignedDuration::from_hours(24 * 3_650));
    let asked = server.heads().len();
    desk.in_time("it is asked again, not in ten years", || server.heads().len() > asked + 1).await;
    desk.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_for_a_moment_does_not_stop_polling() {
    let server = Local::serve(|_| answer("200 OK", "", &list([2, 1])));
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(100).await;
    poller.turn(18_100).await;
    poller.context.clock.set(at(120));
    poller.start_due();
    assert!(poller.running.is_empty(), "it was asked just now");
    poller.turn(160).await;
    assert_eq!(server.heads().len(), 3);
}

#[tokio::test]
async fn what_was_taken_in_is_remembered_across_a_restart() {
    let server = Local::serve(|_| answer("200 OK", "ETag: \"v1\"\r\n", &list([2, 1])));
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 0);
    until("first contact", || desk.bench.records().len() == 2).await;
    desk.stop().await;
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 100);
    desk.in_time("it is asked again", || server.heads().len() >= 2).await;
    assert!(server.heads()[1].contains("if-none-match: \"v1\""), "{:?}", server.heads());
    desk.in_time("and again", || server.heads().len() >= 3).await;
    assert_eq!(desk.bench.records().len(), 2);
    desk.stop().await;
}

#[tokio::test]
async fn a_version_is_remembered_only_once_its_entries_are_durable() {
    let server = Local::serve(|_| answer("200 OK", "ETag: \"v1\"\r\n", &list([1])));
    let data = tempfile::tempdir().unwrap();
    let (bench, arrivals) = Bench::stuck(data.path(), at(0));
    let polling = polling(&bench, &server.url, PRIVATE, 0);
    // The pipeline breaks with the entry in hand: its receipt is dropped.
    drop(arrivals.recv().await.unwrap());
    assert!(polling.await.unwrap().is_err());
    bench.end().await;
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 100);
    desk.in_time("it is taken in after all", || desk.bench.records().len() == 1).await;
    assert!(!server.heads()[1].contains("if-none-match"), "{:?}", server.heads());
    desk.stop().await;
}

#[tokio::test]
async fn first_contact_commits_everything_but_alerts_only_on_what_is_young() {
    let body = [entry(1, at(1_000)), entry(2, at(8_000)), "{\"headline\":\"Undated\"}\n".into()];
    let server = Local::serve(move |_| answer("200 OK", "", body.concat().as_bytes()));
    let data = tempfile::tempdir().unwrap();
    let desk =
        Desk::start(data.path(), &server.url, &format!("{PRIVATE}\nbackfill = \"1h\""), 9_000);
    until("first contact", || desk.bench.records().len() == 3).await;
    let items: Vec<_> = desk.bench.records().into_iter().flatten().collect();
    let seen: Vec<_> = items.iter().map(|item| (item.headline.as_str(), item.seen)).collect();
    assert_eq!(seen, [("Ferry 1", true), ("Ferry 2", false), ("Undated", true)]);
    desk.stop().await;
}

#[tokio::test]
async fn a_permanent_redirect_is_remembered() {
    let server = Local::serve(|head| match head.starts_with("get /feed ") {
        true => answer("301 Moved Permanently", "Location: /new\r\n", b""),
        false => answer("200 OK", "", &list([1])),
    });
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 0);
    until("first contact", || desk.bench.records().len() == 1).await;
    desk.stop().await;
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 100);
    desk.in_time("it is asked again", || server.heads().len() >= 3).await;
    assert!(server.heads()[2].starts_with("get /new "), "{:?}", server.heads());
    desk.stop().await;
}

#[tokio::test]
async fn a_server_that_asks_for_silence_is_left_alone_for_that_long() {
    let first = Mutex::new(true);
    let server = Local::serve(move |_| match std::mem::take(&mut *first.lock().unwrap()) {
        true => answer("503 Service Unavailable", "Retry-After: 50\r\n", b""),
        false => answer("200 OK", "", &list([1])),
    });
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    let clock = poller.context.clock.clone();
    clock.set(at(1));
    poller.start_due();
    let ended = poller.running.join_next_with_id().await.unwrap();
    poller.ended(ended).unwrap();
    clock.set(at(50));
    poller.start_due();
    assert!(poller.running.is_empty(), "it is too early");
    clock.set(at(60));
    poller.start_due();
    assert_eq!(poller.running.len(), 1);
    let ended = poller.running.join_next_with_id().await.unwrap();
    assert!(poller.ended(ended).is_ok());
    assert_eq!(server.heads().len(), 2);
}

/// A poller whose turns the test takes itself.
fn poller(data: &std::path::Path, url: &url::Url) -> Poller {
    poller_of(data, sources(url, PRIVATE))
}

fn poller_of(data: &std::path::Path, sources: Vec<SourceConfig>) -> Poller {
    let bench = Bench::start(data, at(0));
    let feeds = sources.into_iter().filter_map(Feed::new);
    Poller::new(feeds, Client::new().unwrap(), bench.context)
}

impl Poller {
    /// Lets the one feed whose turn has come at that second be polled.
    async fn turn(&mut self, second: u64) {
        self.context.clock.set(at(second));
        self.start_due();
        assert_eq!(self.running.len(), 1, "one feed is polled");
        let ended = self.running.join_next_with_id().await.unwrap();
        self.ended(ended).unwrap();
    }

    /// What is known of the only feed, or the first.
    fn memory(&self) -> &Memory {
        self.memories[0].as_ref().unwrap()
    }
}

#[tokio::test]
async fn a_private_address_is_not_asked_unless_its_source_may() {
    let server = Local::serve(|_| answer("200 OK", "", &list([1])));
    let data = tempfile::tempdir().unwrap();
    let bench = Bench::start(data.path(), at(0));
    let feed = sources(&server.url, "").into_iter().find_map(Feed::new).unwrap();
    let memory = Memory::load(&bench.context.log, &feed);
    let client = Client::new().unwrap();
    let polled = poll::poll(Arc::new(feed), memory, client, bench.context.clone()).await.unwrap();
    assert_eq!(polled.outcome, schedule::Outcome::Failed(1));
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn a_page_that_is_no_feed_is_a_failure_and_no_news() {
    let server = Local::serve(|_| answer("200 OK", "ETag: \"v1\"\r\n", b"<html>Oops</html>"));
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.context.clock.set(at(1));
    poller.start_due();
    let ended = poller.running.join_next_with_id().await.unwrap();
    poller.ended(ended).unwrap();
    let memory = poller.memories[0].as_ref().unwrap();
    assert_eq!((memory.failures, memory.conditions().len()), (1, 0));
    assert_eq!(poller.context.log.next_seq(), crate::item::Seq(1), "nothing was taken in");
}

#[tokio::test]
async fn a_server_that_never_answers_does_not_hold_up_the_stop() {
    let server = Local::serve(|_| Vec::new());
    let data = tempfile::tempdir().unwrap();
    let desk = Desk::start(data.path(), &server.url, PRIVATE, 0);
    until("it is asked", || server.heads().len() == 1).await;
    desk.stop().await;
}

#[tokio::test]
async fn a_feed_with_a_hub_asks_it_for_notices_and_is_polled_when_one_comes() {
    let server = Local::serve(|head| match head.starts_with("post /hub ") {
        true => answer("202 Accepted", "", b""),
        false => {
            let links = "Link: </hub>; rel=hub, <https://a.example/feed>; rel=self\r\n";
            answer("200 OK", links, &list([1]))
        }
    });
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    let clock = poller.context.clock.clone();
    clock.set(at(1));
    poller.start_due();
    let ended = poller.running.join_next_with_id().await.unwrap();
    poller.ended(ended).unwrap();
    assert!(server.heads()[1].starts_with("post /hub "), "{:?}", server.heads());
    poller.start_due();
    assert!(poller.running.is_empty(), "it is not due yet");
    poller.notice(&HashSet::from(["a".to_owned(), "unknown".to_owned()]));
    clock.set(at(3));
    poller.start_due();
    assert_eq!(poller.running.len(), 1);
    // A notice that comes while the feed is polled has it polled again.
    poller.notice(&HashSet::from(["a".to_owned()]));
    let ended = poller.running.join_next_with_id().await.unwrap();
    poller.ended(ended).unwrap();
    assert_eq!(poller.next[0].at, at(3));
    clock.set(at(90));
    poller.start_due();
    assert_eq!(poller.running.len(), 1, "turns that were overtaken are not taken");
}

#[test]
fn two_feeds_of_one_host_take_turns() {
    let data = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Local::serve(|_| answer("200 OK", "", &list([1])));
        let bench = Bench::start(data.path(), at(0));
        let mut sources = sources(&server.url, PRIVATE);
        let place = sources[0].name.place.clone();
        let second =
            SourceConfig { name: At { value: "b".to_owned(), place }, ..sources[0].clone() };
        sources.push(second);
        let feeds = sources.into_iter().filter_map(Feed::new);
        let clock = bench.context.clock.clone();
        let mut poller = Poller::new(feeds, Client::new().unwrap(), bench.context);
        clock.set(at(10));
        poller.start_due();
        assert_eq!(poller.running.len(), 1);
        clock.set(at(11));
        poller.start_due();
        assert_eq!(poller.running.len(), 1, "the first is still on its way");
        let ended = poller.running.join_next_with_id().await.unwrap();
        poller.ended(ended).unwrap();
        clock.set(at(12));
        poller.start_due();
        assert_eq!(poller.running.len(), 1, "now it is the turn of the second");
        assert_eq!(poller.polls[0].1 + poller.turns.peek().unwrap().0.feed, 1);
    });
}

mod answers;
mod many;
mod notices;
