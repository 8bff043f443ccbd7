//! What a batch becomes: columns for the statements.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::channel::{Delivery, Digest, Event};
use crate::sink::error::SinkError;
use crate::story::{Aliases, Verdict};

/// The rows of one batch, by table.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) stories: Stories,
    pub(super) items: Items,
    pub(super) deliveries: Deliveries,
    pub(super) rejected: Rejected,
    pub(super) gaps: Gaps,
    pub(super) merged: Merged,
    pub(super) standing: Standing,
}

/// Stories of which a report was withdrawn by what was delivered on these channels, while others stand
/// by them.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) story: Vec<String>,
    pub(super) channel: Vec<String>,
}

/// Stories that are others now.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) alias: Vec<String>,
    pub(super) kept: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Stories {
    pub(super) story: Vec<String>,
    pub(super) headline: Vec<String>,
    pub(super) link: Vec<Option<String>>,
    pub(super) event: Vec<String>,
    pub(super) items: Vec<i32>,
    pub(super) publishers: Vec<i32>,
    pub(super) disputed: Vec<bool>,
    pub(super) killed: Vec<bool>,
    pub(super) position: Vec<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) item: Vec<i64>,
    pub(super) story: Vec<String>,
    pub(super) headline: Vec<String>,
    pub(super) byline: Vec<Option<String>>,
    pub(super) publisher: Vec<Option<String>>,
    pub(super) family: Vec<Option<i64>>,
    pub(super) source: Vec<String>,
    pub(super) uri: Vec<Option<String>>,
    pub(super) link: Vec<Option<String>>,
    pub(super) event: Vec<String>,
    pub(super) received: Vec<String>,
    pub(super) position: Vec<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub(super) channel: Vec<String>,
    pub(super) position: Vec<i64>,
    pub(super) item: Vec<i64>,
    pub(super) story: Vec<String>,
    pub(super) verdict: Vec<String>,
    pub(super) received: Vec<String>,
    pub(super) json: Vec<String>,
    pub(super) part: Vec<i32>,
}

#[derive(Debug, Default)]
pub(super) struct Rejected {
    pub(super) position: Vec<i64>,
    pub(super) item: Vec<i64>,
    pub(super) source: Vec<String>,
    pub(super) reason: Vec<String>,
    pub(super) received: Vec<String>,
    pub(super) json: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Gaps {
    pub(super) first: Vec<i64>,
    pub(super) next: Vec<i64>,
    pub(super) json: Vec<String>,
}

impl Rows {
    /// The rows of `events` of a sink that delivers `channels`. A statement takes a story or an item
    /// once: its newest state.
    pub(super) fn of(events: &[Event], channels: Vec<String>) -> Result<Rows, SinkError> {
        let mut rows = Rows::default();
        let (mut stories, mut items) = (BTreeMap::new(), BTreeMap::new());
        let mut aliases = Aliases::default();
        for event in events {
            for delivery in event.deliveries() {
                delivery.merged.iter().for_each(|alias| aliases.add(*alias, delivery.story));
            }
            let json = written(event)?;
            match event {
                Event::Story(delivery) => {
                    stories.insert(delivery.story, &**delivery);
                    items.insert(delivery.item, &**delivery);
                    rows.deliveries.push(delivery, json, 0);
                }
                Event::Digest(digest) => {
                    rows.deliveries.push_digest(digest, json);
                    for (part, delivery) in (0..).zip(&digest.stories) {
                        stories.insert(delivery.story, delivery);
                        items.insert(delivery.item, delivery);
                        let json = written(&Event::Story(Box::new(delivery.clone())))?;
                        rows.deliveries.push(delivery, json, part);
                    }
                }
                Event::Rejected(refusal) => {
                    let table = &mut rows.rejected;
                    table.position.push(number(refusal.position.0));
                    table.item.push(number(refusal.item.0));
                    table.source.push(clean(&refusal.source));
                    table.reason.push(clean(&refusal.reason));
                    table.received.push(refusal.received.to_string());
                    table.json.push(json);
                }
                Event::Gap(gap) => {
                    rows.gaps.first.push(number(gap.from.0));
                    rows.gaps.next.push(number(gap.to.0));
                    rows.gaps.json.push(json);
                }
            }
        }
        for (alias, kept) in aliases.iter() {
            rows.merged.alias.push(alias.to_string());
            rows.merged.kept.push(kept.to_string());
        }
        let partly: BTreeSet<_> =
            stories.values().filter(|it| withdraws_in_part(it)).map(|it| it.story).collect();
        rows.standing.story = partly.iter().map(ToString::to_string).collect();
        rows.standing.channel = channels;
        stories.into_values().for_each(|delivery| rows.stories.push(delivery));
        items.into_values().for_each(|delivery| rows.items.push(delivery));
        Ok(rows)
    }

