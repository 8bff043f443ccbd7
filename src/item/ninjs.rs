//! An item as ninjs, as any reader of ninjs understands it.

use jiff::Timestamp;
use serde::Serialize;

use super::{Item, PubStatus, Subject};

/// An item to be written. Keys without a value are left out, as ninjs has it.
#[derive(Debug, Serialize)]
pub struct Ninjs<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    headline: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slugline: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ednote: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    located: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    versioncreated: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    firstcreated: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargoed: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    urgency: Option<u8>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    subject: &'a [Subject],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    place: &'a [String],
    pubstatus: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

impl<'a> Ninjs<'a> {
    /// An item as ninjs.
    pub fn of(item: &'a Item) -> Ninjs<'a> {
        Ninjs {
            uri: item.uri.as_deref(),
            version: item.version,
            headline: &item.headline,
            body_text: item.body.as_deref(),
            byline: item.byline.as_deref(),
            slugline: item.slugline.as_deref(),
            ednote: item.ednote.as_deref(),
            located: item.located.as_deref(),
            publisher: item.publisher.as_deref(),
            language: item.language.as_ref().map(|language| language.as_str()),
            versioncreated: item.versioncreated,
            firstcreated: item.firstcreated,
            embargoed: item.embargoed,
            urgency: item.urgency,
            subject: &item.subjects,
            place: &item.places,
            pubstatus: match item.pubstatus {
                PubStatus::Usable => "usable",
                PubStatus::Withheld => "withheld",
                PubStatus::Canceled => "canceled",
            },
            link: item.link.as_deref(),
        }
    }

    /// Its JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Text, numbers and times: encoding them cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
