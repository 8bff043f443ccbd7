//! Plain text out of what sources send: entities, tags, compatibility forms, invisible characters.

use icu_normalizer::ComposingNormalizerBorrowed;

/// HTML elements that turn up in headlines. Anything else in angle brackets is text: wires write
/// ticker symbols so (`<SRD>`).
const TAGS: &[&str] = &[
    "a", "b", "br", "cite", "div", "em", "font", "h1", "h2", "h3", "h4", "i", "img", "li", "mark",
    "p", "q", "s", "small", "span", "strong", "sub", "sup", "u", "ul", "wbr",
];

/// Text in one line: entities resolved, tags dropped, Unicode NFKC, quotes and dashes in their
/// ASCII form, no control, bidirectional or invisible characters, single spaces.
pub(super) fn clean(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    if raw.is_ascii() && !raw.contains(['&', '<']) {
        squeeze(raw, &mut text);
        return without_crumbs(text);
    }
    let mut source = std::borrow::Cow::Borrowed(raw);
    // Twice, since feeds escape what was escaped before.
    for _ in 0..2 {
        if source.contains('&') {
            source = htmlize::unescape(source.as_ref()).into_owned().into();
        }
    }
    let untagged = without_tags(&source);
    squeeze(&ComposingNormalizerBorrowed::new_nfkc().normalize(&untagged), &mut text);
    without_crumbs(text)
}

/// "Home > Section > Headline": only the last crumb is the headline.
fn without_crumbs(mut text: String) -> String {
    if text.starts_with("Home > ") {
        let start = text.rfind(" > ").map_or(0, |at| at + 3);
        text.drain(..start);
    }
    text
}

fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        kept.push_str(&rest[..open]);
        rest = &rest[open..];
        match tag_length(rest) {
            Some(length) => {
                kept.push(' ');
                rest = &rest[length..];
            }
            None => {
                kept.push('<');
                rest = &rest[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// Length in bytes of the known tag that `text` starts with.
fn tag_length(text: &str) -> Option<usize> {
    const LONGEST: usize = 400;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b'>')?;
    let inner = text[1..end].trim_start_matches('/');
    let name_end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..name_end].to_ascii_lowercase();
    TAGS.contains(&name.as_str()).then_some(end + 1)
}

fn squeeze(text: &str, out: &mut String) {
    if is_plain(text) {
        return out.push_str(text);
    }
    let mut space = true;
    for c in text.chars() {
        let c = match c {
            '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '`' => '\'',
            '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{AB}' | '\u{BB}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            c if is_invisible(c) => continue,
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        };
        if c == ' ' {
            if !space {
                out.push(' ');
            }
            space = true;
        } else {
            out.push(c);
            space = false;
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
}

/// Soft hyphen, zero-width and bidirectional controls: nothing a reader sees.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}'
        | '\u{61C}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FE00}'..='\u{FE0F}')
}

/// Whether squeezing a text would change nothing, as with most headlines: visible ASCII with single
/// spaces inside.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let visible = bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'`');
    let single = !bytes.windows(2).any(|pair| pair == b"  ");
    visible && single && !text.starts_with(' ') && !text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(raw: &str, expected: &str) {
        assert_eq!(clean(raw), expected, "{raw:?}");
    }

    #[test]
    fn entities_and_tags_go_and_tickers_stay() {
        case("Ships &amp; crews <b>rescued</b> off&nbsp;Malta", "Ships & crews rescued off Malta");
        case("A &amp;amp; B", "A & B");
        case("HARBOUR OIL <HBO> TO SELL DOCKS", "HARBOUR OIL <HBO> TO SELL DOCKS");
        case("3 < 5 and 7 > 6", "3 < 5 and 7 > 6");
    }

    #[test]
    fn invisible_and_control_characters_go() {
        case("Bank\u{202E} rate\u{200B}s\u{7} rise \t again", "Bank rates rise again");
        case("\u{FB01}nal \u{FF11}\u{FF12}", "final 12");
    }

    #[test]
    fn quotes_and_dashes_have_one_form() {
        case("“Don’t” – he said", "\"Don't\" - he said");
    }

    #[test]
    fn breadcrumbs_are_not_the_headline() {
        case("Home > Music > Singer cancels tour", "Singer cancels tour");
    }
}
