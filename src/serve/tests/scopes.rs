//! Who may do what.

use super::*;
use crate::config::{Secret, TokenConfig};
use crate::log::sample::{item, item_on, reject, timer};

pub(super) const NIGHT: &str = "night-desk-token-1";
const WIRE: &str = "wire-agency-token-1";

/// A desk where one token reads the channel `night` only and another only pushes.
pub(super) async fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let token = |name: &str, secret: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, secret).unwrap();
        let named = |text: &str| {
            let file = crate::config::File::new("t.toml", "");
            let place = crate::config::Place { file, span: 0..0 };
            crate::config::At { value: text.to_owned(), place }
        };
        let night = name == "night";
        TokenConfig {
            name: named(name),
            secret: Secret::File(path),
            read: night,
            push: !night,
            admin: false,
            lifecycle: (!night).then_some(true),
            channels: night.then(|| vec![named("night")]),
            rate: None,
            burst: None,
        }
    };
    let tokens = [token("night", NIGHT), token("wire", WIRE)];
    let desk = Desk::with(|config| config.tokens = tokens.to_vec()).await;
    let mut dropped = timer(4, 2);
    if let Entry::Timer(timer) = &mut dropped {
        (timer.channels, timer.reason) = (Vec::new(), "dropped on `harbour`: rate.".to_owned());
        let (channel, gate) = ("harbour".to_owned(), crate::log::Gate::Rate);
        let withheld = crate::log::Withheld { channel, gate, until: None, urgent: false };
        timer.withheld = vec![withheld];
    }
    desk.append(&[item(1), item_on(2, &["night", "harbour"]), reject(3), dropped]);
    desk
}

fn bearer(token: &str) -> impl Fn(&mut HeaderMap) {
    let value = format!("Bearer {token}");
    move |headers| set(headers, header::AUTHORIZATION, &value)
}

