//! What was decided about a recorded item, from the log, and what else it could have joined.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::outcome;
use crate::config::Config;
use crate::decide::Decider;
use crate::fold::Nearby;
use crate::item::{Arrival, Seq};
use crate::log::{
    Change, Decision, Digest, Feedback, LogError, Logged, Position, Read, Record, View, Withheld,
};
use crate::story::StoryId;
use crate::terminal::escape;

/// Why nothing can be told of a recorded item.
#[derive(Debug)]
pub enum Unexplained {
    /// The log cannot be read.
    Log(LogError),
    /// There is no record of that number.
    Unknown(Seq),
    /// It was rejected: there is no story that it is in.
    Rejected(Seq),
    /// Nothing is delivered there.
    Nowhere(Position),
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unexplained::Log(error) => error.fmt(f),
            Unexplained::Unknown(seq) => {
                write!(f, "The log has no record {seq}: it is older than `retain`, or yet to come.")
            }
            Unexplained::Rejected(seq) => {
                write!(
                    f,
                    "Item {seq} was rejected, so it is in no story. See `wirefold explain {seq}`."
                )
            }
            Unexplained::Nowhere(position) => {
                write!(
                    f,
                    "Position {position} of the log has no item: it is older than `retain`, yet to \
                     come, or about something else. A story of a digest is named with its place \
                     there, from 0 on: night/{position}/0."
                )
            }
        }
    }
}

impl std::error::Error for Unexplained {}

/// What was decided about an item.
pub struct Recorded {
    arrival: Arrival,
    /// `None` when it was rejected.
    decision: Option<Box<Decision>>,
    /// Another story that it could have joined, the likeliest: with the models in use now, and the
    /// window as it was.
    next_best: Option<Nearby>,
    /// It was looked for one.
    compared: bool,
    /// What became of it after that.
    later: Vec<Logged>,
    /// What became of what policies held back of it, by channel, where another item had its turn.
    became: Vec<(String, String)>,
    /// The story it is in now, when that is another one than was decided.
    moved: Option<StoryId>,
}

/// The item of a delivery, by its place in the log; of a digest also by that in it.
pub fn delivered(
    config: &Config,
    position: Position,
    n: Option<usize>,
) -> Result<Seq, Unexplained> {
    let view = View::open(&config.log.dir).map_err(Unexplained::Log)?;
    let found = view.record(position).map_err(Unexplained::Log)?.map(|logged| logged.record);
    let item = match (found, n) {
        (Some(Record::Digest(digest)), Some(n)) => digest.entries.get(n).map(|entry| entry.item),
        (Some(record), None) => record.item(),
        _ => None,
    };
    item.ok_or(Unexplained::Nowhere(position))
}

/// Looks an item up. The stages of `decider` must be new: they are brought to where they were when
/// the item came. Without them, it is not looked what else it is like.
pub fn recorded(
    config: &Config,
    decider: Option<&mut Decider>,
    seq: Seq,
) -> Result<Recorded, Unexplained> {
    let view = View::open(&config.log.dir).map_err(Unexplained::Log)?;
    let found = view.decision_of(seq).map_err(Unexplained::Log)?;
    let (intake, logged) = found.ok_or(Unexplained::Unknown(seq))?;
    let mut later = view.later_about(seq, intake.position).map_err(Unexplained::Log)?;
    later.retain(|logged| !matches!(logged.record, Record::Decision(_) | Record::Rejected(_)));
    let arrival = intake.arrival;
    let own = logged.position;
    let decision = match logged.record {
        Record::Decision(decision) => Some(decision),
        _ => None,
    };
    let compared = decider.is_some();
    let next_best = match decision.as_ref().zip(decider) {
        Some((decision, decider)) => {
            next_best(config, decider, &view, &arrival, decision).map_err(Unexplained::Log)?
        }
        None => None,
    };
    let became = match &decision {
        Some(decision) => outcome::became(&view, own, decision).map_err(Unexplained::Log)?,
        None => Vec::new(),
    };
    let moved = match &decision {
        Some(decision) => {
            let then = decision.fold.story;
            let now = story_now(&view, then, &later).map_err(Unexplained::Log)?;
            (now != then).then_some(now)
        }
        None => None,
    };
    Ok(Recorded { arrival, decision, next_best, compared, later, became, moved })
}

