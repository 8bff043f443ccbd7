use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;

use crate::clock::Clock;
use crate::config::SinkConfig;
use crate::log::Log;
use crate::log::fault::Switch;
use crate::log::sample::{at, items};
use crate::sink::state::MOST_LETTERS;
use crate::sink::testing::{Work, ids, sinks, until};
use crate::sink::webhook::hook::{Hook, Seen, answer};
use crate::sink::{Couriers, Doing, RewindTo};

use super::*;

mod again;
mod channels;
#[cfg(feature = "mail")]
mod due;

/// A log with a receiver of its channel.
struct Bench {
    dir: tempfile::TempDir,
    log: Log,
    hook: Hook,
    keys: &'static str,
}

impl Bench {
    fn new(keys: &'static str, answer: impl Fn(&Seen) -> String + Send + 'static) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        Bench { dir, log, hook: Hook::serve(answer), keys }
    }

    fn config(&self) -> Vec<SinkConfig> {
        let text = format!(
            "[[sink.webhook]]\nname = \"desk\"\nchannels = [\"harbour\"]\nurl = \"{}\"\n\
             allow_private = true\n{}",
            self.hook.url, self.keys
        );
        sinks(self.dir.path(), &text)
    }

    fn start(&self) -> Work {
        Work::start(self.config(), &self.log)
    }

    fn append(&self, seqs: std::ops::Range<u64>) {
        self.log.append(&items(seqs)).unwrap();
    }
}

/// Takes everything but what holds `poison`.
fn all_but(poison: &'static str, status: &'static str) -> impl Fn(&Seen) -> String {
    move |seen| match seen.body.contains(poison) {
        true => answer(status, ""),
        false => answer("200 OK", ""),
    }
}

#[tokio::test]
async fn one_delivery_that_is_refused_is_found_in_its_batch_and_buried_alone() {
    let bench = Bench::new("batch = 16", all_but("\"harbour/7\"", "422 Unprocessable Entity"));
    bench.append(1..41);
    let work = bench.start();
    let couriers = work.couriers.clone();
    work.end().await;
    let taken: Vec<String> = bench
        .hook
        .seen()
        .iter()
        .filter(|seen| !seen.body.contains("\"harbour/7\""))
        .flat_map(Seen::ids)
        .collect();
    assert_eq!(taken, [ids(1..7), ids(8..41)].concat(), "in order, each once");
    let letters = couriers.letters("desk").unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].id.as_str(), letters[0].position), ("harbour/7", Position(7)));
    assert!(letters[0].reason.contains("422 Unprocessable Entity: ok"), "{}", letters[0].reason);
    let status = couriers.status_of("desk").unwrap();
    assert_eq!((status.lag, status.dead_letters, status.delivered), (0, 1, Some(39)));
}

#[tokio::test]
async fn a_delivery_that_keeps_failing_is_given_up_after_its_attempts() {
    let bench = Bench::new(
        "batch = 4\ngive_up_attempts = 3",
        all_but("\"harbour/2\"", "500 Internal Server Error"),
    );
    bench.append(1..6);
    let work = bench.start();
    let couriers = work.couriers.clone();
    work.end().await;
    let letters = couriers.letters("desk").unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].id.as_str(), letters[0].attempts), ("harbour/2", 3));
    assert_eq!(couriers.status_of("desk").unwrap().delivered, Some(4));
}

