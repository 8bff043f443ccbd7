//! What other rules would change: two sets of decisions about the same items, side by side.

use std::collections::BTreeMap;
use std::fmt;

use crate::log::Decision;

/// How many headlines are shown for each change.
const EXAMPLES: usize = 3;

/// What would change, rule by rule and channel by channel. Grows with rules and channels, not with
/// items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Items compared.
    pub items: u64,
    /// Items of which anything changes.
    pub changed: u64,
    /// Items that go somewhere and went nowhere but to `unrouted`.
    pub routed: Change,
    /// Items that go nowhere but to `unrouted` and went somewhere.
    pub lost: Change,
    /// Items that go somewhere else, by where from and where to ("a, b → c").
    pub moved: BTreeMap<String, Change>,
    /// By rule: items for which it holds now and did not, and the other way round.
    pub rules: BTreeMap<String, [Change; 2]>,
    /// By channel: items delivered now that were not, and the other way round.
    pub channels: BTreeMap<String, [Change; 2]>,
}

/// How many items, with a few of their headlines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many.
    pub count: u64,
    /// The first few.
    pub examples: Vec<String>,
}

impl Change {
    fn add(&mut self, headline: &str) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(headline.to_owned());
        }
    }
}

impl Comparison {
    /// Compares what two sets of rules decided about one item.
    pub fn add(&mut self, headline: &str, before: &Decision, after: &Decision) {
        self.items += 1;
        let same = before.rules == after.rules
            && before.matched == after.matched
            && before.channels == after.channels;
        if same {
            return;
        }
        self.changed += 1;
        sides(&before.rules, &after.rules, &mut self.rules, headline);
        sides(&before.channels, &after.channels, &mut self.channels, headline);
        let routed =
            |decision: &Decision| decision.matched.iter().any(|channel| channel != super::UNROUTED);
        match (routed(before), routed(after)) {
            (false, true) => self.routed.add(headline),
            (true, false) => self.lost.add(headline),
            (true, true) if before.matched != after.matched => {
                let way = format!("{} → {}", before.matched.join(", "), after.matched.join(", "));
                self.moved.entry(way).or_default().add(headline);
            }
            _ => {}
        }
    }
}

fn sides(
    before: &[String],
    after: &[String],
    changes: &mut BTreeMap<String, [Change; 2]>,
    headline: &str,
) {
    for (side, these, others) in [(0, after, before), (1, before, after)] {
        for name in these.iter().filter(|name| !others.contains(name)) {
            changes.entry(name.clone()).or_default()[side].add(headline);
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {} items change", self.changed, self.items)?;
        section(f, "newly routed", [("", &self.routed)])?;
        section(f, "lost", [("", &self.lost)])?;
        section(f, "moved", self.moved.iter().map(|(way, change)| (way.as_str(), change)))?;
        for (title, changes) in [("rule", &self.rules), ("channel", &self.channels)] {
            for (side, sign) in ["+", "-"].into_iter().enumerate() {
                let changes = changes.iter().map(|(name, sides)| (name.as_str(), &sides[side]));
                section(f, &format!("{sign} {title}"), changes)?;
            }
        }
        Ok(())
    }
}

fn section<'a>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    changes: impl IntoIterator<Item = (&'a str, &'a Change)>,
) -> fmt::Result {
    for (name, change) in changes {
        if change.count == 0 {
            continue;
        }
        let space = if name.is_empty() { "" } else { " " };
        writeln!(f, "{title}{space}{name}: {}", change.count)?;
        for example in &change.examples {
            writeln!(f, "    {example}")?;
        }
    }
    Ok(())
}
