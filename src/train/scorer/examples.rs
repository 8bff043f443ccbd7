//! Labelled pairs as numbers.

use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::eval::Labelled;
use crate::fold::Scorer;
use crate::fold::model::{Feature, Model};
use crate::fold::training::{self, Pairs};
use crate::train::{Progress, TrainError};

use super::Settings;

/// Labelled pairs, with the sets they are from.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// The features, in the order of the values.
    pub features: Vec<Feature>,
    /// Values of each pair, one pair after the other; NaN where missing.
    pub values: Vec<f32>,
    /// Whether each pair tells one story.
    pub labels: Vec<bool>,
    /// Which of `sets` each pair is from.
    pub of_set: Vec<usize>,
    /// What the two items of each pair tell: [`training::subject`]s.
    pub subjects: Vec<[u64; 2]>,
    /// The sets.
    pub sets: Vec<Set>,
}

/// A set of labelled pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// What it was made from: its name up to the first full stop. Sets of one origin are left out
    /// together.
    pub origin: String,
    /// Its pairs are the candidates of stories, so that how many of them tell one story says how
    /// busy the window was and how large stories are, not what a pair looks like.
    pub candidates: bool,
}

impl Examples {
    /// No pairs of `features` yet.
    pub fn new(features: Vec<Feature>) -> Examples {
        Examples { features, ..Examples::default() }
    }

    /// Reads labelled files: stories, each item with the candidates that fold would compare it
    /// with, or pairs.
    ///
    /// With `alone`, pairs of stories come twice, the second time as if each stood alone, without a
    /// window. If only files of pairs did, the trees could take "no window" for the name of those
    /// files, and be two scorers in one.
    pub fn read(
        files: &[PathBuf],
        alone: bool,
        progress: &mut dyn Progress,
    ) -> Result<Examples, TrainError> {
        let mut examples = Examples::new(training::features());
        let config = Config::built_in().fold;
        progress.begin("pairs of files", files.len() as u64);
        for path in files {
            let labelled =
                Labelled::read(path).map_err(|error| TrainError::new(error.to_string()))?;
            // What is compared does not depend on what the trees say, so there need be none yet.
            let trees = Model::new(String::new(), training::features(), 0.0, Vec::new());
            let scorer = trees.and_then(Scorer::with);
            let scorer = scorer.map_err(|error| TrainError::new(error.to_string()))?;
            let pairs = training::pairs_of(&labelled, scorer, &config);
            let name = set_name(path);
            let stories = matches!(labelled, Labelled::Stories(_));
            let origin =
                name.split_once('.').map_or(name.as_str(), |(origin, _)| origin).to_owned();
            let set = Set { name: name.clone(), origin: origin.clone(), candidates: stories };
            examples.add(set, &pairs);
            if alone && stories {
                let values = examples.alone(&pairs.values);
                let set = Set { name: format!("{name}, alone"), origin, candidates: true };
                examples.add(set, &Pairs { values, ..pairs });
            }
            progress.advance(1, "");
        }
        Ok(examples)
    }

    /// The same values without those that only a window gives.
    fn alone(&self, values: &[f32]) -> Vec<f32> {
        let of_window = |name: &str| name.starts_with("window_") || name == "cosine_relative";
        let missing: Vec<bool> = self.features.iter().map(|it| of_window(&it.name)).collect();
        let value = |(value, missing): (&f32, &bool)| if *missing { f32::NAN } else { *value };
        values.iter().zip(missing.iter().cycle()).map(value).collect()
    }

