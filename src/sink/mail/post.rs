//! The conversation with a mail server: one mail, handed over to those whom the server takes it for.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use crate::config::Endpoint;
use crate::net::chain;
use crate::sink::error::SinkError;
use crate::veil::Veil;

/// A mail server may take this long for each of its answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// And this long to take a mail once it has it: a mail that is given up then is sent twice (RFC 5321,
/// 4.5.3.2.6).
const TO_TAKE_IT: Duration = Duration::from_secs(600);
/// And this long for a goodbye, which nothing hangs on.
const GOODBYE: Duration = Duration::from_secs(5);

/// What is wrong with an address where the server lacks SMTPUTF8.
const NO_SUCH_ADDRESS: &str = "is not in ASCII, and the mail server takes no such address (it has no SMTPUTF8): give another one";

/// For whom a mail was taken, and for whom not, with what the server said.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) taken: Vec<Address>,
    /// For good.
    pub(super) refused: Vec<(Address, String)>,
    /// For now.
    pub(super) put_off: Vec<(Address, String)>,
}

/// Sends a mail to each of `to`. `compose` makes it, and is told whether addresses may stand in it
/// that are not in ASCII. A connection for one mail: they are too rare to keep one open.
///
/// # Errors
/// Passing when there may be a better time, gone when the server takes no mail from this sender,
/// refused when it does not take this one.
pub(super) async fn send(
    endpoint: &Endpoint,
    sender: &Address,
    to: &[Address],
    compose: impl FnOnce(bool) -> Result<Vec<u8>, SinkError>,
) -> Result<Outcome, SinkError> {
    let password = endpoint.password.as_ref().map(|password| password.load());
    let password = password.transpose().map_err(SinkError::passing)?;
    let user = endpoint.user().unwrap_or_default();
    let mut veil = Veil::default();
    if let Some(password) = &password {
        veil.hide_login(&user, password);
    }
    let mut talk = Talk::begin(endpoint, veil).await?;
    let outcome = async {
        if let Some(password) = password {
            talk.log_in(Credentials::new(user, password)).await?;
        }
        talk.hand_over(sender, to, compose).await
    };
    let outcome = outcome.await;
    // The mail is taken or not, whatever is said now.
    let _ = tokio::time::timeout(GOODBYE, talk.connection.abort()).await;
    outcome
}

/// A connection that stands.
struct Talk {
    connection: AsyncSmtpConnection,
    veil: Veil,
}

impl Talk {
    async fn begin(endpoint: &Endpoint, veil: Veil) -> Result<Talk, SinkError> {
        let host = endpoint.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let tls = endpoint.tls.then(|| encryption(endpoint, host)).transpose()?;
        // From the first byte, or once the connection stands (STARTTLS), and nothing without it.
        let (wrapper, upgrade, usual) = match tls {
            Some(tls) if endpoint.url.scheme() == "smtps" => (Some(tls), None, 465),
            Some(tls) => (None, Some(tls), 587),
            None => (None, None, 25),
        };
        let (port, own) = (endpoint.url.port().unwrap_or(usual), ClientId::default());
        let connecting =
            AsyncSmtpConnection::connect_tokio1((host, port), Some(PATIENCE), &own, wrapper, None);
        let connected = within(PATIENCE, "greets", connecting).await?;
        let connection = connected.map_err(|error| judged(&veil, &error))?;
        let mut talk = Talk { connection, veil };
        if let Some(tls) = upgrade {
            let upgraded = talk.connection.starttls(tls, &own);
            let upgraded = within(PATIENCE, "encrypts the connection", upgraded).await?;
            upgraded.map_err(|error| judged(&talk.veil, &error))?;
        }
        Ok(talk)
    }

    async fn log_in(&mut self, credentials: Credentials) -> Result<(), SinkError> {
        let answer = self.connection.auth(DEFAULT_MECHANISMS, &credentials);
        let answer = within(PATIENCE, "answers the login", answer).await?;
        answer.map(drop).map_err(|error| judged(&self.veil, &error))
    }

