//! JSON Feed 1.0 and 1.1.

use serde::Deserialize;
use serde_json::Value;

use super::address::resolve;
use super::{Channel, Dates};
use crate::format::ninjs::{self, Object};
use crate::format::{Record, fields, ndjson, text};
use crate::item::{Item, Reject, RejectKind};

/// The head of a feed, without its items.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    title: Value,
    language: Value,
    home_page_url: Value,
}

/// Reads a JSON feed. What precedes a fault is kept, and the fault is one reject at its offset.
pub(super) fn parse(text: &str, dates: &Dates, max_record: usize, out: &mut Vec<Record>) {
    let start = text.len() - text.trim_start().len();
    let Some(items) = ndjson::array_start(&text[start..]) else {
        let reason = "The JSON document has no array `items`, so it is no JSON Feed.";
        out.push(Err(Reject::new(RejectKind::Malformed, reason, 0, text.as_bytes())));
        return;
    };
    let head = serde_json::from_str::<Head>(text).unwrap_or_default();
    let channel = Channel {
        publisher: ninjs::words(&head.title).map(|title| text::from_plain(&title)),
        language: ninjs::words(&head.language).and_then(|code| fields::language(&code)),
        base: ninjs::words(&head.home_page_url),
    };
    ndjson::elements(text, start + items, max_record, out, |raw, offset, out| {
        out.push(ndjson::value(raw, offset).and_then(|value| match value {
            Value::Object(object) => Ok(item(&object, &channel, dates)),
            _ => {
                let reason = format!("The entry at offset {offset} is not an object.");
                Err(Reject::new(RejectKind::Malformed, reason, offset, raw.as_bytes()))
            }
        }));
    });
}

fn item(object: &Object, channel: &Channel, dates: &Dates) -> Item {
    let first = |keys: &[&str]| keys.iter().find_map(|key| ninjs::words(object.get(*key)?));
    let time = |keys: &[&str]| keys.iter().find_map(|key| ninjs::moment(object.get(*key)?, dates));
    let byline = first(&["author"]).or_else(|| ninjs::names(object.get("authors")?));
    let html = || first(&["content_html"]).and_then(|html| fields::some(&text::from_html(&html)));
    let mut item = Item {
        uri: first(&["id"]),
        link: first(&["url", "external_url"]).map(|link| resolve(channel.base.as_deref(), &link)),
        headline: first(&["title"])
            .map(|title| text::one_line(&text::from_plain(&title)))
            .unwrap_or_default(),
        body: first(&["content_text"]).or_else(html).or_else(|| first(&["summary"])),
        byline: byline.and_then(|name| fields::byline(&name)),
        publisher: channel.publisher.clone(),
        language: first(&["language"])
            .and_then(|code| fields::language(&code))
            .or(channel.language),
        firstcreated: time(&["date_published"]).map(|m| m.time),
        ..Item::default()
    };
    if let Some(tags) = object.get("tags").and_then(Value::as_array) {
        let names = tags.iter().filter_map(ninjs::words);
        item.subjects = names.map(|tag| fields::subject(&tag)).collect();
    }
    if let Some(moment) = time(&["date_modified", "date_published"]) {
        item.set_time(moment);
    }
    item
}
