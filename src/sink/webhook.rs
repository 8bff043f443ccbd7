//! The webhook sink: one `POST` a batch, signed after the Standard Webhooks convention.
//!
//! A status of 2xx takes the delivery as soon as the answer's head is whole; what becomes of its
//! body tells nothing. Whatever is cut before that is tried again under the same `webhook-id`.

use std::time::Duration;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{Batch, SinkError};
use crate::channel::Event;
use crate::config::{Address, Template, WebhookConfig};
use crate::net::{Client, Credentials, Limits, Reach, Request, names_user};
use crate::veil::Veil;

mod answer;
mod chat;
#[cfg(test)]
pub(super) mod hook;
mod message;
mod signature;

use signature::Signer;

pub(super) struct WebhookSink {
    client: Client,
    url: Url,
    credentials: Option<Credentials>,
    signer: Option<Signer>,
    /// Hides what the receiver must be told and nobody else.
    veil: Veil,
    template: Template,
    /// JSON deliveries come as a list.
    as_list: bool,
    chat: Option<String>,
    reach: Reach,
    timeout: Duration,
}

/// Bytes of an answer that are looked at.
const ANSWER: usize = 16 * 1024;

impl WebhookSink {
    /// Reads the secrets. Nothing is sent.
    pub(super) fn open(config: &WebhookConfig, batch: usize) -> Result<WebhookSink, SinkError> {
        let url = match &config.address {
            Address::Plain(url) => url.clone(),
            Address::Secret(secret) => {
                let text = secret.load().map_err(SinkError::fatal)?;
                // The address is a secret: a message about it does not show it.
                let url = text.trim().parse::<Url>().ok().filter(|url| {
                    matches!(url.scheme(), "http" | "https") && url.host_str().is_some()
                });
                let wrong =
                    |reason: &str| SinkError::fatal(format!("`url_env` or `url_file` {reason}"));
                let url = url.ok_or_else(|| wrong("holds no address of http or https"))?;
                if names_user(&url) {
                    return Err(wrong(
                        "holds a user or a password: give them by `user` and \
                                      `password_env` or `password_file`",
                    ));
                }
                url
            }
        };
        let mut veil = Veil::default();
        veil.hide_address(&url);
        let login = config.login.as_ref();
        let credentials = login.map(|login| Credentials::read(login, &url, &mut veil)).transpose();
        let credentials = credentials.map_err(SinkError::fatal)?;
        let signer = match &config.secret {
            Some(secret) => {
                let text = secret.load().map_err(SinkError::fatal)?;
                Some(Signer::parse(&text).map_err(SinkError::fatal)?)
            }
            None => None,
        };
        let client = Client::new().map_err(|error| SinkError::fatal(error.to_string()))?;
        Ok(WebhookSink {
            client,
            url,
            credentials,
            signer,
            veil,
            template: config.template,
            as_list: batch > 1,
            chat: config.chat.clone(),
            reach: if config.allow_private { Reach::Anywhere } else { Reach::Public },
            timeout: config.timeout,
        })
    }

    pub(super) async fn deliver(&mut self, batch: &Batch<'_>) -> Result<(), SinkError> {
        let id = id_of(batch.events);
        let now = batch.now();
        let body = self.body(batch.events)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut set = |name: &'static str, value: &str| {
            let value = HeaderValue::from_str(value).map_err(|_| {
                SinkError::refused(format!("`{value}` cannot be sent as the header `{name}`"))
            })?;
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, SinkError>(())
        };
        let timestamp = now.as_second().to_string();
        set("webhook-id", &id)?;
        set("webhook-timestamp", &timestamp)?;
        set("idempotency-key", &id)?;
        if let Some(signer) = &self.signer {
            set("webhook-signature", &signer.sign(&id, &timestamp, &body))?;
        }
        let request = Request {
            method: Method::POST,
            url: self.url.clone(),
            reach: self.reach,
            headers,
            credentials: self.credentials.clone(),
            body: body.into(),
            limits: Limits { time: self.timeout, sent: ANSWER, decoded: ANSWER },
        };
        let host = self.url.host_str().unwrap_or_default();
        match self.client.tell(request).await {
            Ok(response) => answer::judge(host, &response, &self.veil, now),
            Err(error) => Err(SinkError::passing(error.to_string())),
        }
    }

    fn body(&self, events: &[Event]) -> Result<Vec<u8>, SinkError> {
        let body = match (self.template, events) {
            (Template::Json, [event]) if !self.as_list => serde_json::to_vec(event),
            (Template::Json, events) => serde_json::to_vec(events),
            (template, events) => {
                let chat = self.chat.as_deref();
                let messages: Vec<_> = events.iter().flat_map(message::Message::all).collect();
                serde_json::to_vec(&chat::render(template, chat, &messages))
            }
        };
        body.map_err(|error| SinkError::fatal(format!("a body cannot be written: {error}")))
    }
}

/// The id of a message: that of its delivery, or those of the first and the last. The deliveries
/// inside keep their own.
fn id_of(events: &[Event]) -> String {
    match events {
        [] => String::new(),
        [event] => event.id(),
        [first, .., last] => format!("{}~{}", first.id(), last.id()),
    }
}

#[cfg(test)]
mod tests;
