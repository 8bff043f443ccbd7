//! Channels as feeds, read back by a library that others read them with.

use feed_rs::model::Feed;

use super::reading::joins;
use super::*;
use crate::item::Seq;
use crate::log::sample::{item, item_on, items};
use crate::story::{StoryId, Verdict};

const FORMS: [&str; 3] = ["feed.atom", "feed.rss", "feed.json"];

async fn feed(desk: &Desk, form: &str) -> Feed {
    let response = desk.get(&format!("/v1/channels/harbour/{form}")).await;
    assert_eq!(response.status, StatusCode::OK, "{form}");
    feed_rs::parser::parse(&response.body[..]).unwrap_or_else(|error| {
        panic!("{form}: {error}\n{}", String::from_utf8_lossy(&response.body))
    })
}

fn titles(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| entry.title.as_ref().unwrap().content.as_str()).collect()
}

/// A story with everything that could break a feed.
fn hostile() -> Entry {
    let mut entry = item(3);
    if let Entry::Item { item, decision, .. } = &mut entry {
        item.headline = "Ferry <b>\"sinks\"</b> & ]]> 'returns'\u{0}\u{1b}[31m".to_owned();
        item.publisher = Some("Coast & <Sons>".to_owned());
        item.link = Some("https://example.org/a?b=1&c=\"2\"".to_owned());
        decision.fold.state.disputed = true;
    }
    entry
}

#[tokio::test]
async fn every_form_holds_the_same_stories_with_the_same_ids() {
    let desk = Desk::open().await;
    let mut script = item(2);
    if let Entry::Item { item, .. } = &mut script {
        item.link = Some("javascript:alert(1)".to_owned());
    }
    desk.append(&[item(1), script, hostile()]);
    for form in FORMS {
        let feed = feed(&desk, form).await;
        assert_eq!(feed.title.as_ref().unwrap().content, "The harbour", "{form}");
        let shown = "Disputed: Ferry <b>\"sinks\"</b> & ]]> 'returns'[31m";
        let expected = [shown, "Ferry 2 leaves the old harbour", "Ferry 1 leaves the old harbour"];
        let titles: Vec<_> =
            titles(&feed).iter().map(|title| title.replace(['\u{0}', '\u{1b}'], "")).collect();
        assert_eq!(titles, expected, "{form}");
        let ids: Vec<_> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        let expected =
            ["s3", "s2", "s1"].map(|id| format!("tag:wirefold.localhost,2026:story/{id}"));
        assert_eq!(ids, expected, "{form}");
        let links: Vec<_> = feed.entries.iter().map(|entry| entry.links[0].href.clone()).collect();
        // JSON Feed is read as it is, the others are read as addresses.
        assert_eq!(links[0].replace('"', "%22"), "https://example.org/a?b=1&c=%222%22", "{form}");
        assert!(links[1].ends_with("/#/story/s2"), "{form}: {links:?}");
        let updated = feed.entries[0].updated.or(feed.entries[0].published).unwrap();
        assert_eq!(updated.timestamp(), at(3).as_second(), "{form}");
    }
}

#[tokio::test]
async fn an_update_moves_its_entry_and_keeps_its_id() {
    let desk = Desk::open().await;
    desk.append(&items(1..4));
    let mut update = item(4);
    if let Entry::Item { item, decision, .. } = &mut update {
        item.headline = "Ferry aground".to_owned();
        (decision.fold.story, decision.fold.state.items) = (StoryId(2), 2);
    }
    desk.append(&[update]);
    let feed = feed(&desk, "feed.atom").await;
    assert_eq!(titles(&feed)[0], "Ferry 2 leaves the old harbour");
    assert_eq!(feed.entries.len(), 3);
    let entry = &feed.entries[0];
    assert_eq!(entry.published.unwrap().timestamp(), at(2).as_second());
    assert_eq!(entry.updated.unwrap().timestamp(), at(4).as_second());
    let summary = &entry.summary.as_ref().unwrap().content;
    assert!(
        summary.contains("Latest: Ferry aground") && summary.contains("2 reports"),
        "{summary}"
    );
}

#[tokio::test]
async fn a_withdrawn_story_says_so_and_one_under_embargo_is_not_there() {
    let desk = Desk::open().await;
    let (mut killed, mut held) = (item(1), item_on(2, &["harbour"]));
    if let Entry::Item { decision, .. } = &mut killed {
        decision.fold.state.killed = true;
    }
    if let Entry::Item { item, .. } = &mut held {
        item.embargoed = Some(at(1_000));
    }
    desk.append(&[killed, held]);
    for form in FORMS {
        let feed = feed(&desk, form).await;
        assert_eq!(titles(&feed), ["Withdrawn: Ferry 1 leaves the old harbour"], "{form}");
    }
}

