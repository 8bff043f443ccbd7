//! The running daemon, as commands ask it: over `[serve]`, with a token of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::config::{Config, ServeConfig};
use crate::net::{Client, FetchErrorKind, Reach, Request, Response};

use super::Failure;

/// Where a daemon of this configuration answers, if it runs.
pub(super) struct Daemon {
    address: SocketAddr,
    /// `None` where there is none that this command may use.
    token: Option<String>,
    /// Where tokens were looked for last.
    token_file: PathBuf,
}

impl Daemon {
    /// How to ask a daemon of this configuration. `None` when it would not listen.
    pub(super) fn of(config: &Config) -> Result<Option<Daemon>, Failure> {
        let Some(serve) = &config.serve else { return Ok(None) };
        let token = token(serve)?;
        let mut address = serve.listen;
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        Ok(Some(Daemon { address, token, token_file: serve.token_file.clone() }))
    }

    /// Asks for `path`, with a body for what changes something. `None` when nobody listens.
    pub(super) fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, Failure> {
        let url = format!("http://{}{path}", self.address);
        let mut request = Request::get(url.parse().map_err(Failure::runtime)?, Reach::Anywhere);
        request.method = method;
        if let Some(token) = &self.token {
            let mut token = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| Failure::runtime("the token has characters that no token may have"))?;
            token.set_sensitive(true);
            request.headers.insert(AUTHORIZATION, token);
        }
        if let Some(body) = body {
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.body = body.to_string().into();
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::runtime(format!("cannot start the runtime: {error}")))?;
        let client = Client::new().map_err(Failure::runtime)?;
        match runtime.block_on(client.fetch(request)) {
            Ok(_) if self.token.is_none() => Err(Failure::runtime(format!(
                "a daemon answers at {}, but there is no token to ask it with: {} does not exist, \
                 or has none, and [serve] names no other that may do everything",
                self.address,
                self.token_file.display()
            ))),
            Ok(response) => self.read(&response).map(Some),
            Err(error) if error.kind() == FetchErrorKind::Connect => Ok(None),
            Err(error) => Err(Failure::runtime(error)),
        }
    }

    fn read(&self, response: &Response) -> Result<Value, Failure> {
        let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
        match (response.status, answer) {
            (status, Some(answer)) if status.is_success() => Ok(answer),
            (status, answer) => {
                let detail = answer.as_ref().and_then(|answer| answer["detail"].as_str());
                let said = detail.map_or_else(|| "nothing readable".to_owned(), str::to_owned);
                let message = format!("{} answered {}: {said}", self.address, status.as_u16());
                Err(match status {
                    StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Failure::usage(said),
                    _ => Failure::runtime(message),
                })
            }
        }
    }
}

/// The token of the environment, or one that may do everything, or the first of the file.
fn token(serve: &ServeConfig) -> Result<Option<String>, Failure> {
    if let Some(token) = serve.token_env.as_ref().and_then(|name| std::env::var(name).ok()) {
        return Ok(first(&token));
    }
    if let Some(token) = serve.tokens.iter().find(|token| token.admin) {
        let name = &token.name.value;
        let found = token.secret.load();
        let found = found.map_err(|error| Failure::runtime(format!("the token `{name}`: {error}")));
        return Ok(first(&found?));
    }
    match std::fs::read_to_string(&serve.token_file) {
        Ok(text) => Ok(first(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let file = serve.token_file.display();
            Err(Failure::runtime(format!("cannot read the token in {file}: {error}")))
        }
    }
}

/// `TOKEN` or `NAME TOKEN`, in the first line that is no comment.
fn first(text: &str) -> Option<String> {
    let line =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let mut words = line.split_whitespace();
    let word = words.next()?;
    Some(words.next().unwrap_or(word).to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn a_daemon_that_cannot_be_asked_for_want_of_a_token_is_told_from_none() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let daemon = Daemon { address, token: None, token_file: "data/api-token".into() };
        let answer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1_024]).unwrap();
            stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").unwrap();
        });
        let failure = daemon.ask(Method::GET, "/v1/sinks", None).err().unwrap();
        assert!(format!("{failure:?}").contains("data/api-token does not exist"), "{failure:?}");
        answer.join().unwrap();
        assert!(daemon.ask(Method::GET, "/v1/sinks", None).unwrap().is_none(), "nobody listens");
    }

    #[test]
    fn the_first_token_of_a_file_is_used_with_or_without_a_name() {
        assert_eq!(first("# desk\n\npush abc\nother def\n").as_deref(), Some("abc"));
        assert_eq!(first("abc").as_deref(), Some("abc"));
        assert_eq!(first("# none\n"), None);
    }
}
