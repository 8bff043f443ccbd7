//! How precision and recall change with the threshold.

use std::fmt::Write as _;

use super::{f1, ratio};

/// Precision and recall at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The threshold.
    pub threshold: f32,
    /// Precision at it; 1 when nothing is found.
    pub precision: f64,
    /// Recall at it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// Points at thresholds from .05 to .95 for probabilities with labels.
pub fn curve(scores: &[(f32, bool)]) -> Vec<Point> {
    let positives = scores.iter().filter(|(_, same)| *same).count();
    let point = |step: u8| {
        let threshold = f32::from(step) * 0.05;
        let found = scores.iter().filter(|(score, _)| *score >= threshold);
        let (count, right) =
            found.fold((0, 0), |(n, r), (_, same)| (n + 1, r + usize::from(*same)));
        let precision = if count == 0 { 1.0 } else { ratio(right, count) };
        let recall = ratio(right, positives);
        Point { threshold, precision, recall, f1: f1(precision, recall) }
    };
    (1..20).map(point).collect()
}

/// The curve as an SVG drawing: recall to the right, precision upwards.
pub fn svg(points: &[Point]) -> String {
    const SIDE: f64 = 400.0;
    const MARGIN: f64 = 40.0;
    let at =
        |point: &Point| (MARGIN + point.recall * SIDE, MARGIN + (1.0 - point.precision) * SIDE);
    let mut line = String::new();
    for point in points {
        let (x, y) = at(point);
        // Writing to a string cannot fail.
        let _ = write!(line, "{x:.1},{y:.1} ");
    }
    let size = SIDE + 2.0 * MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" \
         stroke=\"#888\"/>\n<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" \
         stroke-width=\"2\"/>\n<text x=\"{MARGIN}\" y=\"{}\">recall</text>\n\
         <text x=\"4\" y=\"{MARGIN}\">precision</text>\n</svg>\n",
        line.trim_end(),
        size - 10.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_falls_as_the_threshold_rises() {
        let points = curve(&[(0.9, true), (0.6, false), (0.3, true), (0.1, false)]);
        assert!(points.windows(2).all(|pair| pair[0].recall >= pair[1].recall));
        assert_eq!(points[10].precision, 0.5, "at .55");
        assert!(svg(&points).starts_with("<svg"));
    }
}
