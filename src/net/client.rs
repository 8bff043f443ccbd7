//! The client: one request, its redirects, its limits.

use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use hyper_util::client::legacy;
use url::{Host, Url};

use super::connect::{self, Http, OutOfReach, Reach, is_starved};
use super::credentials::Credentials;
use super::decode::decode;
use super::error::{FetchError, FetchErrorKind, chain};
use super::redirect::{Trail, is_redirect};
use super::{USER_AGENT, decode};

/// How much one fetch may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first connection to the last byte, redirects included.
    pub time: Duration,
    /// Bytes of the body as sent.
    pub sent: usize,
    /// Bytes of the body once decoded.
    pub decoded: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(30), sent: 8 << 20, decoded: 32 << 20 }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET` follows redirects, other methods do not.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// How far it may lead.
    pub reach: Reach,
    /// Headers beside the client's own.
    pub headers: HeaderMap,
    /// Who asks, for the server they are for.
    pub credentials: Option<Credentials>,
    /// The body; empty for `GET`.
    pub body: Bytes,
    /// How much it may cost.
    pub limits: Limits,
}

impl Request {
    /// A `GET` of `url` with no further headers and the default limits.
    pub fn get(url: Url, reach: Reach) -> Request {
        Request {
            method: Method::GET,
            url,
            reach,
            headers: HeaderMap::new(),
            credentials: None,
            body: Bytes::new(),
            limits: Limits::default(),
        }
    }
}

/// What came back. Redirects are followed; every other status is an answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: Vec<u8>,
    /// Where the answer came from in the end.
    pub url: Url,
    /// Where to ask in future: the address has moved for good.
    pub moved: Option<Url>,
}

impl Response {
    /// A header as text; `None` when absent or not ASCII.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The client. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    guarded: Http,
    open: Http,
}

impl Client {
    /// A client without connections.
    ///
    /// # Errors
    /// When the TLS library refuses its own defaults.
    pub fn new() -> Result<Client, FetchError> {
        Client::keeping(connect::IDLE_PER_HOST)
    }

    /// A client for very many servers, each of which is asked rarely: it closes each connection
    /// after its answer.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn without_idle() -> Result<Client, FetchError> {
        Client::keeping(0)
    }

    fn keeping(idle: usize) -> Result<Client, FetchError> {
        let build = |reach| {
            connect::http(reach, idle).map_err(|error| {
                FetchError::new(FetchErrorKind::Connect, format!("TLS cannot be set up: {error}"))
            })
        };
        Ok(Client { guarded: build(Reach::Public)?, open: build(Reach::Anywhere)? })
    }

    /// Sends a request and reads the answer to its end. Cancel safe: a dropped fetch closes its
    /// connection.
    pub async fn fetch(&self, request: Request) -> Result<Response, FetchError> {
        let time = request.limits.time;
        let host = request.url.host_str().unwrap_or_default().to_owned();
        tokio::time::timeout(time, self.follow(request)).await.unwrap_or_else(|_| {
            let message = format!("{host} did not answer within {} s", time.as_secs());
            Err(FetchError::new(FetchErrorKind::Timeout, message))
        })
    }

    /// Sends a request to a receiver that says all by its status. Redirects are answers; of a body
    /// that is slow, cut, undecodable or too large, what came of it is kept.
    pub async fn tell(&self, request: Request) -> Result<Response, FetchError> {
        /// Who has answered need not hurry, but others wait.
        const BODY: Duration = Duration::from_secs(2);
        let (time, url) = (request.limits.time, request.url.clone());
        let answer = tokio::time::timeout(time, self.send(&request, &url)).await;
        let answer = answer.unwrap_or_else(|_| {
            let host = url.host_str().unwrap_or_default();
            let message = format!("{host} did not answer within {} s", time.as_secs_f64());
            Err(FetchError::new(FetchErrorKind::Timeout, message))
        })?;
        let (head, mut sent) = answer.into_parts();
        let mut body = Vec::new();
        let all = async {
            while let Some(Ok(frame)) = sent.frame().await {
                body.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
                if body.len() >= request.limits.sent {
                    body.truncate(request.limits.sent);
                    break;
                }
            }
        };
        // What is late stays away: the head has said what matters.
        let _ = tokio::time::timeout(BODY, all).await;
        let body = decode(&coding(&head.headers), body, request.limits.decoded).unwrap_or_default();
        Ok(Response { status: head.status, headers: head.headers, body, url, moved: None })
    }

    async fn follow(&self, request: Request) -> Result<Response, FetchError> {
        let mut trail = Trail::new(request.url.clone());
        loop {
            let answer = self.send(&request, trail.url()).await?;
            let status = answer.status();
            // Some servers write an address as a browser shows it.
            let location = answer.headers().get(header::LOCATION);
            let location = location.and_then(|value| str::from_utf8(value.as_bytes()).ok());
            match location {
                Some(location) if is_redirect(status.as_u16()) && request.method == Method::GET => {
                    trail.follow(status.as_u16(), location)?;
                }
                _ => {
                    let (head, body) = answer.into_parts();
                    let coding = coding(&head.headers);
                    let body = read(body, request.limits.sent).await?;
                    let body = decode(&coding, body, request.limits.decoded).map_err(undecoded)?;
                    return Ok(Response {
                        status,
                        headers: head.headers,
                        body,
                        url: trail.url().clone(),
                        moved: trail.moved().cloned(),
                    });
                }
            }
        }
    }

    async fn send(
        &self,
        request: &Request,
        url: &Url,
    ) -> Result<hyper::Response<Incoming>, FetchError> {
        let wrong = |message| FetchError::new(FetchErrorKind::Address, message);
        // An address in place of a name never meets the resolver.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(wrong(format!("`{url}` names no host"))),
        };
        if let Some(address) = literal.filter(|address| !request.reach.allows(*address)) {
            let refused = OutOfReach::new(url.host_str().unwrap_or_default(), address);
            return Err(FetchError::new(FetchErrorKind::Refused, refused.to_string()));
        }
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        // The rest of an address may be a secret.
        let host = url.host_str().unwrap_or_default();
        *message.uri_mut() = url
            .as_str()
            .parse()
            .map_err(|error| wrong(format!("the address of {host} cannot be asked: {error}")))?;
        *message.headers_mut() = request.headers.clone();
        let headers = message.headers_mut();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, deflate"));
        if let Some(said) = request.credentials.as_ref().and_then(|it| it.to(url)) {
            headers.insert(header::AUTHORIZATION, said);
        }
        let http = match request.reach {
            Reach::Public => &self.guarded,
            Reach::Anywhere => &self.open,
        };
        http.request(message).await.map_err(|error| unsent(url, &error))
    }
}

fn unsent(url: &Url, error: &legacy::Error) -> FetchError {
    let mut cause: &dyn std::error::Error = error;
    let (mut refused, mut starved) = (false, false);
    while let Some(source) = cause.source() {
        let io = source.downcast_ref::<io::Error>();
        refused |= io.and_then(io::Error::get_ref).is_some_and(|inner| inner.is::<OutOfReach>());
        starved |= io.is_some_and(is_starved);
        cause = source;
    }
    let kind = match error.is_connect() {
        _ if refused => return FetchError::new(FetchErrorKind::Refused, cause.to_string()),
        _ if starved => FetchErrorKind::NoFiles,
        true => FetchErrorKind::Connect,
        false => FetchErrorKind::Protocol,
    };
    let host = url.host_str().unwrap_or_default();
    FetchError::new(kind, format!("{host} cannot be asked: {}", chain(error)))
}

fn undecoded(error: decode::DecodeError) -> FetchError {
    let kind = match error {
        decode::DecodeError::TooLarge(_) => FetchErrorKind::TooLarge,
        _ => FetchErrorKind::Protocol,
    };
    FetchError::new(kind, error.to_string())
}

/// The one coding of a body; several one after another are not asked for.
fn coding(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_ENCODING);
    String::from_utf8_lossy(value.map_or(b"", HeaderValue::as_bytes)).into_owned()
}

async fn read(mut body: Incoming, most: usize) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let message = format!("the answer was cut: {}", chain(&error));
            FetchError::new(FetchErrorKind::Protocol, message)
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > most {
            let message = format!("the answer is larger than {most} bytes");
            return Err(FetchError::new(FetchErrorKind::TooLarge, message));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
