//! Numbers, in one form for all the ways in which languages write them.

use crate::item::Language;
use crate::prepare::words;

/// Normal form of a number, and its unit if it is written with one: "1,200" and "1200", "12th" and
/// "12", "three" and "3", "93m" and "93 million" are the same; so are "2,5" and "2.5", "2.0" and "2",
/// but not "-2" and "2".
pub(super) fn number(
    word: &str,
    language: Option<Language>,
) -> Option<(String, Option<&'static str>)> {
    if let Some(digits) = words::numeral(word, language) {
        return Some((digits.to_owned(), None));
    }
    if !word.trim_start_matches(MINUS).starts_with(|c: char| c.is_numeric()) {
        return None;
    }
    let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end));
    let plain = digits(ordinal.unwrap_or(word), language);
    let letters = plain.find(|c: char| c.is_alphabetic()).unwrap_or(plain.len());
    let (digits, tail) = plain.split_at(letters);
    let digits = shortest(digits);
    Some(match tail {
        "k" if !digits.contains('.') => (format!("{digits}000"), None),
        "m" => (digits.to_owned(), Some(words::MILLION)),
        "b" => (digits.to_owned(), Some(words::BILLION)),
        _ => match words::unit(tail) {
            Some(unit) => (digits.to_owned(), Some(unit)),
            None => (format!("{digits}{tail}"), None),
        },
    })
}

/// Without zeros that end its fraction: "2.0" is "2".
fn shortest(digits: &str) -> &str {
    match digits.split_once('.') {
        Some((_, fraction)) if !fraction.contains('.') => {
            digits.trim_end_matches('0').trim_end_matches('.')
        }
        _ => digits,
    }
}

/// Signs of numbers below zero.
pub(super) const MINUS: [char; 2] = ['-', '−'];

/// A number in ASCII, with a full stop for its fraction and nothing between its thousands.
fn digits(number: &str, language: Option<Language>) -> String {
    // Where a comma begins the fraction, full stops part thousands.
    let stops = language.is_some_and(|language| {
        !matches!(language.as_str(), "en" | "zh" | "ja" | "ko" | "th" | "he" | "ar" | "hi")
    });
    let several = number.matches('.').count() > 1;
    let mut plain = String::with_capacity(number.len());
    for (at, c) in number.char_indices() {
        let following = number[at + c.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
        match c {
            ',' if following == 3 => {}
            ',' => plain.push('.'),
            '.' if following == 3 && (stops || several) => {}
            '−' => plain.push('-'),
            c => plain.push(ascii_digit(c)),
        }
    }
    plain
}

/// The same digit as ASCII has it, for those of Arabic, Persian, Hindi and full width.
fn ascii_digit(c: char) -> char {
    const ZEROS: [char; 4] = ['\u{660}', '\u{6F0}', '\u{966}', '\u{FF10}'];
    let value = ZEROS.iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(*zero))?;
        char::from_digit(value, 10)
    });
    value.unwrap_or(c)
}
