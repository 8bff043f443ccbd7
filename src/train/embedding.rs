//! Distillation: a sentence transformer becomes a table of one small vector per piece.
//!
//! The student's vector of a headline is the sum of its pieces' rows. Rows start as what the
//! teacher says of the piece alone, in the directions that matter most for whole headlines, less
//! for common pieces (`initial`). Then they are fitted so that sums point where the teacher points
//! and, above all, so that two sums are as similar as the teacher finds the two headlines
//! (`student`). What comes out is judged on headlines that were held back (`measure`).

use std::path::{Path, PathBuf};

use crate::fold::embedding::{DIMENSIONS, Draft, Embedding};
use crate::item::Language;

use super::teacher::Teacher;
use super::{Progress, TrainError};

mod cache;
mod corpus;
mod initial;
mod measure;
mod pieces;
mod principal;
mod student;
mod vocabulary;

use corpus::Corpus;
pub use measure::Agreement;

/// What to distil, from what, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Directory of a sentence transformer.
    pub teacher: PathBuf,
    /// Text files, a headline a line.
    pub corpora: Vec<PathBuf>,
    /// Languages the corpus is in, and the teacher knows.
    pub languages: Vec<Language>,
    /// Components of a row, 1 to [`DIMENSIONS`].
    pub dimensions: usize,
    /// How often the corpus is gone through.
    pub epochs: usize,
    /// Seed of every random choice.
    pub seed: u64,
    /// Share of the corpus that is held back to judge by.
    pub holdout: f64,
    /// Pieces of a vocabulary made from the corpus; `None` takes the teacher's own if it is
    /// WordPiece without case, and makes one of 30,000 if not.
    pub vocabulary: Option<usize>,
    /// Where the teacher's vectors are kept for the next time.
    pub cache: Option<PathBuf>,
}

/// Times the corpus is gone through unless told otherwise.
pub const EPOCHS: usize = 6;

impl Options {
    /// The settings that the shipped embedding was made with.
    pub fn new(teacher: &Path, corpora: Vec<PathBuf>) -> Options {
        Options {
            teacher: teacher.to_owned(),
            corpora,
            languages: vec![Language::ENGLISH],
            dimensions: DIMENSIONS,
            epochs: EPOCHS,
            seed: 1,
            holdout: 0.05,
            vocabulary: None,
            cache: None,
        }
    }
}

/// A trained embedding and how good it is.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many headlines it was fitted to.
    pub fitted: usize,
    /// How many pieces have a row, of how many.
    pub rows: (usize, usize),
    /// Agreement with the teacher on held-out headlines before fitting, from the first rows.
    pub before: Agreement,
    /// The same of the file, after fitting and rounding to bytes.
    pub after: Agreement,
}

/// Distils an embedding.
pub fn train(options: &Options, progress: &mut dyn Progress) -> Result<Trained, TrainError> {
    if !(1..=DIMENSIONS).contains(&options.dimensions) {
        return Err(TrainError::new(format!("Dimensions must be 1 to {DIMENSIONS}.")));
    }
    let teacher = Teacher::load(&options.teacher)?;
    if teacher.dimensions() < options.dimensions {
        return Err(TrainError::new(format!(
            "The teacher's vectors have {0} numbers, fewer than the {1} of the embedding. Give {0} \
             dimensions or fewer (--dimensions).",
            teacher.dimensions(),
            options.dimensions
        )));
    }
    let corpus = Corpus::read(&options.corpora, options.holdout, options.seed)?;
    let pieces = vocabulary::choose(options.vocabulary, &teacher, &corpus, progress)?;
    let vocabulary = vocabulary::Vocabulary::count(pieces, &corpus);

    let texts = vocabulary.texts();
    let all: Vec<&str> = corpus.lines().chain(texts.iter().map(String::as_str)).collect();
    let vectors = cache::embed(options.cache.as_deref(), &teacher, &all, progress)?;
    let of_lines = vectors.slice(ndarray::s![..corpus.len(), ..]);
    let (of_held_out, of_fitted) = of_lines.split_at(ndarray::Axis(0), corpus.held_out.len());
    let of_pieces = vectors.slice(ndarray::s![corpus.len().., ..]);

    let directions = principal::directions(of_fitted, options.dimensions, options.seed);
    let mut rows = initial::rows(of_pieces, &directions, &vocabulary);
    let encode = |rows: &ndarray::Array2<f32>| {
        let draft = Draft {
            teacher: teacher.name(),
            languages: &options.languages,
            pieces: vocabulary.pieces(),
            dimensions: options.dimensions,
            rows: rows.as_slice().unwrap_or_default(),
        };
        draft.encode()
    };
    let judge = |bytes: Vec<u8>| -> Result<Agreement, TrainError> {
        let embedding = Embedding::parse(bytes.into())
            .map_err(|error| TrainError::new(format!("A model just made is unusable. {error}")))?;
        Ok(measure::agreement(&embedding, &corpus.held_out, of_held_out))
    };
    let before = judge(encode(&rows))?;
    let batches = student::Batches {
        pieces: corpus.fitted.iter().map(|line| vocabulary.encode(line)).collect(),
        teacher: of_fitted,
        target: of_fitted.dot(&directions),
    };
    student::fit(&mut rows, &batches, options.epochs, options.seed, progress);
    let bytes = encode(&rows);
    Ok(Trained {
        fitted: corpus.fitted.len(),
        rows: (vocabulary.kept(), vocabulary.pieces().len()),
        before,
        after: judge(bytes.clone())?,
        bytes,
    })
}

#[cfg(test)]
mod tests;
