//! What holds for every format, and helpers for their tests.

use jiff::tz::TimeZone;

use super::*;
use crate::item::RejectKind;

/// Options with UTC and a fixed time of receipt.
pub(crate) fn options() -> Options {
    Options {
        timezone: TimeZone::UTC,
        received: "2026-11-23T20:00:00Z".parse().expect("a timestamp"),
        charset: None,
        base: None,
        max_record: 1 << 20,
        endless: false,
        exported: false,
    }
}

/// The items of an input that must hold nothing else.
#[track_caller]
pub(crate) fn items(format: Format, bytes: &[u8]) -> Vec<Item> {
    let records = parse(format, bytes, &options());
    records.into_iter().map(|record| record.unwrap_or_else(|r| panic!("{}", r.reason))).collect()
}

/// Kind and offset of every reject.
pub(crate) fn rejects(records: &[Record]) -> Vec<(RejectKind, u64)> {
    let rejects = records.iter().filter_map(|record| record.as_ref().err());
    rejects.map(|reject| (reject.kind, reject.offset.expect("an offset"))).collect()
}

mod clothes;
mod mixed;
mod mutation;
mod shared;

const LIST: &str = "Rain expected\n  • By Ann Lee\n  • 11/23/2026 07:05 PM\nSnow expected\n";
const TSV: &str = include_str!("../../tests/data/format/headlines.tsv");
const NDJSON: &str = include_str!("../../tests/data/format/headlines.ndjson");
const NINJS: &str = include_str!("../../tests/data/format/ninjs.json");

/// Found by fuzzing: a first line that is refused for its zero bytes let a later one begin a
/// document, and so did one without a byte of ASCII, but only when both came in one piece. And zero
/// bytes before the first line were passed over in the first piece only.
#[test]
fn a_refused_first_line_is_a_line_however_the_input_is_cut() {
    let zeros =
        b"{\"authors\xDC\xC5\xDF\xA4\0\0\0\0\0\0\0\0\"}\n{\"id\": \"8\",\n\"page\": \"\xDF\xFF";
    // A bracket behind a zero byte, in a line that is no text.
    let bracket =
        [b"\0[".as_slice(), &[0; 40], &[0xFF; 7], &[0; 12], b"\xFF\0\xFF\x05\r\n- \0{"].concat();
    let padded =
        [&[0; 51][..], &[b"{\"a\": ".as_slice(), &[0xC3; 300], b",\n {\"b\": 1}"].concat()]
            .concat();
    for bytes in [
        &zeros[..],
        b"\xFF\xFF\xFF\xFF\x83\x91\n\xCF[q\xCFqtle\"\n",
        b"\0\0\0\0\0\0\0\r+6-11",
        &bracket,
        &padded,
        b"\xFE\xFF\0\0\0\0\0\n\0\0\0\0\0\0\0\n\0\0\0[\0\xBE\xFF\n\xC0\xC0\xFF\xFF\xC0\xC0",
        b"\r\r\0\r\r  [",
        b"\xFF\xFE \0\r\0\n\0[\0]\0",
        b"\n\n\xEF\xBB\xBF[\n{\"a\": 1}, \xFF\xFF]",
    ] {
        let whole = parse(Format::Ndjson, bytes, &options());
        for chunk in 1..bytes.len() {
            let mut parser = Parser::new(Format::Ndjson, options());
            let mut out = Vec::new();
            bytes.chunks(chunk).for_each(|piece| parser.feed(piece, &mut out));
            parser.finish(&mut out);
            assert_eq!(out, whole, "{bytes:?} in chunks of {chunk}");
        }
    }
}

#[test]
fn the_records_are_the_same_however_the_input_is_cut() {
    for text in [LIST, TSV, NDJSON, NINJS] {
        let whole = parse(Format::Auto, text.as_bytes(), &options());
        assert!(!whole.is_empty());
        for chunk in [1, 2, 5, 64] {
            let mut parser = Parser::new(Format::Auto, options());
            let mut out = Vec::new();
            text.as_bytes().chunks(chunk).for_each(|piece| parser.feed(piece, &mut out));
            parser.finish(&mut out);
            assert_eq!(out, whole, "{text:?} in chunks of {chunk}");
        }
    }
}

