//! The console in a real browser: what it shows stays true without a reload.

use std::net::SocketAddr;

use serde_json::json;

use crate::browser::Browser;
use crate::push::{headers, start, token};
use crate::support::{Daemon, Desk};
use crate::web::{ask, free_port};

const CLAIM: &str = "Norland agreed to cease night inspections - regional media";
const DENIAL: &str = "Ministry source claims Norland did not agree to stop night inspections";
const SQUID: &str = "Giant squid found in city fountain";
/// Who tells all of it.
const PUBLISHER: &str = "Coast <img src=x onerror=alert(1)> Wire";

/// A desk with a daemon that serves it.
struct Served {
    desk: Desk,
    listen: SocketAddr,
    daemon: Option<Daemon>,
}

impl Served {
    fn new() -> Served {
        let listen = free_port();
        let desk = Desk::with(&format!(
            r#"
[log]
dir = "data"

[serve]
listen = "{listen}"

[[channel]]
name = "all"
title = "All the news"

[[channel]]
name = "squid"

[[rule]]
name = "everything"
query = "*"
channels = ["all"]

[[rule]]
name = "sea"
query = "squid"
channels = ["squid"]

[[sink.file]]
name = "out"
path = "out.ndjson"
channels = ["all"]
"#
        ));
        let mut served = Served { desk, listen, daemon: None };
        served.start();
        served
    }

    fn start(&mut self) {
        self.daemon = Some(start(&self.desk, self.listen));
    }

    fn stop(&mut self) {
        self.daemon.take().unwrap().stop();
    }

    /// Gives the token as the browser would ask for it.
    fn log_in(&self, browser: &Browser) {
        browser.visit(&format!("http://desk:{}@{}/v1/channels", token(&self.desk), self.listen));
    }

    fn push(&self, uri: &str, headline: &str) {
        let body =
            format!("{}\n", json!({ "uri": uri, "headline": headline, "provider": PUBLISHER }));
        let (status, report) =
            ask(self.listen, "POST", "/v1/items", &headers(&self.desk), &body).unwrap();
        assert_eq!(status, 202, "{report}");
    }

    fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.listen)
    }
}

#[test]
fn the_console_shows_what_comes_and_what_becomes_of_it() {
    let Some(browser) = Browser::open(1200) else { return };
    let served = Served::new();
    served.log_in(&browser);
    browser.visit(&served.url(""));
    browser.shows("h1", &["All the news"]);
    browser.shows("main .quiet", &["Nothing yet. What comes is shown at once."]);

    served.push("i:1", CLAIM);
    browser.shows("article h3", &[CLAIM]);
    served.push("i:2", SQUID);
    browser.shows("article h3", &[SQUID, CLAIM]);
    browser.shows("#channels a", &["All the news 2", "squid 1", "Unrouted 0", "Rejected 0"]);
    assert!(browser.texts("article .meta")[0].ends_with(&format!("first from {PUBLISHER}")));
    assert!(browser.texts("img").is_empty(), "what others sent is text");

    // A contradiction comes as an update to its story, and an open story hears of it.
    browser.click("article:last-child h3 a");
    browser.shows(".card a, .card p:first-child", &[&format!("New {CLAIM}")]);
    served.push("i:3", DENIAL);
    browser.shows("h1 .tag", &["disputed"]);
    browser.shows(".card .tag", &["makes it disputed"]);

    // What a person merges is one story without a reload.
    browser.visit(&served.url("#/channel/all"));
    browser.shows("article .tag", &["disputed"]);
    browser.shows("article h3", &[&format!("disputed{CLAIM}"), SQUID]);
    let merge = ["story", "merge", "-c", "wirefold.toml", "s2", "s1"];
    served.desk.wirefold(&merge).success();
    browser.shows("article h3", &[&format!("disputed{CLAIM}")]);
}

#[test]
fn the_console_comes_back_with_its_daemon() {
    let Some(browser) = Browser::open(1200) else { return };
    let mut served = Served::new();
    served.log_in(&browser);
    served.push("i:1", CLAIM);
    browser.visit(&served.url(""));
    browser.shows("article h3", &[CLAIM]);
    browser.shows("#state", &["live"]);

    // One page was open, another is turned to while the daemon is away.
    served.stop();
    browser.shows("#state", &["not connected, trying again"]);
    served.start();
    served.push("i:2", SQUID);
    browser.shows("article h3", &[SQUID, CLAIM]);
    browser.shows("#state", &["live"]);

    served.stop();
    browser.click("header .aside");
    browser.shows(".error", &["wirefold does not answer. It is asked again."]);
    served.start();
    browser.shows("h1", &["Sinks"]);
    browser.shows("tbody td:first-child", &["out"]);
    browser.shows("#state", &[""]);
}