/// The story that a recorded item is in, as far as the log tells.
pub fn story_of(config: &Config, seq: Seq) -> Result<StoryId, Unexplained> {
    let view = View::open(&config.log.dir).map_err(Unexplained::Log)?;
    let found = view.decision_of(seq).map_err(Unexplained::Log)?;
    let (intake, logged) = found.ok_or(Unexplained::Unknown(seq))?;
    let Record::Decision(decision) = logged.record else { return Err(Unexplained::Rejected(seq)) };
    let later = view.later_about(seq, intake.position).map_err(Unexplained::Log)?;
    story_now(&view, decision.fold.story, &later).map_err(Unexplained::Log)
}

/// The story that an item of the story `then` is in now.
fn story_now(view: &View, then: StoryId, later: &[Logged]) -> Result<StoryId, LogError> {
    let mut splits = later.iter().filter_map(|logged| match &logged.record {
        Record::Feedback(Feedback { change: Change::Split { opens, .. }, .. }) => Some(*opens),
        _ => None,
    });
    view.resolve(splits.next_back().unwrap_or(then))
}

/// Applies the decisions before an item, and asks what else it is like.
fn next_best(
    config: &Config,
    decider: &mut Decider,
    view: &View,
    arrival: &Arrival,
    decision: &Decision,
) -> Result<Option<Nearby>, LogError> {
    let window = SignedDuration::try_from(config.fold.window).unwrap_or(SignedDuration::MAX);
    let since = arrival.received.checked_sub(window).unwrap_or(Timestamp::MIN);
    for read in view.window(since)? {
        let Read::Record(logged, Some(intake)) = read? else { continue };
        if intake.arrival.seq >= arrival.seq {
            break;
        }
        let Record::Decision(earlier) = logged.record else { continue };
        if let Ok(item) = decider.prepare.prepare(intake.arrival) {
            decider.fold.apply(&item, &earlier.fold);
        }
    }
    let Ok(item) = decider.prepare.prepare(arrival.clone()) else { return Ok(None) };
    let own = |story| story == decision.fold.story || decision.fold.merged.contains(&story);
    Ok(decider.fold.nearby(&item).into_iter().find(|nearby| !own(nearby.story)))
}

impl Recorded {
    /// The same as one JSON object.
    pub fn to_json(&self) -> Value {
        let arrival = &self.arrival;
        let rejected = arrival.record.as_ref().err();
        let missed = self.missed();
        json!({
            "item": arrival.seq,
            "source": arrival.source,
            "received": arrival.received.to_string(),
            "headline": arrival.record.as_ref().ok().map(|item| &item.headline),
            "rejected": rejected.map(|reject| {
                json!({ "kind": reject.kind.as_str(), "reason": reject.reason })
            }),
            "verdict": self.decision.as_ref().map(|it| it.fold.verdict.as_str()),
            "story": self.decision.as_ref().map(|it| it.fold.story.to_string()),
            "evidence": self.decision.as_ref().map(|it| &it.fold.evidence),
            "next_best": self.next_best,
            "rules": self.decision.as_ref().map(|it| &it.rules),
            "matched": self.decision.as_ref().map(|it| &it.matched),
            "channels": self.decision.as_ref().map(|it| &it.channels),
            "embargo": self.decision.as_ref().and_then(|it| it.embargo).map(|it| it.to_string()),
            "missed": missed.map(|(channels, why)| json!({ "channels": channels, "why": why })),
            "withheld": self.decision.as_ref().map(|it| {
                it.withheld.iter().map(|withheld| self.withheld(withheld)).collect::<Vec<_>>()
            }),
            "later": self.later.iter().map(|logged| Later(logged).to_string()).collect::<Vec<_>>(),
            "story_now": self.moved.map(|story| story.to_string()),
        })
    }
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrival = &self.arrival;
        writeln!(
            f,
            "item {} of source {}, received {}",
            arrival.seq, arrival.source, arrival.received
        )?;
        match &arrival.record {
            Ok(item) => writeln!(f, "  {}", escape(&item.headline))?,
            Err(reject) => {
                writeln!(f, "\nrejected ({}): {}", reject.kind.as_str(), escape(&reject.reason))?;
                if let Some(offset) = reject.offset {
                    writeln!(f, "  at byte {offset} of its input")?;
                }
            }
        }
        if let Some(decision) = &self.decision {
            self.write_decision(f, decision)?;
        }
        self.later.iter().try_for_each(|logged| writeln!(f, "{}", Later(logged)))?;
        match (&self.moved, &self.decision) {
            (Some(now), Some(decision)) => {
                writeln!(f, "it is in story {now} now, not {}", decision.fold.story)
            }
            _ => Ok(()),
        }
    }
}

