//! Reports as people read them, at most 80 columns wide but for the headlines.

use std::fmt::{self, Write as _};

use super::bootstrap::Interval;
use super::calibration::Calibration;
use super::mistake::Mistake;
use super::pairs::PairReport;
use super::stories::{Group, StoryReport};
use super::sweep::Sweep;
use crate::terminal::escape;

/// How many sources are listed.
const SOURCES: usize = 15;

impl fmt::Display for StoryReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  {} headlines, {} stories labelled, {} found, threshold {:.2}\n",
            self.items, self.stories_gold, self.stories_found, self.threshold
        )?;
        writeln!(f, "                        95 % of draws")?;
        figure(f, "B-cubed precision", self.b3_p, self.b3_p_95)?;
        figure(f, "B-cubed recall", self.b3_r, self.b3_r_95)?;
        figure(f, "B-cubed F1", self.b3_f1, self.b3_f1_95)?;
        writeln!(f, "  {:<20}{:.3}", "pairwise F1", self.pair_f1)?;
        writeln!(f, "  {:<20}{:.3}", "candidate recall", self.candidate_recall)?;
        best(f, self.sweep.as_ref())?;
        groups(f, "by language", &self.languages, usize::MAX)?;
        groups(f, "by source", &self.sources, SOURCES)?;
        calibration(f, &self.calibration)?;
        mistakes(f, &self.worst)
    }
}

impl fmt::Display for PairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  {} pairs, {} of one story, threshold {:.2}\n",
            self.pairs, self.positives, self.threshold
        )?;
        writeln!(f, "                        95 % of draws")?;
        figure(f, "precision", self.precision, self.precision_95)?;
        figure(f, "recall", self.recall, self.recall_95)?;
        figure(f, "F1", self.f1, self.f1_95)?;
        writeln!(f, "  {:<20}{:.3}", "AUC", self.auc)?;
        writeln!(f, "  {:<20}{}", "false merges", self.false_merges)?;
        best(f, self.sweep.as_ref())?;
        calibration(f, &self.calibration)?;
        mistakes(f, &self.worst)
    }
}

impl StoryReport {
    /// The head of a table of [`StoryReport::row`]s.
    pub const HEAD: &'static str =
        "stories                   items  found      P      R     F1  95 % of F1    cand";

    /// The report as one row.
    pub fn row(&self, file: &str) -> String {
        format!(
            "{:<24}{:>7}{:>7}  {:.3}  {:.3}  {:.3}  {:.3}–{:.3}  {:.3}",
            short(file),
            self.items,
            self.stories_found,
            self.b3_p,
            self.b3_r,
            self.b3_f1,
            self.b3_f1_95.low,
            self.b3_f1_95.high,
            self.candidate_recall
        )
    }
}

impl PairReport {
    /// The head of a table of [`PairReport::row`]s.
    pub const HEAD: &'static str =
        "pairs                     pairs  wrong      P      R     F1  95 % of F1     AUC";

    /// The report as one row.
    pub fn row(&self, file: &str) -> String {
        format!(
            "{:<24}{:>7}{:>7}  {:.3}  {:.3}  {:.3}  {:.3}–{:.3}  {:.3}",
            short(file),
            self.pairs,
            self.false_merges,
            self.precision,
            self.recall,
            self.f1,
            self.f1_95.low,
            self.f1_95.high,
            self.auc
        )
    }
}

/// The end of a long name.
pub(super) fn short(name: &str) -> String {
    const WIDTH: usize = 24;
    let count = name.chars().count();
    match count > WIDTH {
        true => format!("…{}", name.chars().skip(count + 1 - WIDTH).collect::<String>()),
        false => name.to_owned(),
    }
}

pub(super) fn figure(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    value: f64,
    within: Interval,
) -> fmt::Result {
    writeln!(f, "  {name:<20}{value:.3}   {:.3} – {:.3}", within.low, within.high)
}

fn best(f: &mut fmt::Formatter<'_>, sweep: Option<&Sweep>) -> fmt::Result {
    let Some(Sweep { best, .. }) = sweep else { return Ok(()) };
    writeln!(f, "  {:<20}{:.2}    F1 {:.3}", "best threshold", best.threshold, best.f1)
}

fn groups(f: &mut fmt::Formatter<'_>, by: &str, groups: &[Group], most: usize) -> fmt::Result {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n  {by:<28} items      P      R     F1")?;
    for group in groups.iter().take(most) {
        let name = if group.name.is_empty() { "(unknown)" } else { &group.name };
        writeln!(
            f,
            "  {:<28}{:>6}  {:.3}  {:.3}  {:.3}",
            escape(&short(name)),
            group.items,
            group.b3_p,
            group.b3_r,
            group.b3_f1
        )?;
    }
    if groups.len() > most {
        writeln!(f, "  and {} more", groups.len() - most)?;
    }
    Ok(())
}

fn calibration(f: &mut fmt::Formatter<'_>, calibration: &Calibration) -> fmt::Result {
    const WIDTH: f64 = 24.0;
    writeln!(f, "\n  scores         pairs   mean   one story")?;
    for bin in &calibration.bins {
        let bar = "#".repeat((bin.observed * WIDTH).round() as usize);
        let line = match bin.count {
            0 => String::new(),
            _ => format!("  {:.3}  {:.3}  {bar}", bin.mean, bin.observed),
        };
        let line = format!("  {:.1} to {:.1}  {:>8}{line}", bin.from, bin.from + 0.1, bin.count);
        writeln!(f, "{}", line.trim_end())?;
    }
    writeln!(f, "  expected calibration error {:.3}", calibration.error)
}

fn mistakes(f: &mut fmt::Formatter<'_>, worst: &[Mistake]) -> fmt::Result {
    for (at, mistake) in worst.iter().enumerate() {
        if at == 0 || worst[at - 1].joined != mistake.joined {
            let what = if mistake.joined { "joined wrongly" } else { "kept apart wrongly" };
            writeln!(f, "\n  {what}, the worst first")?;
        }
        let [a, b] = &mistake.headlines;
        writeln!(f, "  {:.2}  {}\n        {}", mistake.score, escape(a), escape(b))?;
        let mut spoke = String::new();
        for share in &mistake.shares {
            let value = share.value.map_or("missing".to_owned(), |value| format!("{value:.2}"));
            // Writing to a string cannot fail.
            let _ = write!(spoke, "  {:+.2} {} {value}", share.share, share.feature);
        }
        if !spoke.is_empty() {
            writeln!(f, "      {spoke}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(short("pairs.tsv"), "pairs.tsv");
        let short = short("/a/long/way/to/stories_of_march.tsv");
        assert_eq!(short, "…to/stories_of_march.tsv");
        assert_eq!(short.chars().count(), 24);
    }

    #[test]
    fn rows_stand_under_their_heads() {
        let row = StoryReport::default().row("x");
        assert_eq!(row.chars().count(), StoryReport::HEAD.chars().count());
        let row = PairReport::default().row("x");
        assert_eq!(row.chars().count(), PairReport::HEAD.chars().count());
        assert!(row.chars().count() <= 80);
    }
}
