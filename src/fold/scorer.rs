//! The models that fold decides with, and what they say of two items alone.

use std::sync::Arc;

use smallvec::SmallVec;

use super::ModelError;
use super::background::Background;
use super::embedding::Embedding;
use super::model::{Ends, Model, probability};
use super::profile::Profile;
use super::similarity::{self, Frequencies, Side, Values};
use crate::config::FoldConfig;
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::Share;

/// Probability from which an item joins a story of one item, unless configured. Larger stories are
/// joined from less.
pub(super) const THRESHOLD: f32 = 0.38;

/// Probability from which a labelled pair that stands alone counts as one story. It is higher, since
/// no window tells which words are the talk of the day, and no second candidate speaks for or
/// against: see docs/models.md for what it costs and gains.
const PAIR_THRESHOLD: f32 = 0.65;

static BUILT_IN: &[u8] = include_bytes!("../../models/scorer.bin");

/// Shares that evidence keeps; the rest is added up under [`OTHERS`].
const SHARES: usize = 8;
const OTHERS: &str = "others";

/// Background, embedding and trees.
#[derive(Debug)]
pub struct Scorer {
    background: &'static Background,
    embedding: &'static Embedding,
    model: Model,
    digest: Arc<str>,
}

impl Scorer {
    /// The scorer of a configuration: the built-in trees, or those of `[fold] model`.
    pub fn new(config: &FoldConfig) -> Result<Scorer, ModelError> {
        let model = match &config.model {
            Some(path) => Model::load(&path.value)?,
            None => Model::parse(BUILT_IN)?,
        };
        Scorer::with(model)
    }

    /// A scorer with these trees. They are refused unless they look at the features of this
    /// version.
    pub fn with(model: Model) -> Result<Scorer, ModelError> {
        let model = model.expecting(&similarity::features())?;
        let digest = format!("{:016x}", model.digest() as u64).into();
        let background = Background::built_in();
        Ok(Scorer { background, embedding: Embedding::built_in(), model, digest })
    }

    /// The digest that evidence names.
    pub fn digest(&self) -> &Arc<str> {
        &self.digest
    }

    /// The threshold of a configuration, or the scorer's own.
    pub fn threshold(&self, config: &FoldConfig) -> f32 {
        config.threshold.unwrap_or(THRESHOLD)
    }

    /// Probability from which `eval` takes a pair that stands alone for one story. Not below
    /// [`Scorer::threshold`].
    pub fn pair_threshold(&self, config: &FoldConfig) -> f32 {
        self.threshold(config).max(PAIR_THRESHOLD)
    }

    /// What profiles are made with.
    pub(super) fn tables(&self) -> (&'static Background, &'static Embedding) {
        (self.background, self.embedding)
    }

    pub(super) fn profile(&self, prepared: &Prepared, publishers: &Publishers) -> Profile {
        Profile::new(prepared, publishers, self.background, Some(self.embedding))
    }

    /// Features of a pair without a window.
    pub(super) fn alone(&self, a: &Profile, b: &Profile) -> Values {
        similarity::compare(&Side::new(a, None), &Side::new(b, None), false)
    }

    /// Features of a pair in a window.
    pub(super) fn within(&self, a: &Side<'_>, b: &Profile, window: Frequencies<'_>) -> Values {
        similarity::compare(a, &Side::new(b, Some(window)), true)
    }

    pub(super) fn probability(&self, values: &Values) -> f32 {
        probability(self.model.log_odds(values))
    }

    /// [`Scorer::probability`] of several pairs, and what [`Scorer::evidence`] asks for.
    pub(super) fn probabilities<'a>(
        &self,
        pairs: impl Iterator<Item = &'a Values>,
    ) -> (Vec<f32>, Ends) {
        let pairs: SmallVec<[&[f32]; 16]> = pairs.map(|values| &values[..]).collect();
        let (mut scores, ends) = self.model.scored(&pairs);
        scores.iter_mut().for_each(|score| *score = probability(*score));
        (scores, ends)
    }

    /// The features that mattered, largest share first; in log-odds, adding up with the bias.
    pub(super) fn shares(&self, values: &Values, most: usize) -> Vec<Share> {
        self.largest(values, &self.model.shares(values), most)
    }

    /// [`Scorer::shares`] as evidence keeps them, of one of the pairs that were scored together.
    pub(super) fn evidence(&self, values: &Values, ends: &Ends, pair: usize) -> Vec<Share> {
        self.largest(values, &self.model.shares_of(values, ends, pair), SHARES)
    }

    fn largest(&self, values: &Values, shares: &[f32], most: usize) -> Vec<Share> {
        let mut order: SmallVec<[usize; similarity::COUNT]> =
            (0..shares.len()).filter(|at| shares[*at] != 0.0).collect();
        let larger =
            |a: &usize, b: &usize| shares[*b].abs().total_cmp(&shares[*a].abs()).then(a.cmp(b));
        let most = most.min(order.len());
        if most < order.len() {
            order.select_nth_unstable_by(most, larger);
        }
        order[..most].sort_unstable_by(larger);
        let (large, rest) = order.split_at(most);
        let mut found = Vec::with_capacity(large.len() + 1);
        found.extend(large.iter().map(|at| Share {
            feature: similarity::name(*at).into(),
            value: (!values[*at].is_nan()).then_some(values[*at]),
            share: shares[*at],
        }));
        if !rest.is_empty() {
            let rest = rest.iter().map(|at| shares[*at]).sum();
            found.push(Share { feature: OTHERS.into(), value: None, share: rest });
        }
        found
    }

    /// The trees.
    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    /// The log-odds before any feature is looked at.
    pub(super) fn bias(&self) -> f32 {
        self.model.base_of_shares()
    }
}
