//! Dead letters that are delivered once more.

use super::*;

/// A bench whose receiver has refused `count` deliveries, and takes what `now` says from then on.
async fn with_letters(
    count: u64,
    now: impl Fn(&Seen) -> String + Send + 'static,
) -> (Bench, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let works = mended.clone();
    let bench = Bench::new("batch = 1", move |seen| match works.load(Ordering::SeqCst) {
        true => now(seen),
        false => answer("400 Bad Request", ""),
    });
    bench.append(1..count + 1);
    bench.start().end().await;
    (bench, mended)
}

#[tokio::test]
async fn news_has_its_turn_while_dead_letters_are_delivered_again() {
    let (bench, mended) = with_letters(9, |_| answer("200 OK", "")).await;
    mended.store(true, Ordering::SeqCst);
    let before = bench.hook.seen().len();
    bench.append(10..13);
    let (couriers, tasks) =
        Couriers::attach(bench.config(), "", &bench.log, &Clock::standing(at(9))).unwrap();
    assert_eq!(couriers.redeliver("desk", &[]).unwrap(), 9);
    let stop = CancellationToken::new();
    stop.cancel();
    for task in tasks {
        task.run(stop.clone()).await.unwrap();
    }
    let taken = bench.hook.ids().split_off(before);
    let place = |id: &str| taken.iter().position(|taken| taken == id).unwrap();
    assert!(place("harbour/12") < 7, "{taken:?}");
    assert!(place("harbour/9") > 7, "{taken:?}");
    assert_eq!(taken.len(), 12);
}

#[tokio::test]
async fn a_dead_letter_that_fails_in_passing_is_tried_again_and_holds_up_nobody() {
    let (bench, mended) = with_letters(2, |seen| match seen.body.contains("\"harbour/1\"") {
        true => answer("503 Service Unavailable", "Retry-After: 600\r\n"),
        false => answer("200 OK", ""),
    })
    .await;
    mended.store(true, Ordering::SeqCst);
    let clock = Clock::standing(at(1_000));
    let work = Work::at(clock.clone(), bench.config(), &bench.log);
    let couriers = work.couriers.clone();
    couriers.redeliver("desk", &[]).unwrap();
    let first = || couriers.letters("desk").unwrap().remove(0);
    until("it failed", || first().attempts > 1).await;
    assert!(first().again, "it is still to be delivered");

    bench.append(3..4);
    until("news arrives", || couriers.status_of("desk").unwrap().lag == 0).await;
    while first().again {
        let tries = first().attempts;
        clock.set(clock.now() + SignedDuration::from_mins(10));
        until("it is tried again", || first().attempts > tries).await;
        assert_eq!(first().attempts, tries + 1, "and waits again");
    }
    assert_eq!((first().attempts, first().again), (11, false), "now it stays dead");
    clock.set(at(20_000));
    until("the other one has its turn", || couriers.letters("desk").unwrap().len() == 1).await;

    couriers.redeliver("desk", &[]).unwrap();
    until("it is tried", || first().attempts > 11).await;
    assert!(first().again, "asked for once more, it has as many attempts as before");
    work.end().await;
}

#[tokio::test]
async fn a_dead_letter_is_delivered_after_all_once_its_receiver_is_mended() {
    let mended = Arc::new(AtomicBool::new(false));
    let works = mended.clone();
    let bench = Bench::new("", move |seen| match seen.body.contains("\"harbour/2\"") {
        true if !works.load(Ordering::SeqCst) => answer("400 Bad Request", ""),
        _ => answer("200 OK", ""),
    });
    bench.append(1..4);
    bench.start().end().await;

    // The letter is found again by the next daemon.
    let work = bench.start();
    let couriers = work.couriers.clone();
    assert_eq!(couriers.redeliver("desk", &["harbour/3".to_owned()]).unwrap(), 0);
    assert_eq!(couriers.redeliver("desk", &["harbour/2".to_owned()]).unwrap(), 1);
    until("it is refused again", || couriers.letters("desk").unwrap()[0].attempts == 2).await;
    assert!(!couriers.letters("desk").unwrap()[0].again);

    mended.store(true, Ordering::SeqCst);
    assert_eq!(couriers.redeliver("desk", &[]).unwrap(), 1);
    until("it is taken", || couriers.letters("desk").unwrap().is_empty()).await;
    work.end().await;
    assert_eq!(bench.hook.ids().last().unwrap(), "harbour/2");
    assert_eq!(couriers.status_of("desk").unwrap().next, Position(4), "the cursor stays");
}
