//! Start-up: the window, the stories and what channels carried and hold back, from the log.
//! Recorded decisions are applied, never scored again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::decide::Decider;
use crate::log::record::Record;
use crate::log::{Log, LogError, Read};

/// Brings the stages back to where they were when the log was last written. Returns how many items
/// are live again.
pub(super) fn recover(decider: &mut Decider, log: &Log, window: Duration) -> Result<u64, LogError> {
    // The window follows the log's own time, which never goes back.
    let Some(last) = log.last_received() else { return Ok(0) };
    let window = window.max(decider.route.memory());
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let since = last.checked_sub(window).unwrap_or(Timestamp::MIN);
    let view = log.view();
    view.aliases(|alias, kept| decider.fold.restore_alias(alias, kept))?;
    view.identities(|known| {
        decider.fold.restore_identity(&known.identities, known.received, known.story, known.seq);
    })?;
    restore_held(decider, log, since)?;
    let mut items = 0;
    for read in view.window(since)? {
        // What can no longer be read was reported where it was read.
        let Read::Record(logged, intake) = read? else { continue };
        match (logged.record, intake) {
            (Record::Decision(decision), Some(intake)) => {
                let Ok(item) = decider.prepare.prepare(intake.arrival) else { continue };
                decider.fold.apply(&item, &decision.fold);
                decider.route.apply(&item, &decision);
                items += 1;
            }
            (Record::Timer(timer), _) => decider.route.apply_timer(&timer),
            (Record::Feedback(feedback), Some(intake)) => {
                let Ok(item) = decider.prepare.prepare(intake.arrival) else { continue };
                let corrected = decider.fold.apply_change(feedback.change, &item);
                decider.route.apply_feedback(&feedback, corrected);
            }
            (Record::Digest(digest), _) => decider.route.apply_digest(&digest),
            _ => {}
        }
    }
    // Last: whether a delivery was the first of its story is found out on the way.
    view.carried(|carried| {
        decider.route.restore_carried(carried.story, &carried.channels, carried.at);
    })?;
    decider.fold.start_stories_at(log.next_story());
    Ok(items)
}

/// Items that came before the window and are still under an embargo.
fn restore_held(decider: &mut Decider, log: &Log, since: Timestamp) -> Result<(), LogError> {
    let view = log.view();
    for item in view.held()? {
        let Some((intake, logged)) = view.decision_of(item)? else { continue };
        let received = intake.arrival.received;
        if let Record::Decision(decision) = logged.record
            && received < since
            && let Ok(prepared) = decider.prepare.prepare(intake.arrival)
        {
            decider.route.hold(&prepared, &decision);
        }
    }
    Ok(())
}
