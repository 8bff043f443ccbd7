use super::*;
use crate::item::{PubStatus, Raw};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time written for the test")
}

fn prepare(item: Item) -> Result<Prepared, Rejected> {
    let received = at("2026-03-01T12:00:00Z");
    Prepare::new().prepare(Arrival {
        seq: Seq(7),
        received,
        source: "desk".to_owned(),
        record: Ok(item),
    })
}

#[test]
fn event_time_is_the_items_own_but_never_far_ahead() {
    let with = |time: &str| Item {
        headline: "Dam opens".to_owned(),
        versioncreated: Some(at(time)),
        ..Item::default()
    };
    let event = |item| prepare(item).expect("it has a headline").event;
    assert_eq!(event(with("2026-03-01T10:00:00Z")), at("2026-03-01T10:00:00Z"));
    assert_eq!(event(with("2026-03-01T12:03:00Z")), at("2026-03-01T12:03:00Z"));
    assert_eq!(event(with("2027-01-01T00:00:00Z")), at("2026-03-01T12:05:00Z"));
    let timeless = Item { headline: "Dam opens".to_owned(), ..Item::default() };
    assert_eq!(event(timeless), at("2026-03-01T12:00:00Z"));
}

#[test]
fn a_missing_headline_is_taken_from_the_body_or_the_item_is_rejected() {
    let body = "\n<p>Gen. Ortega opened the dam on Friday. Crowds came.</p>\nMore.";
    let item = Item { headline: " ".to_owned(), body: Some(body.to_owned()), ..Item::default() };
    let prepared = prepare(item).expect("the body has a sentence");
    assert_eq!(prepared.headline.as_str(), "Gen. Ortega opened the dam on Friday");
    assert_eq!(prepared.item.headline, "Gen. Ortega opened the dam on Friday", "what is delivered");
    let empty = Item { headline: "\u{200B} -".to_owned(), ..Item::default() };
    let rejected = prepare(empty).expect_err("nothing to compare");
    assert_eq!(rejected.reject.kind, RejectKind::NoText);
}

#[test]
fn what_withdraws_another_item_by_name_needs_no_text() {
    let cancel = Item {
        uri: Some("w:1".to_owned()),
        pubstatus: PubStatus::Canceled,
        lifecycle: true,
        ..Item::default()
    };
    let marker =
        Item { pubstatus: PubStatus::Usable, markers: vec![Marker::Withdrawn], ..cancel.clone() };
    for item in [&cancel, &marker] {
        let prepared = prepare(item.clone()).expect("it is of use");
        assert_eq!(prepared.headline.as_str(), "");
    }
    for useless in [
        Item { uri: None, ..cancel.clone() },
        Item { lifecycle: false, ..cancel.clone() },
        Item { pubstatus: PubStatus::Usable, ..cancel.clone() },
    ] {
        assert_eq!(prepare(useless).expect_err("it says nothing").reject.kind, RejectKind::NoText);
    }
}

#[test]
fn a_reject_keeps_the_record_or_else_the_item_but_nothing_under_embargo() {
    let item = Item {
        headline: "<b></b>".to_owned(),
        ednote: Some("Squid".to_owned()),
        ..Item::default()
    };
    let reject = |item: &Item| prepare(item.clone()).expect_err("it has no text").reject;
    let kept = reject(&item);
    let ninjs = r#"{"headline":"<b></b>","ednote":"Squid","pubstatus":"usable"}"#;
    assert_eq!((kept.offset, String::from_utf8(kept.bytes).unwrap()), (None, ninjs.to_owned()));
    let raw = Raw { offset: 17, bytes: b"{}".to_vec() };
    let read = Item { raw: Some(Box::new(raw)), ..item };
    let kept = reject(&read);
    assert_eq!((kept.offset, kept.bytes), (Some(17), b"{}".to_vec()));
    let held = Item { embargoed: Some(at("2026-03-01T13:00:00Z")), ..read.clone() };
    let kept = reject(&held);
    assert!(kept.bytes.is_empty() && kept.reason.contains("embargo"), "{}", kept.reason);
    let over = Item { embargoed: Some(at("2026-03-01T11:00:00Z")), ..read };
    assert_eq!(reject(&over).bytes, b"{}");
}

#[test]
fn markers_and_attributions_are_kept_as_evidence() {
    let headline = "UPDATE 2-Harbour &amp; dam open - Reuters".to_owned();
    let prepared = prepare(Item { headline, ..Item::default() }).expect("it has a headline");
    assert_eq!(prepared.headline.as_str(), "Harbour & dam open");
    assert_eq!(prepared.markers, [Marker::Update(2)]);
    assert_eq!(prepared.attributions, ["Reuters"]);
}

#[test]
fn what_is_told_has_its_attributions_but_neither_markers_nor_publisher() {
    #[track_caller]
    fn case(headline: &str, told: &str, compared: &str) {
        let item = Item { headline: headline.to_owned(), ..Item::default() };
        let prepared = prepare(item).expect("it has a headline");
        assert_eq!((prepared.told(), prepared.headline.as_str()), (told, compared));
    }
    let news = "two boats collide off Sandvik";
    let told = "Norland media: two boats collide off Sandvik";
    case("Norland media: two boats collide off Sandvik - Reuters", told, news);
    case("UPDATE 2-Norland media: two boats collide off Sandvik", told, news);
    let told = "Two boats collide off Sandvik - Norland state TV";
    case(told, told, "Two boats collide off Sandvik");
    let plain = "Two boats collide off Sandvik";
    case("BREAKING: Two boats collide off Sandvik | Coast Gazette", plain, plain);
}

#[test]
fn rejects_pass_through() {
    let reject = Reject::new(RejectKind::Malformed, "It is broken.", 3, b"xyz");
    let arrival = Arrival {
        seq: Seq(1),
        received: at("2026-03-01T12:00:00Z"),
        source: "desk".to_owned(),
        record: Err(reject.clone()),
    };
    assert_eq!(Prepare::new().prepare(arrival).expect_err("a reject").reject, reject);
}

#[test]
fn a_marker_behind_a_bar_is_no_publisher() {
    for (end, marker) in [
        ("| CORRECTED", Marker::Corrected),
        ("| CORRECTION", Marker::Corrected),
        ("| KILLED", Marker::Kill),
        ("| WITHDRAWN", Marker::Withdrawn),
        ("| RETRACTION", Marker::Withdrawn),
        ("| CORRECTED (OFFICIAL)", Marker::Corrected),
        ("| UPDATE", Marker::Update(1)),
        ("| UPDATE 2", Marker::Update(2)),
        ("- Update 2", Marker::Update(2)),
        ("| Live Updates", Marker::Live),
        ("- BREAKING NEWS", Marker::Breaking),
        ("- Coast News | UPDATE", Marker::Update(1)),
    ] {
        let headline = format!("Old dam opens in far north of Norland {end}");
        let prepared = prepare(Item { headline, ..Item::default() }).expect("it has a headline");
        assert_eq!(prepared.markers, [marker], "{end}");
        assert_eq!(prepared.told(), "Old dam opens in far north of Norland", "{end}");
    }
}
