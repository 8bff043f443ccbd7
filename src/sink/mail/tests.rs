use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::server::Server;
use super::*;
use crate::clock::Clock;
use crate::config::{OnFull, SinkConfig, SinkKind};
use crate::log::fault::Switch;
use crate::log::sample::{at, item_on, items};
use crate::log::{Keep, Log};
use crate::sink::testing::{Work, sinks, until};
use crate::sink::{Doing, RewindTo, SinkErrorKind};

mod letters;

fn configs(dir: &Path, address: SocketAddr, user: &str, keys: &str) -> Vec<SinkConfig> {
    let text = format!(
        "[[channel]]\nname = \"islands\"\n\
         [[sink.mail]]\nname = \"desk\"\nchannels = [\"harbour\", \"islands\"]\n\
         url = \"smtp://{user}{address}\"\nsender = \"wire@example.org\"\nevery = \"1h\"\n{keys}"
    );
    sinks(dir, &text)
}

const TO_ONE: &str = "to = [\"desk@example.org\"]";
const TO_TWO: &str = "to = [\"desk@example.org\", \"The Night <night@example.org>\"]";

/// Sends a mail as the sink of this configuration does.
async fn post(configs: &[SinkConfig]) -> Result<post::Outcome, SinkError> {
    let SinkKind::Mail(config) = &configs[0].kind else { panic!("no mail") };
    let sender = config.sender.parse().unwrap();
    let mailbox = |to: &String| to.parse::<Mailbox>().unwrap().email;
    let to: Vec<_> = config.to.iter().map(mailbox).collect();
    let compose = |_| Ok(b"Subject: x\r\n\r\nx".to_vec());
    post::send(&config.endpoint, &sender, &to, compose).await
}

#[tokio::test(start_paused = true)]
async fn a_mail_server_that_says_nothing_is_given_up_and_it_is_said() {
    // The system accepts the connection, and nobody ever speaks.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let configs = configs(dir.path(), listener.local_addr().unwrap(), "", TO_ONE);
    let fault = post(&configs).await.unwrap_err();
    assert_eq!(fault.kind(), SinkErrorKind::Passing);
    assert!(fault.to_string().starts_with("the mail server: "), "{fault}");
}

#[tokio::test]
async fn a_login_that_the_server_repeats_is_not_told() {
    let server = Server::start(|line| {
        line.starts_with("AUTH").then_some("535 5.7.8 no: AUTH PLAIN AGRlc2sAaHVudGVyMi1odW50ZXIy")
    });
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("secret"), "hunter2-hunter2").unwrap();
    let keys = format!("{TO_ONE}\npassword_file = \"secret\"");
    let fault = post(&configs(dir.path(), server.address, "desk@", &keys)).await.unwrap_err();
    assert_eq!(fault.kind(), SinkErrorKind::Gone);
    let said = fault.to_string();
    assert!(said.contains("535") && said.contains("***") && !said.contains("AGRl"), "{said}");
}

/// A log with what came on its channels, and a sink that mails it.
struct Bench {
    dir: tempfile::TempDir,
    log: Log,
    clock: Clock,
}

impl Bench {
    fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        Bench { dir, log, clock: Clock::standing(at(0)) }
    }

    fn start(&self, server: &Server, keys: &str) -> Work {
        let configs = configs(self.dir.path(), server.address, "", keys);
        Work::at(self.clock.clone(), configs, &self.log)
    }

    async fn collect(&self, work: &Work, seqs: std::ops::Range<u64>) {
        self.log.append(&items(seqs)).unwrap();
        let collected = || work.couriers.status_of("desk").unwrap().lag == 0;
        until("all is collected", collected).await;
    }

    /// Has the log forget what it need not keep, and tells how much that was.
    fn trim(&self) -> u64 {
        let keep = Keep {
            records: Duration::from_secs(10),
            window: Duration::from_secs(1),
            identities: Duration::from_secs(1_000),
            carried: Duration::from_secs(1_000),
            max_size: 1 << 30,
            on_full: OnFull::Block,
        };
        self.log.trim(&keep, 0, at(0)).unwrap().records
    }
}