    /// How many rows of deliveries there are.
    pub(super) fn deliveries(&self) -> usize {
        self.deliveries.channel.len()
    }
}

impl Stories {
    fn push(&mut self, delivery: &Delivery) {
        self.story.push(delivery.story.to_string());
        self.headline.push(clean(&delivery.headline));
        // Of what was withdrawn, none; that of a report which stands is looked up.
        let link = delivery.link.as_deref().filter(|_| !withdraws_in_part(delivery));
        self.link.push(link.map(clean));
        self.event.push(moment(delivery.event));
        self.items.push(delivery.items.try_into().unwrap_or(i32::MAX));
        self.publishers.push(delivery.publishers.try_into().unwrap_or(i32::MAX));
        self.disputed.push(delivery.disputed);
        self.killed.push(delivery.killed);
        self.position.push(number(delivery.position.0));
    }
}

impl Items {
    fn push(&mut self, delivery: &Delivery) {
        self.item.push(number(delivery.item.0));
        self.story.push(delivery.story.to_string());
        self.headline.push(clean(&delivery.headline));
        self.byline.push(delivery.byline.as_deref().map(clean));
        self.publisher.push(delivery.publisher.as_deref().map(clean));
        self.family.push((delivery.family != 0).then_some(delivery.family.into()));
        self.source.push(clean(&delivery.source));
        self.uri.push(delivery.uri.as_deref().map(clean));
        self.link.push(delivery.link.as_deref().map(clean));
        self.event.push(moment(delivery.event));
        self.received.push(delivery.received.to_string());
        self.position.push(number(delivery.position.0));
    }
}

impl Deliveries {
    fn push(&mut self, delivery: &Delivery, json: String, part: i32) {
        self.channel.push(delivery.channel.clone());
        self.position.push(number(delivery.position.0));
        self.item.push(number(delivery.item.0));
        self.story.push(delivery.story.to_string());
        self.verdict.push(delivery.verdict.to_string());
        self.received.push(delivery.received.to_string());
        self.json.push(json);
        self.part.push(part);
    }

    /// The row of a digest itself, before those of its stories. It is of no item and no story.
    fn push_digest(&mut self, digest: &Digest, json: String) {
        self.channel.push(digest.channel.clone());
        self.position.push(number(digest.position.0));
        self.item.push(0);
        self.story.push(String::new());
        self.verdict.push("Digest".to_owned());
        self.received.push(digest.at.to_string());
        self.json.push(json);
        self.part.push(-1);
    }
}

/// It withdraws a report of a story that others stand by.
fn withdraws_in_part(delivery: &Delivery) -> bool {
    delivery.verdict == Verdict::Kill && !delivery.killed
}

fn written(event: &Event) -> Result<String, SinkError> {
    let json = serde_json::to_string(event).map_err(|error| {
        SinkError::refused(format!("the delivery cannot be written as JSON: {error}"))
    })?;
    Ok(without_zero(&json))
}

/// JSON without the character zero: the database has no place for it, in text or in JSON. A backslash
/// that is itself escaped begins none.
fn without_zero(json: &str) -> String {
    let mut written = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let end = (at + 2).min(rest.len());
        let zero = rest[at..].starts_with("\\u0000");
        written.push_str(if zero { &rest[..at] } else { &rest[..end] });
        rest = &rest[end..];
        if zero {
            written.push_str("\\ufffd");
            rest = &rest["0000".len()..];
        }
    }
    written.push_str(rest);
    written
}

/// A moment as the database reads it. It knows no year 0, which a wire may send; the JSON of the
/// delivery has the moment as it is.
fn moment(at: Timestamp) -> String {
    const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);
    at.max(FIRST).to_string()
}

fn number(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Text without the one character that PostgreSQL cannot store.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::VERSION;
    use crate::log::Position;
    use crate::sink::testing;

    #[test]
    fn a_digest_is_a_row_of_its_own_also_when_it_only_counts() {
        for stories in [Vec::new(), vec![testing::delivery("Ferry runs aground")]] {
            let count = stories.len();
            let digest = Digest {
                v: VERSION,
                id: "harbour/8".to_owned(),
                channel: "harbour".to_owned(),
                position: Position(8),
                at: Timestamp::UNIX_EPOCH,
                since: Timestamp::UNIX_EPOCH,
                reason: "Beyond the rate of the channel.".to_owned(),
                left_out: 3,
                stories,
            };
            let rows = Rows::of(&[Event::Digest(Box::new(digest))], Vec::new()).unwrap();
            let parts: Vec<_> = (-1..).take(count + 1).collect();
            assert_eq!((rows.deliveries.part, rows.stories.story.len()), (parts, count));
            let whole: serde_json::Value = serde_json::from_str(&rows.deliveries.json[0]).unwrap();
            assert_eq!((&whole["left_out"], &whole["type"]), (&3.into(), &"digest".into()));
        }
    }

    #[test]
    fn what_stands_is_looked_up_for_stories_that_end_with_what_one_withdrew() {
        let told =
            Delivery { link: Some("https://a.example".into()), ..testing::delivery("Ferry") };
        let kill = Delivery { verdict: Verdict::Kill, ..told.clone() };
        let killed = Delivery { killed: true, ..kill.clone() };
        let link = told.link.clone();
        for (deliveries, stands, link) in [
            (vec![told.clone(), kill.clone()], vec!["s3".to_owned()], None),
            (vec![kill.clone(), told.clone()], Vec::new(), link.clone()),
            (vec![told.clone(), killed], Vec::new(), link),
        ] {
            let events: Vec<_> =
                deliveries.into_iter().map(|it| Event::Story(Box::new(it))).collect();
            let rows = Rows::of(&events, Vec::new()).unwrap();
            assert_eq!((rows.standing.story, rows.stories.link), (stands, vec![link]));
        }
    }

    #[test]
    fn the_character_zero_goes_and_what_only_looks_like_it_stays() {
        for (text, expected) in [
            ("a\0b", "a\u{fffd}b"),
            ("\0\0", "\u{fffd}\u{fffd}"),
            (r"C:\u0000", r"C:\u0000"),
            ("\\\0", "\\\u{fffd}"),
            ("\u{1}\"é\"", "\u{1}\"é\""),
        ] {
            let json = without_zero(&serde_json::to_string(text).unwrap());
            assert!(!json.contains('\0'));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), expected, "{text:?}");
        }
    }
}
