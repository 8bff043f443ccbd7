use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, RejectKind, TimeQuality};

const MESSAGE: &str = "ZCZC0123/EXA\r\nXEF20042\r\nR CRO S0B QBXB\r\n\
    Harbour bridge reopens after storm\r\n (EXAMPLE) - BERGEN, 23 NOV - The bridge opened\r\n\
    again on Monday. (EXAMPLE).\r\n\r\n     YY0-XX\r\n23-NOV-26 19:05\r\nNNNN\r\n";

fn read(text: &str) -> Vec<Item> {
    assert_eq!(Format::detect(text.as_bytes()), Some(Format::Iptc7901), "{text}");
    items(Format::Auto, text.as_bytes())
}

#[test]
fn a_message_between_letters_is_one_item() {
    let item = read(MESSAGE).remove(0);
    assert_eq!(item.headline, "Harbour bridge reopens after storm");
    let body = "(EXAMPLE) - BERGEN, 23 NOV - The bridge opened again on Monday. (EXAMPLE).\nYY0-XX";
    assert_eq!(item.body.as_deref(), Some(body));
    assert_eq!(
        (item.publisher.as_deref(), item.located.as_deref()),
        (Some("EXAMPLE"), Some("BERGEN"))
    );
    let time = item.versioncreated.map(|time| time.to_string());
    assert_eq!(
        (time.as_deref(), item.time_quality),
        (Some("2026-11-23T19:05:00Z"), TimeQuality::Unzoned)
    );
}

#[test]
fn the_month_may_be_italian_and_the_end_on_its_line() {
    let text = MESSAGE.replace("23-NOV-26 19:05\r\nNNNN", "05-MAG-26 19:05 NNNN");
    let time = read(&text)[0].versioncreated.map(|time| time.to_string());
    assert_eq!(time.as_deref(), Some("2026-05-05T19:05:00Z"));
}

#[test]
fn a_headline_may_be_wrapped_up_to_a_sign_of_equality() {
    let text = "ZCZC\nEXA0123 7 CRO 0 RTS\n\nPORTO: RIAPRE IL PONTE\nDOPO LA TEMPESTA =\n\
        \x20     Bergen, 5 mag. (Example) - Riapre.\nNNNN\n";
    let item = read(text).remove(0);
    assert_eq!(item.headline, "PORTO: RIAPRE IL PONTE DOPO LA TEMPESTA");
    assert_eq!(
        (item.publisher.as_deref(), item.located.as_deref()),
        (Some("Example"), Some("Bergen"))
    );
}

#[test]
fn lines_of_the_head_may_be_marked() {
    let text = "   ZCZC EX\n%EXALL MFI\n$J\n:\n:Harbour Authority\n*X\nMedia release: the bridge\n\n\
        It opened.\n\nNNNN\n";
    let item = read(text).remove(0);
    assert_eq!(item.headline, "Harbour Authority");
    assert_eq!(item.body.as_deref(), Some("Media release: the bridge\nIt opened."));
    assert_eq!((item.publisher.as_deref(), item.subjects.len()), (Some("EX"), 1));
    let text = "ZCZC\n#Harbour Greys\n:11/10/2026\nFIELDS\nNNNN";
    let item = read(text).remove(0);
    assert_eq!(
        (item.headline.as_str(), item.slugline.as_deref()),
        ("Harbour Greys 11/10/2026", Some("Harbour Greys"))
    );
}

#[test]
fn a_message_without_its_end_is_a_reject_and_the_next_is_read() {
    let cut = MESSAGE.find("NNNN").expect("an end");
    let text = format!("{}{MESSAGE}", &MESSAGE[..cut]);
    let records = parse(Format::Auto, text.as_bytes(), &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut as u64)]);
    assert!(records[1].is_ok());
}
