//! `ndjson`: one JSON object a line with ninjs names, or one JSON document of such objects.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::date::Dates;
use super::fields::has_room;
use super::lines::Line;
use super::ninjs::Object;
use super::{MAX_RECORDS, Record, exported, ninjs};
use crate::item::{Reject, RejectKind};

/// Keys under which a document may hold its array of items.
const ARRAYS: &[&str] = &["\"items\"", "\"item\"", "\"_items\"", "\"articles\"", "\"data\""];

/// Reads one line; blank lines are not records. An envelope, as interfaces answer with, has as many
/// as are in it.
pub(super) fn line(line: &Line, dates: &Dates, exported: bool, out: &mut Vec<Record>) {
    let text = line.text.trim();
    if !text.is_empty() {
        objects(text, line.offset, dates, exported, out);
    }
}

/// Whether a first line begins a document that spans lines: it is an array, or an object that
/// ends elsewhere.
pub(super) fn begins_document(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('[') || text.starts_with('{') && text.ends_with(['{', '[', ','])
}

/// Reads a JSON document: an object, an array of objects, or an envelope of either. What precedes
/// a fault is kept, and the fault is one reject at its offset.
pub(super) fn document(
    text: &str,
    dates: &Dates,
    max_record: usize,
    exported: bool,
    out: &mut Vec<Record>,
) {
    let start = text.len() - text.trim_start().len();
    let whole = &text[start..];
    if whole.starts_with('{') {
        let fits = whole.len() <= max_record;
        let parsed = if fits { serde_json::from_str::<Value>(whole).ok() } else { None };
        if let Some(value) = parsed {
            return items(&ninjs::unwrap(&value), whole, start as u64, dates, exported, out);
        }
        let mut values = serde_json::Deserializer::from_str(whole).into_iter::<&RawValue>();
        if let Some(Ok(_)) = values.next()
            && !whole[values.byte_offset()..].trim().is_empty()
        {
            return following(text, start, max_record, out, |raw, offset, out| {
                objects(raw, offset, dates, exported, out);
            });
        }
    }
    match array_start(whole) {
        Some(at) => {
            elements(text, start + at, max_record, out, |raw, offset, out| {
                objects(raw, offset, dates, exported, out);
            });
        }
        None if whole.len() > max_record => {
            out.push(Err(Reject::too_large(start as u64, max_record, whole.as_bytes())))
        }
        None => objects(whole, start as u64, dates, exported, out),
    }
}

/// Where the array of items of a document begins.
pub(super) fn array_start(document: &str) -> Option<usize> {
    if document.starts_with('[') {
        return Some(0);
    }
    ARRAYS.iter().find_map(|key| {
        let after = document.find(key)? + key.len();
        let bracket = after + document[after..].find(|c: char| !c.is_whitespace() && c != ':')?;
        document[bracket..].starts_with('[').then_some(bracket)
    })
}

/// Reads the elements of the array that begins at `start` one by one, so that a large, cut or
/// broken document costs no more memory than its text and loses only what is broken.
pub(super) fn elements(
    text: &str,
    start: usize,
    max_record: usize,
    out: &mut Vec<Record>,
    read: impl Fn(&str, u64, &mut Vec<Record>),
) {
    let mut values = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(&text[start..]);
    let fault = reader.deserialize_seq(Collect(&mut values)).err();
    read_all(text, start, (values, fault), max_record, out, read);
}

/// The same of values that follow one another from `start` on.
fn following(
    text: &str,
    start: usize,
    max_record: usize,
    out: &mut Vec<Record>,
    read: impl Fn(&str, u64, &mut Vec<Record>),
) {
    let (mut values, mut fault) = (Vec::new(), None);
    for value in serde_json::Deserializer::from_str(&text[start..]).into_iter::<&RawValue>() {
        match value {
            Ok(value) if values.len() <= MAX_RECORDS => values.push(value),
            Ok(_) => {}
            Err(error) => fault = Some(error),
        }
    }
    read_all(text, start, (values, fault), max_record, out, read);
}

