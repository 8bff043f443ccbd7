//! What a sink does at times of its own: digests by mail.

use std::net::SocketAddr;

use super::*;
use crate::sink::mail::server::Server;

/// A sink of mail for each hour.
fn hourly(address: SocketAddr) -> String {
    format!(
        "[[sink.mail]]\nname = \"desk\"\nchannels = [\"harbour\"]\nurl = \"smtp://{address}\"\n\
         sender = \"wire@example.org\"\nto = [\"desk@example.org\"]\nevery = \"1h\""
    )
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_seen_though_deliveries_are_collected() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    let text = hourly(address);
    let clock = Clock::standing(at(0));
    log.append(&items(1..3)).unwrap();
    let work = Work::at(clock.clone(), sinks(dir.path(), &text), &log);
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    until("all is collected", || status().lag == 0).await;
    assert_eq!((status().state, status().delivered), (Doing::Idle, Some(0)));

    // A moment later, when it has what is delivered at that very time.
    clock.set(at(3_605));
    until("it was tried", || status().state == Doing::Retrying).await;
    log.append(&items(3..4)).unwrap();
    until("more is collected", || status().lag == 0).await;
    let seen = status();
    assert_eq!((seen.state, seen.delivered, seen.attempts > 0), (Doing::Retrying, Some(0), true));
    assert!(seen.error.is_some_and(|error| error.contains("mail server")));

    let _server = Server::on(std::net::TcpListener::bind(address).unwrap(), |_| None);
    couriers.resume("desk").unwrap();
    until("it is sent", || status().delivered == Some(2)).await;
    until("all is well", || status().state == Doing::Idle && status().attempts == 0).await;
    work.end().await;
}

/// A sink that has collected two deliveries for the digest of the first hour.
struct Desk {
    _dir: tempfile::TempDir,
    log: Log,
    clock: Clock,
    work: Work,
}

impl Desk {
    async fn open() -> Desk {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
        let clock = Clock::standing(at(0));
        log.append(&items(1..3)).unwrap();
        let text = hourly(listener.local_addr().unwrap());
        Server::on(listener, |_| None);
        let work = Work::at(clock.clone(), sinks(dir.path(), &text), &log);
        let couriers = work.couriers.clone();
        until("all is collected", || couriers.status_of("desk").unwrap().lag == 0).await;
        Desk { _dir: dir, log, clock, work }
    }
}

#[tokio::test]
async fn a_digest_has_what_is_delivered_at_the_very_time_when_it_is_due() {
    let Desk { _dir, log, clock, work } = Desk::open().await;
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();

    clock.set(at(3_600));
    log.append(&items(3..4)).unwrap();
    until("more is collected", || status().lag == 0).await;
    clock.set(at(3_605));
    until("all is sent in one mail", || status().delivered == Some(3)).await;
    work.end().await;
}

#[tokio::test]
async fn a_digest_has_what_came_before_it_was_due_though_the_sink_lagged() {
    let Desk { _dir, log, clock, work } = Desk::open().await;
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();

    couriers.pause("desk", "the desk moves").unwrap();
    log.append(&items(3..603)).unwrap();
    clock.set(at(3_700));
    couriers.resume("desk").unwrap();
    until("all is sent in one mail", || status().delivered == Some(602)).await;
    work.end().await;
}
