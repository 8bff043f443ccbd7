//! What a delivery that was written somewhere tells of.

use jiff::Timestamp;
use serde_json::Value;

use crate::item::Seq;

/// The item that a delivery tells of, the first of a digest, and when it was taken in: with both, one
/// log is told from another.
pub(super) fn item_of(event: &Value) -> Option<(Seq, Timestamp)> {
    let told = event.get("stories").map_or(Some(event), |stories| stories.get(0))?;
    let received = told.get("received")?.as_str()?.parse().ok()?;
    Some((Seq(told.get("item")?.as_u64()?), received))
}
