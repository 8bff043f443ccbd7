//! One poll: ask, take in what is new, and say when to ask again.

use std::sync::Arc;
use std::time::Duration;

use hyper::header;
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use tracing::{debug, error, warn};

use crate::net::{Client, Credentials, FetchErrorKind, Reach, Request};
use crate::source::{Context, SourceError};
use crate::veil::Veil;

use super::Feed;
use super::hints;
use super::memory::{self, Memory};
use super::schedule::{Outcome, Wishes};
use super::take_in::{Taken, take_in};

/// How a poll ended.
pub(super) struct Polled {
    pub(super) memory: Memory,
    pub(super) outcome: Outcome,
    pub(super) wishes: Wishes,
    /// It has brought something new.
    pub(super) news: bool,
    /// Which host is to be left alone by all feeds, and for how long.
    pub(super) silence: Option<(String, Duration)>,
}

/// Asks a feed once and takes in what is new. Ends early when the daemon stops, but never between
/// submitting and remembering.
pub(super) async fn poll(
    feed: Arc<Feed>,
    memory: Memory,
    client: Client,
    context: Context,
) -> Result<Polled, SourceError> {
    let before = memory.clone();
    let polled = ask(&feed, memory, client, &context).await?;
    if polled.memory.differs(&before) {
        polled.memory.store(&context.log, &feed);
    }
    Ok(polled)
}

async fn ask(
    feed: &Feed,
    mut memory: Memory,
    client: Client,
    context: &Context,
) -> Result<Polled, SourceError> {
    let reach = if feed.web.allow_private { Reach::Anywhere } else { Reach::Public };
    let mut request = Request::get(memory.url().clone(), reach);
    request.headers = memory.conditions();
    let conditional = !request.headers.is_empty();
    // Read anew each time: a password may change.
    let login = feed.web.login.as_ref();
    let credentials = |login| Credentials::read(login, &feed.web.url, &mut Veil::default());
    match login.map(credentials).transpose() {
        Ok(credentials) => request.credentials = credentials,
        Err(why) => return Ok(failed(feed, memory, &why)),
    }
    let fetched = tokio::select! {
        fetched = client.fetch(request) => fetched,
        () = context.stop.cancelled() => return Ok(read(memory, Wishes::default(), false)),
    };
    let now = context.clock.now();
    let response = match fetched {
        Ok(response) => response,
        Err(error) if error.kind() == FetchErrorKind::NoFiles => {
            warn!(source = %feed.name(), "is not asked now: {error}");
            return Ok(Polled {
                outcome: Outcome::Unasked,
                ..read(memory, Wishes::default(), false)
            });
        }
        Err(error) => return Ok(failed(feed, memory, &error.to_string())),
    };
    let wishes = hints::of_headers(&response.headers, now);
    let answered = memory::host(&response.url);
    memory.told.target = Some(answered.clone());
    memory.note_silence(None, now);
    let status = response.status;
    if status.is_success() || status == StatusCode::NOT_MODIFIED && conditional {
        memory.note_move(feed, response.moved.as_ref());
        let mut news = false;
        if status.is_success() {
            let taken = take_in(feed, memory, response, context).await?;
            if let Some(why) = taken.fault {
                return Ok(Polled { news: taken.news, ..failed(feed, taken.memory, &why) });
            }
            Taken { memory, news, .. } = taken;
        } else {
            let links = hints::links_of_headers(&response.headers, &response.url);
            memory.told.links = links.or(std::mem::take(&mut memory.told.links));
        }
        memory.failures = 0;
        tell_quiet(feed, &mut memory, now);
        ask_hub(feed, &memory, &client, context, reach).await;
        let mut own = memory.told.wishes;
        // While its hub tells of news, polling is only for when the hub fails.
        own.fresh_for = own.fresh_for.max(context.hubs.holds(feed.name(), now));
        let wishes = Wishes { fresh_for: wishes.fresh_for.max(own.fresh_for), ..own };
        return Ok(read(memory, wishes, news));
    }
    let why = match status {
        StatusCode::UNAUTHORIZED => unauthorized(feed, &memory),
        StatusCode::NOT_MODIFIED => "it answers 304 to a request without conditions".to_owned(),
        _ => format!("the server answers {status}"),
    };
    if status == StatusCode::GONE {
        // Where it once moved to may be gone while it is back at its old address.
        let url = memory.url().clone();
        if !memory.doubt_move(feed) {
            error!(source = %feed.name(), %url, "is gone for good: remove the source");
            return Ok(Polled { outcome: Outcome::Gone, ..read(memory, wishes, false) });
        }
    }
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let silence = wishes.retry_after.filter(|_| busy);
    memory.note_silence(silence.map(|silence| (answered.as_str(), silence)), now);
    let wishes = Wishes { retry_after: silence, ..wishes };
    let silence = silence.map(|silence| (answered, silence));
    Ok(Polled { wishes, silence, ..failed(feed, memory, &why) })
}

fn read(memory: Memory, wishes: Wishes, news: bool) -> Polled {
    Polled { memory, outcome: Outcome::Read, wishes, news, silence: None }
}

fn failed(feed: &Feed, mut memory: Memory, why: &str) -> Polled {
    let url = memory.url().clone();
    memory.note_failure(feed);
    let failures = memory.failures;
    warn!(source = %feed.name(), %url, failures, "cannot be read: {why}");
    let outcome = Outcome::Failed(failures);
    Polled { memory, outcome, wishes: Wishes::default(), news: false, silence: None }
}

fn unauthorized(feed: &Feed, memory: &Memory) -> String {
    let hint = match &feed.web.login {
        None => "give it `user` and `password_file`, or `token_file`",
        Some(_) if memory.url().origin() != feed.web.url.origin() => {
            "it has moved to another server; if that is the agency's, too, write it as `url`"
        }
        Some(_) => "it does not take the user and password, or the token",
    };
    format!("the server answers {}: {hint}", StatusCode::UNAUTHORIZED)
}

/// Asks the feed's hub for notices, if it has one and it is time to.
async fn ask_hub(feed: &Feed, memory: &Memory, client: &Client, context: &Context, reach: Reach) {
    let now = context.clock.now();
    let Some(ask) = context.hubs.ask(feed.name(), &memory.told.links, now) else { return };
    let mut request = Request::get(ask.hub.clone(), reach);
    request.method = Method::POST;
    let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers.insert(header::CONTENT_TYPE, form);
    request.body = ask.form.into();
    let asked = tokio::select! {
        asked = client.fetch(request) => asked,
        () = context.stop.cancelled() => return,
    };
    match asked {
        Ok(answer) if answer.status.is_success() => {
            debug!(source = %feed.name(), hub = %ask.hub, "asked for notices");
        }
        Ok(answer) => {
            warn!(source = %feed.name(), hub = %ask.hub, status = %answer.status, "gives no notices");
        }
        Err(error) => warn!(source = %feed.name(), hub = %ask.hub, %error, "gives no notices"),
    }
}

/// Says once that a feed which usually has news has had none for strangely long.
fn tell_quiet(feed: &Feed, memory: &mut Memory, now: Timestamp) {
    let quiet = memory.rhythm().strangely_quiet(now);
    if let Some(quiet) = quiet.filter(|_| !memory.told_quiet) {
        let hours = quiet.as_secs() / 3_600;
        warn!(source = %feed.name(), hours, "is strangely quiet: it answers, but has nothing new");
    }
    memory.told_quiet = quiet.is_some();
}
