//! Items that are pushed.

use super::*;

#[tokio::test]
async fn a_push_is_answered_when_its_items_are_durable_one_by_one() {
    let desk = Desk::open().await;
    let mixed = "{\"headline\":\"Ferry leaves\"}\n{broken\n{\"headline\":\"Ferry returns\"}\n";
    let response = desk.push(mixed).await;
    assert_eq!(response.status, StatusCode::ACCEPTED);
    assert_eq!(desk.bench.headlines(), ["Ferry leaves", "Ferry returns"]);
    let report = body(&response);
    assert_eq!((&report["accepted"], &report["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(report["records"][0], json!({ "n": 0, "status": "accepted", "seq": 1 }));
    assert_eq!(report["records"][1]["status"], "rejected");
    assert!(!report["records"][1]["reason"].as_str().unwrap().is_empty());
    assert_eq!(report["records"][2], json!({ "n": 2, "status": "accepted", "seq": 3 }));
    assert_eq!(desk.bench.records()[0].as_ref().unwrap().source, "push");
}

#[tokio::test]
async fn a_push_of_nothing_but_rejects_says_so_and_an_empty_one_is_none() {
    let desk = Desk::open().await;
    let response = desk.push("{broken\n").await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body(&response)["rejected"], 1);
    assert_eq!(desk.bench.records().len(), 1, "the reject is in the log");
    let response = desk.push("\n").await;
    assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body(&response)["detail"].as_str().unwrap().contains("no item"));
}

#[tokio::test]
async fn a_push_that_is_sent_again_with_its_key_is_taken_in_once() {
    let desk = Desk::open().await;
    let key = |headers: &mut HeaderMap| {
        set(headers, HeaderName::from_static("idempotency-key"), "batch-1");
    };
    let first = desk.push_as(TWO, key).await;
    let second = desk.push_as(TWO, key).await;
    assert_eq!(first.status, StatusCode::ACCEPTED);
    assert_eq!((first.status, first.body), (second.status, second.body));
    assert_eq!(desk.bench.records().len(), 2);
    let other = desk.push_as("{\"headline\":\"Other\"}\n", key).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.bench.records().len(), 2);
}

#[tokio::test]
async fn a_full_pipeline_takes_nothing_and_says_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, _arrivals) = Bench::stuck(folder.path(), at(0));
    let two = vec![Ok(crate::item::Item::default()), Ok(crate::item::Item::default())];
    let waiting = bench.context.intake.submit(&crate::source::Origin::named("s"), two).await;
    let desk = Desk::before(bench, folder, |_| {}).await;
    let response = desk.push(TWO).await;
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.header(header::RETRY_AFTER), Some("1"));
    let health = desk.get("/healthz").await;
    assert_eq!(
        (health.status, body(&health)),
        (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "full" }))
    );
    drop(waiting);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let desk = Desk::open().await;
    let large = desk.push(&"x".repeat(100_001)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(desk.bench.records().is_empty());
}

#[tokio::test]
async fn a_push_whose_client_has_gone_is_finished() {
    let desk = Desk::open().await;
    let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST /v1/items HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n{TWO}",
        TWO.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let records = || desk.bench.records().len();
    until("it has begun", || records() > 0).await;
    drop(stream);
    until("all is taken in", || records() == 2).await;
}
