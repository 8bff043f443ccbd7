//! Outgoing HTTP: one client for everything that fetches, with its guards built in.
//!
//! What a configuration, a feed or a redirect names is not to be trusted with the inside of a
//! network: [`address`] says which addresses are public, `connect` lets no connection go elsewhere
//! unless its source may, [`decode`] lets no small body become a large one, and every answer has a
//! limit of time and size. Certificates are always verified; there is no switch.

pub mod address;
pub mod decode;

mod client;
mod connect;
mod credentials;
mod error;
mod link;
#[cfg(test)]
pub(crate) mod local;
mod redirect;

pub use client::{Client, Limits, Request, Response};
pub use connect::Reach;
pub use credentials::Credentials;
#[cfg(any(feature = "nats", feature = "postgres", feature = "mail"))]
pub(crate) use error::chain;
pub use error::{FetchError, FetchErrorKind};
pub(crate) use link::{names_user, web_link};

/// How wirefold names itself to servers.
pub const USER_AGENT: &str =
    concat!("wirefold/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");
