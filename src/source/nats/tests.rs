use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::config::{Config, File, SourceKind};
use crate::source::testing::Bench;

const CONFIG: &str = "[[source.nats]]\nname = \"wire\"\nstream = \"WIRE\"\nformat = \"ndjson\"\n";

/// What becomes of a message with this payload that was tried before: the headlines, or the reasons
/// of rejects, and whether the server is told to forget it.
async fn taken(payload: &str, tried: Tried) -> (Vec<String>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), Timestamp::UNIX_EPOCH);
    let config = Config::parse(File::new("f", CONFIG), Path::new(".")).0.unwrap().sources.remove(0);
    let SourceKind::Nats(nats) = &config.kind else { panic!("it is of NATS") };
    let reading = Reading {
        name: "wire",
        origin: Origin::of(&config),
        config: &config,
        nats,
        ledger: Ledger::default(),
        under_way: BTreeMap::new(),
        batches: VecDeque::new(),
        acknowledged: 0,
        delivery: 0,
        context: &bench.context,
    };
    let (records, kind) = reading.records(payload.as_bytes(), 7, tried);
    let shown = records.into_iter().map(|record| match record {
        Ok(item) => item.headline,
        Err(reject) => reject.reason,
    });
    (shown.collect(), matches!(kind, AckKind::Term))
}

const THREE: &str = "{\"headline\":\"a\"}\n{\"headline\":\"b\"}\n{\"headline\":\"c\"}\n";

#[tokio::test]
async fn of_a_message_that_is_durable_in_part_only_the_rest_is_taken_in() {
    let (headlines, _) = taken(THREE, Tried { times: 1, durable: 2 }).await;
    assert_eq!(headlines, ["c"]);
}

#[tokio::test]
async fn a_message_that_was_under_way_at_too_many_deaths_is_rejected_and_ended() {
    let (reasons, ended) = taken(THREE, Tried { times: 10, durable: 0 }).await;
    assert!(ended && reasons.len() == 1 && reasons[0].contains("10 times"), "{reasons:?}");
    let (headlines, ended) = taken(THREE, Tried { times: 9, durable: 0 }).await;
    assert!(!ended && headlines.len() == 3, "{headlines:?}");
}

#[tokio::test]
async fn a_message_with_nothing_in_it_is_rejected_not_passed_over() {
    let (reasons, _) = taken("", Tried::default()).await;
    assert!(reasons.len() == 1 && reasons[0].contains("holds nothing"), "{reasons:?}");
}

#[test]
fn a_count_of_deliveries_that_goes_back_is_noticed_where_it_does() {
    let mut last = 0;
    let mut goes_back =
        |counted: &[u64]| super::goes_back(&mut last, counted.iter().map(|count| Some(*count)));
    assert_eq!(goes_back(&[1, 2, 4]), None);
    assert_eq!(goes_back(&[5, 9]), None);
    assert_eq!(goes_back(&[10, 11, 3, 4]), Some(2));
    assert_eq!(goes_back(&[11]), Some(0));
}
