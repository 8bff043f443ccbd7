//! From a record of the log to what a reader of some channels gets of it.

use super::event::{Delivery, Digest, Event, Lost, Refusal, VERSION};
use super::{REJECTED, Wanted};
use crate::item::Seq;
use crate::log::{
    Change, Decision, Feedback, GapCause, Intake, LogError, Logged, Position, Read, Record, Ruled,
    Shown, View, unless_damaged,
};
use crate::net::web_link;
use crate::prepare::{event_time, markers};
use crate::story::{StoryId, Verdict};

/// Appends what `read` is on the wanted channels: one event for each of them.
pub(super) fn compose(
    read: Read,
    wanted: &Wanted,
    view: &View,
    events: &mut Vec<Event>,
) -> Result<(), LogError> {
    let (logged, intake) = match read {
        Read::Gap(gap) => {
            let lost = Lost { v: VERSION, from: gap.from, to: gap.to, cause: gap.cause };
            events.push(Event::Gap(lost));
            return Ok(());
        }
        Read::Record(logged, Some(intake)) => (logged, *intake),
        Read::Record(logged, None) => {
            if let Record::Digest(digest) = logged.record {
                events.push(compose_digest(logged.position, digest, &logged.first, view)?);
            }
            return Ok(());
        }
    };
    let Logged { position, record, first, .. } = *logged;
    match record {
        Record::Rejected(_) => events.extend(refusal(position, intake)),
        Record::Decision(decision) => {
            let channels = wanted.of(&decision.channels, &first);
            let reason = decision.fold.evidence.reason.clone();
            let intake = named(intake, &decision, view)?;
            deliver(position, &intake, &decision, &reason, &channels, events);
        }
        Record::Timer(timer) => {
            let Some(mut decision) = decision_about(&intake, view)? else {
                events.push(damaged(position));
                return Ok(());
            };
            show_late(&mut decision, timer.story, timer.shown);
            let channels = wanted.of(&timer.channels, &first);
            deliver(position, &intake, &decision, &timer.reason, &channels, events);
        }
        Record::Feedback(feedback) => {
            let Some(mut decision) = decision_about(&intake, view)? else {
                events.push(damaged(position));
                return Ok(());
            };
            let (verdict, reason) = corrected(feedback.change);
            let fold = &mut decision.fold;
            (fold.story, fold.verdict) = (feedback.change.story(), verdict);
            (fold.state, fold.disputes) = (feedback.state, false);
            fold.merged = match feedback.change {
                Change::Split { .. } => Vec::new(),
                Change::Merge { alias, .. } => vec![alias],
            };
            (fold.evidence.of, fold.evidence.score) = (None, None);
            let Feedback { rules, priority, labels, .. } = feedback;
            decision.rule(Ruled { rules, priority, labels });
            let channels = wanted.of(&feedback.channels, &first);
            deliver(position, &intake, &decision, &reason, &channels, events);
        }
        Record::Config(_) | Record::Digest(_) => {}
    }
    Ok(())
}

/// An item with something to show: what withdraws another without a word has the headline of that, or
/// else its name. What was under embargo is not told so.
fn named(mut intake: Intake, decision: &Decision, view: &View) -> Result<Intake, LogError> {
    let Ok(item) = &mut intake.arrival.record else { return Ok(intake) };
    if !item.headline.contains(char::is_alphanumeric) {
        item.headline = match decision.fold.evidence.of {
            Some(of) => told(of, view)?,
            None => None,
        }
        .or_else(|| item.uri.clone())
        .unwrap_or_default();
    }
    Ok(intake)
}

/// The headline of an item that is still in the log and was not under embargo.
fn told(seq: Seq, view: &View) -> Result<Option<String>, LogError> {
    let found = unless_damaged(view.decision_of(seq))?;
    Ok(found.and_then(|(intake, logged)| match (intake.arrival.record, logged.record) {
        (Ok(item), Record::Decision(decision)) if decision.embargo.is_none() => Some(item.headline),
        _ => None,
    }))
}

/// The decision that was made when the item came, whatever delivers it now; of one that was under
/// embargo, with the story as it was expected when it comes out. `None` when it is damaged.
fn decision_about(intake: &Intake, view: &View) -> Result<Option<Decision>, LogError> {
    Ok(match unless_damaged(view.record(intake.position))? {
        Some(Logged { record: Record::Decision(mut decision), .. }) => {
            let out = decision.fold.out(decision.item);
            (decision.fold.state, decision.fold.disputes) = (out.state, out.disputes);
            Some(*decision)
        }
        _ => None,
    })
}

