//! Why: two headlines against each other, or what was decided about a recorded item.

mod outcome;
mod recorded;

pub use recorded::{Recorded, Unexplained, delivered, recorded, story_of};

use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::decide::Decider;
use crate::fold::Explanation;
use crate::item::{Arrival, Item, Seq, TimeQuality};
use crate::prepare::Prepared;
use crate::route::{Outcome, RuleTrace};
use crate::stage::Stage;
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

/// Explains two headlines, the second sent right after the first, with nothing else in the window.
/// `None` when one of them has no text. The stages of `decider` must be new.
pub fn pair(decider: &mut Decider, a: &str, b: &str) -> Option<PairExplanation> {
    let now = Timestamp::UNIX_EPOCH;
    let prepare = |n: u64, headline: &str| -> Option<Prepared> {
        let headline = headline.to_owned();
        let item = Item {
            headline,
            versioncreated: Some(now),
            time_quality: TimeQuality::Zoned,
            ..Item::default()
        };
        let (seq, source) = (Seq(n), String::new());
        decider.prepare.prepare(Arrival { seq, received: now, source, record: Ok(item) }).ok()
    };
    let (first, second) = (prepare(0, a)?, prepare(1, b)?);
    let headlines = [&first, &second].map(|item| item.headline.to_string());
    let mut folded = Vec::new();
    decider.fold.push(Ok(first), now, &mut folded);
    let explanation = decider.fold.explain(&second)?;
    decider.fold.push(Ok(second), now, &mut folded);
    let rules = match folded.pop() {
        Some(Ok(folded)) => decider.route.explain(&folded),
        _ => Vec::new(),
    };
    Some(PairExplanation { headlines, explanation, rules })
}

impl PairExplanation {
    /// The same as one JSON object.
    pub fn to_json(&self) -> Value {
        let rule = |rule: &RuleTrace| {
            json!({
                "rule": rule.rule,
                "channels": rule.channels,
                "outcome": outcome(&rule.outcome),
                "by": rule.by,
                "against": rule.against,
            })
        };
        let it = &self.explanation;
        json!({
            "headlines": self.headlines,
            "same": it.same(),
            "probability": it.probability,
            "threshold": it.threshold,
            "clash": it.clash,
            "languages": it.languages,
            "bias": it.bias,
            "shares": it.shares,
            "alternatives": it.alternatives,
            "model": it.model,
            "rules": self.rules.iter().map(rule).collect::<Vec<_>>(),
        })
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Holds => "holds".to_owned(),
        Outcome::BehindExit(by) => format!("would hold, but `{by}` ends the rules"),
        Outcome::Closed => "would hold, but its schedule is closed".to_owned(),
        Outcome::Nearly => "nearly holds".to_owned(),
    }
}

impl fmt::Display for PairExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "compared, as if sent one after the other into an empty window")?;
        for headline in &self.headlines {
            writeln!(f, "  {}", escape(headline))?;
        }
        writeln!(f, "\n{}", self.explanation)?;
        if self.explanation.same() && self.explanation.clash.is_some() {
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
    let outcome = outcome(&rule.outcome);
    let channels = match rule.channels.is_empty() {
        true => "no channel".to_owned(),
        false => rule.channels.join(", "),
    };
    write!(f, "  {} → {channels}: {outcome}", rule.rule)?;
    if !rule.by.is_empty() {
        write!(f, ", by {}", rule.by.join(", "))?;
    }
    if !rule.against.is_empty() {
        write!(f, ", but {}", rule.against.join(", "))?;
    }
    writeln!(f)
}
