//! `GET /v1/items/{seq}`: a record of the log, what was decided about it, and on what evidence.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;

use super::doc::{self, Brief, Content, Decided, ItemRecord, Reject, Subject};
use crate::item::{Item, PubStatus, Seq};
use crate::log::{Intake, Logged, Record};
use crate::serve::App;
use crate::serve::answer::Json;
use crate::serve::problem::Problem;
use crate::serve::query::Query;
use crate::serve::token::Caller;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/v1/items/{seq}", get(show))
}

async fn show(
    State(app): State<App>,
    _caller: Caller,
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
    let found = super::look(&app, move |view| super::unless_damaged(view.decision_of(seq)));
    let (intake, logged) = found.await?.ok_or_else(unknown)?;
    Ok(Json(compose(&intake, logged, app.context.clock.now())))
}

fn compose(intake: &Intake, logged: Logged, now: Timestamp) -> ItemRecord {
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
            Record::Decision(decision) => Some(Decided::of(*decision)),
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
    let free = |text: &Option<String>| text.clone().filter(|_| !doc::is_held(item, now));
    let subject = |subject: &crate::item::Subject| Subject {
        code: subject.code.clone(),
        name: subject.name.clone(),
    };
    Content {
        brief,
        body: free(&item.body),
        slugline: free(&item.slugline),
        ednote: free(&item.ednote),
        located: item.located.clone(),
        language: item.language.map(|language| language.to_string()),
        urgency: item.urgency,
        subjects: item.subjects.iter().map(subject).collect(),
        places: item.places.clone(),
        markers: doc::marks(item),
        pubstatus: match item.pubstatus {
            PubStatus::Usable => "usable",
            PubStatus::Withheld => "withheld",
            PubStatus::Canceled => "canceled",
        },
        seen: item.seen,
    }
}
