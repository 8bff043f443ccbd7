use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Language, RejectKind};

const MAIL: &str = include_str!("../../../tests/data/format/mail.eml");

fn read(text: &str) -> Item {
    items(Format::Mail, text.as_bytes()).remove(0)
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(MAIL.as_bytes()), Some(Format::Mail));
    let item = read(MAIL);
    assert_eq!(item.headline, "Café reopens after the storm");
    let body = "The café by the harbour opened again on Monday.\nIts owner was glad.";
    assert_eq!(item.body.as_deref(), Some(body));
    assert_eq!(
        (item.uri.as_deref(), item.publisher.as_deref()),
        (Some("1@example.org"), Some("Café Press"))
    );
    assert_eq!((item.language, item.subjects.len()), (Some(Language::ENGLISH), 2));
    let time = item.versioncreated.map(|t| t.to_string());
    assert_eq!(time.as_deref(), Some("2026-11-23T19:05:00Z"));
}

#[test]
fn a_mail_may_be_html_only_or_base64() {
    let html = "From: desk@example.org\r\nSubject: Rain\r\nContent-Type: text/html\r\n\r\n<p>One.</p><p>Two.</p>";
    let item = read(html);
    assert_eq!(
        (item.body.as_deref(), item.publisher.as_deref()),
        (Some("One.\nTwo."), Some("example.org"))
    );
    let base64 = "From: a@b\nSubject: Rain\nContent-Transfer-Encoding: base64\n\nT25lIGxp\nbmUu\n";
    assert_eq!(read(base64).body.as_deref(), Some("One line."));
}

#[test]
fn headlines_with_colons_are_no_mail() {
    assert_eq!(Format::detect(b"Subject: what we know\nRain expected\n"), Some(Format::List));
    let records = parse(Format::Mail, b"Rain expected\n", &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
}

#[test]
fn a_mail_that_is_cut_is_a_reject_where_it_breaks() {
    let cut = MAIL.find("again on").expect("the body");
    let records = parse(Format::Mail, &MAIL.as_bytes()[..cut], &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut as u64)]);
}
