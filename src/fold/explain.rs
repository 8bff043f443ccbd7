//! Why two headlines are one story or not, without a window.

use std::fmt;

use super::disputed::contradict;
use super::{Scorer, scorer};
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::Share;

/// The probability of a pair and what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Probability that both tell one story.
    pub probability: f32,
    /// What it was held against.
    pub threshold: f32,
    /// Whether one asserts what the other denies.
    pub contradict: bool,
    /// The log-odds that shares add to.
    pub bias: f32,
    /// Every feature that mattered, the largest share first.
    pub shares: Vec<Share>,
    /// Digest of the model.
    pub model: String,
}

impl Explanation {
    /// Whether the two would be folded.
    pub fn same(&self) -> bool {
        self.probability >= self.threshold
    }
}

/// Scores a pair with the built-in models and tells why.
///
/// # Panics
/// Never in a build that passed its tests: the models are part of the program.
pub fn explain_pair(a: &Prepared, b: &Prepared) -> Explanation {
    let scorer = Scorer::new(&crate::config::FoldConfig::default())
        .expect("the shipped scorer is part of the program and loads in its tests");
    scorer.explain(a, b, scorer::THRESHOLD)
}

impl Scorer {
    /// Scores a pair alone, as `eval` does with labelled pairs.
    pub fn explain(&self, a: &Prepared, b: &Prepared, threshold: f32) -> Explanation {
        let publishers = Publishers::default();
        let (a, b) = (self.profile(a, &publishers), self.profile(b, &publishers));
        let values = self.alone(&a, &b);
        let comparable = a.comparable(&b);
        Explanation {
            probability: if comparable { self.probability(&values) } else { 0.0 },
            threshold,
            contradict: contradict(&a, &b),
            bias: self.bias(),
            shares: self.shares(&values, usize::MAX),
            model: self.digest().to_owned(),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = if self.same() { "one story" } else { "two stories" };
        let relation = if self.same() { "at least" } else { "below" };
        writeln!(
            f,
            "{answer}: probability {:.3}, {relation} the threshold {:.3}{}",
            self.probability,
            self.threshold,
            if self.contradict { "; they contradict each other" } else { "" }
        )?;
        writeln!(f, "{:<24} {:>9} {:>8}", "feature", "value", "share")?;
        writeln!(f, "{:<24} {:>9} {:>+8.3}", "(bias)", "", self.bias)?;
        for share in &self.shares {
            let value = share.value.map_or("missing".to_owned(), |value| format!("{value:.3}"));
            writeln!(f, "{:<24} {value:>9} {:>+8.3}", share.feature, share.share)?;
        }
        write!(f, "model {}", self.model)
    }
}
