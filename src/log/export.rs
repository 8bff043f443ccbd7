//! The log as NDJSON: each item as a ninjs object that any reader of ninjs understands, with how it
//! came in and what was decided about it under `wirefold`. `replay` reads back how it came in, and
//! has the same item.

use std::fmt;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::error::LogError;
use super::read::View;
use super::reads::{Gap, GapCause, Read};
use super::record::{Decision, Intake, Position, Record};
use crate::item::{Item, Marker, Ninjs, Seq};
use crate::story::{Evidence, StoryId, Verdict};

/// Why an export ended early.
#[derive(Debug)]
pub enum ExportError {
    /// The log cannot be read.
    Log(LogError),
    /// What it is written to takes no more.
    Write(io::Error),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExportError::Log(error) => error.fmt(f),
            ExportError::Write(error) => write!(f, "The export cannot be written: {error}."),
        }
    }
}

impl std::error::Error for ExportError {}

/// What became of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Items that were written.
    pub items: u64,
    /// Records that are damaged, or whose items are: at most as many items are missing.
    pub damaged: u64,
}

impl View {
    /// Writes every item that was decided about from `from` on, oldest first. What is damaged is
    /// passed over; `lost` is called with each range of it.
    pub fn export(
        &self,
        from: Position,
        out: &mut impl Write,
        mut lost: impl FnMut(Gap),
    ) -> Result<Exported, ExportError> {
        const PAGE: usize = 1_024;
        let (mut next, mut exported) = (from, Exported::default());
        let mut take = |read: &Read| {
            match read {
                // What retention removed is no damage.
                Read::Gap(gap) if gap.cause == GapCause::Damaged => {
                    exported.damaged += gap.to.0.saturating_sub(gap.from.0);
                    lost(*gap);
                }
                read => exported.items += write(read, out)?,
            }
            Ok(())
        };
        for position in self.spared().map_err(ExportError::Log)? {
            if position >= from {
                take(&self.spared_at(position).map_err(ExportError::Log)?)?;
            }
        }
        loop {
            let (reads, after) = self
                .read_from(next, PAGE, |record| matches!(record, Record::Decision(_)))
                .map_err(ExportError::Log)?;
            for read in &reads {
                take(read)?;
            }
            if after == next {
                return Ok(exported);
            }
            next = after;
        }
    }
}

/// Writes an item as a line; returns how many lines that made.
fn write(read: &Read, out: &mut impl Write) -> Result<u64, ExportError> {
    let line = match read {
        Read::Record(logged, Some(intake)) => match &logged.record {
            Record::Decision(decision) => Line::of(logged.position, decision, intake),
            _ => None,
        },
        Read::Record(_, None) | Read::Gap(_) => None,
    };
    let Some(line) = line else { return Ok(0) };
    serde_json::to_writer(&mut *out, &line).map_err(|error| ExportError::Write(error.into()))?;
    out.write_all(b"\n").map_err(ExportError::Write)?;
    Ok(1)
}

/// A ninjs item, and more.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    item: Ninjs<'a>,
    wirefold: Decided<'a>,
}

/// How it came in, and what was decided.
#[derive(Serialize)]
struct Decided<'a> {
    seq: Seq,
    position: Position,
    received: Timestamp,
    source: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    markers: &'a [Marker],
    #[serde(skip_serializing_if = "Option::is_none")]
    amends: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lifecycle: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    seen: bool,
    verdict: Verdict,
    #[serde(serialize_with = "text")]
    story: StoryId,
    disputes: bool,
    disputed: bool,
    killed: bool,
    items: u32,
    publishers: u32,
    rules: &'a [String],
    matched: &'a [String],
    channels: &'a [String],
    priority: Option<u8>,
    labels: &'a [String],
    evidence: &'a Evidence,
}

impl<'a> Line<'a> {
    fn of(position: Position, decision: &'a Decision, intake: &'a Intake) -> Option<Line<'a>> {
        let arrival = &intake.arrival;
        let item: &Item = arrival.record.as_ref().ok()?;
        let (fold, state) = (&decision.fold, &decision.fold.state);
        Some(Line {
            item: Ninjs::of(item),
            wirefold: Decided {
                seq: arrival.seq,
                position,
                received: arrival.received,
                source: &arrival.source,
                markers: &item.markers,
                amends: item.amends.as_deref(),
                lifecycle: item.lifecycle,
                seen: item.seen,
                verdict: fold.verdict,
                story: fold.story,
                disputes: fold.disputes,
                disputed: state.disputed,
                killed: state.killed,
                items: state.items,
                publishers: state.publishers,
                rules: &decision.rules,
                matched: &decision.matched,
                channels: &decision.channels,
                priority: decision.priority,
                labels: &decision.labels,
                evidence: &fold.evidence,
            },
        })
    }
}

fn text<S: Serializer>(value: &impl fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}
