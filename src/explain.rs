//! Why: two headlines against each other, or what was decided about a recorded item.

use std::fmt::{self, Write as _};

use jiff::Timestamp;

use crate::config::Config;
use crate::decide::Decider;
use crate::fold::{Explanation, explain_pair};
use crate::item::{Arrival, Item, Seq};
use crate::log::{Change, Digest, Feedback, Log, LogError, Logged, Record, View};
use crate::prepare::Prepared;
use crate::route::{Outcome, RuleTrace};
use crate::stage::Stage;
use crate::story::StoryId;
use crate::terminal::escape;

/// Why two headlines are one story or not, and where the second would go.
pub struct PairExplanation {
    /// The headlines as they were compared.
    pub headlines: [String; 2],
    /// The probability, and what it is made of.
    pub explanation: Explanation,
    /// What the rules make of the second.
    pub rules: Vec<RuleTrace>,
}

/// Explains two headlines, the first sent before the second. `None` when one of them has no text.
pub fn pair(decider: &mut Decider, a: &str, b: &str) -> Option<PairExplanation> {
    let mut prepare = |n: u64, headline: &str| -> Option<Prepared> {
        let item = Item { headline: headline.to_owned(), ..Item::default() };
        let arrival = Arrival {
            seq: Seq(n),
            received: Timestamp::UNIX_EPOCH,
            source: String::new(),
            record: Ok(item),
        };
        let mut out = Vec::new();
        decider.prepare.push(arrival.into(), Timestamp::UNIX_EPOCH, &mut out);
        out.pop()?.ok()
    };
    let (first, second) = (prepare(0, a)?, prepare(1, b)?);
    let headlines = [&first, &second].map(|item| item.headline.to_string());
    let explanation = explain_pair(&first, &second);
    let mut folded = Vec::new();
    for item in [first, second] {
        decider.fold.push(Ok(item), Timestamp::UNIX_EPOCH, &mut folded);
    }
    let rules = match folded.pop() {
        Some(Ok(folded)) => decider.route.explain(&folded),
        _ => Vec::new(),
    };
    Some(PairExplanation { headlines, explanation, rules })
}

impl fmt::Display for PairExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "compared as")?;
        for headline in &self.headlines {
            writeln!(f, "  {}", escape(headline))?;
        }
        writeln!(f, "\n{}", self.explanation)?;
        if self.explanation.same() && self.explanation.contradict {
            writeln!(f, "\nthe second would mark the story disputed")?;
        }
        writeln!(f, "\nrules")?;
        if self.rules.is_empty() {
            writeln!(f, "  none holds, none nearly: it goes to `unrouted`")?;
        }
        for rule in &self.rules {
            write_rule(f, rule)?;
        }
        Ok(())
    }
}

fn write_rule(f: &mut fmt::Formatter<'_>, rule: &RuleTrace) -> fmt::Result {
    let outcome = match &rule.outcome {
        Outcome::Holds => "holds".to_owned(),
        Outcome::BehindExit(by) => format!("would hold, but `{by}` ends the rules"),
        Outcome::Closed => "would hold, but its schedule is closed".to_owned(),
        Outcome::Nearly => "nearly holds".to_owned(),
    };
    write!(f, "  {} → {}: {outcome}", rule.rule, rule.channels.join(", "))?;
    if !rule.by.is_empty() {
        write!(f, ", by {}", rule.by.join(", "))?;
    }
    if !rule.against.is_empty() {
        write!(f, ", but {}", rule.against.join(", "))?;
    }
    writeln!(f)
}

/// Why nothing can be told of a recorded item.
#[derive(Debug)]
pub enum Unexplained {
    /// The log cannot be read.
    Log(LogError),
    /// There is no record of that number.
    Unknown(Seq),
}

impl fmt::Display for Unexplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unexplained::Log(error) => error.fmt(f),
            Unexplained::Unknown(seq) => {
                write!(f, "The log has no record {seq}: it is older than `retain`, or yet to come.")
            }
        }
    }
}

impl std::error::Error for Unexplained {}

