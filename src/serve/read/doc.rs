//! The JSON of answers. Keys may be added; none changes its meaning within `/v1`. Times are UTC in
//! RFC 3339; what is unknown is null. Text is as sent: escape it where that matters.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::item::{Item, Seq};
use crate::log::{Decision, Intake};
use crate::net::web_link;
use crate::prepare::{event_time, markers};
use crate::story::{Share, Verdict};

/// All channels.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Channels {
    pub(super) channels: Vec<Channel>,
}

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Channel {
    pub(super) name: String,
    pub(super) title: String,
    /// Stories on it that can be listed.
    pub(super) stories: u64,
    /// Deliveries of those stories.
    pub(super) deliveries: u64,
    /// When it last carried something.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) last: Option<Timestamp>,
    /// The id of its last delivery: following from here misses nothing.
    pub(super) last_id: Option<String>,
    pub(super) links: ChannelLinks,
}

/// Where a channel can be read.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct ChannelLinks {
    pub(super) stories: String,
    pub(super) events: String,
    pub(super) atom: String,
    pub(super) rss: String,
    pub(super) json: String,
}

/// A page of a channel's stories, the one with the latest delivery first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Stories {
    pub(super) channel: String,
    pub(super) stories: Vec<Summary>,
    /// Pass it as `before` for the next page; null at the end.
    pub(super) older: Option<String>,
    /// Pass it as `after` for what has been delivered since.
    pub(super) newer: String,
}

/// A story in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Summary {
    pub(in crate::serve) id: String,
    pub(in crate::serve) link: String,
    /// The earliest item that is kept.
    pub(in crate::serve) lead: Brief,
    /// What the channel carried last of it; when all of that was split off, the same as `lead`.
    pub(in crate::serve) latest: Brief,
    /// The last delivery, `channel/position`.
    pub(in crate::serve) delivery: String,
    /// When that was.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::serve) updated: Timestamp,
    /// Event time of the earliest item.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::serve) first: Timestamp,
    /// Event time of the latest item.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::serve) last: Timestamp,
    pub(in crate::serve) items: u32,
    /// Publisher families.
    pub(in crate::serve) publishers: u32,
    /// Its items contradict each other.
    pub(in crate::serve) disputed: bool,
    /// It was withdrawn.
    pub(in crate::serve) killed: bool,
}

/// An item in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Brief {
    #[schema(value_type = u64)]
    pub(in crate::serve) item: Seq,
    /// Null while the item is under embargo.
    pub(in crate::serve) headline: Option<String>,
    pub(in crate::serve) publisher: Option<String>,
    pub(in crate::serve) byline: Option<String>,
    pub(in crate::serve) source: String,
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::serve) received: Timestamp,
    /// Its own time, at most five minutes after `received`.
    #[schema(value_type = String, format = DateTime)]
    pub(in crate::serve) event: Timestamp,
    /// Web address, http or https.
    pub(in crate::serve) link: Option<String>,
    /// The provider's identifier; under embargo none that is an address.
    pub(in crate::serve) uri: Option<String>,
    pub(in crate::serve) version: Option<u64>,
    /// Not to be passed on before.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(in crate::serve) embargoed: Option<Timestamp>,
}

/// A story.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Story {
    pub(in crate::serve) id: String,
    #[schema(value_type = String, format = DateTime)]
    pub(super) first: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub(super) last: Timestamp,
    pub(super) items: u32,
    pub(super) disputed: bool,
    pub(super) killed: bool,
    /// Where it was delivered.
    pub(super) channels: Vec<Carried>,
    /// Who reports it, the first first.
    pub(super) publishers: Vec<Publisher>,
    /// Items that came in more than one version.
    pub(super) versions: Vec<Versions>,
    /// Its items, oldest first.
    pub(super) members: Vec<Member>,
    /// What happened to it, in order.
    pub(super) timeline: Vec<Moment>,
    /// Records that are left out, between the first and the others.
    pub(super) omitted: u64,
}

/// A channel that carries a story.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Carried {
    pub(super) channel: String,
    /// Delivery ids.
    pub(super) first: String,
    pub(super) last: String,
    pub(super) deliveries: u32,
}

/// A publisher family in a story.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Publisher {
    pub(super) family: String,
    pub(super) items: u32,
}

/// The versions of one uri.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Versions {
    pub(super) uri: String,
    #[schema(value_type = Vec<u64>)]
    pub(super) items: Vec<Seq>,
}

/// An item of a story.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Member {
    #[serde(flatten)]
    pub(super) brief: Brief,
    #[schema(value_type = String)]
    pub(super) verdict: Verdict,
    /// The earlier item it was matched with.
    #[schema(value_type = Option<u64>)]
    pub(super) of: Option<Seq>,
    /// Probability that both tell one story.
    pub(super) score: Option<f32>,
    pub(super) reason: String,
    /// It made the story disputed.
    pub(super) disputes: bool,
    pub(super) markers: Vec<String>,
}

/// Something that happened to a story.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Moment {
    pub(super) position: u64,
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// `item`, `timer`, `digest`, `split` or `merge`.
    pub(super) kind: &'static str,
    #[schema(value_type = u64)]
    pub(super) item: Seq,
    #[schema(value_type = Option<String>)]
    pub(super) verdict: Option<Verdict>,
    /// Channels it was delivered to.
    pub(super) channels: Vec<String>,
    pub(super) reason: String,
}

