use proptest::prelude::*;

use super::*;
use crate::fold::training::prepare_one;
use crate::item::{Arrival, Item, Marker, PubStatus, RejectKind};
use crate::prepare::Prepare;
use crate::story::{StoryState, Teller, Verdict};

mod restored;

pub(super) fn profile(headline: &str) -> Profile {
    let scorer = Scorer::new(&FoldConfig::default()).expect("the shipped scorer");
    let prepared = prepare_one(Seq(0), headline, None, None, None).expect("a headline");
    scorer.profile(&prepared, &Publishers::default())
}

pub(super) fn fold() -> Fold {
    Fold::new(&FoldConfig::default(), Publishers::default()).expect("the shipped models")
}

/// An item of `publisher`, `hours` after a fixed start.
pub(super) fn item(publisher: &str, hours: i64, headline: &str) -> Item {
    Item {
        headline: headline.to_owned(),
        publisher: Some(publisher.to_owned()),
        source: "desk".to_owned(),
        versioncreated: Some(at(hours)),
        ..Item::default()
    }
}

pub(super) fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + hours * 3_600).expect("a time of this century")
}

pub(super) fn prepare(seq: u64, item: Item) -> Prepared {
    let received = item.versioncreated.unwrap_or(at(0));
    let source = item.source.clone();
    let arrival = Arrival { seq: Seq(seq), received, source, record: Ok(item) };
    Prepare::new().prepare(arrival).expect("it has a headline")
}

pub(super) fn decide(fold: &mut Fold, seq: u64, item: Item) -> Folded {
    fold.decide(prepare(seq, item)).0.expect("an item")
}

fn verdicts(items: Vec<Item>) -> Vec<Verdict> {
    let mut fold = fold();
    let items = items.into_iter().enumerate();
    items.map(|(seq, item)| decide(&mut fold, seq as u64, item).decision.verdict).collect()
}

/// A small wire: two pairs of one story each, chains, and news that stands alone.
fn wire() -> Vec<Item> {
    [
        ("Coast Post", "Freedonia agreed to halt river toll collections - coastal media"),
        ("Fjord Wire", "Ferry runs aground off Sandvik, 40 passengers rescued"),
        (
            "Coast Post",
            "Senior state source claims Freedonia did not agree to stop river toll collections",
        ),
        ("Dune Gazette", "Forty rescued as ferry runs aground near Sandvik"),
        ("Fjord Wire", "Chess champion Ilvana retires at 31"),
        ("Fjord Wire", "UPDATE 1-Ferry runs aground off Sandvik, 42 passengers rescued"),
        ("Dune Gazette", "Parliament adopts 12th package of harbour rules"),
        ("Coast Post", "Wheat prices fall as rains return to Freedonia"),
    ]
    .into_iter()
    .enumerate()
    .map(|(hour, (publisher, headline))| item(publisher, hour as i64, headline))
    .collect()
}

#[test]
fn opposite_reports_of_one_event_are_one_disputed_story() {
    let mut fold = fold();
    let folded: Vec<Folded> =
        wire().into_iter().enumerate().map(|(n, item)| decide(&mut fold, n as u64, item)).collect();
    let (first, denial) = (&folded[0].decision, &folded[2].decision);
    assert_eq!(denial.story, first.story, "{:?}", denial.evidence);
    assert_eq!(denial.verdict, Verdict::Development);
    assert!(denial.disputes && denial.state.disputed);
    assert_eq!(folded[5].decision.verdict, Verdict::Development, "an update");
    assert_eq!(folded[5].decision.story, folded[1].decision.story);
    for alone in [4, 6, 7] {
        assert_eq!(
            folded[alone].decision.verdict,
            Verdict::New,
            "{}",
            folded[alone].item().headline
        );
    }
}

#[test]
fn applying_recorded_decisions_gives_the_same_fold() {
    let (mut decided, mut applied) = (fold(), fold());
    let wire = wire();
    let (before, after) = wire.split_at(4);
    for (seq, item) in before.iter().enumerate() {
        let folded = decide(&mut decided, seq as u64, item.clone());
        applied.apply(&folded.prepared, &folded.decision);
    }
    assert_eq!(applied.next_story, decided.next_story);
    assert_eq!(format!("{:?}", applied.window.len()), format!("{:?}", decided.window.len()));
    for (seq, item) in after.iter().enumerate() {
        let seq = (seq + before.len()) as u64;
        let a = decide(&mut decided, seq, item.clone());
        let b = decide(&mut applied, seq, item.clone());
        assert_eq!(a.decision, b.decision, "{}", item.headline);
    }
}

