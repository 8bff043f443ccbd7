//! Fitting of the pair scorer: boosted trees under monotone constraints, judged by leaving one set
//! out.
//!
//! The trees are ours, since the maintained crates do not fit: `perpetual` chooses the size of
//! trees itself, and what carries from one set of news to the next are small trees with many pairs
//! a leaf; `forust-ml` names no licence. It is gradient boosting with second derivatives on
//! histograms (Chen and Guestrin 2016; Ke et al. 2017), the best leaf first, bounds passed down for
//! the constraints.

use std::fmt;

use crate::fold::ModelError;
use crate::fold::model::{Direction, Model, probability};

use super::{Progress, TrainError};

mod bins;
mod boost;
mod calibrate;
mod examples;
mod grow;
mod measure;

pub use boost::Settings;
use examples::Part;
pub use examples::{Examples, Set, set_name, turn_of};
pub use measure::Quality;

/// A trained scorer and how good it is.
#[derive(Debug)]
pub struct Trained {
    /// The scorer, trained on all sets.
    pub model: Model,
    /// For each set, how well a scorer that was trained on the *other* sets does on it, and how
    /// well the one trained on all does.
    pub sets: Vec<SetReport>,
    /// With turns: for each the scorer that saw none of its stories.
    pub in_turn: Vec<Model>,
    /// The log-odds as fitted become those of the model times the first, plus the second: from what
    /// scorers say of sets that they did not see (Platt 1999).
    pub calibration: (f64, f64),
    /// How much of all log-odds moved each feature moved, the most important first.
    pub importance: Vec<(String, f64)>,
}

/// What is known of one set after training.
#[derive(Clone, Debug)]
pub struct SetReport {
    /// Its name.
    pub name: String,
    /// Pairs in it.
    pub pairs: usize,
    /// Pairs of it that tell one story.
    pub positives: usize,
    /// By a scorer that saw none of this set.
    pub left_out: Option<Quality>,
    /// With turns: each pair by the scorer that saw no other pair of its story.
    pub own_left_out: Option<Quality>,
    /// By the scorer that was trained on all.
    pub trained: Quality,
    /// The scorer that saw none of this set.
    pub without: Option<Model>,
}

impl fmt::Display for SetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:26} {:7} pairs {:6} same", self.name, self.pairs, self.positives)?;
        if let Some(left_out) = &self.left_out {
            write!(f, "  left out: {left_out}")?;
        }
        if let Some(own) = &self.own_left_out {
            write!(f, "  own stories left out: {own}")?;
        }
        write!(f, "  trained on: {}", self.trained)
    }
}

