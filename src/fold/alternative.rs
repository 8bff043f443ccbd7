//! What would have to differ for another answer: in the features of a pair, and in the window.

use serde::Serialize;

use super::similarity::Values;
use super::{Fold, Scorer};
use crate::item::Seq;
use crate::prepare::Prepared;
use crate::story::StoryId;

/// A value of one feature with which the pair would have another probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    /// The feature.
    pub feature: String,
    /// Its value; `None` when it was missing.
    pub value: Option<f32>,
    /// The value would have to be above this.
    pub above: Option<f32>,
    /// The value would have to be at most this.
    pub at_most: Option<f32>,
    /// The probability then.
    pub probability: f32,
    /// Whether the answer then is another one.
    pub changes: bool,
}

/// How many alternatives are told.
const MOST: usize = 3;

impl Scorer {
    /// The smallest changes of one feature that turn the answer, counted in steps of the model; if
    /// there is none, the change that comes nearest to it.
    pub(super) fn alternatives(&self, values: &Values, threshold: f32) -> Vec<Alternative> {
        let now = self.probability(values);
        let turns = |probability: f32| (probability >= threshold) != (now >= threshold);
        let mut found: Vec<(usize, Alternative)> = Vec::new();
        let mut nearest: Option<Alternative> = None;
        for (at, feature) in self.model().features().iter().enumerate() {
            let steps = self.model().steps(at);
            let value = values[at];
            let here = steps.iter().filter(|step| value > **step).count();
            let mut best: Option<(usize, Alternative)> = None;
            for to in 0..=steps.len() {
                if to == here && !value.is_nan() || steps.is_empty() {
                    continue;
                }
                let mut changed = *values;
                changed[at] = steps.get(to).copied().unwrap_or(steps[to.max(1) - 1] + 1.0);
                let probability = self.probability(&changed);
                let alternative = Alternative {
                    feature: feature.name.clone(),
                    value: (!value.is_nan()).then_some(value),
                    above: (to > here || value.is_nan())
                        .then(|| to.checked_sub(1).map(|below| steps[below]))
                        .flatten(),
                    at_most: (to < here || value.is_nan())
                        .then(|| steps.get(to).copied())
                        .flatten(),
                    probability,
                    changes: turns(probability),
                };
                let off = |it: &Alternative| (it.probability - threshold).abs();
                if alternative.changes {
                    let far = to.abs_diff(here);
                    if best.as_ref().is_none_or(|(least, _)| far < *least) {
                        best = Some((far, alternative));
                    }
                } else if nearest.as_ref().is_none_or(|it| off(&alternative) < off(it)) {
                    nearest = Some(alternative);
                }
            }
            found.extend(best);
        }
        found.sort_by_key(|(far, _)| *far);
        found.truncate(MOST);
        if found.is_empty() {
            return nearest.into_iter().collect();
        }
        found.into_iter().map(|(_, alternative)| alternative).collect()
    }
}

/// A story that an item could have joined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nearby {
    /// The story.
    pub story: StoryId,
    /// Its item that is most like this one.
    pub item: Seq,
    /// The probability that both tell one story.
    pub probability: f32,
    /// The story's score.
    pub score: f32,
    /// What it would have needed.
    pub needs: f32,
}

impl Fold {
    /// The stories of the window that an item could join, the likeliest first: what a decision is
    /// made of, without making one.
    pub fn nearby(&mut self, prepared: &Prepared) -> Vec<Nearby> {
        self.expire(prepared.received);
        let mut profile = self.scorer.profile(prepared, &self.publishers);
        self.window.number(&mut profile);
        let found = self.search.find(&self.window, &profile);
        profile.nearness = found.nearness;
        let (candidates, _) = self.compare(&profile, &found.places);
        let choices = self.choices(&candidates);
        let nearby = choices.into_iter().map(|choice| {
            let best = &candidates[choice.members[0]];
            Nearby {
                story: choice.story,
                item: best.seq,
                probability: best.probability,
                score: choice.score,
                needs: choice.needs,
            }
        });
        nearby.collect()
    }
}
