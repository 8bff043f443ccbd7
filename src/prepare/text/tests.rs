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

#[test]
fn unspaced_scripts_become_pairs() {
    assert_eq!(ids("東京都知事", Language::parse("ja")).len(), 4);
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