/// Fits a scorer to `examples`.
pub fn train(
    examples: &Examples,
    settings: &Settings,
    progress: &mut dyn Progress,
) -> Result<Trained, TrainError> {
    examples.check()?;
    let origins = examples.origins();
    let (by_origin, by_turn) = (examples.by_origin(), examples.by_turn(settings.turns));
    let rounds = by_origin.len() + by_turn.len() + 1;
    progress.begin("scorer learns", (rounds * settings.trees) as u64);

    // What scorers say of sets that they did not see: to judge by, and to calibrate on.
    let (unseen, without) = fit_in_parts(examples, &by_origin, settings, progress)?;
    let (own_unseen, in_turn) = fit_in_parts(examples, &by_turn, settings, progress)?;
    let all = examples.pairs(|_, _| true);
    let scorer = boost::fit(examples, &all, settings, progress)?;
    if scorer.trees().iter().all(|tree| tree.nodes().len() == 1) {
        return Err(TrainError::new(format!(
            "No tree found a question to ask, so the scorer would say the same of every pair. Give \
             more labels, or fewer pairs a leaf than {}.",
            settings.leaf_pairs
        )));
    }
    let seen: Vec<f32> = all.iter().map(|pair| scorer.log_odds(examples.row(*pair))).collect();
    let (slope, shift) = match unseen.iter().copied().collect::<Option<Vec<f32>>>() {
        Some(scores) => {
            let weights = examples.weights(&all, settings);
            calibrate::platt(&scores, &examples.labels, &weights)
        }
        None => (1.0, 0.0),
    };
    let chance = |score: f32| probability(score * slope + shift);
    let calibrated = |scorer: &Model, about: String| {
        let trees = scorer.trees().iter().map(|tree| tree.clone().scaled(slope)).collect();
        let base = scorer.base() * slope + shift;
        Model::new(about, examples.features.clone(), base, trees).map_err(unusable)
    };

    let report = |(at, set): (usize, &Set)| {
        let own = examples.pairs(|other, _| other == at);
        let labels: Vec<bool> = own.iter().map(|pair| examples.labels[*pair]).collect();
        let judged = |scores: &[Option<f32>]| {
            let chances: Option<Vec<f32>> = own.iter().map(|at| scores[*at].map(chance)).collect();
            chances.map(|chances| measure::quality(&chances, &labels))
        };
        let trained: Vec<f32> = own.iter().map(|pair| chance(seen[*pair])).collect();
        let scorer = origins.iter().zip(&without).find(|(origin, _)| **origin == set.origin);
        let scorer = scorer.map(|(origin, scorer)| calibrated(scorer, format!("all but {origin}")));
        Ok(SetReport {
            name: set.name.clone(),
            pairs: own.len(),
            positives: labels.iter().filter(|same| **same).count(),
            left_out: judged(&unseen),
            own_left_out: judged(&own_unseen),
            trained: measure::quality(&trained, &labels),
            without: scorer.transpose()?,
        })
    };
    let sets: Result<Vec<SetReport>, TrainError> =
        examples.sets.iter().enumerate().map(report).collect();
    let importance = importance(&scorer, examples);
    let about = format!("{} pairs of {}; seed {}", all.len(), origins.join(", "), settings.seed);
    let calibration = (f64::from(slope), f64::from(shift));
    let in_turn = in_turn.iter().map(|scorer| calibrated(scorer, "some stories left out".into()));
    Ok(Trained {
        model: calibrated(&scorer, about)?,
        sets: sets?,
        in_turn: in_turn.collect::<Result<_, _>>()?,
        calibration,
        importance,
    })
}

/// Fits a scorer to each part. What each says of the pairs it is to judge, and the scorers.
fn fit_in_parts(
    examples: &Examples,
    parts: &[Part],
    settings: &Settings,
    progress: &mut dyn Progress,
) -> Result<(Vec<Option<f32>>, Vec<Model>), TrainError> {
    let mut log_odds = vec![None; examples.len()];
    let mut scorers = Vec::with_capacity(parts.len());
    for part in parts {
        let scorer = boost::fit(examples, &part.learn, settings, progress)?;
        for pair in &part.judge {
            log_odds[*pair] = Some(scorer.log_odds(examples.row(*pair)));
        }
        scorers.push(scorer);
    }
    Ok((log_odds, scorers))
}

fn unusable(error: ModelError) -> TrainError {
    TrainError::new(format!("A model just made is unusable. {error}"))
}

/// The mean size of each feature's share, as a part of all shares.
fn importance(scorer: &Model, examples: &Examples) -> Vec<(String, f64)> {
    let mut sums = vec![0.0_f64; examples.features.len()];
    for pair in 0..examples.len() {
        for (sum, share) in sums.iter_mut().zip(scorer.shares(examples.row(pair))) {
            *sum += f64::from(share.abs());
        }
    }
    let total: f64 = sums.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let names = examples.features.iter().map(|feature| feature.name.clone());
    let mut importance: Vec<(String, f64)> =
        names.zip(sums.into_iter().map(|sum| sum / total)).collect();
    importance.sort_by(|a, b| b.1.total_cmp(&a.1));
    importance
}

/// The sign that a feature's effect must have: 1, -1, or 0 for any.
fn sign(direction: Direction) -> f64 {
    match direction {
        Direction::Free => 0.0,
        Direction::Rising => 1.0,
        Direction::Falling => -1.0,
    }
}

#[cfg(test)]
mod tests;
