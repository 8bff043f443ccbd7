//! Microsoft Teams: an Adaptive Card, posted to the hook of a workflow.

use serde_json::{Value, json};

use super::super::message::{Message, shorten};
use super::BREAK;

/// Teams takes 28 KB in all; a character is up to four bytes, escaped six.
const TITLES: usize = 3_000;

pub(super) fn render(messages: &[Message]) -> Value {
    let most = TITLES / messages.len().max(1);
    let mut body = Vec::new();
    let mut actions = Vec::new();
    for message in messages {
        let title = plain(&shorten(&message.title, most));
        let title = match message.label {
            "" => title,
            label => format!("{label}: {title}"),
        };
        body.push(json!({
            "type": "TextBlock", "text": title, "wrap": true, "weight": "Bolder",
        }));
        if !message.facts.is_empty() {
            let facts = plain(&message.facts.join(" · "));
            body.push(json!({
                "type": "TextBlock", "text": facts, "wrap": true, "isSubtle": true, "spacing": "None",
            }));
        }
        if let Some(link) = &message.link {
            actions
                .push(json!({ "type": "Action.OpenUrl", "title": "Read", "url": link.as_str() }));
        }
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": actions,
            },
        }],
    })
}

/// A text block knows some Markdown, `<at>` and `{{DATE(…)}}`: none of them stays whole.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' | '@' | '{' => safe.extend([c, BREAK]),
            '*' | '_' | '[' | ']' | '(' | '`' | '#' => safe.extend([BREAK, c]),
            c => safe.push(c),
        }
    }
    safe
}
