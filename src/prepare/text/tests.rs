use super::*;

fn ids(headline: &str, language: Option<Language>) -> Vec<u32> {
    text(headline, language).words.iter().map(|word| word.id).collect()
}

#[track_caller]
fn same(a: &str, b: &str, language: &str) {
    let language = Language::parse(language);
    assert_eq!(ids(a, language), ids(b, language), "{a:?} and {b:?}");
}

#[test]
fn forms_of_a_word_are_one_term() {
    same("Ferries stopped", "ferry stops", "en");
    same("The U.S. envoy", "US envoy", "en");
    same("12th package", "twelve packages", "en");
    same("1,200 jobs", "1200 job", "en");
    same("L'été à Paris", "été Paris", "fr");
    same("الْمَدِينَة", "المدينة", "ar");
    same("ёлка", "елка", "ru");
    same("ladijska nesreča", "ladijske nesreče", "sl");
}

#[track_caller]
fn differ(a: &str, b: &str, language: &str) {
    let language = Language::parse(language);
    assert_ne!(ids(a, language), ids(b, language), "{a:?} and {b:?}");
}

#[test]
fn numbers_are_what_they_say_in_their_language() {
    differ("Leitzins 2,5 Prozent", "Leitzins 25 Prozent", "de");
    same("Leitzins 2,5 Prozent", "Leitzins 2.5 Prozent", "de");
    same("1.200 Stellen", "1200 Stellen", "de");
    same("1.200.000 votos", "1200000 votos", "es");
    differ("1.200 euros", "1200 euros", "en");
    same("مقتل ١٢ شخصا", "مقتل 12 شخصا", "ar");
    differ("GDP -0.2% in quarter", "GDP +0.2% in quarter", "en");
    same("GDP −0.2% in quarter", "GDP -0.2% in quarter", "en");
    same("Season 2020-21 ends", "Season 2020 21 ends", "en");
    same("Storm - 5 dead", "Storm 5 dead", "en");
    same("Rate at 2.0%", "Rate at 2%", "en");
    same("Rate at 2.50%", "Rate at 2.5%", "en");
    differ("Rate at 20%", "Rate at 2%", "en");
    same("Version 1.2.0", "Version 1.2.0", "en");
}

#[test]
fn numbers_may_be_words_of_their_language() {
    same("Dreißig Gerettete", "30 Gerettete", "de");
    same("Trois morts", "3 morts", "fr");
    same("Drei Tote", "3 Tote", "de");
    same("Nueve muertos", "9 muertos", "es");
    same("Três mortos", "3 mortos", "pt");
    same("Due morti", "2 morti", "it");
    same("Трое раненых", "3 раненых", "ru");
    differ("Trois morts", "Deux morts", "fr");
}

#[test]
fn unspaced_scripts_become_pairs() {
    assert_eq!(ids("東京都知事", Language::parse("ja")).len(), 4);
}

#[test]
fn numbers_among_unspaced_words_are_numbers() {
    let numbers = |headline: &str| {
        let text = text(headline, Language::parse("zh"));
        text.words.iter().filter(|word| word.is(Word::NUMBER)).count()
    };
    assert_eq!(numbers("12名矿工遇难"), 1);
    assert_eq!(numbers("爆炸造成5名矿工遇难"), 1);
    let shared = |a: &str, b: &str| {
        let (a, b) = (ids(a, Language::parse("zh")), ids(b, Language::parse("zh")));
        a.iter().filter(|id| b.contains(id)).count()
    };
    assert_eq!(shared("12名矿工遇难", "12名矿工死亡"), 3, "12, 名矿, 矿工");
}

#[test]
fn names_are_capitals_inside_a_sentence() {
    let text = text("Envoy meets Ferrante in Oslo", None);
    let names: Vec<bool> = text.words.iter().map(|word| word.is(Word::NAME)).collect();
    assert_eq!(names, [false, false, true, true]);
    assert!(!super::text("Envoy Meets Ferrante In Oslo", None).cased);
    assert!(!super::text("ENVOY MEETS FERRANTE", None).cased);
}

#[test]
fn what_is_denied_is_marked() {
    let text = text("Mayor did not agree to close bridge, traders say", None);
    let marked = |flag| text.words.iter().filter(|word| word.is(flag)).count();
    assert_eq!(marked(Word::SUBJECT), 1, "mayor");
    assert_eq!(marked(Word::DENIED), 3, "agree, close, bridge");
    assert_eq!(marked(Word::KEY), 1, "agree");
    assert!(text.negates);
    assert_eq!(text.polarity.stance, crate::prepare::Stance::Negates);
}

#[test]
fn repeated_words_count_once_and_length_is_bounded() {
    assert_eq!(text("storm after storm", None).distinct().count(), 1);
    let long = "word ".repeat(1_000);
    assert_eq!(text(&long, None).words.len(), Text::MOST_WORDS);
}