#[tokio::test]
async fn a_recipient_who_is_refused_or_put_off_holds_up_nobody_else() {
    let (puts_off, is_on) = switch();
    let server = Server::start(move |line| match line {
        line if line.contains("gone@") => line.starts_with("RCPT").then_some("550 no such user"),
        line if line.starts_with("RCPT TO:<night@") => is_on().then_some("452 mailbox full"),
        _ => None,
    });
    let bench = Bench::new();
    let keys = "to = [\"gone@example.org\", \"night@example.org\", \"desk@example.org\"]";
    let work = bench.start(&server, keys);
    bench.collect(&work, 1..3).await;
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("one is put off", || status().state == Doing::Retrying).await;
    assert_eq!(server.mails(), ["harbour for desk@example.org"]);
    let error = status().error.unwrap();
    assert!(error.contains("night@example.org") && error.contains("mailbox full"), "{error}");

    // After a restart, too, it goes to nobody twice.
    work.kill().await;
    let work = bench.start(&server, keys);
    puts_off.store(false, Ordering::SeqCst);
    work.couriers.resume("desk").unwrap();
    let couriers = work.couriers.clone();
    until("it is sent", || couriers.status_of("desk").unwrap().delivered == Some(2)).await;
    work.end().await;
    assert_eq!(server.mails(), ["harbour for desk@example.org", "harbour for night@example.org"]);
}

#[tokio::test]
async fn an_address_that_the_server_cannot_write_to_holds_up_nobody_else() {
    // It takes neither addresses nor mails beyond ASCII.
    let server = Server::start(|line| line.starts_with("EHLO").then_some("250 desk"));
    let bench = Bench::new();
    let work = bench.start(&server, "to = [\"Bür <bür@example.org>\", \"Dör <desk@example.org>\"]");
    bench.collect(&work, 1..3).await;
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("it is sent", || status().delivered == Some(2)).await;
    let error = status().error.unwrap();
    assert!(error.contains("bür@example.org") && error.contains("SMTPUTF8"), "{error}");
    work.end().await;
    assert_eq!(server.mails(), ["harbour for desk@example.org"]);
    let mail = &server.taken()[0].1;
    assert!(mail.is_ascii() && mail.contains("<desk@example.org>"), "{mail}");
}

#[tokio::test]
async fn a_sender_that_the_server_cannot_write_to_pauses_the_sink_and_it_is_said() {
    let server = Server::start(|_| None);
    let bench = Bench::new();
    let mut configs = configs(bench.dir.path(), server.address, "", TO_ONE);
    if let SinkKind::Mail(config) = &mut configs[0].kind {
        config.sender = "drähte@example.org".to_owned();
    }
    let work = Work::at(bench.clock.clone(), configs, &bench.log);
    bench.collect(&work, 1..3).await;
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("it is paused", || status().state == Doing::Paused).await;
    let reason = status().reason.unwrap();
    assert!(reason.contains("`sender`") && reason.contains("SMTPUTF8"), "{reason}");
    work.end().await;
}

#[tokio::test]
async fn a_mail_that_is_taken_for_nobody_pauses_the_sink_and_names_them() {
    let server = Server::start(|line| line.starts_with("RCPT").then_some("550 no such user"));
    let bench = Bench::new();
    let work = bench.start(&server, TO_TWO);
    bench.collect(&work, 1..3).await;
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("it is paused", || status().state == Doing::Paused).await;
    let reason = status().reason.unwrap();
    assert!(reason.contains("desk@example.org: ") && reason.contains("night@"), "{reason}");
    work.end().await;
}

#[tokio::test]
async fn what_a_digest_will_be_made_of_stays_in_the_log_until_it_is_mailed() {
    let server = Server::start(|_| None);
    let bench = Bench::new();
    let work = bench.start(&server, TO_ONE);
    bench.collect(&work, 1..101).await;
    assert_eq!(bench.trim(), 0);
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    assert_eq!((status().lag, status().waiting_since), (0, Some(at(1))));
    work.kill().await;
    let work = bench.start(&server, TO_ONE);
    assert_eq!(bench.trim(), 0, "also after a restart");
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("it is mailed", || status().delivered == Some(100)).await;
    until("nothing waits", || status().waiting_since.is_none()).await;
    work.end().await;
    assert_eq!(bench.trim(), 89);
    assert_eq!(server.mails(), ["harbour for desk@example.org"]);
}

