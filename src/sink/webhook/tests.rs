use std::path::Path;

use super::hook::{Hook, answer};
use super::*;
use crate::channel::Subscription;
use crate::clock::Clock;
use crate::config::{Config, File as ConfigFile, SinkConfig, SinkKind};
use crate::log::fault::Switch;
use crate::log::sample::{at, items};
use crate::log::{Log, Position};
use crate::sink::SinkErrorKind;
use crate::sink::keeper::Keeper;

/// The sink of a configuration with these keys.
fn config(dir: &Path, keys: &str) -> SinkConfig {
    let text = format!(
        "[[channel]]\nname = \"harbour\"\n[[sink.webhook]]\nname = \"desk\"\n\
         channels = [\"harbour\"]\n{keys}"
    );
    let (config, problems) = Config::parse(ConfigFile::new("wirefold.toml", text), dir);
    config.unwrap_or_else(|| panic!("{problems}")).sinks.remove(0)
}

/// Delivers the first `count` items of a log in one batch.
async fn deliver(keys: &str, count: u64) -> Result<(), SinkError> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let log = Log::open_on(&dir.path().join("data"), &Switch::default()).unwrap();
    log.append(&items(1..count + 1)).unwrap();
    let config = config(dir.path(), keys);
    let keeper = Keeper::attach(&config, "", Position::FIRST, &log, &Clock::standing(at(1_000)));
    let SinkKind::Webhook(webhook) = &config.kind else { panic!("{config:?}") };
    let mut sink = WebhookSink::open(webhook, config.batch)?;
    let page = Subscription::new(&log, ["harbour"], Position::FIRST).read().await.unwrap();
    let batch = Batch { events: &page.events, from: page.from, turn: 0, keeper: &keeper };
    sink.deliver(&batch).await
}