#[tokio::test]
async fn the_effort_for_a_delivery_outlives_a_restart() {
    let clock = Clock::standing(at(0));
    let bench = Bench::new("give_up = \"1h\"", |_| answer("503 Service Unavailable", ""));
    bench.append(1..2);
    let work = Work::at(clock.clone(), bench.config(), &bench.log);
    let couriers = work.couriers.clone();
    until("it was tried", || couriers.status_of("desk").unwrap().attempts > 0).await;
    work.kill().await;
    assert_eq!(couriers.letters("desk").unwrap(), []);

    clock.set(at(0) + SignedDuration::from_hours(1));
    let work = Work::at(clock, bench.config(), &bench.log);
    let couriers = work.couriers.clone();
    work.end().await;
    let letters = couriers.letters("desk").unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.starts_with("given up after"), "{}", letters[0].reason);
    assert!(letters[0].attempts >= 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_no_delivery_up() {
    let clock = Clock::standing(at(1_000_000));
    let bench = Bench::new("give_up = \"1h\"", |seen| match seen.number {
        0..3 => answer("503 Service Unavailable", ""),
        _ => answer("200 OK", ""),
    });
    bench.append(1..2);
    let work = Work::at(clock.clone(), bench.config(), &bench.log);
    let couriers = work.couriers.clone();
    until("it was tried", || couriers.status_of("desk").unwrap().attempts > 0).await;
    clock.set(at(1_000));
    work.end().await;
    assert_eq!((bench.hook.seen().len(), couriers.letters("desk").unwrap().len()), (4, 0));
}

#[tokio::test]
async fn a_receiver_that_is_gone_pauses_its_sink_until_somebody_resumes_it() {
    let back = Arc::new(AtomicBool::new(false));
    let there = back.clone();
    let bench = Bench::new("", move |_| match there.load(Ordering::SeqCst) {
        true => answer("200 OK", ""),
        false => answer("410 Gone", ""),
    });
    bench.append(1..4);
    bench.start().end().await;
    assert_eq!(bench.hook.seen().len(), 1, "it is not asked again");

    back.store(true, Ordering::SeqCst);
    let work = bench.start();
    let status = work.couriers.status_of("desk").unwrap();
    assert_eq!((status.state, status.next), (Doing::Paused, Position(1)));
    assert!(status.reason.unwrap().contains("410 Gone"));
    work.couriers.resume("desk").unwrap();
    work.end().await;
    assert_eq!(bench.hook.ids()[1..], ids(1..4), "nothing was lost");
}

#[tokio::test]
async fn the_receiver_says_when_to_come_again_and_a_person_may_say_now() {
    let bench = Bench::new("", |seen| match seen.number {
        0 => answer("429 Too Many Requests", "Retry-After: 3000\r\n"),
        _ => answer("200 OK", ""),
    });
    bench.append(1..2);
    let work = bench.start();
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("it waits", || status().state == Doing::Retrying).await;
    assert_eq!(status().retry_at, Some(at(4_000)));
    assert_eq!((status().attempts, status().error_at), (1, Some(at(1_000))));
    couriers.resume("desk").unwrap();
    work.end().await;
    assert_eq!(bench.hook.ids(), ["harbour/1", "harbour/1"], "the same id at every attempt");
    assert_eq!((status().state, status().attempts), (Doing::Idle, 0));
}

#[tokio::test]
async fn a_receiver_that_refuses_everything_pauses_its_sink_and_loses_nothing() {
    let bench = Bench::new("", |_| answer("400 Bad Request", ""));
    let count = MOST_LETTERS as u64 + 3;
    bench.append(1..count + 1);
    let work = bench.start();
    let couriers = work.couriers.clone();
    work.end().await;
    let status = couriers.status_of("desk").unwrap();
    assert_eq!((status.state, status.dead_letters), (Doing::Paused, MOST_LETTERS));
    assert_eq!(status.next, Position(count - 2), "the others wait in the log");
    assert_eq!(couriers.discard("desk", &[]).unwrap(), MOST_LETTERS);
    assert_eq!(couriers.status_of("desk").unwrap().dead_letters, 0);
}

#[tokio::test]
async fn a_rewind_while_a_batch_is_under_way_is_not_forgotten_by_it() {
    let (tell, asked) = async_channel::bounded(1);
    let (go, wait) = async_channel::bounded::<()>(1);
    let wait = Mutex::new(wait);
    let bench = Bench::new("batch = 2", move |seen| {
        if seen.ids() == ids(3..5) && tell.try_send(()).is_ok() {
            let _ = wait.lock().unwrap().recv_blocking();
            tell.close();
        }
        answer("200 OK", "")
    });
    bench.append(1..5);
    let work = bench.start();
    let couriers = work.couriers.clone();
    asked.recv().await.unwrap();
    couriers.rewind("desk", RewindTo::Start).unwrap();
    go.send(()).await.unwrap();
    work.end().await;
    assert_eq!(bench.hook.ids(), [ids(1..5), ids(1..5)].concat());
    assert_eq!(couriers.status_of("desk").unwrap().next, Position(5));
}

#[tokio::test]
async fn a_sink_that_has_given_up_its_last_delivery_waits_for_nothing() {
    let bench = Bench::new("give_up_attempts = 2", |_| answer("503 Service Unavailable", ""));
    bench.append(1..2);
    let work = bench.start();
    let couriers = work.couriers.clone();
    work.end().await;
    let status = couriers.status_of("desk").unwrap();
    assert_eq!((status.state, status.retry_at, status.dead_letters), (Doing::Idle, None, 1));
}

#[tokio::test]
async fn a_sink_that_is_sent_to_the_end_waits_for_nothing() {
    let (tell, asked) = async_channel::bounded(2);
    let (go, wait) = async_channel::bounded::<()>(2);
    let wait = Mutex::new(wait);
    let bench = Bench::new("", move |_| {
        let _ = tell.try_send(());
        let _ = wait.lock().unwrap().recv_blocking();
        answer("503 Service Unavailable", "Retry-After: 3000\r\n")
    });
    bench.append(1..2);
    let work = bench.start();
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    asked.recv().await.unwrap();
    // Its attempt fails after it has been sent away.
    couriers.rewind("desk", RewindTo::End).unwrap();
    go.send(()).await.unwrap();
    until("the attempt fails", || status().error.is_some()).await;
    let calm = || (status().state, status().retry_at, status().attempts) == (Doing::Idle, None, 0);
    until("nothing is waited for", calm).await;

    couriers.rewind("desk", RewindTo::Start).unwrap();
    go.send(()).await.unwrap();
    until("it waits", || status().state == Doing::Retrying).await;
    couriers.rewind("desk", RewindTo::End).unwrap();
    assert!(calm(), "{:?}", status());
    work.end().await;
}

#[tokio::test]
async fn a_receiver_that_wants_no_pause_is_not_asked_without_end() {
    for wish in ["0", "Tue, 24 Nov 1970 10:00:00 GMT"] {
        let bench = Bench::new("give_up_attempts = 3", move |_| {
            answer("503 Service Unavailable", &format!("Retry-After: {wish}\r\n"))
        });
        bench.append(1..2);
        let begun = tokio::time::Instant::now();
        bench.start().end().await;
        assert_eq!(bench.hook.seen().len(), 3);
        // At least three quarters of 0.2 s and of 0.4 s.
        assert!(begun.elapsed() >= Duration::from_millis(450), "{wish}: {:?}", begun.elapsed());
    }
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[tokio::test]
async fn a_secret_that_is_spoilt_while_its_sink_is_paused_keeps_it_paused_and_nothing_else() {
    let bench = Bench::new("secret_file = \"secret\"", |_| answer("200 OK", ""));
    let secret = bench.dir.path().join("secret");
    std::fs::write(&secret, "hunter2").unwrap();
    bench.append(1..3);
    let stop = CancellationToken::new();
    let attach =
        || Couriers::attach(bench.config(), "", &bench.log, &Clock::standing(at(9))).unwrap();
    let (couriers, mut tasks) = attach();
    let fault = tasks.remove(0).run(stop.clone()).await.unwrap_err();
    assert_eq!(fault.kind(), SinkErrorKind::Fatal, "at the start it ends the daemon: {fault}");

    couriers.pause("desk", "the desk moves").unwrap();
    drop(couriers);
    let work = bench.start();
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    tokio::task::yield_now().await;
    couriers.resume("desk").unwrap();
    until("it is paused again", || status().state == Doing::Paused).await;
    assert!(status().reason.is_some_and(|reason| reason.contains("secret")), "{:?}", status());

    std::fs::write(&secret, SECRET).unwrap();
    couriers.resume("desk").unwrap();
    until("all is delivered", || status().lag == 0).await;
    work.end().await;
    assert_eq!(bench.hook.ids(), ids(1..3));
    assert_eq!((status().state, status().attempts), (Doing::Idle, 0));
}

#[cfg(all(feature = "nats", feature = "redis", feature = "postgres", feature = "mail"))]
#[tokio::test]
async fn a_secret_that_is_missing_at_the_start_is_named_whatever_the_sink() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    for (kind, keys) in [
        ("nats", "stream = \"OUT\"\nurl = \"nats://a@127.0.0.1\"\npassword_env"),
        ("nats", "stream = \"OUT\"\ntoken_env"),
        ("nats", "stream = \"OUT\"\ncredentials_env"),
        ("redis", "password_env"),
        ("postgres", "url = \"postgres://a@127.0.0.1/news\"\npassword_env"),
        (
            "mail",
            "every = \"1h\"\nsender = \"a@example.org\"\nto = [\"a@example.org\"]\npassword_env",
        ),
        ("webhook", "url = \"https://a.example\"\nsecret_env"),
    ] {
        let text = format!(
            "[[sink.{kind}]]\nname = \"desk\"\nchannels = [\"harbour\"]\n\
             {keys} = \"WIREFOLD_NO_SUCH_SECRET\""
        );
        let configs = sinks(dir.path(), &text);
        let (_, mut tasks) = Couriers::attach(configs, "", &log, &Clock::standing(at(9))).unwrap();
        let fault = tasks.remove(0).run(stop.clone()).await.unwrap_err();
        assert_eq!(fault.kind(), SinkErrorKind::Fatal, "{text}");
        assert!(fault.to_string().contains("WIREFOLD_NO_SUCH_SECRET"), "{fault}");
    }
}
