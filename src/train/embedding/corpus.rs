//! The text to distil on: lines of files, each once.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::train::TrainError;
use crate::train::random::Random;

/// Fewer lines than this teach nothing.
const FEWEST: usize = 1_000;

/// Lines to fit to, and lines held back to judge by.
pub(super) struct Corpus {
    pub(super) held_out: Vec<String>,
    pub(super) fitted: Vec<String>,
}

impl Corpus {
    /// Reads all lines, drops empty and repeated ones, and holds back a share by chance.
    pub(super) fn read(paths: &[PathBuf], holdout: f64, seed: u64) -> Result<Corpus, TrainError> {
        let mut seen = HashSet::new();
        let mut lines = Vec::new();
        for path in paths {
            let text = std::fs::read_to_string(path)
                .map_err(|error| TrainError::file("corpus", path, error))?;
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                if seen.insert(line.to_owned()) {
                    lines.push(line.to_owned());
                }
            }
        }
        if lines.len() < FEWEST {
            return Err(TrainError::new(format!(
                "The corpus has {} different lines. Give at least {FEWEST}; 50,000 headlines are \
                 a good start.",
                lines.len()
            )));
        }
        if !(0.0..=0.5).contains(&holdout) {
            return Err(TrainError::new("The share held out must be 0 to 0.5."));
        }
        Random::new(seed).shuffle(&mut lines);
        let fitted = lines.split_off((lines.len() as f64 * holdout) as usize);
        Ok(Corpus { held_out: lines, fitted })
    }

    /// All lines, the held-out ones first.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.held_out.iter().chain(&self.fitted).map(String::as_str)
    }

    pub(super) fn len(&self) -> usize {
        self.held_out.len() + self.fitted.len()
    }
}