    /// Adds the pairs of a set.
    pub fn add(&mut self, set: Set, pairs: &Pairs) {
        self.of_set.extend(pairs.labels.iter().map(|_| self.sets.len()));
        self.sets.push(set);
        self.values.extend(&pairs.values);
        self.labels.extend(&pairs.labels);
        self.subjects.extend(&pairs.subjects);
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// True when there is no pair.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The origins, each once, in order.
    pub(super) fn origins(&self) -> Vec<&str> {
        let mut origins: Vec<&str> = Vec::new();
        for set in &self.sets {
            if !origins.contains(&set.origin.as_str()) {
                origins.push(&set.origin);
            }
        }
        origins
    }

    /// The pairs of the sets that `wanted` takes.
    pub(super) fn pairs(&self, wanted: impl Fn(usize, &Set) -> bool) -> Vec<usize> {
        let takes: Vec<bool> =
            self.sets.iter().enumerate().map(|(at, set)| wanted(at, set)).collect();
        (0..self.len()).filter(|pair| takes[self.of_set[*pair]]).collect()
    }

    /// For each origin: to learn from all others, and to judge its own pairs. Empty where there is
    /// but one.
    pub(super) fn by_origin(&self) -> Vec<Part> {
        let origins = self.origins();
        let part = |origin: &&str| Part {
            learn: self.pairs(|_, set| set.origin != **origin),
            judge: self.pairs(|_, set| set.origin == **origin),
        };
        if origins.len() > 1 { origins.iter().map(part).collect() } else { Vec::new() }
    }

    /// For each turn: to learn from pairs of which neither item tells a story of this turn, and to
    /// judge those whose newer item does.
    pub(super) fn by_turn(&self, turns: usize) -> Vec<Part> {
        let all = || 0..self.len();
        let part = |turn| {
            let is_of = |subject: u64| turn_of(subject, turns) == turn;
            Part {
                learn: all().filter(|at| !self.subjects[*at].into_iter().any(is_of)).collect(),
                judge: all().filter(|at| is_of(self.subjects[*at][0])).collect(),
            }
        };
        (0..turns).map(part).collect()
    }

    /// The values of a pair.
    pub(super) fn row(&self, pair: usize) -> &[f32] {
        let width = self.features.len();
        &self.values[pair * width..(pair + 1) * width]
    }

    /// The weight of each pair: that of its set, which is the one given or 1 and grows as a power of
    /// the set's size, shared among its pairs; in a set of candidates, those of one story get `same_share` of it together.
    /// The mean is one.
    pub(super) fn weights(&self, pairs: &[usize], settings: &Settings) -> Vec<f64> {
        let mut sizes = vec![[0_usize; 2]; self.sets.len()];
        pairs.iter().for_each(|at| sizes[self.of_set[*at]][usize::from(self.labels[*at])] += 1);
        let of_sets: Vec<f64> = self.sets.iter().map(|set| settings.weight_of(&set.name)).collect();
        let weight = |pair: &usize| {
            let (set, same) = (self.of_set[*pair], self.labels[*pair]);
            let [apart, together] = sizes[set];
            let all = (apart + together) as f64;
            let each = all.powf(settings.size_power - 1.0) * of_sets[set];
            if settings.same_share == 0.0 || !self.sets[set].candidates {
                return each;
            }
            let share = if same { settings.same_share } else { 1.0 - settings.same_share };
            each * share * all / sizes[set][usize::from(same)] as f64
        };
        let total: f64 = pairs.iter().map(weight).sum();
        let mean = total / pairs.len().max(1) as f64;
        pairs.iter().map(|pair| weight(pair) / mean).collect()
    }

    /// Refuses what cannot be learnt from.
    pub(super) fn check(&self) -> Result<(), TrainError> {
        let len = self.len();
        let same_lengths = self.values.len() == len * self.features.len()
            && self.of_set.len() == len
            && self.subjects.len() == len;
        if !same_lengths {
            return Err(TrainError::new("The table of examples has rows of different lengths."));
        }
        let positives = self.labels.iter().filter(|same| **same).count();
        if positives < FEWEST || self.len() - positives < FEWEST {
            return Err(TrainError::new(format!(
                "Of {} pairs {positives} tell one story. Give labels with at least {FEWEST} pairs \
                 of each kind; a few hundred stories are a good start.",
                self.len()
            )));
        }
        if self.values.iter().any(|value| value.is_infinite()) {
            return Err(TrainError::new("A feature is infinite; a missing value must be NaN."));
        }
        Ok(())
    }
}

/// Pairs to learn from, and others to judge by.
pub(super) struct Part {
    pub(super) learn: Vec<usize>,
    pub(super) judge: Vec<usize>,
}

/// In which of several turns a story is left out of what is learnt from.
pub fn turn_of(subject: u64, turns: usize) -> usize {
    (subject % turns as u64) as usize
}

/// Fewer pairs of one kind teach nothing.
const FEWEST: usize = 20;

/// The name of the set that a file holds: the file's, without folder and ending.
pub fn set_name(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
