//! A word, a phrase or a value, and which of its characters are wildcards.

/// A word, a phrase or a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::route) struct Term {
    /// The text. `*` and `?` are wildcards; those that stand for themselves have a `\` before them,
    /// and so has a `\`. Other escapes are resolved.
    pub(in crate::route) text: String,
    /// Written with a leading `=`: case and accents as written, no stemming.
    pub(in crate::route) exact: bool,
    /// Written in quotation marks.
    pub(in crate::route) quoted: bool,
    /// The number after `~`; 1 when there is none.
    pub(in crate::route) tilde: Option<u32>,
}

impl Term {
    /// The entry of a list: a quotation, with `=` before it an exact one.
    pub(in crate::route) fn entry(written: &str) -> Term {
        let exact = written.strip_prefix('=');
        let mut text = String::new();
        for (c, escaped) in characters(exact.unwrap_or(written)) {
            if escaped { push_escaped(&mut text, c) } else { text.push(c) }
        }
        Term { text, exact: exact.is_some(), quoted: true, tilde: None }
    }

    /// Whether some `*` or `?` is a wildcard.
    pub(in crate::route) fn has_wildcards(&self) -> bool {
        characters(&self.text).any(|(c, escaped)| !escaped && matches!(c, '*' | '?'))
    }

    /// The text with every character as it stands for itself.
    pub(in crate::route) fn plain(&self) -> String {
        self.resolved(|c| c)
    }

    /// The text to be cut into words: what stands for itself and could be taken for a wildcard
    /// separates words, as all punctuation does.
    pub(in crate::route) fn for_words(&self) -> String {
        self.resolved(|_| ' ')
    }

    fn resolved(&self, escaped: impl Fn(char) -> char) -> String {
        let character = |(c, is_escaped)| if is_escaped { escaped(c) } else { c };
        characters(&self.text).map(character).collect()
    }
}

/// The characters of a text without the `\` of escapes, and whether one stood before each. One at the
/// end is none.
fn characters(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut chars = text.chars();
    std::iter::from_fn(move || match chars.next()? {
        '\\' => chars.next().map(|c| (c, true)),
        c => Some((c, false)),
    })
}

/// Adds the character after a `\` to the text of a term.
pub(super) fn push_escaped(text: &mut String, c: char) {
    if matches!(c, '*' | '?' | '\\') {
        text.push('\\');
    }
    text.push(c);
}
