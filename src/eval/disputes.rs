//! Headlines on one claim, some of which assert and some deny it: are the contradictions found?

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::bootstrap::{Interval, Part, intervals};
use super::labelled::{ReadError, columns, read_with, rows};
use super::{f1, ratio};
use crate::fold::training::prepare_one;
use crate::fold::{Clash, Scorer};
use crate::item::Seq;
use crate::prepare::Prepared;

/// A headline with what it says of a claim.
#[derive(Clone, Debug)]
pub struct StanceRow {
    /// The claim.
    pub claim: String,
    /// Asserts it (`for`) or denies it (`against`); `None` for anything else.
    pub asserts: Option<bool>,
    /// The headline.
    pub headline: String,
}

impl StanceRow {
    /// Reads a file with the columns claim, stance, headline.
    pub fn read(path: &Path) -> Result<Vec<StanceRow>, ReadError> {
        read_with(path, StanceRow::parse)
    }

    /// Reads the text of a file; an error names its line.
    pub fn parse(text: &str) -> Result<Vec<StanceRow>, (usize, String)> {
        let (names, lines) = columns(text);
        let column = |name: &str| {
            let found = names.iter().position(|column| *column == name);
            found.ok_or((1, format!("its header does not name the column `{name}`")))
        };
        let (claim, stance, headline) = (column("claim")?, column("stance")?, column("headline")?);
        rows(lines, names.len(), |cell| {
            Ok(StanceRow {
                claim: cell(claim).to_owned(),
                asserts: match cell(stance).to_lowercase().as_str() {
                    "for" => Some(true),
                    "against" => Some(false),
                    "" => return Err("it has no stance"),
                    _ => None,
                },
                headline: cell(headline).to_owned(),
            })
        })
    }
}

/// How well contradictions were found: among all pairs of one claim that assert it both, or one of
/// which denies it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DisputeReport {
    /// Claims with at least one pair.
    pub claims: usize,
    /// Pairs.
    pub pairs: usize,
    /// Pairs that contradict each other.
    pub positives: usize,
    /// Pairs found to.
    pub flagged: usize,
    /// Of those found, the share that does.
    pub precision: f64,
    /// Of those that do, the share that was found.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// 95 % interval of the precision, by resampling claims.
    pub precision_95: Interval,
    /// 95 % interval of the recall.
    pub recall_95: Interval,
    /// 95 % interval of the F1.
    pub f1_95: Interval,
    /// Claims with a contradiction of which at least one was found.
    pub claims_found: usize,
    /// Claims with a contradiction.
    pub claims_disputed: usize,
    /// Mistakes, false alarms first: at most so many of each kind, and of one claim.
    pub worst: Vec<Missed>,
}

/// A pair on the wrong side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missed {
    /// Why it was flagged; `None` when it should have been.
    pub why: Option<String>,
    /// The headlines.
    pub headlines: [String; 2],
}

/// Looks for contradictions. At most `worst` mistakes of each kind are kept.
pub fn disputes(rows: &[StanceRow], scorer: &Scorer, worst: usize) -> DisputeReport {
    // By the order in which claims come, so that lists stay as they are.
    let mut order: Vec<&str> = Vec::new();
    let mut claims: BTreeMap<&str, Vec<(bool, Prepared)>> = BTreeMap::new();
    for row in rows {
        let Some(asserts) = row.asserts else { continue };
        let Some(item) = prepare_one(Seq(0), &row.headline, None, None, None) else { continue };
        let members = claims.entry(&row.claim).or_default();
        if members.is_empty() {
            order.push(&row.claim);
        }
        members.push((asserts, item));
    }
    let mut report = DisputeReport::default();
    let mut parts = Vec::new();
    let (mut alarms, mut missed) = (Vec::new(), Vec::new());
    for claim in order {
        let mut part = Part::default();
        let mut wrong = [0_usize; 2];
        for (contradict, clash, headlines) in pairs(&claims[claim], scorer) {
            report.pairs += 1;
            let one = |is: bool| f64::from(u8::from(is));
            part.precision += one(contradict && clash.is_some());
            part.precision_of += one(clash.is_some());
            part.recall += one(contradict && clash.is_some());
            part.recall_of += one(contradict);
            if contradict == clash.is_some() {
                continue;
            }
            let list = if clash.is_some() { &mut alarms } else { &mut missed };
            let seen = &mut wrong[usize::from(clash.is_some())];
            *seen += 1;
            // One claim with many headlines would fill the list.
            if *seen <= 2 && list.len() < worst {
                list.push(Missed { why: clash.map(|clash| clash.to_string()), headlines });
            }
        }
        report.positives += part.recall_of as usize;
        report.flagged += part.precision_of as usize;
        report.claims_disputed += usize::from(part.recall_of > 0.0);
        report.claims_found += usize::from(part.recall > 0.0);
        if part.recall_of + part.precision_of > 0.0 || claims[claim].len() > 1 {
            report.claims += 1;
            parts.push(part);
        }
    }
    let right = parts.iter().map(|part| part.recall as usize).sum();
    report.precision = ratio(right, report.flagged);
    report.recall = ratio(right, report.positives);
    report.f1 = f1(report.precision, report.recall);
    [report.precision_95, report.recall_95, report.f1_95] = intervals(&parts);
    report.worst = alarms;
    report.worst.append(&mut missed);
    report
}

/// The pairs of a claim that say something of the flag: whether they contradict each other, what
/// was found, and their headlines.
fn pairs(
    members: &[(bool, Prepared)],
    scorer: &Scorer,
) -> impl Iterator<Item = (bool, Option<Clash>, [String; 2])> {
    let pair = move |at: usize, other: usize| {
        let ((a_asserts, a), (b_asserts, b)) = (&members[at], &members[other]);
        let kept = *a_asserts || *b_asserts;
        kept.then(|| {
            let headlines = [a.item.headline.clone(), b.item.headline.clone()];
            (a_asserts != b_asserts, scorer.clash(a, b), headlines)
        })
    };
    (0..members.len()).flat_map(move |at| (0..at).filter_map(move |other| pair(at, other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "\
claim\tstance\tclaim_headline\theadline
c1\tfor\tA squid\tGiant squid found in city fountain
c1\tfor\tA squid\tPolice find giant squid in city fountain
c1\tAgainst\tA squid\tGiant squid in city fountain is a hoax
c1\tobserving\tA squid\tIs there a squid in city fountain?
c2\tfor\tA dam\tElmsford dam opens
c2\tagainst\tA dam\tNobody came to the dam
";

    #[test]
    fn pairs_of_one_claim_are_held_against_their_stances() {
        let rows = StanceRow::parse(ROWS).expect("three columns");
        let scorer = Scorer::new(&crate::config::FoldConfig::default()).expect("the model");
        let report = disputes(&rows, &scorer, 10);
        assert_eq!((report.claims, report.pairs, report.positives), (2, 4, 3));
        assert_eq!((report.flagged, report.precision), (2, 1.0));
        assert!((report.recall - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!((report.claims_found, report.claims_disputed), (1, 2));
        assert_eq!(report.worst.len(), 1);
        assert_eq!(report.worst[0].why, None, "the dam's was missed");
    }

    #[test]
    fn a_missing_column_is_named() {
        let (line, what) = StanceRow::parse("claim\theadline\nc\th\n").expect_err("no stance");
        assert_eq!(line, 1);
        assert!(what.contains("`stance`"), "{what}");
    }
}
