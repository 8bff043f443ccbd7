//! RSS 2.0.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Feed;
use super::xml::{element, escape};

pub(super) fn write(feed: &Feed) -> String {
    let mut out = String::with_capacity(1_024 + 1_024 * feed.entries.len());
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" ");
    out.push_str("xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n");
    element(&mut out, "title", &feed.title);
    element(&mut out, "link", &feed.page);
    element(&mut out, "description", &format!("{}, folded into stories", feed.title));
    element(&mut out, "lastBuildDate", &date(feed.updated));
    element(&mut out, "generator", "wirefold");
    // Writing to a string cannot fail.
    let this = escape(&feed.this);
    let _ = writeln!(out, "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{this}\"/>");
    for entry in &feed.entries {
        out.push_str("<item>\n");
        element(&mut out, "title", &entry.title);
        element(&mut out, "link", &entry.link);
        let _ = writeln!(out, "<guid isPermaLink=\"false\">{}</guid>", escape(&entry.id));
        // RSS has one time only: that of the update, by which readers sort.
        element(&mut out, "pubDate", &date(entry.updated));
        if let Some(author) = &entry.author {
            element(&mut out, "dc:creator", author);
        }
        for tag in &entry.tags {
            element(&mut out, "category", tag);
        }
        // A description is HTML: what is text must be escaped once more.
        element(&mut out, "description", &escape(&entry.text).replace('\n', "<br/>"));
        out.push_str("</item>\n");
    }
    out.push_str("</channel>\n</rss>\n");
    out
}

fn date(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
