use jiff::Timestamp;

use super::NAMES;
use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Language, PubStatus, RejectKind, TimeQuality};

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[test]
fn the_header_names_the_columns_and_unknown_ones_are_ignored() {
    let tsv = "time\tsource\tlang\tstory\theadline\n\
               2026-11-23T19:05:00Z\tExample News\teng\ts1\tHarbour bridge &amp; tunnel reopen\n\
               \t\t\t\tNo time and no source\n";
    let items = items(Format::Tsv, tsv.as_bytes());
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].headline, "Harbour bridge & tunnel reopen");
    assert_eq!(items[0].publisher.as_deref(), Some("Example News"));
    assert_eq!(items[0].language, Some(Language::ENGLISH));
    assert_eq!(items[0].versioncreated, time("2026-11-23T19:05:00Z"));
    assert_eq!(items[0].time_quality, TimeQuality::Zoned);
    assert_eq!((items[1].versioncreated, items[1].publisher.clone()), (None, None));
}

#[test]
fn names_of_ninjs_fill_their_fields() {
    let tsv = "uri\tversion\tlink\tbody\tbyline\turgency\tsubject\ttopics\theadline\tpubstatus\n\
               tag:1\t3\thttps://example.org/1\tText.\tBy Ann Lee\t2\tmedtop:11000000\tgold oil\tH\tcanceled\n";
    let item = items(Format::Tsv, tsv.as_bytes()).remove(0);
    assert_eq!((item.uri.as_deref(), item.version), (Some("tag:1"), Some(3)));
    assert_eq!(item.byline.as_deref(), Some("Ann Lee"));
    assert_eq!((item.urgency, item.subjects.len()), (Some(2), 3));
    assert_eq!(item.pubstatus, crate::item::PubStatus::Canceled);
}

#[test]
fn an_embargo_whose_end_cannot_be_read_is_an_open_one() {
    let item = |status: &str, embargoed: &str| {
        let text = format!("headline\tembargoed\tpubstatus\nFerry\t{embargoed}\t{status}\n");
        let item = items(Format::Tsv, text.as_bytes()).remove(0);
        (item.embargoed.is_some(), item.pubstatus)
    };
    assert_eq!(item("usable", "2026-11-28T10:00:00Z"), (true, PubStatus::Usable));
    assert_eq!(item("usable", "tomorrow noon"), (false, PubStatus::Withheld));
    assert_eq!(item("canceled", "tomorrow noon"), (false, PubStatus::Canceled));
    assert_eq!(item("usable", "0000-00-00T00:00:00"), (false, PubStatus::Usable));
    assert_eq!(item("usable", ""), (false, PubStatus::Usable));
}

#[test]
fn a_row_with_a_wrong_count_costs_only_itself() {
    let tsv = "time\theadline\none column\n\tfine\na\tb\tc\n";
    let records = parse(Format::Tsv, tsv.as_bytes(), &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 14), (RejectKind::Malformed, 31)]);
    assert!(records[1].is_ok());
}

#[test]
fn columns_that_are_not_read_are_told_once() {
    let mut out = Vec::new();
    let mut parser = crate::format::Parser::new(Format::Tsv, options());
    parser.feed(b"headline\tmood\tscore\nFerry\tgood\t1\n", &mut out);
    let notice = "not read, as no column has that name: `mood`, `score`";
    assert_eq!(parser.take_notice().as_deref(), Some(notice));
    parser.feed(b"Dam\tbad\t2\n", &mut out);
    assert_eq!((parser.take_notice(), out.len()), (None, 2));
    assert!(out.iter().all(Result::is_ok));
}

#[test]
fn a_misspelt_embargo_is_not_passed_over() {
    for name in ["embargod", "embargo_until", "pubstats"] {
        let tsv = format!("headline\t{name}\nFerry\t2026-11-28T10:00:00Z\n");
        let records = parse(Format::Tsv, tsv.as_bytes(), &options());
        assert_eq!((records.len(), rejects(&records).len()), (1, 1), "{name}");
    }
    let beside =
        b"headline\tembargoed\tembargo_note\tpubstatus\tsubstatus\nFerry\t\tnone\tusable\t3\n";
    assert_eq!(items(Format::Tsv, beside).len(), 1, "beside the column itself it is another");
    let item = items(Format::Tsv, b"headline\tembargo\nFerry\t2026-11-28T10:00:00Z\n").remove(0);
    assert!(item.embargoed.is_some());
}

#[test]
fn the_documentation_names_every_column() {
    let page = include_str!("../../../docs/formats.md");
    for (name, _) in NAMES {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn a_header_without_text_columns_makes_the_file_unreadable() {
    let records = parse(Format::Tsv, b"a\tb\n1\t2\n3\t4\n", &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
    assert_eq!(records.len(), 1);
}
