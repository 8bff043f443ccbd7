//! Inputs in other clothes: whatever a fixture is wrapped, encoded or padded in, the same items
//! come out of it.

use super::mutation::FIXTURES;
use super::*;

/// Makes the bytes of a file from its text.
type Dress = fn(&str) -> Vec<u8>;

/// What senders, file transfers and editors do to a file.
const CLOTHES: &[(&str, Dress)] = &[
    ("UTF-8 with a byte order mark", |text| [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
    ("zero bytes at the start", |text| format!("\0\0{text}").into_bytes()),
    ("a second mark", |text| format!("\u{FEFF}\u{FEFF}{text}").into_bytes()),
    ("a mark taken for Latin-1", |text| format!("ï»¿{text}").into_bytes()),
    ("UTF-16LE with a mark", |text| utf16(text, u16::to_le_bytes, true)),
    ("UTF-16BE with a mark", |text| utf16(text, u16::to_be_bytes, true)),
    ("UTF-16LE without a mark", |text| utf16(text, u16::to_le_bytes, false)),
    ("UTF-16BE without a mark", |text| utf16(text, u16::to_be_bytes, false)),
    ("line ends of Windows", |text| lines(text, "\r\n")),
    ("line ends of old Macs", |text| lines(text, "\r")),
    ("leading blank lines", |text| format!("\n \r\n\n{text}").into_bytes()),
    ("trailing blank lines", |text| format!("{text}\r\n\r\n").into_bytes()),
    ("zero bytes at the end", |text| format!("{text}\0\0\0").into_bytes()),
    ("an end-of-file character of DOS", |text| format!("{text}\r\n\x1A").into_bytes()),
];

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    let text = format!("{mark}{text}");
    text.encode_utf16().flat_map(bytes).collect()
}

fn lines(text: &str, end: &str) -> Vec<u8> {
    text.replace("\r\n", "\n").replace('\n', end).into_bytes()
}

/// The items of an input, and a mark for every reject: where it stands depends on the clothes.
fn read(bytes: &[u8]) -> Vec<Option<Item>> {
    parse(Format::Auto, bytes, &options()).into_iter().map(Result::ok).collect()
}

#[test]
fn every_fixture_gives_the_same_items_in_other_clothes() {
    let mut wrong = Vec::new();
    for fixture in FIXTURES {
        let text = std::str::from_utf8(fixture).expect("a fixture is UTF-8");
        let expected = read(fixture);
        for (name, dress) in CLOTHES {
            let found = read(&dress(text));
            if found != expected {
                let head: String = text.chars().take(40).collect();
                wrong.push(format!("{name}: {head:?}\n{found:#?}\ninstead of {expected:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
