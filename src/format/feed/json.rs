//! JSON Feed 1.0 and 1.1.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::address::resolve;
use super::{Channel, Dates, Options};
use crate::format::ninjs::{self, Object};
use crate::format::{Record, fields, ndjson, text};
use crate::item::{Item, Reject, RejectKind};

/// The head of a feed, without its items.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Head {
    title: Value,
    language: Value,
    author: Value,
    authors: Value,
    home_page_url: Value,
}

/// The items, as they stand in the text.
#[derive(Deserialize)]
struct Items<'a> {
    #[serde(borrow)]
    items: &'a RawValue,
}

/// Reads a JSON feed, and tells whether it ends before it is closed. What precedes a fault is kept,
/// and the fault is one reject at its offset.
pub(super) fn parse(text: &str, dates: &Dates, options: &Options, out: &mut Vec<Record>) -> bool {
    let head = serde_json::from_str::<Head>(text);
    let cut = head.as_ref().is_err_and(serde_json::Error::is_eof);
    let Some(items) = items_start(text) else {
        let reason = "The JSON document has no array `items`, so it is no JSON Feed.";
        out.push(Err(Reject::new(RejectKind::Malformed, reason, 0, text.as_bytes())));
        return cut;
    };
    let head = head.unwrap_or_default();
    let from = options.base.as_deref();
    let home = ninjs::words(&head.home_page_url).map(|home| resolve(from, &home));
    let byline = ninjs::words(&head.author).or_else(|| ninjs::names(&head.authors));
    let channel = Channel {
        publisher: ninjs::words(&head.title).map(|title| text::from_plain(&title)),
        language: ninjs::words(&head.language).and_then(|code| fields::language(&code)),
        byline: byline.and_then(|name| fields::byline(&name)),
        base: home.or_else(|| from.map(str::to_owned)),
    };
    ndjson::elements(text, items, options.max_record, out, |raw, offset, out| {
        out.push(ndjson::value(raw, offset).and_then(|value| match value {
            Value::Object(object) => {
                let mut item = item(&object, &channel, dates);
                item.keep_if_textless(offset, raw);
                Ok(item)
            }
            _ => {
                let reason = format!("The entry at offset {offset} is not an object.");
                Err(Reject::new(RejectKind::Malformed, reason, offset, raw.as_bytes()))
            }
        }));
    });
    cut
}

/// Where the array of items begins. An extension may hold `items` of its own; in a text that is
/// broken or cut, the first is taken.
fn items_start(text: &str) -> Option<usize> {
    if let Ok(Items { items }) = serde_json::from_str(text)
        && items.get().starts_with('[')
    {
        return Some(items.get().as_ptr() as usize - text.as_ptr() as usize);
    }
    let start = text.len() - text.trim_start().len();
    ndjson::array_start(&text[start..]).map(|items| start + items)
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
        byline: byline.and_then(|name| fields::byline(&name)).or_else(|| channel.byline.clone()),
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
