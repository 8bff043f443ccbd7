//! Text in XML and HTML.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_control_characters_are_gone() {
        let text = "A & B <script>\"x\"'\u{0}\u{1b}[31m\u{ffff}\r\nend";
        assert_eq!(escape(text), "A &amp; B &lt;script&gt;&quot;x&quot;&#39;[31m\nend");
    }
}
