use crate::format::tests::{items, options, rejects};
use crate::format::{Format, parse};
use crate::item::{Item, Marker, RejectKind, TimeQuality};

const MESSAGE: &str = include_str!("../../../tests/data/format/iptc7901.txt");

fn read(text: &str) -> Vec<Item> {
    items(Format::Iptc7901, text.as_bytes())
}

#[test]
fn every_field_is_read() {
    assert_eq!(Format::detect(MESSAGE.as_bytes()), Some(Format::Iptc7901));
    let item = read(MESSAGE).remove(0);
    assert_eq!(item.headline, "Dockers vote to go on with their strike");
    let body =
        "Bergen (example) - Dockers at the northern port voted to go on.\n\"We stay,\" they said.";
    assert_eq!(item.body.as_deref(), Some(body));
    assert_eq!(
        (item.byline.as_deref(), item.publisher.as_deref()),
        (Some("Ann Lee"), Some("example"))
    );
    assert_eq!((item.urgency, item.located.as_deref()), (Some(4), Some("Bergen")));
    assert_eq!(item.slugline.as_deref(), Some("Harbour/strike"));
    assert_eq!(item.subjects[0].code.as_deref(), Some("i"));
    assert!(item.ednote.is_some_and(|note| note.contains("Editing by")));
    let time = item.versioncreated.map(|t| t.to_string());
    assert_eq!(
        (time.as_deref(), item.time_quality),
        (Some("2026-11-23T18:05:00Z"), TimeQuality::Zoned)
    );
}

#[test]
fn a_time_without_a_month_is_the_last_such_day() {
    let time = |trailer: &str| {
        let text = format!(
            "\x01exa062 4 i 211\r\nHarbour\r\n\x02Head =\r\n   Text.\r\n\x03{trailer}\r\n\x04"
        );
        read(&text)[0].versioncreated.map(|t| t.to_string())
    };
    assert_eq!(time("231905 GMT").as_deref(), Some("2026-11-23T19:05:00Z"));
    assert_eq!(time("301905").as_deref(), Some("2026-10-30T19:05:00Z"));
    assert_eq!(time("999999 GMT"), None);
    for trailer in
        ["231905 gmt Nov 26", "231905Z NOV 26", "231905 GMT 23 Nov 2026", "231905 NOV 26"]
    {
        assert_eq!(time(trailer).as_deref(), Some("2026-11-23T19:05:00Z"), "{trailer}");
    }
}

#[test]
fn a_message_without_its_end_is_a_reject_where_it_breaks() {
    let cut = &MESSAGE[..MESSAGE.find("voted").expect("text")];
    let records = parse(Format::Auto, cut.as_bytes(), &options());
    assert_eq!(rejects(&records), [(RejectKind::Malformed, cut.len() as u64)]);
}

#[test]
fn notices_and_a_byline_may_stand_around_the_headline() {
    let text = "\x01exa003 3 i 380  example 0045\r\n\r\nHarbour/strike/\r\n\x02REFILE\r\n2ND LEAD\r\n\
        Dockers join the list of those who\r\nvote to go on\r\nBy Ann Lee, The Harbour Post =\r\n\r\n\
        Bergen (example) - Dockers voted.\r\n\x03212322 GMT Nov 26\r\n\x04";
    let item = read(text).remove(0);
    assert_eq!(item.headline, "Dockers join the list of those who vote to go on");
    assert_eq!(item.byline.as_deref(), Some("Ann Lee, The Harbour Post"));
    assert_eq!(item.markers, [Marker::Refile, Marker::Lead(2)]);
    assert_eq!(item.body.as_deref(), Some("Bergen (example) - Dockers voted."));
    assert_eq!(item.slugline.as_deref(), Some("Harbour/strike"));
    let early = text.replace("\x02REFILE\r\n2ND LEAD\r\n", "REFILE\r\n2ND LEAD\r\n\x02");
    let early = read(&early).remove(0);
    assert_eq!((early.slugline, early.markers), (item.slugline, item.markers));
}

#[test]
fn one_file_may_hold_several_messages() {
    assert_eq!(read(&MESSAGE.repeat(3)).len(), 3);
}

/// A message with such lines between its header and STX, and up to the end of its headline.
fn message(keyword: &str, head: &str) -> Item {
    let text = format!(
        "\x01exa0011 4 i 200  example 0101\r\n\r\n{keyword}\r\n\x02{head} =\r\n\r\n   \
         Sandvik (example) - Text.\r\n\r\n\x03212322 GMT Nov 26\r\n\x04"
    );
    read(&text).remove(0)
}

#[test]
fn words_of_a_keyword_line_are_no_notices() {
    for keyword in [
        "NORLAND-TROOPS/WITHDRAWAL",
        "NORLAND-FREEDONIA/KILLED",
        "NORLAND-LEADER/",
        "NORLAND-SKILLS/",
        "KILL",
        "CORRECTION/",
    ] {
        let item = message(keyword, "Norland lacks welders");
        let slugline = item.slugline.as_deref();
        let expected = keyword.trim_end_matches('/');
        assert_eq!((slugline, item.markers.as_slice()), (Some(expected), [].as_slice()));
    }
    let killed = message("NORLAND-SKILLS/\r\nBULLETIN KILL", "Norland lacks welders");
    assert_eq!(killed.slugline.as_deref(), Some("NORLAND-SKILLS"));
    assert_eq!(killed.markers, [Marker::Kill]);
}

#[test]
fn a_wrapped_headline_in_capitals_keeps_its_first_line() {
    #[track_caller]
    fn case(head: &str, headline: &str, markers: &[Marker]) {
        let item = message("People/", head);
        assert_eq!((item.headline.as_str(), item.markers.as_slice()), (headline, markers));
    }
    case("UN CHIEF\r\nARRIVES FOR TALKS", "UN CHIEF ARRIVES FOR TALKS", &[]);
    case("POLICE KILL\r\nTHREE ROBBERS", "POLICE KILL THREE ROBBERS", &[]);
    case("POLICE KILL\r\nTHREE ROBBERS\r\nBy Ann Lee", "POLICE KILL THREE ROBBERS", &[]);
    case("2ND LEAD\r\nUN CHIEF\r\nARRIVES", "UN CHIEF ARRIVES", &[Marker::Lead(2)]);
    case("(TEILNEHMER)\r\nGipfel beginnt", "Gipfel beginnt", &[]);
    case("(Korrektur: Name)\r\nGipfel endet", "Gipfel endet", &[Marker::Corrected]);
    case("GRAPHIC\r\nGipfel endet", "Gipfel endet", &[]);
}
