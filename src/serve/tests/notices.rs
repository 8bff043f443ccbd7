//! Notices of hubs.

use super::*;

#[tokio::test]
async fn a_strangers_notice_is_refused_before_its_body_comes() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let desk = Desk::open().await;
    let address = desk.url.socket_addrs(|| None).unwrap()[0];
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /websub/unknown HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 410");
    let denied = desk.get("/websub/unknown?hub.mode=denied&hub.topic=x").await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_hub_confirms_and_only_it_can_tell_of_news() {
    let desk = Desk::open().await;
    let hubs = &desk.bench.context.hubs;
    let id = hubs.subscribed_for_test("a", "https://a.example/feed");
    let path = format!("/websub/{id}?hub.mode=subscribe&hub.lease_seconds=60&hub.challenge=xyz");
    let foreign = desk.get(&format!("{path}&hub.topic=https://evil.example/")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let ours = desk.get(&format!("{path}&hub.topic=https://a.example/feed")).await;
    assert_eq!((ours.status, ours.body.as_slice()), (StatusCode::OK, &b"xyz"[..]));
    let mut request = Request::get(desk.url.join("/websub/unknown").unwrap(), Reach::Anywhere);
    request.method = Method::POST;
    let client = Client::new().unwrap();
    assert_eq!(client.fetch(request.clone()).await.unwrap().status, StatusCode::GONE);
    request.url = desk.url.join(&format!("/websub/{id}")).unwrap();
    assert_eq!(client.fetch(request).await.unwrap().status, StatusCode::ACCEPTED);
    assert!(!hubs.has_notice(), "it was not signed");
}