#[tokio::test]
async fn a_delivery_is_a_signed_post_of_its_json() {
    let hook = Hook::serve(|_| answer("204 No Content", ""));
    let keys = format!("url = \"{}\"\nallow_private = true\nsecret_file = \"secret\"", hook.url);
    deliver(&keys, 1).await.unwrap();
    let seen = hook.seen().remove(0);
    assert_eq!(seen.header("webhook-id"), Some("harbour/1"));
    assert_eq!(seen.header("idempotency-key"), Some("harbour/1"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    let timestamp = at(1_000).as_second().to_string();
    assert_eq!(seen.header("webhook-timestamp"), Some(timestamp.as_str()));
    let signer = Signer::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let expected = signer.sign("harbour/1", &timestamp, seen.body.as_bytes());
    assert_eq!(seen.header("webhook-signature"), Some(expected.as_str()));
    assert!(seen.body.starts_with(r#"{"type":"story","v":1,"id":"harbour/1""#), "{}", seen.body);
}

#[tokio::test]
async fn a_receiver_is_told_who_asks() {
    let hook = Hook::serve(|_| answer("200 OK", ""));
    let url = format!("url = \"{}\"\nallow_private = true\n", hook.url);
    deliver(&format!("{url}token_file = \"secret\""), 1).await.unwrap();
    let expected = "Bearer whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assert_eq!(hook.seen()[0].header("authorization"), Some(expected));
    let missing = deliver(&format!("{url}token_file = \"none\""), 1).await.unwrap_err();
    assert_eq!(missing.kind(), SinkErrorKind::Fatal);
}

#[tokio::test]
async fn a_batch_is_a_list_whose_members_keep_their_ids() {
    let hook = Hook::serve(|_| answer("200 OK", ""));
    let keys = format!("url = \"{}\"\nallow_private = true\nbatch = 10", hook.url);
    deliver(&keys, 3).await.unwrap();
    let seen = hook.seen().remove(0);
    assert_eq!(seen.ids(), ["harbour/1", "harbour/2", "harbour/3"]);
    assert_eq!(seen.header("webhook-id"), Some("harbour/1~harbour/3"));
    assert_eq!(seen.header("webhook-signature"), None, "there is no secret");
    deliver(&keys, 1).await.unwrap();
    assert!(hook.seen()[1].body.starts_with('['), "one alone is a list, too");
}

#[tokio::test]
async fn an_answer_counts_once_its_head_is_whole() {
    for (raw, taken) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\ncut", true),
        ("HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n???", true),
        ("HTTP/1.1 200 OK\r\nContent-Le", false),
        ("HTTP/1.1 200 OK\r\n", false),
        ("", false),
        ("200 fine by me", false),
    ] {
        let hook = Hook::serve(move |_| raw.to_owned());
        let keys = format!("url = \"{}\"\nallow_private = true", hook.url);
        let outcome = deliver(&keys, 1).await.map_err(|error| error.kind());
        let expected = if taken { Ok(()) } else { Err(SinkErrorKind::Passing) };
        assert_eq!(outcome, expected, "{raw:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Hook::serve(|_| answer("200 OK", ""));
    let location = format!("Location: {}\r\n", elsewhere.url);
    let hook = Hook::serve(move |_| answer("307 Temporary Redirect", &location));
    let keys = format!("url = \"{}\"\nallow_private = true", hook.url);
    let error = deliver(&keys, 1).await.unwrap_err();
    assert_eq!(error.kind(), SinkErrorKind::Passing);
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let hook = Hook::serve(|_| answer("200 OK", ""));
    let error = deliver(&format!("url = \"{}\"", hook.url), 1).await.unwrap_err();
    assert!(error.to_string().contains("allow_private"), "{error}");
    assert!(hook.seen().is_empty());
}

#[tokio::test]
async fn a_chat_gets_its_message_and_the_ids_all_the_same() {
    let hook = Hook::serve(|_| answer("200 OK", ""));
    let keys = format!("url = \"{}\"\nallow_private = true\ntemplate = \"slack\"", hook.url);
    deliver(&keys, 1).await.unwrap();
    let seen = hook.seen().remove(0);
    assert_eq!(seen.header("webhook-id"), Some("harbour/1"));
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body["text"], "*Ferry 1 leaves the old harbour*\nCoast Wire · harbour");
}

#[tokio::test]
async fn a_secret_that_is_missing_or_wrong_stops_the_sink_and_is_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = dir.path().join("wrong");
    std::fs::write(&wrong, "hunter2").unwrap();
    for keys in [
        "url = \"https://a.example\"\nsecret_file = \"missing\"".to_owned(),
        format!("url = \"https://a.example\"\nsecret_file = \"{}\"", wrong.display()),
        format!("url_file = \"{}\"", wrong.display()),
        "url_env = \"WIREFOLD_NO_SUCH_ADDRESS\"".to_owned(),
    ] {
        let error = deliver(&keys, 1).await.unwrap_err();
        assert_eq!(error.kind(), SinkErrorKind::Fatal, "{keys}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn what_a_receiver_repeats_of_its_address_and_of_who_asks_is_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let kept = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).unwrap();
        dir.path().join(name).display().to_string()
    };
    let hook = Hook::serve(|request| {
        let said = format!("boom {}", request.head());
        let length = said.len();
        format!("HTTP/1.1 500 Oh\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{said}")
    });
    let address = kept("address", &format!("{}/T00/SECRETPATH?key=qu3ry\n", hook.url));
    let (token, password) = (kept("token", "t0k3n-of-desk"), kept("password", "hunter2"));
    for login in [
        format!("token_file = \"{token}\""),
        format!("user = \"desk\"\npassword_file = \"{password}\""),
    ] {
        let keys = format!("url_file = \"{address}\"\nallow_private = true\n{login}");
        let error = deliver(&keys, 1).await.unwrap_err().to_string();
        assert!(error.contains("500 Internal Server Error: boom POST *** HTTP/1.1"), "{error}");
        for secret in ["SECRET", "qu3ry", "t0k3n", "ZGVzazpodW50ZXIy"] {
            assert!(!error.contains(secret), "{secret} in {error}");
        }
    }
}
