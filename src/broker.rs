//! What sources and sinks at message brokers and databases share: encryption, and the way to a
//! NATS server.
//!
//! Addresses here are those of one's own infrastructure, written by whoever runs the daemon, so
//! that the guard of [`net`](crate::net) against the inside of a network is not asked.

#[cfg(feature = "nats")]
pub(crate) mod nats;
pub(crate) mod tls;
