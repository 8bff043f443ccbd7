use crate::format::Format;
use crate::format::tests::items;
use crate::item::{Item, Language, PubStatus, Subject, TimeQuality};

fn only(json: &str) -> Item {
    let mut items = items(Format::Ndjson, json.replace('\n', " ").as_bytes());
    assert_eq!(items.len(), 1);
    items.remove(0)
}

#[test]
fn ninjs_1_fills_every_field() {
    let item = only(
        r#"{"guid": "urn:example:1", "version": "2", "urgency": 3, "priority": 6,
        "headline": "Ferry service resumes", "body_html": "<p>One.</p><p>Two &amp; three.</p>",
        "byline": "By Ann Lee", "slugline": "Ferry", "ednote": "Adds quote", "located": "Oslo",
        "language": "no", "source": "Example", "pubstatus": "usable",
        "versioncreated": "2026-11-23T19:05:00+0000", "firstcreated": "2026-11-23T18:00:00Z",
        "embargoed": "2026-11-24T06:00:00+01:00",
        "subject": [{"code": "04015001", "name": "waterway"}], "place": [{"code": "NO"}]}"#,
    );
    assert_eq!(item.headline, "Ferry service resumes");
    assert_eq!(item.body.as_deref(), Some("One.\nTwo & three."));
    assert_eq!((item.uri.as_deref(), item.version), (Some("urn:example:1"), Some(2)));
    assert_eq!((item.byline.as_deref(), item.urgency), (Some("Ann Lee"), Some(3)));
    assert_eq!((item.slugline.as_deref(), item.located.as_deref()), (Some("Ferry"), Some("Oslo")));
    assert_eq!(
        (item.ednote.as_deref(), item.publisher.as_deref()),
        (Some("Adds quote"), Some("Example"))
    );
    assert_eq!((item.language, item.time_quality), (Language::parse("no"), TimeQuality::Zoned));
    let times =
        [item.versioncreated, item.firstcreated, item.embargoed].map(|t| t.map(|t| t.to_string()));
    let times = times.each_ref().map(|t| t.as_deref().unwrap_or_default());
    assert_eq!(times, ["2026-11-23T19:05:00Z", "2026-11-23T18:00:00Z", "2026-11-24T05:00:00Z"]);
    let subject = Subject { code: Some("04015001".into()), name: Some("waterway".into()) };
    assert_eq!((item.subjects, item.places), (vec![subject], vec!["NO".to_owned()]));
}

#[test]
fn ninjs_2_lists_values_by_role() {
    let item = only(
        r#"{"uri": "urn:example:2", "headlines": [{"role": "short", "value": "Short"},
        {"role": "main", "value": "The main headline"}],
        "bodies": [{"contenttype": "text/html", "value": "<p>Body.</p>"}],
        "infosources": [{"name": "Example Agency"}], "subjects": [{"uri": "medtop:1"}],
        "pubstatus": "canceled", "contentcreated": "2026-11-23T19:05:00Z"}"#,
    );
    assert_eq!(
        (item.headline.as_str(), item.body.as_deref()),
        ("The main headline", Some("Body."))
    );
    assert_eq!(item.publisher.as_deref(), Some("Example Agency"));
    assert_eq!((item.pubstatus, item.subjects.len()), (PubStatus::Canceled, 1));
    assert!(item.versioncreated.is_some());
}

#[test]
fn a_wrongly_typed_field_does_not_lose_the_item() {
    let item = only(
        r#"{"headline": "Still here", "urgency": "many", "subject": 7, "version": {"x": 1},
        "versioncreated": false, "language": ["en"], "byline": {"name": "Ann"}, "body_text": 12}"#,
    );
    assert_eq!(item.headline, "Still here");
    assert_eq!((item.urgency, item.version, item.language), (None, None, None));
    assert_eq!((item.byline.as_deref(), item.time_quality), (Some("Ann"), TimeQuality::Missing));
}

#[test]
fn names_that_people_type_are_understood() {
    let item = only(
        r#"{"title": "Plain", "url": "https://example.org/a", "time": 1795460700, "lang": "eng",
        "publisher": {"name": "Example"}, "text": "Body."}"#,
    );
    assert_eq!((item.headline.as_str(), item.body.as_deref()), ("Plain", Some("Body.")));
    assert_eq!(item.link.as_deref(), Some("https://example.org/a"));
    assert_eq!(item.versioncreated.map(|t| t.as_second()), Some(1_795_460_700));
    assert_eq!(
        (item.language, item.publisher.as_deref()),
        (Some(Language::ENGLISH), Some("Example"))
    );
}

#[test]
fn a_picture_of_an_agency_says_who_took_it_and_where() {
    let item = only(
        r#"{"data": {"item": {"headline": "Bridge", "type": "picture", "provider": "EX",
        "photographer": {"code": "x", "name": "Ann Lee"}, "datelinelocation": {"city": "Bergen"},
        "description_caption": "The bridge at dawn."}}}"#,
    );
    assert_eq!(
        (item.byline.as_deref(), item.located.as_deref()),
        (Some("Ann Lee"), Some("Bergen"))
    );
    assert_eq!(item.body.as_deref(), Some("The bridge at dawn."));
}

#[test]
fn an_embargo_without_a_readable_end_is_an_open_one() {
    let status = |embargoed: &str| {
        let text = format!(
            "{{\"headline\": \"Ferry\", \"pubstatus\": \"usable\", \"embargoed\": {embargoed}}}"
        );
        items(Format::Ndjson, text.as_bytes()).remove(0).pubstatus
    };
    for open in ["\"tomorrow noon\"", "true", "{\"until\": 3}"] {
        assert_eq!(status(open), PubStatus::Withheld, "{open}");
    }
    for none in ["null", "false", "\"\"", "0", "\"2026-11-28T10:00:00Z\""] {
        assert_eq!(status(none), PubStatus::Usable, "{none}");
    }
}

#[test]
fn a_version_may_be_written_as_a_decimal() {
    for (version, read) in [("2.0", Some(2)), ("\"2.0\"", Some(2)), ("2.5", None), ("-1", None)] {
        let item = only(&format!(r#"{{"headline": "Ferry late", "version": {version}}}"#));
        assert_eq!(item.version, read, "{version}");
    }
}

#[test]
fn what_tells_the_version_behind_an_id_is_not_of_the_uri() {
    let uri = |et: &str, itemid: &str| {
        let text = format!(
            r#"{{"uri": "https://example.org/content/f00d?qt=a1&et={et}", "headline": "Ferry sinks",
                "altids": {{"itemid": "{itemid}"}}}}"#
        );
        only(&text).uri.unwrap()
    };
    assert_eq!(uri("0", "f00d"), "https://example.org/content/f00d");
    assert_eq!(uri("1", "f00d"), uri("0", "f00d"));
    assert_ne!(uri("1", "beef"), uri("0", "beef"));
}
