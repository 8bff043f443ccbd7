//! What can be read.

use super::*;
use crate::log::sample::{item, item_on, items, reject, timer};
use crate::story::{StoryId, Verdict};

/// Item `seq` joins story `story` on the harbour channel.
pub(super) fn joins(seq: u64, story: u64, change: impl Fn(&mut crate::item::Item)) -> Entry {
    let mut entry = item(seq);
    if let Entry::Item { item, decision, .. } = &mut entry {
        decision.fold.story = StoryId(story);
        decision.fold.verdict = Verdict::Development;
        decision.fold.state.items = 2;
        change(item);
    }
    entry
}

fn ids(page: &Value) -> Vec<&str> {
    page["stories"].as_array().unwrap().iter().map(|story| story["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn channels_are_listed_with_what_they_carry() {
    let desk = Desk::open().await;
    desk.append(&[item(1), item(2), reject(3)]);
    let list = desk.json("/v1/channels").await;
    let names: Vec<_> = list["channels"].as_array().unwrap().iter().map(|c| &c["name"]).collect();
    assert_eq!(names, ["harbour", "night", "unrouted", "rejected"]);
    let harbour = &list["channels"][0];
    assert_eq!(harbour["title"], "The harbour");
    assert_eq!((&harbour["stories"], &harbour["deliveries"]), (&json!(2), &json!(2)));
    assert_eq!(harbour["last_id"], "harbour/2");
    assert_eq!(list["channels"][1]["last"], Value::Null);
    assert_eq!(list["channels"][3]["deliveries"], 1);
}

#[tokio::test]
async fn what_was_pushed_is_found_at_once() {
    let desk = Desk::open().await;
    assert_eq!(desk.push(TWO).await.status, StatusCode::ACCEPTED);
    let page = desk.json("/v1/channels/harbour/stories").await;
    assert_eq!(ids(&page), ["s2", "s1"]);
    assert_eq!(page["stories"][0]["lead"]["headline"], "Ferry returns");
    assert_eq!(page["older"], Value::Null);
}

#[tokio::test]
async fn pages_lead_through_all_stories_and_back_to_what_is_new() {
    let desk = Desk::open().await;
    desk.append(&items(1..8));
    let first = desk.json("/v1/channels/harbour/stories?limit=3").await;
    assert_eq!(ids(&first), ["s7", "s6", "s5"]);
    let mut seen: Vec<String> = Vec::new();
    let mut older = first["older"].clone();
    while let Some(cursor) = older.as_str() {
        let page =
            desk.json(&format!("/v1/channels/harbour/stories?limit=3&before={cursor}")).await;
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        older = page["older"].clone();
    }
    assert_eq!(seen, ["s4", "s3", "s2", "s1"]);
    let newer = first["newer"].as_str().unwrap();
    let path = format!("/v1/channels/harbour/stories?limit=2&after={newer}");
    assert_eq!(ids(&desk.json(&path).await), [""; 0]);
    // Story 2 gets an update, and three are new: the oldest news first, so that none is missed.
    desk.append(&[joins(8, 2, |_| {}), item(9), item(10)]);
    let page = desk.json(&path).await;
    assert_eq!(ids(&page), ["s9", "s2"]);
    let newer = page["newer"].as_str().unwrap();
    let rest = desk.json(&format!("/v1/channels/harbour/stories?after={newer}")).await;
    assert_eq!(ids(&rest), ["s10"]);
}

#[tokio::test]
async fn a_cursor_of_another_log_goes_on_with_what_comes() {
    let desk = Desk::open().await;
    desk.append(&[item(1)]);
    let page = desk.json("/v1/channels/harbour/stories?after=cfffff").await;
    assert_eq!(ids(&page), [""; 0]);
    desk.append(&[item(2)]);
    let newer = page["newer"].as_str().unwrap();
    let next = desk.json(&format!("/v1/channels/harbour/stories?after={newer}")).await;
    assert_eq!(ids(&next), ["s2"]);
}

#[tokio::test]
async fn stories_are_filtered_by_time_publisher_words_and_state() {
    let desk = Desk::open().await;
    let mut disputed = item(4);
    if let Entry::Item { decision, .. } = &mut disputed {
        decision.fold.state.disputed = true;
    }
    let other = |item: &mut crate::item::Item| {
        item.publisher = Some("Dune Gazette".to_owned());
        item.headline = "Strait closed".to_owned();
    };
    desk.append(&[item(1), item(2), item(3), disputed, joins(5, 2, other)]);
    let page = async |query: &str| {
        let page = desk.json(&format!("/v1/channels/harbour/stories?{query}")).await;
        ids(&page).join(" ")
    };
    assert_eq!(page("disputed=true").await, "s4");
    assert_eq!(page("disputed=false").await, "s2 s3 s1");
    assert_eq!(page("publisher=dune+gazette").await, "s2");
    assert_eq!(page("publisher=CW").await, "s2 s4 s3 s1");
    assert_eq!(page("q=FERRY+3").await, "s3");
    assert_eq!(page("q=strait").await, "s2");
    assert_eq!(page("q=nothing").await, "");
    assert_eq!(page("q=strai").await, "", "a part of a word is no word");
    assert_eq!(page("q=Str%C3%A1it+clo%CC%81sed").await, "s2", "accents are written in many ways");
    assert_eq!(page("since=2026-03-01T06:00:04Z").await, "s2 s4");
    assert_eq!(page("until=2026-03-01T06:00:04Z").await, "s3 s1");
}

#[tokio::test]
async fn a_question_that_cannot_be_meant_is_refused() {
    let desk = Desk::open().await;
    for (path, status) in [
        ("/v1/channels/harbour/stories?limt=3", StatusCode::BAD_REQUEST),
        ("/v1/channels/harbour/stories?before=3", StatusCode::BAD_REQUEST),
        ("/v1/channels/nowhere/stories", StatusCode::NOT_FOUND),
        ("/v1/stories/s77", StatusCode::NOT_FOUND),
        ("/v1/stories/77", StatusCode::NOT_FOUND),
        ("/v1/items/77", StatusCode::NOT_FOUND),
        ("/v1/items/x", StatusCode::NOT_FOUND),
        ("/v1/stories/%ff", StatusCode::BAD_REQUEST),
        ("/v1/channels/harbour/stories?q=%21%21", StatusCode::UNPROCESSABLE_ENTITY),
        ("/v1/explain?a=Ferry+leaves", StatusCode::BAD_REQUEST),
        ("/v1/explain?a=Ferry+leaves&b=%21", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let response = desk.get(path).await;
        assert_eq!(response.status, status, "{path}");
        assert_eq!(response.header(header::CONTENT_TYPE), Some("application/problem+json"));
    }
    let nobody = desk.get_as("/v1/channels", |headers| {
        headers.remove(header::AUTHORIZATION);
    });
    assert_eq!(nobody.await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_story_shows_who_reports_it_and_what_happened() {
    let desk = Desk::open().await;
    let revision = |item: &mut crate::item::Item| {
        item.uri = Some("tag:example.org,2026:1".to_owned());
        item.link = Some("javascript:alert(1)".to_owned());
    };
    desk.append(&[item(1), joins(2, 1, revision), timer(3, 1)]);
    let story = desk.json("/v1/stories/s1").await;
    assert_eq!(story["publishers"], json!([{ "family": "coast", "items": 2 }]));
    assert_eq!(story["versions"], json!([{ "uri": "tag:example.org,2026:1", "items": [1, 2] }]));
    let kinds: Vec<_> = story["timeline"].as_array().unwrap().iter().map(|m| &m["kind"]).collect();
    assert_eq!(kinds, ["item", "item", "timer"]);
    assert_eq!(story["members"][1]["verdict"], "Development");
    assert_eq!(story["members"][1]["link"], Value::Null, "only web links are passed on");
    let channels: Vec<_> =
        story["channels"].as_array().unwrap().iter().map(|c| &c["channel"]).collect();
    assert_eq!(channels, ["harbour", "night"]);
}

#[tokio::test]
async fn what_a_split_leaves_is_listed_and_in_the_feeds() {
    let split = |n: u64, item: u64| {
        let change = crate::log::Change::Split { from: StoryId(1), opens: StoryId(9) };
        let (state, split) = (crate::log::sample::state(item), crate::log::sample::split(item));
        Entry::Feedback(crate::log::Feedback { at: at(n), change, state, left: None, ..split })
    };
    let mut quiet = joins(2, 1, |_| {});
    if let Entry::Item { decision, .. } = &mut quiet {
        decision.channels.clear();
    }
    // An update that was delivered, or the lead while the update was not.
    for (update, off, left) in [(joins(2, 1, |_| {}), 2, 1), (quiet, 1, 2)] {
        let desk = Desk::open().await;
        desk.append(&[item(1), update, split(3, off)]);
        let page = desk.json("/v1/channels/harbour/stories").await;
        assert_eq!(ids(&page), ["s9", "s1"], "without item {off}");
        let rest = &page["stories"][1];
        assert_eq!((&rest["lead"]["item"], &rest["latest"]["item"]), (&json!(left), &json!(left)));
        assert_eq!((&rest["delivery"], &rest["items"]), (&json!("harbour/1"), &json!(1)));
        let feed = desk.json("/v1/channels/harbour/feed.json").await;
        assert_eq!(feed["items"].as_array().unwrap().len(), 2);
        let list = desk.json("/v1/channels").await;
        assert_eq!(list["channels"][0]["stories"], 2);
    }
}

#[tokio::test]
async fn an_item_shows_its_evidence_and_a_reject_its_reason() {
    let desk = Desk::open().await;
    desk.append(&[item(1), item(2), reject(3)]);
    let item = desk.json("/v1/items/2").await;
    assert_eq!(item["content"]["headline"], "Ferry 2 leaves the old harbour");
    assert_eq!((&item["decision"]["verdict"], &item["decision"]["of"]), (&json!("New"), &json!(1)));
    assert_eq!(item["decision"]["shares"][0]["feature"], "shared terms");
    let reject = desk.json("/v1/items/3").await;
    assert_eq!((&reject["status"], &reject["content"]), (&json!("rejected"), &Value::Null));
    assert_eq!(reject["reject"]["text"], "<item/>");
}

#[tokio::test]
async fn what_is_under_embargo_is_not_told_before_its_time() {
    let desk = Desk::open().await;
    let mut held = item_on(1, &["harbour"]);
    if let Entry::Item { item, .. } = &mut held {
        item.embargoed = Some(at(100));
        item.body = Some("The minister resigns.".to_owned());
        item.uri = Some("https://a.example/2026/secret-minister-resigns".to_owned());
        item.located = Some("NORLAND CITY".to_owned());
        item.places = vec!["Norland".to_owned()];
        item.subjects = vec![crate::item::Subject {
            code: Some("medtop:20000621".to_owned()),
            name: Some("Norland elections".to_owned()),
        }];
        item.slugline = Some("Norland-minister".to_owned());
        item.ednote = Some("On the minister.".to_owned());
    }
    if let Entry::Item { decision, .. } = &mut held {
        decision.rules = vec!["Any minister".to_owned()];
        decision.labels = vec!["minister".to_owned()];
        decision.matched = vec!["Norland".to_owned()];
    }
    desk.append(&[held]);
    for path in ["/v1/channels/harbour/stories", "/v1/stories/s1", "/v1/items/1"] {
        let told = desk.get(path).await;
        let text = String::from_utf8(told.body).unwrap();
        for telling in ["Ferry", "minister", "Norland", "NORLAND", "20000621"] {
            assert!(!text.contains(telling), "{path} tells {telling}: {text}");
        }
    }
    let story = desk.json("/v1/stories/s1").await;
    assert_eq!((&story["publishers"], &story["versions"]), (&json!([]), &json!([])));
    let found = desk.json("/v1/channels/harbour/stories?q=ferry").await;
    assert_eq!(ids(&found), [""; 0], "a search does not tell it either");
    desk.bench.context.clock.set(at(100));
    let told = desk.json("/v1/items/1").await;
    assert_eq!(told["content"]["body"], "The minister resigns.");
    assert_eq!(told["content"]["uri"], "https://a.example/2026/secret-minister-resigns");
    assert_eq!(told["content"]["places"], json!(["Norland"]));
    assert_eq!(told["content"]["subjects"][0]["code"], "medtop:20000621");
    assert_eq!(told["decision"]["rules"], json!(["Any minister"]));
    assert_eq!(desk.json("/v1/stories/s1").await["publishers"][0]["items"], 1);
}

#[tokio::test]
async fn two_headlines_are_explained_with_the_rules_of_the_desk() {
    let desk = Desk::open().await;
    let path = "/v1/explain?a=Ferry+aground+off+Norland&b=Ferry+runs+aground+off+Norland+coast";
    let told = desk.json(path).await;
    assert_eq!(told["same"], told["probability"].as_f64() >= told["threshold"].as_f64());
    assert!(!told["shares"].as_array().unwrap().is_empty());
    assert_eq!(told["rules"][0]["rule"], "Ferries");
    assert_eq!(told["rules"][0]["outcome"], "holds");
}

#[tokio::test]
async fn an_answer_has_an_id_and_a_tag_and_is_not_sent_twice() {
    let desk = Desk::open().await;
    desk.append(&items(1..30));
    let path = "/v1/channels/harbour/stories";
    let id = HeaderName::from_static("x-request-id");
    let first = desk.get_as(path, |headers| {
        set(headers, id.clone(), "desk-7");
        set(headers, header::ACCEPT_ENCODING, "gzip");
    });
    let first = first.await;
    assert_eq!(first.header(id.clone()), Some("desk-7"));
    assert_eq!(first.header(header::CONTENT_ENCODING), Some("gzip"));
    let etag = first.header(header::ETAG).unwrap().to_owned();
    let again = desk.get_as(path, |headers| set(headers, header::IF_NONE_MATCH, &etag)).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    desk.append(&[item(30)]);
    let news = desk.get_as(path, |headers| set(headers, header::IF_NONE_MATCH, &etag)).await;
    assert_eq!(news.status, StatusCode::OK);
    assert!(news.header(id).is_some());
}
