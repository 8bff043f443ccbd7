//! How well an embedding agrees with its teacher.

use std::fmt;

use ndarray::ArrayView2;

use crate::fold::embedding::{Embedding, Vector};

/// Pairs that the teacher finds at least this similar are looked at apart: among them the fold
/// stage has to choose.
const SIMILAR: f32 = 0.5;

/// More held-out headlines than this add time and no precision: they make 4.5 million pairs.
const MOST: usize = 3_000;

/// Correlation of the similarity of pairs with what the teacher finds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Headlines compared, each with each.
    pub headlines: usize,
    /// Pearson's correlation over all pairs.
    pub all: f64,
    /// Pairs that the teacher finds at least .5 similar.
    pub similar_pairs: usize,
    /// The correlation over those.
    pub similar: f64,
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.3} over all pairs of {} headlines, {:.3} over the {} that the teacher finds \
             similar",
            self.all, self.headlines, self.similar, self.similar_pairs
        )
    }
}

/// Compares all pairs of `texts`, whose vectors by the teacher are the rows of `teacher`.
pub(super) fn agreement(
    embedding: &Embedding,
    texts: &[String],
    teacher: ArrayView2<'_, f32>,
) -> Agreement {
    let vectors: Vec<(usize, Vector)> = (0..texts.len())
        .filter_map(|at| Some((at, embedding.embed(&texts[at])?)))
        .take(MOST)
        .collect();
    let (mut all, mut similar) = (Correlation::default(), Correlation::default());
    for (place, (a, vector)) in vectors.iter().enumerate() {
        for (b, other) in &vectors[..place] {
            let wanted = teacher.row(*a).dot(&teacher.row(*b));
            let found = vector.cosine(other);
            all.add(wanted, found);
            if wanted >= SIMILAR {
                similar.add(wanted, found);
            }
        }
    }
    Agreement {
        headlines: vectors.len(),
        all: all.value(),
        similar_pairs: similar.count as usize,
        similar: similar.value(),
    }
}

/// Running sums of Pearson's correlation.
#[derive(Default)]
struct Correlation {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Correlation {
    fn add(&mut self, x: f32, y: f32) {
        let (x, y) = (f64::from(x), f64::from(y));
        self.count += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// 0 when there is nothing to correlate.
    fn value(&self) -> f64 {
        let together = self.count * self.xy - self.x * self.y;
        let x = self.count * self.xx - self.x * self.x;
        let y = self.count * self.yy - self.y * self.y;
        if x > 0.0 && y > 0.0 { together / (x * y).sqrt() } else { 0.0 }
    }
}
