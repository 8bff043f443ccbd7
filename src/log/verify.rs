//! Reads everything that is stored and tells what is not as it was written.

use super::cursor::Cursors;
use super::error::LogError;
use super::read::View;
use super::reads::{Gap, GapCause, Read};
use super::record::{Intake, Logged, Position, Record};
use super::trial;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Records of the decision stream, each with its intake record, that are as written.
    pub records: u64,
    /// Rows of identities, carried stories and cursors that are as written.
    pub rows: u64,
    /// Things found wrong.
    pub faults: u64,
}

const PAGE: usize = 4_096;

impl View {
    /// Checks every record's checksum, that positions have no hole, that every decision has its
    /// item, and that both name each other. Calls `fault` with a sentence for each thing that is
    /// wrong. Works beside a daemon that is writing: what is committed meanwhile is left out. Without
    /// one it is also tried whether one could open the log, which changes nothing in it.
    ///
    /// # Errors
    /// When the store cannot be read at all.
    pub fn verify(&self, mut fault: impl FnMut(&str)) -> Result<Verified, LogError> {
        let mut verified = Verified::default();
        let (mut next, end) = self.bounds()?;
        while next < end {
            let left = usize::try_from(end.0 - next.0).unwrap_or(PAGE);
            let (reads, after) = self.read_from(next, PAGE.min(left), |_| true)?;
            next = after;
            for read in reads {
                let faults = match read {
                    Read::Record(logged, intake) => crossed(&logged, intake.as_deref()),
                    Read::Gap(gap) => self.explain(gap)?,
                };
                verified.records += u64::from(faults.is_empty());
                verified.faults += faults.len() as u64;
                faults.iter().for_each(|found| fault(found));
            }
        }
        for position in self.spared()? {
            let faults = match self.spared_at(position)? {
                Read::Record(logged, intake) => crossed(&logged, intake.as_deref()),
                Read::Gap(Gap { cause: GapCause::Trimmed, .. }) => continue,
                Read::Gap(gap) => self.explain(gap)?,
            };
            verified.records += u64::from(faults.is_empty());
            verified.faults += faults.len() as u64;
            faults.iter().for_each(|found| fault(found));
        }
        let mut row = |result: Result<(), LogError>| match result {
            Ok(()) => verified.rows += 1,
            Err(error) => {
                verified.faults += 1;
                fault(&error.to_string());
            }
        };
        self.identity_rows(|found| row(found.map(drop)))?;
        self.carried_rows(|found| row(found.map(drop)))?;
        let cursors = self
            .0
            .read(|transaction| Cursors::load(&self.0, transaction, |_, error| row(Err(error))))?;
        verified.rows += cursors.len() as u64;
        if let Some(Err(error)) = self.0.path().parent().and_then(trial::open) {
            verified.faults += 1;
            fault(&format!("A daemon could not go on with the log. {error}"));
        }
        Ok(verified)
    }

    /// What exactly is wrong at the positions of a gap.
    fn explain(&self, gap: Gap) -> Result<Vec<String>, LogError> {
        let mut faults = Vec::new();
        for position in (gap.from.0..gap.to.0).map(Position) {
            let record = match self.record(position) {
                Ok(Some(logged)) => logged.record,
                Ok(None) => {
                    faults.push(format!("Record {position} of the log is missing."));
                    continue;
                }
                Err(error) => {
                    faults.push(error.to_string());
                    continue;
                }
            };
            let Some(seq) = record.item() else { continue };
            match self.intake(seq) {
                // It was there when it was looked at again: retention passed meanwhile, or a
                // read failed once.
                Ok(Some(_)) => {}
                Ok(None) => faults.push(format!(
                    "Intake record {seq}, which record {position} of the log is about, is missing. {}",
                    affected(&record)
                )),
                Err(error) => {
                    let affected = affected(&record);
                    faults.push(format!("{error} Record {position} is about it. {affected}"));
                }
            }
        }
        Ok(faults)
    }
}

/// Who misses what can no longer be read.
fn affected(record: &Record) -> String {
    let channels: Vec<_> = record.channels().iter().map(|name| format!("`{name}`")).collect();
    match (record, channels.as_slice()) {
        (Record::Rejected(_), _) => "Readers of `rejected` get a gap in its place.".to_owned(),
        (_, []) => "It was delivered on no channel.".to_owned(),
        (_, channels) => {
            format!("Readers of {} get a gap in its place.", channels.join(", "))
        }
    }
}

/// An item and its decision name each other.
fn crossed(logged: &Logged, intake: Option<&Intake>) -> Vec<String> {
    let own = matches!(logged.record, Record::Decision(_) | Record::Rejected(_));
    match intake {
        Some(intake) if own && intake.position != logged.position => vec![format!(
            "Intake record {} names record {} of the log, but record {} names it.",
            intake.arrival.seq, intake.position, logged.position
        )],
        _ => Vec::new(),
    }
}
