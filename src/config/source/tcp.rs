//! `[[source.tcp]]`: a port to which wires send lines.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::reader::Table;
use crate::config::value::Span;

/// A port to which wires send lines.
#[derive(Clone, Debug)]
pub struct TcpConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Connections at one time; further ones are closed at once.
    pub connections: u32,
    /// A connection that sends nothing for this long is closed.
    pub idle: Duration,
    /// Answer with the number of records that are durable.
    pub ack: bool,
}

pub(super) fn read(table: &mut Table<'_>, problems: &mut Diagnostics) -> TcpConfig {
    let listen = table.get::<SocketAddr>("listen", problems);
    if let Some(open) = listen.as_ref().filter(|listen| !listen.value.ip().is_loopback()) {
        let message = "this port has neither password nor encryption, and not only this machine \
                       can reach it";
        let hint = "listen on 127.0.0.1 behind a tunnel, or make sure that the network is closed";
        problems.push(Diagnostic::warning(&open.place, message).hint(hint));
    }
    TcpConfig {
        listen: listen.map_or((Ipv4Addr::LOCALHOST, 8911).into(), |listen| listen.value),
        connections: table.within("connections", 16, 1..=u32::MAX, problems),
        idle: table.or("idle", Span(Duration::from_secs(600)), problems).0,
        ack: table.or("ack", false, problems),
    }
}
