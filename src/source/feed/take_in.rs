//! Taking in an answer: read it, sift it, submit what is new, and remember only when all is durable.

use std::cmp::Reverse;
use std::time::Duration;

use hyper::header;
use jiff::{SignedDuration, Timestamp};
use tracing::{debug, info, warn};
use xxhash_rust::xxh3::xxh3_64;

use crate::format::{Options, Parsed, Record};
use crate::item::{Item, RejectKind, TimeQuality};
use crate::net::Response;
use crate::prepare::version_time;
use crate::source::{Context, SourceError, guard, options};

use super::Feed;
use super::hints;
use super::memory::Memory;

/// Entries taken from one answer; of more, the newest.
pub(super) const MOST: usize = if cfg!(test) { 1_000 } else { 10_000 };
/// A feed that comes without its end more often than this in a row, though nothing says how long it
/// should be, is taken for one that is written so.
const OFTEN: u32 = 3;

/// What came of an answer.
pub(super) struct Taken {
    /// What is known now.
    pub(super) memory: Memory,
    /// Something was submitted.
    pub(super) news: bool,
    /// Why the feed counts as one that could not be read.
    pub(super) fault: Option<String>,
}

/// Takes in what is new in an answer. The memory is not touched before that is durable.
pub(super) async fn take_in(
    feed: &Feed,
    memory: Memory,
    response: Response,
    context: &Context,
) -> Result<Taken, SourceError> {
    let mut next = memory.clone();
    next.note_version(&response);
    let digest = xxh3_64(&response.body);
    if memory.kept.met && digest == memory.kept.body {
        return Ok(Taken { memory: next, news: false, fault: None });
    }
    // The client has seen to it that the answer came whole.
    let sized = response.headers.contains_key(header::CONTENT_LENGTH)
        || response.headers.contains_key(header::TRANSFER_ENCODING);
    let content_type = response.header(header::CONTENT_TYPE).unwrap_or_default();
    let options = Options {
        charset: charset(content_type),
        base: Some(response.url.to_string()),
        ..options(&feed.config, &context.clock)
    };
    let (format, now) = (feed.config.format, options.received);
    let name = feed.config.name.value.clone();
    let header_links = hints::links_of_headers(&response.headers, &response.url);
    let parsing = move || {
        let (wishes, links) = hints::of_document(&response.body, &response.url);
        (guard::read(&name, format, &response.body, &options), wishes, links)
    };
    let parsed = tokio::task::spawn_blocking(parsing).await;
    let (parsed, wishes, links) = parsed.map_err(|error| SourceError::new(error.to_string()))?;
    let Parsed { mut records, cut, .. } = parsed;
    if cut {
        // The entry it was cut in comes whole with the next answer.
        records.pop_if(|last| is_malformed(last));
    }
    if let Some(reason) = no_feed(&records) {
        return Ok(Taken { memory, news: false, fault: Some(reason) });
    }
    let sifted = memory.kept.known.sift(newest(feed, records));
    if let Some(why) = sifted.fell {
        let rung = sifted.known.rung();
        warn!(source = %feed.name(), by = ?rung, "{why}: entries are recognised otherwise");
    }
    let first = !memory.kept.met;
    let mut fresh = in_order(sifted.fresh);
    let news = !fresh.is_empty();
    let times: Vec<_> =
        fresh.iter().flatten().map(|item| item.versioncreated.unwrap_or(now)).collect();
    if first {
        mark_seen(&mut fresh, feed.web.backfill, now);
        info!(source = %feed.name(), entries = fresh.len(), "first contact");
    }
    if news {
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
    next.told.wishes = wishes;
    next.told.links = header_links.or(links);
    next.cuts = if cut { memory.cuts.saturating_add(1) } else { 0 };
    let mut fault = None;
    if cut {
        // Its name would hide for good what stood behind the cut.
        next.forget_version();
        if sized || next.cuts > OFTEN {
            next.kept.body = digest;
            if matches!(memory.cuts, 0 | OFTEN) {
                warn!(source = %feed.name(), "is not closed at its end: it is always fetched as a whole");
            }
        } else {
            next.kept.met = memory.kept.met;
            fault = Some("it was cut on its way: it ends before it is closed".to_owned());
        }
    }
    next.store(&context.log, feed);
    Ok(Taken { memory: next, news, fault })
}

fn is_malformed(record: &Record) -> bool {
    record.as_ref().is_err_and(|reject| reject.kind == RejectKind::Malformed)
}

/// Why an answer is no feed: it has records, but not one item. An error page is no news, and its
/// text, which differs at every poll, would only fill the channel `rejected`. One that has entries
/// which are too long is a feed.
fn no_feed(records: &[Record]) -> Option<String> {
    let first = records.first()?.as_ref().err()?;
    let none =
        |record: &Record| record.as_ref().is_err_and(|reject| reject.kind != RejectKind::TooLarge);
    records.iter().all(none).then(|| first.reason.clone())
}

/// No more than [`MOST`] records, the newest, in the order of the feed.
fn newest(feed: &Feed, records: Vec<Record>) -> Vec<Record> {
    if records.len() <= MOST {
        return records;
    }
    warn!(
        source = %feed.name(), entries = records.len(),
        "lists more entries than are taken from one answer: only the {MOST} newest are"
    );
    let mut numbered: Vec<_> = records.into_iter().enumerate().collect();
    numbered.sort_by_key(|(_, record)| Reverse(time(record)));
    numbered.truncate(MOST);
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, record)| record).collect()
}

