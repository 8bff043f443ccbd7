//! `[[sink.redis]]`: streams of Redis or Valkey.

use std::path::Path;

use super::nats::CHANNEL;
use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::endpoint::{self, Endpoint, Kind};
use crate::config::feature;
use crate::config::reader::Table;

/// Streams of Redis or Valkey, one for each channel.
#[derive(Clone, Debug)]
pub struct RedisSink {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// The key, with `{channel}` in it.
    pub template: String,
    /// Entries that are kept, about; 0 keeps all.
    pub max_length: u64,
}

impl RedisSink {
    /// The key of a channel's stream.
    pub fn key(&self, channel: &str) -> String {
        self.template.replace(CHANNEL, channel)
    }
}

const KIND: Kind = Kind {
    plain: &["redis"],
    encrypted: Some("rediss"),
    upgrades: false,
    default: "redis://127.0.0.1:6379",
};

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<RedisSink> {
    feature::needs("redis", cfg!(feature = "redis"), table, problems);
    let endpoint = endpoint::read(table, folder, &KIND, problems);
    let template = table.get::<String>("key", problems);
    if let Some(template) = template.as_ref().filter(|key| !key.value.contains(CHANNEL)) {
        let message = format!("`key` has no {CHANNEL} in it");
        let hint = format!("every channel has a stream of its own, like `wirefold:{CHANNEL}`");
        problems.push(Diagnostic::error(&template.place, message).hint(hint));
    }
    let max_length = table.or("max_length", 100_000_u32, problems);
    Some(RedisSink {
        endpoint: endpoint?,
        template: template.map_or_else(|| format!("wirefold:{CHANNEL}"), |key| key.value),
        max_length: max_length.into(),
    })
}
