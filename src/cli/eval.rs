//! `wirefold eval`: how well fold does on labelled headlines.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::eval::{self, Labelled, Point};
use crate::fold::Scorer;
use crate::terminal;

use super::{ConfigArg, Failure};

/// Measure folding on labelled stories or pairs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Stories have the columns time, source, lang, story, headline; pairs have time_a, time_b, label (0 \
or 1) or score (from 4 on the same), headline_a, headline_b. Stories are replayed as the daemon \
would have met them; each pair is scored alone.")]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// One JSON object a file instead of a table
    #[arg(long)]
    json: bool,
    /// For pairs: draw precision and recall over the threshold, here and as an SVG file
    #[arg(long, value_name = "FILE.svg")]
    sweep: Option<PathBuf>,
    /// Labelled files, tab-separated with a header line
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// A report with the file it is about.
#[derive(Serialize)]
struct Named<'a, T> {
    file: &'a Path,
    #[serde(flatten)]
    report: &'a T,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, _) = args.config.load()?;

    for path in &args.files {
        let scorer = Scorer::new(&config.fold).map_err(Failure::usage)?;
        match Labelled::read(path).map_err(Failure::runtime)? {
            Labelled::Stories(rows) => {
                let report = eval::stories(&rows, &config.fold, scorer);
                print(path, &report, args.json)?;
            }
            Labelled::Pairs(rows) => {
                let report = eval::pairs(&rows, &config.fold, &scorer);
                print(path, &report, args.json)?;
                if let Some(svg) = &args.sweep {
                    sweep(&eval::curve(&report.scores), svg)?;
                }
            }
        }
    }
    Ok(())
}

fn print<T: Serialize + std::fmt::Display>(
    file: &Path,
    report: &T,
    json: bool,
) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string(&Named { file, report }).map_err(Failure::runtime)?;
        terminal::line(&text)?;
    } else {
        terminal::line(&file.display().to_string())?;
        for line in report.to_string().lines() {
            terminal::line(&terminal::escape(line))?;
        }
    }
    Ok(())
}

fn sweep(points: &[Point], svg: &Path) -> Result<(), Failure> {
    const WIDTH: f64 = 40.0;
    terminal::line("threshold  precision  recall   (█ precision, ░ recall)")?;
    for point in points {
        let bar = |share: f64, with: &str| with.repeat((share * WIDTH).round() as usize);
        let (precision, recall) = (bar(point.precision, "█"), bar(point.recall, "░"));
        terminal::line(&format!(
            "     {:.2}       {:.3}   {:.3}  {precision}\n{:32}{recall}",
            point.threshold, point.precision, point.recall, ""
        ))?;
    }
    std::fs::write(svg, eval::svg(points))
        .map_err(|error| Failure::runtime(format!("cannot write {}: {error}", svg.display())))
}
