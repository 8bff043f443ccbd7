//! Messages for chats. What a wire sends is text and stays text: it mentions nobody, and neither
//! opens a tag nor a link of its own.

use serde_json::{Value, json};

use super::message::{Message, shorten};
use crate::config::Template;

mod teams;

/// How a chat marks text up, and how much of it it takes.
struct Dialect {
    /// Makes text mean itself and nothing else.
    plain: fn(&str) -> String,
    /// Text with tags, in which an ampersand is written out.
    tags: bool,
    /// Before and after what is set in bold.
    bold: [&'static str; 2],
    /// The longest text, as the chat counts it.
    limit: usize,
    /// How it counts.
    length: fn(&str) -> usize,
}

/// Characters of a headline that are worth more than a link.
const LEAST_TITLE: usize = 80;

/// Invisible: what stands after it no longer belongs to what stands before.
const BREAK: char = '\u{200b}';

const SLACK: Dialect =
    Dialect { plain: entities, tags: true, bold: ["*", "*"], limit: 3_000, length: chars };
const DISCORD: Dialect =
    Dialect { plain: markdown, tags: false, bold: ["**", "**"], limit: 2_000, length: utf16 };
const MATTERMOST: Dialect =
    Dialect { plain: markdown, tags: false, bold: ["**", "**"], limit: 16_383, length: chars };
const TELEGRAM: Dialect =
    Dialect { plain: entities, tags: true, bold: ["<b>", "</b>"], limit: 4_096, length: utf16 };

/// The body of a request that posts `messages`.
pub(super) fn render(template: Template, chat: Option<&str>, messages: &[Message]) -> Value {
    let text = |dialect: &Dialect| {
        let mut left = dialect.limit;
        let texts = messages.iter().enumerate().map(|(n, message)| {
            // What one does not need is for those that follow.
            let share = (left / (messages.len() - n)).saturating_sub(1);
            let text = dialect.text(message, share);
            left = left.saturating_sub((dialect.length)(&text) + 1);
            text
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    match template {
        Template::Slack => json!({
            "text": text(&SLACK),
            "mrkdwn": true,
            "parse": "none",
            "link_names": false,
            "unfurl_links": false,
        }),
        // The list of allowed mentions is what counts; escaping is the second lock.
        Template::Discord => json!({
            "content": text(&DISCORD),
            "allowed_mentions": { "parse": [] },
        }),
        Template::Mattermost => json!({ "text": text(&MATTERMOST) }),
        Template::Telegram => json!({
            "chat_id": chat,
            "text": text(&TELEGRAM),
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
        }),
        Template::Teams => teams::render(messages),
        // Delivered as it is, by the sink itself.
        Template::Json => Value::Null,
    }
}

impl Dialect {
    /// The message in at most `limit`: its headline cut as far as that makes sense, then without its
    /// link, then without its facts.
    fn text(&self, message: &Message, limit: usize) -> String {
        let unlinked = Message { link: None, ..message.clone() };
        let bare = Message { facts: Vec::new(), ..unlinked.clone() };
        let forms = [(message, LEAST_TITLE), (&unlinked, LEAST_TITLE), (&bare, 1)];
        let found = forms.into_iter().find_map(|(form, least)| self.cut(form, least, limit));
        found.unwrap_or_default()
    }

    /// The message in at most `limit`, if a headline of at least `least` characters can be in it.
    fn cut(&self, message: &Message, least: usize, limit: usize) -> Option<String> {
        let mut most = message.title.chars().count();
        loop {
            let text = self.whole(message, &shorten(&message.title, most));
            let over = (self.length)(&text).saturating_sub(limit);
            if over == 0 {
                return Some(text);
            }
            if most <= least {
                return None;
            }
            // A character may have become several: too little is cut, never too much.
            most = most.saturating_sub((over / 6).max(1)).max(least);
        }
    }

    fn whole(&self, message: &Message, title: &str) -> String {
        let [open, close] = self.bold;
        let mut text = String::new();
        if !message.label.is_empty() {
            text = format!("[{}] ", message.label);
        }
        text.push_str(&format!("{open}{}{close}", (self.plain)(title)));
        if !message.facts.is_empty() {
            text.push('\n');
            text.push_str(&(self.plain)(&message.facts.join(" · ")));
        }
        if let Some(link) = &message.link {
            // Bare: every chat makes a link of an address by itself, and shows where it leads.
            text.push('\n');
            text.push_str(&entities_of_address(self, link.as_str()));
        }
        text
    }
}

/// An address is sent as it is, but for the characters that could end it.
fn entities_of_address(dialect: &Dialect, address: &str) -> String {
    let address = address.replace('@', "%40").replace('<', "%3C").replace('>', "%3E");
    if dialect.tags { address.replace('&', "&amp;") } else { address }
}

/// For chats with tags (Telegram, and Slack's `<!channel>`, `<@id>`).
fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // `@here`, and Telegram's `@name`.
            '@' => safe.extend(['@', BREAK]),
            // Slack's own marks.
            '*' | '_' | '~' | '`' => safe.extend([BREAK, c, BREAK]),
            c => safe.push(c),
        }
    }
    safe
}

/// For chats with Markdown (Discord, Mattermost).
fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            // Mentions, and Discord's `<@id>`, `<#id>`, `<:emoji:id>`.
            '@' => safe.extend(['@', BREAK]),
            '<' => safe.extend(['\\', '<', BREAK]),
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '(' | ')' | '#' | '>' | '!' => {
                safe.extend(['\\', c]);
            }
            c => safe.push(c),
        }
    }
    safe
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
