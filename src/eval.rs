//! Measuring folding on labelled headlines: stories (columns time, source, lang, story, headline)
//! or pairs (time_a, time_b, label or score, headline_a, headline_b).

mod labelled;
mod pairs;
mod stories;
mod sweep;

pub use labelled::{Labelled, PairRow, ReadError, StoryRow};
pub use pairs::{PairError, PairReport, pairs};
pub use stories::{StoryError, StoryReport, stories};
pub use sweep::{Point, curve, svg};

/// How many of the worst errors a report lists.
const WORST: usize = 20;

/// Harmonic mean of precision and recall.
fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
