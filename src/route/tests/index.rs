//! The index finds exactly what a scan of all rules finds.

use proptest::prelude::*;

use super::*;
use crate::item::Subject;

/// Few enough words that rules and items often meet.
const WORDS: [&str; 12] = [
    "gaza", "strike", "strikes", "killing", "killed", "us", "US", "talks", "talk", "envoy", "oil",
    "film",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

/// A leaf of a query.
fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => word(),
        1 => word().prop_map(|word| format!("={word}")),
        1 => word().prop_map(|word| format!("{word}~1")),
        1 => (word(), 1..3_usize).prop_map(|(word, end)| format!("{}*", &word[..end.min(word.len())])),
        1 => word().prop_map(|word| format!("?{}", &word[1..])),
        1 => word().prop_map(|word| format!("{}*{}", &word[..1], &word[word.len() - 1..])),
        1 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word(), 0..3_u32).prop_map(|(a, b, slop)| format!("\"{a} {b}\"~{slop}")),
        1 => (word(), word(), 1..4_u32).prop_map(|(a, b, n)| format!("{a} NEAR/{n} {b}")),
        1 => word().prop_map(|word| format!("body:{word}")),
        1 => word().prop_map(|word| format!("source:{word}")),
        1 => word().prop_map(|word| format!("source:{}*", &word[..1])),
        1 => Just("subject:sport".to_owned()),
        1 => Just("urgency:<=3".to_owned()),
        1 => Just("body:*".to_owned()),
    ]
}

fn query() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" AND "))),
            1 => inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

fn item() -> impl Strategy<Value = Item> {
    let text = || prop::collection::vec(word(), 0..7).prop_map(|words| words.join(" "));
    (text(), prop::option::of(text()), word(), prop::option::of(1..9_u8), any::<bool>()).prop_map(
        |(headline, body, source, urgency, sport)| {
            let code = if sport { "medtop:20000843" } else { "medtop:20000344" };
            let subjects = vec![Subject { code: Some(code.to_owned()), name: None }];
            Item { headline, body, source, urgency, subjects, ..Item::default() }
        },
    )
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_finds(
        queries in prop::collection::vec(query(), 1..30),
        items in prop::collection::vec(item(), 1..10),
    ) {
        let mut text = "[[channel]]\nname = \"c\"\n".to_owned();
        for query in &queries {
            text += &format!("[[rule]]\nquery = '''{query}'''\nchannels = [\"c\"]\n");
        }
        let mut route = compiled(&text);
        for item in &items {
            let scan = route.probe(item, Search::Scan);
            let index = route.probe(item, Search::Index);
            prop_assert_eq!(&scan.satisfied, &index.satisfied, "{:?}", item);
            prop_assert!(index.verified <= scan.verified);
        }
    }
}

#[test]
fn only_rules_whose_rarest_word_is_there_are_verified() {
    let mut text = "[[channel]]\nname = \"c\"\n".to_owned();
    for query in ["the gaza", "\"the embassy\"", "oil NOT gaza", "NOT the", "the (gaza OR hamas)"] {
        text += &format!("[[rule]]\nquery = '{query}'\nchannels = [\"c\"]\n");
    }
    let mut route = compiled(&text);
    let probe = |route: &mut Route, text: &str| route.probe(&headline(text), Search::Index);
    assert_eq!(probe(&mut route, "The weather").verified, 1, "only NOT has no rare word");
    let gaza = probe(&mut route, "The oil of Gaza");
    assert_eq!((gaza.parts, gaza.verified), (5, 4));
    assert_eq!(gaza.satisfied, [0, 4]);
}
