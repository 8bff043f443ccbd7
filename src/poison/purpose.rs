//! Panics on purpose, in debug builds only: tests of the real binary see what a panic does.

/// Panics if the environment asks for it: `WIREFOLD_TEST_PANIC` is a place, a colon and a word,
/// and `bytes` holds the word. A release build has no such thing.
#[cfg(debug_assertions)]
pub(crate) fn panic_if_asked(place: &str, bytes: &[u8]) {
    use std::sync::OnceLock;

    static ASKED: OnceLock<Option<(String, String)>> = OnceLock::new();
    let asked = ASKED.get_or_init(|| {
        let asked = std::env::var("WIREFOLD_TEST_PANIC").ok()?;
        asked.split_once(':').map(|(place, word)| (place.to_owned(), word.to_owned()))
    });
    let Some((at, word)) = asked.as_ref().filter(|(_, word)| !word.is_empty()) else { return };
    let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(at != place || !found, "on purpose, at `{word}`");
}

/// A release build does not panic on purpose.
#[cfg(not(debug_assertions))]
pub(crate) fn panic_if_asked(_: &str, _: &[u8]) {}
