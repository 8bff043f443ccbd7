//! `wirefold log`: is the log sound, how much is in it, and what.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde_json::json;

use crate::config::Config;
use crate::log::{self, ExportError, Exported, Gap, LogError, Position, Salvaged, Stats, View};
use crate::terminal::{self, Lines};

use super::{ConfigArg, Failure};

/// Verify, count, export, compact or salvage the log
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check every record; exit code 1 when something is damaged
    Verify {
        #[command(flatten)]
        place: Place,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Count what the log holds
    Stats {
        #[command(flatten)]
        place: Place,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print every item with what was decided about it, as NDJSON that `replay` reads; exit code 1
    /// when something is damaged and left out
    Export {
        #[command(flatten)]
        place: Place,
        /// The first position that is exported
        #[arg(long, value_name = "POSITION", default_value_t = 1)]
        from: u64,
    },
    /// Give free room in the file back to the disk; the daemon must not run
    Compact {
        #[command(flatten)]
        place: Place,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make a new file of what can be read of a damaged log, beside which the old one is kept as
    /// log.damaged; the daemon must not run
    Salvage {
        #[command(flatten)]
        place: Place,
    },
}

/// Which log.
#[derive(Debug, clap::Args)]
struct Place {
    #[command(flatten)]
    config: ConfigArg,
    /// The data directory, in place of the configuration's
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    dir: Option<PathBuf>,
}

impl Place {
    fn dir(self) -> Result<PathBuf, Failure> {
        match self.dir {
            Some(dir) => Ok(dir),
            None => self.config.load_in_part().map(|config: Config| config.log.dir),
        }
    }

    fn view(self) -> Result<View, Failure> {
        View::open(&self.dir()?).map_err(Failure::runtime)
    }
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Verify { place, json } => verify(&place.view()?, json),
        Command::Stats { place, json } => stats(&place.view()?, json),
        Command::Export { place, from } => export(&place.view()?, Position(from)),
        Command::Compact { place, json } => compact(&place.dir()?, json),
        Command::Salvage { place } => salvage(&place.dir()?),
    }
}

fn verify(view: &View, json: bool) -> Result<(), Failure> {
    let mut faults = Vec::new();
    let mut said = Lines::default();
    let verified = view
        .verify(|fault| match json {
            true => faults.push(fault.to_owned()),
            false => said.say(fault),
        })
        .map_err(Failure::runtime)?;
    if json {
        let found = json!({
            "records": verified.records, "rows": verified.rows, "faults": faults,
        });
        said.say(&found.to_string());
    } else {
        said.say(&format!(
            "{} records and {} rows are as written; faults: {}",
            verified.records, verified.rows, verified.faults
        ));
    }
    match verified.faults {
        0 => Ok(said.end()?),
        n => Err(Failure::runtime(format!(
            "faults: {n}; the rest is served: what is lost are the records \
             named above"
        ))),
    }
}

fn stats(view: &View, json: bool) -> Result<(), Failure> {
    let Stats {
        first,
        end,
        next_seq,
        records,
        intake,
        rejected,
        carried,
        oldest,
        newest,
        bytes,
        remembered_bytes,
        file_bytes,
        sinks,
    } = view.stats().map_err(Failure::runtime)?;
    if json {
        let lag = |next: Position| end.0.saturating_sub(next.0);
        let sinks: Vec<_> = sinks
            .iter()
            .map(|(name, next)| json!({ "name": name, "next": next, "lag": lag(*next) }))
            .collect();
        let found = json!({
            "first": first, "end": end, "next_seq": next_seq, "records": records,
            "intake": intake, "rejected": rejected, "carried": carried, "oldest": oldest, "newest": newest,
            "bytes": bytes, "remembered_bytes": remembered_bytes, "file_bytes": file_bytes,
            "sinks": sinks,
        });
        return Ok(terminal::line(&found.to_string())?);
    }
    let time = |time: Option<jiff::Timestamp>| {
        time.map_or_else(|| "unknown".to_owned(), |time| format!("{time:.0}"))
    };
    let mut lines = vec![
        format!("records   {records}, positions {first} to {end} (the first not written)"),
        format!(
            "items     {} kept, and {rejected} rejects; the next is number {next_seq}",
            intake.saturating_sub(rejected)
        ),
        format!("stories   {carried} of which it is known which channels carried them"),
        format!("times     {} to {}", time(oldest), time(newest)),
        format!(
            "size      {} of records and {} of what outlives them, in a file of {}",
            size(bytes),
            size(remembered_bytes),
            size(file_bytes)
        ),
    ];
    lines.extend(sinks.iter().map(|(name, next)| {
        let lag = end.0.saturating_sub(next.0);
        format!("sink      {}: position {next}, lags {lag}", terminal::escape(name))
    }));
    Ok(terminal::line(&lines.join("\n"))?)
}

fn export(view: &View, from: Position) -> Result<(), Failure> {
    let mut out = BufWriter::new(Unread { out: io::stdout().lock(), gone: false });
    let told = |gap: Gap| {
        let (first, last) = (gap.from.0, gap.to.0.saturating_sub(1));
        let which = match first == last {
            true => format!("position {first}"),
            false => format!("positions {first} to {last}"),
        };
        terminal::note(&format!("damaged, not exported: {which}"));
    };
    let Exported { items, damaged } = match view.export(from, &mut out, told) {
        Ok(exported) => exported,
        Err(ExportError::Write(error)) => return Err(error.into()),
        Err(error @ ExportError::Log(_)) => return Err(Failure::runtime(error)),
    };
    out.flush()?;
    match damaged {
        0 if out.get_ref().gone => Err(Failure::NoReader),
        0 => Ok(()),
        n => Err(Failure::runtime(format!(
            "{items} items were exported; {n} records are damaged and were left out: `wirefold log \
             verify` says what each was"
        ))),
    }
}

/// Goes on when its reader has gone: whether something is damaged is known at the end.
struct Unread<W> {
    out: W,
    gone: bool,
}

impl<W: Write> Write for Unread<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(bytes.len());
        }
        match self.out.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone { Ok(()) } else { self.out.flush() }
    }
}

fn compact(dir: &std::path::Path, json: bool) -> Result<(), Failure> {
    let (before, after) = log::compact(dir).map_err(|error: LogError| Failure::runtime(error))?;
    let said = match json {
        true => json!({ "before": before, "after": after }).to_string(),
        false => format!("the file had {}, it has {}", size(before), size(after)),
    };
    Ok(terminal::line(&said)?)
}

fn salvage(dir: &std::path::Path) -> Result<(), Failure> {
    let done = log::salvage(dir).map_err(|error: LogError| Failure::runtime(error))?;
    let Salvaged { rows, lost, cursors_lost, kept } = done;
    let mut said = match lost {
        0 => format!("{rows} rows were taken over: all there were"),
        lost => format!("{rows} rows were taken over; {lost} could not be read and are lost"),
    };
    if cursors_lost {
        said.push_str("\nhow far sinks had come could not all be read: some or all start anew");
    }
    let kept = kept.display();
    said.push_str(&format!("\nthe file as it was is {kept}: remove it when it is of no more use"));
    Ok(terminal::line(&said)?)
}

fn size(bytes: u64) -> String {
    let (mut number, mut unit) = (bytes as f64, "B");
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if number < 1_024.0 {
            break;
        }
        (number, unit) = (number / 1_024.0, next);
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{number:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_written_as_they_are_configured() {
        for (bytes, text) in
            [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (4 << 30, "4.0 GiB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
