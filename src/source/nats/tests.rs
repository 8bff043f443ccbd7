use std::path::Path;

use async_nats::{ConnectOptions, jetstream};
use jiff::Timestamp;

use super::*;
use crate::config::{Config, File, SourceKind};
use crate::source::testing::Bench;

const CONFIG: &str = "[[source.nats]]\nname = \"wire\"\nstream = \"WIRE\"\nformat = \"ndjson\"\n";

fn config() -> SourceConfig {
    Config::parse(File::new("f", CONFIG), Path::new(".")).0.unwrap().sources.remove(0)
}

/// A stream of which nothing has been read.
fn reading<'a>(config: &'a SourceConfig, context: &'a Context) -> Reading<'a> {
    let SourceKind::Nats(nats) = &config.kind else { panic!("it is of NATS") };
    Reading {
        name: "wire",
        origin: Origin::of(config),
        config,
        nats,
        ledger: Ledger::default(),
        under_way: BTreeMap::new(),
        batches: VecDeque::new(),
        acknowledged: 0,
        delivery: 0,
        context,
    }
}

/// What becomes of a message with this payload that was tried before: the headlines, or the reasons
/// of rejects, and whether the server is told to forget it.
async fn taken(payload: &str, tried: Tried) -> (Vec<String>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), Timestamp::UNIX_EPOCH);
    let config = config();
    let (records, kind) = reading(&config, &bench.context).records(payload.as_bytes(), 7, tried);
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

/// A stream whose server is not there, so that no answer goes anywhere.
struct Stream(jetstream::Context);

impl Stream {
    async fn new() -> Stream {
        let options = ConnectOptions::new().retry_on_initial_connect();
        Stream(jetstream::new(options.connect("nats://127.0.0.1:1").await.unwrap()))
    }

    /// Delivery `count` of a consumer: message `number` of those that were published then.
    fn message(&self, count: u64, number: u64, published: u64) -> Message {
        let reply = format!("$JS.ACK.WIRE.wirefold.1.{number}.{count}.{published}.0");
        let message = async_nats::Message {
            subject: "wire".into(),
            reply: Some(reply.into()),
            payload: format!("{{\"headline\":\"{number} of {published}\"}}").into(),
            headers: None,
            status: None,
            description: None,
            length: 0,
        };
        Message { message, context: self.0.clone() }
    }
}

#[tokio::test]
async fn a_count_of_deliveries_that_goes_back_is_noticed_where_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), Timestamp::UNIX_EPOCH);
    let (config, stream) = (config(), Stream::new().await);
    let mut reading = reading(&config, &bench.context);
    let mut goes_back = |counted: &[u64]| {
        let messages = counted.iter().map(|count| stream.message(*count, 100 + count, 7));
        reading.goes_back(&messages.collect::<Vec<_>>())
    };
    assert_eq!(goes_back(&[1, 2, 4]), None);
    assert_eq!(goes_back(&[5, 9]), None);
    assert_eq!(goes_back(&[10, 11, 3, 4]), Some((2, 103)));
    assert_eq!(goes_back(&[11]), Some((0, 111)));
}

#[tokio::test]
async fn what_is_on_its_way_from_a_store_that_went_back_does_not_stand_for_what_comes() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), Timestamp::UNIX_EPOCH);
    let (config, stream) = (config(), Stream::new().await);
    let mut reading = reading(&config, &bench.context);
    reading.ledger.keep_for("monday".to_owned());
    reading.take(vec![stream.message(1, 200, 7), stream.message(2, 201, 7)]).await.unwrap();
    // The server has lost its last writes, and the pull is opened anew.
    let from = reading.ledger.outdated_from("monday", 200).unwrap();
    assert!(reading.let_go_from(from).await.unwrap());
    reading.delivery = 0;
    let noted = load("wire", &bench.context.log);
    assert_eq!(noted.known(201, 8), Known::No(Tried::default()), "a kill changes nothing");
    reading.take(vec![stream.message(2, 201, 8), stream.message(3, 202, 8)]).await.unwrap();
    assert!(reading.finish().await.unwrap());
    assert_eq!(bench.headlines(), ["200 of 7", "201 of 7", "201 of 8", "202 of 8"]);
    assert_eq!(reading.ledger.known(201, 8), Known::Durable);
    assert_eq!(reading.ledger.known(200, 7), Known::Durable);
}

#[tokio::test]
async fn a_message_with_the_number_of_one_under_way_is_taken_in_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), Timestamp::UNIX_EPOCH);
    let (config, stream) = (config(), Stream::new().await);
    let mut reading = reading(&config, &bench.context);
    reading.take(vec![stream.message(1, 201, 7)]).await.unwrap();
    // The pull is opened anew, and counts from no place that is known.
    reading.delivery = 0;
    reading.take(vec![stream.message(5, 201, 7)]).await.unwrap();
    reading.take(vec![stream.message(6, 201, 8)]).await.unwrap();
    assert_eq!((reading.batches.len(), reading.under_way.len()), (1, 1));
    assert!(reading.finish().await.unwrap());
    assert_eq!(bench.headlines(), ["201 of 7", "201 of 8"]);
}

#[tokio::test]
async fn messages_behind_one_with_a_number_that_is_known_are_none_of_those_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), Timestamp::UNIX_EPOCH);
    let (config, stream) = (config(), Stream::new().await);
    let mut reading = reading(&config, &bench.context);
    reading.take(vec![stream.message(1, 195, 7)]).await.unwrap();
    assert!(reading.finish().await.unwrap());
    reading.take(vec![stream.message(2, 201, 7)]).await.unwrap();
    reading.delivery = 0;
    reading.take(vec![stream.message(5, 195, 8), stream.message(6, 201, 8)]).await.unwrap();
    assert!(reading.finish().await.unwrap());
    assert_eq!(bench.headlines(), ["195 of 7", "201 of 7", "195 of 8", "201 of 8"]);
}

#[tokio::test]
async fn a_message_that_comes_again_from_a_store_that_went_back_is_known_to_the_next_run_too() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::start(folder.path(), Timestamp::UNIX_EPOCH);
    let (config, stream) = (config(), Stream::new().await);
    let mut reading = reading(&config, &bench.context);
    for _ in 0..2 {
        reading.take(vec![stream.message(1, 200, 7)]).await.unwrap();
        assert!(reading.finish().await.unwrap());
    }
    assert_eq!(bench.headlines(), ["200 of 7"]);
    assert_eq!(load("wire", &bench.context.log).known(200, 7), Known::Durable);
}
