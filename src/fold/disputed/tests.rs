use super::super::tests::profile;
use super::*;

#[track_caller]
fn case(a: &str, b: &str, expected: Option<Clash>) {
    let (a, b) = (profile(a), profile(b));
    assert_eq!(clash(&a, &b), expected);
    assert_eq!(clash(&b, &a), expected, "the other way round");
}

const CLOSES: &str = "Mayor closes old bridge after storm";

#[test]
fn a_shared_predicate_with_opposite_polarity_is_a_dispute() {
    case(
        "Freedonia agreed to halt river tolls policy - coastal media",
        "Senior source claims Freedonia did not agree to halt river tolls",
        Some(Clash::Negation),
    );
    case(
        "Mayor resigned over bridge contract, radio says",
        "Mayor has not resigned over bridge contract",
        Some(Clash::Negation),
    );
}

#[test]
fn what_is_not_so_on_one_day_may_be_on_another() {
    let closed = "Northern schools will not reopen on Monday after storm";
    case(closed, "Northern schools to reopen on Thursday after storm", None);
    case(closed, "Northern schools to reopen on Monday after storm", Some(Clash::Prospect));
    case(closed, "Northern schools to reopen after storm", Some(Clash::Prospect));
}

#[test]
fn what_has_not_been_may_be_since() {
    let later = |headline: &str| Profile { event: 1_800, ..profile(headline) };
    for (not_yet, done, first) in [
        (
            "Mayor has not resigned over bridge contract",
            "Mayor resigned over bridge contract",
            true,
        ),
        (
            "Ministry hasn't answered harbour union letter",
            "Ministry answers harbour union letter",
            true,
        ),
        ("Mayor did not resign over bridge contract", "Mayor resigned over bridge contract", false),
    ] {
        assert_eq!(clash(&profile(not_yet), &later(done)).is_none(), first, "{done}");
        assert_eq!(clash(&profile(done), &later(not_yet)), Some(Clash::Negation), "{not_yet}");
    }
}

#[test]
fn a_denial_disputes_what_was_told() {
    case(
        "Mayor took gifts from bridge builder",
        "Mayor denies taking gifts from bridge builder",
        Some(Clash::Denial),
    );
    case(
        "Norland jets crossed Freedonia border",
        "Norland denies that its jets crossed Freedonia border",
        Some(Clash::Denial),
    );
    case(
        "Police found squid in city fountain",
        "Mayor rejects report of squid in city fountain",
        Some(Clash::Denial),
    );
}

#[test]
fn a_denial_disputes_only_reports_of_what_is_denied() {
    let denies = "Norland denies removing Sandvik ferries from harbour to limit tolls";
    case(denies, "Norland removed Sandvik ferries from harbour", Some(Clash::Denial));
    case(denies, "Norland harbour sells out of Sandvik crates", None);
    case("UNION DENIES KONTOR <K> SET AS TARGET", "KONTOR <K> TO RECALL 3,000 LIFEBOATS", None);
    let struck = "Norland navy denies Tarnian claim it struck ferry in Gulf of Sandvik";
    case(struck, "Norland and Tarnian ships trade fire in Gulf of Sandvik", None);
    case(struck, "Ferry struck in Gulf of Sandvik by Norland navy", Some(Clash::Denial));
}

#[test]
fn a_report_that_is_called_untrue_is_disputed() {
    let squid = "Giant squid found in city fountain";
    for untrue in [
        "Giant squid in city fountain is a hoax",
        "City fountain squid hoax: video was staged",
        "No, a giant squid was not found in city fountain",
        "Squid story from city fountain is fake",
        "Report of squid in city fountain is not true",
        "Experts debunk report of squid in city fountain",
    ] {
        let found = clash(&profile(squid), &profile(untrue));
        assert!(found.is_some(), "{untrue}");
    }
}

#[test]
fn what_somebody_calls_a_report_disputes_that_report_alone() {
    let shooter = "Harbour school warns of shooter on campus";
    case(
        shooter,
        "Report of shooter on harbour campus a 'cruel hoax', police say",
        Some(Clash::Untrue),
    );
    let leak = "Kontor says reports of a wide harbour mail leak are 'entirely false'";
    case(leak, "Kontor says harbour mail is 'strong'", None);
}

#[test]
fn another_report_that_is_called_untrue_disputes_nothing() {
    let visits = "Queen Ilvana visits harbour hospital";
    case(visits, "Queen Ilvana visits harbour hospital: illness reports untrue, aide says", None);
    case(visits, "Queen Ilvana visits hospital, says reports of illness are false", None);
    case(visits, "Reports of visit of Queen Ilvana untrue: aide", Some(Clash::Untrue));
}

#[test]
fn what_is_not_so_of_one_may_be_of_another() {
    case("Kontor to open depot in Tarn", "Kontor will not open depot in Sandvik", None);
    case(
        "Kontor to open depot in Tarn",
        "Kontor will not open depot in Tarn",
        Some(Clash::Prospect),
    );
    case("Storm closes schools in Norland", "Storm does not close schools in Freedonia", None);
    case("Envoy meets Brandt in Tarn", "Envoy did not meet Olsen in Tarn", None);
    case(
        "Squid in fountain lived with a carp, cooperated with Tarn police probe",
        "Keeper of Sandvik fountain squid is not cooperating with divers",
        None,
    );
    let struck = "Norland strikes harbour targets on Tarn island";
    case(struck, "Freedonia did not strike harbour targets on Tarn island", None);
    case(struck, "Norland did not strike harbour targets on Tarn island", Some(Clash::Negation));
}

