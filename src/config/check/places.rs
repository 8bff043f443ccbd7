//! Files, directories and ports that only one of several can have.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};

use crate::config::diagnostic::{Diagnostic, Diagnostics};
use crate::config::reader::At;
use crate::config::{Config, SinkConfig, SinkKind, SourceConfig, SourceKind};

pub(super) fn check(config: &Config, problems: &mut Diagnostics) {
    one_writer(&config.sinks, problems);
    one_reader(&config.sources, problems);
    one_listener(config, problems);
}

/// Two sinks in one file would write over each other's lines.
fn one_writer(sinks: &[SinkConfig], problems: &mut Diagnostics) {
    let mut seen: HashMap<PathBuf, &At<PathBuf>> = HashMap::new();
    for sink in sinks {
        let SinkKind::File { path, .. } = &sink.kind else { continue };
        // One without a path has been named already.
        if path.value.as_os_str().is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(real(&path.value), path) {
            let (line, _) = first.place.file.position(first.place.span.start);
            let message = format!("two sinks write to the file {}", path.value.display());
            let hint = "give each a file of its own, or one sink the channels of both";
            problems.push(
                Diagnostic::error(&path.place, message)
                    .label(format!("the first is in line {line}"))
                    .hint(hint),
            );
        }
    }
}

/// Two sources in one directory would move each other's files away.
fn one_reader(sources: &[SourceConfig], problems: &mut Diagnostics) {
    let mut seen: HashMap<PathBuf, &str> = HashMap::new();
    for source in sources {
        let SourceKind::Directory(directory) = &source.kind else { continue };
        if directory.path.as_os_str().is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(real(&directory.path), &source.name.value) {
            let message = format!("`{first}` reads the directory of this source already");
            let hint = "give each a directory of its own, or leave one out";
            problems.push(Diagnostic::error(&source.name.place, message).hint(hint));
        }
    }
}

/// Only one of two listeners on a port would start.
fn one_listener(config: &Config, problems: &mut Diagnostics) {
    let serve = config.serve.iter().map(|serve| ("[serve]".to_owned(), serve.listen));
    let mut seen: Vec<(String, SocketAddr)> = serve.collect();
    for source in &config.sources {
        let SourceKind::Tcp(tcp) = &source.kind else { continue };
        if let Some((first, _)) = seen.iter().find(|(_, listen)| meet(*listen, tcp.listen)) {
            let message = format!("{first} listens on port {} already", tcp.listen.port());
            let hint = "give each listener a port of its own";
            problems.push(Diagnostic::error(&source.name.place, message).hint(hint));
        }
        seen.push((format!("`{}`", source.name.value), tcp.listen));
    }
}

/// Whether two addresses are one, or one of them takes in the other. Port 0 is any free one.
fn meet(a: SocketAddr, b: SocketAddr) -> bool {
    let every = |address: SocketAddr| address.ip().is_unspecified();
    a.port() != 0 && a.port() == b.port() && (a.ip() == b.ip() || every(a) || every(b))
}

/// A path without detours: links are followed as far as there is something.
fn real(path: &Path) -> PathBuf {
    let mut real = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => drop(real.pop()),
            part => real.push(part),
        }
        real = real.canonicalize().unwrap_or(real);
    }
    real
}
