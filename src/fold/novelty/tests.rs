use super::*;
use crate::fold::tests::{decide, fold, item, prepare, profile};
use crate::item::{Item, Language};

mod numbers;
mod stages;

/// What a second item is to the story of the first, which it must be folded into.
#[track_caller]
fn second(first: Item, second: Item) -> (Verdict, String) {
    let mut fold = fold();
    let before = decide(&mut fold, 0, first).decision;
    let after = decide(&mut fold, 1, second).decision;
    assert_eq!(after.story, before.story, "{:?}", after.evidence);
    let reason = after.evidence.reason;
    (after.verdict, reason.trim_start_matches("Tells the story of item 0: ").to_owned())
}

#[track_caller]
fn case(a: &str, b: &str, expected: &str) {
    let (verdict, reason) = second(item("Fjord Wire", 0, a), item("Coast Post", 1, b));
    assert_eq!(reason, format!("{expected}."), "{a:?}, {b:?}");
    let news = expected != "nothing new";
    assert_eq!(verdict, if news { Verdict::Development } else { Verdict::Repeat });
}

#[test]
fn the_same_in_other_words_is_nothing_new() {
    for (a, b) in [
        (
            "Ferry runs aground off Sandvik, passengers rescued",
            "Passengers rescued as ferry runs aground near Sandvik",
        ),
        (
            "Chess champion Ilvana Torne retires after cup",
            "Ilvana Torne, chess champion, to retire after cup",
        ),
        ("Sandvik harbour strike grows costly", "Sandvik harbour strike becomes costly"),
        ("Soccer-Sandvik harbour club sacks coach", "Football: Sandvik harbour club sacks coach"),
        (
            "Harbour union of Sandvik calls strike - Coastnews Bulletin",
            "Harbour union of Sandvik calls strike - Fjordblad Courier",
        ),
    ] {
        case(a, b, "nothing new");
    }
}

#[test]
fn another_place_or_actor_is_something_new() {
    let name = "another name in its place";
    case("Magnitude 6.1 earthquake hits Tarnia", "Magnitude 6.1 earthquake hits Norland", name);
    case("Tarnian inflation eases to 2.1%", "Norse inflation eases to 2.1%", name);
    case("Tarnia shoots down 20 Norse drones", "Norland shoots down 20 Tarnian drones", name);
    case("House passes harbour funding bill", "Senate passes harbour funding bill", name);
    case("Biden wins Sandvik harbour debate", "Trump wins Sandvik harbour debate", name);
}

#[test]
fn the_opposite_is_something_new() {
    let opposite = "the opposite";
    case("Deal reached to end harbour strike", "No deal reached to end harbour strike", opposite);
    let closed = "Storm closes harbour in Sandvik";
    case(closed, &format!("{closed} but ferries do not stop"), opposite);
    case("Jury finds Torne guilty of fraud", "Jury finds Torne not guilty of fraud", opposite);
    case("Parliament approves harbour reform", "Parliament rejects harbour reform", opposite);
    case("Stocks close higher in Sandvik", "Stocks close lower in Sandvik", opposite);
    let blocks = "Appeal court blocks Sandvik harbour sale";
    case(blocks, "Appeal court upholds Sandvik harbour sale", opposite);
    let stable = "Chess champion Torne in stable condition after harbour crash";
    case(stable, "Chess champion Torne in critical condition after harbour crash", opposite);
}

#[test]
fn opposites_are_known_in_other_languages() {
    let in_german = |hour, headline: &str| Item {
        language: Language::parse("de"),
        ..item("Fjord Wire", hour, headline)
    };
    let (_, reason) = second(
        in_german(0, "Aktien in Sandvik schließen 1,2 Prozent höher"),
        Item {
            publisher: Some("Coast Post".to_owned()),
            ..in_german(1, "Aktien in Sandvik schließen 1,2 Prozent tiefer")
        },
    );
    assert_eq!(reason, "the opposite.");
}

