//! Text of items for others: in XML and HTML, and as plain words.

use crate::terminal;

/// Invisible: what stands after it no longer belongs to what stands before.
const BREAK: char = '\u{200b}';

/// Escapes text for content and attributes. What no XML document may hold is left out.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// One line of text that hides nothing, and in which no address becomes a link by itself, as chats
/// and mail programs make of `https://…` and of `example.org`: the link of a message is the one that
/// was looked at.
pub(crate) fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = terminal::escape(&line).replace("://", ":\u{200b}//");
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        out.push(c);
        // Two letters after a dot may be a domain; `U.S.` and `e.g.` are none.
        let ends_name = c == '.' && line[..at].ends_with(char::is_alphanumeric);
        if ends_name
            && line[at + 1..].chars().take_while(|c| c.is_alphabetic()).take(2).count() == 2
        {
            out.push(BREAK);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_text_does_not_become_a_link() {
        for (text, expected) in [
            ("Win  at https://evil.example now", "Win at https:\u{200b}//evil.\u{200b}example now"),
            ("www.evil.example", "www.\u{200b}evil.\u{200b}example"),
            ("evil.example\u{202e}", "evil.\u{200b}example\\u{202e}"),
        ] {
            assert_eq!(plain(text), expected);
        }
        for text in ["U.S. jobs rise 3.5%, e.g. in Washington, D.C.", "He left...then came back"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn markup_is_text_and_control_characters_are_gone() {
        let text = "A & B <script>\"x\"'\u{0}\u{1b}[31m\u{ffff}\r\nend";
        assert_eq!(escape(text), "A &amp; B &lt;script&gt;&quot;x&quot;&#39;[31m\nend");
    }
}
