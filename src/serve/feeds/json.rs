//! JSON Feed 1.1.

use serde_json::{Value, json};

use super::Feed;

pub(super) fn write(feed: &Feed) -> String {
    let items: Vec<Value> = feed
        .entries
        .iter()
        .map(|entry| {
            let mut item = json!({
                "id": entry.id,
                "url": entry.link,
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.published,
                "date_modified": entry.updated,
            });
            if let Some(author) = &entry.author {
                item["authors"] = json!([{ "name": author }]);
            }
            if !entry.tags.is_empty() {
                item["tags"] = json!(entry.tags);
            }
            item
        })
        .collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.this,
        "items": items,
    })
    .to_string()
}
