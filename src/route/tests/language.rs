//! What queries match, one item at a time.

use super::*;
use crate::item::{Language, Marker, Subject};

/// The item all of these ask about.
fn item() -> Item {
    Item {
        uri: Some("tag:example.org,2026:heat-17".to_owned()),
        headline: "U.S. envoy rejects Israel's targeted killings, backs São Tomé women".to_owned(),
        body: Some(
            "The organisation met in Beirut.\nRebels agreed to a cease-fire with us.".into(),
        ),
        byline: Some("Ada Lovelace".to_owned()),
        slugline: Some("MIDEAST-TALKS".to_owned()),
        located: Some("Tel Aviv".to_owned()),
        places: vec!["Lebanon".to_owned()],
        source: "agency-drop".to_owned(),
        publisher: Some("www.reuters.test".to_owned()),
        language: Language::parse("en"),
        urgency: Some(3),
        subjects: vec![Subject { code: Some("medtop:20000843".to_owned()), name: None }],
        markers: vec![Marker::Update(2)],
        ..Item::default()
    }
}

fn rule(query: &str) -> String {
    format!(
        "[[publisher]]\nname = \"Reuters\"\nfamily = \"tr\"\naliases = [\"www.reuters.test\"]\n\
         [[channel]]\nname = \"c\"\n[[rule]]\nquery = '''{query}'''\nchannels = [\"c\"]\n"
    )
}

#[track_caller]
fn matches(query: &str) {
    assert_eq!(compiled(&rule(query)).decide(&folded(item())).matched, ["c"], "{query}");
}

#[track_caller]
fn misses(query: &str) {
    assert_eq!(compiled(&rule(query)).decide(&folded(item())).matched, ["unrouted"], "{query}");
}

#[test]
fn words_are_looked_for_in_headline_and_body() {
    matches("envoy");
    matches("beirut");
    misses("lovelace");
    misses("heat");
    matches("*");
}

#[test]
fn words_are_compared_by_stem_without_case_and_diacritics() {
    matches("REJECTING");
    matches("killing");
    matches("sao tome");
    matches("São");
    misses("kill-switch");
    misses("envo");
}

#[test]
fn the_exact_form_tells_us_from_the_united_states() {
    matches("us");
    matches("=US");
    matches("=us");
    matches("headline:=US");
    misses("headline:=us");
    misses("body:=US");
    misses("=Sao");
    matches("=São");
    misses("=killing");
    matches("killings~0");
    misses("killing~0");
}

#[test]
fn phrases_are_words_in_order_within_one_field() {
    matches("\"targeted killing\"");
    matches("\"targeted kill*\"");
    misses("\"killing targeted\"");
    misses("\"women the organisation\"");
    matches("\"envoy killings\"~3");
    misses("\"envoy killings\"~2");
    matches("cease-fire");
    matches("=\"Israel's targeted\"");
    misses("=\"israel targeted\"");
}

#[test]
fn wildcards_stand_for_letters() {
    matches("isra*");
    matches("wom?n");
    misses("wom?");
    matches("organi?ation");
    matches("*jects");
    matches("targ*ted");
    misses("targ*x");
}

#[test]
fn a_wildcard_behind_a_backslash_is_no_wildcard() {
    matches(r"isra*");
    misses(r"isra\*");
    misses(r"wom\?n");
    matches(r"women\?");
    matches(r#""targeted killings\*""#);
    matches(r"uri:tag:example.org*");
    misses(r"uri:tag:example.org\*");
    matches(r"uri:tag\:example.org,2026:heat-17");
}

#[test]
fn near_counts_words_in_either_order() {
    matches("envoy NEAR/4 killings");
    misses("envoy NEAR/3 killings");
    matches("killings NEAR/4 envoy");
    matches("(film OR envoy) NEAR/5 \"targeted killings\"");
    misses("women NEAR/5 organisation");
    matches("envoy NEAR/1 rejects NEAR/1 israel");
    misses("envoy NEAR/5 envoy");
}

#[test]
fn fuzzy_words_may_differ_by_letters() {
    matches("Beyrut~1");
    matches("biruet~2");
    misses("biruet~1");
    matches("envyo~");
}

#[test]
fn boolean_operators_combine() {
    matches("gaza OR beirut");
    misses("gaza beirut");
    matches("envoy NOT film");
    misses("envoy NOT beirut");
    matches("envoy AND NOT (film OR sport)");
    matches("NOT (film AND envoy)");
    misses("NOT (beirut OR film)");
}

#[test]
fn fields_are_asked_by_name() {
    matches("headline:envoy");
    misses("body:envoy");
    matches("byline:lovelace");
    matches("slugline:talks");
    matches("slugline:mideast-talks");
    matches("place:\"tel aviv\"");
    matches("place:lebanon");
    misses("place:\"aviv lebanon\"");
    matches("source:agency-drop");
    misses("source:agency");
    matches("source:agency*");
    matches("source:(reuters OR agency-drop)");
    matches("language:en");
    matches("language:eng");
    misses("language:(de OR fr)");
    matches("marker:update");
    misses("marker:kill");
    matches("uri:*heat-17");
    matches("uri:\"tag:example.org,2026:heat-17\"");
    matches("byline:*");
    matches("urgency:*");
    matches("text:(envoy beirut)");
}

#[test]
fn publishers_are_known_by_name_alias_and_family() {
    matches("publisher:\"www.reuters.test\"");
    matches("publisher:reuters");
    matches("publisher:TR");
    misses("publisher:afp");
}

#[test]
fn urgency_is_a_number() {
    matches("urgency:3");
    matches("urgency:<=3");
    matches("urgency:[1 TO 3]");
    misses("urgency:<3");
    misses("urgency:(1 OR 2)");
    matches("urgency:(1 OR 3)");
}

#[test]
fn subjects_match_everything_below_them() {
    matches("subject:sport");
    matches("subject:\"Sport\"");
    matches("subject:medtop:15000000");
    matches("subject:15000000");
    matches("subject:\"shot put\"");
    misses("subject:politics");
    misses("subject:\"table tennis\"");
}

#[test]
fn who_says_it_can_be_looked_for_and_who_publishes_it_not() {
    for (query, item, expected) in [
        ("norland*", "Norland media: two fishers taken near border", "c"),
        ("headline:norland*", "UPDATE 1-Norland state TV reports fire at harbour", "c"),
        ("norland NEAR/3 media", "Fire reported at harbour - Norland state media", "c"),
        ("gazette", "Fire reported at harbour | Coast Gazette", "unrouted"),
        ("update", "UPDATE 1-Norland media: two fishers taken", "unrouted"),
    ] {
        assert_eq!(compiled(&rule(query)).decide(&folded(headline(item))).matched, [expected]);
    }
}
