//! `GET /v1/stories/{id}`: one story with everything that is known of it.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;

use super::doc::{self, Brief, Carried, Member, Moment, Publisher, Versions};
use crate::config::Config;
use crate::item::{Item, Seq};
use crate::log::{Change, LogError, Record, Timer, View};
use crate::publisher::Publishers;
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::board::Story;
use crate::serve::path::Path;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::rules::Known;
use crate::serve::token::{Grant, Reader};
use crate::story::StoryId;

/// Records of one story that are shown: the first, and the newest.
const MOST: usize = 500;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/stories/{id}", get(show))
}

#[utoipa::path(get, path = "/v1/stories/{id}", operation_id = "show_story", tag = "read",
    params(("id" = String, Path, pattern = "^s[0-9]{1,19}$", description = "The story, like `s12`")),
    responses((status = 200, description = "One story", body = doc::Story)))]
pub(in crate::serve) async fn show(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<doc::Story>, Problem> {
    Query::read(&uri, &[])?;
    let unknown = || {
        let detail = format!("there is no story `{id}` among those that are kept");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    let asked = StoryId::parse(&id).ok_or_else(unknown)?;
    let found = super::board(&app).await?.story(asked).map(|(id, story)| (id, story.clone()));
    let (id, story) = found.filter(|(_, story)| sees(&reader, story)).ok_or_else(unknown)?;
    let (config, now) = (app.config(), app.context.clock.now());
    super::look(&app, move |view| compose(id, &story, &config, &reader.0, view, now))
        .await
        .map(Json)
}

/// A story may be read, whole, by whoever reads a channel that carries it.
pub(super) fn sees(reader: &Reader, story: &Story) -> bool {
    let carried = || story.carried.iter().any(|carried| reader.0.sees(&carried.channel));
    reader.0.sees_all() || carried()
}

fn compose(
    id: StoryId,
    story: &Story,
    config: &Config,
    grant: &Grant,
    view: &View,
    now: Timestamp,
) -> Result<doc::Story, LogError> {
    let omitted = story.entries.len().saturating_sub(MOST);
    let shown = story.entries.iter().take(1).chain(story.entries.iter().skip(1 + omitted));
    let known = (!grant.sees_all()).then(|| Known::of(config, |channel| grant.sees(channel)));
    let mut told = Told {
        publishers: Publishers::new(&config.publishers),
        families: Vec::new(),
        versions: BTreeMap::new(),
        members: Vec::new(),
        timeline: Vec::new(),
    };
    for entry in shown {
        let Some(logged) = super::record(view, entry.position)? else { continue };
        let position = entry.position.0;
        let moment = |kind, channels, reason| Moment {
            position,
            at: logged.at,
            kind,
            item: entry.item,
            verdict: None,
            channels: seen(grant, channels),
            reason,
        };
        match logged.record {
            Record::Decision(decision) => {
                let intake = super::intake(view, entry.item)?;
                let reason = decision.fold.evidence.reason.clone();
                let channels = decision.channels.clone();
                let verdict = Some(decision.fold.verdict);
                told.timeline.push(Moment { verdict, ..moment("item", channels, reason) });
                let Some(intake) = intake else { continue };
                let (Some(brief), Ok(item)) = (Brief::of(&intake, now), &intake.arrival.record)
                else {
                    continue;
                };
                let is_held = doc::is_held(item, now);
                if !is_held {
                    told.count(item, entry.item);
                }
                told.members.push(Member {
                    brief,
                    verdict: decision.fold.verdict,
                    of: decision.fold.evidence.of,
                    score: decision.fold.evidence.score,
                    reason: decision.fold.evidence.reason.clone(),
                    disputes: decision.fold.disputes && !is_held,
                    markers: doc::marks(item),
                });
            }
            Record::Timer(mut timer) if is_told(grant, &timer) => {
                known.iter().for_each(|known| known.keep_in_reason(&mut timer.reason));
                told.timeline.push(moment("timer", timer.channels, timer.reason));
            }
            Record::Feedback(feedback) => {
                let kind = match feedback.change {
                    Change::Split { .. } => "split",
                    Change::Merge { .. } => "merge",
                };
                let reason = "The fold was corrected by hand.".to_owned();
                told.timeline.push(moment(kind, feedback.channels, reason));
            }
            Record::Digest(digest) if grant.sees(&digest.channel) => {
                told.timeline.push(moment("digest", vec![digest.channel], digest.reason));
            }
            Record::Timer(_) | Record::Digest(_) | Record::Rejected(_) | Record::Config(_) => {}
        }
    }
    let carried = |carried: &crate::serve::board::Carried| Carried {
        channel: carried.channel.to_string(),
        first: format!("{}/{}", carried.channel, carried.first()),
        last: format!("{}/{}", carried.channel, carried.last()),
        deliveries: carried.deliveries(),
    };
    let seen_by = story.carried.iter().filter(|carried| grant.sees(&carried.channel));
    let versions = told.versions.into_iter().filter(|(_, items)| items.len() > 1);
    Ok(doc::Story {
        id: id.to_string(),
        first: story.first,
        last: story.last,
        items: story.items,
        disputed: story.disputed,
        killed: story.killed,
        channels: seen_by.map(carried).collect(),
        publishers: told.families,
        versions: versions.map(|(uri, items)| Versions { uri, items }).collect(),
        members: told.members,
        timeline: told.timeline,
        omitted: omitted as u64,
    })
}

/// What happened on a channel, and why, is told to whoever may know of it.
fn is_told(grant: &Grant, timer: &Timer) -> bool {
    let withheld = timer.withheld.iter().map(|withheld| &withheld.channel);
    let mut channels = timer.channels.iter().chain(withheld);
    let uncovers = timer.shown.as_ref().is_some_and(|shown| shown.uncovered);
    grant.sees_all() || uncovers || channels.any(|channel| grant.sees(channel))
}

/// Those of `channels` that one may know of.
pub(super) fn seen(grant: &Grant, mut channels: Vec<String>) -> Vec<String> {
    channels.retain(|channel| grant.sees(channel));
    channels
}

/// What has been told of a story so far.
struct Told {
    publishers: Publishers,
    families: Vec<Publisher>,
    versions: BTreeMap<String, Vec<Seq>>,
    members: Vec<Member>,
    timeline: Vec<Moment>,
}

impl Told {
    fn count(&mut self, item: &Item, seq: Seq) {
        if let Some(publisher) = self.publishers.of(item) {
            match self.families.iter_mut().find(|known| known.family == publisher.family) {
                Some(known) => known.items += 1,
                None => self.families.push(Publisher { family: publisher.family, items: 1 }),
            }
        }
        if let Some(uri) = &item.uri {
            self.versions.entry(uri.clone()).or_default().push(seq);
        }
    }
}
