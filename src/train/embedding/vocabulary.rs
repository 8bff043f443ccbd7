//! Which pieces the student has, how common each is, and which get a row.

use std::collections::{BTreeMap, HashSet};

use super::corpus::Corpus;
use super::pieces;
use crate::fold::wordpiece::{self, WordPiece};
use crate::train::teacher::Teacher;
use crate::train::{Progress, TrainError};

/// Size of a vocabulary that is made because the teacher's cannot be used.
const USUAL_SIZE: usize = 30_000;

/// The teacher's vocabulary, or one of `size` made from the corpus.
pub(super) fn choose(
    size: Option<usize>,
    teacher: &Teacher,
    corpus: &Corpus,
    progress: &mut dyn Progress,
) -> Result<WordPiece, TrainError> {
    if size.is_none()
        && let Some(pieces) = teacher.tokens().word_piece()
    {
        return pieces;
    }
    let mut words = BTreeMap::new();
    for line in &corpus.fitted {
        wordpiece::words(line, |word| match words.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                words.insert(word.to_owned(), 1);
            }
        });
    }
    progress.begin("vocabulary", 1);
    let pieces = pieces::learn(words, size.unwrap_or(USUAL_SIZE));
    progress.advance(1, "");
    WordPiece::new(pieces.join("\n")).map_err(|error| TrainError::new(error.to_string()))
}

/// Pieces with their counts in the corpus.
pub(super) struct Vocabulary {
    pieces: WordPiece,
    counts: Vec<u32>,
    total: f32,
    kept: Vec<bool>,
}

impl Vocabulary {
    pub(super) fn count(pieces: WordPiece, corpus: &Corpus) -> Vocabulary {
        let mut counts = vec![0; pieces.len()];
        let mut letters = HashSet::new();
        for line in &corpus.fitted {
            pieces.tokenize(line, |piece| counts[piece as usize] += 1);
        }
        for piece in (0..pieces.len()).filter(|piece| counts[*piece] > 0) {
            letters.extend(pieces.piece(piece as u32).chars());
        }
        // A piece of letters that the corpus never uses is of another script: no row.
        let special =
            |piece: &str| piece.len() > 2 && piece.starts_with('[') && piece.ends_with(']');
        let known = |piece: &str| piece.chars().all(|letter| letters.contains(&letter));
        let keep = |id: u32| known(pieces.piece(id)) && !special(pieces.piece(id));
        let kept = (0..pieces.len() as u32).map(keep).collect();
        let total = counts.iter().sum::<u32>().max(1) as f32;
        Vocabulary { pieces, counts, total, kept }
    }

    pub(super) fn pieces(&self) -> &WordPiece {
        &self.pieces
    }

    /// How many pieces get a row.
    pub(super) fn kept(&self) -> usize {
        self.kept.iter().filter(|kept| **kept).count()
    }

    /// What share of the corpus's pieces this one is; `None` if it gets no row.
    pub(super) fn share(&self, piece: usize) -> Option<f32> {
        self.kept[piece].then(|| self.counts[piece] as f32 / self.total)
    }

    /// The pieces of `line` that have rows.
    pub(super) fn encode(&self, line: &str) -> Vec<u32> {
        let mut pieces = Vec::new();
        self.pieces.tokenize(line, |piece| pieces.push(piece));
        pieces.retain(|piece| self.kept[*piece as usize]);
        pieces
    }

    /// Each piece as text for the teacher.
    pub(super) fn texts(&self) -> Vec<String> {
        let text = |id| self.pieces.piece(id).trim_start_matches("##").to_owned();
        (0..self.pieces.len() as u32).map(text).collect()
    }
}
