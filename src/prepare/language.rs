//! A guess at the language of a headline that declares none.

use whichlang::Lang;

use crate::item::Language;

use super::words::{count_stops, language_bit};

/// A language that nobody declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) language: Language,
    /// Its letters or function words tell it. Otherwise it could be any: "Juventus Milano Torino".
    pub(super) told: bool,
}

/// Guesses the language; `None` when there is too little to go by.
///
/// whichlang knows 16 languages and never says "unknown", so a guess other than English in Latin
/// letters is believed only when the text has more function words of that language than of English;
/// letters with accents and no function word of either are of no known language.
/// Where no language can have more, it need not be asked, which is most of an English wire.
pub(super) fn guess(headline: &str) -> Option<Guess> {
    let letters = || headline.chars().filter(|c| c.is_alphabetic());
    if letters().take(4).count() < 4 {
        return None;
    }
    let guess = || Language::parse(code(whichlang::detect_language(headline)));
    if letters().any(|c| c >= '\u{250}') {
        return guess().map(|language| Guess { language, told: true });
    }
    let lower = headline.to_lowercase();
    let words = || lower.split(|c: char| !c.is_alphanumeric());
    let of_english = language_bit("en");
    let [english, foreign] = count_stops(words(), [of_english, !of_english]);
    // "a" and "no" are words of many languages, and tell none.
    let told = english > words().filter(|word| matches!(*word, "a" | "no")).count();
    let accented_only = english == 0 && !headline.is_ascii();
    if !accented_only && foreign <= english {
        return Some(Guess { language: Language::ENGLISH, told });
    }
    let guessed = guess()?;
    let [other] = count_stops(words(), [language_bit(guessed.as_str())]);
    match other > english {
        true => Some(Guess { language: guessed, told: true }),
        // An accent alone tells no language.
        false if accented_only => None,
        false => Some(Guess { language: Language::ENGLISH, told }),
    }
}

fn code(lang: Lang) -> &'static str {
    lang.three_letter_code()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn case(headline: &str, expected: &str) {
        let guessed = guess(headline).map(|guess| guess.language);
        assert_eq!(guessed.as_ref().map_or("", Language::as_str), expected, "{headline:?}");
    }

    #[test]
    fn languages_are_guessed_and_english_names_stay_english() {
        case("Storm floods harbour as ferries stay in port", "en");
        case("Juventus Milano Torino", "en");
        case("El gobierno anuncia la apertura de la presa en el norte", "es");
        case("Der Sturm zwingt die Fähren in den Hafen", "de");
        case("Шторм остановил паромы в порту", "ru");
        case("Storm floods the harbour’s quays", "en");
        case("42", "");
    }

    #[test]
    fn a_headline_without_function_words_tells_no_language() {
        let told = |headline: &str| guess(headline).expect("a guess").told;
        assert!(!told("Juventus Milano Torino"));
        assert!(!told("Sturm Kerstin trifft Hafen"));
        assert!(!told("Storm Kerstin floods a harbour"));
        assert!(told("Storm floods the harbour"));
        assert!(told("Der Sturm zwingt die Fähren in den Hafen"));
        assert!(told("Шторм остановил паромы в порту"));
    }

    const WORDS: &str = "the of in a la de el der die und que não Storm harbour ferries tempête \
        gobierno Fähren Sturm Milano presidente governo ministre 42";

    /// The rule without its short cut: a language is always asked for.
    fn asked(headline: &str) -> Option<Language> {
        let guessed = Language::parse(code(whichlang::detect_language(headline)))?;
        let lower = headline.to_lowercase();
        let stops = |code| count_stops(lower.split(' '), [language_bit(code)]);
        let ([english], [other]) = (stops("en"), stops(guessed.as_str()));
        match other > english {
            true => Some(guessed),
            false => (headline.is_ascii() || english > 0).then_some(Language::ENGLISH),
        }
    }

    proptest! {
        #[test]
        fn a_language_that_is_not_asked_for_would_not_have_been_believed(
            words in proptest::collection::vec(
                proptest::sample::select(WORDS.split_whitespace().collect::<Vec<_>>()),
                1..9,
            )
        ) {
            let headline = words.join(" ");
            prop_assume!(headline.chars().filter(|c| c.is_alphabetic()).count() >= 4);
            let guessed = guess(&headline).map(|guess| guess.language);
            prop_assert_eq!(guessed, asked(&headline), "{}", headline);
        }
    }
}
