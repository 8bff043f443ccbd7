//! ninjs 1.x, 2.x and 3.x: a JSON object to an item.
//!
//! Tolerant field by field: a value of a wrong type counts as absent, so that it costs the field
//! and not the item. Beside the names of ninjs, the names people type are accepted (`title`,
//! `url`, `time`, `lang`).

use serde_json::{Map, Value};

use super::date::{Dates, Moment};
use super::{fields, text};
use crate::item::{Item, Subject};

pub(super) type Object = Map<String, Value>;

/// Names that make an object an item rather than an envelope of items.
const TEXTS: &[&str] = &[
    "headline",
    "headlines",
    "title",
    "body_text",
    "body_html",
    "body_xhtml",
    "body",
    "bodies",
    "content",
    "text",
    "description_text",
    "description_html",
    "description",
    "summary",
];

/// Those that an envelope may have as well.
const TITLES: &[&str] = &["title", "description", "summary"];

/// Keys under which services wrap ninjs objects.
const ENVELOPES: &[&str] = &[
    "item", "items", "_items", "data", "news", "newsitem", "articles", "stories", "results", "docs",
];

/// Deepest envelope that is opened.
const MAX_ENVELOPES: usize = 4;

/// The items of a JSON value: itself, or what its envelopes hold.
pub(super) fn unwrap(value: &Value) -> Vec<&Object> {
    let mut found = Vec::new();
    open(value, MAX_ENVELOPES, &mut found);
    found
}

fn open<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a Object>) {
    match value {
        Value::Array(values) if depth > 0 => {
            values.iter().for_each(|value| open(value, depth - 1, found));
        }
        Value::Object(object) => {
            let inner = ENVELOPES.iter().find_map(|key| object.get(*key)).filter(|_| depth > 0);
            match inner {
                Some(inner) if is_envelope(object, inner) => open(inner, depth - 1, found),
                _ => found.push(object),
            }
        }
        _ => {}
    }
}

/// Whether an object is none of the news, but what is within it: it has no text, or, without a name of
/// its own, merely a title for a list of items.
fn is_envelope(object: &Object, inner: &Value) -> bool {
    let has_text = |object: &Object| TEXTS.iter().any(|key| object.contains_key(*key));
    let titled = TEXTS.iter().all(|key| TITLES.contains(key) || !object.contains_key(*key));
    let named = ["uri", "guid", "id", "url", "link"].iter().any(|key| object.contains_key(*key));
    let told = |value: &Value| value.as_object().is_some_and(has_text);
    let lists = inner.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(told));
    !has_text(object) || titled && !named && lists
}

/// Reads an object.
pub(super) fn item(object: &Object, dates: &Dates) -> Item {
    let first = |keys: &[&str]| keys.iter().find_map(|key| words(object.get(*key)?));
    let time = |keys: &[&str]| keys.iter().find_map(|key| moment(object.get(*key)?, dates));
    let mut item = Item {
        uri: first(&["uri", "guid", "id"]).map(|uri| without_version(uri, object)),
        version: object.get("version").and_then(version),
        link: first(&["link", "url", "canonical_url", "canonical", "href"]),
        headline: headline(object).unwrap_or_default(),
        body: body(object),
        byline: first(&["byline", "by", "author"])
            .or_else(|| names(object.get("authors")?))
            .or_else(|| words(object.get("photographer")?))
            .and_then(|text| fields::byline(&text::from_plain(&text))),
        slugline: first(&["slugline", "slug"]),
        ednote: first(&["ednote", "editorialnote"]).map(|note| text::from_html(&note)),
        located: first(&["located", "dateline"])
            .or_else(|| words(object.get("datelinelocation")?.get("city")?)),
        publisher: first(&["publisher", "provider", "source", "infosource"])
            .or_else(|| names(object.get("infosources")?))
            .or_else(|| first(&["copyrightholder"])),
        language: first(&["language", "lang"]).and_then(|code| fields::language(&code)),
        firstcreated: time(&["firstcreated", "contentcreated", "created"]).map(|m| m.time),
        urgency: first(&["urgency", "priority"]).and_then(|level| fields::urgency(&level)),
        subjects: collected(object, &["subject", "subjects"], subject),
        places: collected(object, &["place", "places"], |value| {
            words(value).or_else(|| words(value.get("code")?))
        }),
        ..Item::default()
    };
    let created = time(&[
        "versioncreated",
        "time",
        "published",
        "date",
        "datetime",
        "timestamp",
        "updated",
        "pubdate",
        "pubDate",
        "firstpublished",
        "contentcreated",
        "firstcreated",
    ]);
    if let Some(moment) = created {
        item.set_time(moment);
    }
    if let Some(status) = first(&["pubstatus", "status"]) {
        fields::set_status(&mut item, &status);
    }
    if let Some(end) = embargo(object) {
        fields::set_embargo(&mut item, moment(end, dates));
    }
    item
}

