//! What `log export` writes of how an item came in, read back for `replay`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::ninjs::Object;
use crate::item::{Item, Marker, TimeQuality};

/// The part of `wirefold` that intake and the format knew. What was decided is decided anew.
#[derive(Deserialize)]
struct Intake {
    received: Timestamp,
    source: String,
    #[serde(default)]
    markers: Vec<Marker>,
    amends: Option<String>,
    #[serde(default)]
    lifecycle: bool,
    #[serde(default)]
    seen: bool,
}

/// Makes an item that was read from `object` the one that was logged. An object that says nothing
/// under `wirefold` is no export, and its item stays.
pub(super) fn restore(object: &Object, item: &mut Item) -> Result<(), serde_json::Error> {
    let Some(said @ Value::Object(_)) = object.get("wirefold") else { return Ok(()) };
    let Intake { received, source, markers, amends, lifecycle, seen } = Intake::deserialize(said)?;
    (item.received, item.amends) = (Some(received), amends);
    (item.source, item.markers, item.lifecycle, item.seen) = (source, markers, lifecycle, seen);
    if !object.contains_key("versioncreated") {
        // Another of its times stood in.
        (item.versioncreated, item.time_quality) = (None, TimeQuality::Missing);
    }
    // Plain text already: what looks like markup in it is none.
    let text = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    item.headline = text("headline").unwrap_or_default();
    (item.body, item.byline, item.ednote) = (text("body_text"), text("byline"), text("ednote"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{options, rejects};
    use crate::format::{Format, Options, Record, parse};
    use crate::item::{Item, Marker, RejectKind};

    fn read(json: &str, exported: bool) -> Vec<Record> {
        parse(Format::Auto, json.as_bytes(), &Options { exported, ..options() })
    }

    const LINE: &str = r#"{"headline":"Ferry runs aground","wirefold":{"seq":7,
        "received":"2026-03-01T06:00:01Z","source":"coast","markers":["Kill",{"Lead":2}],
        "amends":"c1","lifecycle":true,"seen":true,"verdict":"New"}}"#;

    #[test]
    fn what_intake_knew_is_restored_from_a_line_a_list_and_a_document() {
        let line = LINE.replace('\n', " ");
        for json in [line.clone(), format!("{line}\n{line}\n"), format!("[{line}]"), LINE.into()] {
            let items: Vec<Item> = read(&json, true).into_iter().map(Result::unwrap).collect();
            let item = items.last().unwrap();
            assert_eq!((item.source.as_str(), item.lifecycle, item.seen), ("coast", true, true));
            assert_eq!(item.markers, [Marker::Kill, Marker::Lead(2)]);
            assert_eq!(item.amends.as_deref(), Some("c1"));
            assert_eq!(item.received, Some("2026-03-01T06:00:01Z".parse().unwrap()));
        }
    }

    #[test]
    fn nobody_else_chooses_a_source_or_a_time_of_receipt() {
        let wire = read(LINE, false).remove(0).unwrap();
        assert_eq!(wire, Item { headline: "Ferry runs aground".to_owned(), ..Item::default() });
    }

    #[test]
    fn what_no_export_writes_there_is_a_reject_that_says_so() {
        for wrong in [
            r#"{"source":"coast"}"#,
            r#"{"received":"2026-03-01T06:00:01Z"}"#,
            r#"{"received":"yesterday","source":"coast"}"#,
            r#"{"received":1e300,"source":"coast"}"#,
            r#"{"received":"2026-03-01T06:00:01Z","source":["coast"]}"#,
            r#"{"received":"2026-03-01T06:00:01Z","source":"coast","markers":["Gossip"]}"#,
            r#"{"received":"2026-03-01T06:00:01Z","source":"coast","markers":[{"Lead":-1}]}"#,
        ] {
            let json = format!(
                "{{\"headline\":\"One\"}}\n{{\"headline\":\"Two\",\"wirefold\":{wrong}}}\n"
            );
            let records = read(&json, true);
            assert_eq!(rejects(&records), [(RejectKind::Malformed, 19)], "{wrong}");
            let reason = &records[1].as_ref().unwrap_err().reason;
            assert!(reason.contains("`wirefold`"), "{reason}");
        }
        assert!(read(r#"{"headline":"One","wirefold":"a word"}"#, true)[0].is_ok());
    }
}
