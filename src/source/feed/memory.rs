//! What is kept of a feed between polls and, once it is durable, across restarts.

use std::time::Duration;

use hyper::header::{self, HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
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
    pub(super) told: Told,
    /// Failed polls in a row.
    pub(super) failures: u32,
    /// Answers in a row that ended before the feed was closed.
    pub(super) cuts: u32,
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

/// What server and feed have said. It outlives the process, too, but stands behind everything else:
/// what earlier versions kept ends before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Told {
    /// What the feed itself asked for when it was last read.
    pub(super) wishes: Wishes,
    /// Its hub, as told when it was last read.
    pub(super) links: Links,
    /// The host that it was led on to last, by a redirect.
    pub(super) target: Option<String>,
    /// The host that has asked for silence, and the second of its end.
    silence: Option<(String, i64)>,
}

/// Reads what [`Memory::store`] wrote.
fn read(state: &[u8]) -> Option<(Kept, Told)> {
    let (mut kept, rest) = postcard::take_from_bytes::<Kept>(state).ok()?;
    let (times, rest) = postcard::take_from_bytes::<Vec<i64>>(rest).unwrap_or_default();
    kept.known.set_times(&times);
    Some((kept, postcard::from_bytes(rest).unwrap_or_default()))
}

impl Memory {
    /// What the log holds of `feed`; nothing when its address has changed.
    pub(super) fn load(log: &Log, feed: &Feed) -> Memory {
        let configured = feed.web.url.as_str();
        let new = || Kept { configured: configured.to_owned(), ..Kept::default() };
        let (kept, told) = log
            .state(&key(feed))
            .and_then(|state| read(&state))
            .filter(|(kept, _)| kept.configured == configured)
            .unwrap_or_else(|| (new(), Told::default()));
        let moved = kept.moved.as_ref().and_then(|moved| moved.parse().ok());
        Memory {
            kept,
            told,
            failures: 0,
            cuts: 0,
            told_quiet: false,
            url: moved.unwrap_or_else(|| feed.web.url.clone()),
        }
    }

    /// Keeps it in the log. To be called when all that it tells of is durable.
    pub(super) fn store(&self, log: &Log, feed: &Feed) {
        // Strings and numbers: encoding them cannot fail.
        if let Ok(state) = postcard::to_allocvec(&(&self.kept, self.kept.known.times(), &self.told))
        {
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

    /// Who takes turns: the host it is asked at, and the one that this leads on to.
    pub(super) fn hosts(&self) -> Vec<String> {
        let own = host(&self.url);
        let target = self.told.target.clone().filter(|target| *target != own);
        std::iter::once(own).chain(target).collect()
    }

    /// The host that is to be left alone, and for how long yet.
    pub(super) fn silence(&self, now: Timestamp) -> Option<(String, Duration)> {
        let (host, until) = self.told.silence.clone()?;
        let left = Timestamp::from_second(until).ok()?.duration_since(now);
        Duration::try_from(left).ok().filter(|left| !left.is_zero()).map(|left| (host, left))
    }

    /// A host asks for silence, or no longer does.
    pub(super) fn note_silence(&mut self, silence: Option<(&str, Duration)>, now: Timestamp) {
        self.told.silence = silence.map(|(host, silence)| {
            let until = now.saturating_add(SignedDuration::try_from(silence).unwrap_or_default());
            (host.to_owned(), until.unwrap_or(Timestamp::MAX).as_second())
        });
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

    /// What is known of the last version holds no longer: the next request is for all of it.
    pub(super) fn forget_version(&mut self) {
        (self.kept.etag, self.kept.last_modified, self.kept.body) = (None, None, 0);
    }

    /// The feed answers from elsewhere for good. What one address has called its versions means
    /// nothing, or something else, at another.
    pub(super) fn note_move(&mut self, feed: &Feed, moved: Option<&Url>) {
        let Some(moved) = moved.filter(|moved| **moved != self.url) else { return };
        info!(source = %feed.name(), from = %self.url, to = %moved, "has moved for good");
        self.kept.moved = Some(moved.to_string());
        self.url = moved.clone();
        self.forget_version();
    }

    /// A poll has failed. Where a redirect once led may be gone while the old address is mended.
    pub(super) fn note_failure(&mut self, feed: &Feed) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= DOUBT {
            self.doubt_move(feed);
        }
    }

    /// Goes back to the configured address. False when it is asked there already.
    pub(super) fn doubt_move(&mut self, feed: &Feed) -> bool {
        let moved = self.kept.moved.take().is_some();
        if moved {
            info!(source = %feed.name(), url = %feed.web.url, "asking at the configured address again");
            self.url = feed.web.url.clone();
            self.forget_version();
        }
        moved
    }

    /// Whether there is something to store that was not there `before`, besides what the entries
    /// bring.
    pub(super) fn differs(&self, before: &Memory) -> bool {
        self.told != before.told || self.kept.moved != before.kept.moved
    }
}

/// Host and port of an address.
pub(super) fn host(url: &Url) -> String {
    url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()
}

fn key(feed: &Feed) -> String {
    format!("source:{}", feed.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_earlier_versions_kept_is_read() {
        let kept = Kept { configured: "https://a.example/feed".to_owned(), ..Kept::default() };
        let read = |state: Vec<u8>| read(&state).unwrap();
        let old = postcard::to_allocvec(&kept).unwrap();
        assert_eq!(read(old), (kept.clone(), Told::default()));
        let newer = postcard::to_allocvec(&(&kept, vec![7_i64])).unwrap();
        assert_eq!(read(newer), (kept, Told::default()));
    }
}