#[test]
fn the_month_of_may_is_no_hedge() {
    case(
        "Envoy to visit Sandvik in May",
        "Envoy will not visit Sandvik in May",
        Some(Clash::Prospect),
    );
    case("Envoy may visit Sandvik", "Envoy will not visit Sandvik", None);
}

#[test]
fn one_word_is_enough_where_nothing_else_is_said() {
    case("Ilvana to resign", "Ilvana denies she will resign", Some(Clash::Denial));
    case("Ilvana is dead", "Ilvana is not dead", Some(Clash::Negation));
    case("Ilvana to resign", "Olsen denies he will resign", None);
}

#[test]
fn what_is_not_under_way_is_not_to_be() {
    case(
        "Kontor to close harbour plant",
        "Kontor not closing harbour plant",
        Some(Clash::Negation),
    );
    case("Kontor to cut 200 jobs", "Kontor not planning to cut 200 jobs", Some(Clash::Prospect));
    case("Kontor cut 200 jobs", "Kontor not planning to cut 200 jobs", None);
}

#[test]
fn not_planned_and_not_to_be_dispute_what_is_to_be() {
    let closes = "Kontor to close harbour plant";
    case(closes, "Kontor isn't closing harbour plant", Some(Clash::Negation));
    case(closes, "Kontor isn't planning to close harbour plant", Some(Clash::Prospect));
    case(closes, "Kontor has no plans to close harbour plant", Some(Clash::Prospect));
    case("Olsen to visit Sandvik", "Olsen not to visit Sandvik", Some(Clash::Prospect));
}

#[test]
fn who_denies_that_he_will_may_change_his_mind() {
    let after = |hours: i64, headline: &str| Profile { event: hours * 3_600, ..profile(headline) };
    let to = "Ilvana to resign";
    for denial in
        ["Ilvana denies she will resign", "Ilvana will not resign", "Ilvana not resigning"]
    {
        assert!(clash(&profile(denial), &after(1, to)).is_some(), "{denial}");
        assert_eq!(clash(&profile(denial), &after(20, to)), None, "{denial}");
        assert!(clash(&profile(to), &after(20, denial)).is_some(), "{denial}");
    }
    let took = "Mayor took gifts from bridge builder";
    let denial = profile("Mayor denies taking gifts from bridge builder");
    assert_eq!(clash(&denial, &after(20, took)), Some(Clash::Denial), "what has been stays so");
}

#[test]
fn what_will_not_be_disputes_what_will_be() {
    let to = "Freedonia to play Norland in cup final";
    case(to, "Freedonia will not play Norland in cup final", Some(Clash::Prospect));
    case("Freedonia played Norland in cup", "Freedonia won't play Norland in cup", None);
}

#[test]
fn negation_in_both_is_agreement() {
    case("Mayor will not close old bridge", "Old bridge: mayor does not close it", None);
    case("Mayor rules out closing old bridge", "Mayor is not closing old bridge", None);
}

#[test]
fn negation_of_an_unrelated_clause_is_no_dispute() {
    case(CLOSES, "Mayor closes old bridge after storm, schools not affected", None);
    case(CLOSES, "Mayor closes old bridge because ferry does not close", None);
    case(CLOSES, "Mayor who did not close tunnel closes old bridge", None);
}

#[test]
fn denial_of_an_unrelated_clause_is_no_dispute() {
    case(CLOSES, "Mayor closes old bridge, denies taking gifts", None);
    case(CLOSES, "Mayor closes old bridge as builder denies fault", None);
}

#[test]
fn a_quoted_negation_is_no_dispute() {
    case(CLOSES, "Mayor closes bridge: 'not closing old bridge after storm would be mad'", None);
    case(CLOSES, "Mayor on old bridge: \"I did not close bridge after storm for fun\"", None);
}

#[test]
fn a_question_asserts_nothing() {
    let squid = "Giant squid found in city fountain";
    case(squid, "Is giant squid in city fountain a hoax?", None);
    case("Did mayor close old bridge?", "Mayor did not close old bridge", None);
}

#[test]
fn what_is_limited_or_set_against_something_else_is_not_denied() {
    let scan = "Mayor had scan at hospital";
    case(scan, "Mayor says he had test, not scan at hospital", None);
    case("Mayor closes old bridge", "Mayor does not close old bridge yet", None);
    case("Mayor closes old bridge", "Mayor not only closes old bridge but the tunnel", None);
}

#[test]
fn refusals_and_accusations_are_no_denials() {
    case("Mayor seeks bail in bridge case", "Judge denies mayor bail in bridge case", None);
    case(
        "Mayor accused of taking gifts from builder",
        "Mayor denies taking gifts from builder",
        None,
    );
}

#[test]
fn false_things_that_belong_to_the_story_do_not_deny_it() {
    case(
        "Four held at Tarn airport with passports of others",
        "Four with fake passports held at Tarn airport",
        None,
    );
    case("Mayor speaks on bridge", "Mayor calls bridge affair a hoax as council meets", None);
}

#[test]
fn hedges_and_round_ups_assert_nothing() {
    let not = "Mayor did not close old bridge";
    case("Mayor may close old bridge", not, None);
    case("Bridge briefing, noon: mayor closes old bridge", not, None);
}
