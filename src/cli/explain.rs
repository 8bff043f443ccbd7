//! `wirefold explain`: why two headlines are one story or not, and where the first would go.

use crate::explain;
use crate::item::Seq;
use crate::log::Position;
use crate::terminal;

use super::{ConfigArg, Failure};

/// Something of the log.
#[derive(Debug, PartialEq, Eq)]
enum What {
    Item(Seq),
    /// By its place in the log and, in a digest, its place there.
    Delivery(Position, Option<usize>),
}

impl What {
    fn read(text: &str) -> Option<What> {
        let mut parts = text.split('/');
        match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            (seq, None, ..) => seq.parse().map(Seq).ok().map(What::Item),
            (_, Some(at), None, _) => Some(What::Delivery(Position(at.parse().ok()?), None)),
            (_, Some(at), Some(n), None) => {
                Some(What::Delivery(Position(at.parse().ok()?), Some(n.parse().ok()?)))
            }
            _ => None,
        }
    }
}

/// Explain a decision: two headlines against each other, or a recorded item by its number
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    config: ConfigArg,
    /// One JSON object instead of a page
    #[arg(long)]
    json: bool,
    /// Two headlines; or the number of an item in the log, or the id of a delivery (CHANNEL/POSITION)
    #[arg(value_name = "HEADLINE", num_args = 1..=2, required = true)]
    what: Vec<String>,
}

const USAGE: &str = "give two headlines, or the number of an item in the log (`wirefold tail` shows it), or the id of \
     a delivery, like desk/4711";

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let (text, value) = match args.what.as_slice() {
        [a, b] => {
            let (_, mut decider) = args.config.load()?;
            let found = explain::pair(&mut decider, a, b).ok_or_else(|| {
                Failure::usage("a headline without a letter or digit cannot be compared")
            })?;
            (found.to_string(), found.to_json())
        }
        [one] => {
            let what = What::read(one).ok_or_else(|| Failure::usage(USAGE))?;
            // What was decided stands in the log, whatever the rules are now.
            let (config, mut decider) = match args.config.load() {
                Ok((config, decider)) => (config, Some(decider)),
                Err(_) => {
                    let config = args.config.load_in_part()?;
                    terminal::note(
                        "warning: what other rules would make of it is left out: `wirefold check` shows \
                         what is wrong with them",
                    );
                    (config, None)
                }
            };
            let seq = match what {
                What::Item(seq) => seq,
                What::Delivery(position, n) => {
                    explain::delivered(&config, position, n).map_err(Failure::runtime)?
                }
            };
            let found = explain::recorded(&config, decider.as_mut(), seq);
            let found = found.map_err(Failure::runtime)?;
            (found.to_string(), found.to_json())
        }
        _ => return Err(Failure::usage(USAGE)),
    };
    let text = if args.json { value.to_string() } else { text };
    terminal::line(text.trim_end())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_log_is_named_by_its_number_or_by_the_id_of_its_delivery() {
        let place = |position, n| Some(What::Delivery(Position(position), n));
        for (text, expected) in [
            ("7", Some(What::Item(Seq(7)))),
            ("desk/9", place(9, None)),
            ("night/9/2", place(9, Some(2))),
            ("headline", None),
            ("desk/x", None),
            ("1/2/3/4", None),
        ] {
            assert_eq!(What::read(text), expected, "{text}");
        }
    }
}
