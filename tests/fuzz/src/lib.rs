//! What every target does with its bytes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use wirefold::format::{Format, Options, Parser, parse};

/// Parses the bytes whole and in two pieces, and holds the parser to what it promises.
pub fn check(format: Format, bytes: &[u8]) {
    let options = Options {
        timezone: TimeZone::UTC,
        received: Timestamp::UNIX_EPOCH,
        charset: None,
        base: None,
        max_record: 4096,
        endless: false,
        exported: true,
    };
    let whole = parse(format, bytes, &options);
    assert!(whole.len() <= bytes.len() + 1, "the input was multiplied");
    for reject in whole.iter().filter_map(|record| record.as_ref().err()) {
        assert!(reject.offset.is_some_and(|at| at <= bytes.len() as u64), "{reject:?}");
    }
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    let mut parser = Parser::new(format, options);
    let mut pieces = Vec::new();
    parser.feed(head, &mut pieces);
    parser.feed(tail, &mut pieces);
    parser.finish(&mut pieces);
    assert_eq!(pieces.len(), whole.len(), "the records depend on how the input is cut");
}
