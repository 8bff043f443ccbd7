//! What a server and a feed say about when to come again, and who pushes for them.

use std::time::Duration;

use hyper::header::{self, HeaderMap, HeaderName};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::schedule::Wishes;

/// Where a feed's changes are pushed from (WebSub).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Links {
    /// The hub.
    pub(super) hub: Option<String>,
    /// The address under which the hub knows the feed.
    pub(super) topic: Option<String>,
}

/// What the head of an answer says.
pub(super) fn of_headers(headers: &HeaderMap, now: Timestamp) -> Wishes {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let age = text(header::AGE).and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    let fresh_for = text(header::CACHE_CONTROL)
        .and_then(max_age)
        .map(|seconds: u64| Duration::from_secs(seconds.saturating_sub(age)));
    let retry_after = text(header::RETRY_AFTER).and_then(|value| retry_after(value, now));
    Wishes { retry_after, fresh_for, ..Wishes::default() }
}

fn max_age(cache_control: &str) -> Option<u64> {
    let directive = |part: &str| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| value.trim_matches([' ', '"']).parse().ok())?
    };
    cache_control.split(',').find_map(directive)
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// The links of a `Link` header (RFC 8288), which may be relative to the answer's own address.
pub(super) fn links_of_headers(headers: &HeaderMap, base: &Url) -> Links {
    let mut links = Links::default();
    for value in headers.get_all(header::LINK) {
        let Ok(value) = value.to_str() else { continue };
        for link in parts(value, ',') {
            let Some((address, parameters)) = link.split_once('>') else { continue };
            let Some(address) = address.trim().strip_prefix('<') else { continue };
            let relations = parts(parameters, ';').into_iter().filter_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                let value = value.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel").then_some(value)
            });
            for relation in relations.flat_map(str::split_whitespace) {
                links.set(relation, address, base);
            }
        }
    }
    links
}

/// What stands between the separators of a header, not counting those in quotes and in addresses.
fn parts(value: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut address) = (false, false);
    let ends = |c: char| {
        match c {
            '"' if !address => quoted = !quoted,
            '<' | '>' if !quoted => address = c == '<',
            _ => {}
        }
        c == separator && !quoted && !address
    };
    value.split(ends).collect()
}

impl Links {
    /// Notes a link, which may be relative to `base`; the first of a relation counts.
    fn set(&mut self, relation: &str, address: &str, base: &Url) {
        let field = match relation.to_ascii_lowercase().as_str() {
            "hub" => &mut self.hub,
            "self" => &mut self.topic,
            _ => return,
        };
        let whole = base.join(address);
        field.get_or_insert_with(|| whole.map_or(address.to_owned(), |whole| whole.to_string()));
    }

    /// These links, and `others` where there are none.
    pub(super) fn or(self, others: Links) -> Links {
        Links { hub: self.hub.or(others.hub), topic: self.topic.or(others.topic) }
    }
}

/// As much of a feed is looked at before its first entry, and behind its last: a search for what is
/// not there must not go through the whole.
const EDGE: usize = 64 * 1024;

/// What a feed that was fetched from `base` says around its entries. Only ASCII matters, so the
/// charset does not.
pub(super) fn of_document(body: &[u8], base: &Url) -> (Wishes, Links) {
    if body.trim_ascii_start().starts_with(b"{") {
        return (Wishes::default(), links_of_json(body, base));
    }
    let mut found = Document::default();
    found.read(&body[..body.len().min(EDGE)], base);
    let tail = &body[body.len().saturating_sub(EDGE)..];
    let after_entries = [&b"</item>"[..], b"</entry>"].into_iter().find_map(|end| {
        tail.windows(end.len()).rposition(|window| window == end).map(|at| at + end.len())
    });
    if let Some(at) = after_entries {
        found.read(&tail[at..], base);
    }
    (found.wishes(), found.links)
}

