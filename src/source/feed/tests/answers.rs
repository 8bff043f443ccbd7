//! What answers bring about: cut ones, moves, silence, and what a restart keeps of them.

use super::*;

const FEED: &str = "allow_private = true\nformat = \"feed\"";

fn rss(head: &str, entries: impl IntoIterator<Item = u64>) -> String {
    let item =
        |n| format!("<item><guid>{n}</guid><title>Squid {n} sighted off Norland</title></item>");
    let items: String = entries.into_iter().map(item).collect();
    format!("<rss><channel><title>Port</title>{head}{items}</channel></rss>")
}

/// An answer whose end nothing tells but the end of the connection.
fn endless(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nETag: \"x\"\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// Answers one after another, the last one for ever.
fn one_after_another(answers: Vec<Vec<u8>>) -> Local {
    let asked = Mutex::new(0);
    Local::serve(move |_| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        answers[(*asked - 1).min(answers.len() - 1)].clone()
    })
}

fn headlines(poller: &Poller) -> Vec<Result<String, String>> {
    let view = poller.context.log.view();
    let seqs = (1..poller.context.log.next_seq().0).map(crate::item::Seq);
    let record = |seq| view.intake(seq).unwrap().unwrap().arrival.record;
    seqs.map(|seq| record(seq).map(|item| item.headline).map_err(|reject| reject.reason)).collect()
}

#[tokio::test]
async fn of_an_answer_that_was_cut_whole_entries_are_taken_and_the_rest_is_fetched_again() {
    let whole = rss("", 1..=3);
    let second = whole.find("<item><guid>2").unwrap();
    let server = one_after_another(vec![
        endless(&whole[..second]),
        endless(&whole[..second + 20]),
        endless(&whole),
    ]);
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller_of(data.path(), sources(&server.url, FEED));
    for (poll, failures) in [(1, 1), (2, 2), (3, 0)] {
        poller.turn(1_000 * poll).await;
        assert_eq!(poller.memory().failures, failures);
    }
    let all = headlines(&poller);
    assert_eq!(all.len(), 3, "no reject for the cut entry: {all:?}");
    assert!(!server.heads()[2].contains("if-none-match"), "{:?}", server.heads());
    assert_eq!(poller.memory().conditions().len(), 1, "now it is known whole");
}

#[tokio::test]
async fn a_feed_that_is_never_closed_is_read_all_the_same() {
    let body = |n| rss("", 1..=n).replace("</channel></rss>", "");
    let data = tempfile::tempdir().unwrap();
    let server = one_after_another((1..9).map(|n| endless(&body(n))).collect());
    let mut poller = poller_of(data.path(), sources(&server.url, FEED));
    for poll in 1..6 {
        poller.turn(1_000 * poll).await;
    }
    assert_eq!((poller.memory().failures, headlines(&poller).len()), (0, 5));
    let sized = one_after_another(vec![answer("200 OK", "ETag: \"x\"\r\n", body(2).as_bytes())]);
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller_of(data.path(), sources(&sized.url, FEED));
    poller.turn(1_000).await;
    assert_eq!((poller.memory().failures, headlines(&poller).len()), (0, 2));
    assert!(poller.memory().conditions().is_empty(), "what stands behind the cut may come yet");
}

#[tokio::test]
async fn what_one_address_calls_its_version_is_not_told_another() {
    let back = std::sync::Arc::new(Mutex::new(false));
    let is_back = back.clone();
    let server = Local::serve(move |head| {
        let back = *is_back.lock().unwrap();
        match (head.starts_with("get /feed "), back) {
            (true, false) => answer("301 Moved Permanently", "Location: /new\r\n", b""),
            (true, true) if head.contains("if-") => answer("304 Not Modified", "", b""),
            (true, true) => answer("200 OK", "", &list([1, 2])),
            (false, false) => answer("200 OK", "ETag: \"new\"\r\n", &list([1])),
            (false, true) => answer("410 Gone", "", b""),
        }
    });
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(1_000).await;
    poller.turn(2_000).await;
    assert!(server.heads()[2].contains("if-none-match: \"new\""), "{:?}", server.heads());
    *back.lock().unwrap() = true;
    poller.turn(3_000).await;
    assert_eq!(poller.memory().failures, 1, "gone where it had moved to is not gone");
    poller.turn(4_000).await;
    assert!(server.heads().last().unwrap().starts_with("get /feed "), "{:?}", server.heads());
    assert_eq!(headlines(&poller).len(), 2);
}