/// A record of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct ItemRecord {
    #[schema(value_type = u64)]
    pub(super) item: Seq,
    pub(super) position: u64,
    /// `accepted` or `rejected`.
    pub(super) status: &'static str,
    pub(super) source: String,
    #[schema(value_type = String, format = DateTime)]
    pub(super) received: Timestamp,
    /// What was sent; null when it was rejected.
    pub(super) content: Option<Content>,
    /// What was decided; null when it was rejected.
    pub(super) decision: Option<Decided>,
    /// Why it was rejected.
    pub(super) reject: Option<Reject>,
}

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Content {
    #[serde(flatten)]
    pub(super) brief: Brief,
    pub(super) body: Option<String>,
    pub(super) slugline: Option<String>,
    pub(super) ednote: Option<String>,
    pub(super) located: Option<String>,
    pub(super) language: Option<String>,
    pub(super) urgency: Option<u8>,
    pub(super) subjects: Vec<Subject>,
    pub(super) places: Vec<String>,
    pub(super) markers: Vec<String>,
    /// ninjs `pubstatus`.
    pub(super) pubstatus: &'static str,
    /// It was there before its source was first looked at.
    pub(super) seen: bool,
}

/// What an item is about.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Subject {
    pub(super) code: Option<String>,
    pub(super) name: Option<String>,
}

/// What was decided about an item, with its evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Decided {
    #[schema(value_type = String)]
    pub(super) verdict: Verdict,
    pub(super) story: String,
    #[schema(value_type = Option<u64>)]
    pub(super) of: Option<Seq>,
    pub(super) score: Option<f32>,
    pub(super) threshold: f32,
    pub(super) reason: String,
    pub(super) disputes: bool,
    /// Each feature's part in the score, in log-odds.
    pub(super) shares: Vec<Part>,
    /// Digest of the model.
    pub(super) model: String,
    /// Rules that hold for the story, as far as the token may know of them. Under embargo none, and
    /// none of their channels and labels.
    pub(super) rules: Vec<String>,
    /// Channels of those rules.
    pub(super) matched: Vec<String>,
    /// Channels the item was delivered to.
    pub(super) channels: Vec<String>,
    pub(super) priority: Option<u8>,
    pub(super) labels: Vec<String>,
}

/// One feature's part in a score.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Part {
    pub(super) feature: String,
    pub(super) value: Option<f32>,
    pub(super) share: f32,
}

/// Why a record is no item.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Reject {
    pub(super) kind: &'static str,
    pub(super) reason: String,
    /// Byte offset of the record in its input.
    pub(super) offset: Option<u64>,
    /// What was kept of its bytes.
    pub(super) text: String,
}

/// Why two headlines are one story or not.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Explanation {
    /// They would be folded.
    pub(super) same: bool,
    pub(super) probability: f32,
    pub(super) threshold: f32,
    /// They would make the story disputed.
    pub(super) contradict: bool,
    /// As they were compared.
    pub(super) headlines: Vec<String>,
    /// The languages guessed, when they differ: such headlines are not compared.
    pub(super) languages: Option<Vec<String>>,
    /// The log-odds that shares add to.
    pub(super) bias: f32,
    pub(super) shares: Vec<Part>,
    pub(super) model: String,
    /// Rules that hold for the second headline, and those that nearly do.
    pub(super) rules: Vec<RuleOutcome>,
}

/// What one rule made of a headline.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct RuleOutcome {
    pub(super) rule: String,
    pub(super) channels: Vec<String>,
    /// `holds`, `behind exit`, `closed` or `nearly`.
    pub(super) outcome: &'static str,
    pub(super) by: Vec<String>,
    pub(super) against: Vec<String>,
}

impl Brief {
    /// An item in short, as it may be shown at `now`; `None` when the record is none.
    pub(super) fn of(intake: &Intake, now: Timestamp) -> Option<Brief> {
        let arrival = &intake.arrival;
        let item = arrival.record.as_ref().ok()?;
        let held = is_held(item, now);
        Some(Brief {
            item: arrival.seq,
            headline: (!held).then(|| item.headline.clone()),
            publisher: item.publisher.clone(),
            byline: item.byline.clone().filter(|_| !held),
            source: arrival.source.clone(),
            received: arrival.received,
            event: event_time(item, arrival.received),
            link: item.link.clone().filter(|link| !held && web_link(link).is_some()),
            uri: item.uri.clone().filter(|uri| !held || !is_address(uri)),
            version: item.version,
            embargoed: item.embargoed,
        })
    }
}

impl Decided {
    pub(super) fn of(decision: Decision) -> Decided {
        let (fold, evidence) = (decision.fold.clone(), decision.fold.evidence);
        Decided {
            verdict: fold.verdict,
            story: fold.story.to_string(),
            of: evidence.of,
            score: evidence.score,
            threshold: evidence.threshold,
            reason: evidence.reason,
            disputes: fold.disputes,
            shares: parts(evidence.shares),
            model: evidence.model.to_string(),
            rules: decision.rules,
            matched: decision.matched,
            channels: decision.channels,
            priority: decision.priority,
            labels: decision.labels,
        }
    }
}

/// Whether an identifier is an address on some host: these often have the headline in them.
fn is_address(uri: &str) -> bool {
    uri.contains("//")
}

/// True while an item must not be passed on.
pub(in crate::serve) fn is_held(item: &Item, now: Timestamp) -> bool {
    item.embargoed.is_some_and(|until| until > now) || item.has_open_embargo(&markers(item))
}

pub(super) fn parts(shares: Vec<Share>) -> Vec<Part> {
    let part = |Share { feature, value, share }| Part { feature: feature.into(), value, share };
    shares.into_iter().map(part).collect()
}

pub(super) fn marks(item: &Item) -> Vec<String> {
    markers(item).iter().map(ToString::to_string).collect()
}