/// The hub and the address that a JSON Feed names.
fn links_of_json(body: &[u8], base: &Url) -> Links {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Head {
        hubs: Value,
        feed_url: Value,
    }
    let head: Head = serde_json::from_slice(body).unwrap_or_default();
    let mut links = Links::default();
    let hubs =
        head.hubs.as_array().into_iter().flatten().filter(|hub| {
            hub["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("websub"))
        });
    for hub in hubs.filter_map(|hub| hub["url"].as_str()) {
        links.set("hub", hub, base);
    }
    if let Some(topic) = head.feed_url.as_str() {
        links.set("self", topic, base);
    }
    links
}

#[derive(Debug, Default)]
struct Document {
    /// Name of the innermost element.
    within: String,
    ttl: Option<Duration>,
    /// `updatePeriod` in seconds.
    period: Option<u64>,
    /// Updates in a period.
    frequency: Option<u64>,
    skip_hours: u32,
    skip_days: u8,
    links: Links,
}

impl Document {
    /// Reads up to the first entry.
    fn read(&mut self, bytes: &[u8], base: &Url) {
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        reader.config_mut().allow_dangling_amp = true;
        // A feed that is not XML, or broken, has said what was read so far.
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    if matches!(name.as_str(), "item" | "entry") {
                        return;
                    }
                    self.link(&name, &start, base);
                    self.within = name;
                }
                Event::Empty(start) => self.link(start.local_name().into_inner(), &start, base),
                Event::Text(text) => self.text(text.trim()),
                Event::End(_) => self.within.clear(),
                Event::Eof => return,
                _ => {}
            }
        }
    }

    fn link(&mut self, name: &str, element: &BytesStart<'_>, base: &Url) {
        if name != "link" {
            return;
        }
        let attribute = |name: &str| {
            let found = element.try_get_attribute(name).ok()??;
            quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
        };
        if let (Some(relation), Some(address)) = (attribute("rel"), attribute("href")) {
            self.links.set(&relation, &address, base);
        }
    }

    fn text(&mut self, text: &str) {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        match self.within.as_str() {
            "ttl" => {
                self.ttl = text
                    .parse::<u64>()
                    .ok()
                    .map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
            }
            // RSS 0.91 counts 1 to 24, RSS 2.0 0 to 23.
            "hour" => {
                if let Some(hour) = text.parse::<u32>().ok().filter(|hour| *hour <= 24) {
                    self.skip_hours |= 1 << (hour % 24);
                }
            }
            "day" => {
                let day = DAYS.iter().position(|day| text.eq_ignore_ascii_case(day));
                self.skip_days |= day.map_or(0, |day| 1 << day);
            }
            "updatePeriod" => {
                self.period = match text {
                    "hourly" => Some(3_600),
                    "daily" => Some(86_400),
                    "weekly" => Some(604_800),
                    "monthly" => Some(2_592_000),
                    "yearly" => Some(31_536_000),
                    _ => None,
                };
            }
            "updateFrequency" => self.frequency = text.parse().ok(),
            _ => {}
        }
    }

    fn wishes(&self) -> Wishes {
        let period = self
            .period
            .map(|period| Duration::from_secs(period / self.frequency.unwrap_or(1).max(1)));
        Wishes {
            retry_after: None,
            fresh_for: self.ttl.or(period),
            skip_hours: self.skip_hours,
            skip_days: self.skip_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "https://a.example/news/feed".parse().unwrap()
    }

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, header::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn cache_control_counts_from_when_the_answer_was_made() {
        let fresh_for = |pairs: &[_]| of_headers(&headers(pairs), Timestamp::UNIX_EPOCH).fresh_for;
        let max_age = (header::CACHE_CONTROL, "public, Max-Age=\"600\", must-revalidate");
        assert_eq!(fresh_for(std::slice::from_ref(&max_age)), Some(Duration::from_secs(600)));
        assert_eq!(fresh_for(&[max_age, (header::AGE, "590")]), Some(Duration::from_secs(10)));
        assert_eq!(fresh_for(&[(header::CACHE_CONTROL, "no-cache")]), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let after = |value| of_headers(&headers(&[(header::RETRY_AFTER, value)]), now).retry_after;
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Tue, 24 Nov 2026 10:05:00 GMT"), Some(Duration::from_secs(300)));
        assert_eq!(after("Tue, 24 Nov 2026 09:05:00 GMT"), Some(Duration::ZERO), "it has passed");
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn an_rss_channel_says_when_it_rests() {
        let feed = br#"<?xml version="1.0"?><rss xmlns:atom="http://www.w3.org/2005/Atom"><channel>
            <title>Harbour & Port</title><ttl> 90 </ttl>
            <atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>
            <atom:link rel="self" href="https://a.example/feed"/>
            <skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>99</hour></skipHours>
            <skipDays><day>Sunday</day><day>Never</day></skipDays>
            <item><ttl>5</ttl><link rel="hub" href="https://evil.example/"/></item></channel></rss>"#;
        let (wishes, links) = of_document(feed, &base());
        assert_eq!(wishes.fresh_for, Some(Duration::from_secs(5_400)));
        assert_eq!((wishes.skip_hours, wishes.skip_days), (0b10_0001, 0b100_0000));
        assert_eq!(links.hub.as_deref(), Some("https://hub.example/?a=1&b=2"));
        assert_eq!(links.topic.as_deref(), Some("https://a.example/feed"));
    }

    #[test]
    fn an_update_period_is_divided_by_its_frequency() {
        let feed = b"<rdf:RDF><channel><sy:updatePeriod>daily</sy:updatePeriod>\
            <sy:updateFrequency>4</sy:updateFrequency></channel></rdf:RDF>";
        assert_eq!(of_document(feed, &base()).0.fresh_for, Some(Duration::from_secs(21_600)));
    }

    #[test]
    fn what_is_not_a_feed_says_nothing() {
        for body in [
            &b""[..],
            b"{\"version\":\"https://jsonfeed.org/version/1.1\"}",
            b"<a <b",
            b"\xff\xfe<",
        ] {
            assert_eq!(of_document(body, &base()), (Wishes::default(), Links::default()));
        }
    }

    #[test]
    fn links_behind_the_last_entry_are_found_and_relative_ones_made_whole() {
        let feed = br#"<rss><channel><title>Port</title><item><link rel="hub" href="/no"/></item>
            <item><title>x</title></item><atom:link rel="HUB" href="//hub.example/"/>
            <atom:link rel="self" href="/f"/></channel></rss>"#;
        let links = of_document(feed, &base()).1;
        assert_eq!(links.hub.as_deref(), Some("https://hub.example/"));
        assert_eq!(links.topic.as_deref(), Some("https://a.example/f"));
    }

    #[test]
    fn a_json_feed_names_its_hub() {
        let feed = br#"{"feed_url": "https://a.example/f.json", "items": [],
            "hubs": [{"type": "rssCloud", "url": "https://no.example/"},
                     {"type": "WebSub", "url": "https://hub.example/"}]}"#;
        let links = of_document(feed, &base()).1;
        assert_eq!(links.hub.as_deref(), Some("https://hub.example/"));
        assert_eq!(links.topic.as_deref(), Some("https://a.example/f.json"));
    }

    #[test]
    fn a_link_header_names_hub_and_topic() {
        #[track_caller]
        fn case(values: &[&'static str], hub: &str) {
            let values: Vec<_> = values.iter().map(|value| (header::LINK, *value)).collect();
            let links = links_of_headers(&headers(&values), &base());
            assert_eq!(links.hub.as_deref(), Some(hub), "{values:?}");
            assert_eq!(links.topic.as_deref(), Some("https://a.example/f"), "{values:?}");
        }
        let (hub, topic) = ("https://hub.example/", "</f>; rel=self");
        case(&["<https://hub.example/>; rel=\"hub\", </f>; rel=self"], hub);
        case(
            &[topic, "<https://hub.example/>; rel=hub", "<https://no.example/>; rel=hub; x=y"],
            hub,
        );
        case(&["<https://hub.example/> ; title=\"a, b; c\" ; rel = \"next hub\"", topic], hub);
        case(&["<https://hub.example/>;REL=Hub,</f>;rel=SELF"], hub);
        case(&["<https://hub.example/?a=1,2;b>; rel=hub", topic], "https://hub.example/?a=1,2;b");
    }
}
