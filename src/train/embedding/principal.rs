//! The directions in which the teacher's vectors differ most.

use ndarray::{Array2, ArrayView2};

use crate::train::random::Random;

/// Rounds of the subspace iteration. The shares of variance settle long before.
const ROUNDS: usize = 40;

/// The `count` leading eigenvectors of the second moments of `vectors`, a column each: the
/// projection on them keeps the most of all dot products.
///
/// Subspace iteration from a random start (Golub and Van Loan, "Matrix Computations", 8.2).
pub(super) fn directions(vectors: ArrayView2<'_, f32>, count: usize, seed: u64) -> Array2<f32> {
    let moments = vectors.t().dot(&vectors);
    let mut random = Random::new(seed);
    let count = count.min(vectors.ncols());
    let mut basis = Array2::from_shape_simple_fn((vectors.ncols(), count), || random.symmetric());
    for _ in 0..ROUNDS {
        basis = moments.dot(&basis);
        orthonormalise(&mut basis);
    }
    basis
}

/// Gram and Schmidt, in the form that keeps its precision.
fn orthonormalise(basis: &mut Array2<f32>) {
    for column in 0..basis.ncols() {
        let (done, mut rest) = basis.view_mut().split_at(ndarray::Axis(1), column);
        let mut vector = rest.column_mut(0);
        for other in done.columns() {
            let overlap = vector.dot(&other);
            vector.scaled_add(-overlap, &other);
        }
        let length = vector.dot(&vector).sqrt();
        if length > 0.0 {
            vector /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_direction_is_where_most_of_the_variance_is() {
        let mut random = Random::new(7);
        let vectors = Array2::from_shape_fn((200, 3), |(_, column)| {
            random.symmetric() * [1.0, 10.0, 0.1][column]
        });
        let directions = directions(vectors.view(), 2, 1);
        assert!(directions[[1, 0]].abs() > 0.99, "{directions}");
        assert!(directions[[0, 1]].abs() > 0.99, "{directions}");
        assert!(directions.column(0).dot(&directions.column(1)).abs() < 1e-5);
    }
}