impl Recorded {
    fn write_decision(&self, f: &mut fmt::Formatter<'_>, decision: &Decision) -> fmt::Result {
        let fold = &decision.fold;
        let evidence = &fold.evidence;
        writeln!(f, "\n{} in story {}: {}", fold.verdict, fold.story, evidence.reason)?;
        if let Some(of) = evidence.of {
            writeln!(f, "  matched with item {of}")?;
        }
        if let Some(score) = evidence.score {
            writeln!(f, "  probability {score:.3}, threshold {:.3}", evidence.threshold)?;
        }
        for share in &evidence.shares {
            let value = share.value.map_or("missing".to_owned(), |value| format!("{value:.3}"));
            writeln!(f, "  {:+.2}  {} = {value}", share.share, share.feature)?;
        }
        match &self.next_best {
            Some(next) => writeln!(
                f,
                "\nnext best: story {} with item {}, probability {:.3}; it scores {:.3} and would \
                 need {:.3}",
                next.story, next.item, next.probability, next.score, next.needs
            )?,
            None if self.compared => {
                writeln!(f, "\nnext best: it was compared with no other story of the window")?;
            }
            None => writeln!(f, "\nnext best: not known while the configuration has mistakes")?,
        }
        writeln!(f, "\nrules: {}", list(&decision.rules))?;
        writeln!(f, "matched: {}", list(&decision.matched))?;
        writeln!(f, "delivered to: {}", list(&decision.channels))?;
        if let Some((channels, why)) = self.missed() {
            writeln!(f, "not delivered to {}: {why}", channels.join(", "))?;
        }
        for withheld in &decision.withheld {
            writeln!(f, "{withheld}")?;
            if let Some(how) = self.became(&withheld.channel) {
                writeln!(f, "  it waits no more: {how}")?;
            }
        }
        Ok(())
    }

    fn missed(&self) -> Option<(Vec<&str>, String)> {
        outcome::missed(self.arrival.record.as_ref().ok()?, self.decision.as_deref()?)
    }

    fn became(&self, channel: &str) -> Option<&str> {
        let found = self.became.iter().find(|(name, _)| name == channel);
        found.map(|(_, how)| how.as_str())
    }

    fn withheld(&self, withheld: &Withheld) -> Value {
        json!({
            "channel": withheld.channel,
            "gate": withheld.gate.as_str(),
            "until": withheld.until.map(|until| until.to_string()),
            "became": self.became(&withheld.channel),
        })
    }
}

/// What became of an item after it was decided on, in one line.
struct Later<'a>(&'a Logged);

impl fmt::Display for Later<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Logged { at, position, record, .. } = self.0;
        match record {
            Record::Timer(timer) if timer.channels.is_empty() => {
                write!(f, "{at}: {}", timer.reason)
            }
            Record::Timer(timer) => {
                let channels = list(&timer.channels);
                write!(f, "{at}: delivered to {channels} (position {position}): {}", timer.reason)
            }
            Record::Digest(digest) => {
                let Digest { channel, reason, .. } = digest;
                write!(f, "{at}: in a digest on {channel} (position {position}): {reason}")
            }
            Record::Feedback(feedback) => write_feedback(f, at, feedback),
            Record::Decision(_) | Record::Rejected(_) | Record::Config(_) => Ok(()),
        }
    }
}

fn write_feedback(f: &mut fmt::Formatter<'_>, at: &Timestamp, feedback: &Feedback) -> fmt::Result {
    let channels = list(&feedback.channels);
    match feedback.change {
        Change::Split { from, opens } => {
            write!(f, "{at}: split off by hand from {from}, opens {opens}; delivered to {channels}")
        }
        Change::Merge { alias, kept } => {
            write!(f, "{at}: {alias} merged by hand into {kept}; delivered to {channels}")
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Log;
    use crate::log::sample::{item, reject};

    #[test]
    fn an_item_that_was_rejected_is_known_and_in_no_story() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::built_in();
        config.log.dir = folder.path().to_owned();
        let log = Log::open(&config.log).unwrap();
        log.append(&[item(1), reject(2)]).unwrap();
        log.close().unwrap();
        assert!(story_of(&config, Seq(1)).is_ok());
        let told = |seq| story_of(&config, Seq(seq)).unwrap_err().to_string();
        assert_eq!(told(2), "Item 2 was rejected, so it is in no story. See `wirefold explain 2`.");
        assert!(told(3).contains("no record 3"));
    }
}
