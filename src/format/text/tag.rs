//! Tags of HTML as they are found, not as they should be.

/// What a `<` begins.
pub(super) enum Tag<'a> {
    /// Nothing: a less-than sign.
    None,
    /// A tag whose `>` is missing.
    Unclosed,
    /// A comment, a declaration or a processing instruction; what follows it.
    Skipped(&'a str),
    /// A tag by its name as written, whether it closes, and what follows it.
    Named(&'a str, bool, &'a str),
}

/// The name of the tag that the `<` at the start of a text may begin; empty when it begins none.
pub(super) fn name(text: &str) -> &str {
    let inside = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    &inside[..end]
}

/// Reads the tag that the `<` at the start of a text begins.
pub(super) fn tag(text: &str) -> Tag<'_> {
    let inside = &text[1..];
    if let Some(comment) = inside.strip_prefix("!--") {
        return comment.split_once("-->").map_or(Tag::Unclosed, |(_, after)| Tag::Skipped(after));
    }
    if let Some(cdata) = inside.strip_prefix("![CDATA[") {
        return Tag::Skipped(cdata);
    }
    if inside.starts_with(['!', '?']) {
        return inside.split_once('>').map_or(Tag::Unclosed, |(_, after)| Tag::Skipped(after));
    }
    let (closing, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Tag::None;
    }
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    match end_of_tag(&inside[end..]) {
        Some(after) => Tag::Named(&inside[..end], closing, after),
        None => Tag::Unclosed,
    }
}

/// What follows the `>` of a tag, which quoted attribute values may contain.
fn end_of_tag(text: &str) -> Option<&str> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(&text[at + 1..]),
            (None, b'"' | b'\'') if text[..at].ends_with('=') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that never closes: the first `>` then.
    text.split_once('>').map(|(_, after)| after)
}

/// What follows the end tag of a hidden element; nothing when it has none.
pub(super) fn skip_element<'a>(text: &'a str, name: &str) -> &'a str {
    for (at, _) in text.match_indices("</") {
        let candidate = text.get(at + 2..at + 2 + name.len());
        if candidate.is_some_and(|c| c.eq_ignore_ascii_case(name)) {
            return end_of_tag(&text[at + 2 + name.len()..]).unwrap_or("");
        }
    }
    ""
}
