use crate::fold::tests::{decide, fold, item};
use crate::item::{Item, Language};
use crate::story::Verdict;

#[test]
fn the_same_words_are_one_story_whoever_declares_their_language() {
    let declared = |hours, language: &str, headline: &str| Item {
        language: Language::parse(language),
        ..item("Fjord Wire", hours, headline)
    };
    let storm = "Sturm Kerstin trifft Sandvik";
    let second = |first: Item, second: Item| {
        let mut fold = fold();
        decide(&mut fold, 0, first);
        decide(&mut fold, 1, second).decision
    };
    for (a, b) in [("de", ""), ("", "de"), ("de", "nl")] {
        let found = second(declared(0, a, storm), declared(1, b, storm));
        assert_eq!(found.verdict, Verdict::Repeat, "{a} {b}: {}", found.evidence.reason);
    }
    let other = second(
        declared(0, "de", "Der Sturm Kerstin trifft auf den Hafen von Sandvik"),
        declared(1, "en", "Storm Kerstin is about to hit the harbour of Sandvik"),
    );
    assert_eq!(other.verdict, Verdict::New);
    let reason = "Nothing in the window in its language, en, has its rare words; item 0 is in de.";
    assert_eq!(other.evidence.reason, reason);
}
