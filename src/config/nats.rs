//! How a NATS server is reached: the keys that `[[source.nats]]` and `[[sink.nats]]` share.

use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::Table;
use super::resolve;
use super::secret::{self, Secret};

/// How a NATS server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatsServer {
    /// `nats://host:port` or `tls://host:port`.
    pub url: Url,
    /// User, with `password`.
    pub user: Option<String>,
    /// Password of `user`.
    pub password: Option<Secret>,
    /// A token in place of a user.
    pub token: Option<Secret>,
    /// A `.creds` file or its content: JWT and nkey seed.
    pub credentials: Option<Secret>,
    /// Certificates (PEM) that are trusted in place of Mozilla's roots.
    pub ca_file: Option<PathBuf>,
}

impl NatsServer {
    /// True when the connection must be encrypted.
    pub fn tls(&self) -> bool {
        self.url.scheme() == "tls" || self.ca_file.is_some()
    }
}

/// The server of a test or of a machine of one's own.
const LOCAL: &str = "nats://127.0.0.1:4222";

pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<NatsServer> {
    let at = table.get::<String>("url", problems);
    let place = at.as_ref().map_or(table.place(), |at| &at.place).clone();
    let parsed = Url::parse(at.as_ref().map_or(LOCAL, |at| &at.value));
    let url = parsed.ok().filter(|url| {
        matches!(url.scheme(), "nats" | "tls")
            && url.host_str().is_some_and(|host| !host.is_empty())
    });
    if url.is_none() {
        let problem = Diagnostic::error(&place, "`url` is not the address of a NATS server");
        problems
            .push(problem.hint("write `nats://host:4222`, or `tls://host:4222` with encryption"));
    }
    let url = url.filter(|url| {
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare {
            let problem = Diagnostic::error(&place, "`url` holds a user or a password");
            let hint = "write `user` and `password_file` or `password_env`, `token_file`, or \
                        `credentials_file`";
            problems.push(problem.hint(hint));
        }
        bare
    });
    let user = table.get::<String>("user", problems);
    let password = secret::read(table, ["password_file", "password_env"], folder, problems);
    if let Some(user) = user.as_ref().filter(|_| password.is_none()) {
        let problem = Diagnostic::error(&user.place, "`user` stands without a password");
        problems.push(problem.hint("add `password_file` or `password_env`"));
    }
    let token = secret::read(table, ["token_file", "token_env"], folder, problems);
    let credentials =
        secret::read(table, ["credentials_file", "credentials_env"], folder, problems);
    let ca_file = table.get::<PathBuf>("ca_file", problems);
    let server = NatsServer {
        url: url?,
        user: user.map(|user| user.value),
        password,
        token,
        credentials,
        ca_file: ca_file.map(|path| resolve(folder, path.value)),
    };
    // A signature of a challenge may be overheard; a password or a token may not.
    let in_the_clear = server.password.is_some() || server.token.is_some();
    if in_the_clear && !server.tls() && !is_loopback(&server.url) {
        let problem = Diagnostic::warning(&place, "the password goes over the network unencrypted");
        problems.push(problem.hint("use `tls://` or a credentials file"));
    }
    Some(server)
}

/// True when `url` names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Schemes that the URL standard does not know leave addresses as names.
        Some(Host::Domain(name)) => {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            let address = bare.parse::<std::net::IpAddr>();
            address.map_or(bare.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
        }
        None => false,
    }
}
