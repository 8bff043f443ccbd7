//! Where a part of a query stands in its file. The query is a TOML string: its text as parsed
//! differs from its text as written by quotation marks and escapes.

use std::ops::Range;

use crate::config::{At, Place};

/// The place of the bytes `span` of a configured string.
pub(super) fn inside(string: &At<String>, span: Range<usize>) -> Place {
    let Place { file, span: literal } = &string.place;
    let end = literal.end.min(file.text().len());
    let written = &file.text()[literal.start.min(end)..end];
    let at = |offset| literal.start + written_offset(written, &string.value, offset);
    let start = at(span.start);
    let end = at(span.end.max(span.start + 1)).max(start + 1);
    Place { file: file.clone(), span: start..end }
}

/// The offset in a TOML literal at which the byte `offset` of its value begins; the closing quote
/// for what lies behind the value.
fn written_offset(written: &str, value: &str, offset: usize) -> usize {
    let (quote, basic) = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| written.starts_with(quote))
        .map_or((0, false), |quote| (quote.len(), quote.starts_with('"')));
    let body_end = written.len().saturating_sub(quote).max(quote);
    let mut at = quote;
    if quote == 3 {
        // A line break right after the opening quotes is not part of the value.
        at += ["\r\n", "\n"]
            .iter()
            .find(|eol| written[at..].starts_with(**eol))
            .map_or(0, |e| e.len());
    }
    let mut decoded = 0;
    while at < body_end {
        let rest = &written[at..body_end];
        let Some(first) = rest.chars().next() else { break };
        let (taken, yielded) = match first {
            '\\' if basic => escape(rest),
            '\r' if rest.starts_with("\r\n")
                && !value[decoded.min(value.len())..].starts_with('\r') =>
            {
                (1, 0)
            }
            c => (c.len_utf8(), c.len_utf8()),
        };
        if decoded + yielded > offset {
            return at;
        }
        decoded += yielded;
        at += taken;
    }
    body_end
}

/// How many bytes an escape takes and how many bytes of value it yields.
fn escape(rest: &str) -> (usize, usize) {
    let digits = match rest.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b) if b.is_ascii_whitespace() => {
            // A backslash at the end of a line swallows the break and the indentation after it.
            return (rest.len() - rest[1..].trim_start().len(), 0);
        }
        _ => return (2.min(rest.len()), 1),
    };
    let code = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::File;

    /// Parses `query = LITERAL` and asks where `needle` of the value stands in the file.
    #[track_caller]
    fn case(literal: &str, needle: &str, expected: &str) {
        let text = format!("query = {literal}\n");
        let document = toml::de::DeTable::parse(&text).unwrap();
        let query = document.get_ref().get("query").unwrap();
        let value = query.get_ref().as_str().unwrap().to_owned();
        let place = Place { file: File::new("f", text.clone()), span: query.span() };
        let start = value.find(needle).unwrap();
        let found = inside(&At { value, place }, start..start + needle.len());
        assert_eq!(&text[found.span], expected, "{literal}");
    }

    #[test]
    fn offsets_are_found_in_every_kind_of_string() {
        case(r#""gaza hamsa""#, "hamsa", "hamsa");
        case(r#"'"a b" hamsa'"#, "hamsa", "hamsa");
        case(r#""\"a b\" hamsa""#, "hamsa", "hamsa");
        case(r#""\"a b\" hamsa""#, "\"a", "\\\"a");
        case(r#""S\u00e3o hamsa""#, "hamsa", "hamsa");
        case(r#""S\u00e3o hamsa""#, "ã", "\\u00e3");
        case("\"\"\"\ngaza\n  hamsa\"\"\"", "hamsa", "hamsa");
        case("\"\"\"gaza \\\n    hamsa\"\"\"", "hamsa", "hamsa");
        case("'''\r\ngaza\r\n  hamsa'''", "hamsa", "hamsa");
    }

    #[test]
    fn what_lies_behind_the_value_is_the_closing_quote() {
        let text = "query = \"gaza AND\"".to_owned();
        let place = Place { file: File::new("f", text), span: 8..18 };
        let found = inside(&At { value: "gaza AND".to_owned(), place }, 8..9);
        assert_eq!(found.span, 17..18);
    }
}