#[tokio::test]
async fn what_one_publisher_withdrew_is_not_told_of_a_story_that_others_stand_by() {
    let beta = |seq| {
        joins(seq, 1, |item| {
            item.publisher = Some("Beta".to_owned());
            item.headline = "Ferry leaves, 31 hurt".to_owned();
            item.link = Some("https://beta.example/1".to_owned());
        })
    };
    let kills = |mut entry: Entry, of| {
        if let Entry::Item { decision, .. } = &mut entry {
            decision.fold.verdict = Verdict::Kill;
            decision.fold.evidence.of = Some(Seq(of));
        }
        entry
    };
    let coast = joins(3, 1, |_| {});
    let of = |family, mut entry: Entry| {
        if let Entry::Item { decision, .. } = &mut entry {
            decision.fold.teller.family = family;
        }
        entry
    };
    let of_family = |publisher: Option<&str>| {
        let kill = joins(3, 1, |item| item.publisher = publisher.map(str::to_owned));
        vec![of(7, item(1)), beta(2), of(7, kills(kill, 9))]
    };
    let told = "Ferry 1 leaves the old harbour";
    for (entries, title, says) in [
        (vec![item(1), beta(2), kills(beta(3), 2)], told, "withdrawn its report"),
        (vec![item(1), beta(2), kills(coast, 1)], "Ferry leaves, 31 hurt", "withdrawn its report"),
        (of_family(Some("Coast News")), "Ferry leaves, 31 hurt", "withdrawn its report"),
        (of_family(None), "Ferry leaves, 31 hurt", "withdrawn its report"),
        (vec![item(1), kills(beta(2), 9), beta(3)], told, "Latest: Ferry leaves, 31 hurt"),
        (vec![kills(item(1), 9)], "Report withdrawn: Ferry 1 leaves the old harbour", "withdrawn"),
    ] {
        let desk = Desk::open().await;
        desk.append(&entries);
        for form in FORMS {
            assert_eq!(titles(&feed(&desk, form).await), [title], "{form}");
        }
        let feed = feed(&desk, "feed.atom").await;
        let summary = &feed.entries[0].summary.as_ref().unwrap().content;
        assert!(summary.contains(says), "{summary}");
        assert_eq!(summary.contains("Latest"), says.contains("Latest"), "{summary}");
        let withdrawn = title == told && !says.contains("Latest");
        assert!(!withdrawn || !feed.entries[0].links[0].href.contains("beta"), "{title}");
    }
}

#[tokio::test]
async fn a_reader_that_asks_again_is_told_that_nothing_is_new() {
    let desk = Desk::open().await;
    desk.bench.context.clock.set(at(100));
    desk.append(&items(1..4));
    for form in FORMS {
        let path = format!("/v1/channels/harbour/{form}");
        let first = desk.get(&path).await;
        assert_eq!(first.header(header::CACHE_CONTROL), Some("private, max-age=60"));
        let modified = first.header(header::LAST_MODIFIED).unwrap().to_owned();
        assert_eq!(modified, "Sun, 01 Mar 2026 06:00:03 GMT");
        let etag = first.header(header::ETAG).unwrap().to_owned();
        for (name, value) in
            [(header::IF_NONE_MATCH, &etag), (header::IF_MODIFIED_SINCE, &modified)]
        {
            let again = desk.get_as(&path, |headers| set(headers, name.clone(), value)).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{form} {name}");
        }
        // A tag that differs has the last word.
        let other = desk.get_as(&path, |headers| {
            set(headers, header::IF_NONE_MATCH, "W/\"0\"");
            set(headers, header::IF_MODIFIED_SINCE, &modified);
        });
        assert_eq!(other.await.status, StatusCode::OK, "{form}");
    }
}

#[tokio::test]
async fn who_is_under_embargo_is_not_named_for_what_another_has_told() {
    let desk = Desk::open().await;
    let mut held = item(1);
    if let Entry::Item { item, .. } = &mut held {
        item.embargoed = Some(at(100));
        item.publisher = Some("Dune Gazette".to_owned());
    }
    let told = joins(2, 1, |item| {
        item.publisher = Some("Coast Post".to_owned());
        item.headline = "Ferry to be sold".to_owned();
    });
    desk.append(&[held, told]);
    for form in FORMS {
        let feed = feed(&desk, form).await;
        assert_eq!(titles(&feed), ["Ferry to be sold"], "{form}");
        let authors: Vec<_> = feed.entries[0].authors.iter().map(|it| it.name.as_deref()).collect();
        assert_eq!(authors, [Some("Coast Post")], "{form}");
    }
}

#[tokio::test]
async fn an_empty_channel_is_a_feed_too() {
    let desk = Desk::open().await;
    for form in FORMS {
        assert!(feed(&desk, form).await.entries.is_empty(), "{form}");
    }
}
