//! A guess at the language of a headline that declares none.

use whichlang::Lang;

use crate::item::Language;

use super::words::count_stops;

/// Guesses the language; `None` when there is too little to go by.
///
/// whichlang knows 16 languages and never says "unknown", so a guess other than English in plain
/// ASCII is believed only when the text has a function word of that language and none of English.
pub(super) fn guess(headline: &str) -> Option<Language> {
    let letters = headline.chars().filter(|c| c.is_alphabetic()).count();
    if letters < 4 {
        return None;
    }
    let guessed = Language::parse(code(whichlang::detect_language(headline)))?;
    let latin = headline.chars().filter(|c| c.is_alphabetic()).all(|c| c < '\u{250}');
    if !latin || guessed == Language::ENGLISH {
        return Some(guessed);
    }
    let lower = headline.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric());
    let english = count_stops(words(), "en");
    let other = count_stops(words(), guessed.as_str());
    if other > english || (!headline.is_ascii() && english == 0) {
        Some(guessed)
    } else {
        Some(Language::ENGLISH)
    }
}

fn code(lang: Lang) -> &'static str {
    lang.three_letter_code()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(headline: &str, expected: &str) {
        let guessed = guess(headline);
        assert_eq!(guessed.as_ref().map_or("", Language::as_str), expected, "{headline:?}");
    }

    #[test]
    fn languages_are_guessed_and_english_names_stay_english() {
        case("Storm floods harbour as ferries stay in port", "en");
        case("Juventus Milano Torino", "en");
        case("El gobierno anuncia la apertura de la presa en el norte", "es");
        case("Der Sturm zwingt die Fähren in den Hafen", "de");
        case("Шторм остановил паромы в порту", "ru");
        case("42", "");
    }
}
