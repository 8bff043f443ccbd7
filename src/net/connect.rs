//! Where connections may go. The guard sits where a name has become addresses, so that neither a
//! name that resolves to the inside (DNS rebinding) nor a redirect gets past it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use super::address::is_public;

/// Where a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Any address: its source has `allow_private = true`.
    Anywhere,
}

impl Reach {
    /// True when a connection to `address` is allowed.
    pub fn allows(self, address: std::net::IpAddr) -> bool {
        self == Reach::Anywhere || is_public(address)
    }
}

/// How long a connection may take, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// An idle connection is kept this long for the next request to the same host.
const IDLE: Duration = Duration::from_secs(30);
/// Idle connections kept for one host, by a client that keeps any.
pub(super) const IDLE_PER_HOST: usize = 2;
/// The head of an answer may have this many bytes.
const HEAD: usize = 64 * 1024;

/// Hyper's client behind the guard.
pub(super) type Http = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// A client whose connections stay within `reach`, and that keeps `idle` of them for each host.
pub(super) fn http(reach: Reach, idle: usize) -> Result<Http, rustls::Error> {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    // The provider is named, not installed: a library must not set a process-wide default.
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new_with_resolver(Resolver { reach });
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle)
        .http1_max_buf_size(HEAD)
        .build(https))
}

/// The system's resolver, less the addresses out of reach.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    reach: Reach,
}

/// Every address of a name is out of reach.
#[derive(Debug)]
pub(super) struct OutOfReach(String);

impl std::fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OutOfReach {}

impl OutOfReach {
    pub(super) fn new(host: &str, address: std::net::IpAddr) -> OutOfReach {
        OutOfReach(format!(
            "{host} is the private address {address}: set `allow_private = true` where it is \
             named if it may be reached"
        ))
    }
}

impl tower_service::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            // Without a file left to ask by, the system says anything.
            let found = found.map_err(|error| starved_now().unwrap_or(error))?;
            within(reach, name.as_str(), found.collect())
        })
    }
}

/// Whether an error says that too many files are open: in all (ENFILE), or in this process (EMFILE).
/// The numbers are the same on every Unix.
pub(super) fn is_starved(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}

/// The error of opening one more file, if there are too many.
fn starved_now() -> Option<io::Error> {
    std::fs::File::open("/dev/null").err().filter(is_starved)
}

/// The addresses within reach; an error when there were some, but none is.
fn within(
    reach: Reach,
    host: &str,
    found: Vec<SocketAddr>,
) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    let refused = found.first().map(|first| OutOfReach::new(host, first.ip()));
    let allowed: Vec<_> = found.into_iter().filter(|found| reach.allows(found.ip())).collect();
    match refused {
        Some(refused) if allowed.is_empty() => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, refused))
        }
        _ => Ok(allowed.into_iter()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn a_name_is_reached_at_its_public_addresses_only() {
        let both = addresses(&["10.0.0.1", "1.1.1.1", "::1"]);
        let public: Vec<_> = within(Reach::Public, "h", both.clone()).unwrap().collect();
        assert_eq!(public, addresses(&["1.1.1.1"]));
        assert_eq!(within(Reach::Anywhere, "h", both).unwrap().count(), 3);
    }

    #[test]
    fn a_name_of_the_inside_is_refused_with_what_to_do() {
        let error = within(Reach::Public, "metadata", addresses(&["169.254.169.254"])).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(error.to_string().contains("allow_private"), "{error}");
    }
}
