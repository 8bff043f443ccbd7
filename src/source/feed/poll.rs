//! One poll: ask, sift, submit, and remember only when all is durable.

use std::sync::Arc;
use std::time::Duration;

use hyper::header;
use hyper::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, error, info, warn};
use xxhash_rust::xxh3::xxh3_64;

use crate::format::{Options, Record};
use crate::net::{Client, Credentials, FetchError, Reach, Request, Response};
use crate::source::{Context, SourceError, options, parse};

use super::Feed;
use super::hints;
use super::memory::Memory;
use super::schedule::{Outcome, Wishes};

/// How a poll ended.
pub(super) struct Polled {
    pub(super) memory: Memory,
    pub(super) outcome: Outcome,
    pub(super) wishes: Wishes,
    /// How long all feeds of the host are to be left alone.
    pub(super) silence: Option<Duration>,
}

/// Asks a feed once and takes in what is new. Ends early when the daemon stops, but never between
/// submitting and remembering.
pub(super) async fn poll(
    feed: Arc<Feed>,
    mut memory: Memory,
    client: Client,
    context: Context,
) -> Result<Polled, SourceError> {
    let reach = if feed.web.allow_private { Reach::Anywhere } else { Reach::Public };
    let mut request = Request::get(memory.url().clone(), reach);
    request.headers = memory.conditions();
    // Read anew each time: a password may change.
    let login = feed.web.login.as_ref();
    match login.map(|login| Credentials::read(login, &feed.web.url)).transpose() {
        Ok(credentials) => request.credentials = credentials,
        Err(why) => return Ok(failed(&feed, memory, &why)),
    }
    let fetched = tokio::select! {
        fetched = client.fetch(request) => fetched,
        () = context.stop.cancelled() => {
            let (outcome, wishes) = (Outcome::Read, Wishes::default());
            return Ok(Polled { memory, outcome, wishes, silence: None });
        }
    };
    let now = context.clock.now();
    let response = match fetched {
        Ok(response) => response,
        Err(error) => return Ok(failed(&feed, memory, &why(&error))),
    };
    let mut wishes = hints::of_headers(&response.headers, now);
    let status = response.status;
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        memory.note_move(&feed, response.moved.as_ref());
        // Of a feed that works, a wish to be asked later is one for fresh content.
        wishes.retry_after = None;
        if status.is_success() {
            memory = match take_in(&feed, memory, response, &context).await? {
                Ok(memory) => memory,
                Err((memory, why)) => return Ok(failed(&feed, memory, &why)),
            };
        }
        memory.failures = 0;
        tell_quiet(&feed, &mut memory, now);
        ask_hub(&feed, &memory, &client, &context, reach).await;
        let mut own = memory.wishes;
        if context.hubs.holds(feed.name(), now) {
            // Its hub tells of news: polling is only for when the hub fails.
            own.fresh_for = Some(Duration::MAX);
        }
        let wishes = Wishes { fresh_for: wishes.fresh_for.max(own.fresh_for), ..own };
        return Ok(Polled { memory, outcome: Outcome::Read, wishes, silence: None });
    }
    if status == StatusCode::GONE {
        error!(source = %feed.name(), url = %memory.url(), "is gone for good: remove the source");
        return Ok(Polled { memory, outcome: Outcome::Gone, wishes, silence: None });
    }
    let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    wishes.retry_after = wishes.retry_after.filter(|_| busy);
    let silence = wishes.retry_after;
    let mut why = format!("the server answers {status}");
    if status == StatusCode::UNAUTHORIZED {
        why.push_str(match &feed.web.login {
            None => ": give it `user` and `password_file`, or `token_file`",
            Some(_) if memory.url().origin() != feed.web.url.origin() => {
                ": it has moved to another server; if that is the agency's, too, write it as `url`"
            }
            Some(_) => ": it does not take the user and password, or the token",
        });
    }
    Ok(Polled { wishes, silence, ..failed(&feed, memory, &why) })
}

fn why(error: &FetchError) -> String {
    error.to_string()
}

fn failed(feed: &Feed, mut memory: Memory, why: &str) -> Polled {
    memory.note_failure(feed);
    let failures = memory.failures;
    warn!(source = %feed.name(), url = %memory.url(), failures, "cannot be read: {why}");
    let outcome = Outcome::Failed(failures);
    Polled { memory, outcome, wishes: Wishes::default(), silence: None }
}

