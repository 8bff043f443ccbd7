//! The rows before fitting.

use ndarray::{Array2, ArrayView2};

use super::vocabulary::Vocabulary;

/// Halves the weight of a piece that makes up this share of the corpus. Arora et al. 2017 use it
/// for "smooth inverse frequency".
const COMMON: f32 = 1e-3;

/// What the teacher says of each piece alone, in the main directions, less for common pieces.
/// Pieces that get no row are zero.
pub(super) fn rows(
    of_pieces: ArrayView2<'_, f32>,
    directions: &Array2<f32>,
    vocabulary: &Vocabulary,
) -> Array2<f32> {
    let mut rows = of_pieces.dot(directions);
    for (piece, mut row) in rows.rows_mut().into_iter().enumerate() {
        row *= match vocabulary.share(piece) {
            Some(share) => COMMON / (COMMON + share),
            None => 0.0,
        };
    }
    rows
}
