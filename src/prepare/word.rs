//! A word of a headline: what is kept of it, where it ends, and whether capitals tell names.

/// A word of a headline that can tell events apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Low 32 bits of XXH3-64 of its stem.
    pub id: u32,
    /// What is known about it: the constants of this type, added.
    pub flags: u8,
}

impl Word {
    /// Capitalised where capitals mean something: not the first word, not a headline in capitals.
    pub const NAME: u8 = 1;
    /// A number.
    pub const NUMBER: u8 = 2;
    /// Part of what the headline denies.
    pub const DENIED: u8 = 4;
    /// Stood earlier in the same headline.
    pub const AGAIN: u8 = 8;
    /// The name of a day or month.
    pub const DATE: u8 = 16;
    /// Before a denial, in the same statement: mostly who is said to do it.
    pub const SUBJECT: u8 = 32;
    /// After "to" or "will".
    pub const COMING: u8 = 64;
    /// Carries what is denied: the first words of it.
    pub const KEY: u8 = 128;

    /// Whether all of `flags` are set.
    pub fn is(self, flags: u8) -> bool {
        self.flags & flags == flags
    }
}

/// Whether most words start in lower case.
pub(super) fn is_cased(headline: &str) -> bool {
    let (mut upper, mut lower) = (0, 0);
    for word in headline.split_ascii_whitespace() {
        match word.chars().find(|c| c.is_alphabetic()) {
            Some(c) if c.is_uppercase() => upper += 1,
            // Title Case leaves short words small.
            Some(c) if c.is_lowercase() && word.chars().count() > 3 => lower += 1,
            _ => {}
        }
    }
    lower > 0 && upper <= 3 * lower
}

/// End of the word that `text` starts with: apostrophes and full stops join letters, full stops
/// and commas join digits. Digits are words of their own where words are not spaced.
pub(super) fn word_end(text: &str) -> usize {
    let plain = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    match text.as_bytes().get(plain) {
        // Most words end so.
        None | Some(b' ' | b':' | b'-' | b'?' | b'!' | b'"') => return plain,
        _ => {}
    }
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, c)| *c);
        let joins = match c {
            '\'' => before.is_alphabetic() && next.is_alphabetic(),
            '.' => before.is_alphanumeric() && next.is_alphanumeric(),
            ',' => before.is_numeric() && next.is_numeric(),
            c if is_unspaced(before) && c.is_numeric() => false,
            c if before.is_numeric() && is_unspaced(c) => false,
            c => c.is_alphanumeric() || is_mark(c),
        };
        if !joins {
            return at;
        }
        before = c;
    }
    text.len()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{65F}' | '\u{900}'..='\u{D7F}' | '\u{E31}' | '\u{E34}'..='\u{E4E}')
}

/// Han, kana and Thai: written without spaces.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}
