//! Which reports of a story stand when a publisher has withdrawn its own.

use jiff::Timestamp;

use super::doc::{Brief, Summary};
use crate::log::{Intake, LogError, Record, View};
use crate::prepare::markers;
use crate::serve::board::Story;
use crate::story::Verdict;

/// Records of a story that are looked at, from its first on and up to its latest.
const MOST: usize = 500;

/// What is left of a story's reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Reports {
    /// None was withdrawn, or the whole story was.
    All,
    /// Some were withdrawn: what is told of the story are others.
    Some,
    /// Some were withdrawn, and of the others none is at hand.
    Withdrawn,
}

/// Has what is told of a story be what stands: the first report of it, and the latest one, unless that
/// was withdrawn.
pub(in crate::serve) fn keep_standing(
    summary: &mut Summary,
    story: &Story,
    view: &View,
    now: Timestamp,
) -> Result<Reports, LogError> {
    if !story.withdrawn || story.killed {
        return Ok(Reports::All);
    }
    let mut reports: Vec<Brief> = Vec::new();
    let middle = MOST..story.entries.len().saturating_sub(MOST);
    let looked_at = story.entries.iter().enumerate().filter(|(at, _)| !middle.contains(at));
    for (_, entry) in looked_at {
        let Some(intake) = super::intake(view, entry.item)? else { continue };
        let Some(brief) = Brief::of(&intake, now) else { continue };
        let record = super::record(view, entry.position)?.map(|logged| logged.record);
        match record {
            Some(Record::Decision(decision)) if decision.fold.verdict == Verdict::Kill => {
                let of = decision.fold.evidence.of;
                reports.retain(|told| of != Some(told.item) && !is_taken_back(told, &brief));
            }
            // A kill that was sent again is no report.
            Some(Record::Decision(_)) if !kills(&intake) => reports.push(brief),
            // About an item that is known, or of a time that is no longer held.
            _ => {}
        }
    }
    let latest = reports.iter().any(|told| told.item == summary.latest.item);
    let Some(first) = reports.into_iter().find(|told| told.headline.is_some()) else {
        return Ok(Reports::Withdrawn);
    };
    if !latest {
        summary.latest = first.clone();
    }
    summary.lead = first;
    Ok(Reports::Some)
}

fn kills(intake: &Intake) -> bool {
    intake.arrival.record.as_ref().is_ok_and(|item| item.kills(&markers(item)))
}

/// Whether `kill` withdraws a report that was made before: it is of the same publisher, or of the
/// same identifier.
fn is_taken_back(told: &Brief, kill: &Brief) -> bool {
    let who = |brief: &Brief| brief.publisher.clone().unwrap_or_else(|| brief.source.clone());
    who(told) == who(kill) || (told.uri.is_some() && told.uri == kill.uri)
}
