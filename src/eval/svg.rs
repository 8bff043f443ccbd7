//! Precision/recall curves as an SVG drawing.

use std::fmt::Write as _;

use super::sweep::{Point, Sweep};
use crate::markup::escape;

/// A curve with its name.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// What it is of, for the legend.
    pub name: &'a str,
    /// The points.
    pub sweep: &'a Sweep,
    /// The threshold in use.
    pub current: f32,
}

const SIDE: f64 = 480.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 40.0;
const LEGEND: f64 = 22.0;
/// Told apart by people who see no red or no green (Okabe and Ito 2008).
const COLOURS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"];

fn x(recall: f64) -> f64 {
    LEFT + recall * SIDE
}

fn y(precision: f64) -> f64 {
    TOP + (1.0 - precision) * SIDE
}

/// Draws curves: recall to the right, precision upwards, lines of equal F1 behind.
pub fn svg(curves: &[Curve<'_>]) -> String {
    let width = LEFT + SIDE + 40.0;
    let height = TOP + SIDE + 64.0 + LEGEND * curves.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">Precision and recall by threshold</text>\n"
    );
    axes(&mut out);
    for level in [0.5, 0.6, 0.7, 0.8, 0.9] {
        equal_f1(&mut out, level);
    }
    for (at, curve) in curves.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        draw(&mut out, curve, colour, curves.len() == 1);
        let below = TOP + SIDE + 70.0 + LEGEND * at as f64;
        // Writing to a string cannot fail.
        let best = curve.sweep.best;
        let _ = writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{colour}\"/><text x=\"{}\" y=\"{below}\">\
             {}: best F1 {:.3} at {:.2}</text>",
            LEFT + 4.0,
            below - 4.0,
            LEFT + 16.0,
            escape(curve.name),
            best.f1,
            best.threshold
        );
    }
    out.push_str("</svg>\n");
    out
}

fn axes(out: &mut String) {
    for step in 0..=10_u8 {
        let value = f64::from(step) / 10.0;
        let (across, up) = (x(value), y(value));
        let (right, bottom) = (x(1.0), y(0.0));
        let _ = writeln!(
            out,
            "<path d=\"M{across:.1} {TOP}V{bottom}M{LEFT} {up:.1}H{right}\" stroke=\"#e4e4e4\"/>\
             <text x=\"{across:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{value:.1}</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.1}</text>",
            bottom + 18.0,
            LEFT - 8.0,
            up + 4.0
        );
    }
    let middle = TOP + SIDE / 2.0;
    let _ = writeln!(
        out,
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" \
         stroke=\"#555\"/>\n<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"13\">recall\
         </text>\n<text transform=\"translate(20 {middle}) rotate(-90)\" text-anchor=\"middle\" \
         font-size=\"13\">precision</text>",
        LEFT + SIDE / 2.0,
        TOP + SIDE + 40.0
    );
}

/// The line on which F1 is `level`: precision = level · recall / (2 · recall − level).
fn equal_f1(out: &mut String, level: f64) {
    let first = level / (2.0 - level);
    let mut path = String::new();
    for step in 0..=40_u8 {
        let recall = first + (1.0 - first) * f64::from(step) / 40.0;
        let precision = level * recall / (2.0 * recall - level);
        let _ = write!(path, "{:.1},{:.1} ", x(recall), y(precision));
    }
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#bbb\" stroke-dasharray=\"3 3\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#888\" font-size=\"10\">F1 {level}</text>",
        path.trim_end(),
        x(1.0) + 4.0,
        y(first) + 3.0
    );
}

fn draw(out: &mut String, curve: &Curve<'_>, colour: &str, labels: bool) {
    let mut path = String::new();
    for point in &curve.sweep.points {
        let _ = write!(path, "{:.1},{:.1} ", x(point.recall), y(point.precision));
    }
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
        path.trim_end()
    );
    // A label that would lie on the one before is left out.
    let mut last: Option<(f64, f64)> = None;
    for point in &curve.sweep.points {
        let (cx, cy) = (x(point.recall), y(point.precision));
        let radius = if *point == curve.sweep.best { 6 } else { 3 };
        let _ = writeln!(
            out,
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"{radius}\" fill=\"{colour}\"><title>\
             threshold {:.2}: precision {:.3}, recall {:.3}, F1 {:.3}</title></circle>",
            point.threshold, point.precision, point.recall, point.f1
        );
        let free = last.is_none_or(|(a, b)| (a - cx).abs() + (b - cy).abs() > 34.0);
        if labels && free {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"11\">{:.2}</text>",
                cx - 7.0,
                cy + 12.0,
                point.threshold
            );
            last = Some((cx, cy));
        }
    }
    let off = |point: &&Point| (point.threshold - curve.current).abs();
    if let Some(used) = curve.sweep.points.iter().min_by(|a, b| off(a).total_cmp(&off(b))) {
        let (cx, cy) = (x(used.recall), y(used.precision));
        let _ = writeln!(
            out,
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"8\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"1.5\"><title>nearest to the threshold in use</title></circle>"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_well_formed_and_names_its_axes() {
        let sweep = Sweep::of_scores(&[(0.9, true), (0.6, false), (0.3, true), (0.1, false)]);
        let drawing = svg(&[Curve { name: "a<b & c", sweep: &sweep, current: 0.45 }]);
        let mut reader = quick_xml::Reader::from_str(&drawing);
        let mut texts = Vec::new();
        loop {
            match reader.read_event().expect("well-formed") {
                quick_xml::events::Event::Text(text) => {
                    texts.push(text.trim().to_owned());
                }
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        for expected in ["recall", "precision", "F1 0.7"] {
            assert!(texts.iter().any(|text| text == expected), "{expected}: {texts:?}");
        }
        assert!(drawing.contains("a&lt;b &amp; c"));
    }
}
