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

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 63
        && text.chars().all(plain)
}