#[test]
fn opposites_and_tolls_are_known_in_more_languages() {
    for (code, a, b, expected) in [
        ("de", "Zentralbank von Tarnia senkt Leitzins", "Zentralbank von Tarnia hebt Leitzins", 0),
        (
            "de",
            "Einigung im Hafenstreik von Sandvik",
            "Keine Einigung im Hafenstreik von Sandvik",
            0,
        ),
        (
            "fr",
            "Le maire de Sandvik condamné pour fraude",
            "Le maire de Sandvik relaxé pour fraude",
            0,
        ),
        ("es", "Torne declarado culpable en Sandvik", "Torne declarado absuelto en Sandvik", 0),
        (
            "fr",
            "Treize morts dans un incendie à Sandvik",
            "Seize morts dans un incendie à Sandvik",
            1,
        ),
        (
            "ru",
            "Тринадцать погибших при пожаре в Сандвике",
            "Сто погибших при пожаре в Сандвике",
            1,
        ),
    ] {
        let told = |publisher: &str, hour, headline: &str| Item {
            language: Language::parse(code),
            ..item(publisher, hour, headline)
        };
        let (_, reason) = second(told("Fjord Wire", 0, a), told("Coast Post", 1, b));
        assert_eq!(reason, ["the opposite.", "a new number."][expected], "{b}");
    }
}

#[test]
fn who_did_it_to_whom_is_something_new() {
    let places = "names that have changed places";
    case("Torne beats Olsen to win cup final", "Olsen beats Torne to win cup final", places);
    case("Norland strikes Tarnia", "Tarnia strikes Norland", places);
    let told = "Norland beats Tarnia in Sandvik harbour cup final";
    case(told, "Tarnia beats Norland in final of Sandvik harbour cup", places);
    case(told, "Norland beats Tarnia in final of Sandvik harbour cup", "nothing new");
}

#[test]
fn a_denial_in_other_words_is_something_new() {
    let (ban, denies) =
        ("Tarnia weighs harbour internet ban", "Tarnia rejects reports of harbour internet ban");
    case(ban, denies, "a denial");
    case(denies, "Tarnia denies reports of harbour internet ban", "nothing new");
    let will_not = "Tarnia will not order harbour internet ban";
    case(will_not, "Tarnia denies reports of harbour internet ban", "nothing new");
}

#[test]
fn what_is_not_done_after_all_is_the_opposite() {
    for (a, b) in [
        ("Tarnian senate passes harbour bill", "Tarnian senate fails to pass harbour bill"),
        ("Norse regulator declines to approve Torne drug", "Norse regulator approves Torne drug"),
        ("Tarnian senators pass harbour bill", "Tarnian senators fail to pass harbour bill"),
        ("Governor signs Sandvik harbour bill", "Governor vetoes Sandvik harbour bill"),
        ("Torne Shipping revenue above estimates", "Torne Shipping revenue below estimates"),
        ("Ferries halted after storm in Sandvik", "Sandvik ferries to resume after storm"),
    ] {
        case(a, b, "the opposite");
    }
}

#[test]
fn what_fails_or_may_be_held_is_not_the_opposite() {
    for (a, b) in [
        (
            "Tarnian council agrees harbour loan",
            "Tarnian council agrees harbour loan as plan fails",
        ),
        ("Bank of Tarnia to hold rates", "Bank of Tarnia may raise rates"),
        ("Will Bank of Tarnia hold rates?", "Bank of Tarnia cuts rates"),
    ] {
        case(a, b, "nothing new");
    }
    case("Bank of Tarnia holds rates", "Bank of Tarnia raises rates", "the opposite");
}

#[test]
fn a_repeat_of_what_has_left_the_window_is_nothing_new() {
    let prepared = prepare(0, item("Fjord Wire", 0, "RPT-Explosion in Sandvik harbour kills 35"));
    let told = profile(prepared.headline.as_str());
    let verdict = novelty(&prepared, &told, &Story::default(), &[], false, false);
    assert_eq!(verdict, (Verdict::Repeat, "nothing new"));
}

#[test]
fn words_too_small_to_compare_may_turn_what_is_told() {
    let opposite = "the opposite";
    case("Norse oil settles down 2%", "Norse oil settles up 2%", opposite);
    case("Tarnia to vote for Norse treaty", "Tarnia to vote against Norse treaty", opposite);
    case("Norse oil settles up 2%", "Norse oil settles 2% up", "nothing new");
}

#[test]
fn a_negation_is_no_word_that_differs() {
    let told = "Will Tarnia attack Norse harbour of Sandvik soon?";
    for not in ["did not attack", "didn't attack", "never attacked"] {
        let untold = format!("Tarnia {not} Norse harbour of Sandvik, minister says");
        case(told, &untold, "the opposite");
    }
}