/// A switch, and a look at it for a server.
fn switch() -> (Arc<AtomicBool>, impl Fn() -> bool + Send + 'static) {
    let switch = Arc::new(AtomicBool::new(true));
    let seen = switch.clone();
    (switch, move || seen.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_digest_that_is_refused_for_good_becomes_a_dead_letter_and_the_others_go() {
    let (refuses, is_on) = switch();
    let server = Server::start(move |line| {
        (line.contains("Subject: harbour") && is_on()).then_some("554 not with that subject")
    });
    let bench = Bench::new();
    let work = bench.start(&server, TO_ONE);
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    bench.log.append(&[item_on(1, &["harbour"]), item_on(2, &["islands"])]).unwrap();
    until("all is collected", || status().lag == 0).await;
    bench.clock.set(at(3_605));
    until("the other is sent", || status().delivered == Some(1)).await;
    assert_eq!(server.mails(), ["islands for desk@example.org"]);
    let letters = couriers.letters("desk").unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].id, "harbour/1");
    assert!(letters[0].reason.contains("554"), "{}", letters[0].reason);
    assert!(matches!(status().state, Doing::Idle), "{:?}", status());

    // Sent once more after a restart, it is the same, whatever has come since.
    work.kill().await;
    let work = bench.start(&server, TO_ONE);
    bench.collect(&work, 3..4).await;
    refuses.store(false, Ordering::SeqCst);
    let couriers = work.couriers.clone();
    assert_eq!(couriers.redeliver("desk", &[]).unwrap(), 1);
    until("it is sent", || server.mails().len() == 2).await;
    until("it is no letter", || couriers.letters("desk").unwrap().is_empty()).await;
    work.end().await;
    let mails = server.taken();
    assert!(mails[1].1.contains("Ferry 1") && !mails[1].1.contains("Ferry 3"), "{}", mails[1].1);
}

#[tokio::test]
async fn a_digest_that_some_have_does_not_hold_up_the_next_one() {
    let (puts_off, is_on) = switch();
    let server = Server::start(move |line| {
        (line.starts_with("RCPT TO:<night@") && is_on()).then_some("452 mailbox full")
    });
    let bench = Bench::new();
    let work = bench.start(&server, TO_TWO);
    let couriers = work.couriers.clone();
    for hour in 1..3 {
        bench.collect(&work, hour..hour + 1).await;
        bench.clock.set(at(3_600 * hour + 5));
        until("one has it", || server.mails().len() as u64 == hour).await;
    }
    until("it is a letter", || couriers.letters("desk").unwrap().len() == 1).await;
    puts_off.store(false, Ordering::SeqCst);
    couriers.redeliver("desk", &[]).unwrap();
    // It waits until the one that is being sent is sent, by a clock that stands.
    until("all have the second", || server.mails().len() >= 3).await;
    bench.clock.set(at(7_300));
    until("all have both", || server.mails().len() == 4).await;
    until("it is no letter", || couriers.letters("desk").unwrap().is_empty()).await;
    work.end().await;
    let (desk, night) = ("harbour for desk@example.org", "harbour for night@example.org");
    assert_eq!(server.mails(), [desk, desk, night, night]);
}

#[tokio::test]
async fn a_sink_that_is_sent_to_the_end_passes_over_what_it_has_not_mailed() {
    let (refuses, is_on) = switch();
    let server =
        Server::start(move |line| (line.starts_with("MAIL") && is_on()).then_some("550 not you"));
    let bench = Bench::new();
    let work = bench.start(&server, TO_ONE);
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    bench.collect(&work, 1..3).await;
    bench.clock.set(at(3_605));
    until("it is paused", || status().state == Doing::Paused).await;
    couriers.rewind("desk", RewindTo::End).unwrap();
    couriers.resume("desk").unwrap();
    until("nothing waits", || status().state == Doing::Idle && status().attempts == 0).await;
    assert_eq!(status().waiting_since, None);
    refuses.store(false, Ordering::SeqCst);
    bench.collect(&work, 3..4).await;
    bench.clock.set(at(7_205));
    until("the next is sent", || status().delivered == Some(1)).await;
    work.end().await;
    let mails = server.taken();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].1.contains("Ferry 3") && !mails[0].1.contains("Ferry 1"), "{}", mails[0].1);
}
