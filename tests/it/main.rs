//! The real binary, from outside. Every test reads as a sentence.

mod backpressure;
mod browser;
mod check;
mod clock;
mod console;
mod daemon;
#[cfg(any(feature = "nats", feature = "redis", feature = "postgres", feature = "mail"))]
mod delivery;
mod directory;
mod disk;
mod embargo;
mod eval;
mod explain;
mod faults;
mod feeds;
mod full_disk;
mod installed;
mod kill;
mod log;
mod machine;
#[cfg(feature = "mail")]
mod mail_sink;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "nats")]
mod nats_back;
#[cfg(feature = "nats")]
mod nats_sink;
#[cfg(feature = "nats")]
mod nats_tls;
mod poison;
mod policy;
#[cfg(feature = "postgres")]
mod postgres_sink;
mod push;
mod read_only;
mod readme;
mod receiver;
#[cfg(feature = "redis")]
mod redis_sink;
mod reload;
mod replay;
#[cfg(any(feature = "nats", feature = "redis", feature = "postgres"))]
mod server;
mod story;
mod support;
mod tail;
mod web;
