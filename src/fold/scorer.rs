//! The models that fold decides with, and what they say of two items alone.

use super::ModelError;
use super::background::Background;
use super::embedding::Embedding;
use super::model::{Model, probability};
use super::profile::Profile;
use super::similarity::{self, Frequencies, Side, Values};
use crate::config::FoldConfig;
use crate::prepare::Prepared;
use crate::publisher::Publishers;
use crate::story::Share;

/// Probability from which an item joins a story of one item, unless configured. Larger stories are
/// joined from less.
pub(super) const THRESHOLD: f32 = 0.37;

/// Probability from which a labelled pair that stands alone counts as one story. It is higher, since
/// no window tells which words are the talk of the day, and no second candidate speaks for or
/// against: see docs/models.md for what it costs and gains.
const PAIR_THRESHOLD: f32 = 0.6;

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
    digest: String,
}

impl Scorer {
    /// The scorer of a configuration: the built-in trees, or those of `[fold] model`.
    pub fn new(config: &FoldConfig) -> Result<Scorer, ModelError> {
        let model = match &config.model {
            Some(path) => Model::load(path)?,
            None => Model::parse(BUILT_IN)?,
        };
        Scorer::with(model)
    }

    /// A scorer with these trees. They are refused unless they look at the features of this
    /// version.
    pub fn with(model: Model) -> Result<Scorer, ModelError> {
        let model = model.expecting(&similarity::features())?;
        let digest = format!("{:016x}", model.digest() as u64);
        let background = Background::built_in();
        Ok(Scorer { background, embedding: Embedding::built_in(), model, digest })
    }

    /// The digest that evidence names.
    pub fn digest(&self) -> &str {
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

    /// [`Scorer::probability`] of several pairs.
    pub(super) fn probabilities<'a>(&self, pairs: impl Iterator<Item = &'a Values>) -> Vec<f32> {
        let pairs: Vec<&[f32]> = pairs.map(|values| &values[..]).collect();
        self.model.log_odds_of(&pairs).into_iter().map(probability).collect()
    }

    /// The features that mattered, largest share first; in log-odds, adding up with the bias.
    pub(super) fn shares(&self, values: &Values, most: usize) -> Vec<Share> {
        let features = self.model.features().iter().zip(self.model.shares(values));
        let mut shares: Vec<Share> = features
            .zip(values)
            .map(|((feature, share), value)| Share {
                feature: feature.name.clone(),
                value: (!value.is_nan()).then_some(*value),
                share,
            })
            .filter(|share| share.share != 0.0)
            .collect();
        shares.sort_by(|a, b| b.share.abs().total_cmp(&a.share.abs()));
        if shares.len() > most {
            let rest: f32 = shares[most..].iter().map(|share| share.share).sum();
            shares.truncate(most);
            shares.push(Share { feature: OTHERS.to_owned(), value: None, share: rest });
        }
        shares
    }

    /// [`Scorer::shares`] as evidence keeps them.
    pub(super) fn evidence(&self, values: &Values) -> Vec<Share> {
        self.shares(values, SHARES)
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