/// The uri without what tells the version behind the item's own id in it: AP sends other values in
/// `…/content/ID?qt=…&et=…` with each.
fn without_version(uri: String, object: &Object) -> String {
    let id = object.get("altids").and_then(|ids| words(ids.get("itemid")?));
    match (id, uri.split_once('?')) {
        (Some(id), Some((address, _))) if address.ends_with(&id) => address.to_owned(),
        _ => uri,
    }
}

/// The value that says until when the item is held back.
fn embargo(object: &Object) -> Option<&Value> {
    let end = ["embargoed", "embargo"].iter().find_map(|key| object.get(*key))?;
    let states = match end {
        Value::Null => false,
        Value::Bool(on) => *on,
        Value::String(text) => fields::states_embargo(text),
        Value::Number(number) => number.as_i64() != Some(0),
        _ => true,
    };
    states.then_some(end)
}

fn headline(object: &Object) -> Option<String> {
    let plain = |key: &str| words(object.get(key)?);
    let text = plain("headline")
        .or_else(|| role(object.get("headlines")?, &["main", "headline"]).map(|(text, _)| text))
        .or_else(|| plain("title"))
        .or_else(|| plain("headline_extended"))?;
    Some(text::from_plain(&text::one_line(&text)))
}

fn body(object: &Object) -> Option<String> {
    let string = |key: &str| object.get(key)?.as_str().and_then(fields::some);
    let html =
        |key: &str| string(key).map(|html| text::from_html(&html)).and_then(|t| fields::some(&t));
    let either = |key: &str| if string(key)?.contains("</") { html(key) } else { string(key) };
    string("body_text")
        .or_else(|| html("body_html"))
        .or_else(|| html("body_xhtml"))
        .or_else(|| {
            let (text, markup) = role(object.get("bodies")?, &["main", "body"])?;
            if markup { fields::some(&text::from_html(&text)) } else { Some(text) }
        })
        .or_else(|| ["body", "content", "text"].iter().find_map(|key| either(key)))
        .or_else(|| string("description_text"))
        .or_else(|| string("description_caption"))
        .or_else(|| html("description_html"))
        .or_else(|| ["description", "summary"].iter().find_map(|key| either(key)))
}

/// The text of a ninjs 2.x list of values by role, and whether it is markup: the first with a
/// wanted role, else the first.
fn role(value: &Value, wanted: &[&str]) -> Option<(String, bool)> {
    let values = value.as_array()?;
    let has_role = |value: &&Value| {
        let role = value.get("role").and_then(Value::as_str).unwrap_or_default();
        wanted.contains(&role.rsplit([':', '/']).next().unwrap_or_default())
    };
    let texts = values.iter().filter(has_role).chain(values);
    texts.into_iter().find_map(|value| {
        let text = value.get("value").map_or_else(|| value.as_str(), Value::as_str)?;
        let kind = value.get("contenttype").and_then(Value::as_str);
        let markup = kind.map_or(text.contains("</"), |kind| kind.contains("htm"));
        Some((fields::some(text)?, markup))
    })
}

/// A string, a number as a string, or the name of an object.
pub(super) fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => fields::some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => ["name", "literal", "value"]
            .iter()
            .find_map(|key| fields::some(object.get(*key)?.as_str()?)),
        _ => None,
    }
}

/// The names of a list, joined by commas.
pub(super) fn names(value: &Value) -> Option<String> {
    let names: Vec<String> = value.as_array()?.iter().filter_map(words).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn version(value: &Value) -> Option<u64> {
    let number = words(value)?;
    number.strip_suffix(".0").unwrap_or(&number).parse().ok()
}

/// A time as text, or as seconds or milliseconds since 1970.
pub(super) fn moment(value: &Value, dates: &Dates) -> Option<Moment> {
    /// The year 5138 in seconds, 1973 in milliseconds.
    const SECONDS_END: i64 = 100_000_000_000;
    if let Some(text) = value.as_str() {
        return dates.parse(text);
    }
    let number = value.as_i64()?;
    let time = if number.abs() < SECONDS_END {
        jiff::Timestamp::from_second(number)
    } else {
        jiff::Timestamp::from_millisecond(number)
    };
    Some(Moment { time: time.ok()?, zoned: true })
}

fn subject(value: &Value) -> Option<Subject> {
    if let Value::String(text) = value {
        return fields::some(text).map(|text| fields::subject(&text));
    }
    let field = |keys: &[&str]| keys.iter().find_map(|key| words(value.get(*key)?));
    let code = field(&["code", "qcode", "uri", "literal"]);
    let name = field(&["name"]);
    (code.is_some() || name.is_some()).then_some(Subject { code, name })
}

fn collected<T>(object: &Object, keys: &[&str], read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let values = keys.iter().filter_map(|key| object.get(*key)).flat_map(|value| match value {
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    });
    values.filter_map(read).collect()
}

#[cfg(test)]
mod tests;
