//! What a server and a feed say about when to come again, and who pushes for them.

use std::time::Duration;

use hyper::header::{self, HeaderMap, HeaderName};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use url::Url;

use super::schedule::Wishes;

/// Where a feed's changes are pushed from (WebSub).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
        for link in value.split(',') {
            let Some((address, parameters)) = link.split_once('>') else { continue };
            let Some(address) = address.trim().strip_prefix('<') else { continue };
            let relations = parameters.split(';').filter_map(|parameter| {
                parameter.trim().strip_prefix("rel=").map(|rel| rel.trim_matches('"'))
            });
            for relation in relations.flat_map(str::split_whitespace) {
                let whole = base.join(address);
                links.set(relation, whole.as_ref().map_or(address, Url::as_str));
            }
        }
    }
    links
}

impl Links {
    fn set(&mut self, relation: &str, address: &str) {
        let field = match relation {
            "hub" => &mut self.hub,
            "self" => &mut self.topic,
            _ => return,
        };
        field.get_or_insert_with(|| address.to_owned());
    }

    /// These links, and `others` where there are none.
    pub(super) fn or(self, others: Links) -> Links {
        Links { hub: self.hub.or(others.hub), topic: self.topic.or(others.topic) }
    }
}

/// What the head of a feed says: everything before its first entry. Only ASCII matters, so the
/// charset does not.
pub(super) fn of_document(body: &[u8]) -> (Wishes, Links) {
    // No head is longer; the search for the first entry must not go through a whole feed.
    const HEAD: usize = 64 * 1024;
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]);
    let mut reader = Reader::from_str(&head);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_dangling_amp = true;
    let mut found = Document::default();
    // A feed that is not XML, or broken, has said what was read so far.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                let name = start.local_name().into_inner().to_owned();
                if matches!(name.as_str(), "item" | "entry") {
                    break;
                }
                found.link(&name, &start);
                found.within = name;
            }
            Event::Empty(start) => found.link(start.local_name().into_inner(), &start),
            Event::Text(text) => found.text(text.trim()),
            Event::End(_) => found.within.clear(),
            Event::Eof => break,
            _ => {}
        }
    }
    (found.wishes(), found.links)
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
    fn link(&mut self, name: &str, element: &BytesStart<'_>) {
        if name != "link" {
            return;
        }
        let attribute = |name: &str| {
            let found = element.try_get_attribute(name).ok()??;
            quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
        };
        if let (Some(relation), Some(address)) = (attribute("rel"), attribute("href")) {
            self.links.set(&relation, &address);
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
        let (wishes, links) = of_document(feed);
        assert_eq!(wishes.fresh_for, Some(Duration::from_secs(5_400)));
        assert_eq!((wishes.skip_hours, wishes.skip_days), (0b10_0001, 0b100_0000));
        assert_eq!(links.hub.as_deref(), Some("https://hub.example/?a=1&b=2"));
        assert_eq!(links.topic.as_deref(), Some("https://a.example/feed"));
    }

    #[test]
    fn an_update_period_is_divided_by_its_frequency() {
        let feed = b"<rdf:RDF><channel><sy:updatePeriod>daily</sy:updatePeriod>\
            <sy:updateFrequency>4</sy:updateFrequency></channel></rdf:RDF>";
        assert_eq!(of_document(feed).0.fresh_for, Some(Duration::from_secs(21_600)));
    }

    #[test]
    fn what_is_not_a_feed_says_nothing() {
        for body in [
            &b""[..],
            b"{\"version\":\"https://jsonfeed.org/version/1.1\"}",
            b"<a <b",
            b"\xff\xfe<",
        ] {
            assert_eq!(of_document(body), (Wishes::default(), Links::default()));
        }
    }

    #[test]
    fn a_link_header_names_hub_and_topic() {
        let links = links_of_headers(
            &headers(&[
                (header::LINK, "<https://hub.example/>; rel=\"hub\", </f>; rel=self"),
                (header::LINK, "<https://other.example/>; rel=hub; x=y"),
            ]),
            &"https://a.example/feed".parse().unwrap(),
        );
        assert_eq!(links.hub.as_deref(), Some("https://hub.example/"));
        assert_eq!(links.topic.as_deref(), Some("https://a.example/f"));
    }
}
