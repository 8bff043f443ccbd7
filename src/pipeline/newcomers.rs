//! Sinks that were never here, said at the start: one that was renamed is among them, and would be given
//! again all that the log keeps.

use std::collections::HashSet;

use tracing::warn;

use crate::config::{From, SinkConfig};
use crate::log::{LogError, View};

/// Says which sinks begin with the oldest record that is kept, where there is one.
pub(super) fn tell(sinks: &[SinkConfig], view: &View) -> Result<(), LogError> {
    let (first, end) = view.bounds()?;
    let records = end.0.saturating_sub(first.0);
    if records > 0 {
        for sink in among(sinks, view)? {
            warn!(
                sink,
                records,
                "was never here under this name: it begins with the oldest record that is kept \
                 (`from = \"now\"` begins with what comes)"
            );
        }
    }
    Ok(())
}

fn among<'a>(sinks: &'a [SinkConfig], view: &View) -> Result<Vec<&'a str>, LogError> {
    let known: HashSet<String> = view.cursors()?.into_iter().map(|(name, _)| name).collect();
    let begin = sinks.iter().filter(|sink| sink.from == From::Start);
    let names = begin.map(|sink| sink.name.value.as_str());
    Ok(names.filter(|name| !known.contains(*name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::config::{Config, File};
    use crate::log::Log;
    use crate::log::fault::Switch;
    use crate::log::sample::{at, item};
    use crate::sink::Couriers;

    #[test]
    fn a_sink_is_new_until_it_has_a_cursor_and_does_not_begin_with_what_comes() {
        let text = "[[channel]]\nname = \"harbour\"\n\
                    [[sink.stdout]]\nname = \"old\"\nchannels = [\"harbour\"]\n\
                    [[sink.stdout]]\nname = \"now\"\nchannels = [\"harbour\"]\nfrom = \"now\"\n\
                    [[sink.stdout]]\nname = \"renamed\"\nchannels = [\"harbour\"]\n";
        let dir = tempfile::tempdir().unwrap();
        let (config, problems) = Config::parse(File::new("wirefold.toml", text), dir.path());
        let sinks = config.unwrap_or_else(|| panic!("{problems}")).sinks;
        let log = Log::open_on(dir.path(), &Switch::default()).unwrap();
        assert_eq!(among(&sinks, &log.view()).unwrap(), ["old", "renamed"]);
        Couriers::attach(sinks[..1].to_vec(), "config", &log, &Clock::standing(at(9))).unwrap();
        log.append(&[item(1)]).unwrap();
        log.save_cursors().unwrap();
        assert_eq!(among(&sinks, &log.view()).unwrap(), ["renamed"]);
    }
}
