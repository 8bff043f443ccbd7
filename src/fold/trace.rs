//! What was looked at for a decision: for `eval`, training and `explain`.

use super::Fold;
use super::model::Ends;
use super::similarity::Values;
use crate::item::{Language, Seq};
use crate::story::{Share, StoryId};

/// What was looked at for one item.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Items compared, oldest first.
    pub candidates: Vec<Candidate>,
    /// Entries of postings read.
    pub touched: usize,
    /// An item in another language that has some of its rare words, and that language.
    pub(super) foreign: Option<(Seq, Language)>,
    /// Where the candidates ended in the trees.
    pub(super) ends: Ends,
}

/// One comparison.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The earlier item.
    pub seq: Seq,
    /// Its story.
    pub story: StoryId,
    /// Probability that both tell one story.
    pub probability: f32,
    pub(super) place: u32,
    pub(super) values: Values,
}

impl Fold {
    /// What spoke loudest in a comparison.
    pub fn shares(&self, candidate: &Candidate, most: usize) -> Vec<Share> {
        let mut shares = self.scorer.shares(&candidate.values, usize::MAX);
        shares.truncate(most);
        shares
    }
}
