//! Fitting of the rows.
//!
//! For a batch, U are the students' unit vectors, Y the teacher's in the student's directions and
//! T the teacher's. The loss is mean(1 - u·y) + [`SIMILARITY`] × mean((U Uᵀ - T Tᵀ)²).

use ndarray::{Array2, ArrayView2, Axis};

use crate::train::Progress;
use crate::train::random::Random;
use crate::train::teacher::numeric::normalise;

/// Headlines a step. All pairs among them are compared.
const BATCH: usize = 512;
/// First step length; it falls to zero in a straight line.
const RATE: f32 = 0.02;
/// Weight of the pairs' part of the loss.
const SIMILARITY: f32 = 20.0;
/// Decay of the running means of gradients and of their squares (Kingma and Ba 2015).
const DECAY: (f32, f32) = (0.9, 0.999);

/// What the rows are fitted to: for each headline its pieces and the teacher's vector.
pub(super) struct Batches<'a> {
    pub(super) pieces: Vec<Vec<u32>>,
    pub(super) teacher: ArrayView2<'a, f32>,
    /// The teacher's vectors in the student's directions.
    pub(super) target: Array2<f32>,
}

/// Fits `rows`, going through the batches `epochs` times.
pub(super) fn fit(
    rows: &mut Array2<f32>,
    batches: &Batches<'_>,
    epochs: usize,
    seed: u64,
    progress: &mut dyn Progress,
) {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> =
        (0..batches.pieces.len()).filter(|at| !batches.pieces[*at].is_empty()).collect();
    let steps = order.len().div_ceil(BATCH) * epochs;
    let mut adam = Adam::new(rows.raw_dim(), steps);
    progress.begin("student learns", steps as u64);
    for _ in 0..epochs {
        random.shuffle(&mut order);
        for batch in order.chunks(BATCH) {
            let (loss, gradient) = gradient(rows, batches, batch);
            let pieces = batch.iter().map(|at| batches.pieces[*at].as_slice());
            adam.step(rows, pieces, &gradient);
            progress.advance(1, &format!("loss {loss:.4}"));
        }
    }
}

/// The loss of a batch, and its gradient by the sum of each headline's rows.
fn gradient(rows: &Array2<f32>, batches: &Batches<'_>, batch: &[usize]) -> (f32, Array2<f32>) {
    let mut units = Array2::zeros((batch.len(), rows.ncols()));
    let mut lengths = Vec::with_capacity(batch.len());
    for (mut unit, at) in units.rows_mut().into_iter().zip(batch) {
        for piece in &batches.pieces[*at] {
            unit += &rows.row(*piece as usize);
        }
        lengths.push(unit.as_slice_mut().map_or(0.0, normalise).max(f32::MIN_POSITIVE));
    }
    let mut target = batches.target.select(Axis(0), batch);
    target.rows_mut().into_iter().for_each(|mut row| {
        row.as_slice_mut().map(normalise);
    });
    let teacher = batches.teacher.select(Axis(0), batch);

    let count = batch.len() as f32;
    let error = units.dot(&units.t()) - teacher.dot(&teacher.t());
    let apart = 1.0 - (&units * &target).sum() / count;
    let loss = apart + SIMILARITY * error.mapv(|value| value * value).mean().unwrap_or(0.0);
    // Each pair is met twice and squared: 4.
    let mut gradient = error.dot(&units) * (4.0 * SIMILARITY / (count * count));
    gradient.scaled_add(-1.0 / count, &target);
    // Through the normalisation: only what is across the unit vector turns it.
    for ((mut gradient, unit), length) in
        gradient.rows_mut().into_iter().zip(units.rows()).zip(lengths)
    {
        let along = gradient.dot(&unit);
        gradient.scaled_add(-along, &unit);
        gradient /= length;
    }
    (loss, gradient)
}

/// Adam, which moves only the rows that a batch touches.
struct Adam {
    mean: Array2<f32>,
    square: Array2<f32>,
    sum: Array2<f32>,
    step: usize,
    steps: usize,
}

impl Adam {
    fn new(shape: ndarray::Ix2, steps: usize) -> Adam {
        let zeros = || Array2::zeros(shape);
        Adam { mean: zeros(), square: zeros(), sum: zeros(), step: 0, steps }
    }

    fn step<'a>(
        &mut self,
        rows: &mut Array2<f32>,
        batch: impl Iterator<Item = &'a [u32]>,
        gradient: &Array2<f32>,
    ) {
        let mut touched = Vec::new();
        for (pieces, gradient) in batch.zip(gradient.rows()) {
            for piece in pieces {
                self.sum.row_mut(*piece as usize).scaled_add(1.0, &gradient);
                touched.push(*piece as usize);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let left = 1.0 - self.step as f32 / self.steps as f32;
        self.step += 1;
        let settle = |decay: f32| 1.0 - decay.powi(i32::try_from(self.step).unwrap_or(i32::MAX));
        let rate = RATE * left * settle(DECAY.1).sqrt() / settle(DECAY.0);
        for row in touched {
            let mean = self.mean.row_mut(row);
            let square = self.square.row_mut(row);
            let sum = self.sum.row_mut(row);
            ndarray::Zip::from(rows.row_mut(row)).and(mean).and(square).and(sum).for_each(
                |value, mean, square, sum| {
                    *mean = DECAY.0 * *mean + (1.0 - DECAY.0) * *sum;
                    *square = DECAY.1 * *square + (1.0 - DECAY.1) * *sum * *sum;
                    *sum = 0.0;
                    *value -= rate * *mean / (square.sqrt() + 1e-8);
                },
            );
        }
    }
}