/// The story that a recorded item is in, as far as the log tells.
pub fn story_of(config: &Config, seq: Seq) -> Result<StoryId, Unexplained> {
    let view = view(config)?;
    let found = view.decision_of(seq).map_err(Unexplained::Log)?;
    let (intake, logged) = found.ok_or(Unexplained::Unknown(seq))?;
    let Record::Decision(decision) = logged.record else { return Err(Unexplained::Unknown(seq)) };
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

/// A stopped daemon's log is opened whole; a running one's is read beside it.
fn view(config: &Config) -> Result<View, Unexplained> {
    match Log::open(&config.log) {
        Ok(log) => Ok(log.view()),
        Err(_) => View::open(&config.log.dir).map_err(Unexplained::Log),
    }
}

/// What was decided about a recorded item, from the log alone.
pub fn recorded(config: &Config, seq: Seq) -> Result<String, Unexplained> {
    let view = view(config)?;
    let found = view.decision_of(seq).map_err(Unexplained::Log)?;
    let (intake, logged) = found.ok_or(Unexplained::Unknown(seq))?;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_record(&mut text, &intake.arrival, &logged.record);
    let later = view.later_about(seq, intake.position).map_err(Unexplained::Log)?;
    for later in &later {
        let _ = write_later(&mut text, later);
    }
    if let Record::Decision(decision) = &logged.record {
        let then = decision.fold.story;
        let now = story_now(&view, then, &later).map_err(Unexplained::Log)?;
        if then != now {
            let _ = writeln!(text, "it is in story {now} now, not {then}");
        }
    }
    Ok(text)
}

fn write_record(text: &mut String, arrival: &Arrival, record: &Record) -> fmt::Result {
    writeln!(
        text,
        "item {} of source {}, received {}",
        arrival.seq, arrival.source, arrival.received
    )?;
    match &arrival.record {
        Ok(item) => writeln!(text, "  {}", escape(&item.headline))?,
        Err(reject) => {
            writeln!(text, "\nrejected ({}): {}", reject.kind.as_str(), escape(&reject.reason))?;
            if let Some(offset) = reject.offset {
                writeln!(text, "  at byte {offset} of its input")?;
            }
        }
    }
    let Record::Decision(decision) = record else { return Ok(()) };
    let fold = &decision.fold;
    let evidence = &fold.evidence;
    writeln!(text, "\n{} in story {}: {}", fold.verdict, fold.story, evidence.reason)?;
    if let Some(of) = evidence.of {
        writeln!(text, "  matched with item {of}")?;
    }
    if let Some(score) = evidence.score {
        writeln!(text, "  probability {score:.3}, threshold {:.3}", evidence.threshold)?;
    }
    for share in &evidence.shares {
        let value = share.value.map_or("missing".to_owned(), |value| format!("{value:.3}"));
        writeln!(text, "  {:+.2}  {} = {value}", share.share, share.feature)?;
    }
    writeln!(text, "\nrules: {}", list(&decision.rules))?;
    writeln!(text, "matched: {}", list(&decision.matched))?;
    writeln!(text, "delivered to: {}", list(&decision.channels))?;
    decision.withheld.iter().try_for_each(|withheld| writeln!(text, "{withheld}"))
}

/// What became of an item after it was decided on.
fn write_later(text: &mut String, later: &Logged) -> fmt::Result {
    let Logged { at, position, record } = later;
    match record {
        Record::Timer(timer) if timer.channels.is_empty() => {
            writeln!(text, "{at}: {}", timer.reason)
        }
        Record::Timer(timer) => {
            let channels = list(&timer.channels);
            writeln!(text, "{at}: delivered to {channels} (position {position}): {}", timer.reason)
        }
        Record::Digest(digest) => {
            let Digest { channel, reason, .. } = digest;
            writeln!(text, "{at}: in a digest on {channel} (position {position}): {reason}")
        }
        Record::Feedback(feedback) => write_feedback(text, at, feedback),
        Record::Decision(_) | Record::Rejected(_) | Record::Config(_) => Ok(()),
    }
}

fn write_feedback(text: &mut String, at: &Timestamp, feedback: &Feedback) -> fmt::Result {
    let channels = list(&feedback.channels);
    match feedback.change {
        Change::Split { from, opens } => writeln!(
            text,
            "{at}: split off by hand from {from}, opens {opens}; delivered to {channels}"
        ),
        Change::Merge { alias, kept } => {
            writeln!(text, "{at}: {alias} merged by hand into {kept}; delivered to {channels}")
        }
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
