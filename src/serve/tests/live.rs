//! Live events, over server-sent events and WebSockets.

use futures_util::StreamExt;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;
use crate::log::Keep;
use crate::log::sample::{item, item_on, items, reject};

/// One who listens.
struct Ear {
    lines: Lines<BufReader<TcpStream>>,
}

/// An event as it came.
#[derive(Debug, Default, PartialEq, Eq)]
struct Heard {
    id: String,
    kind: String,
    data: String,
}

impl Ear {
    /// Listens from after the event `last`, or from now on.
    async fn at(desk: &Desk, path: &str, last: Option<&str>) -> Ear {
        Ear::with(TOKEN, desk, path, last).await
    }

    async fn with(token: &str, desk: &Desk, path: &str, last: Option<&str>) -> Ear {
        let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut stream = TcpStream::connect(host).await.unwrap();
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        // HTTP/1.0: the body comes as it is, without chunks.
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut ear = Ear { lines: BufReader::new(stream).lines() };
        let status = ear.line().await.unwrap();
        assert!(status.contains(" 200 "), "{status}");
        while !ear.line().await.unwrap().starts_with("retry: ") {}
        ear
    }

    async fn line(&mut self) -> Option<String> {
        self.lines.next_line().await.unwrap()
    }

    /// The next event; `None` when the stream ends.
    async fn hear(&mut self) -> Option<Heard> {
        let mut heard = Heard::default();
        loop {
            let line = self.line().await?;
            if let Some((name, value)) = line.split_once(": ") {
                match name {
                    "id" => heard.id = value.to_owned(),
                    "event" => heard.kind = value.to_owned(),
                    "data" => heard.data = value.to_owned(),
                    _ => {}
                }
            } else if line.is_empty() && !heard.data.is_empty() {
                return Some(heard);
            }
        }
    }

    async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < count {
            ids.push(self.hear().await.unwrap().id);
        }
        ids
    }
}

fn harbour(positions: std::ops::Range<u64>) -> Vec<String> {
    positions.map(|position| format!("harbour/{position}")).collect()
}

const PATH: &str = "/v1/channels/harbour/events";

#[tokio::test]
async fn a_listener_is_told_what_comes_in_the_form_of_every_sink() {
    let desk = Desk::open().await;
    desk.append(&[item(1)]);
    let mut ear = Ear::at(&desk, PATH, None).await;
    desk.append(&[item_on(2, &["night"]), item(3)]);
    let heard = ear.hear().await.unwrap();
    assert_eq!((heard.id.as_str(), heard.kind.as_str()), ("harbour/3", "story"));
    let event: Value = serde_json::from_str(&heard.data).unwrap();
    assert_eq!((&event["type"], &event["id"]), (&json!("story"), &json!("harbour/3")));
    assert_eq!(event["headline"], "Ferry 3 leaves the old harbour");
    let mut rejects = Ear::at(&desk, "/v1/channels/rejected/events", None).await;
    desk.append(&[reject(4)]);
    assert_eq!(rejects.hear().await.unwrap().kind, "rejected");
}

