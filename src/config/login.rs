//! How a server on the web learns who asks: the keys that `[[source.feed]]` and `[[sink.webhook]]`
//! share.

use std::path::Path;

use url::Url;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::endpoint::is_loopback;
use super::reader::{At, Table};
use super::secret::{self, Secret};
use crate::net::names_user;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A user and a password (HTTP Basic, RFC 7617).
    User(String, Secret),
    /// A token (Bearer, RFC 6750).
    Token(Secret),
}

/// Reads `user` with `password_file` or `password_env`, or `token_file` or `token_env`. `url` is
/// where they are sent, unless that is itself a secret.
pub(super) fn read(
    table: &mut Table<'_>,
    folder: &Path,
    url: Option<&At<Url>>,
    problems: &mut Diagnostics,
) -> Option<Login> {
    let user = table.get::<String>("user", problems);
    let password = secret::read(table, ["password_file", "password_env"], folder, problems);
    let token = secret::read(table, ["token_file", "token_env"], folder, problems);
    if let Some(url) = url.filter(|url| names_user(&url.value)) {
        let message = format!("`url` of {} holds a user or a password", table.name());
        let hint = "write `user = \"…\"`, and the password into the file that `password_file` names, \
                    or use `password_env`";
        problems.push(Diagnostic::error(&url.place, message).hint(hint));
    }
    let login = match (user, password, token) {
        (None, None, None) => return None,
        (None, None, Some(token)) => Login::Token(token),
        (Some(user), Some(password), None) if !user.value.contains(':') => {
            Login::User(user.value, password)
        }
        (Some(user), Some(_), None) => {
            let message = "no server takes a user with a colon";
            problems.push(Diagnostic::error(&user.place, message).hint("RFC 7617 has none"));
            return None;
        }
        (_, _, Some(_)) => {
            let problem = Diagnostic::error(table.place(), "a token stands in place of a user");
            problems.push(problem.hint("leave out the token, or the user and the password"));
            return None;
        }
        (_, _, None) => {
            let problem = Diagnostic::error(table.place(), "a user goes with a password");
            let hint = "write `user = \"…\"` and `password_file` or `password_env`";
            problems.push(problem.hint(hint));
            return None;
        }
    };
    let open = |url: &&At<Url>| url.value.scheme() == "http" && !is_loopback(&url.value);
    if let Some(url) = url.filter(open) {
        let message = "the password or token goes over the network unencrypted";
        problems.push(Diagnostic::warning(&url.place, message).hint("write `https://…`"));
    }
    Some(login)
}
