//! What is kept of a feed between polls and, once it is durable, across restarts.

use hyper::header::{self, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use tracing::info;
use url::Url;

use crate::log::Log;
use crate::net::Response;

use super::Feed;
use super::hints::Links;
use super::identity::Known;
use super::rhythm::Rhythm;
use super::schedule::Wishes;

/// Failures in a row after which a remembered redirect is no longer believed.
const DOUBT: u32 = 3;

/// What is kept of one feed.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    pub(super) kept: Kept,
    /// Failed polls in a row.
    pub(super) failures: u32,
    /// What the feed itself asked for when it was last read.
    pub(super) wishes: Wishes,
    /// Its hub, as told when it was last read.
    pub(super) links: Links,
    /// Its silence has been told.
    pub(super) told_quiet: bool,
    /// Where it is asked.
    url: Url,
}

/// The part that outlives the process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The configured address: under another one, everything else is forgotten.
    configured: String,
    /// Where it has moved for good.
    moved: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    /// Digest of the body that was taken in last.
    pub(super) body: u64,
    pub(super) known: Known,
    pub(super) rhythm: Rhythm,
    /// It has been read once.
    pub(super) met: bool,
}

impl Kept {
    fn read(state: &[u8]) -> Option<Kept> {
        let (mut kept, rest) = postcard::take_from_bytes::<Kept>(state).ok()?;
        kept.known.set_times(&postcard::from_bytes::<Vec<i64>>(rest).unwrap_or_default());
        Some(kept)
    }
}

impl Memory {
    /// What the log holds of `feed`; nothing when its address has changed.
    pub(super) fn load(log: &Log, feed: &Feed) -> Memory {
        let configured = feed.web.url.as_str();
        let kept = log
            .state(&key(feed))
            .and_then(|state| Kept::read(&state))
            .filter(|kept| kept.configured == configured)
            .unwrap_or_else(|| Kept { configured: configured.to_owned(), ..Kept::default() });
        let moved = kept.moved.as_ref().and_then(|moved| moved.parse().ok());
        Memory {
            kept,
            failures: 0,
            wishes: Wishes::default(),
            links: Links::default(),
            told_quiet: false,
            url: moved.unwrap_or_else(|| feed.web.url.clone()),
        }
    }

    /// Keeps it in the log. To be called when all that it tells of is durable.
    pub(super) fn store(&self, log: &Log, feed: &Feed) {
        // Strings and numbers: encoding them cannot fail.
        if let Ok(state) = postcard::to_allocvec(&(&self.kept, self.kept.known.times())) {
            log.note_state(&key(feed), state);
        }
    }

    pub(super) fn rhythm(&self) -> &Rhythm {
        &self.kept.rhythm
    }

    /// Where it is asked.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Who takes turns: host and port.
    pub(super) fn host(&self) -> &str {
        &self.url[url::Position::BeforeHost..url::Position::AfterPort]
    }

    /// The conditions of the next request: only what has changed since.
    pub(super) fn conditions(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut set = |name, value: &Option<String>| {
            let value = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok());
            if let Some(value) = value {
                headers.insert(name, value);
            }
        };
        set(header::IF_NONE_MATCH, &self.kept.etag);
        set(header::IF_MODIFIED_SINCE, &self.kept.last_modified);
        headers
    }

    /// A version of the feed has been taken in: the next request asks for what comes after.
    pub(super) fn note_version(&mut self, response: &Response) {
        let text = |name| response.header(name).map(str::to_owned);
        self.kept.etag = text(header::ETAG);
        self.kept.last_modified = text(header::LAST_MODIFIED);
    }

    /// The feed answers from elsewhere for good.
    pub(super) fn note_move(&mut self, feed: &Feed, moved: Option<&Url>) {
        let Some(moved) = moved.filter(|moved| **moved != self.url) else { return };
        info!(source = %feed.name(), from = %self.url, to = %moved, "has moved for good");
        self.kept.moved = Some(moved.to_string());
        self.url = moved.clone();
    }

    /// A poll has failed. Where a redirect once led may be gone while the old address is mended.
    pub(super) fn note_failure(&mut self, feed: &Feed) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= DOUBT && self.kept.moved.take().is_some() {
            info!(source = %feed.name(), url = %feed.web.url, "asking at the configured address again");
            self.url = feed.web.url.clone();
        }
    }
}

fn key(feed: &Feed) -> String {
    format!("source:{}", feed.name())
}
