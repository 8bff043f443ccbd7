//! Stories that turn out to be one.
//!
//! What is told in many ways at once opens several stories before anybody has told it in words that
//! have something of each. The item that does joins one of them, and would nearly have joined the
//! others, too: from there on they are one, under the oldest id. The larger they are, the surer it
//! must be, since one wrong item then costs more. Measured in docs/models.md.

use std::borrow::Cow;

use super::decide::Choice;
use super::stories::Story;
use super::{Fold, weight};
use crate::prepare::Prepared;
use crate::story::{Verdict, embargo};

/// Log-odds above what joining needs from which an item makes one of two stories of one item each: it
/// may fall a little short of joining both.
const TIES: f32 = -0.3;

/// How much more is needed with the natural logarithm of how many pairs of live items it makes items
/// of one story. Without this, a busy window grows one story of a third of its items.
const TIES_MORE: f32 = 0.15;

impl Fold {
    /// The stories that an item shows to be the one it joins, which is the first of `choices`.
    pub(super) fn tied<'c>(&self, prepared: &Prepared, choices: &'c [Choice]) -> Vec<&'c Choice> {
        let Some((joined, others)) = choices.split_first() else { return Vec::new() };
        // Nobody is to hear of an embargoed item before its time, in whatever way. What was
        // withdrawn, or parted by hand, is left as it is.
        let live = |choice: &Choice| {
            let story = self.stories.get(choice.story);
            story.filter(|story| !story.killed && !story.parted).map(|story| story.live.max(1))
        };
        let held = embargo::until(prepared, Verdict::New).is_some();
        let Some(own) = live(joined).filter(|_| !held) else { return Vec::new() };
        let ties = |other: &&Choice| {
            live(other).is_some_and(|live| {
                let pairs = live as f32 * (own + 1) as f32;
                other.margin >= TIES + TIES_MORE * weight::ln(pairs)
            })
        };
        others.iter().filter(ties).collect()
    }

    /// The story that a choice and those tied to it are together.
    pub(super) fn together(&self, choice: &Choice, tied: &[&Choice]) -> Cow<'_, Story> {
        let story = |choice: &Choice| self.stories.get(choice.story).map(Cow::Borrowed);
        let mut together = story(choice).unwrap_or_default();
        for other in tied.iter().filter_map(|choice| story(choice)) {
            together.to_mut().take_in(other.into_owned());
        }
        together
    }
}

#[cfg(test)]
mod tests;
