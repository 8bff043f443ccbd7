//! `[[sink.postgres]]`: tables of a PostgreSQL database.

use std::path::Path;
use std::time::Duration;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::endpoint::{self, Endpoint, Kind};
use crate::config::feature;
use crate::config::reader::Table;
use crate::config::value::Span;

/// Tables of a PostgreSQL database.
#[derive(Clone, Debug)]
pub struct PostgresSink {
    /// Where the database is.
    pub endpoint: Endpoint,
    /// The schema that the tables are in.
    pub schema: String,
    /// The tables are made when they are not there.
    pub create_tables: bool,
    /// The server ends a statement that takes longer.
    pub timeout: Duration,
}

const KIND: Kind = Kind {
    plain: &["postgres", "postgresql"],
    encrypted: None,
    upgrades: false,
    default: "postgres://wirefold@127.0.0.1:5432/wirefold",
};

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<PostgresSink> {
    feature::needs("postgres", cfg!(feature = "postgres"), table, problems);
    let endpoint = endpoint::read(table, folder, &KIND, problems);
    if let Some(reason) = endpoint.as_ref().and_then(unusable) {
        // What an address has in its query may be a secret: it is pointed at from a distance.
        let message = format!("`url` of {} is not an address it can use: {reason}", table.name());
        let hint = "`tls` and `ca_file` say how the connection is encrypted, and `password_file` or \
                    `password_env` where the password is";
        problems.push(Diagnostic::error(table.place(), message).hint(hint));
    }
    let schema = table.get::<String>("schema", problems);
    if let Some(schema) = schema.as_ref().filter(|schema| !is_name(&schema.value)) {
        let message = format!("`{}` cannot be the name of a schema", schema.value);
        let hint = "use a–z, 0–9 and `_`, and begin with a letter";
        problems.push(Diagnostic::error(&schema.place, message).hint(hint));
    }
    let create_tables = table.or("create_tables", false, problems);
    let times = Span(Duration::from_secs(1))..=Span(Duration::from_secs(600));
    let timeout = table.within("timeout", Span(Duration::from_secs(30)), times, problems).0;
    Some(PostgresSink {
        endpoint: endpoint?,
        schema: schema.map_or_else(|| "wirefold".to_owned(), |schema| schema.value),
        create_tables,
        timeout,
    })
}

/// Why no connection could ever be made.
#[cfg(feature = "postgres")]
fn unusable(endpoint: &Endpoint) -> Option<String> {
    use tokio_postgres::config::SslMode;
    let address = match endpoint.url.as_str().parse::<tokio_postgres::Config>() {
        Ok(address) => address,
        // The cause names the option, and not what was given for it.
        Err(error) => return Some(crate::net::chain(&error)),
    };
    if endpoint.tls && endpoint::is_socket(&endpoint.url) {
        return Some("nothing is encrypted on a unix socket".to_owned());
    }
    let contradicts = !endpoint.tls && address.get_ssl_mode() == SslMode::Require;
    contradicts.then(|| "`sslmode` asks for encryption, `tls` does not".to_owned())
}

#[cfg(not(feature = "postgres"))]
fn unusable(_: &Endpoint) -> Option<String> {
    None
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 63
        && text.chars().all(plain)
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;
    use crate::config::{Config, File, SinkKind};

    fn parse(keys: &str) -> (Option<Config>, String) {
        let text = format!(
            "[[channel]]\nname = \"a\"\n\
             [[sink.postgres]]\nname = \"base\"\nchannels = [\"a\"]\n{keys}\n"
        );
        let (config, problems) = Config::parse(File::new("wirefold.toml", text), Path::new("."));
        (config, problems.render(false))
    }

    #[track_caller]
    fn refused(keys: &str, why: &str) {
        let (config, report) = parse(keys);
        assert!(config.is_none() && report.contains(why), "{keys}: {report}");
        assert!(report.contains("1 error") && !report.contains("hunter2"), "{keys}: {report}");
    }

    #[test]
    fn an_address_that_can_never_work_is_refused() {
        refused("url = \"postgres://w@db/news?sslmode=verify-full\"", "`sslmode`");
        refused("url = \"postgres://w@db/news?foo=hunter2\"", "unknown option `foo`");
        refused("url = \"postgres://w@db/news?sslmode=require\"\ntls = false", "`tls` does not");
        refused("url = \"postgres://%2Frun%2Fpg/news\"\ntls = true", "a unix socket");
        refused("url = \"postgres://%2Frun%2Fpg/news\"\nca_file = \"ca.pem\"", "a unix socket");
    }

    #[test]
    fn a_password_in_the_query_is_refused_as_one_before_the_host_is() {
        refused("url = \"postgres://w@db/news?password=hunter2\"", "holds a password");
        refused("url = \"postgres://db/news?user=w&pass%77ord=hunter2\"", "holds a password");
        refused("url = \"mysql://db/news?password=hunter2\"", "is not an address");
    }

    #[track_caller]
    fn encrypted(url: &str, expected: bool) {
        let (config, report) = parse(&format!("url = \"{url}\""));
        let sink = config.unwrap_or_else(|| panic!("{report}")).sinks.remove(0);
        let SinkKind::Postgres(sink) = sink.kind else { panic!("{url}") };
        assert_eq!(sink.endpoint.tls, expected, "{url}");
        assert_eq!(report, "", "{url}");
    }

    #[test]
    fn a_connection_within_this_machine_is_not_encrypted() {
        encrypted("postgres://w@127.0.0.1:5432/news", false);
        encrypted("postgres://w@[::1]/news?connect_timeout=3", false);
        encrypted("postgres://w@%2Frun%2Fpostgresql:5433/news", false);
        encrypted("postgresql://w@%2fTMP%2fpg/news?sslmode=disable", false);
        encrypted("postgres://w@db.example.org/news?sslmode=require", true);
    }
}
