//! What a request may cost.

use super::*;

#[tokio::test]
async fn told_to_stop_it_waits_for_no_half_sent_request_of_whatever_kind() {
    for path in ["/v1/sinks/desk/rewind", "/v1/stories/s1/split", "/v1/stories/s1/merge"] {
        let desk = Desk::open().await;
        let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Length: 27\r\nExpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.unwrap();
        stream.write_all(b"{").await.unwrap();
        desk.bench.context.stop.cancel();
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(10), read).await.expect(path).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503"), "{path}: {answer}");
        desk.server.await.unwrap();
    }
}

#[tokio::test]
async fn a_push_that_ends_without_an_answer_lets_go_of_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (bench, arrivals) = Bench::stuck(folder.path(), at(0));
    let desk = Desk::before(bench, folder, |_| {}).await;
    let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST /v1/items HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Idempotency-Key: one\r\nContent-Type: application/x-ndjson\r\n\
         Content-Length: {}\r\n\r\n{TWO}",
        TWO.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let held = arrivals.recv().await.unwrap();
    drop(stream);
    let key = |headers: &mut HeaderMap| {
        set(headers, HeaderName::from_static("idempotency-key"), "one");
    };
    assert_eq!(desk.push_as(TWO, key).await.status, StatusCode::CONFLICT);
    // The pipeline goes, and with it the receipt of what was on its way.
    drop((held, arrivals));
    for _ in 0..1_000 {
        if desk.push_as(TWO, key).await.status != StatusCode::CONFLICT {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the key stays taken");
}

#[tokio::test]
async fn a_push_of_too_many_records_is_refused_whole_and_rejects_are_listed_in_part() {
    let desk = Desk::open().await;
    let many = desk.push(&"1\n".repeat(crate::format::MAX_RECORDS + 1)).await;
    assert_eq!(many.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body(&many)["detail"].as_str().unwrap().contains("more than 2000 records"));
    assert!(desk.bench.records().is_empty());

    let noise = desk.push(&format!("{}{TWO}", "1\n".repeat(1_500))).await;
    assert_eq!(noise.status, StatusCode::ACCEPTED);
    let report = body(&noise);
    assert_eq!((&report["accepted"], &report["rejected"]), (&json!(2), &json!(1_500)));
    let listed = report["records"].as_array().unwrap();
    assert_eq!(listed.len(), 1_002);
    assert_eq!(listed[1_000]["n"], 1_500);
}