#[test]
fn auto_recognises_the_line_formats_and_json_documents() {
    #[track_caller]
    fn case(text: &str, expected: Option<Format>) {
        assert_eq!(Format::detect(text.as_bytes()), expected, "{text:?}");
    }
    case(LIST, Some(Format::List));
    case(" date 2026-11-23\nA headline\n", Some(Format::List));
    case(TSV, Some(Format::Tsv));
    case(NDJSON, Some(Format::Ndjson));
    case(NINJS, Some(Format::Ndjson));
    case("[{\"headline\": \"x\"}]", Some(Format::Ndjson));
    case("\u{FEFF}time\theadline\n", Some(Format::Tsv));
    case("", None);
    case("\0\0\0\0\0\0\0\0\0\0", None);
}

#[test]
fn what_is_not_text_is_of_no_format() {
    #[track_caller]
    fn case(name: &str, bytes: &[u8]) {
        assert_eq!(Format::detect(bytes), None, "{name}");
        let records = parse(Format::Auto, bytes, &options());
        assert!(matches!(records[..], [Err(_)]), "{name}: {records:?}");
    }
    case(
        "PDF",
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
    );
    case("PostScript", b"%!PS-Adobe-3.0\n%%Title: Ferry\nshowpage\n");
    case("RTF", b"{\\rtf1\\ansi\nFerry runs aground\n}\n");
    case("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\x02");
    case("WebP", b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x01\x02\n");
    case("MP4", b"\0\0\0\x18ftypmp42\0\0\x01\x02mp42isom\n");
    let noise: Vec<u8> = noise().take(20_000).collect();
    let behind = |start: &[u8]| [start, noise.as_slice()].concat();
    case("JPEG", &behind(b"\xff\xd8\xff\xe0\0\x10JFIF\0"));
    case("gzip", &behind(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"));
    case("ZIP", &behind(b"PK\x03\x04\x14\0"));
    // Of no kind that is known by its beginning, with all that begins a message among it.
    case("noise", &behind(b"\x01\x02"));
    case("noise behind a word", &behind(b"WDAT\x01ab\x02"));
    case("a little noise", &behind(b"\x01\x02")[..600]);
}

/// Upper and lower rail, killed words and bells are of the wire.
#[test]
fn a_message_that_shifts_and_rings_is_one_of_a_circuit() {
    let words = "Dockers \u{e}voted\u{f} to \u{e}strike\u{f}\u{7} in \u{e}Bergen\u{f}\u{18} and \u{e}Oslo\u{f}. ";
    let message = format!(
        "\u{1}exa062 4 i 211 example 061\r\nHarbour/strike/\r\n\u{2}Dockers vote =\r\n   {words}\r\n\
         \u{3}231905 GMT Nov 26\r\n\u{4}\r\n"
    );
    let records = parse(Format::Auto, message.as_bytes(), &options());
    let [Ok(item)] = &records[..] else { panic!("{records:?}") };
    assert_eq!(item.headline, "Dockers vote");
}

/// Bytes like those of a compressed file.
fn noise() -> impl Iterator<Item = u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}

#[test]
fn items_of_agency_formats_may_correct_and_kill_and_others_may_not() {
    let read = |name: &str, format| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/format");
        let bytes = std::fs::read(path.join(name)).unwrap();
        parse(format, &bytes, &options()).into_iter().flatten().collect::<Vec<_>>()
    };
    for agency in ["anpa.tst", "iptc7901.txt", "newsml-1.xml", "newsml-g2.xml", "nitf.xml"] {
        let items = read(agency, Format::Auto);
        assert!(!items.is_empty() && items.iter().all(|item| item.lifecycle), "{agency}");
    }
    for other in ["rss.xml", "atom.xml", "ninjs.json", "mail.eml", "headlines.tsv", "list.txt"] {
        let items = read(other, Format::Auto);
        assert!(!items.is_empty() && !items.iter().any(|item| item.lifecycle), "{other}");
    }
}

#[test]
fn what_is_of_no_format_is_one_reject() {
    let records = parse(Format::Auto, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0", &options());
    assert_eq!(records.len(), 1);
    assert!(records[0].is_err());
}

#[test]
fn nothing_is_no_record() {
    assert_eq!(parse(Format::Auto, b"", &options()), []);
    assert_eq!(parse(Format::List, b" \n\n", &options()), []);
}

#[test]
fn a_stream_of_lines_does_not_wait_for_more() {
    for line in [
        "{\"headline\": \"Rain\"}\n",
        "headline\ttime\nRain\t\n",
        "Rain\n• By A B\n• 2026-11-23 19:05\n",
    ] {
        let mut parser = Parser::new(Format::Auto, options());
        let mut out = Vec::new();
        parser.feed(line.as_bytes(), &mut out);
        assert_eq!(out.len(), 1, "{line:?}");
    }
}

#[test]
fn a_document_past_the_limit_is_one_reject_however_it_comes() {
    let mut large = b"[\n".to_vec();
    large.resize(MAX_DOCUMENT + 10, b' ');
    for format in [Format::Auto, Format::Ndjson, Format::Nitf] {
        let mut parser = Parser::new(format, options());
        let mut out = Vec::new();
        parser.feed(&large, &mut out);
        parser.feed(b"more", &mut out);
        parser.finish(&mut out);
        assert_eq!(rejects(&out), [(RejectKind::TooLarge, 0)], "{format:?}");
    }
}

#[test]
fn a_finished_parser_reads_another_input() {
    let mut parser = Parser::new(Format::Tsv, options());
    for _ in 0..2 {
        let mut out = Vec::new();
        parser.feed(TSV.as_bytes(), &mut out);
        parser.finish(&mut out);
        assert_eq!(out.len(), 2);
    }
}

#[test]
fn an_item_without_text_keeps_the_record_it_was_read_from() {
    let ninjs = "{\"title_x\":\"Squid on the loose\"}";
    let feed = "<rss><channel><item><title_x>Squid</title_x></item></channel></rss>";
    let mail = "From: Mayor\nDate: Sun, 1 Mar 2026 12:00:00 +0000\nX-Note: Squid\n\n";
    let g2 = "<newsItem guid=\"u:1\"><x>Squid</x></newsItem>";
    let cases = [
        (Format::Ndjson, format!("\n{ninjs}\n"), 1, ninjs),
        (Format::Tsv, "headline\tnote\n\tSquid\n".to_owned(), 14, "\tSquid"),
        (Format::Feed, feed.to_owned(), 14, "<item><title_x>Squid</title_x></item>"),
        (Format::NewsmlG2, format!("\u{FEFF}{g2}"), 3, g2),
        (Format::Mail, mail.to_owned(), 0, mail),
    ];
    for (format, text, offset, kept) in cases {
        let items = items(format, text.as_bytes());
        let raw = items[0].raw.as_ref().unwrap_or_else(|| panic!("{format:?}"));
        let text = String::from_utf8_lossy(&raw.bytes);
        assert_eq!(raw.offset, offset, "{format:?}");
        assert!(text.starts_with(kept), "{format:?}: {text}");
    }
    let said = items(Format::Ndjson, b"{\"headline\":\"Squid is caught\"}");
    assert_eq!(said[0].raw, None);
}

#[test]
fn an_item_without_text_among_others_keeps_itself_alone() {
    let envelope = "{\"articles\":[{\"title\":\"One\"},{\"note\":\"Squid\"}]}\n";
    let items = items(Format::Ndjson, envelope.as_bytes());
    assert_eq!(items[1].raw.as_ref().unwrap().bytes, b"{\"note\":\"Squid\"}");
}
