//! Digests that became dead letters and are asked for again.

use std::sync::atomic::AtomicUsize;

use super::*;

/// A sink whose first digest, of the item 1, is a dead letter. The server says of a mail what stands
/// at the place `says` of these: that it is refused, that it is put off, that it is taken.
async fn with_a_letter(bench: &Bench) -> (Server, Work, Arc<AtomicUsize>) {
    let says = Arc::new(AtomicUsize::new(0));
    let seen = says.clone();
    let server = Server::start(move |line| {
        let answers = [Some("554 not with that subject"), Some("451 later"), None];
        line.contains("Subject: ").then(|| answers[seen.load(Ordering::SeqCst)])?
    });
    let work = bench.start(&server, TO_ONE);
    bench.collect(&work, 1..2).await;
    bench.clock.set(at(3_605));
    let couriers = work.couriers.clone();
    until("it is a letter", || couriers.letters("desk").unwrap().len() == 1).await;
    (server, work, says)
}

#[tokio::test]
async fn a_digest_is_sent_when_it_is_due_though_a_letter_of_its_channel_is_sent_again() {
    let bench = Bench::new();
    let (server, work, says) = with_a_letter(&bench).await;
    says.store(2, Ordering::SeqCst);
    bench.collect(&work, 2..3).await;
    work.couriers.pause("desk", "the desk moves").unwrap();
    bench.clock.set(at(7_205));
    work.couriers.redeliver("desk", &[]).unwrap();
    work.couriers.resume("desk").unwrap();
    until("both are sent", || server.mails().len() == 2).await;
    work.end().await;
}

#[tokio::test]
async fn a_letter_that_is_asked_for_again_is_sent_though_the_sink_is_sent_elsewhere() {
    let bench = Bench::new();
    let (server, work, says) = with_a_letter(&bench).await;
    let couriers = work.couriers.clone();
    let status = || couriers.status_of("desk").unwrap();
    says.store(1, Ordering::SeqCst);
    couriers.redeliver("desk", &[]).unwrap();
    until("it is put off", || status().dead_letters == 0 && status().attempts > 0).await;
    bench.collect(&work, 2..3).await;
    says.store(2, Ordering::SeqCst);
    couriers.rewind("desk", RewindTo::End).unwrap();
    until("it is sent", || server.mails().len() == 1).await;
    until("nothing waits", || status().waiting_since.is_none()).await;
    work.end().await;
    let mails = server.taken();
    assert!(mails[0].1.contains("Ferry 1"), "{}", mails[0].1);
}

#[tokio::test]
async fn a_letter_of_which_the_log_keeps_nothing_is_not_sent_and_stays_dead() {
    let bench = Bench::new();
    let (server, work, says) = with_a_letter(&bench).await;
    let couriers = work.couriers.clone();
    says.store(2, Ordering::SeqCst);
    bench.collect(&work, 2..101).await;
    bench.clock.set(at(7_205));
    let status = || couriers.status_of("desk").unwrap();
    until("the next is sent", || status().delivered == Some(99)).await;
    until("nothing waits", || status().waiting_since.is_none()).await;
    assert_ne!(bench.trim(), 0);
    couriers.redeliver("desk", &[]).unwrap();
    let letter = || couriers.letters("desk").unwrap().pop();
    until("it is said", || letter().is_some_and(|it| it.reason.contains("keeps"))).await;
    assert!(!letter().unwrap().again);
    work.end().await;
    assert_eq!(server.mails().len(), 1);
}
