//! A precision/recall curve in plain text.

use std::fmt::Write as _;

use super::sweep::{Point, Sweep};

/// Columns and rows of the field.
const WIDTH: usize = 61;
const HEIGHT: usize = 16;

/// Draws the curve and lists its points, at most 80 columns wide. `current` is the threshold in
/// use.
pub fn plot(sweep: &Sweep, current: f32) -> String {
    let points = &sweep.points;
    let lowest = points.iter().map(|point| point.precision).fold(1.0, f64::min);
    // The field ends at a tenth, so that the labels of its rows are round.
    let floor = ((lowest * 10.0).floor() / 10.0).min(0.9);
    let mut field = vec![vec![' '; WIDTH]; HEIGHT + 1];
    let place = |recall: f64, precision: f64| {
        let x = (recall * (WIDTH - 1) as f64).round() as usize;
        let y = ((1.0 - precision) / (1.0 - floor) * HEIGHT as f64).round() as usize;
        (x.min(WIDTH - 1), y.min(HEIGHT))
    };
    for pair in points.windows(2) {
        for step in 0..=WIDTH {
            let share = step as f64 / WIDTH as f64;
            let between = |a: f64, b: f64| a + (b - a) * share;
            let (x, y) = place(
                between(pair[0].recall, pair[1].recall),
                between(pair[0].precision, pair[1].precision),
            );
            field[y][x] = '·';
        }
    }
    for point in points {
        let (x, y) = place(point.recall, point.precision);
        field[y][x] = 'o';
    }
    let nearest = nearest(points, current);
    for (point, mark) in nearest.iter().map(|point| (*point, '@')).chain([(&sweep.best, '*')]) {
        let (x, y) = place(point.recall, point.precision);
        field[y][x] = mark;
    }
    let mut text = String::from("precision\n");
    for (row, cells) in field.iter().enumerate() {
        let value = 1.0 - row as f64 / HEIGHT as f64 * (1.0 - floor);
        let label = if row % 4 == 0 { format!("{value:.3} ┤") } else { "      │".to_owned() };
        let cells: String = cells.iter().collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{label}{}", cells.trim_end());
    }
    let ticks: String = (0..WIDTH).map(|x| if x % 12 == 0 { '┴' } else { '─' }).collect();
    let _ = writeln!(text, "      └{ticks}");
    let _ = writeln!(
        text,
        "       0          .2          .4          .6          .8           1  recall"
    );
    let _ =
        writeln!(text, "       * the best F1   @ nearest to the threshold in use, {current:.2}\n");
    list(&mut text, sweep, nearest);
    text
}

fn nearest(points: &[Point], current: f32) -> Option<&Point> {
    let off = |point: &&Point| (point.threshold - current).abs();
    points.iter().min_by(|a, b| off(a).total_cmp(&off(b)))
}

/// The points in two columns.
fn list(text: &mut String, sweep: &Sweep, nearest: Option<&Point>) {
    let head = " threshold      P      R     F1";
    let _ = writeln!(text, "{head}       {head}");
    let rows = sweep.points.len().div_ceil(2);
    let cell = |point: &Point| {
        let mark = match () {
            () if *point == sweep.best => '*',
            () if Some(point) == nearest => '@',
            () => ' ',
        };
        let Point { threshold, precision, recall, f1 } = point;
        format!("{mark}     {threshold:.2}  {precision:.3}  {recall:.3}  {f1:.3}")
    };
    for row in 0..rows {
        let right = sweep.points.get(row + rows).map_or(String::new(), cell);
        let line = format!("{}       {right}", cell(&sweep.points[row]));
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_fits_a_terminal_and_marks_the_best() {
        let scores: Vec<(f32, bool)> =
            (0..100_u8).map(|n| (f32::from(n) / 100.0, n % 7 < n / 15)).collect();
        let text = plot(&Sweep::of_scores(&scores), 0.45);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_sweep_that_finds_nothing_is_drawn_too() {
        assert!(plot(&Sweep::of_scores(&[]), 0.45).starts_with("precision"));
    }
}
