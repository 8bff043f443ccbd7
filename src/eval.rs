//! Measuring folding on labelled headlines: stories (columns time, source, lang, story, headline)
//! or pairs (time_a, time_b, label or score, headline_a, headline_b); and finding contradictions in
//! headlines with their stance on a claim (columns claim, stance, headline).

mod bootstrap;
mod calibration;
mod disputes;
mod labelled;
mod mistake;
mod pairs;
mod partition;
mod plot;
mod screen;
mod stories;
mod svg;
mod sweep;

pub use bootstrap::Interval;
pub use calibration::{Bin, Calibration};
pub use disputes::{DisputeReport, Missed, StanceRow, disputes};
pub use labelled::{Labelled, PairRow, ReadError, StoryRow};
pub use mistake::Mistake;
pub use pairs::{PairReport, pairs};
pub use plot::plot;
pub use stories::{Group, StoryReport, stories, stories_in_turn, sweep_stories};
pub use svg::{Curve, svg};
pub use sweep::{Point, Sweep};

/// Told of a long step: its name, how many parts of it are done, and of how many.
pub type Watch<'a> = &'a (dyn Fn(&str, usize, usize) + Sync);

/// Harmonic mean of precision and recall.
fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