#[test]
fn what_had_not_been_may_have_been_since() {
    let (a, b) = (
        "Torne has not tested positive for virus, club says",
        "Chess champion Torne tests positive for virus",
    );
    case(a, b, "what had not been so far");
}

#[test]
fn a_place_is_a_name_in_capitals_too() {
    let name = "another name in its place";
    case("Magnitude 6.1 Earthquake Hits Japan", "Magnitude 6.1 Earthquake Hits Taiwan", name);
    case("MAGNITUDE 6.1 EARTHQUAKE HITS JAPAN", "MAGNITUDE 6.1 EARTHQUAKE HITS TAIWAN", name);
    let opens = "Sandvik Mayor Opens Old Harbour Museum";
    case(opens, "Sandvik Mayor Opens New Harbour Museum", "nothing new");
}

#[test]
fn a_wire_may_repeat_itself_with_news() {
    let told = "Explosion in Sandvik harbour kills several";
    let more = "Explosion in Sandvik harbour kills 35";
    for (headline, verdict) in [(more, Verdict::Development), (told, Verdict::Repeat)] {
        let mut fold = fold();
        decide(&mut fold, 0, item("Fjord Wire", 0, told));
        let headline = format!("RPT-{headline}");
        let after = decide(&mut fold, 1, item("Fjord Wire", 1, &headline)).decision;
        assert_eq!(after.verdict, verdict, "{headline}");
    }
}

#[test]
fn a_provider_changes_a_word_for_a_reason() {
    let set = "Harbour union set to join old pay talks in Sandvik";
    let reworded = "Harbour union due to join old pay talks in Sandvik";
    assert_eq!(
        second(item("Fjord Wire", 0, set), item("Fjord Wire", 1, reworded)).1,
        "nothing new."
    );
    let (a, b) = (set, "Harbour union agrees to join old pay talks in Sandvik");
    case(a, b, "nothing new");
    let (verdict, reason) = second(item("Fjord Wire", 0, a), item("Fjord Wire", 1, b));
    assert_eq!((verdict, &*reason), (Verdict::Development, "another word by its provider."));
    let weighs = item("Fjord Wire", 0, "Tarnia weighs ban of old harbour ferries in Sandvik");
    let orders = item("Fjord Wire", 1, "Tarnia orders ban of old harbour ferries in Sandvik");
    assert_eq!(second(weighs, orders).1, "another word by its provider.");
}

#[test]
fn a_later_version_is_a_development_though_its_headline_is_the_same() {
    let headline = "Wheat slides as fears over harvest grow";
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: String| {
        decide(&mut fold, seq, item(publisher, seq as i64, &headline)).decision.verdict
    };
    use Verdict::{Development, New, Repeat};
    let wire = "Fjord Wire";
    assert_eq!(verdict(0, wire, headline.to_owned()), New);
    assert_eq!(verdict(1, wire, format!("UPDATE 1-{headline}")), Development);
    assert_eq!(verdict(2, wire, format!("UPDATE 1-{headline}")), Repeat, "the same version");
    assert_eq!(verdict(3, wire, format!("WRAPUP 3-{headline}")), Development);
    assert_eq!(verdict(4, "Coast Post", headline.to_owned()), Repeat);
    let lead = format!("{headline}, 2nd Ld-Writethru");
    assert_eq!(verdict(5, "Coast Post", lead), Development, "the second of that wire");
}

#[test]
fn the_same_words_on_another_day_are_the_next_report() {
    let report = |publisher: &str, hours, lifecycle| Item {
        lifecycle,
        ..item(publisher, hours, "Wheat ends higher as traders await harvest")
    };
    use Verdict::{Development, New, Repeat};
    let verdicts = |second: Item| {
        let mut fold = fold();
        decide(&mut fold, 0, report("Fjord Wire", 0, true));
        decide(&mut fold, 1, second).decision.verdict
    };
    assert_eq!(verdicts(report("Fjord Wire", 10, true)), Repeat, "the same day");
    assert_eq!(verdicts(report("Fjord Wire", 24, true)), New);
    assert_eq!(verdicts(report("Fjord Wire", 24, false)), Development, "no agency's wire");
    assert_eq!(verdicts(report("Coast Post", 24, true)), Repeat, "another told it late");
    let marked = Item {
        headline: "REPEAT-Wheat ends higher as traders await harvest".to_owned(),
        ..report("Fjord Wire", 24, true)
    };
    assert_ne!(verdicts(marked), New);
}

