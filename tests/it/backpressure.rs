//! A disk that is slow: those who bring items wait or are sent away, and nothing piles up.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::machine::Machine;
use crate::push::{delivered, headers, ready};
use crate::support::{Desk, unlike_any_other};
use crate::web::{Feed, ask, exchange, free_port};

/// What every wait for the disk takes longer, in milliseconds.
const SLOW: u64 = 1_000;
const PUSHERS: u64 = 40;
const ITEMS_A_PUSH: u64 = 200;

fn body(push: u64) -> String {
    let text = "The ferries of the northern line wait in the old harbour. ".repeat(60);
    let mut body = String::new();
    for number in push * ITEMS_A_PUSH..(push + 1) * ITEMS_A_PUSH {
        let headline = unlike_any_other(number);
        let line = format!("{{\"headline\":\"{headline}\",\"body_text\":\"{text}\"}}");
        writeln!(body, "{line}").unwrap();
    }
    body
}

/// For how many seconds an answer sends its client away.
fn retry_after(head: &str) -> Option<u64> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, wait) = lines.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    wait.parse().ok()
}

/// A feed that never says the same twice.
fn rss(number: u64) -> String {
    let (headline, pad) = (unlike_any_other(1 << 40 | number), " ".repeat(number as usize % 97));
    format!(
        "<rss version=\"2.0\"><channel><title>Port</title>{pad}<item><guid>g:{number}</guid>\
         <title>{headline}</title><pubDate>Sun, 01 Mar 2026 06:00:00 GMT</pubDate></item>\
         </channel></rss>"
    )
}

#[test]
fn a_slow_disk_slows_who_brings_items_and_nothing_piles_up() {
    let (listen, feed) = (free_port(), Feed::serve(rss(0)));
    let desk = Desk::with(&format!(
        r#"
[log]
dir = "data"

[serve]
listen = "{listen}"
patience = "200ms"
rate = 100000
burst = 100000

[[source.feed]]
name = "port"
url = "http://{}/feed.xml"
min_interval = "1s"
max_interval = "1s"
allow_private = true
backfill = "36500d"

[[channel]]
name = "all"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#,
        feed.address
    ));
    let Some(machine) = Machine::of(&desk) else { return };
    let mut daemon = machine.daemon(&desk);
    daemon.until("it is ready", || ready(listen) && feed.asked() > 0);
    let headers = headers(&desk);
    // What it takes in at its leisure is part of what it needs.
    let mut accepted = BTreeSet::new();
    for push in 0..10 {
        let (status, _) = ask(listen, "POST", "/v1/items", &headers, &body(push)).unwrap();
        assert_eq!(status, 202);
        accepted.insert(push);
    }
    let before = daemon.resident();

    machine.set("slow", SLOW as i64);
    let (next, sent_away, offered) = (AtomicU64::new(10), AtomicU64::new(0), AtomicU64::new(0));
    let (stop, taken) = (AtomicBool::new(false), Mutex::new(accepted));
    let mut most = [before; 2];
    #[expect(clippy::disallowed_methods, reason = "how long polls have had")]
    let start = Instant::now();
    let asked = feed.asked();
    let (polls, lasted) = std::thread::scope(|scope| {
        for _ in 0..PUSHERS {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    let push = next.fetch_add(1, SeqCst);
                    let body = body(push);
                    // The same again until it is taken, as a good client does, only less patient.
                    while !stop.load(SeqCst) {
                        offered.fetch_add(body.len() as u64, SeqCst);
                        let answer = exchange(listen, "POST", "/v1/items", &headers, &body);
                        match answer.as_ref().map(|(status, head, _)| (*status, head)) {
                            Some((202, _)) => {
                                taken.lock().unwrap().insert(push);
                                break;
                            }
                            Some((429, head)) => {
                                // Its patience, in whole seconds: soon, and not at once.
                                assert_eq!(retry_after(head), Some(1), "{head}");
                                sent_away.fetch_add(1, SeqCst)
                            }
                            // Not durable within half a minute: it may be later.
                            Some((503, head)) => {
                                assert!(retry_after(head).is_some(), "{head}");
                                0
                            }
                            _ => panic!("neither taken in nor sent away: {answer:?}"),
                        };
                        std::thread::sleep(Duration::from_millis(100));
                    }
                }
            });
        }
        for number in 1..=200 {
            feed.change(rss(number));
            // While the links fill, and with all of them full.
            let half = usize::from(number > 100);
            most[half] = most[half].max(daemon.resident());
            std::thread::sleep(Duration::from_millis(100));
        }
        let polls = (feed.asked() - asked, start.elapsed());
        stop.store(true, SeqCst);
        machine.set("slow", 0);
        polls
    });

    // Each poll waits until what it found is durable.
    let pace = Duration::from_secs(1) + Duration::from_millis(SLOW);
    let at_most = lasted.as_millis() / pace.as_millis() + 2;
    assert!(u128::from(polls) <= at_most, "{polls} polls in {lasted:?}");
    assert!(polls > 0, "the feed has its turn all the same");
    assert!(sent_away.load(SeqCst) > 0, "nobody was sent away");
    let (offered, grown) = (offered.load(SeqCst) >> 20, most[1].saturating_sub(most[0]) >> 20);
    assert!(grown < 64 && grown * 4 < offered, "{grown} MiB more, {offered} MiB were offered");

    let taken = taken.into_inner().unwrap();
    let numbers = || taken.iter().flat_map(|p| p * ITEMS_A_PUSH..(p + 1) * ITEMS_A_PUSH);
    let expected: BTreeSet<_> = numbers().map(unlike_any_other).collect();
    daemon.until("all that was accepted is delivered", || {
        let delivered = delivered(&desk);
        expected.iter().all(|headline| delivered.contains_key(headline))
    });
    daemon.stop();
    wirefold::terminal::note(&format!(
        "slow disk: {polls} polls in {lasted:?}, {} pushes taken, {} sent away, {offered} MiB \
         offered, memory {} MiB before, at most {} MiB in the first half and {} MiB in the second",
        taken.len(),
        sent_away.load(SeqCst),
        before >> 20,
        most[0] >> 20,
        most[1] >> 20,
    ));
}
