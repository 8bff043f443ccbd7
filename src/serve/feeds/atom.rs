//! Atom (RFC 4287).

use std::fmt::Write;

use super::Feed;
use super::xml::{element, escape};

pub(super) fn write(feed: &Feed) -> String {
    let mut out = String::with_capacity(1_024 + 1_024 * feed.entries.len());
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    element(&mut out, "id", &feed.id);
    element(&mut out, "title", &feed.title);
    element(&mut out, "updated", &feed.updated.to_string());
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<link rel=\"self\" href=\"{}\"/>", escape(&feed.this));
    let _ = writeln!(out, "<link href=\"{}\"/>", escape(&feed.page));
    out.push_str("<author><name>wirefold</name></author>\n<generator>wirefold</generator>\n");
    for entry in &feed.entries {
        out.push_str("<entry>\n");
        element(&mut out, "id", &entry.id);
        element(&mut out, "title", &entry.title);
        let _ = writeln!(out, "<link href=\"{}\"/>", escape(&entry.link));
        element(&mut out, "published", &entry.published.to_string());
        element(&mut out, "updated", &entry.updated.to_string());
        if let Some(author) = &entry.author {
            let _ = writeln!(out, "<author><name>{}</name></author>", escape(author));
        }
        for tag in &entry.tags {
            let _ = writeln!(out, "<category term=\"{}\"/>", escape(tag));
        }
        element(&mut out, "summary", &entry.text);
        out.push_str("</entry>\n");
    }
    out.push_str("</feed>\n");
    out
}