#[test]
fn the_console_fits_a_phone() {
    let Some(browser) = Browser::open(360) else { return };
    let served = Served::new();
    served.log_in(&browser);
    let long = "a".repeat(120);
    served.push("i:1", &format!("Harbour sign reads {long} since this morning"));
    for (page, there) in [("", "article"), ("#/story/s1", ".card"), ("#/sinks", "table")] {
        browser.visit(&served.url(page));
        browser.until(there);
        let width = browser.eval("[document.documentElement.scrollWidth, innerWidth]");
        assert_eq!(width, json!([360, 360]), "{page}");
    }
}

#[test]
fn the_console_hears_nothing_while_nobody_sees_it_and_all_of_it_when_somebody_does() {
    let Some(browser) = Browser::open(1200) else { return };
    let served = Served::new();
    served.log_in(&browser);
    browser.visit(&served.url(""));
    browser.shows("#state", &["live"]);
    let turn_away = |hidden: bool| {
        browser.eval(&format!(
            "(() => {{ Object.defineProperty(document, 'hidden', {{ value: {hidden}, \
             configurable: true }}); document.dispatchEvent(new Event('visibilitychange')); }})()"
        ));
    };
    turn_away(true);
    browser.shows("#state", &[""]);
    served.push("i:1", CLAIM);
    turn_away(false);
    browser.shows("article h3", &[CLAIM]);
    browser.shows("#state", &["live"]);
    served.push("i:2", SQUID);
    browser.shows("article h3", &[SQUID, CLAIM]);
}

#[test]
fn an_address_of_the_console_shows_what_it_names_or_says_that_it_is_not_there() {
    let Some(browser) = Browser::open(1200) else { return };
    let served = Served::new();
    served.log_in(&browser);
    served.push("i:1", CLAIM);
    for (page, says) in [
        ("#/channel/nosuch", "There is no channel nosuch that this token may read."),
        ("#/nosuch", "There is no such page."),
    ] {
        browser.visit(&served.url(page));
        browser.shows("main .quiet", &[says]);
    }
    browser.visit(&served.url("#/story/%"));
    browser.until(".error");

    let (status, _) =
        ask(served.listen, "POST", "/v1/items", &headers(&served.desk), "{\"headline\":\n")
            .unwrap();
    assert_eq!(status, 422);
    browser.visit(&served.url("#/channel/rejected"));
    browser.until("article");
    assert!(browser.texts("article .meta")[0].contains("item "), "{:?}", browser.texts("article"));
}

#[test]
fn who_comes_back_from_a_story_finds_the_channel_as_it_was_left_and_what_is_new() {
    let Some(browser) = Browser::open(1200) else { return };
    let served = Served::new();
    served.log_in(&browser);
    // Words that no other headline has.
    let word = |seed: u32| -> String {
        let mixed = seed.wrapping_mul(2_654_435_761);
        (0..6).map(|at| char::from(b'a' + (mixed / 26u32.pow(at) % 26) as u8)).collect()
    };
    let headline = |n: u32| [word(3 * n + 1), word(3 * n + 2), word(3 * n + 3)].join(" ");
    let lines: String =
        (0..60).map(|n| format!("{}\n", json!({ "headline": headline(n) }))).collect();
    let (status, report) =
        ask(served.listen, "POST", "/v1/items", &headers(&served.desk), &lines).unwrap();
    assert_eq!(status, 202, "{report}");
    browser.visit(&served.url(""));
    browser.until("article:nth-child(50)");
    browser.click("main > button");
    browser.until("article:nth-child(55)");
    browser.eval("scrollTo(0, 1500)");
    browser.eval("document.querySelector('article:nth-child(30) a').click()");
    browser.until(".card");
    served.push("i:new", SQUID);
    browser.eval("history.back()");
    browser.until("article:nth-child(55)");
    browser.until("article.new");
    assert_eq!(browser.texts("article h3")[0], SQUID);
    let top = browser.eval("scrollY").as_f64().unwrap();
    assert!(top >= 1400.0, "{top}");
}
