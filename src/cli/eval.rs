//! `wirefold eval`: how well fold does on labelled headlines.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use crate::config::FoldConfig;
use crate::eval::{self, Curve, DisputeReport, Labelled, PairReport, StanceRow};
use crate::eval::{StoryReport, Sweep};
use crate::fold::Scorer;
use crate::terminal::{self, Lines};

use super::{ConfigArg, Failure, writable};

/// Measure folding on labelled stories or pairs
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Stories have the columns time, source, lang, story, headline; pairs have time_a, time_b, label (0 \
or 1) or score (from 4 on the same), headline_a, headline_b. Stories are replayed as the daemon \
would have met them; each pair is scored alone. Several files give a row each. With --disputed the \
columns are claim, stance (for, against, or anything else) and headline.")]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// One JSON object a file instead of tables
    #[arg(long)]
    json: bool,
    /// The files hold headlines with their stance on a claim: are contradictions found?
    #[arg(long, conflicts_with_all = ["sweep", "svg"])]
    disputed: bool,
    /// Try the thresholds from .05 to .95 and draw precision over recall
    #[arg(long)]
    sweep: bool,
    /// Write the drawing to an SVG file, all curves in one; implies --sweep
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// How many of the worst mistakes of each kind to list [default: 10; 0 for several files]
    #[arg(long, value_name = "N")]
    worst: Option<usize>,
    /// Say on standard error how far it is, also when that is not a terminal
    #[arg(long)]
    progress: bool,
    /// Labelled files, tab-separated with a header line
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// A report with the file it is about.
#[derive(Serialize)]
struct Named<'a> {
    file: &'a Path,
    #[serde(flatten)]
    report: &'a Report,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Report {
    Stories(Box<StoryReport>),
    Pairs(Box<PairReport>),
    Disputes(Box<DisputeReport>),
}

impl Report {
    fn sweep(&self) -> (Option<&Sweep>, f32) {
        match self {
            Report::Stories(report) => (report.sweep.as_ref(), report.threshold),
            Report::Pairs(report) => (report.sweep.as_ref(), report.threshold),
            Report::Disputes(_) => (None, 0.0),
        }
    }

    fn head(&self) -> &'static str {
        match self {
            Report::Stories(_) => StoryReport::HEAD,
            Report::Pairs(_) => PairReport::HEAD,
            Report::Disputes(_) => DisputeReport::HEAD,
        }
    }

    fn row(&self, file: &str) -> String {
        match self {
            Report::Stories(report) => report.row(file),
            Report::Pairs(report) => report.row(file),
            Report::Disputes(report) => report.row(file),
        }
    }
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (config, _) = args.config.load()?;
    args.svg.as_deref().map_or(Ok(()), writable)?;
    let several = args.files.len() > 1;
    let mut reports = Vec::new();
    let mut head = "";
    let mut said = Lines::default();
    for path in &args.files {
        let report = measure(&args, path, &config.fold)?;
        if args.json {
            let named = Named { file: path, report: &report };
            said.say(&serde_json::to_string(&named).map_err(Failure::runtime)?);
        } else if several {
            if report.head() != head {
                head = report.head();
                said.say(head);
            }
            said.say(&terminal::escape(&report.row(&name(path))));
        }
        reports.push((path, report));
        if said.is_over() && args.svg.is_none() {
            break;
        }
    }
    if let Some(file) = &args.svg {
        draw(file, &args.files, &reports)?;
    }
    for (path, report) in reports.iter().filter(|_| !args.json) {
        details(&mut said, &args, path, report, several);
    }
    Ok(said.end()?)
}

/// Draws the curves of all files into one SVG file.
fn draw(file: &Path, files: &[PathBuf], reports: &[(&PathBuf, Report)]) -> Result<(), Failure> {
    let names: Vec<String> = files.iter().map(|path| name(path)).collect();
    let curves = names.iter().zip(reports).filter_map(|(name, (_, report))| {
        let (sweep, current) = report.sweep();
        Some(Curve { name, sweep: sweep?, current })
    });
    let curves: Vec<Curve<'_>> = curves.collect();
    std::fs::write(file, eval::svg(&curves))
        .map_err(|error| Failure::runtime(format!("cannot write {}: {error}", file.display())))
}

fn measure(args: &Args, path: &Path, config: &FoldConfig) -> Result<Report, Failure> {
    let scorer = Scorer::new(config).map_err(Failure::usage)?;
    let worst = args.worst.unwrap_or(if args.files.len() > 1 { 0 } else { 10 });
    if args.disputed {
        let rows = StanceRow::read(path).map_err(Failure::runtime)?;
        return Ok(Report::Disputes(Box::new(eval::disputes(&rows, &scorer, worst))));
    }
    let labelled = Labelled::read(path).map_err(Failure::runtime)?;
    let progress = Progress::new(args.progress);
    let watch = |step: &str, done, whole| progress.tell(&name(path), step, done, whole);
    let report = match labelled {
        Labelled::Stories(rows) => {
            let mut report = eval::stories(&rows, config, scorer, worst, &watch);
            if args.sweep || args.svg.is_some() {
                let sweep = eval::sweep_stories(&rows, config, &watch).map_err(Failure::usage)?;
                report.sweep = Some(sweep);
            }
            Report::Stories(Box::new(report))
        }
        Labelled::Pairs(rows) => {
            Report::Pairs(Box::new(eval::pairs(&rows, config, &scorer, worst)))
        }
    };
    progress.end();
    Ok(report)
}

/// The whole of a single report; of one among several, what was asked for.
fn details(said: &mut Lines, args: &Args, path: &Path, report: &Report, several: bool) {
    let mut text = String::new();
    if !several || args.worst.is_some_and(|worst| worst > 0) {
        text = match report {
            Report::Stories(report) => report.to_string(),
            Report::Pairs(report) => report.to_string(),
            Report::Disputes(report) => report.to_string(),
        };
    }
    let (sweep, current) = report.sweep();
    if let Some(sweep) = sweep.filter(|_| args.sweep) {
        text.push('\n');
        text.push_str(&eval::plot(sweep, current));
    }
    if text.is_empty() {
        return;
    }
    if several {
        said.say("");
    }
    said.say(&terminal::escape(&path.display().to_string()));
    // Headlines in it are escaped where they are written.
    text.lines().for_each(|line| said.say(line));
}

fn name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

/// How far it is, in per cent, on one line of standard error.
struct Progress {
    shown: bool,
    terminal: bool,
    last: AtomicUsize,
}

impl Progress {
    fn new(asked: bool) -> Progress {
        let dumb = std::env::var_os("TERM").is_some_and(|kind| kind == "dumb");
        let terminal = std::io::stderr().is_terminal() && !dumb;
        Progress { shown: asked || terminal, terminal, last: AtomicUsize::new(usize::MAX) }
    }

    fn tell(&self, file: &str, step: &str, done: usize, whole: usize) {
        // A terminal overwrites the line; anything else gets a line for every tenth.
        let grain = if self.terminal { 1 } else { 10 };
        let share = done * 100 / whole.max(1) / grain * grain;
        if self.shown && self.last.swap(share, Ordering::Relaxed) != share {
            terminal::status(&format!("{file}: {step} {share} %"), self.terminal);
        }
    }

    fn end(&self) {
        if self.shown && self.terminal {
            terminal::status("", true);
        }
    }
}
