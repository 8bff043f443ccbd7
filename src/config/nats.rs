//! How a NATS server is reached: the keys that `[[source.nats]]` and `[[sink.nats]]` share.

use std::path::Path;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::endpoint::{self, Endpoint, Kind};
use super::reader::{At, Table};
use super::secret::{self, Secret};

/// How a NATS server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatsServer {
    /// Where it is, and a password for the user in its address.
    pub endpoint: Endpoint,
    /// A token in place of a user.
    pub token: Option<Secret>,
    /// A `.creds` file or its content: JWT and nkey seed.
    pub credentials: Option<Secret>,
}

const KIND: Kind = Kind {
    plain: &["nats"],
    encrypted: Some("tls"),
    upgrades: false,
    default: "nats://127.0.0.1:4222",
};

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<NatsServer> {
    let endpoint = endpoint::read(table, folder, &KIND, problems);
    let token = secret::read(table, ["token_file", "token_env"], folder, problems);
    let credentials =
        secret::read(table, ["credentials_file", "credentials_env"], folder, problems);
    let endpoint = endpoint?;
    if endpoint.user().is_some() != endpoint.password.is_some() {
        let problem = Diagnostic::error(table.place(), "a user goes with a password");
        let hint = "write `url = \"nats://user@host\"` and `password_file` or `password_env`";
        problems.push(problem.hint(hint));
    }
    Some(NatsServer { endpoint, token, credentials })
}

/// Streams and consumers have names that stand in subjects.
pub(super) fn plain(name: &At<String>, problems: &mut Diagnostics) {
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '.' | '*' | '>' | '/' | '\\');
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let message = format!("`{}` cannot be the name of a stream or consumer", name.value);
        let hint = "NATS takes letters, digits, `-` and `_`";
        problems.push(Diagnostic::error(&name.place, message).hint(hint));
    }
}