#[tokio::test]
async fn a_token_that_a_reload_takes_away_is_refused_and_its_listeners_are_let_go() {
    let desk = super::scopes::desk().await;
    let path = "/v1/channels/night/events";
    let mut night = Ear::with(super::scopes::NIGHT, &desk, path, None).await;
    let mut chief = Ear::at(&desk, path, None).await;
    // One that cannot be read leaves all as they are.
    desk.reload(|serve| serve.token_env = Some("WIREFOLD_NO_SUCH_VARIABLE".to_owned()));
    desk.append(&[item_on(5, &["night"])]);
    assert_eq!(night.hear().await.unwrap().id, chief.hear().await.unwrap().id);

    desk.reload(|serve| serve.tokens.clear());
    assert_eq!(night.hear().await, None, "it is let go");
    let bearer = format!("Bearer {}", super::scopes::NIGHT);
    let show = |headers: &mut HeaderMap| set(headers, header::AUTHORIZATION, &bearer);
    assert_eq!(desk.get_as("/v1/channels", show).await.status, StatusCode::UNAUTHORIZED);
    desk.append(&[item_on(6, &["night"])]);
    assert!(chief.hear().await.is_some(), "the other listens on");

    std::fs::write(&desk.serve.token_file, "another-token-of-the-chief").unwrap();
    desk.reload(|serve| serve.tokens.clear());
    assert_eq!(chief.hear().await, None, "its token was replaced");
    assert_eq!(desk.get("/v1/channels").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_for_one_channel_is_told_of_the_rules_of_that_channel_alone() {
    let desk = super::scopes::desk().await;
    let both = |seq| {
        let mut entry = item_on(seq, &["night", "harbour"]);
        if let crate::log::Entry::Item { decision, .. } = &mut entry {
            decision.rules = vec!["Ferries".to_owned(), "Late".to_owned()];
            decision.labels = vec!["sea".to_owned(), "late".to_owned()];
        }
        entry
    };
    desk.append(&[both(5)]);
    let path = "/v1/channels/night/events";
    let mut night = Ear::with(super::scopes::NIGHT, &desk, path, Some("night/4")).await;
    let mut everyone = Ear::at(&desk, path, Some("night/4")).await;
    let told = async |ear: &mut Ear| {
        let heard = ear.hear().await.unwrap();
        let event: Value = serde_json::from_str(&heard.data).unwrap();
        let noted = ["rules", "labels", "priority"].map(|key| event[key].clone());
        (heard.id, noted)
    };
    // The first is read from the log, the second told as it comes.
    for position in [5, 6] {
        let id = format!("night/{position}");
        let own = [json!(["Late"]), json!(["late"]), json!(6)];
        assert_eq!(told(&mut night).await, (id.clone(), own));
        let all = [json!(["Ferries", "Late"]), json!(["sea", "late"]), json!(4)];
        assert_eq!(told(&mut everyone).await, (id, all));
        desk.append(&[both(position + 1)]);
    }
}

#[tokio::test]
async fn a_headline_that_looks_like_an_event_is_none() {
    let desk = Desk::open().await;
    let mut ear = Ear::at(&desk, PATH, None).await;
    let trap = "Ferry\r\n\r\nid: harbour/99\nevent: gap\rdata: {}\n\nleaves";
    let mut entry = item(1);
    if let crate::log::Entry::Item { item, .. } = &mut entry {
        item.headline = trap.to_owned();
    }
    desk.append(&[entry, item(2)]);
    let heard = ear.hear().await.unwrap();
    assert_eq!((heard.id.as_str(), heard.kind.as_str()), ("harbour/1", "story"));
    let event: Value = serde_json::from_str(&heard.data).unwrap();
    assert_eq!(event["headline"], trap);
    assert_eq!(ear.hear().await.unwrap().id, "harbour/2");
}

#[tokio::test]
async fn fifty_listeners_miss_nothing_whenever_they_came() {
    let desk = Desk::open().await;
    desk.append(&items(1..200));
    let mut ears = Vec::new();
    for n in 0..50_u64 {
        // Some go on from long ago, some from a moment ago, some begin now.
        let last = format!("harbour/{}", n * 4);
        let last = (n % 5 > 0).then_some(last.as_str());
        let from = last.map_or(200, |_| n * 4 + 1);
        ears.push((from, Ear::at(&desk, PATH, last).await));
    }
    let listening: Vec<_> = ears
        .into_iter()
        .map(|(from, mut ear)| {
            tokio::spawn(async move { (from, ear.ids((700 - from) as usize).await) })
        })
        .collect();
    for start in (200..700).step_by(25) {
        desk.append(&items(start..start + 25));
        tokio::task::yield_now().await;
    }
    for ear in listening {
        let (from, ids) = ear.await.unwrap();
        assert_eq!(ids, harbour(from..700));
    }
}

#[tokio::test]
async fn a_slow_reader_lags_alone_and_reads_on_from_the_log() {
    let desk = Desk::open().await;
    let mut slow = Ear::at(&desk, PATH, None).await;
    let mut quick = Ear::at(&desk, PATH, None).await;
    // More than the line keeps and the connection's buffers hold.
    for start in (1..6_001).step_by(500) {
        desk.append(&items(start..start + 500));
        assert_eq!(quick.ids(500).await, harbour(start..start + 500));
    }
    assert_eq!(slow.ids(6_000).await, harbour(1..6_001));
}

#[tokio::test]
async fn what_retention_has_removed_is_a_gap() {
    let desk = Desk::open().await;
    desk.append(&items(1..20));
    let keep = Keep {
        records: Duration::from_secs(5),
        window: Duration::from_secs(1),
        identities: Duration::from_secs(5),
        carried: Duration::from_secs(5),
        max_size: 1 << 30,
        on_full: crate::config::OnFull::Block,
    };
    desk.bench.context.log.trim(&keep, 0, jiff::Timestamp::MIN).unwrap();
    let (first, _) = desk.bench.context.log.view().bounds().unwrap();
    assert!(first.0 > 10, "{first}");
    let mut ear = Ear::at(&desk, PATH, Some("harbour/3")).await;
    let gap = ear.hear().await.unwrap();
    assert_eq!((gap.kind.as_str(), gap.id), ("gap", format!("harbour/{}", first.0 - 1)));
    let lost: Value = serde_json::from_str(&gap.data).unwrap();
    assert_eq!((&lost["from"], &lost["to"]), (&json!(4), &json!(first.0)));
    assert_eq!(ear.hear().await.unwrap().id, format!("harbour/{first}"));
}

#[tokio::test]
async fn streams_end_when_the_daemon_stops_even_if_nobody_reads_them() {
    let desk = Desk::open().await;
    let mut ear = Ear::at(&desk, PATH, None).await;
    let _deaf = Ear::at(&desk, PATH, Some("harbour/0")).await;
    desk.append(&[item(1)]);
    assert_eq!(ear.hear().await.unwrap().id, "harbour/1");
    desk.bench.context.stop.cancel();
    assert_eq!(ear.hear().await, None);
    let Desk { server, .. } = desk;
    server.await.unwrap();
}

#[tokio::test]
async fn streams_of_a_channel_that_a_reload_removes_end() {
    let desk = Desk::open().await;
    let mut ear = Ear::at(&desk, PATH, None).await;
    let mut other = Ear::at(&desk, "/v1/channels/night/events", None).await;
    desk.append(&[item(1)]);
    assert_eq!(ear.hear().await.unwrap().id, "harbour/1");
    let mut config = desk_config();
    config.channels.retain(|channel| channel.name.value != "harbour");
    desk.in_force.send_replace(Arc::new(config));
    assert_eq!(ear.hear().await, None);
    assert_eq!(desk.get(PATH).await.status, StatusCode::NOT_FOUND);
    desk.append(&[item_on(2, &["night"])]);
    assert_eq!(other.hear().await.unwrap().id, "night/2");
}

#[tokio::test]
async fn there_are_only_so_many_places_and_a_place_is_given_back() {
    let desk = Desk::with(|config| config.streams = 2).await;
    let first = Ear::at(&desk, PATH, None).await;
    let _second = Ear::at(&desk, PATH, None).await;
    let third = desk.get(PATH).await;
    assert_eq!(third.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(third.header(header::RETRY_AFTER).is_some());
    drop(first);
    // The place is free once the daemon has tried to tell something to whoever has gone.
    let seq = std::cell::Cell::new(1);
    until("a place is free", || {
        desk.append(&[item(seq.replace(seq.get() + 1))]);
        desk.places() > 0
    })
    .await;
    let _third = Ear::at(&desk, PATH, None).await;
}

#[tokio::test]
async fn an_id_of_another_channel_is_refused() {
    let desk = Desk::open().await;
    for (id, status) in [
        ("night/3", StatusCode::UNPROCESSABLE_ENTITY),
        ("3", StatusCode::BAD_REQUEST),
        ("harbour/x", StatusCode::BAD_REQUEST),
        ("harbour", StatusCode::BAD_REQUEST),
    ] {
        let response = desk.get(&format!("{PATH}?after={id}")).await;
        assert_eq!(response.status, status, "{id}");
    }
    assert_eq!(desk.get("/v1/channels/nowhere/events").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_websocket_tells_the_same_and_closes_when_the_daemon_stops() {
    let desk = Desk::open().await;
    desk.append(&items(1..4));
    let host = &desk.url[url::Position::BeforeHost..url::Position::AfterPort];
    let address = format!("ws://{host}{PATH}?after=harbour/1&token={TOKEN}");
    let request = address.as_str().into_client_request().unwrap();
    let stream = TcpStream::connect(host).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    desk.append(&[item(4)]);
    for id in harbour(2..5) {
        let Message::Text(text) = socket.next().await.unwrap().unwrap() else { panic!() };
        let event: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&event["type"], &event["id"]), (&json!("story"), &json!(id)));
    }
    desk.bench.context.stop.cancel();
    let Message::Close(Some(frame)) = socket.next().await.unwrap().unwrap() else { panic!() };
    assert_eq!(u16::from(frame.code), 1001);
    let Desk { server, .. } = desk;
    server.await.unwrap();
}
