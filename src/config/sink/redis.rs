//! `[[sink.redis]]`: streams of Redis or Valkey.

use std::path::Path;

use url::Url;

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
    if let Some(fault) = endpoint.as_ref().and_then(fault_of) {
        // What may be a password is pointed at from a distance.
        let url = table.get::<String>("url", problems).filter(|url| !url.value.contains('@'));
        let place = url.map_or(table.place().clone(), |url| url.place);
        let message = format!("`url` of {} is not an address it can use: {fault}", table.name());
        let hint = format!("write it like `{}/0`, with the number of a database", KIND.default);
        problems.push(Diagnostic::error(&place, message).hint(hint));
    }
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

/// Why the client does not take an address.
fn fault_of(endpoint: &Endpoint) -> Option<String> {
    if endpoint.tls && endpoint.url.fragment().is_some() {
        return Some("certificates are always verified, `#` has no place in it".to_owned());
    }
    said_of(&endpoint.url)
}

#[cfg(feature = "redis")]
fn said_of(url: &Url) -> Option<String> {
    let error = redis::IntoConnectionInfo::into_connection_info(url.as_str()).err()?;
    // What comes behind the dash is the name of the error's kind.
    error.to_string().split(" - ").next().map(str::to_owned)
}

/// Without the client, the section is refused anyhow.
#[cfg(not(feature = "redis"))]
fn said_of(_: &Url) -> Option<String> {
    None
}

#[cfg(all(test, feature = "redis"))]
mod tests {
    use std::path::Path;

    use crate::config::Config;
    use crate::config::diagnostic::File;

    fn problems(url: &str) -> String {
        let channel = "[[channel]]\nname = \"all\"\n";
        let sink = "[[sink.redis]]\nname = \"hub\"\nchannels = [\"all\"]\n";
        let text = format!("{channel}{sink}url = \"{url}\"\n");
        Config::parse(File::new("wirefold.toml", text), Path::new(".")).1.render(false)
    }

    #[test]
    fn an_address_that_the_client_does_not_take_is_refused() {
        for url in ["redis://127.0.0.1", "redis://127.0.0.1/3", "rediss://a%40b@example.org/"] {
            assert_eq!(problems(url), "", "{url}");
        }
        for (url, said) in [
            ("redis://127.0.0.1/abc", "it can use: Invalid database number"),
            ("rediss://example.org/#insecure", "certificates are always verified"),
            ("redis://0.0.0.0", "wildcard"),
            ("redis://127.0.0.1/?protocol=4", "Invalid protocol version"),
        ] {
            let report = problems(url);
            assert!(report.contains(said), "{url}: {report}");
            assert!(report.contains("wirefold.toml:6:7"), "{url}: {report}");
        }
        let report = problems("redis://secret@127.0.0.1/abc");
        assert!(report.contains("database") && !report.contains("secret"), "{report}");
    }
}
