//! Decisions that the labels say were wrong, with what spoke for them.

use serde::Serialize;

use crate::story::Share;

/// Two headlines on the wrong side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// They were joined though they tell two stories; else they were kept apart though they tell
    /// one.
    pub joined: bool,
    /// The probability that decided.
    pub score: f32,
    /// The headlines, the later one first.
    pub headlines: [String; 2],
    /// The features that spoke loudest.
    pub shares: Vec<Share>,
}

impl Mistake {
    /// How sure the model was of what is wrong.
    fn surprise(&self) -> f32 {
        if self.joined { self.score } else { 1.0 - self.score }
    }

    /// How many features a mistake keeps.
    pub(super) const SHARES: usize = 4;
}

/// Leaves the worst of each kind, most surprising first; of equals the earlier.
pub(super) fn keep_worst(mistakes: &mut Vec<Mistake>, most: usize) {
    mistakes.sort_by(|a, b| b.surprise().total_cmp(&a.surprise()));
    let (mut joined, mut apart) = (0, 0);
    mistakes.retain(|mistake| {
        let count = if mistake.joined { &mut joined } else { &mut apart };
        *count += 1;
        *count <= most
    });
    // What was joined wrongly hurts more.
    mistakes.sort_by_key(|mistake| !mistake.joined);
}
