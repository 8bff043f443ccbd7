//! What is taken in as a whole.

use super::*;
use crate::format::tests::options;

#[test]
fn of_too_many_records_the_reject_says_where_the_first_one_left_out_is() {
    let entries = "<item/>".repeat(MAX_RECORDS + 2);
    let feed = format!("<rss><channel>{entries}</channel></rss>");
    let records = parse("a", Format::Feed, feed.as_bytes(), &options());
    let at = "<rss><channel>".len() + MAX_RECORDS * "<item/>".len();
    assert_eq!(records.len(), MAX_RECORDS + 1);
    assert_eq!(records[MAX_RECORDS].as_ref().unwrap_err().offset, Some(at as u64));
    let lines = "{x}\n".repeat(MAX_RECORDS + 2);
    let records = parse("a", Format::Ndjson, lines.as_bytes(), &options());
    assert_eq!(records.len(), MAX_RECORDS + 1);
    let last = records[MAX_RECORDS].as_ref().unwrap_err();
    assert_eq!((last.kind, last.offset), (RejectKind::TooLarge, Some(4 * MAX_RECORDS as u64)));
}
