//! The description of the interface, held against the interface; metrics; the console.

use super::*;
use crate::log::sample::{item, items, reject, timer};

/// A value of the form that a schema describes: every key that must be there is, and none is there
/// that the schema does not know.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#'));
        return check(document, target.expect(name), value, at);
    }
    if let Some(any) = schema["oneOf"].as_array() {
        let null = any.iter().any(|one| one["type"] == "null");
        if value.is_null() && null {
            return;
        }
        let one = any.iter().find(|one| one["type"] != "null").expect(at);
        return check(document, one, value, at);
    }
    let words = match &schema["type"] {
        Value::String(word) => vec![word.as_str()],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |word: &&str| *word == is || (*word == "number" && is == "integer");
    assert!(words.is_empty() || words.iter().any(fits), "{at} is {is}, not {words:?}");
    for (place, element) in value.as_array().into_iter().flatten().enumerate() {
        check(document, &schema["items"], element, &format!("{at}[{place}]"));
    }
    let known = properties(document, schema);
    if known.is_empty() {
        return;
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let (_, schema) = known.iter().find(|(name, _)| name == key).unwrap_or_else(|| {
            panic!("{at}.{key} is not described");
        });
        check(document, schema, value, &format!("{at}.{key}"));
    }
}

/// Properties of an object, those of its parts included.
fn properties(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#'));
        return properties(document, target.expect(name));
    }
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut all: Vec<_> = own.map(|(key, schema)| (key.clone(), schema.clone())).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(properties(document, part));
    }
    all
}

#[tokio::test]
async fn every_address_that_is_described_answers_as_described() {
    let desk = Desk::open().await;
    desk.append(&[item(1), item(2), reject(3), timer(4, 1)]);
    let document = desk.json("/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 15, "{:?}", paths.keys());
    let operations = paths.values().flat_map(|methods| methods.as_object().unwrap().values());
    let mut names: Vec<_> = operations.map(|one| one["operationId"].as_str().unwrap()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "every operation has a name of its own");
    let push = &paths["/v1/items"]["post"];
    let words: Vec<_> = crate::format::Format::WORDS.iter().map(|(word, _)| *word).collect();
    let pattern = format!("^({})$", words.join("|"));
    assert_eq!(push["parameters"][0]["schema"]["pattern"], pattern);
    let nothing = &push["responses"]["422"]["content"];
    assert!(nothing["application/problem+json"].is_object(), "{nothing}");
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let called = path
                .replace("/sinks/{name}", "/sinks/archive")
                .replace("{name}", "harbour")
                .replace("{action}", "pause")
                .replace("{id}", "s1")
                .replace("{seq}", "3");
            if called.ends_with("/events") {
                continue; // It does not end; tests::live listens to it.
            }
            let query = if called == "/v1/explain" { "?a=Ferry+leaves&b=Ferry+gone" } else { "" };
            let response = match method.as_str() {
                "get" => desk.get(&format!("{called}{query}")).await,
                "post" if called == "/v1/items" => desk.push(TWO).await,
                "post" => {
                    let url = desk.url.join(&called).unwrap();
                    let mut request = Request::get(url, Reach::Anywhere);
                    request.method = Method::POST;
                    let token = format!("Bearer {TOKEN}");
                    set(&mut request.headers, header::AUTHORIZATION, &token);
                    Client::new().unwrap().fetch(request).await.unwrap()
                }
                other => panic!("{other} {path} is not called here"),
            };
            let status = response.status.as_u16().to_string();
            let responses = &operation["responses"];
            // There is no sink at this desk, and a correction says what it corrects.
            let refused = called.contains("archive") || called.starts_with("/v1/stories/s1/");
            let answer = if refused { &responses["default"] } else { &responses[&status] };
            let media_type = response.header(header::CONTENT_TYPE).unwrap();
            let media_type = media_type.split(';').next().unwrap();
            let content = &answer["content"][media_type];
            assert!(content.is_object(), "{method} {path}: {status} {media_type} is not described");
            if media_type.ends_with("json") && media_type != "application/feed+json" {
                check(&document, &content["schema"], &body(&response), path);
            }
        }
    }
}

#[tokio::test]
async fn every_answer_to_a_reader_has_every_key_that_must_be_there() {
    let desk = Desk::open().await;
    desk.append(&items(1..4));
    let document = desk.json("/v1/openapi.json").await;
    let story = desk.json("/v1/stories/s1").await;
    let required = document["components"]["schemas"]["Story"]["required"].as_array().unwrap();
    assert!(required.len() > 5);
    for key in required {
        assert!(!story[key.as_str().unwrap()].is_null(), "{key}");
    }
}

#[tokio::test]
async fn metrics_count_what_came_in_and_who_asked() {
    let desk = Desk::open().await;
    assert_eq!(desk.push(&format!("{TWO}{{broken\n")).await.status, StatusCode::ACCEPTED);
    let response = desk.get("/metrics").await;
    assert!(response.header(header::CONTENT_TYPE).unwrap().starts_with("text/plain"));
    let text = String::from_utf8(response.body).unwrap();
    for line in [
        "wirefold_items_total{source=\"push\",verdict=\"New\"} 2",
        "wirefold_rejects_total{source=\"push\",kind=\"malformed\"} 1",
        "wirefold_deliveries_total{channel=\"harbour\"} 2",
        "wirefold_committed_total 3",
        "wirefold_http_answers_total{status=\"2xx\"} 1",
        "wirefold_listeners 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    // Every value belongs to a family that says what it is.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(name);
        assert!(text.contains(&format!("# TYPE {family} ")), "{line}");
    }
}

#[tokio::test]
async fn the_console_comes_without_a_token_and_takes_nothing_from_elsewhere() {
    let desk = Desk::open().await;
    for (path, media_type) in [
        ("/", "text/html"),
        ("/console.js", "text/javascript"),
        ("/live.js", "text/javascript"),
        ("/story.js", "text/javascript"),
        ("/console.css", "text/css"),
    ] {
        let page = desk.get_as(path, |headers| {
            headers.remove(header::AUTHORIZATION);
        });
        let page = page.await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.header(header::CONTENT_TYPE).unwrap().starts_with(media_type), "{path}");
        let policy = page.header(header::CONTENT_SECURITY_POLICY).unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let text = String::from_utf8(page.body).unwrap();
        for loaded in ["src=\"http", "href=\"http", "url(", "@import", "innerHTML", "eval("] {
            assert!(!text.contains(loaded), "{path} has {loaded}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_none_here_is_refused_with_what_is() {
    let desk = Desk::open().await;
    let mut request = Request::get(desk.url.join("/v1/sinks").unwrap(), Reach::Anywhere);
    request.method = Method::PUT;
    let response = Client::new().unwrap().fetch(request).await.unwrap();
    assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.header(header::CONTENT_TYPE), Some("application/problem+json"));
    assert_eq!(response.header(header::ALLOW), Some("GET,HEAD"));
    assert!(body(&response)["detail"].as_str().is_some_and(|said| said.contains("`Allow`")));
}
