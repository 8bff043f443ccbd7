//! What became of each record of a push, read back from the log: what the log says is so.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::item::Seq;
use crate::log::{LogError, View};
use crate::serve::idempotency::Reply;

/// What became of the records of a push.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::serve) struct Report {
    accepted: u64,
    rejected: u64,
    /// In the order of the body; of rejects, the first 1,000.
    records: Vec<Line>,
}

/// What became of one record.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve) struct Line {
    /// Its number in the body, from 0.
    n: u64,
    status: &'static str,
    /// Its number in the log: `wirefold explain SEQ`.
    #[schema(value_type = u64)]
    seq: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Rejects that a report lists one by one; it counts the others.
const MOST_LISTED: u64 = 1_000;

/// Reports on `count` records from `first` on: 202 when any was accepted, else 422.
pub(super) fn report(view: &View, first: Seq, count: u64) -> Result<Reply, LogError> {
    let mut report = Report::default();
    for n in 0..count {
        let seq = Seq(first.0 + n);
        // Gone already only when the log is full and skips: it was taken in, that much is known.
        let rejected = view.intake(seq)?.and_then(|intake| intake.arrival.record.err());
        let status = if rejected.is_some() { "rejected" } else { "accepted" };
        report.accepted += u64::from(rejected.is_none());
        report.rejected += u64::from(rejected.is_some());
        if rejected.is_some() && report.rejected > MOST_LISTED {
            continue;
        }
        let reason = rejected.map(|reject| reject.reason);
        report.records.push(Line { n, status, seq, reason });
    }
    let status = match report.accepted {
        0 => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::ACCEPTED,
    };
    // Numbers and strings: encoding them cannot fail.
    let body = serde_json::to_string(&report).unwrap_or_default();
    Ok((status.as_u16(), body))
}
