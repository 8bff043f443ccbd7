//! `wirefold replay`: the same stages over recorded items, no daemon, no network.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::Clock;
use crate::format::{self, Format, Parsed};
use crate::replay::{compare, replay};
use crate::terminal;

use super::{ConfigArg, Failure};

/// Decide about recorded items as the daemon would have: one JSON line for every input record
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// Format of the files [default: recognised from their first bytes]
    #[arg(long, value_parser = parse_format, default_value = "auto", hide_default_value = true)]
    format: Format,
    /// Zone of times that name none, like `Europe/Berlin`
    #[arg(long, value_parser = parse_zone, default_value = "UTC")]
    timezone: TimeZone,
    /// Show what this other configuration would change, instead of the lines
    #[arg(long, value_name = "OTHER.toml")]
    compare: Option<PathBuf>,
    /// Files to replay, as if they were one: items of a `log export` as they came in, others at their own
    /// times, or now where none has one
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (_, mut decider) = args.config.load()?;
    let options = format::Options {
        timezone: args.timezone,
        received: Timestamp::UNIX_EPOCH,
        charset: None,
        base: None,
        max_record: 1 << 20,
        endless: false,
        exported: true,
    };
    let mut records = Vec::new();
    for path in &args.files {
        let bytes = std::fs::read(path).map_err(|error| {
            Failure::runtime(format!("cannot read {}: {error}", path.display()))
        })?;
        let Parsed { records: read, notice, .. } = format::read(args.format, &bytes, &options);
        records.extend(read);
        if let Some(notice) = notice {
            terminal::note(&format!("{}: {notice}", path.display()));
        }
    }
    let now = Clock::wall().now();
    if let Some(other) = args.compare {
        let (_, mut other) = ConfigArg { config: Some(other) }.load()?;
        let comparison = compare(&mut decider, &mut other, records, now);
        terminal::line(comparison.to_string().trim_end())?;
        return Ok(());
    }
    let (lines, summary) = replay(&mut decider, records, now);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in lines {
        serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    terminal::note(&format!(
        "{} records: {} stories, {} folded, {} rejected; {} delivered to a channel",
        summary.records, summary.stories, summary.folded, summary.rejected, summary.delivered
    ));
    if summary.withheld > 0 {
        terminal::note(&format!(
            "{} held back or dropped by channel policies, {} delivered later",
            summary.withheld, summary.later
        ));
    }
    Ok(())
}

/// Reads the word of a format.
pub(super) fn parse_format(word: &str) -> Result<Format, String> {
    let known = Format::WORDS.iter().find(|(known, _)| *known == word);
    known.map(|(_, format)| *format).ok_or_else(|| {
        let words: Vec<_> = Format::WORDS.iter().map(|(word, _)| *word).collect();
        format!("the formats are {}", words.join(", "))
    })
}

/// Reads the name of a time zone.
pub(super) fn parse_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "name a zone like UTC or Europe/Berlin".to_owned())
}
