//! The pair scorer: boosted trees that turn what two items have in common into one probability.
//!
//! Trained by `wirefold train scorer`. Every feature that should only ever speak for (or against)
//! a match is bound to do so, and the file says which. Leaves are in log-odds and add up in a fixed
//! order, so that the result is the same on every CPU.

use std::fmt;
use std::path::Path;

use crate::fold::ModelError;

mod file;
mod forest;
mod logistic;
mod tree;

use forest::{Forest, PAIRS};

pub use file::{Direction, Feature};
pub(in crate::fold) use forest::Ends;
pub(in crate::fold) use logistic::odds;
pub use logistic::{log_odds, probability};
pub use tree::{Node, Tree};

/// A trained scorer.
#[derive(Clone, PartialEq)]
pub struct Model {
    content: file::Content,
    /// The same trees in a faster form, unless they are too large for it.
    forest: Option<Forest>,
    digest: u128,
}

impl Model {
    /// A scorer of `trees` over `features`. `base` is the log-odds that the trees add to; `about`
    /// is one line on what it was trained with.
    pub fn new(
        about: String,
        features: Vec<Feature>,
        base: f32,
        trees: Vec<Tree>,
    ) -> Result<Model, ModelError> {
        // By way of its bytes: what is made here is checked and named as what is loaded.
        Model::parse(&file::encode(&file::Content { about, features, base, trees }))
    }

    /// Loads a file that `wirefold train scorer` wrote.
    pub fn load(path: &Path) -> Result<Model, ModelError> {
        let bytes = file::KIND.read(path)?;
        Model::parse(&bytes).map_err(|error| error.in_file(path))
    }

    /// Reads a scorer from the bytes of its file.
    pub fn parse(bytes: &[u8]) -> Result<Model, ModelError> {
        let (content, digest) = file::parse(bytes)?;
        let forest = Forest::of(&content.trees, content.features.len());
        Ok(Model { content, forest, digest })
    }

    /// The same scorer if it looks at exactly these features.
    pub fn expecting(self, features: &[Feature]) -> Result<Model, ModelError> {
        if self.features() == features {
            return Ok(self);
        }
        Err(file::KIND.content("it was trained with other features than this version computes"))
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        file::encode(&self.content)
    }

    /// The features it looks at, in the order that values must have.
    pub fn features(&self) -> &[Feature] {
        &self.content.features
    }

    /// The log-odds that a pair with these values tells one story. A missing value is NaN; a value
    /// too few counts as missing.
    pub fn log_odds(&self, values: &[f32]) -> f32 {
        self.content.trees.iter().fold(self.content.base, |sum, tree| sum + tree.leaf(values))
    }

    /// [`Model::log_odds`] of several pairs: the same numbers, many times faster.
    pub fn log_odds_of(&self, pairs: &[&[f32]]) -> Vec<f32> {
        self.scored(pairs).0
    }

    /// [`Model::log_odds_of`] with where the pairs ended.
    pub(in crate::fold) fn scored(&self, pairs: &[&[f32]]) -> (Vec<f32>, Ends) {
        let mut ends = Ends::default();
        let Some(forest) = &self.forest else {
            return (pairs.iter().map(|values| self.log_odds(values)).collect(), ends);
        };
        let mut all = Vec::with_capacity(pairs.len());
        for group in pairs.chunks(PAIRS) {
            forest.log_odds(self.content.base, group, &mut all, &mut ends);
        }
        (all, ends)
    }

    /// [`Model::log_odds`] as a probability, calibrated on labelled pairs.
    pub fn probability(&self, values: &[f32]) -> f32 {
        probability(self.log_odds(values))
    }

    /// What each feature adds to the log-odds. With [`Model::base_of_shares`] they sum to
    /// [`Model::log_odds`].
    ///
    /// On a path to a leaf, each step from a node's mean to the next one's counts for the feature
    /// that the step asks about (Saabas 2014).
    pub fn shares(&self, values: &[f32]) -> Vec<f32> {
        let mut shares = vec![0.0; self.features().len()];
        for tree in &self.content.trees {
            tree.walk(values, |feature, change| shares[feature] += change);
        }
        shares
    }

    /// [`Model::shares`] of one of several pairs that were scored: the way to its leaves is known.
    pub(in crate::fold) fn shares_of(&self, values: &[f32], ends: &Ends, pair: usize) -> Vec<f32> {
        let Some(forest) = &self.forest else { return self.shares(values) };
        let mut shares = vec![0.0; self.features().len()];
        forest.walk(ends, pair, |feature, change| shares[feature] += change);
        shares
    }

    /// What the trees add to.
    pub fn base(&self) -> f32 {
        self.content.base
    }

    /// The log-odds before any feature is looked at: the mean over the training pairs.
    pub fn base_of_shares(&self) -> f32 {
        self.content.trees.iter().fold(self.content.base, |sum, tree| sum + tree.mean())
    }

    /// The values of a feature at which an answer can change, in order: an answer is the same for
    /// all values above one of them and up to the next.
    pub fn steps(&self, feature: usize) -> Vec<f32> {
        let nodes = self.content.trees.iter().flat_map(Tree::nodes);
        let asked = nodes.filter_map(|node| node.asks()).map(|(question, _)| question);
        let mut steps: Vec<f32> =
            asked.filter(|(of, ..)| *of == feature).map(|(_, threshold, _)| threshold).collect();
        steps.sort_by(f32::total_cmp);
        steps.dedup();
        steps
    }

    /// One line on what it was trained with.
    pub fn about(&self) -> &str {
        &self.content.about
    }

    /// Its trees.
    pub fn trees(&self) -> &[Tree] {
        &self.content.trees
    }

    /// XXH3-128 of the file, for the log: same digest, same probabilities.
    pub fn digest(&self) -> u128 {
        self.digest
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("about", &self.about())
            .field("features", &self.features().len())
            .field("trees", &self.trees().len())
            .field("digest", &format_args!("{:032x}", self.digest))
            .finish()
    }
}

#[cfg(test)]
mod tests;
