//! `GET /v1/items/{seq}`: a record of the log, what was decided about it, and on what evidence.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;

use super::doc::{self, Brief, Content, Decided, ItemRecord, Reject, Subject};
use crate::channel::REJECTED;
use crate::config::Config;
use crate::item::{Item, PubStatus, Seq};
use crate::log::{Decision, Intake, Logged, Record, unless_damaged};
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::path::Path;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::rules::Known;
use crate::serve::token::{Grant, Reader};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/items/{seq}", get(show))
}

#[utoipa::path(get, path = "/v1/items/{seq}", operation_id = "show_item", tag = "read",
    params(("seq" = u64, Path, description = "The item's number")),
    responses((status = 200, description = "One record of the log", body = ItemRecord)))]
pub(in crate::serve) async fn show(
    State(app): State<App>,
    reader: Reader,
    Path(number): Path<String>,
    uri: Uri,
) -> Result<Json<ItemRecord>, Problem> {
    Query::read(&uri, &[])?;
    let unknown = || {
        let detail =
            format!("the log has no record {number}: it is older than `retain`, or to come");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    let seq: Seq = number.parse().map(Seq).map_err(|_| unknown())?;
    let found = super::look(&app, move |view| unless_damaged(view.decision_of(seq)));
    let (intake, logged) = found.await?.ok_or_else(unknown)?;
    if !sees(&app, &reader, &logged.record).await? {
        return Err(unknown());
    }
    Ok(Json(compose(&intake, logged, &reader.0, &app.config(), app.context.clock.now())))
}

/// An item may be read by whoever may read its story; what is no item, on the channel `rejected`.
async fn sees(app: &App, reader: &Reader, record: &Record) -> Result<bool, Problem> {
    if reader.0.sees_all() {
        return Ok(true);
    }
    let Record::Decision(decision) = record else { return Ok(reader.0.sees(REJECTED)) };
    if decision.channels.iter().any(|channel| reader.0.sees(channel)) {
        return Ok(true);
    }
    let board = super::board(app).await?;
    let story = board.story(decision.fold.story);
    Ok(story.is_some_and(|(_, story)| super::story::sees(reader, story)))
}

fn compose(
    intake: &Intake,
    logged: Logged,
    grant: &Grant,
    config: &Config,
    now: Timestamp,
) -> ItemRecord {
    let arrival = &intake.arrival;
    let record = arrival.record.as_ref();
    let content = record.ok().zip(Brief::of(intake, now));
    ItemRecord {
        item: arrival.seq,
        position: intake.position.0,
        status: if record.is_ok() { "accepted" } else { "rejected" },
        source: arrival.source.clone(),
        received: arrival.received,
        content: content.map(|(item, brief)| content_of(item, brief, now)),
        decision: match logged.record {
            Record::Decision(mut decision) => {
                decision.channels = super::story::seen(grant, decision.channels);
                decision.matched = super::story::seen(grant, decision.matched);
                if !grant.sees_all() {
                    let Decision { rules, priority, labels, .. } = &mut *decision;
                    let known = Known::of(config, |channel| grant.sees(channel));
                    known.keep(rules, priority, labels);
                }
                // Which rules its words satisfy tells what they are.
                if record.is_ok_and(|item| doc::is_held(item, now)) {
                    decision.rules.clear();
                    decision.matched.clear();
                    decision.labels.clear();
                    decision.fold.disputes = false;
                }
                Some(Decided::of(*decision))
            }
            _ => None,
        },
        reject: record.err().map(|reject| Reject {
            kind: reject.kind.as_str(),
            reason: reject.reason.clone(),
            offset: reject.offset,
            text: String::from_utf8_lossy(&reject.bytes).into_owned(),
        }),
    }
}

fn content_of(item: &Item, brief: Brief, now: Timestamp) -> Content {
    let held = doc::is_held(item, now);
    let free = |text: &Option<String>| text.clone().filter(|_| !held);
    let subject = |subject: &crate::item::Subject| Subject {
        code: subject.code.clone(),
        name: subject.name.clone(),
    };
    Content {
        brief,
        body: free(&item.body),
        slugline: free(&item.slugline),
        ednote: free(&item.ednote),
        located: free(&item.located),
        language: item.language.map(|language| language.to_string()),
        urgency: item.urgency,
        subjects: item.subjects.iter().filter(|_| !held).map(subject).collect(),
        places: item.places.iter().filter(|_| !held).cloned().collect(),
        markers: doc::marks(item),
        pubstatus: match item.pubstatus {
            PubStatus::Usable => "usable",
            PubStatus::Withheld => "withheld",
            PubStatus::Canceled => "canceled",
        },
        seen: item.seen,
    }
}
