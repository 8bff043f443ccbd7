//! Printing for people: what a source sent must not drive the terminal, and a closed pipe is no
//! error.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

/// Replaces what could drive a terminal or hide text in it: control characters (ANSI sequences
/// begin with one), line and paragraph separators, and bidirectional controls ("Trojan Source",
/// CVE-2021-42574). Each becomes a visible `\u{…}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if dangerous(c) {
            // Writing to a string cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", c as u32);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// True when standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Writes a line to standard output. A reader that has gone is reported as
/// [`io::ErrorKind::BrokenPipe`] and should end the program quietly.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

/// Lines for standard output whose reader may go before all is said. What a command has to do
/// besides, and its exit code, do not depend on who listens.
#[derive(Debug, Default)]
pub struct Lines(Option<io::Error>);

impl Lines {
    /// Writes a line, unless one could not be written before.
    pub fn say(&mut self, text: &str) {
        if self.0.is_none() {
            self.0 = line(text).err();
        }
    }

    /// What hindered it, if anything did.
    pub fn end(self) -> io::Result<()> {
        self.0.map_or(Ok(()), Err)
    }

    /// Nobody reads, or can.
    pub fn is_over(&self) -> bool {
        self.0.is_some()
    }
}

/// Writes a line to standard error. Nobody is left to tell when that fails.
pub fn note(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n"));
}

/// Says on standard error how far something is; `over` replaces what was said last, as only a
/// terminal can.
pub fn status(text: &str, over: bool) {
    let mut err = io::stderr().lock();
    let text = escape(text);
    let _ = if over { write!(err, "\r\x1b[K{text}") } else { writeln!(err, "{text}") };
    let _ = err.flush();
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn plain_text_of_any_script_is_untouched() {
        for text in ["Haftar's offensive", "Срочно: выборы", "速報：地震", "🚨 alert", "naïve"]
        {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn what_drives_a_terminal_is_made_visible() {
        assert_eq!(escape("\x1b[31mred"), "\\u{1b}[31mred");
        assert_eq!(escape("a\nb\r"), "a\\u{a}b\\u{d}");
        assert_eq!(escape("\u{9b}2J"), "\\u{9b}2J");
        assert_eq!(escape("abc\u{202e}fed"), "abc\\u{202e}fed");
        assert_eq!(escape("\u{2066}x\u{2069}"), "\\u{2066}x\\u{2069}");
    }
}