/// Lets an item's decision be that of a later delivery, in the story that it may have been merged into or
/// split off since.
fn show_late(decision: &mut Decision, story: StoryId, shown: Option<Shown>) {
    let moved = std::mem::replace(&mut decision.fold.story, story) != story;
    let Some(Shown { out, ruled, uncovered }) = shown else { return };
    decision.fold.state = out.state;
    if uncovered {
        decision.fold.disputes = out.disputes;
    }
    if let Some(ruled) = ruled {
        decision.rule(ruled);
    }
    if moved && decision.fold.verdict == Verdict::New && out.state.items > 1 {
        decision.fold.verdict = Verdict::Development;
    }
}

fn damaged(position: Position) -> Event {
    let cause = GapCause::Damaged;
    Event::Gap(Lost { v: VERSION, from: position, to: position.next(), cause })
}

fn corrected(change: Change) -> (Verdict, String) {
    match change {
        Change::Split { from, .. } => {
            (Verdict::New, format!("Taken out of story {from} by hand: a story of its own."))
        }
        Change::Merge { alias, kept } => {
            (Verdict::Development, format!("Merged by hand: story {alias} is {kept} now."))
        }
    }
}

/// Stories whose record is damaged are counted as left out.
fn compose_digest(
    position: Position,
    digest: crate::log::Digest,
    first: &[bool],
    view: &View,
) -> Result<Event, LogError> {
    let crate::log::Digest { at, channel, since, entries, mut left_out, reason, shown } = digest;
    let mut shown = shown.into_iter();
    let mut first = first.iter().copied();
    let mut stories = Vec::with_capacity(entries.len());
    for (n, entry) in (0_u32..).zip(&entries) {
        let shown = shown.next().flatten();
        let on = (&channel, first.next().unwrap_or(false));
        let intake = unless_damaged(view.intake(entry.item))?;
        let decision = match &intake {
            Some(intake) => decision_about(intake, view)?,
            None => None,
        };
        let story = match intake.zip(decision) {
            Some((intake, mut decision)) => {
                show_late(&mut decision, entry.story, shown);
                let intake = named(intake, &decision, view)?;
                let reason = &decision.fold.evidence.reason;
                delivery(position, &intake, &decision, reason, on)
            }
            None => None,
        };
        match story {
            Some(story) => {
                let id = format!("{channel}/{position}/{n}");
                stories.push(Delivery { id, ..story });
            }
            None => left_out += u64::from(entry.count),
        }
    }
    let id = format!("{channel}/{position}");
    let digest = Digest { v: VERSION, id, channel, position, at, since, reason, left_out, stories };
    Ok(Event::Digest(Box::new(digest)))
}

fn deliver(
    position: Position,
    intake: &Intake,
    decision: &Decision,
    reason: &str,
    channels: &[(&String, bool)],
    events: &mut Vec<Event>,
) {
    let on = channels.iter().filter_map(|on| delivery(position, intake, decision, reason, *on));
    events.extend(on.map(|delivery| Event::Story(Box::new(delivery))));
}

fn delivery(
    position: Position,
    intake: &Intake,
    decision: &Decision,
    reason: &str,
    (channel, first): (&String, bool),
) -> Option<Delivery> {
    let Ok(item) = &intake.arrival.record else { return None };
    let (fold, state) = (&decision.fold, &decision.fold.state);
    // By the time its embargo ended others had told the story.
    let follows = decision.embargo.is_some() && fold.verdict == Verdict::New && state.items > 1;
    Some(Delivery {
        v: VERSION,
        id: format!("{channel}/{position}"),
        channel: channel.clone(),
        position,
        verdict: if follows { Verdict::Development } else { fold.verdict },
        first,
        story: fold.story,
        merged: fold.merged.clone(),
        item: intake.arrival.seq,
        of: fold.evidence.of,
        headline: item.headline.clone(),
        byline: item.byline.clone(),
        publisher: item.publisher.clone(),
        family: fold.teller.family,
        source: intake.arrival.source.clone(),
        received: intake.arrival.received,
        event: event_time(item, intake.arrival.received),
        link: item
            .link
            .as_deref()
            .filter(|link| web_link(link).is_some())
            .map(|link| link.trim().to_owned()),
        uri: item.uri.clone(),
        disputes: fold.disputes,
        disputed: state.disputed,
        killed: state.killed,
        items: state.items,
        publishers: state.publishers,
        markers: markers(item),
        rules: decision.rules.clone(),
        priority: decision.priority,
        labels: decision.labels.clone(),
        reason: reason.to_owned(),
        score: fold.evidence.score,
    })
}

fn refusal(position: Position, intake: Intake) -> Option<Event> {
    let arrival = intake.arrival;
    let reject = arrival.record.err()?;
    Some(Event::Rejected(Box::new(Refusal {
        v: VERSION,
        id: format!("{REJECTED}/{position}"),
        channel: REJECTED.to_owned(),
        position,
        item: arrival.seq,
        source: arrival.source,
        received: arrival.received,
        kind: reject.kind,
        reason: reject.reason,
        offset: reject.offset,
        text: String::from_utf8_lossy(&reject.bytes).into_owned(),
    })))
}
