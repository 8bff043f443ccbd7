//! `[[sink.nats]]`: a stream of NATS JetStream.

use std::path::Path;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::feature;
use crate::config::nats::{self, NatsServer};
use crate::config::reader::{At, Table};

/// What stands for the channel in subjects and keys.
pub(super) const CHANNEL: &str = "{channel}";

/// A stream of NATS JetStream that is written to.
#[derive(Clone, Debug)]
pub struct NatsSink {
    /// Where the stream is.
    pub server: NatsServer,
    /// Name of the stream.
    pub stream: String,
    /// The subject, with `{channel}` in it.
    pub template: String,
    /// Messages that wait for their acknowledgement at one time.
    pub in_flight: usize,
}

impl NatsSink {
    /// The subject of a channel.
    pub fn subject(&self, channel: &str) -> String {
        self.template.replace(CHANNEL, channel)
    }
}

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<NatsSink> {
    feature::needs("nats", cfg!(feature = "nats"), table, problems);
    let server = nats::read(table, folder, problems);
    let stream = table.require::<String>("stream", problems);
    if let Some(stream) = &stream {
        nats::plain(stream, problems);
    }
    let template = table.get::<String>("subject", problems);
    if let Some(template) = &template {
        subject(template, problems);
    }
    let in_flight = table.within("in_flight", 256, 1..=4_096, problems);
    Some(NatsSink {
        server: server?,
        stream: stream?.value,
        template: template.map_or_else(|| format!("wirefold.{CHANNEL}"), |subject| subject.value),
        in_flight: in_flight as usize,
    })
}

fn subject(template: &At<String>, problems: &mut Diagnostics) {
    let token = |token: &str| {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '>');
        !token.is_empty() && token.chars().all(plain)
    };
    if !template.value.contains(CHANNEL) || !template.value.split('.').all(token) {
        let message = format!("`{}` is not a subject with {CHANNEL} in it", template.value);
        let hint = format!("words joined by dots, like `wirefold.{CHANNEL}`");
        problems.push(Diagnostic::error(&template.place, message).hint(hint));
    }
}

#[cfg(all(test, feature = "nats"))]
mod tests {
    use super::*;
    use crate::config::{Config, File};

    #[test]
    fn a_stream_that_cannot_be_is_refused() {
        for stream in ["MY NEWS", "A.B", ""] {
            let text = format!("[[sink.nats]]\nname = \"a\"\nstream = \"{stream}\"\n");
            let report = Config::parse(File::new("f.toml", text), Path::new(".")).1.render(false);
            for expected in ["toml:3:10", "cannot be the name of a stream"] {
                assert!(report.contains(expected), "no {expected:?} in:\n{report}");
            }
        }
    }
}
