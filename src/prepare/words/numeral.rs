//! Numbers that are written as words.

use std::sync::LazyLock;

use crate::item::Language;

/// Words for small numbers by language, each behind its digits. "One" is an article or a pronoun
/// too often, and so is left out; English ones above twelve are words to the scorer, which was
/// trained so.
const NUMERALS: &[(&str, &str)] = &[
    (
        "en",
        "2 two second 3 three third 4 four fourth 5 five fifth 6 six sixth 7 seven seventh 8 eight \
         eighth 9 nine ninth 10 ten tenth 11 eleven 12 twelve dozen",
    ),
    (
        "de",
        "2 zwei 3 drei 4 vier 5 fünf 6 sechs 7 sieben 8 acht 9 neun 10 zehn 11 elf 12 zwölf \
         20 zwanzig 30 dreißig dreissig 40 vierzig 50 fünfzig 60 sechzig 70 siebzig 80 achtzig \
         90 neunzig",
    ),
    (
        "fr",
        "2 deux 3 trois 4 quatre 5 cinq 6 six 7 sept 8 huit 9 neuf 10 dix 11 onze 12 douze \
         20 vingt vingts 30 trente 40 quarante 50 cinquante 60 soixante",
    ),
    (
        "es",
        "2 dos 3 tres 4 cuatro 5 cinco 6 seis 7 siete 8 ocho 9 nueve 10 diez 11 once 12 doce \
         20 veinte 30 treinta 40 cuarenta 50 cincuenta 60 sesenta 70 setenta 80 ochenta \
         90 noventa",
    ),
    (
        "pt",
        "2 dois duas 3 três 4 quatro 5 cinco 6 seis 7 sete 8 oito 9 nove 10 dez 11 onze 12 doze \
         20 vinte 30 trinta 40 quarenta 50 cinquenta 60 sessenta 70 setenta 80 oitenta 90 noventa",
    ),
    (
        "it",
        "2 due 3 tre 4 quattro 5 cinque 6 sei 7 sette 8 otto 9 nove 10 dieci 11 undici 12 dodici \
         20 venti 30 trenta 40 quaranta 50 cinquanta 60 sessanta 70 settanta 80 ottanta 90 novanta",
    ),
    (
        "ru",
        "2 два две двух двум двумя двое двоих 3 три трех трёх трем трём тремя трое троих 4 четыре \
         четырех четырёх четверо 5 пять пяти 6 шесть шести 7 семь семи 8 восемь восьми 9 девять \
         девяти 10 десять десяти 11 одиннадцать одиннадцати 12 двенадцать двенадцати 20 двадцать \
         двадцати 30 тридцать тридцати 40 сорок сорока 50 пятьдесят пятидесяти 60 шестьдесят \
         шестидесяти 70 семьдесят семидесяти 80 восемьдесят восьмидесяти 90 девяносто",
    ),
];

/// Words in order, with their digits.
type Words = Vec<(&'static str, &'static str)>;

/// The words of each language.
static READ: LazyLock<Vec<(&str, Words)>> = LazyLock::new(|| {
    let read = |(code, list): &(&'static str, &'static str)| {
        let (mut digits, mut words) = ("", Words::new());
        for entry in list.split_ascii_whitespace() {
            if entry.starts_with(|c: char| c.is_ascii_digit()) {
                digits = entry;
            } else {
                words.push((entry, digits));
            }
        }
        words.sort_unstable();
        (*code, words)
    };
    NUMERALS.iter().map(read).collect()
});

/// Digits of a word in lower case that is a small number. English ones are read in any language.
pub(in crate::prepare) fn numeral(word: &str, language: Option<Language>) -> Option<&'static str> {
    let own = super::code(&language);
    let lists = READ.iter().filter(|(code, _)| *code == own || *code == "en");
    lists.rev().find_map(|(_, words)| {
        let at = words.binary_search_by_key(&word, |(known, _)| known).ok()?;
        Some(words[at].1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(word: &str, language: &str, expected: Option<&str>) {
        assert_eq!(numeral(word, Language::parse(language)), expected, "{word} in {language}");
    }

    #[test]
    fn words_are_numbers_in_their_own_language() {
        case("thirty", "en", None);
        case("dreißig", "de", Some("30"));
        case("dozen", "", Some("12"));
        case("trois", "fr", Some("3"));
        case("trois", "en", None);
        case("once", "es", Some("11"));
        case("once", "en", None);
        case("dos", "es", Some("2"));
        case("dos", "pt", None);
        case("трёх", "ru", Some("3"));
        case("zwölf", "de", Some("12"));
        case("six", "de", Some("6"));
        case("14", "en", None);
    }
}
