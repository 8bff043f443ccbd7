//! How the server is reached, and what it says when something fails.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo, RedisError, TlsCertificates};

use crate::config::Endpoint;
use crate::sink::error::SinkError;

/// A connection, and an answer, may take this long.
const ANSWER: Duration = Duration::from_secs(10);

pub(super) async fn connect(endpoint: &Endpoint) -> Result<MultiplexedConnection, SinkError> {
    let limits = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER))
        .set_response_timeout(Some(ANSWER));
    let connection = client(endpoint)?.get_multiplexed_async_connection_with_config(&limits).await;
    connection.map_err(unreached)
}

fn client(endpoint: &Endpoint) -> Result<Client, SinkError> {
    let mut url = endpoint.url.clone();
    if endpoint.tls {
        // `ca_file` alone asks for encryption, too. Both schemes are of one kind: this never fails.
        let _ = url.set_scheme("rediss");
    }
    let mut server = url.as_str().into_connection_info().map_err(unreached)?;
    if let Some(password) = &endpoint.password {
        // Not by way of the address, where `%41` would be an `A`.
        let password = password.load().map_err(SinkError::passing)?;
        let login = server.redis_settings().clone().set_password(password);
        server = server.set_redis_settings(login);
    }
    let root_cert = endpoint.ca_file.as_ref().map(std::fs::read).transpose();
    let root_cert = root_cert
        .map_err(|error| SinkError::passing(format!("`ca_file` cannot be read: {error}")))?;
    let opened = match endpoint.tls {
        true => Client::build_with_tls(server, TlsCertificates { client_tls: None, root_cert }),
        false => Client::open(server),
    };
    opened.map_err(unreached)
}

/// Whatever a server says today, tomorrow it may be mended.
fn unreached(error: RedisError) -> SinkError {
    SinkError::passing(format!("Redis: {error}"))
}

/// What was asked about the stream `key` failed.
pub(super) fn failed(error: RedisError, key: &str) -> SinkError {
    all_failed(error, |_| key)
}

/// Commands that went together failed, some or all; `key_of` tells the stream of the n-th. Told is the
/// first: the others mostly say the same.
pub(super) fn all_failed<'k>(error: RedisError, key_of: impl Fn(usize) -> &'k str) -> SinkError {
    let failures = error.clone().into_server_errors().unwrap_or_default();
    let [(first, said), others @ ..] = &*failures else { return unreached(error) };
    let mut message = format!("Redis, stream `{}`: {}", key_of(*first), said.code());
    if let Some(details) = said.details() {
        message = format!("{message} {details}");
    }
    if !others.is_empty() {
        message = format!("{message} (and {} more of this batch)", others.len());
    }
    SinkError::passing(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SinkKind;
    use crate::sink::testing::sinks;

    #[test]
    fn user_and_password_are_what_they_are_whatever_characters_they_have() {
        let dir = tempfile::tempdir().unwrap();
        for password in ["ab%41cd", "x%ffy", "a@b:c/d?e#f", "100%", "grün"] {
            std::fs::write(dir.path().join("password"), format!("{password}\n")).unwrap();
            let text = "[[sink.redis]]\nname = \"hub\"\nchannels = [\"harbour\"]\n\
                        url = \"redis://de%40sk@127.0.0.1/3\"\npassword_file = \"password\"\n";
            let config = sinks(dir.path(), text).remove(0);
            let SinkKind::Redis(redis) = &config.kind else { panic!("{:?}", config.kind) };
            let client = client(&redis.endpoint).unwrap();
            let login = client.get_connection_info().redis_settings();
            assert_eq!(login.password(), Some(password));
            assert_eq!((login.username(), login.db()), (Some("de@sk"), 3));
        }
    }
}