#[tokio::test]
async fn a_token_for_one_channel_sees_that_channel_and_its_stories_alone() {
    let desk = desk().await;
    let list = desk.get_as("/v1/channels", bearer(NIGHT)).await;
    let names: Vec<_> =
        body(&list)["channels"].as_array().unwrap().iter().map(|c| c["name"].clone()).collect();
    assert_eq!(names, ["night"]);
    for (path, status) in [
        ("/v1/channels/night/stories", 200),
        ("/v1/channels/night/feed.atom", 200),
        ("/v1/stories/s2", 200),
        ("/v1/items/2", 200),
        ("/v1/channels/harbour/stories", 404),
        ("/v1/channels/harbour/feed.rss", 404),
        ("/v1/channels/harbour/events", 404),
        ("/v1/stories/s1", 404),
        ("/v1/items/1", 404),
        ("/v1/items/3", 404),
        ("/v1/explain?a=x&b=y", 403),
        ("/v1/sinks", 403),
    ] {
        let response = desk.get_as(path, bearer(NIGHT)).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
        assert!(!String::from_utf8_lossy(&response.body).contains("Ferry 1"), "{path}");
    }
    let story = body(&desk.get_as("/v1/stories/s2", bearer(NIGHT)).await);
    assert!(!story.to_string().contains("harbour/"), "{story}");
    assert!(!story.to_string().contains("`harbour`"), "{story}");
    assert!(desk.json("/v1/stories/s2").await.to_string().contains("dropped on `harbour`"));
    // The rule `Ferries`, whose label and priority these are, sends to the harbour.
    let decision = &body(&desk.get_as("/v1/items/2", bearer(NIGHT)).await)["decision"];
    assert_eq!((&decision["rules"], &decision["labels"]), (&json!([]), &json!([])));
    assert_eq!(decision["priority"], Value::Null);
    assert_eq!(desk.json("/v1/items/2").await["decision"]["labels"], json!(["sea"]));
    let refused = desk.push_as(TWO, bearer(NIGHT)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_that_pushes_reads_nothing_and_acts_on_nothing() {
    let desk = desk().await;
    assert_eq!(desk.push_as(TWO, bearer(WIRE)).await.status, StatusCode::ACCEPTED);
    assert_eq!(desk.get_as("/v1/channels", bearer(WIRE)).await.status, StatusCode::FORBIDDEN);
    let mut request = Request::get(desk.url.join("/v1/sinks/x/pause").unwrap(), Reach::Anywhere);
    request.method = Method::POST;
    bearer(WIRE)(&mut request.headers);
    let client = Client::new().unwrap();
    assert_eq!(client.fetch(request.clone()).await.unwrap().status, StatusCode::FORBIDDEN);
    bearer(TOKEN)(&mut request.headers);
    assert_eq!(client.fetch(request).await.unwrap().status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn feed_readers_show_their_token_as_a_password_or_in_the_address() {
    let desk = desk().await;
    let none = |headers: &mut HeaderMap| {
        headers.remove(header::AUTHORIZATION);
    };
    let path = "/v1/channels/night/feed.atom";
    assert_eq!(desk.get_as(path, none).await.status, StatusCode::UNAUTHORIZED);
    let with = format!("{path}?token={NIGHT}");
    assert_eq!(desk.get_as(&with, none).await.status, StatusCode::OK);
    let wrong = format!("{path}?token=wrong");
    assert_eq!(desk.get_as(&wrong, none).await.status, StatusCode::UNAUTHORIZED);
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("reader:{NIGHT}")));
    let basic = |headers: &mut HeaderMap| set(headers, header::AUTHORIZATION, &basic);
    assert_eq!(desk.get_as(path, basic).await.status, StatusCode::OK);
}

#[tokio::test]
async fn reading_is_public_only_when_that_is_said() {
    let none = |headers: &mut HeaderMap| {
        headers.remove(header::AUTHORIZATION);
    };
    let desk = Desk::with(|config| config.public_read = true).await;
    desk.append(&[item(1)]);
    assert_eq!(desk.get_as("/v1/channels/harbour/stories", none).await.status, StatusCode::OK);
    let feed = desk.get_as("/v1/channels/harbour/feed.json", none).await;
    assert_eq!(feed.header(header::CACHE_CONTROL), Some("public, max-age=60"));
    assert_eq!(desk.push_as(TWO, none).await.status, StatusCode::UNAUTHORIZED);
    let wrong = desk.get_as("/v1/channels", bearer("wrong-token-for-tests")).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_configured_page_may_read_answers_and_others_may_not_ask() {
    let page = "https://desk.example.org";
    let desk = Desk::with(|config| config.origins = vec![page.to_owned()]).await;
    let from =
        |origin: &'static str| move |headers: &mut HeaderMap| set(headers, header::ORIGIN, origin);
    let answer = desk.get_as("/v1/channels", from(page)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(page));
    let own = desk.get("/v1/channels").await;
    assert_eq!(own.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    let other = desk.get_as("/v1/channels", from("https://evil.example")).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let mut request = Request::get(desk.url.join("/v1/items").unwrap(), Reach::Anywhere);
    request.method = Method::OPTIONS;
    from(page)(&mut request.headers);
    set(&mut request.headers, header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
    let asked = Client::new().unwrap().fetch(request).await.unwrap();
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
    assert_eq!(asked.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(page));
    assert!(asked.header(header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap().contains("Authorization"));
}

#[tokio::test]
async fn what_is_pushed_may_correct_and_kill_where_its_token_says_so() {
    let desk = desk().await;
    desk.push_as(TWO, bearer(WIRE)).await;
    desk.push(TWO).await;
    let may = |desk: &Desk| -> Vec<bool> {
        desk.bench.records().iter().flatten().map(|item| item.lifecycle).collect()
    };
    assert_eq!(may(&desk), [true, true, false, false]);
    let desk = Desk::with(|config| config.lifecycle = Some(true)).await;
    desk.push(TWO).await;
    assert_eq!(may(&desk), [true, true]);
}
