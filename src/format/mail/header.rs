//! Header fields of a mail and of its parts.

use super::encoding;
use crate::format::{charset, text};

/// Unfolded fields with lower-case names.
pub(super) struct Headers(Vec<(String, String)>);

/// Splits a message or a part into its fields and its body.
pub(super) fn split(text: &str) -> (Headers, &str) {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let content = line.trim_end();
        if content.is_empty() {
            break;
        }
        match (content.starts_with([' ', '\t']), fields.last_mut(), content.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(content.trim_start());
            }
            (_, _, Some((name, value))) => {
                fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ => {}
        }
    }
    (Headers(fields), &text[at..])
}

impl Headers {
    /// The value of a field as sent.
    pub(super) fn raw(&self, name: &str) -> Option<String> {
        let field = self.0.iter().find(|(known, value)| known == name && !value.is_empty())?;
        Some(field.1.clone())
    }

    /// The value of a field with its encoded words read.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        Some(text::one_line(&decode_words(&self.raw(name)?)))
    }
}

/// A parameter of a field: `charset` of `text/plain; charset="utf-8"`.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then(|| value.to_owned())
    })
}

/// Reads `=?utf-8?Q?caf=C3=A9?=`; white space between two encoded words is none. What is no
/// encoded word stays.
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let between = &rest[..at];
        match encoded_word(&rest[at + 2..]) {
            Some((word, after)) => {
                if !(after_word && between.trim().is_empty()) {
                    out.push_str(between);
                }
                out.push_str(&word);
                rest = after;
                after_word = true;
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
                after_word = false;
            }
        }
    }
    out.push_str(rest);
    out
}

fn encoded_word(text: &str) -> Option<(String, &str)> {
    /// RFC 2047 allows 75 characters; senders do not count.
    const MAX: usize = 1000;
    let window = &text[..text.floor_char_boundary(MAX)];
    let (name, rest) = window.split_once('?')?;
    let (kind, rest) = rest.split_once('?').filter(|(kind, _)| kind.len() == 1)?;
    let (payload, _) = rest.split_once("?=")?;
    let after = name.len() + kind.len() + payload.len() + "???=".len();
    let bytes = match kind {
        "B" | "b" => encoding::base64(payload),
        "Q" | "q" => encoding::quoted_printable(&payload.replace('_', "=20")),
        _ => return None,
    };
    let name = name.split('*').next();
    let decoded = charset::decode(&bytes, name, 0).ok()?;
    Some((decoded.text.into_owned(), &text[after..]))
}
