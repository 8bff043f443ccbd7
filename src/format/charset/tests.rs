use super::*;

#[track_caller]
fn case(bytes: &[u8], outside: Option<&str>, expected: &str) {
    match decode(bytes, outside, 0) {
        Ok(decoded) => assert_eq!(decoded.text, expected),
        Err(reject) => panic!("{}", reject.reason),
    }
}

#[track_caller]
fn refused(bytes: &[u8], offset: u64) {
    let reject = decode(bytes, None, 0).map(|d| d.text.into_owned()).expect_err("refused");
    assert_eq!((reject.kind, reject.offset), (RejectKind::Charset, Some(offset)));
}

#[test]
fn a_byte_order_mark_decides() {
    case(b"\xEF\xBB\xBFcaf\xC3\xA9", Some("windows-1252"), "café");
    case(b"\xFF\xFEn\0e\0w\0s\0", None, "news");
    case(b"\xFE\xFF\0n\0e\0w\0s", None, "news");
}

#[test]
fn valid_utf8_is_utf8_whatever_was_declared() {
    case("<?xml encoding='ISO-8859-1'?>é".as_bytes(), None, "<?xml encoding='ISO-8859-1'?>é");
    case("é".as_bytes(), Some("iso-8859-15"), "é");
}

#[test]
fn a_declaration_is_believed_and_latin_1_means_windows_1252() {
    case(b"\x93Yes\x94", Some("ISO-8859-1"), "“Yes”");
    case(
        b"<?xml version='1.0' encoding=\"iso-8859-2\"?>\xE8",
        None,
        "<?xml version='1.0' encoding=\"iso-8859-2\"?>č",
    );
    case(b"\xE8", Some(" \"iso-8859-2\" "), "č");
}

#[test]
fn a_charset_that_shifts_is_believed_where_only_the_text_declares_it() {
    case(
        b"<?xml version='1.0' encoding='ISO-2022-JP'?>\x1b$B5{\x1b(B",
        None,
        "<?xml version='1.0' encoding='ISO-2022-JP'?>\u{9B5A}",
    );
    case(
        b"<?xml version='1.0' encoding='UTF-16'?>\xE8",
        None,
        "<?xml version='1.0' encoding='UTF-16'?>\u{E8}",
    );
}

#[test]
fn an_undeclared_charset_is_guessed() {
    case(
        b"Le pr\xE9sident a d\xE9clar\xE9 la gr\xE8ve termin\xE9e",
        None,
        "Le président a déclaré la grève terminée",
    );
    case(
        b"\xCF\xF0\xE5\xE7\xE8\xE4\xE5\xED\xF2 \xEF\xEE\xE4\xEF\xE8\xF1\xE0\xEB \xE7\xE0\xEA\xEE\xED",
        None,
        "Президент подписал закон",
    );
    case(b"<\0r\0s\0s\0>\0", None, "<rss>");
}

#[test]
fn a_declared_utf8_that_is_not_is_guessed() {
    case(
        b"<?xml version='1.0' encoding='utf-8'?>Caf\xE9 ferm\xE9",
        None,
        "<?xml version='1.0' encoding='utf-8'?>Café fermé",
    );
}

#[test]
fn a_slip_in_utf8_is_replaced() {
    case(
        b"caf\xC3\xA9, na\xC3\xAFve and a slip: \xFF in a line of text that is otherwise fine",
        None,
        "café, naïve and a slip: \u{FFFD} in a line of text that is otherwise fine",
    );
}

#[test]
fn what_is_not_text_is_refused_at_its_first_bad_byte() {
    refused(b"ab\xFF\xFE\xFD\xFC\x00\x01", 2);
    refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0", 0);
}

#[test]
fn a_place_in_the_text_is_traced_to_its_byte() {
    let text = b"\xFF\xFEn\0\xE9\0w\0s\0";
    let decoded = decode(text, None, 100).unwrap_or_else(|r| panic!("{}", r.reason));
    assert_eq!(decoded.origin("né".len(), 100), 100 + 2 + 4);
    let decoded = decode(b"n\xE9ws", Some("latin1"), 0).unwrap_or_else(|r| panic!("{}", r.reason));
    assert_eq!(decoded.origin("né".len(), 0), 2);
    // Each faulty sequence became one character of three bytes.
    let slips =
        [b"a \xFF and \xC3\xA9 ", "éééé and so on, all of it good text".as_bytes()].concat();
    let decoded = decode(&slips, None, 0).unwrap_or_else(|r| panic!("{}", r.reason));
    let at = decoded.text.find("good").expect("the word");
    assert_eq!(
        decoded.origin(at, 0) as usize,
        slips.windows(4).position(|w| w == b"good").expect("it")
    );
}
