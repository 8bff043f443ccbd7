//! Which reports of a story stand when a publisher has withdrawn its own.

use jiff::Timestamp;

use super::doc::{Brief, Summary};
use crate::item::Item;
use crate::log::{Decision, LogError, Record, View};
use crate::prepare::markers;
use crate::serve::board::Story;
use crate::story::{Provider, Report, Verdict};

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
    let mut reports: Vec<(Brief, Report)> = Vec::new();
    let middle = MOST..story.entries.len().saturating_sub(MOST);
    let looked_at = story.entries.iter().enumerate().filter(|(at, _)| !middle.contains(at));
    for (_, entry) in looked_at {
        let Some(intake) = super::intake(view, entry.item)? else { continue };
        let Some(brief) = Brief::of(&intake, now) else { continue };
        let Ok(item) = &intake.arrival.record else { continue };
        let record = super::record(view, entry.position)?.map(|logged| logged.record);
        // Else about an item that is known, or of a time that is no longer held.
        let Some(Record::Decision(decision)) = record else { continue };
        let report = report(item, &decision);
        if decision.fold.verdict == Verdict::Kill {
            let of = decision.fold.evidence.of;
            reports.retain(|(_, told)| !told.is_taken_back(&report, of));
        } else if !item.kills(&markers(item)) {
            // A kill that was sent again is no report.
            reports.push((brief, report));
        }
    }
    let latest = reports.iter().any(|(_, told)| told.item == summary.latest.item);
    let Some((first, _)) = reports.into_iter().find(|(told, _)| told.headline.is_some()) else {
        return Ok(Reports::Withdrawn);
    };
    if !latest {
        summary.latest = first.clone();
    }
    summary.lead = first;
    Ok(Reports::Some)
}

fn report(item: &Item, decision: &Decision) -> Report {
    let by = Provider::of(item, decision.fold.teller.family);
    Report { item: decision.item, uri: item.uri.clone(), by }
}
