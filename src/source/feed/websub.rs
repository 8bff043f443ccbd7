//! WebSub (W3C recommendation of 2018): hubs tell when a feed has news.
//!
//! A notice only makes its feed due at once; what is new is fetched from the feed itself, with all
//! its guards. So neither a hub nor whoever learns a callback's address can bring in an item, and
//! a hub that falls silent costs delay but no news: the feed is still polled, at its longest
//! interval. Subscriptions live in memory; after a restart new ones are made under new addresses,
//! and the hubs are told that the old ones are gone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::Notify;
use url::Url;

use super::hints::Links;

/// The lease that is asked for; hubs may grant another one.
const LEASE: Duration = Duration::from_secs(7 * 86_400);
/// A hub that has not confirmed is asked again after this long.
const CONFIRM: SignedDuration = SignedDuration::from_hours(1);

/// The subscriptions, shared by whoever polls and whoever listens. Clones are handles.
#[derive(Clone, Default)]
pub struct Hubs(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Where hubs find the listener; without it nothing is subscribed to.
    public: Option<Url>,
    state: Mutex<State>,
    noticed: Notify,
}

#[derive(Default)]
struct State {
    /// By the last part of the callback's address, which nobody can guess.
    subscriptions: HashMap<String, Subscription>,
    /// Feeds with a notice that their poller has not seen yet.
    noticed: HashSet<String>,
}

struct Subscription {
    feed: String,
    topic: String,
    hub: String,
    secret: String,
    /// When the hub is asked (again): it has not confirmed by then, or the lease runs out.
    ask_at: Timestamp,
    /// The end of the lease; `None` before the hub has confirmed.
    until: Option<Timestamp>,
}

/// A request to a hub: where to, and the form to post.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) hub: Url,
    pub(super) form: String,
}

impl Hubs {
    /// Subscriptions whose callbacks are reached at `public`.
    pub fn new(public: Option<Url>) -> Hubs {
        Hubs(Arc::new(Shared { public, ..Shared::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to ask the hub of a feed that was just read, if it is time to.
    pub(super) fn ask(&self, feed: &str, links: &Links, now: Timestamp) -> Option<Ask> {
        let public = self.0.public.as_ref()?;
        let (hub, topic) = (links.hub.as_ref()?, links.topic.as_ref()?);
        let address: Url = hub.parse().ok()?;
        let mut state = self.state();
        let known = |s: &Subscription| s.feed == feed && s.hub == *hub && s.topic == *topic;
        // A feed that changes its hub or its topic starts anew.
        state.subscriptions.retain(|_, s| s.feed != feed || known(s));
        let found = state.subscriptions.iter().find(|(_, s)| s.feed == feed);
        let id = match found {
            Some((_, subscription)) if subscription.ask_at > now => return None,
            Some((id, _)) => id.clone(),
            None => random_hex()?,
        };
        let ask_at = now.saturating_add(CONFIRM).unwrap_or(Timestamp::MAX);
        let secret = random_hex()?;
        let mut callback = public.clone();
        // A proxy may keep the listener below a path.
        callback.path_segments_mut().ok()?.pop_if_empty().extend(["websub", &id]);
        let subscription = state.subscriptions.entry(id).or_insert_with(|| Subscription {
            feed: feed.to_owned(),
            topic: topic.clone(),
            hub: hub.clone(),
            secret,
            ask_at,
            until: None,
        });
        subscription.ask_at = ask_at;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.callback", callback.as_str())
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.topic", topic)
            .append_pair("hub.secret", &subscription.secret)
            .append_pair("hub.lease_seconds", &LEASE.as_secs().to_string())
            .finish();
        Some(Ask { hub: address, form })
    }

    /// For how long from `now` a hub will tell of this feed's news, or the time until the hub is to
    /// be asked again if that comes first. `None` when no hub does.
    pub(super) fn holds(&self, feed: &str, now: Timestamp) -> Option<Duration> {
        let state = self.state();
        let held = state.subscriptions.values().filter(|s| s.feed == feed);
        let until = held.filter_map(|s| Some(s.until.filter(|until| *until > now)?.min(s.ask_at)));
        until.max().map(|until| Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }

    /// A hub asks whether we want this (verification of intent). True: yes, echo its challenge.
    pub fn confirm(&self, id: &str, mode: &str, topic: &str, lease: u64, now: Timestamp) -> bool {
        let mut state = self.state();
        let Some(subscription) = state.subscriptions.get_mut(id) else {
            // Nothing of ours: whoever wants to end it is right.
            return mode == "unsubscribe";
        };
        if mode != "subscribe" || subscription.topic != topic || lease == 0 {
            return false;
        }
        let after = |seconds: u64| {
            let seconds = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            now.saturating_add(seconds).unwrap_or(Timestamp::MAX)
        };
        subscription.until = Some(after(lease));
        // Renewed well before it ends, since a feed is looked at only when it is polled.
        subscription.ask_at = after(lease / 2);
        true
    }

    /// Whether there is such a subscription.
    pub fn knows(&self, id: &str) -> bool {
        self.state().subscriptions.contains_key(id)
    }

    /// A hub denies a subscription, or has ended it. False when there is none.
    pub fn deny(&self, id: &str) -> bool {
        let mut state = self.state();
        let subscription = state.subscriptions.get_mut(id);
        subscription.map(|subscription| subscription.until = None).is_some()
    }

    /// A hub tells of news, with a signature over what it sent (`sha256=…`). `None`: there is no
    /// such subscription; `Some(false)`: it is not from the hub, and nothing was done.
    pub fn notice(&self, id: &str, body: &[u8], signature: &str) -> Option<bool> {
        let mut state = self.state();
        let subscription = state.subscriptions.get(id)?;
        let genuine = verify(&subscription.secret, body, signature);
        if genuine {
            let feed = subscription.feed.clone();
            state.noticed.insert(feed);
            self.0.noticed.notify_one();
        }
        Some(genuine)
    }

    /// The feeds that hubs have told of since the last call; waits for the first. Cancel safe.
    pub(super) async fn noticed(&self) -> HashSet<String> {
        loop {
            let noticed = std::mem::take(&mut self.state().noticed);
            if !noticed.is_empty() {
                return noticed;
            }
            self.0.noticed.notified().await;
        }
    }
}

#[cfg(test)]
impl Hubs {
    /// Asks the hub of `topic` for a test, and returns the id of the callback.
    pub(crate) fn subscribed_for_test(&self, feed: &str, topic: &str) -> String {
        let hub = Some("https://hub.example/".to_owned());
        let links = Links { hub, topic: Some(topic.to_owned()) };
        self.ask(feed, &links, Timestamp::UNIX_EPOCH).unwrap();
        self.state().subscriptions.keys().next().unwrap().clone()
    }

    /// True when a poller has a notice to see.
    pub(crate) fn has_notice(&self) -> bool {
        !self.state().noticed.is_empty()
    }
}

/// Checks a hub's signature in constant time.
fn verify(secret: &str, body: &[u8], signature: &str) -> bool {
    let Some((method, digits)) = signature.split_once('=') else { return false };
    let algorithm = match method {
        // Old hubs know nothing better, and as an HMAC it still holds.
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return false,
    };
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let Some(tag) = digits.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>() else {
        return false;
    };
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    hmac::verify(&key, body, &tag).is_ok()
}

/// 16 random bytes as hex digits; `None` when the system has none to give.
fn random_hex() -> Option<String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests;
