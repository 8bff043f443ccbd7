//! The way to a NATS server. The client comes back by itself after the connection broke.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event};

use crate::backoff::Backoff;
use crate::config::NatsServer;
use crate::net::chain;

use super::tls;

/// An answer of the server may take this long.
const ANSWER: Duration = Duration::from_secs(10);
/// The longest pause between attempts to connect.
const LONGEST: Duration = Duration::from_secs(15);

/// A client of `server` under the name of the source or sink `who`. It connects when it can: a
/// server that is down now is no error.
///
/// # Errors
/// When a secret or a certificate cannot be read, in a full sentence.
pub(crate) async fn connect(server: &NatsServer, who: String) -> Result<Client, String> {
    let mut options = ConnectOptions::new()
        .name(format!("wirefold {who}"))
        .request_timeout(Some(ANSWER))
        .reconnect_delay_callback(delays(who.clone()))
        .event_callback({
            let who = who.clone();
            move |event| report(who.clone(), event)
        });
    let endpoint = &server.endpoint;
    if let (Some(user), Some(password)) = (endpoint.user(), &endpoint.password) {
        options = options.user_and_password(user, password.load()?);
    }
    if let Some(token) = &server.token {
        options = options.token(token.load()?);
    }
    if let Some(credentials) = &server.credentials {
        let refuse = |error| format!("{credentials} does not hold NATS credentials: {error}");
        options = options.credentials(&credentials.load()?).map_err(refuse)?;
    }
    // Also without `tls://`: the server may ask for it.
    options = options
        .require_tls(endpoint.tls)
        .tls_client_config(tls::client(endpoint.ca_file.as_deref())?);
    let mut url = endpoint.url.clone();
    // The client would take a user without a password for a token.
    let _ = url.set_username("");
    let address = url.as_str();
    // The first attempt tells why it fails; what the client reports of later ones does not.
    match options.clone().connect(address).await {
        Ok(client) => Ok(client),
        Err(error) => {
            tracing::warn!(at = who, "{address} cannot be reached: {}", chain(&error));
            let later = options.retry_on_initial_connect().connect(address).await;
            later.map_err(|error| format!("{address}: {}", chain(&error)))
        }
    }
}

/// Pauses between attempts, counted by the client from 1.
fn delays(who: String) -> impl Fn(usize) -> Duration + Send + Sync + 'static {
    move |attempt| {
        let mut backoff = Backoff::new(&who, Duration::from_millis(100), LONGEST);
        std::iter::repeat_with(|| backoff.delay()).nth(attempt.min(16)).unwrap_or(LONGEST)
    }
}

async fn report(who: String, event: Event) {
    match event {
        Event::Connected => tracing::info!(at = who, "connected to NATS"),
        Event::Disconnected => tracing::warn!(at = who, "the connection to NATS broke"),
        Event::ClientError(error) => tracing::warn!(at = who, %error, "NATS cannot be reached"),
        Event::ServerError(error) => tracing::warn!(at = who, %error, "NATS complains"),
        other => tracing::debug!(at = who, event = %other, "NATS"),
    }
}
