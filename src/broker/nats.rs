//! The way to a NATS server. The client comes back by itself after the connection broke.

use std::fmt::Display;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::{Auth, AuthError, Client, ConnectOptions, Event};

use crate::backoff::Backoff;
use crate::config::NatsServer;
use crate::net::chain;
use crate::veil::Veil;

use super::tls;

/// An answer of the server may take this long.
const ANSWER: Duration = Duration::from_secs(10);
/// What waits in the client while it has no connection, at most: more than a source has in flight.
const WAITING: usize = 16_384;
/// The longest pause between attempts to connect.
const LONGEST: Duration = Duration::from_secs(15);

/// A client of `server` under the name of the source or sink `who`, and what is said of its
/// connection. It connects when it can: a server that is down now is no error. Secrets are read
/// again at every attempt, so that new ones count without a restart.
///
/// # Errors
/// When a secret or a certificate cannot be read, in a full sentence.
pub(crate) async fn connect(server: &NatsServer, who: String) -> Result<(Client, Said), String> {
    let said = Said::default();
    sign_in(server, b"", &said)?;
    let endpoint = &server.endpoint;
    let login = {
        let (server, said, who) = (server.clone(), said.clone(), who.clone());
        move |nonce: Vec<u8>| {
            let auth = sign_in(&server, &nonce, &said);
            let fault = auth.as_ref().err().cloned();
            if let Some(fault) = &fault {
                tracing::warn!(at = who, "no attempt to connect to NATS: {fault}");
            }
            said.lock().secret = fault;
            ready(auth.map_err(AuthError::new))
        }
    };
    // Encryption also without `tls://`: the server may ask for it.
    let options = ConnectOptions::with_auth_callback(login)
        .name(format!("wirefold {who}"))
        .request_timeout(Some(ANSWER))
        .client_capacity(WAITING)
        .reconnect_delay_callback(delays(who.clone()))
        .event_callback({
            let (said, who) = (said.clone(), who.clone());
            move |event| {
                said.hear(&who, &event);
                ready(())
            }
        })
        .require_tls(endpoint.tls)
        .tls_client_config(tls::client(endpoint.ca_file.as_deref())?);
    let mut url = endpoint.url.clone();
    // The client would take a user without a password for a token.
    let _ = url.set_username("");
    let address = url.as_str();
    // The first attempt tells why it fails; what the client reports of later ones does not.
    match options.clone().connect(address).await {
        Ok(client) => Ok((client, said)),
        Err(error) => {
            let error = said.veiled(&chain(&error));
            tracing::warn!(at = who, "{address} cannot be reached: {error}");
            said.lock().down = Some(error);
            let later = options.retry_on_initial_connect().connect(address).await;
            let client = later.map_err(|error| format!("{address}: {}", chain(&error)))?;
            Ok((client, said))
        }
    }
}

/// How the client says who it is, with the secrets as they are now.
fn sign_in(server: &NatsServer, nonce: &[u8], said: &Said) -> Result<Auth, String> {
    let mut auth = Auth::new();
    let mut veil = Veil::default();
    if let (Some(user), Some(password)) = (server.endpoint.user(), &server.endpoint.password) {
        let password = password.load()?;
        veil.hide_login(&user, &password);
        (auth.username, auth.password) = (Some(user), Some(password));
    }
    if let Some(token) = &server.token {
        let token = token.load()?;
        veil.hide(&token);
        auth.token = Some(token);
    }
    if let Some(credentials) = &server.credentials {
        let text = credentials.load()?;
        let refuse = |why| format!("{credentials} does not hold NATS credentials: {why}");
        let (jwt, seed) = parts(&text).ok_or_else(|| refuse("no JWT and seed".to_owned()))?;
        veil.hide(jwt);
        veil.hide(seed);
        let key = nkeys::KeyPair::from_seed(seed).map_err(|error| refuse(error.to_string()))?;
        auth.signature = Some(key.sign(nonce).map_err(|error| refuse(error.to_string()))?);
        auth.jwt = Some(jwt.to_owned());
    }
    said.lock().veil = veil;
    Ok(auth)
}

/// The JWT and the seed in a `.creds` file: each in the line after one that says where it begins.
fn parts(text: &str) -> Option<(&str, &str)> {
    let lines = text.lines().map(str::trim);
    let begins = |line: &str| line.starts_with("---") && line.contains("BEGIN");
    let mut found = lines.clone().zip(lines.skip(1)).filter(|(line, _)| begins(line));
    Some((found.next()?.1, found.next()?.1))
}

/// Pauses between attempts, counted by the client from 1.
fn delays(who: String) -> impl Fn(usize) -> Duration + Send + Sync + 'static {
    move |attempt| {
        let mut backoff = Backoff::new(&who, Duration::from_millis(100), LONGEST);
        std::iter::repeat_with(|| backoff.delay()).nth(attempt.min(16)).unwrap_or(LONGEST)
    }
}

/// What is said of a connection by the client and the server. A question that is not answered tells
/// no more than that; here is why.
#[derive(Clone, Default)]
pub(crate) struct Said(Arc<Mutex<Words>>);

#[derive(Default)]
struct Words {
    veil: Veil,
    /// Why no secret could be read at the last attempt to connect.
    secret: Option<String>,
    /// Why there is no connection.
    down: Option<String>,
    /// What the server complained of since it was last asked.
    complaint: Option<String>,
}

impl Said {
    /// `error`, and why, as far as that is known. A complaint explains one error.
    pub(crate) fn why(&self, error: impl Display) -> String {
        let mut words = self.lock();
        let complaint = words.complaint.take();
        let reason = words.secret.as_ref().or(words.down.as_ref()).or(complaint.as_ref());
        let error = words.veil.over(&error.to_string());
        reason.map_or(error.clone(), |reason| format!("{error} ({reason})"))
    }

    fn hear(&self, who: &str, event: &Event) {
        match event {
            Event::Connected => {
                tracing::info!(at = who, "connected to NATS");
                self.lock().down = None;
            }
            Event::Disconnected => {
                tracing::warn!(at = who, "the connection to NATS broke");
                self.lock().down = Some("the connection broke".to_owned());
            }
            Event::ClientError(error) => {
                let error = self.veiled(error.to_string().trim_start_matches("nats: "));
                tracing::warn!(at = who, error, "NATS cannot be reached");
                self.lock().down = Some(error);
            }
            Event::ServerError(error) => {
                let error = self.veiled(error.to_string().trim_start_matches("nats: "));
                tracing::warn!(at = who, error, "NATS complains");
                self.lock().complaint = Some(error);
            }
            other => tracing::debug!(at = who, event = %other, "NATS"),
        }
    }

    fn veiled(&self, text: &str) -> String {
        self.lock().veil.over(text)
    }

    fn lock(&self) -> MutexGuard<'_, Words> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
