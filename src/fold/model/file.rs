//! The file of a scorer: its content as postcard, between what all model files share.

use serde::{Deserialize, Serialize};

use super::Tree;
use crate::fold::ModelError;
use crate::fold::model_file::Kind;

pub(super) const KIND: Kind =
    Kind { name: "scorer", command: "wirefold train scorer", magic: *b"wirefSCO", version: 1 };

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) about: String,
    pub(super) features: Vec<Feature>,
    pub(super) base: f32,
    pub(super) trees: Vec<Tree>,
}

/// A number about a pair of items that a scorer looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// How the probability may follow it.
    pub direction: Direction,
}

/// How the probability may follow a feature, all else being equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Any way.
    Free,
    /// More never makes a match less likely.
    Rising,
    /// More never makes a match more likely.
    Falling,
}

pub(super) fn encode(content: &Content) -> Vec<u8> {
    // Writing to memory what has no borrowed or unsized part cannot fail.
    let bytes = postcard::to_extend(content, KIND.begin()).unwrap_or_default();
    KIND.finish(bytes)
}

pub(super) fn parse(bytes: &[u8]) -> Result<(Content, u128), ModelError> {
    let (range, digest) = KIND.open(bytes)?;
    let content: Content = postcard::from_bytes(&bytes[range])
        .map_err(|error| KIND.content(format!("its content cannot be decoded ({error})")))?;
    if !content.base.is_finite() {
        return Err(KIND.content("its base is not finite"));
    }
    let faults = content.trees.iter().filter_map(|tree| tree.fault(content.features.len()));
    match faults.into_iter().next() {
        Some(fault) => Err(KIND.content(fault)),
        None => Ok((content, digest)),
    }
}
