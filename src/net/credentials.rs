//! Credentials: sent to the server they are for, and to none that it leads to.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::header::HeaderValue;
use url::{Origin, Url};

use crate::config::Login;
use crate::veil::Veil;

/// An `Authorization` header for one origin (scheme, host and port). Its value is never shown.
#[derive(Clone, Debug)]
pub struct Credentials {
    origin: Origin,
    header: HeaderValue,
}

impl Credentials {
    /// Reads the secret of a login to the server of `url`, and has `veil` hide it.
    ///
    /// # Errors
    /// When there is no secret, or none that a header can hold, in a sentence.
    pub(crate) fn read(login: &Login, url: &Url, veil: &mut Veil) -> Result<Credentials, String> {
        let (secret, text) = match login {
            Login::User(user, secret) => {
                let password = secret.load()?;
                veil.hide_login(user, &password);
                (secret, format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
            }
            Login::Token(secret) => {
                let token = secret.load()?;
                veil.hide(&token);
                (secret, format!("Bearer {token}"))
            }
        };
        let mut header = HeaderValue::try_from(text)
            .map_err(|_| format!("{secret} holds more than one line, or control characters"))?;
        header.set_sensitive(true);
        Ok(Credentials { origin: url.origin(), header })
    }

    /// What a request to `url` says.
    pub(super) fn to(&self, url: &Url) -> Option<HeaderValue> {
        (url.origin() == self.origin).then(|| self.header.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn secret(text: &str) -> (tempfile::TempDir, Secret) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, text).unwrap();
        (folder, Secret::File(file))
    }

    fn read(token: Secret, url: &Url) -> Result<Credentials, String> {
        Credentials::read(&Login::Token(token), url, &mut Veil::default())
    }

    #[test]
    fn a_user_and_a_token_are_said_as_the_standards_have_it() {
        let url: Url = "https://wire.example/feed".parse().unwrap();
        let (_folder, password) = secret("open sesame\n");
        let login = Login::User("Aladdin".to_owned(), password.clone());
        let basic = Credentials::read(&login, &url, &mut Veil::default()).unwrap();
        assert_eq!(basic.to(&url).unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "RFC 7617, 2");
        assert!(!format!("{basic:?}").contains("QWxh"), "{basic:?}");
        let (_folder, token) = secret("mF_9.B5f-4.1JqM\n");
        let bearer = read(token, &url).unwrap();
        assert_eq!(bearer.to(&url).unwrap(), "Bearer mF_9.B5f-4.1JqM", "RFC 6750, 2.1");
    }

    #[test]
    fn another_server_is_not_told() {
        let (_folder, token) = secret("t");
        let url = "https://wire.example/feed".parse().unwrap();
        let credentials = read(token, &url).unwrap();
        let told = |url: &str| credentials.to(&url.parse().unwrap()).is_some();
        assert!(told("https://wire.example:443/other?page=2"));
        for url in
            ["http://wire.example/feed", "https://wire.example:444/", "https://a.wire.example/"]
        {
            assert!(!told(url), "{url}");
        }
    }

    #[test]
    fn a_secret_that_no_header_can_hold_is_named_but_not_shown() {
        let (_folder, token) = secret("one\ntwo");
        let url = "https://wire.example/".parse().unwrap();
        let message = read(token, &url).unwrap_err();
        assert!(message.contains("secret holds more than one line"), "{message}");
        assert!(!message.contains("two"), "{message}");
    }
}
