//! Whole inputs, read in pieces.

use super::*;
use crate::format::tests::options;
use crate::format::{MAX_RECORDS, parse};

fn at_once(format: Format, text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut parser = Parser::new(format, options());
    parser.feed(text.as_bytes(), &mut records);
    parser.finish(&mut records);
    records
}

#[test]
fn what_is_read_in_pieces_is_what_is_read_at_once() {
    let line = |n: usize| format!("{{\"headline\": \"Ferry {n} is late\"}}\n");
    let headline = |n: usize| format!("Ferry {n} is late\n• By A B\n• 03/04/2026 10:00\n");
    let mut page: String = (0..1_000).map(headline).collect();
    // Only the last date tells that the day comes first.
    page.push_str("Ferry sinks\n• By A B\n• 23/04/2026 10:00\n");
    for text in [(0..1_000).map(line).collect(), page] {
        assert!(text.len() > 2 * PIECE);
        let expected = at_once(Format::Auto, &text);
        assert!(expected.len() >= 1_000);
        assert_eq!(parse(Format::Auto, text.as_bytes(), &options()), expected);
    }
}

#[test]
fn a_piece_holds_few_records_however_many_the_input_has() {
    let text = "1\n".repeat(4 * MAX_RECORDS.max(PIECE));
    for format in [Format::Ndjson, Format::List, Format::Auto] {
        let pieces = Pieces::new(format, text.as_bytes(), &options());
        let counts: Vec<usize> = pieces.map(|records| records.len()).collect();
        assert!(counts.iter().all(|count| *count <= PIECE / 2), "{format:?}");
        assert!(counts.iter().sum::<usize>() > 3 * PIECE, "{format:?}");
    }
}

#[test]
fn a_document_has_so_many_records_and_one_reject_for_the_rest() {
    let many = MAX_RECORDS + 10;
    for (format, text) in [
        (Format::Ndjson, format!("[{}1]", "1,".repeat(many))),
        (Format::Ndjson, format!("{{\"items\": [{}{{}}]}}", "{},".repeat(many))),
        (Format::Feed, format!("{{\"items\": [{}1]}}", "1,".repeat(many))),
        (Format::Iptc7901, "\x01a\x02b\x03".repeat(many)),
        (Format::Iptc7901, "ZCZC\nRain\nNNNN\n".repeat(many)),
        (Format::Anpa, "\x01a\x02b\x03".repeat(many)),
        (Format::Feed, format!("<rss><channel>{}</channel></rss>", "<item/>".repeat(many))),
        (Format::NewsmlG2, format!("<m>{}</m>", "<newsItem/>".repeat(many))),
    ] {
        let records = parse(format, text.as_bytes(), &options());
        assert_eq!(records.len(), MAX_RECORDS + 1, "{format:?} {}", &text[..20]);
        let last = records.last().unwrap().as_ref().unwrap_err();
        assert!(last.reason.contains("more than 2000 records"), "{}", last.reason);
    }
}
#[test]
fn what_the_sender_should_know_is_told_once_and_not_piece_by_piece() {
    let text = format!("headline\tmood\n{}", "Ferry late\tbad\n".repeat(PIECE / 5));
    let mut pieces = Pieces::new(Format::Auto, text.as_bytes(), &options());
    let mut notices = Vec::new();
    let mut count = 0;
    while pieces.next().is_some() {
        count += 1;
        notices.extend(pieces.take_notice());
    }
    assert!(count > 2);
    assert_eq!(notices, ["not read, as no column has that name: `mood`"]);
}
