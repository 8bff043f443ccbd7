//! Boosting: tree after tree, each fitted to what those before leave unexplained.

use super::bins::Binned;
use super::grow::{Gradient, Grower};
use super::{Examples, sign, unusable};
use crate::fold::model::{Model, log_odds, probability};
use crate::train::random::Random;
use crate::train::{Progress, TrainError};

/// How trees are grown. The defaults are what carried best from set to set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many trees.
    pub trees: usize,
    /// Leaves of a tree, at most.
    pub leaves: usize,
    /// Pairs of a leaf, at least.
    pub leaf_pairs: usize,
    /// Share of a leaf's value that is taken.
    pub rate: f64,
    /// What is added to each leaf's second derivative: large values keep leaves small.
    pub smoothing: f64,
    /// Share of the features that each tree may ask about.
    pub features: f64,
    /// Share of the pairs that each tree sees.
    pub pairs: f64,
    /// How the weight of a set grows with its pairs: 0, all sets count equally; 1, all pairs do.
    pub size_power: f64,
    /// In a set of candidates of stories, the share of the weight that pairs of one story get; 0
    /// leaves it at their share of the pairs. With one share for all sets, one threshold suits
    /// them.
    pub same_share: f64,
    /// How much some sets count, by their name; others count 1.
    pub set_weights: Vec<(String, f64)>,
    /// In how many turns each story is once left out of what is learnt from, to be judged by; 0 for
    /// none.
    pub turns: usize,
    /// Seed of what is chosen by chance.
    pub seed: u64,
}

impl Settings {
    /// How much a set counts; one that is given twice, with a window and alone, by one name.
    pub(super) fn weight_of(&self, set: &str) -> f64 {
        let file = set.split_once(", ").map_or(set, |(file, _)| file);
        let named = self.set_weights.iter().find(|(name, _)| name == file);
        named.map_or(1.0, |(_, weight)| *weight)
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            trees: 100,
            leaves: 16,
            leaf_pairs: 100,
            rate: 0.15,
            smoothing: 20.0,
            features: 0.6,
            pairs: 0.7,
            size_power: 0.0,
            same_share: 0.25,
            set_weights: Vec::new(),
            turns: 0,
            seed: 1,
        }
    }
}

/// Fits a scorer to some `pairs` of the examples.
pub(super) fn fit(
    examples: &Examples,
    pairs: &[usize],
    settings: &Settings,
    progress: &mut dyn Progress,
) -> Result<Model, TrainError> {
    let binned = Binned::new(examples, pairs);
    let weights = examples.weights(pairs, settings);
    let total: f64 = weights.iter().sum();
    let labels: Vec<f64> =
        pairs.iter().map(|pair| f64::from(u8::from(examples.labels[*pair]))).collect();
    let positive: f64 = labels.iter().zip(&weights).map(|(label, weight)| label * weight).sum();
    let base = log_odds((positive / total) as f32);

    let signs: Vec<f64> = examples.features.iter().map(|feature| sign(feature.direction)).collect();
    let grower = Grower { binned: &binned, signs: &signs, settings };
    let mut random = Random::new(settings.seed);
    let mut scores = vec![base; pairs.len()];
    let mut trees = Vec::with_capacity(settings.trees);
    for _ in 0..settings.trees {
        let gradients: Vec<Gradient> = scores
            .iter()
            .zip(labels.iter().zip(&weights))
            .map(|(score, (label, weight))| {
                let chance = f64::from(probability(*score));
                Gradient {
                    first: weight * (chance - label),
                    second: weight * chance * (1.0 - chance),
                }
            })
            .collect();
        let seen = random.sample(pairs.len(), settings.pairs);
        let asked = random.sample(binned.features(), settings.features);
        let grown = grower.grow(&gradients, seen, &asked);
        for (at, score) in scores.iter_mut().enumerate() {
            *score += grown.value(&binned, at);
        }
        trees.push(grown.into_tree());
        progress.advance(1, "");
    }
    Model::new(String::new(), examples.features.clone(), base, trees).map_err(unusable)
}