/// Reads values that were found from `start` on, up to a fault.
fn read_all(
    text: &str,
    start: usize,
    (values, fault): (Vec<&RawValue>, Option<serde_json::Error>),
    max_record: usize,
    out: &mut Vec<Record>,
    read: impl Fn(&str, u64, &mut Vec<Record>),
) {
    let begun = out.len();
    for value in values {
        let raw = value.get();
        let offset = (raw.as_ptr() as usize - text.as_ptr() as usize) as u64;
        if !has_room(begun, offset, out) {
            return;
        }
        if raw.len() > max_record {
            out.push(Err(Reject::too_large(offset, max_record, raw.as_bytes())));
        } else {
            read(raw, offset, out);
        }
    }
    if let Some(error) = fault {
        let offset = start as u64 + place(&text[start..], &error);
        let rest = text.get(offset as usize..).unwrap_or_default();
        let reason = format!("The JSON document breaks off at offset {offset}: {error}.");
        out.push(Err(Reject::new(RejectKind::Malformed, reason, offset, rest.as_bytes())));
    }
}

/// Reads an object with ninjs names, or an envelope of such objects.
fn objects(text: &str, offset: u64, dates: &Dates, exported: bool, out: &mut Vec<Record>) {
    let value = match value(text, offset) {
        Ok(value) => value,
        Err(reject) => return out.push(Err(reject)),
    };
    let objects = ninjs::unwrap(&value);
    if objects.is_empty() && !value.is_object() {
        let reason = format!(
            "The JSON at offset {offset} is not an object. Each line must be one object, such as \
             {{\"headline\": \"…\"}}."
        );
        out.push(Err(Reject::new(RejectKind::Malformed, reason, offset, text.as_bytes())));
    }
    items(&objects, text, offset, dates, exported, out);
}

/// Reads the objects that stand in `text`.
fn items(
    objects: &[&Object],
    text: &str,
    offset: u64,
    dates: &Dates,
    exported: bool,
    out: &mut Vec<Record>,
) {
    let (alone, begun) = (objects.len() == 1, out.len());
    for object in objects {
        if !has_room(begun, offset, out) {
            return;
        }
        out.push(item(object, text, offset, dates, exported, alone));
    }
}

/// Reads an item that stands in `text`, `alone` or with others.
fn item(
    object: &Object,
    text: &str,
    offset: u64,
    dates: &Dates,
    exported: bool,
    alone: bool,
) -> Record {
    let mut item = ninjs::item(object, dates);
    if exported && let Err(error) = exported::restore(object, &mut item) {
        let reason = format!(
            "What the record at offset {offset} says under `wirefold` is not what `log export` \
             writes there: {error}."
        );
        return Err(Reject::new(RejectKind::Malformed, reason, offset, text.as_bytes()));
    }
    if alone {
        item.keep_if_textless(offset, text);
    } else if item.is_textless() {
        let own = serde_json::to_string(object).unwrap_or_default();
        item.keep_if_textless(offset, &own);
    }
    Ok(item)
}

/// Parses JSON, at most 128 levels deep.
pub(super) fn value(text: &str, offset: u64) -> Result<Value, Reject> {
    serde_json::from_str(text).map_err(|error| {
        let at = offset + place(text, &error);
        let reason = format!("The record at offset {offset} is not JSON: at offset {at}, {error}.");
        Reject::new(RejectKind::Malformed, reason, offset, text.as_bytes())
    })
}

/// The byte a JSON error points at.
fn place(text: &str, error: &serde_json::Error) -> u64 {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let before: usize = lines.map(str::len).sum();
    (before + error.column().saturating_sub(1)).min(text.len()) as u64
}

/// Collects the elements of an array; what was read before an error stays.
struct Collect<'a, 'de>(&'a mut Vec<&'de RawValue>);

