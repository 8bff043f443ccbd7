//! The real binary, from outside. Every test reads as a sentence.

mod check;
mod daemon;
mod explain;
mod feeds;
mod kill;
#[cfg(feature = "nats")]
mod nats;
mod push;
mod readme;
mod reload;
mod replay;
#[cfg(feature = "nats")]
mod server;
mod support;
mod web;
