//! The basic tokenizer: text to lower-case words without accents, punctuation marks and Han
//! characters standing alone.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Calls `visit` with each word of `text`, in order.
pub fn words(text: &str, visit: impl FnMut(&str)) {
    let plain = |byte: u8| byte.is_ascii() && !byte.is_ascii_control();
    if text.bytes().all(plain) {
        plain_words(text, visit);
    } else {
        any_words(text, visit);
    }
}

/// [`words`] of printable ASCII, the usual case: no table of characters is needed.
fn plain_words(text: &str, mut visit: impl FnMut(&str)) {
    let text = text.to_ascii_lowercase();
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() {
            continue;
        }
        if start < at {
            visit(&text[start..at]);
        }
        if byte.is_ascii_punctuation() {
            visit(&text[at..=at]);
        }
        start = at + 1;
    }
    if start < text.len() {
        visit(&text[start..]);
    }
}

/// [`words`] of any text. The steps and their order are the reference's: clean, decompose (NFD),
/// drop non-spacing marks, lower the case, split.
fn any_words(text: &str, mut visit: impl FnMut(&str)) {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let cleaned = text.chars().filter_map(|c| match c {
        '\t' | '\n' | '\r' => Some(' '),
        '\u{fffd}' => None,
        c if c.is_whitespace() && !c.is_control() => Some(' '),
        c if !c.is_ascii() && is_other(categories.get(c)) => None,
        c if c.is_ascii_control() => None,
        c => Some(c),
    });
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(cleaned);
    let mut word = String::with_capacity(32);
    for decomposed in decomposed {
        let category = if decomposed.is_ascii() { None } else { Some(categories.get(decomposed)) };
        if category == Some(GeneralCategory::NonspacingMark) {
            continue;
        }
        let alone = is_han(decomposed)
            || decomposed.is_ascii_punctuation()
            || category.is_some_and(|of| GeneralCategoryGroup::Punctuation.contains(of));
        if alone || decomposed.is_whitespace() {
            if !word.is_empty() {
                visit(&word);
                word.clear();
            }
            if alone {
                visit(decomposed.encode_utf8(&mut [0; 4]));
            }
        } else if decomposed.is_ascii() {
            word.push(decomposed.to_ascii_lowercase());
        } else {
            word.extend(decomposed.to_lowercase());
        }
    }
    if !word.is_empty() {
        visit(&word);
    }
}

/// Characters that are dropped before anything else.
fn is_other(category: GeneralCategory) -> bool {
    matches!(
        category,
        GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
    )
}

/// The blocks that the reference sets apart. Kana and Hangul are not among them, and one block
/// starts late (U+2B920 for U+2B820), as in the reference.
fn is_han(c: char) -> bool {
    c >= '\u{3400}'
        && matches!(c,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}' | '\u{2b740}'..='\u{2b81f}'
            | '\u{2b920}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}
