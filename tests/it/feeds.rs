//! Feeds: polled from a local server by the real daemon.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::support::{Chance, Desk, unlike_any_other};
use crate::web::Feed;

fn desk(feed: &Feed, keys: &str) -> Desk {
    Desk::with(&format!(
        r#"
[log]
dir = "data"

[[source.feed]]
name = "port"
url = "http://{}/feed.xml"
min_interval = "1s"
max_interval = "1s"
{keys}

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
    ))
}

/// An RSS feed of entries with these numbers and dates.
fn rss(entries: &[(u64, &str)]) -> String {
    let item = |(number, date): &(u64, &str)| {
        let headline = unlike_any_other(*number);
        format!(
            "<item><guid>g:{number}</guid><title>{headline}</title><pubDate>{date}</pubDate></item>"
        )
    };
    let items: String = entries.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Port</title>{items}</channel></rss>")
}

const OLD: &str = "Sun, 01 Mar 2020 06:00:00 GMT";
/// Younger than any `backfill` of a century.
const YOUNG: &str = "Sun, 01 Mar 2026 06:00:00 GMT";

/// Headline and delivery id of every whole line.
fn deliveries(desk: &Desk) -> Vec<(String, String)> {
    let text = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap().to_owned();
    let lines = desk.records_so_far("out.ndjson");
    lines.iter().map(|line| (text(line, "headline"), text(line, "id"))).collect()
}

fn headlines(desk: &Desk) -> Vec<String> {
    deliveries(desk).into_iter().map(|(headline, _)| headline).collect()
}

#[test]
fn adding_a_feed_floods_nobody_and_what_comes_then_is_delivered_once() {
    let feed = Feed::serve(rss(&[(1, OLD), (2, OLD)]));
    let desk = desk(&feed, "allow_private = true");
    let mut daemon = desk.daemon();
    daemon.until("first contact", || desk.read("daemon.log").contains("first contact"));
    feed.change(rss(&[(3, YOUNG), (1, OLD), (2, OLD)]));
    daemon.until("the new entry is delivered", || !headlines(&desk).is_empty());
    let asked = feed.asked();
    daemon.until("it is asked again", || feed.asked() > asked + 1);
    daemon.stop();
    assert_eq!(headlines(&desk), [unlike_any_other(3)]);
    let mut daemon = desk.daemon();
    let asked = feed.asked();
    daemon.until("it is asked again", || feed.asked() > asked + 1);
    daemon.stop();
    assert_eq!(headlines(&desk), [unlike_any_other(3)], "a restart delivers nothing again");
}

#[test]
fn a_daemon_without_files_left_blames_no_feed_for_it() {
    let feed = Feed::serve(rss(&[(1, OLD)]));
    let desk = desk(&feed, "allow_private = true");
    let mut daemon = desk.daemon();
    daemon.until("it is asked", || feed.asked() > 0);
    let (_, most) = daemon.open_files_limits();
    if !daemon.limit_open_files(3) {
        return;
    }
    daemon
        .until("it cannot ask", || desk.read("daemon.log").matches("is not asked now").count() > 1);
    assert!(daemon.limit_open_files(most));
    let asked = feed.asked();
    daemon.until("it is asked again", || feed.asked() > asked);
    daemon.stop();
    assert!(!desk.read("daemon.log").contains("failures="), "{}", desk.read("daemon.log"));
}

#[test]
fn a_daemon_that_is_killed_again_and_again_takes_every_entry_in_once() {
    const ENTRIES_A_CYCLE: u64 = 3;
    let cycles = crate::kill::cycles();
    let feed = Feed::serve(rss(&[]));
    let desk = desk(&feed, "allow_private = true\nbackfill = \"36500d\"");
    let mut chance = Chance(42);
    for cycle in 1..=cycles {
        // It lists all of them: on a busy machine many daemons in a row are killed before they took
        // anything in, and what a feed no longer lists was never there for them.
        let newest = cycle * ENTRIES_A_CYCLE;
        let entries: Vec<_> = (0..newest).rev().map(|n| (n, YOUNG)).collect();
        feed.change(rss(&entries));
        let asked = feed.asked();
        let mut daemon = desk.daemon();
        daemon.until("it has asked", || feed.asked() > asked);
        std::thread::sleep(Duration::from_millis(chance.below(60)));
        daemon.kill();
    }
    let all = cycles * ENTRIES_A_CYCLE;
    let mut daemon = desk.daemon();
    daemon.until("every entry is delivered", || {
        headlines(&desk).into_iter().collect::<BTreeSet<_>>().len() as u64 >= all
    });
    daemon.stop();
    let mut lines: BTreeMap<String, u32> = BTreeMap::new();
    headlines(&desk).into_iter().for_each(|headline| *lines.entry(headline).or_default() += 1);
    for number in 0..all {
        let lines = lines.get(&unlike_any_other(number));
        assert_eq!(lines, Some(&1), "entry {number} was lost or delivered twice");
    }
}

#[test]
fn a_private_address_is_refused_with_what_to_do() {
    let feed = Feed::serve(rss(&[(1, YOUNG)]));
    let desk = desk(&feed, "");
    let mut daemon = desk.daemon();
    daemon.until("it is refused", || desk.read("daemon.log").contains("allow_private"));
    daemon.stop();
    assert_eq!(feed.asked(), 0);
}

#[test]
fn a_list_of_feeds_becomes_a_configuration_that_is_good() {
    let desk = Desk::new();
    let opml = "<opml version=\"2.0\"><body><outline text=\"World\">\
         <outline text=\"Harbour &quot;A&quot;\" xmlUrl=\"https://a.example/feed\"/>\
         <outline text=\"Broken\" xmlUrl=\"javascript:alert(1)\"/></outline></body></opml>";
    desk.write("feeds.opml", opml);
    let said = desk.wirefold(&["init", "--opml", "feeds.opml"]).success();
    assert!(said.out.contains("1 feed"), "{}", said.out);
    assert!(said.err.contains("javascript:alert(1)"), "{}", said.err);
    let said = desk.wirefold(&["check", "-c", "wirefold.toml"]).success();
    assert!(said.out.contains("1 source"), "{}", said.out);
    desk.wirefold(&["init"]).exited(2);
    desk.write("page.html", "<html></html>");
    let said = desk.wirefold(&["init", "--opml", "page.html", "other.toml"]).exited(1);
    assert!(said.err.contains("not OPML"), "{}", said.err);
}