/// Oldest first; entries without a time as the feed has them, which is newest first.
fn in_order(mut records: Vec<Record>) -> Vec<Record> {
    records.reverse();
    records.sort_by_key(time);
    records
}

/// The time of an entry; the latest for one that has none.
fn time(record: &Record) -> Timestamp {
    record.as_ref().ok().and_then(|item| item.versioncreated).unwrap_or(Timestamp::MAX)
}

/// At first contact, what is not surely younger than `backfill` counts as seen.
fn mark_seen(records: &mut [Record], backfill: Duration, now: Timestamp) {
    let backfill = SignedDuration::try_from(backfill).unwrap_or(SignedDuration::MAX);
    let since = now.saturating_sub(backfill).unwrap_or(Timestamp::MIN);
    let young = |item: &Item| {
        // A time that is yet to come is wrong, and one without a zone may be hours off.
        item.time_quality != TimeQuality::Unzoned
            && version_time(item, now).is_some_and(|time| time >= since)
    };
    for item in records.iter_mut().flatten() {
        item.seen = !young(item);
    }
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
    use crate::item::Reject;

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
        list.extend([item("here?", Some(95)), item("tomorrow", Some(90_000))]);
        list[3].as_mut().unwrap().time_quality = TimeQuality::Unzoned;
        mark_seen(&mut list, Duration::from_secs(10), at(100));
        let seen: Vec<_> = list.iter().flatten().map(|item| item.seen).collect();
        assert_eq!(seen, [true, false, true, true, true]);
    }

    #[test]
    fn an_error_page_is_no_feed_but_an_empty_feed_is_one() {
        let bad = || Err(Reject::new(RejectKind::Malformed, "not a feed", 0, b"<html>"));
        assert_eq!(no_feed(&[bad()]).as_deref(), Some("not a feed"));
        assert_eq!(no_feed(&[bad(), item("a", None)]), None);
        assert_eq!(no_feed(&[]), None);
        let long = || Err(Reject::new(RejectKind::TooLarge, "long", 7, b"<item>"));
        assert_eq!(no_feed(&[long()]), None, "its only entry is too long");
    }

    #[test]
    fn the_charset_of_the_header_is_found() {
        assert_eq!(charset("text/xml; a=b; Charset=\"windows-1252\"").unwrap(), "windows-1252");
        assert_eq!(charset("text/xml"), None);
    }
}
