//! Why a channel whose rules hold for an item did not get it, and what became of what it held back.

use jiff::{SignedDuration, Timestamp};

use crate::item::{Item, Seq};
use crate::log::{Change, Decision, Gate, LogError, Logged, Position, Record, View, Withheld};
use crate::prepare::markers;
use crate::story::{StoryId, Verdict};

/// Records that are read at a time.
const AT_ONCE: usize = 1_000;
/// How long a delivery may still wait once it is looked at again: a day at each of the gates behind.
const LONGEST: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The channels whose rules hold for an item and that neither got it nor hold it back, and why.
pub(super) fn missed<'a>(item: &Item, decision: &'a Decision) -> Option<(Vec<&'a str>, String)> {
    let Decision { fold, channels, withheld, .. } = decision;
    let is_told = |name: &&String| {
        channels.contains(name) || withheld.iter().any(|withheld| withheld.channel == **name)
    };
    let matched = decision.matched.iter();
    let missed: Vec<&str> = matched.filter(|name| !is_told(name)).map(String::as_str).collect();
    if missed.is_empty() {
        return None;
    }
    let updates = fold.disputes || fold.verdict == Verdict::Correction;
    let why = match (decision.embargo, fold.verdict) {
        (Some(until), _) if until == Decision::OPEN_EMBARGO => {
            "its embargo has no end that could be read, or one too far off to be meant; a later \
             version has to lift it"
                .to_owned()
        }
        (Some(until), _) => format!("it is under embargo until {until}"),
        (None, Verdict::Kill) => "nobody there was shown what it withdraws".to_owned(),
        (None, _) if item.seen && !updates => {
            "its source held it already when it was first asked (`backfill`)".to_owned()
        }
        (None, Verdict::Repeat) if item.lifecycle && item.kills(&markers(item)) => {
            "whoever was to hear of this kill did when it came first".to_owned()
        }
        (None, _) if fold.state.killed => "its story was withdrawn".to_owned(),
        (None, verdict) => {
            format!("its story is there already, and `repeats` lets no {verdict} of it through")
        }
    };
    Some((missed, why))
}

/// What became of the deliveries of an item that policies held back, by channel, where it was not its own
/// turn that came: that is told by records about the item.
pub(super) fn became(
    view: &View,
    own: Position,
    decision: &Decision,
) -> Result<Vec<(String, String)>, LogError> {
    let held = decision.withheld.iter();
    let mut waiting: Vec<&Withheld> = held.filter(|withheld| withheld.until.is_some()).collect();
    let looked_at = waiting.iter().filter_map(|withheld| withheld.until).max();
    let last = looked_at.unwrap_or(Timestamp::MIN).checked_add(LONGEST).unwrap_or(Timestamp::MAX);
    let (mut story, mut became) = (decision.fold.story, Vec::new());
    let (mut next, (_, end)) = (own.next(), view.bounds()?);
    while !waiting.is_empty() && next < end {
        let (page, after) = view.decided_from(next, AT_ONCE)?;
        for logged in &page {
            if logged.at > last {
                return Ok(became);
            }
            story = goes_on(&logged.record, story, decision.item);
            waiting.retain(|withheld| match end_of(logged, story, decision.item, withheld) {
                End::None => true,
                End::Own => false,
                End::Other(how) => {
                    became.push((withheld.channel.clone(), how));
                    false
                }
            });
        }
        next = after.max(next.next());
    }
    Ok(became)
}

/// The story that an item of `story` is in after a record.
fn goes_on(record: &Record, story: StoryId, item: Seq) -> StoryId {
    match record {
        Record::Decision(decision) if decision.fold.merged.contains(&story) => decision.fold.story,
        Record::Feedback(feedback) => match feedback.change {
            Change::Merge { alias, kept } if alias == story => kept,
            Change::Split { opens, .. } if feedback.item == item => opens,
            Change::Merge { .. } | Change::Split { .. } => story,
        },
        _ => story,
    }
}

/// How a wait ended.
enum End {
    /// It did not.
    None,
    /// With the item itself.
    Own,
    /// Without it.
    Other(String),
}

fn end_of(logged: &Logged, story: StoryId, item: Seq, waits: &Withheld) -> End {
    let on = |channels: &[String]| channels.contains(&waits.channel);
    let given_up = |withheld: &[Withheld]| {
        withheld.iter().find(|it| it.channel == waits.channel && it.until.is_none()).cloned()
    };
    let (other, delivered, given_up) = match &logged.record {
        Record::Decision(decision) if decision.fold.story == story => {
            // What a provider withdraws of its own leaves waiting what others told.
            let own = decision.fold.verdict == Verdict::Kill && !decision.fold.state.killed;
            (decision.item, on(&decision.channels) && !own, given_up(&decision.withheld))
        }
        Record::Timer(timer) if timer.story == story => {
            (timer.item, on(&timer.channels), given_up(&timer.withheld))
        }
        Record::Digest(digest) if digest.channel == waits.channel => {
            match digest.entries.iter().find(|entry| entry.story == story) {
                Some(entry) => (entry.item, true, None),
                None => return End::None,
            }
        }
        Record::Feedback(feedback) if feedback.change.story() == story => {
            (feedback.item, on(&feedback.channels), None)
        }
        _ => return End::None,
    };
    match given_up {
        _ if delivered && other == item => End::Own,
        _ if delivered => End::Other(format!(
            "item {other} of its story was delivered in its place (position {})",
            logged.position
        )),
        Some(Withheld { gate: Gate::Withdrawn, .. }) if other != item => {
            End::Other(format!("item {other} withdrew it before anybody saw it"))
        }
        Some(dropped) => End::Other(dropped.to_string()),
        None => End::None,
    }
}

#[cfg(test)]
mod tests;
