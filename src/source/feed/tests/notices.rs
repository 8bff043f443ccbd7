//! What hubs bring about.

use super::*;

/// Two feeds of one host, `a` and `b`, that have been read.
async fn two_feeds(data: &std::path::Path, url: &url::Url) -> Poller {
    let mut sources = sources(url, PRIVATE);
    let place = sources[0].name.place.clone();
    let second = SourceConfig { name: At { value: "b".to_owned(), place }, ..sources[0].clone() };
    sources.push(second);
    let mut poller = poller_of(data, sources);
    poller.turn(10).await;
    poller.turn(20).await;
    poller
}

#[tokio::test]
async fn notices_that_come_faster_than_a_host_may_be_asked_hold_up_no_feed() {
    let server = Local::serve(|_| answer("200 OK", "", &list([1])));
    let data = tempfile::tempdir().unwrap();
    let mut poller = two_feeds(data.path(), &server.url).await;
    let noticed = HashSet::from(["a".to_owned()]);
    poller.notice(&noticed);
    poller.turn(20).await;
    for _ in 0..30 {
        poller.notice(&noticed);
        poller.start_due();
    }
    assert_eq!(poller.next[0].at, at(21), "it keeps the turn that its host has promised");
    let host = poller.memory().hosts();
    assert_eq!(poller.hosts.promise(&host, at(20)), at(22), "no turn of its host was given away");
}

#[tokio::test]
async fn a_feed_that_has_nothing_new_after_a_notice_is_asked_again_a_few_times() {
    let news = std::sync::Arc::new(Mutex::new(1));
    let newest = news.clone();
    let server = Local::serve(move |_| answer("200 OK", "", &list(1..=*newest.lock().unwrap())));
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(10).await;
    let noticed = HashSet::from(["a".to_owned()]);
    let usual = poller.next[0].at;
    assert!(usual > at(15));
    for (round, asks) in [(100, ONCE_MORE + 1), (200, 1)] {
        poller.context.clock.set(at(round));
        poller.notice(&noticed);
        if asks == 1 {
            *news.lock().unwrap() += 1;
        }
        for ask in 1..=asks.into() {
            poller.turn(round + 2 * ask).await;
            let soon = poller.next[0].at <= at(round + 2 * ask + 1);
            assert_eq!(soon, ask < asks.into(), "poll {ask} of {asks}");
        }
    }
}