    async fn hand_over(
        &mut self,
        sender: &Address,
        to: &[Address],
        compose: impl FnOnce(bool) -> Result<Vec<u8>, SinkError>,
    ) -> Result<Outcome, SinkError> {
        let any_script = self.connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let knows = |address: &Address| any_script || is_ascii(address);
        if !knows(sender) {
            return Err(SinkError::gone(format!("`sender` {NO_SUCH_ADDRESS}")));
        }
        let mut outcome = Outcome::default();
        let (to, unknown): (Vec<_>, Vec<_>) = to.iter().cloned().partition(knows);
        outcome.refused.extend(unknown.into_iter().map(|it| (it, NO_SUCH_ADDRESS.to_owned())));
        if to.is_empty() {
            return Ok(outcome);
        }
        let mail = compose(any_script)?;
        // All but addresses is encoded; and whoever has the one has the other (RFC 6531, 3.1).
        let options = match mail.is_ascii() {
            true => Vec::new(),
            false => vec![
                MailParameter::SmtpUtfEight,
                MailParameter::Body(MailBodyParameter::EightBitMime),
            ],
        };
        let answer = self.connection.command(Mail::new(Some(sender.clone()), options));
        let answer = within(PATIENCE, "answers to the sender", answer).await?;
        answer.map_err(|error| judged(&self.veil, &error))?;

        for address in &to {
            let answer = self.connection.command(Rcpt::new(address.clone(), Vec::new()));
            match within(PATIENCE, "answers to a recipient", answer).await? {
                Ok(_) => outcome.taken.push(address.clone()),
                Err(error) => {
                    let said = (address.clone(), said(&self.veil, &error));
                    match () {
                        () if error.is_permanent() => outcome.refused.push(said),
                        () if error.is_transient() => outcome.put_off.push(said),
                        () => return Err(judged(&self.veil, &error)),
                    }
                }
            }
        }
        if outcome.taken.is_empty() {
            return Ok(outcome);
        }
        let refused = |error: &Error| match error.is_permanent() {
            true => {
                let said = said(&self.veil, error);
                SinkError::refused(format!("the mail server refuses the digest: {said}"))
            }
            false => judged(&self.veil, error),
        };
        let answer = within(PATIENCE, "asks for the mail", self.connection.command(Data)).await?;
        answer.map_err(|error| refused(&error))?;
        let answer = self.connection.message(&mail);
        let answer = within(TO_TAKE_IT, "takes the mail", answer).await?;
        answer.map_err(|error| refused(&error))?;
        Ok(outcome)
    }
}

/// The answer, or that there was none in time.
async fn within<T>(
    patience: Duration,
    step: &str,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<Result<T, Error>, SinkError> {
    let silence = |_| {
        let seconds = patience.as_secs();
        SinkError::passing(format!("the mail server: nothing came in {seconds} s until it {step}"))
    };
    tokio::time::timeout(patience, answer).await.map_err(silence)
}

/// An answer that is not about one mail.
fn judged(veil: &Veil, error: &Error) -> SinkError {
    let said = said(veil, error);
    match error.is_permanent() {
        true => SinkError::gone(format!("the mail server refuses: {said}")),
        false => SinkError::passing(format!("the mail server: {said}")),
    }
}

fn said(veil: &Veil, error: &Error) -> String {
    veil.over(&chain(error))
}

pub(super) fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

fn encryption(endpoint: &Endpoint, host: &str) -> Result<TlsParameters, SinkError> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    parameters = match &endpoint.ca_file {
        None => parameters.certificate_store(CertificateStore::WebpkiRoots),
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| {
                SinkError::passing(format!("{} cannot be read: {error}", path.display()))
            })?;
            let certificate = Certificate::from_pem(&pem)
                .map_err(|error| SinkError::passing(format!("{}: {error}", path.display())))?;
            parameters.certificate_store(CertificateStore::None).add_root_certificate(certificate)
        }
    };
    let built = parameters.build_rustls();
    built.map_err(|error| SinkError::passing(format!("TLS cannot be set up: {error}")))
}
