//! Where a broker or a database is, and how its password is found: what `[[source.nats]]` and the
//! sinks of that kind share.

use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::resolve;
use super::secret::{self, Secret};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address, with a user if need be, never with a password.
    pub url: Url,
    /// The user's password.
    pub password: Option<Secret>,
    /// The connection is encrypted.
    pub tls: bool,
    /// Certificates (PEM) that are trusted in place of Mozilla's roots.
    pub ca_file: Option<PathBuf>,
}

impl Endpoint {
    /// The user that the address names; in the address, `@` is written `%40`.
    pub fn user(&self) -> Option<String> {
        user_of(&self.url)
    }
}

/// The user that an address names, without its escapes.
pub(crate) fn user_of(url: &Url) -> Option<String> {
    let written = format!("user={}", url.username().replace('+', "%2B"));
    let (_, user) = url::form_urlencoded::parse(written.as_bytes()).next()?;
    Some(user.into_owned()).filter(|user| !user.is_empty())
}

/// How addresses of one kind are written.
pub(super) struct Kind {
    /// Schemes that say nothing of encryption.
    pub(super) plain: &'static [&'static str],
    /// The scheme that asks for it. `None`: the key `tls` does.
    pub(super) encrypted: Option<&'static str>,
    /// Without that scheme, connections are encrypted once they stand (STARTTLS), except to this
    /// machine.
    pub(super) upgrades: bool,
    /// The address when none is given.
    pub(super) default: &'static str,
}

/// Reads `url`, `password_file`, `password_env`, `ca_file`, and `tls` where no scheme asks for it.
pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    kind: &Kind,
    problems: &mut Diagnostics,
) -> Option<Endpoint> {
    let at = table.get::<String>("url", problems);
    let password = secret::read(table, ["password_file", "password_env"], folder, problems);
    let ca_file = table.get::<PathBuf>("ca_file", problems);
    let tls = match kind.encrypted {
        Some(_) => None,
        None => table.get::<bool>("tls", problems).map(|tls| tls.value),
    };
    let url = address(at.as_ref(), table, kind, problems)?;
    let wanted = match kind.encrypted {
        Some(scheme) => url.scheme() == scheme || (kind.upgrades && !is_loopback(&url)),
        None => tls.unwrap_or(!is_loopback(&url)),
    };
    let endpoint = Endpoint {
        tls: wanted || ca_file.is_some(),
        url,
        password,
        ca_file: ca_file.map(|path| resolve(folder, path.value)),
    };
    let open = !endpoint.tls && !is_loopback(&endpoint.url);
    if let Some(at) = at.filter(|_| open && endpoint.password.is_some()) {
        let message = "the password goes over the network unencrypted";
        let hint = kind
            .encrypted
            .map_or("leave out `tls = false`".to_owned(), |scheme| format!("write `{scheme}://…`"));
        problems.push(Diagnostic::warning(&at.place, message).hint(hint));
    }
    Some(endpoint)
}

fn address(
    at: Option<&At<String>>,
    table: &Table<'_>,
    kind: &Kind,
    problems: &mut Diagnostics,
) -> Option<Url> {
    let known = |scheme: &str| kind.plain.contains(&scheme) || kind.encrypted == Some(scheme);
    // A report shows the line it points at: what may be a password is pointed at from a distance.
    let shown = at.filter(|at| !at.value.contains(['@', '?']));
    let place = shown.map_or(table.place(), |at| &at.place);
    let parsed = Url::parse(at.map_or(kind.default, |at| &at.value)).ok();
    let url = parsed
        .filter(|url| known(url.scheme()) && url.host_str().is_some_and(|host| !host.is_empty()));
    let Some(url) = url else {
        let message = format!("`url` of {} is not an address it can use", table.name());
        let hint = match kind.encrypted {
            None => format!("write it like `{}`", kind.default),
            Some(scheme) => format!("write it like `{}`, or `{scheme}://…` with TLS", kind.default),
        };
        problems.push(Diagnostic::error(place, message).hint(hint));
        return None;
    };
    if url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password") {
        let hint = "write it into the file that `password_file` names, or use `password_env`";
        let message = format!("`url` of {} holds a password", table.name());
        problems.push(Diagnostic::error(place, message).hint(hint));
        return None;
    }
    Some(url)
}

/// True when `url` names a unix socket, by its path with escaped slashes.
pub(super) fn is_socket(url: &Url) -> bool {
    matches!(url.host(), Some(Host::Domain(path)) if path.to_ascii_lowercase().starts_with("%2f"))
}

/// True when `url` names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ if is_socket(url) => true,
        // Schemes that the URL standard does not know leave addresses as names.
        Some(Host::Domain(name)) => {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            let address = bare.parse::<std::net::IpAddr>();
            address.map_or(bare.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
        }
        None => false,
    }
}
