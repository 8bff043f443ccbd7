//! `[[sink.webhook]]`: an HTTP receiver, or the incoming hook of a chat.

use std::path::Path;
use std::time::Duration;

use url::Url;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::login::{self, Login};
use crate::config::reader::Table;
use crate::config::secret::{self, Secret};
use crate::config::value::Span;

use super::{SinkConfig, SinkKind};

/// An HTTP receiver.
#[derive(Clone, Debug)]
pub struct WebhookConfig {
    /// Where it is.
    pub address: Address,
    /// What it is told of who asks.
    pub login: Option<Login>,
    /// What deliveries are signed with; one secret a line.
    pub secret: Option<Secret>,
    /// What it is sent.
    pub template: Template,
    /// The chat, for those templates that name one.
    pub chat: Option<String>,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// It may be at a private address.
    pub allow_private: bool,
}

/// Where a receiver is. The address of a chat's hook is itself a secret.
#[derive(Clone, Debug)]
pub enum Address {
    /// As the configuration has it.
    Plain(Url),
    /// Kept elsewhere.
    Secret(Secret),
}

/// What a receiver is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Template {
    /// The delivery as JSON.
    #[default]
    Json,
    /// A message for Slack.
    Slack,
    /// A message for Microsoft Teams.
    Teams,
    /// A message for Discord.
    Discord,
    /// A message for Telegram's `sendMessage`.
    Telegram,
    /// A message for Mattermost.
    Mattermost,
}

const TEMPLATES: [(&str, Template); 6] = [
    ("json", Template::Json),
    ("slack", Template::Slack),
    ("teams", Template::Teams),
    ("discord", Template::Discord),
    ("telegram", Template::Telegram),
    ("mattermost", Template::Mattermost),
];

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<WebhookConfig> {
    let plain = table.get::<Url>("url", problems);
    let kept = secret::read(table, ["url_file", "url_env"], folder, problems);
    if let (Some(plain), Some(_)) = (&plain, &kept) {
        let message = "the address is given twice";
        let hint = "keep `url`, or `url_env` or `url_file` for an address that is itself a secret";
        problems.push(Diagnostic::error(&plain.place, message).hint(hint));
    }
    let login = login::read(table, folder, plain.as_ref(), problems);
    let address = plain.map(|url| Address::Plain(url.value)).or(kept.map(Address::Secret));
    // One that cannot be read has been named already.
    let written = ["url", "url_file", "url_env"].iter().any(|key| table.has(key));
    if address.is_none() && !written {
        let message = format!("{} has no `url`", table.name());
        let hint = "add `url = \"https://…\"`, or `url_env` or `url_file`";
        problems.push(Diagnostic::error(table.place(), message).hint(hint));
    }
    let secret = secret::read(table, ["secret_file", "secret_env"], folder, problems);
    let template = table.one_of("template", &TEMPLATES, problems).unwrap_or_default();
    let chat = table.get::<String>("chat", problems);
    match (&chat, template) {
        (None, Template::Telegram) => {
            let message = format!("{} for Telegram has no `chat`", table.name());
            let hint = "add `chat = \"@channel\"` or the number of the chat, as a string";
            problems.push(Diagnostic::error(table.place(), message).hint(hint));
        }
        (Some(chat), other) if other != Template::Telegram => {
            let message = "only the template `telegram` names a chat";
            problems.push(Diagnostic::error(&chat.place, message).hint("leave `chat` out"));
        }
        _ => {}
    }
    let times = Span(Duration::from_millis(100))..=Span(Duration::from_secs(300));
    let timeout = table.within("timeout", Span(Duration::from_secs(30)), times, problems).0;
    let allow_private = table.or("allow_private", false, problems);
    Some(WebhookConfig {
        address: address?,
        login,
        secret,
        template,
        chat: chat.map(|chat| chat.value),
        timeout,
        allow_private,
    })
}

/// What spans the keys of this kind and those of all sinks.
pub(in crate::config) fn check(sink: &SinkConfig, problems: &mut Diagnostics) {
    /// A message has a length, and people read it.
    const MOST: usize = 10;
    if let SinkKind::Webhook(webhook) = &sink.kind
        && webhook.template != Template::Json
        && sink.batch > MOST
    {
        let message = format!("a message for a chat holds at most {MOST} deliveries");
        let problem = Diagnostic::error(&sink.name.place, message);
        problems.push(problem.hint(format!("set `batch` to {MOST} or less")));
    }
}