/// Asks the feed's hub for notices, if it has one and it is time to.
async fn ask_hub(feed: &Feed, memory: &Memory, client: &Client, context: &Context, reach: Reach) {
    let now = context.clock.now();
    let Some(ask) = context.hubs.ask(feed.name(), &memory.links, now) else { return };
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

/// Takes in what is new in an answer. The memory is not touched before that is durable; it comes
/// back with the reason when the answer is no feed.
async fn take_in(
    feed: &Feed,
    memory: Memory,
    response: Response,
    context: &Context,
) -> Result<Result<Memory, (Memory, String)>, SourceError> {
    let mut next = memory.clone();
    next.note_version(&response);
    let digest = xxh3_64(&response.body);
    if memory.kept.met && digest == memory.kept.body {
        return Ok(Ok(next));
    }
    let content_type = response.header(header::CONTENT_TYPE).unwrap_or_default();
    let options =
        Options { charset: charset(content_type), ..options(&feed.config, &context.clock) };
    let (format, now) = (feed.config.format, options.received);
    let header_links = hints::links_of_headers(&response.headers, &response.url);
    let parsing = move || {
        let (wishes, links) = hints::of_document(&response.body);
        (parse(format, &response.body, &options), wishes, links)
    };
    let parsed = tokio::task::spawn_blocking(parsing).await;
    let (records, wishes, links) = parsed.map_err(|error| SourceError::new(error.to_string()))?;
    if let Some(reason) = no_feed(&records) {
        return Ok(Err((memory, reason)));
    }
    let sifted = memory.kept.known.sift(records);
    if let Some(why) = sifted.fell {
        let rung = sifted.known.rung();
        warn!(source = %feed.name(), by = ?rung, "{why}: entries are recognised otherwise");
    }
    let first = !memory.kept.met;
    let mut fresh = in_order(sifted.fresh);
    let times: Vec<_> =
        fresh.iter().flatten().map(|item| item.versioncreated.unwrap_or(now)).collect();
    if first {
        mark_seen(&mut fresh, feed.web.backfill, now);
        info!(source = %feed.name(), entries = fresh.len(), "first contact");
    }
    if !fresh.is_empty() {
        debug!(source = %feed.name(), entries = fresh.len(), "new");
        let done = context.intake.submit(&feed.origin, fresh).await?;
        if !done.committed().await {
            return Err(SourceError::new("the pipeline ended before a feed was durable"));
        }
    }
    next.kept.met = true;
    next.kept.body = digest;
    next.kept.known = sifted.known;
    next.kept.rhythm.note(&times, now);
    next.wishes = wishes;
    next.links = header_links.or(links);
    next.store(&context.log, feed);
    Ok(Ok(next))
}

/// Why an answer is no feed: it has records, but not one item. An error page is no news, and its
/// text, which differs at every poll, would only fill the channel `rejected`.
fn no_feed(records: &[Record]) -> Option<String> {
    let first = records.first()?.as_ref().err()?;
    records.iter().all(Result::is_err).then(|| first.reason.clone())
}

/// Oldest first; entries without a time as the feed has them, which is newest first.
fn in_order(mut records: Vec<Record>) -> Vec<Record> {
    records.reverse();
    let time = |record: &Record| {
        record.as_ref().ok().and_then(|item| item.versioncreated).unwrap_or(Timestamp::MAX)
    };
    records.sort_by_key(time);
    records
}

/// At first contact, what is not surely younger than `backfill` counts as seen.
fn mark_seen(records: &mut [Record], backfill: Duration, now: Timestamp) {
    let backfill = SignedDuration::try_from(backfill).unwrap_or(SignedDuration::MAX);
    let since = now.saturating_sub(backfill).unwrap_or(Timestamp::MIN);
    for item in records.iter_mut().flatten() {
        item.seen = item.versioncreated.is_none_or(|time| time < since);
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

fn charset(content_type: &str) -> Option<String> {
    let parameter = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    });
    parameter.map(|value| value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Item, Reject, RejectKind};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn item(headline: &str, time: Option<i64>) -> Record {
        let versioncreated = time.map(at);
        Ok(Item { headline: headline.to_owned(), versioncreated, ..Item::default() })
    }

    fn headlines(records: &[Record]) -> Vec<&str> {
        records.iter().flatten().map(|item| item.headline.as_str()).collect()
    }

    #[test]
    fn entries_are_taken_in_oldest_first() {
        let list = vec![item("c", Some(30)), item("y", None), item("b", Some(20)), item("x", None)];
        assert_eq!(headlines(&in_order(list)), ["b", "c", "x", "y"]);
    }

    #[test]
    fn at_first_contact_only_what_is_surely_young_makes_an_alert() {
        let mut list = vec![item("old", Some(0)), item("young", Some(95)), item("when?", None)];
        mark_seen(&mut list, Duration::from_secs(10), at(100));
        let seen: Vec<_> = list.iter().flatten().map(|item| item.seen).collect();
        assert_eq!(seen, [true, false, true]);
    }

    #[test]
    fn an_error_page_is_no_feed_but_an_empty_feed_is_one() {
        let bad = || Err(Reject::new(RejectKind::Malformed, "not a feed", 0, b"<html>"));
        assert_eq!(no_feed(&[bad()]).as_deref(), Some("not a feed"));
        assert_eq!(no_feed(&[bad(), item("a", None)]), None);
        assert_eq!(no_feed(&[]), None);
    }

    #[test]
    fn the_charset_of_the_header_is_found() {
        assert_eq!(charset("text/xml; a=b; Charset=\"windows-1252\"").unwrap(), "windows-1252");
        assert_eq!(charset("text/xml"), None);
    }
}
