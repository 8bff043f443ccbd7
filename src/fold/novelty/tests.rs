use super::*;
use crate::fold::tests::{decide, fold, item, prepare, profile};
use crate::item::{Item, Language};

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
fn a_rising_toll_is_something_new_in_words_too() {
    let number = "a new number";
    case("Harbour fire kills seven in Sandvik", "Harbour fire kills nine in Sandvik", number);
    case("Harbour fire kills twenty in Sandvik", "Harbour fire kills thirty in Sandvik", number);
    case("Rate of Sandvik bank at 2%", "Rate of Sandvik bank at 2.0%", "nothing new");
}

#[test]
fn another_place_or_actor_is_something_new() {
    let name = "another name in its place";
    case("Magnitude 6.1 earthquake hits Tarnia", "Magnitude 6.1 earthquake hits Norland", name);
    case("Tarnian inflation eases to 2.1%", "Norse inflation eases to 2.1%", name);
    case("Tarnia shoots down 20 Norse drones", "Norland shoots down 20 Tarnian drones", name);
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
fn a_new_stage_is_something_new() {
    let shot = "Chess champion Ilvana Torne shot at club in Sandvik";
    let dead = "Chess champion Ilvana Torne shot dead at club in Sandvik";
    case(shot, dead, "a death");
    case(dead, "Ilvana Torne, chess champion, killed in shooting at Sandvik club", "nothing new");
    let hunt = "Police hunt driver who fled harbour crash in Sandvik";
    case(hunt, "Driver who fled harbour crash in Sandvik arrested by police", "an arrest");
    let held = "Harbour master of Sandvik arrested over missing funds";
    case(held, "Harbour master of Sandvik charged over missing funds", "a charge");
    case(held, "Harbour master of Sandvik in custody over missing funds", "nothing new");
    let open = "Chess champion Ilvana Torne may have died at club in Sandvik";
    case(shot, open, "nothing new");
    for told in ["is dead", "has died"] {
        let firm = format!("Chess champion Ilvana Torne {told} after shooting at Sandvik club");
        case(open, &firm, "a death");
    }
    let heat = "Chess champion Ilvana Torne shot in dead heat at club in Sandvik";
    case(shot, heat, "nothing new");
    case(shot, "Chess champion Ilvana Torne shot at Sandvik club by guard who died", "nothing new");
    let frozen = "Chess champion Ilvana Torne frozen to death in Sandvik";
    case(frozen, "Chess champion Ilvana Torne found dead frozen in Sandvik", "nothing new");
    case(hunt, "Police seek arrest of driver who fled harbour crash in Sandvik", "nothing new");
    case(
        "Chess champion Ilvana Torne lost at club in Sandvik",
        "Chess champion Ilvana Torne dead at club in Sandvik",
        "a death",
    );
    let denied = "Torne did not die in Sandvik club shooting";
    case("Torne shot in Sandvik club shooting", denied, "the opposite");
}

#[test]
fn the_copy_of_a_new_stage_is_nothing_new() {
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: &str| {
        decide(&mut fold, seq, item(publisher, seq as i64, headline)).decision.verdict
    };
    let dead = "Chess champion Ilvana Torne shot dead at club in Sandvik";
    verdict(0, "Fjord Wire", "Chess champion Ilvana Torne shot at club in Sandvik");
    assert_eq!(verdict(1, "Coast Post", dead), Verdict::Development);
    assert_eq!(verdict(2, "Harbour Times", dead), Verdict::Repeat);
    let others = "Ilvana Torne, chess champion, dies after shooting at Sandvik club";
    assert_eq!(verdict(3, "Norse Daily", others), Verdict::Repeat);
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
fn counts_are_numbers_where_a_toll_is_told() {
    let number = "a new number";
    for (a, b) in [("Twenty", "Twenty-one"), ("Twenty", "One hundred"), ("Several", "Dozens")] {
        let killed = |count: &str| format!("{count} killed in Sandvik harbour fire");
        case(&killed(a), &killed(b), number);
    }
    let told = "Fire in Sandvik harbour kills 44";
    case(told, "Fire in Sandvik harbour kills dozens", "nothing new");
    let fire = "Harbour fire in Sandvik kills guards";
    case(fire, "One of guards killed by harbour fire in Sandvik", "nothing new");
    let deadly = "Deadly fire in Sandvik harbour draws crowd";
    case(deadly, "Deadly fire in Sandvik harbour draws thousands", "nothing new");
    case("Sandvik mayor opens harbour", "One day, Sandvik mayor opens harbour", "nothing new");
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
fn a_court_shows_no_charge_and_a_judge_no_lawsuit_to_be_known() {
    case(
        "Grand jury hears prosecutors on Sandvik harbour master Ilvana Torne",
        "Sandvik harbour master Ilvana Torne charged by grand jury",
        "a charge",
    );
    case(
        "Judge hears Sandvik council on sale of harbour to Torne Shipping",
        "Sandvik council sues over sale of harbour to Torne Shipping",
        "a lawsuit",
    );
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
fn a_toll_has_a_role() {
    let number = "a new number";
    let quake = "Magnitude 7.4 quake off Sandvik harbour";
    case(quake, &format!("{quake} kills one"), number);
    let told = "Fire in Sandvik harbour kills 36, injures 40";
    case(told, "Fire in Sandvik harbour: death toll climbs to 40", number);
    case(told, "Fire in Sandvik harbour: 36 dead, 40 hurt", "nothing new");
    let told = "Fire in Sandvik harbour: two dead, dozens injured";
    case(told, "Fire in Sandvik harbour kills two and injures dozens", "nothing new");
    let told = "Fire in Sandvik harbour: captain dead, 3 injured";
    case(told, "Fire in Sandvik harbour: 3 injured, captain dead", "nothing new");
    let told = "Fire in Sandvik harbour: 1 killed, 10 injured, 2 missing";
    case(told, "Fire in Sandvik harbour: 2 dead, 10 injured", number);
}

#[test]
fn a_figure_that_its_provider_takes_back_is_a_new_number() {
    let mut fold = fold();
    let mut verdict = |seq: u64, publisher: &str, headline: &str| {
        decide(&mut fold, seq, item(publisher, seq as i64, headline)).decision.verdict
    };
    use Verdict::{Development, New, Repeat};
    let told =
        |count| format!("{count} sailors killed in crash of Sandvik ferry, mayor of port says");
    assert_eq!(verdict(0, "Fjord Wire", "4 sailors killed in crash of Sandvik ferry"), New);
    assert_eq!(verdict(1, "Fjord Wire", &told(5)), Development);
    assert_eq!(verdict(2, "Fjord Wire", &told(4)), Development);
    assert_eq!(verdict(3, "Coast Post", &told(5)), Repeat, "of another");
}

#[test]
fn more_stages_are_something_new() {
    for (a, b, stage) in [
        (
            "Harbour master Ilvana Torne on trial over funds of Sandvik",
            "Harbour master Ilvana Torne convicted over funds of Sandvik",
            "a plea or a verdict",
        ),
        (
            "Harbour master Ilvana Torne in court over funds of Sandvik",
            "Harbour master Ilvana Torne pleads not guilty over funds of Sandvik",
            "a plea or a verdict",
        ),
        (
            "Norland restarts old harbour crane of Sandvik",
            "Norland suspends old harbour crane of Sandvik",
            "a halt",
        ),
        (
            "Governor gets Sandvik harbour bill from council",
            "Governor signs Sandvik harbour bill from council",
            "a signature",
        ),
        (
            "Chess champion Ilvana Torne held at airport of Sandvik",
            "Chess champion Ilvana Torne released at airport of Sandvik",
            "a release",
        ),
        (
            "Quake of magnitude 6.7 off Sandvik, flood warning issued",
            "Quake of magnitude 6.7 off Sandvik, flood warning lifted",
            "an all-clear",
        ),
        (
            "Mayor of Sandvik under fire for harbour remarks",
            "Mayor of Sandvik apologizes for harbour remarks",
            "an apology",
        ),
        (
            "Sandvik stocks higher as harbour shares gain",
            "Sandvik stocks close higher as harbour shares gain",
            "a market's close",
        ),
    ] {
        case(a, b, stage);
    }
}

#[test]
fn a_word_of_a_stage_needs_what_it_is_about() {
    let held = "Chess champion Ilvana Torne held at airport of Sandvik";
    case(
        held,
        "Video released of chess champion Ilvana Torne at airport of Sandvik",
        "nothing new",
    );
    let plays = "Chess champion Ilvana Torne plays at airport of Sandvik";
    case(plays, "Book released: chess champion Ilvana Torne at airport of Sandvik", "nothing new");
    let deal = "Mayor of Sandvik nears sale of harbour";
    case(deal, "Mayor of Sandvik close to sale of harbour", "nothing new");
    case(deal, "Mayor of Sandvik signs on to sale of harbour", "nothing new");
}

#[test]
fn only_a_hedge_before_it_leaves_a_stage_open() {
    let shot = "Chess champion Ilvana Torne shot at club in Sandvik";
    for dead in [
        "Chess champion Ilvana Torne dies of shot at club in Sandvik police want to close",
        "Hopes fade as chess champion Ilvana Torne dies of shot at club in Sandvik",
        "Chess champion Ilvana Torne shot dead at club in Sandvik, guard not hurt",
    ] {
        case(shot, dead, "a death");
    }
    for open in ["may have died", "may be all but dead", "is held until guard dies"] {
        let open = format!("Chess champion Ilvana Torne, shot at club in Sandvik, {open}");
        case(shot, &open, "nothing new");
    }
}

#[test]
fn a_number_that_counts_nothing_is_nothing_new() {
    for (a, b) in [
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum in 2026"),
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum (2)"),
        ("Sandvik mayor tests positive for COVID", "Sandvik mayor tests positive for COVID-19"),
        ("Sandvik mayor opens harbour museum", "Sandvik mayor opens harbour museum - FRANCE 24"),
    ] {
        case(a, b, "nothing new");
    }
    let told = "Fire in Sandvik harbour kills hundreds";
    case(told, "Fire in Sandvik harbour kills 2026", "a new number");
    let told = "Sandvik mayor gives harbour museum cash";
    case(told, "Sandvik mayor gives harbour museum $2026 cash", "a new number");
}
// 9
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
