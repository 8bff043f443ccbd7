use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Marker, RejectKind, TimeQuality};

const MESSAGE: &str = include_str!("../../../tests/data/format/anpa.tst");

fn read(text: &str) -> Item {
    items(Format::Anpa, text.as_bytes()).remove(0)
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(MESSAGE.as_bytes()), Some(Format::Anpa));
    assert_eq!(Format::detect(&MESSAGE.as_bytes()[2..]), Some(Format::Anpa));
    let item = read(MESSAGE);
    assert_eq!(item.headline, "Harbour bridge reopens after storm");
    let body = "BERGEN (EX) — The bridge opened “at last” today.\nCars were back.";
    assert_eq!(item.body.as_deref(), Some(body));
    assert_eq!((item.byline.as_deref(), item.publisher.as_deref()), (Some("ANN LEE"), Some("EX")));
    assert_eq!(item.slugline.as_deref(), Some("Harbour Bridge"));
    assert_eq!(item.ednote.as_deref(), Some("Adds quotes. With AP Photos."));
    assert_eq!((item.located.as_deref(), item.urgency), (Some("BERGEN"), Some(4)));
    assert_eq!(item.subjects[0].code.as_deref(), Some("s"));
    assert_eq!(item.markers, [Marker::Lead(1)]);
    let time = item.versioncreated.map(|t| t.to_string());
    assert_eq!(
        (time.as_deref(), item.time_quality),
        (Some("2026-11-23T19:05:00Z"), TimeQuality::Zoned)
    );
}

#[test]
fn an_alert_is_its_sentence_and_other_texts_without_headline_their_keyword() {
    let alert = "\x16\x16\x01W1\x1f_x\nb a\x13\x11 BC-US--EXNewsAlert   06-29 0358\n\
        \x02^BC-US--EXNewsAlert,17<\n\t   BERGEN (EX) _ Bridge closed by order of the mayor.\n\x03EX-WF-06-29-26 2350EST<\n\x04";
    let item = read(alert);
    assert_eq!(item.headline, "Bridge closed by order of the mayor.");
    assert_eq!((item.markers.as_slice(), item.urgency), ([Marker::Breaking].as_slice(), Some(2)));
    let time = item.versioncreated.map(|t| t.to_string());
    assert_eq!(time.as_deref(), Some("2026-06-30T04:50:00Z"));
    let table = alert.replace("EXNewsAlert", "Tide Table").replace("2350EST", "");
    let item = read(&table);
    assert_eq!(item.headline, "Tide Table");
    assert_eq!(item.time_quality, TimeQuality::Unzoned);
}

#[test]
fn a_list_of_headlines_is_its_own_text_and_routing_is_no_keyword() {
    let list = "\x16\x16\x01V4\x1f-----\nr e\x13\x11 EX-Top-Harbour     02-09 0121\n\
        \x02^*9006< ^EX-Top-Harbour-Headlines,0176<\n^EX Top Harbour News at 11:23 p.m.<\n\
        ^Bridge reopens<\n^(Eds: A longer list is to come.)<\n^Ferry late<\n\
        \x03EX-WF-02-10-26 0423GMT<\n\x04";
    let item = read(list);
    assert_eq!(item.headline, "EX Top Harbour News at 11:23 p.m.");
    assert_eq!(item.slugline.as_deref(), Some("EX-Top-Harbour-Headlines"));
    assert_eq!(item.body.as_deref(), Some("Bridge reopens\nFerry late"));
    assert_eq!(item.ednote.as_deref(), Some("A longer list is to come."));
}

#[test]
fn marks_between_the_tables_of_a_text_are_taken_off() {
    let table =
        MESSAGE.replace("\t   Cars were back.", "^NORTHERN LEAGUE=\r\n\t   Bergen 2, Oslo 1");
    assert_ne!(table, MESSAGE);
    let body = read(&table).body.unwrap();
    assert!(body.ends_with("NORTHERN LEAGUE\nBergen 2, Oslo 1"), "{body}");
}

#[test]
fn a_message_without_its_end_is_a_reject_where_it_breaks() {
    let cut = &MESSAGE[..MESSAGE.find("Cars").expect("text")];
    let records = parse(Format::Auto, cut.as_bytes(), &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut.len() as u64)]);
    let records = parse(Format::Anpa, b"no message", &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, 0)]);
}

/// An advance of 28 November 2026 with such lines between its keyword line and its text.
fn advance(keyword: &str, lines: &str) -> Item {
    let text = format!(
        "\x16\x16\x01W2\x1f_x\r\nd a\x13\x11 BC-Quay   11-28 0350\r\n\x02^BC-US--Quay{keyword},400<\r\n\
         {lines}^By ANN LEE=\r\n\t   SANDVIK (EX) _ The quay.\r\n\t   \x03EX-WF-11-28-26 0905GMT<\r\n\x04"
    );
    read(&text)
}

#[test]
fn what_holds_an_advance_back_is_a_note_wherever_it_stands() {
    let hold = "^HOLD FOR RELEASE 12:01 a.m. EST, Sunday, Dec. 6, 2026<\r\n";
    let headline = "^Quay is rebuilt in Sandvik<\r\n";
    for lines in [format!("{hold}{headline}"), format!("{headline}^A summary.<\r\n{hold}")] {
        let item = advance("", &lines);
        assert_eq!(item.headline, "Quay is rebuilt in Sandvik");
        assert!(item.ednote.is_some_and(|note| note.starts_with("HOLD FOR RELEASE")), "{lines}");
        let until = item.embargoed.map(|at| at.to_string());
        assert_eq!(until.as_deref(), Some("2026-12-06T05:01:00Z"));
    }
}

#[test]
fn an_advance_is_held_until_its_day() {
    let lines = "^$adv06<\r\n^For release Sunday, Dec. 6, and thereafter<\r\n\
        ^Quay is rebuilt in Sandvik<\r\n";
    let item = advance(", Adv06", lines);
    assert_eq!(item.headline, "Quay is rebuilt in Sandvik");
    assert_eq!(item.ednote.as_deref(), Some("For release Sunday, Dec. 6, and thereafter"));
    let until = item.embargoed.map(|at| at.to_string());
    assert!(until.is_some_and(|until| until.starts_with("2026-12-06T")), "{:?}", item.embargoed);
    let until = |keyword| advance(keyword, "^Quay is rebuilt<\r\n").embargoed;
    assert_eq!(until(", Adv06").map(|at| at.to_string()).as_deref(), Some("2026-12-06T00:00:00Z"));
    assert_eq!(until(", Adv27"), None, "it is over");
    assert_eq!(until(""), None);
}

#[test]
fn headlines_about_embargoes_are_headlines() {
    for headline in ["Embargo on arms lifted", "For release at last: a lost film", "Not for sale"] {
        let item = advance("", &format!("^{headline}<\r\n"));
        assert_eq!((item.headline.as_str(), item.embargoed), (headline, None));
    }
}

#[test]
fn a_note_that_corrects_makes_a_correction() {
    let corrected = MESSAGE.replace("Eds: Adds quotes. With", "Eds: CORRECTS toll in para 2. With");
    assert_ne!(corrected, MESSAGE);
    assert!(read(&corrected).markers.contains(&Marker::Corrected));
}