#[test]
fn what_was_to_come_has_come() {
    let to_come = "Tarnian minister Ilvana Torne to testify on harbour fund";
    for come in ["testifies on", "testified about"] {
        let come = format!("Tarnian minister Ilvana Torne {come} harbour fund");
        case(to_come, &come, "what was to come");
        case(&come, to_come, "nothing new");
    }
    case(
        "Tarnian minister Ilvana Torne set to win harbour vote",
        "Tarnian minister Ilvana Torne won harbour vote",
        "what was to come",
    );
    case(
        "Tarnian minister Ilvana Torne seeks to win harbour vote",
        "Tarnian minister Ilvana Torne won harbour vote",
        "what was to come",
    );
    let set = "Tarnian minister Ilvana Torne to release harbour fund report";
    case(set, "Harbour fund report of minister Ilvana Torne to be released", "nothing new");
    let other = "Tarnian minister Ilvana Torne to hear council that testifies on harbour fund";
    case(to_come, other, "nothing new");
    case(to_come, "Tarnian minister Ilvana Torne testifies on harbour fund?", "nothing new");
}

#[test]
fn versions_are_numbered_by_headline() {
    let told = "UPDATE 2-Sandvik harbour fund chief Ilvana Torne convicted of fraud";
    for (headline, expected) in [
        ("UPDATE 2-Sandvik harbour fund chief Torne convicted of fraud", "nothing new"),
        (
            "UPDATE 2-Market, government look to next year in Sandvik after Torne fund news",
            "a later version of the wire",
        ),
    ] {
        let (_, reason) = second(item("Fjord Wire", 0, told), item("Fjord Wire", 1, headline));
        assert_eq!(reason, format!("{expected}."), "{headline}");
    }
}

#[test]
fn a_version_is_counted_by_its_own_wire_where_the_story_has_that() {
    let told = "Sandvik harbour fund chief Ilvana Torne convicted of fraud";
    let other = "Market and government look to next year in Sandvik after Torne convicted";
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: String| {
        let decision = decide(&mut fold, seq, item(publisher, seq as i64, &headline)).decision;
        (decision.story, decision.verdict)
    };
    let (story, _) = verdict(0, "Fjord Wire", format!("UPDATE 1-{other}"));
    assert_eq!(verdict(1, "Coast Post", format!("UPDATE 3-{told}")).0, story);
    let expected = (story, Verdict::Development);
    assert_eq!(verdict(2, "Fjord Wire", format!("UPDATE 2-{told}")), expected);
}

#[test]
fn what_only_looks_changed_is_nothing_new() {
    for (a, b) in [
        (
            "Court rejects appeal of Torne harbour conviction in Sandvik",
            "Court upholds Torne harbour conviction in Sandvik",
        ),
        (
            "Sandvik floods: 30 killed in Norland after days of rain",
            "Norland floods: 30 killed as Sandvik sees days of rain",
        ),
        (
            "Federal judge blocks harbour fund of Sandvik",
            "Supreme judge blocks harbour fund of Sandvik",
        ),
    ] {
        case(a, b, "nothing new");
    }
    let told = "Appeal court overturns Torne harbour conviction";
    case(told, "Appeal court upholds Torne harbour conviction", "the opposite");
}

#[test]
fn a_correction_is_never_folded_away() {
    let told = item("Coast Post", 0, "Sandvik mayor opens old harbour museum");
    let corrected = |lifecycle, headline: &str| Item {
        lifecycle,
        ..item("Fjord Wire", 1, &format!("CORRECTED-{headline}"))
    };
    let again = "Sandvik mayor opens old museum at harbour";
    let (verdict, _) = second(told.clone(), corrected(false, again));
    assert_eq!(verdict, Verdict::Repeat, "its words are ordinary news");
    let (verdict, reason) = second(told, corrected(true, again));
    assert_eq!((verdict, &*reason), (Verdict::Development, "a correction of what is not known."));
}
