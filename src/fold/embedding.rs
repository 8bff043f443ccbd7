//! The static embedding: one small vector per WordPiece, a headline is the sum of its pieces.
//!
//! Distilled from a sentence transformer by `wirefold train embedding` (docs/models.md); after the
//! idea of model2vec and of Arora et al. 2017, "A simple but tough-to-beat baseline for sentence
//! embeddings". A headline costs about a microsecond, and the result is the same on every CPU:
//! sums and dot products are integer, and what is left is correctly rounded by IEEE 754.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

use smallvec::SmallVec;

use crate::fold::ModelError;
use crate::fold::read_ahead::read_ahead;
use crate::fold::wordpiece::{WordPiece, words};
use crate::item::Language;
use crate::memo::Memo;

mod file;
mod vector;

pub use file::Draft;
pub use vector::{DIMENSIONS, Vector};

/// Pieces after this many are left out: sums stay inside 32 bits, and no headline is so long.
const MOST_PIECES: usize = 128;

/// The embedding that ships with the program.
static BUILT_IN: &[u8] = include_bytes!("../../models/embedding-en.bin");

/// The vectors of the pieces of a word.
type Spelt = SmallVec<[Row; 4]>;

thread_local! {
    /// How words are spelt with the pieces of the embedding that has this digest.
    static SPELT: RefCell<(u128, Memo<Spelt>)> = RefCell::default();
}

/// A table of piece vectors and the vocabulary that indexes it.
pub struct Embedding {
    languages: Vec<Language>,
    teacher: String,
    pieces: WordPiece,
    /// Where the vector of each piece is, by piece number.
    rows: Vec<Row>,
    /// The file; the vectors are read where they lie.
    bytes: Cow<'static, [u8]>,
    dimensions: usize,
    digest: u128,
}

/// The vector of one piece: `dimensions` signed bytes, each to be multiplied by `scale`.
#[derive(Clone, Copy)]
struct Row {
    offset: u32,
    /// Zero for a piece without a vector, never below.
    scale: i16,
}

impl Embedding {
    /// The embedding inside the program: English, 128 dimensions (docs/models.md).
    pub fn built_in() -> &'static Embedding {
        static EMBEDDING: LazyLock<Embedding> = LazyLock::new(|| {
            Embedding::parse(Cow::Borrowed(BUILT_IN))
                .expect("the shipped embedding is part of the program and loads in its tests")
        });
        &EMBEDDING
    }

    /// Loads a file that `wirefold train embedding` wrote.
    pub fn load(path: &Path) -> Result<Embedding, ModelError> {
        let bytes = file::KIND.read(path)?;
        Embedding::parse(Cow::Owned(bytes)).map_err(|error| error.in_file(path))
    }

    /// Reads an embedding from the bytes of its file.
    pub fn parse(bytes: Cow<'static, [u8]>) -> Result<Embedding, ModelError> {
        file::parse(bytes)
    }

    /// The vector of a headline; `None` when no piece of it has one.
    pub fn embed(&self, text: &str) -> Option<Vector> {
        let mut rows = SmallVec::<[Row; 32]>::new();
        SPELT.with_borrow_mut(|(of, memo)| {
            if *of != self.digest {
                (*of, *memo) = (self.digest, Memo::default());
            }
            words(text, |word| {
                let spell = || {
                    let mut spelt = Spelt::new();
                    self.pieces.spell(word, &mut |piece| spelt.push(self.rows[piece as usize]));
                    spelt.retain(|row| row.scale > 0);
                    spelt
                };
                let spelt = memo.get(word, 0, spell);
                rows.extend_from_slice(&spelt[..spelt.len().min(MOST_PIECES - rows.len())]);
            });
        });
        read_ahead(rows.iter().map(|row| self.bytes[row.offset as usize]));
        let mut sum = [0_i32; DIMENSIONS];
        rows.iter().for_each(|row| self.add(*row, &mut sum));
        Vector::from_sum(&sum)
    }

    /// At most 127 × 32,767 is added to a component, so [`MOST_PIECES`] rows fit in 32 bits.
    fn add(&self, row: Row, sum: &mut [i32; DIMENSIONS]) {
        let start = row.offset as usize;
        let row_bytes = &self.bytes[start..start + self.dimensions];
        for (total, byte) in sum.iter_mut().zip(row_bytes) {
            // Both factors are seen to fit in 16 bits, for which every CPU has wide instructions.
            *total += i32::from(i16::from(byte.cast_signed())) * i32::from(row.scale);
        }
    }

    /// Whether it was trained for `language`. For any other, leave the vector out: a sum of
    /// pieces that mean nothing is worse than none.
    pub fn knows(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }

    /// The languages it was trained for.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// What it was distilled from, as its training command named it.
    pub fn teacher(&self) -> &str {
        &self.teacher
    }

    /// How many of a [`Vector`]'s components are in use.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Its vocabulary.
    pub fn pieces(&self) -> &WordPiece {
        &self.pieces
    }

    /// XXH3-128 of the file, for the log: same digest, same vectors.
    pub fn digest(&self) -> u128 {
        self.digest
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding")
            .field("languages", &self.languages)
            .field("teacher", &self.teacher)
            .field("dimensions", &self.dimensions)
            .field("pieces", &self.pieces.len())
            .field("digest", &format_args!("{:032x}", self.digest))
            .finish()
    }
}

#[cfg(test)]
mod tests;