impl<'de> Visitor<'de> for Collect<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(value) = elements.next_element()? {
            // The others are counted by nobody: one reject stands for them.
            if self.0.len() <= MAX_RECORDS {
                self.0.push(value);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{items, options, rejects};
    use crate::format::{Format, Options, parse};
    use crate::item::RejectKind;

    fn headlines(json: &str) -> Vec<String> {
        items(Format::Ndjson, json.as_bytes()).into_iter().map(|item| item.headline).collect()
    }

    #[test]
    fn each_line_is_one_record_and_a_bad_one_costs_only_itself() {
        let lines = "{\"headline\":\"One\"}\n\n{\"headline\":\n[1]\n7\n{\"headline\":\"Two\"}";
        let records = parse(Format::Ndjson, lines.as_bytes(), &options());
        assert_eq!(
            rejects(&records),
            [(RejectKind::Malformed, 20), (RejectKind::Malformed, 33), (RejectKind::Malformed, 37)]
        );
        assert!(records[0].is_ok() && records[4].is_ok());
    }

    #[test]
    fn a_document_may_be_one_object_an_array_or_an_envelope() {
        assert_eq!(headlines("{\n  \"headline\": \"One\"\n}"), ["One"]);
        assert_eq!(headlines("[\n{\"headline\": \"One\"},\n{\"title\": \"Two\"}]"), ["One", "Two"]);
        assert_eq!(headlines("{\"total\": 1,\n\"item\": [{\"headline\": \"One\"}]}"), ["One"]);
        assert_eq!(headlines("{\n\"data\": {\"item\": {\"headline\": \"One\"}}}"), ["One"]);
    }

    #[test]
    fn an_envelope_may_have_a_title() {
        let titled =
            |more: &str| format!("{{\"title\":\"Top\"{more},\"items\":[{{\"title\":\"One\"}}]}}\n");
        assert_eq!(headlines(&titled("")), ["One"]);
        assert_eq!(headlines(&titled(",\"summary\":\"Of the hour\"")), ["One"]);
        assert_eq!(headlines(&titled(",\"uri\":\"u:1\"")), ["Top"]);
        assert_eq!(headlines(&titled(",\"body\":\"Text\"")), ["Top"]);
        assert_eq!(headlines("{\"title\":\"Top\",\"data\":[{\"votes\":1}]}\n"), ["Top"]);
    }

    #[test]
    fn an_envelope_on_one_line_has_all_its_items() {
        let line =
            "{\"articles\":[{\"title\":\"One\"},{\"title\":\"Two\"}]}\n{\"headline\":\"Three\"}\n";
        assert_eq!(headlines(line), ["One", "Two", "Three"]);
        assert_eq!(parse(Format::Ndjson, b"{\"articles\":[]}\n", &options()), [], "nothing new");
    }

    #[test]
    fn objects_over_several_lines_may_follow_one_another() {
        let two = "{\n  \"headline\": \"One\"\n}\n{\n  \"headline\": \"Two\"\n}\n";
        assert_eq!(headlines(two), ["One", "Two"]);
        let cut = &two[..two.len() - 4];
        let records = parse(Format::Ndjson, cut.as_bytes(), &options());
        assert_eq!((records.len(), records[0].is_ok(), records[1].is_err()), (2, true, true));
    }

    #[test]
    fn a_cut_document_keeps_what_came_before() {
        let cut = "[{\"headline\": \"One\"},\n {\"headline\": \"Two\"}, {\"headl";
        let records = parse(Format::Ndjson, cut.as_bytes(), &options());
        assert_eq!(records.iter().filter(|r| r.is_ok()).count(), 2);
        assert_eq!(rejects(&records), [(RejectKind::Malformed, cut.len() as u64 - 1)]);
        let cut = "{\n\"items\": [{\"headline\": \"One\"}, {\"headl";
        let records = parse(Format::Ndjson, cut.as_bytes(), &options());
        assert_eq!((records.len(), records[0].is_ok()), (2, true));
    }

    #[test]
    fn depth_and_size_are_limited() {
        let deep = format!("{{\"headline\": {}1{}}}\n", "[".repeat(5000), "]".repeat(5000));
        let records = parse(Format::Ndjson, deep.as_bytes(), &options());
        assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
        let large =
            format!("[{{\"headline\": \"{}\"}},\n{{\"headline\": \"b\"}}]", "a".repeat(200));
        let options = Options { max_record: 100, ..options() };
        let records = parse(Format::Ndjson, large.as_bytes(), &options);
        assert_eq!(rejects(&records), [(RejectKind::TooLarge, 1)]);
        assert!(records[1].is_ok());
    }
}