#[test]
fn memory_follows_the_window() {
    let config = FoldConfig {
        identity_retain: std::time::Duration::from_secs(100 * 3_600),
        ..FoldConfig::default()
    };
    let mut fold = Fold::new(&config, Publishers::default()).expect("the shipped models");
    for (seq, item) in wire().into_iter().enumerate() {
        decide(&mut fold, seq as u64, item);
    }
    decide(&mut fold, 99, item("Fjord Wire", 500, "Lighthouse keeper wins poetry prize"));
    assert_eq!((fold.len(), fold.stories(), fold.names()), (1, 1, 1));
    assert_eq!(fold.terms(), 5);
}

#[test]
fn the_window_never_holds_more_than_its_limit() {
    let config = FoldConfig { max_items: 3, ..FoldConfig::default() };
    let mut fold = Fold::new(&config, Publishers::default()).expect("the shipped models");
    for (seq, item) in wire().into_iter().enumerate() {
        decide(&mut fold, seq as u64, item);
        assert!(fold.len() <= 3);
    }
}

#[test]
fn the_same_item_again_is_a_repeat_and_a_changed_one_a_revision() {
    let version = |version, headline: &str| Item {
        uri: Some("tag:fjord,1".to_owned()),
        version: Some(version),
        ..item("Fjord Wire", version as i64, headline)
    };
    let mut fold = fold();
    let first = decide(&mut fold, 0, version(2, "Ferry runs aground off Sandvik"));
    let again = decide(&mut fold, 1, version(2, "Ferry runs aground off Sandvik"));
    assert_eq!(again.decision.verdict, Verdict::Repeat);
    let newer = decide(&mut fold, 2, version(3, "Captain of Sandvik ferry questioned"));
    assert_eq!(newer.decision.verdict, Verdict::Revision);
    assert_eq!(newer.decision.story, first.decision.story);
    let older = fold.decide(prepare(3, version(1, "Ferry late"))).0.expect_err("an older version");
    assert_eq!(older.reject.kind, RejectKind::OlderVersion);
    let kept = String::from_utf8(older.reject.bytes).unwrap();
    assert!(kept.contains(r#""version":1,"headline":"Ferry late""#), "{kept}");
    let held = Item { pubstatus: PubStatus::Withheld, ..version(1, "Ferry later") };
    let held = fold.decide(prepare(4, held)).0.expect_err("an older version");
    assert!(held.reject.bytes.is_empty(), "nothing under embargo is shown");
}

#[test]
fn a_correction_acts_on_its_target_and_is_never_a_repeat() {
    let agency = |uri: &str, hours, headline: &str| Item {
        uri: Some(uri.to_owned()),
        lifecycle: true,
        ..item("Fjord Wire", hours, headline)
    };
    let mut fold = fold();
    let first = decide(&mut fold, 0, agency("u1", 0, "Ferry runs aground off Sandvik"));
    let fixed = decide(&mut fold, 1, agency("u1", 1, "CORRECTED-Ferry runs aground off Sandvik"));
    assert_eq!(fixed.decision.verdict, Verdict::Correction);
    assert_eq!(fixed.decision.story, first.decision.story);
    let kill = Item { pubstatus: PubStatus::Canceled, ..agency("u1", 2, "Ferry runs aground") };
    let killed = decide(&mut fold, 2, kill);
    assert_eq!(killed.decision.verdict, Verdict::Kill);
    assert!(killed.decision.state.killed);
}

#[test]
fn a_version_whose_number_changed_finds_the_one_before_it() {
    let wire =
        |hours, headline: &str| Item { lifecycle: true, ..item("Fjord Wire", hours, headline) };
    let first = "Hooded gunmen kill 12 at Sandvik market";
    let story = |second: Item| {
        let mut fold = fold();
        let before = decide(&mut fold, 0, wire(0, first)).decision.story;
        let after = decide(&mut fold, 1, second).decision;
        (after.verdict, after.story == before)
    };
    let corrected = "CORRECTED-Hooded gunmen kill 350 at Sandvik market";
    assert_eq!(story(wire(1, corrected)), (Verdict::Correction, true));
    let update = "UPDATE 3-Hooded gunmen kill 350 at Sandvik market";
    assert_eq!(story(wire(1, update)), (Verdict::Development, true));
}

#[test]
fn a_number_that_changed_chains_only_a_marked_version_of_one_provider_and_day() {
    let wire = |publisher: &str, hours, headline: &str| Item {
        lifecycle: true,
        ..item(publisher, hours, headline)
    };
    let mut fold = fold();
    let chained = |fold: &mut Fold, it: Item| {
        let prepared = prepare(9, it);
        let profile = fold.scorer.profile(&prepared, &fold.publishers);
        let names = Names::of(&prepared, profile.family);
        fold.before_it(&prepared, &profile, &names).is_some()
    };
    decide(&mut fold, 0, wire("Fjord Wire", 0, "Wheat ends 3 pct lower in Sandvik"));
    let next = |publisher, hours, headline| wire(publisher, hours, headline);
    assert!(chained(
        &mut fold,
        next("Fjord Wire", 2, "UPDATE 1-Wheat ends 4 pct lower in Sandvik")
    ));
    assert!(!chained(&mut fold, next("Fjord Wire", 2, "Wheat ends 4 pct lower in Sandvik")));
    assert!(!chained(
        &mut fold,
        next("Dune Gazette", 2, "UPDATE 1-Wheat ends 4 pct lower in Sandvik")
    ));
    assert!(!chained(
        &mut fold,
        next("Fjord Wire", 25, "UPDATE 1-Wheat ends 4 pct lower in Sandvik")
    ));
    let blog = Item {
        lifecycle: false,
        ..next("Fjord Wire", 2, "UPDATE 1-Wheat ends 4 pct lower in Sandvik")
    };
    assert!(!chained(&mut fold, blog));
}

#[test]
fn a_result_that_changes_is_new_whatever_its_numbers() {
    let results = ["1-0", "1-1", "2-1", "2-2", "2-2"];
    let wire = results.iter().enumerate().map(|(hour, result)| {
        item(
            "Fjord Wire",
            hour as i64,
            &format!("Sandvik {result} Norhavn in cup final at stadium"),
        )
    });
    use Verdict::{Development, New, Repeat};
    let found = verdicts(wire.collect());
    assert_eq!(found, [New, Development, Development, Development, Repeat]);
}

#[test]
fn a_kill_that_comes_first_waits_for_its_target() {
    let kill = Item {
        uri: Some("u9".to_owned()),
        lifecycle: true,
        markers: vec![Marker::Kill],
        ..item("Fjord Wire", 0, "Ferry runs aground")
    };
    let target = Item { markers: Vec::new(), ..kill.clone() };
    let mut fold = fold();
    let first = decide(&mut fold, 0, kill);
    assert_eq!(first.decision.verdict, Verdict::Kill);
    let late = decide(&mut fold, 1, target);
    assert_eq!(late.decision.story, first.decision.story);
    assert!(late.decision.state.killed);
}

#[test]
fn a_film_called_kill_is_ordinary_news() {
    let film = item("Coast Post", 0, "KILL: the musical opens in Sandvik");
    assert_eq!(verdicts(vec![film]), [Verdict::New]);
}

#[test]
fn the_same_headline_days_apart_from_one_source_is_not_known_by_name() {
    let report = |hours| item("Fjord Wire", hours, "Wheat prices end lower");
    let mut fold = fold();
    decide(&mut fold, 0, report(0));
    let later = decide(&mut fold, 1, report(400));
    assert_eq!(later.decision.verdict, Verdict::New);
}

fn headline() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "Ferry",
        "harbour",
        "Sandvik",
        "closes",
        "opens",
        "not",
        "12th",
        "13th",
        "wheat",
        "prices",
        "Freedonia",
        "agrees",
        "denies",
        "storm",
        "bridge",
        "mayor",
        "2",
        "rescued",
    ];
    proptest::collection::vec(proptest::sample::select(WORDS), 1..9)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn replaying_a_stream_inside_the_window_adds_no_story(
        headlines in proptest::collection::vec(headline(), 1..30)
    ) {
        let mut fold = fold();
        let once: Vec<Item> = headlines
            .iter()
            .enumerate()
            .map(|(hour, headline)| item("Fjord Wire", hour as i64, headline))
            .collect();
        for (seq, item) in once.iter().enumerate() {
            decide(&mut fold, seq as u64, item.clone());
        }
        let stories = fold.next_story;
        for (seq, item) in once.into_iter().enumerate() {
            let mut prepared = prepare((100 + seq) as u64, item);
            prepared.received = at(31);
            fold.decide(prepared).0.expect("an item");
        }
        prop_assert_eq!(fold.next_story, stories);
    }

    #[test]
    fn similarity_is_symmetric(a in headline(), b in headline()) {
        let scorer = Scorer::new(&FoldConfig::default()).expect("the shipped scorer");
        let (a, b) = (profile(&a), profile(&b));
        let bits = |values: similarity::Values| values.map(f32::to_bits);
        prop_assert_eq!(bits(scorer.alone(&a, &b)), bits(scorer.alone(&b, &a)));
    }

    #[test]
    fn candidates_are_bounded(headlines in proptest::collection::vec(headline(), 200..201)) {
        let mut fold = fold();
        for (seq, headline) in headlines.iter().enumerate() {
            let prepared = prepare(seq as u64, item("Fjord Wire", seq as i64 / 10, headline));
            let trace = fold.decide(prepared).1;
            prop_assert!(trace.candidates.len() <= 12 && trace.touched <= 256);
        }
    }
}
