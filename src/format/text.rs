//! Markup to plain text: entities resolved, tags removed, paragraphs as lines.

use std::borrow::Cow;

mod tag;

use tag::{Tag, skip_element, tag};

/// Elements that end a paragraph.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// Elements within a line. Together with [`BLOCKS`] they are what a `<` must begin to be taken
/// for a tag in text that is not known to be markup: `<SRD>` is a ticker.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark",
    "q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements whose content is not text.
const HIDDEN: &[&str] = &["script", "style", "template", "noscript", "iframe", "object"];

/// Plain text of HTML, paragraphs separated by `\n`.
///
/// Works on any text: a `<` that begins no tag stays, an unclosed tag ends the text. One pass,
/// linear in its length.
pub fn from_html(html: &str) -> String {
    let mut out = Lines::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push(&rest[..at]);
        rest = &rest[at..];
        rest = match tag(rest) {
            Tag::None => {
                out.push("<");
                &rest[1..]
            }
            Tag::Unclosed => "",
            Tag::Skipped(after) => after,
            Tag::Named(name, closing, after) => {
                if is(BLOCKS, name) {
                    out.end_line();
                }
                if !closing && is(HIDDEN, name) { skip_element(after, name) } else { after }
            }
        };
    }
    out.push(rest);
    out.finish()
}

/// One line of plain text of an HTML fragment: a headline.
pub fn headline_from_html(html: &str) -> String {
    one_line(&from_html(html))
}

/// Text of a field that should be plain but may hold entities and the odd HTML tag.
///
/// Only entities that end in `;` and lower-case tags of HTML are taken for markup.
pub fn from_plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.trim().to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The name first: looking for the end of what is no tag, at every `<`, would be quadratic.
        if !known(tag::name(rest)) {
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        let Tag::Named(name, _, after) = tag(rest) else { break };
        if BLOCKS.contains(&name) {
            out.push(' ');
        }
        rest = after;
    }
    out.push_str(rest);
    unescape(&out).trim().to_owned()
}

/// Resolves the entities of a text, once, and once more where `&amp;` hid them, as many feeds
/// escape twice. Entities without their `;` are left alone: `AT&T`, `?a=1&copy=2`.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let once = terminated(text);
    if text.contains("&amp;") && once.contains('&') && once.contains(';') {
        return Cow::Owned(terminated(&once));
    }
    Cow::Owned(once)
}

/// Folds all white space to single spaces.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Longest entity name of HTML, `&CounterClockwiseContourIntegral;`, with room for digits.
const LONGEST_ENTITY: usize = 40;

fn terminated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest.bytes().skip(1).take(LONGEST_ENTITY);
        let length = name.take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count() + 1;
        let end = if rest.as_bytes().get(length) == Some(&b';') { length + 1 } else { 1 };
        if end > 1 {
            out.push_str(&htmlize::unescape(&rest[..end]));
        } else {
            out.push('&');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn is(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn known(name: &str) -> bool {
    BLOCKS.contains(&name) || INLINE.contains(&name)
}

/// Gathers text into lines with white space folded and empty lines left out.
#[derive(Default)]
pub(super) struct Lines {
    done: String,
    line: String,
}

impl Lines {
    /// Adds text in which entities may stand.
    pub(super) fn push(&mut self, text: &str) {
        self.line.push_str(text);
    }

    /// Ends the line, if anything is on it.
    pub(super) fn end_line(&mut self) {
        let line = one_line(&unescape(&self.line));
        self.line.clear();
        if !line.is_empty() {
            if !self.done.is_empty() {
                self.done.push('\n');
            }
            self.done.push_str(&line);
        }
    }

    /// The lines, separated by `\n`.
    pub(super) fn finish(mut self) -> String {
        self.end_line();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines_of_text() {
        let html =
            "<p>One &amp; two</p><p>three<br/>four <b>five</b></p><!-- x --><ul><li>six</ul>";
        assert_eq!(from_html(html), "One & two\nthree\nfour five\nsix");
        assert_eq!(from_html("a<script>if (1 < 2) {}</script>b"), "ab");
        assert_eq!(from_html("<a title=\"x > y\" href='z'>link</a> text"), "link text");
        assert_eq!(headline_from_html("Up<br>\n and  away"), "Up and away");
    }

    #[test]
    fn a_less_than_sign_is_not_a_tag() {
        assert_eq!(from_html("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
        assert_eq!(from_plain("Acme <ACM> raises <b>dividend</b>"), "Acme <ACM> raises dividend");
        assert_eq!(from_plain("a<br/>b"), "a b");
        assert_eq!(from_plain("a <b and <i"), "a <b and <i");
    }

    #[test]
    fn entities_are_resolved_even_when_escaped_twice() {
        assert_eq!(unescape("caf&eacute; &#8217; &#x2019;"), "café ’ ’");
        assert_eq!(unescape("Tom &amp;amp; Jerry"), "Tom & Jerry");
        assert_eq!(unescape("AT&T, R&D;"), "AT&T, R&D;");
        assert_eq!(unescape("?a=1&copy=2"), "?a=1&copy=2");
        assert_eq!(unescape("&nosuchthing;"), "&nosuchthing;");
    }

    #[test]
    fn cut_markup_ends_the_text() {
        assert_eq!(from_html("text <a href="), "text");
        assert_eq!(from_html("text <!-- cut"), "text");
        assert_eq!(from_html("<style>never closed"), "");
        assert_eq!(from_html("<"), "<");
    }
}