#[tokio::test]
async fn a_304_to_a_request_without_conditions_is_a_failure() {
    let server = Local::serve(|_| answer("304 Not Modified", "", b""));
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(10).await;
    assert_eq!(poller.memory().failures, 1);
}

#[tokio::test]
async fn what_a_feed_and_its_server_asked_for_outlives_the_process() {
    let head = "<ttl>60</ttl><skipHours><hour>5</hour></skipHours>\
        <atom:link rel='hub' href='/hub'/><atom:link rel='self' href='/feed'/>";
    let server = one_after_another(vec![
        answer("200 OK", "ETag: \"1\"\r\n", rss(head, [1]).as_bytes()),
        answer("202 Accepted", "", b""),
        answer("304 Not Modified", "Link: </other>; rel=hub\r\n", b""),
        answer("202 Accepted", "", b""),
        answer("503 Service Unavailable", "Retry-After: 3600\r\n", b""),
    ]);
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller_of(data.path(), sources(&server.url, FEED));
    let restarted = |poller: &Poller| Memory::load(&poller.context.log, &poller.feeds[0]);
    poller.turn(1_000).await;
    assert_eq!(restarted(&poller).told, poller.memory().told);
    let wishes = restarted(&poller).told.wishes;
    assert_eq!((wishes.fresh_for, wishes.skip_hours), (Some(Duration::from_secs(3_600)), 1 << 5));
    poller.turn(2_000).await;
    let links = restarted(&poller).told.links;
    assert_eq!(links.hub, server.url.join("/other").ok().map(String::from), "a 304 says it, too");
    assert_eq!(links.topic.as_deref(), Some(server.url.as_str()));
    poller.turn(3_000).await;
    let (_, left) = restarted(&poller).silence(at(3_600)).unwrap();
    assert_eq!(left, Duration::from_secs(3_000));
    let feeds = sources(&server.url, FEED).into_iter().filter_map(Feed::new);
    let context = poller.context.clone();
    context.clock.set(at(4_000));
    let mut poller = Poller::new(feeds, Client::new().unwrap(), context);
    poller.context.clock.set(at(4_010));
    poller.start_due();
    assert!(poller.running.is_empty() && poller.next[0].at == at(6_600), "{:?}", poller.next);
}

#[tokio::test]
async fn the_host_that_a_redirect_leads_to_is_treated_as_any_other() {
    let other = Local::serve(|_| answer("429 Too Many Requests", "Retry-After: 3600\r\n", b""));
    let elsewhere = format!("Location: {}\r\n", other.url);
    let server = Local::serve(move |_| answer("302 Found", &elsewhere, b""));
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(1_000).await;
    let hosts = poller.memory().hosts();
    assert_eq!(hosts, [memory::host(&server.url), memory::host(&other.url)]);
    assert_eq!(poller.hosts.promise(&hosts[..1], at(1_010)), at(1_010), "it has asked for nothing");
    assert_eq!(poller.hosts.promise(&hosts[1..], at(1_010)), at(4_600));
}

#[tokio::test]
async fn of_more_entries_than_anybody_reads_the_newest_are_taken() {
    let many = take_in::MOST as u64 + 5;
    let entries: String = (0..many).map(|n| entry(n, at(n))).collect();
    let server = one_after_another(vec![answer("200 OK", "", entries.as_bytes())]);
    let data = tempfile::tempdir().unwrap();
    let mut poller = poller(data.path(), &server.url);
    poller.turn(100_000).await;
    let all = headlines(&poller);
    assert_eq!((all.len(), all[0].as_deref()), (take_in::MOST, Ok("Ferry 5")));
}
