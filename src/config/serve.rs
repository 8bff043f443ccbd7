//! `[serve]`: the HTTP listener.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{At, Table};
use super::resolve;
use super::value::{Bytes, Span};

mod token;

pub use token::TokenConfig;

/// `[serve]`.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The file of bearer tokens; made with one token, 0600, when there is none.
    pub token_file: PathBuf,
    /// The names of the tokens in it, as far as it can be read: sources of what is pushed.
    pub token_names: Vec<String>,
    /// A variable of the environment that holds one more token.
    pub token_env: Option<String>,
    /// `[[serve.token]]`, in order.
    pub tokens: Vec<TokenConfig>,
    /// What is pushed with a token of `token_file` or `token_env` may correct and kill; without it
    /// as its format has it.
    pub lifecycle: Option<bool>,
    /// Reading needs no token.
    pub public_read: bool,
    /// Names under which it may be asked, beside addresses and `localhost`.
    pub hosts: Vec<String>,
    /// Where the outside reaches this listener, for hubs to call back (WebSub).
    pub public_url: Option<Url>,
    /// Web pages (`https://desk.example.org`) that may ask and read answers, beside its own.
    pub origins: Vec<String>,
    /// Connections at one time; further ones wait.
    pub connections: u32,
    /// Of these, how many may listen to live events.
    pub streams: u32,
    /// Largest body of a request.
    pub max_body: usize,
    /// Requests a second that one token may make in the long run.
    pub rate: f64,
    /// Requests that one token may make at once.
    pub burst: u32,
    /// Records of the log, the newest, whose stories can be read. Each takes about 200 bytes.
    pub history: usize,
    /// How long a push waits for room in the pipeline before it is told to come again.
    pub patience: Duration,
}

pub(super) fn read(
    top: &mut Table<'_>,
    folder: &Path,
    data: &Path,
    problems: &mut Diagnostics,
) -> Option<ServeConfig> {
    let mut table = top.table("serve", problems)?;
    let listen: SocketAddr = table.or("listen", (Ipv4Addr::LOCALHOST, 8910).into(), problems);
    let token_file = table.get::<PathBuf>("token_file", problems);
    let token_file = token_file.map_or(data.join("api-token"), |file| resolve(folder, file.value));
    let token_env = table.get::<String>("token_env", problems).map(|name| name.value);
    let tokens = token::read(&mut table, folder, problems);
    let lifecycle = table.get::<bool>("lifecycle", problems).map(|found| found.value);
    let public_read = table.get::<bool>("public_read", problems).filter(|found| found.value);
    if let Some(found) = public_read.as_ref().filter(|_| !listen.ip().is_loopback()) {
        let message = "`public_read` would let everyone read what is on the channels";
        let problem = Diagnostic::error(&found.place, message);
        problems.push(problem.hint("it is for a listener on loopback; give readers a token"));
    }
    let mut names = |key| table.list::<String>(key, problems).map_or_else(Vec::new, |it| it.value);
    let (hosts, origins) = (names("hosts"), names("origins"));
    origins.iter().for_each(|name| origin(name, problems));
    hosts.iter().for_each(|name| host(name, problems));
    let mut hosts: Vec<String> = hosts.into_iter().map(tidy).collect();
    let origins = origins.into_iter().map(tidy).collect();
    let public_url = table.get::<Url>("public_url", problems).map(|url| url.value);
    hosts.extend(public_url.as_ref().and_then(Url::host_str).map(str::to_owned));
    // One of them is for anything but live events.
    let connections = table.within("connections", 256, 2..=u32::MAX, problems);
    let streams = table.get::<u32>("streams", problems);
    if let Some(found) = streams.as_ref().filter(|found| found.value >= connections) {
        let message = "`streams` leaves no connection for anything else";
        let problem = Diagnostic::error(&found.place, message);
        problems.push(problem.hint(format!("`connections` is {connections}: raise it")));
    }
    let streams = streams.map_or(connections / 2, |found| found.value);
    let sizes = Bytes(1 << 10)..=Bytes(256 << 20);
    let max_body = table.within("max_body", Bytes(8 << 20), sizes, problems).0;
    let rate = rate(&mut table, problems);
    let burst = table.within("burst", 100, 1..=u32::MAX, problems);
    let history = table.within("history", 300_000, 1_000..=50_000_000, problems);
    let waits = Span(Duration::ZERO)..=Span(Duration::from_secs(60));
    let patience = table.within("patience", Span(Duration::from_secs(5)), waits, problems).0;
    table.finish(problems);
    Some(ServeConfig {
        listen,
        token_names: token_names(&token_file),
        token_file,
        token_env,
        tokens,
        lifecycle,
        public_read: public_read.is_some(),
        hosts,
        public_url,
        origins,
        connections,
        streams,
        max_body: max_body as usize,
        rate: rate.unwrap_or(50.0),
        burst,
        history: history as usize,
        patience,
    })
}

/// The first word of each line with two; `push` is the one that has no other name.
fn token_names(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let named = lines.filter_map(|line| line.split_once(char::is_whitespace));
    ["push"].into_iter().chain(named.map(|(name, _)| name)).map(str::to_owned).collect()
}

/// Requests a second.
fn rate(table: &mut Table<'_>, problems: &mut Diagnostics) -> Option<f64> {
    let rate = table.get::<f64>("rate", problems)?;
    if !rate.value.is_finite() || rate.value <= 0.0 {
        let problem = Diagnostic::error(&rate.place, "`rate` must be more than 0");
        problems.push(problem.hint("it counts requests a second; 50 is the default"));
    }
    Some(rate.value)
}

/// Names are compared in lower case, origins without a trailing slash.
fn tidy(name: At<String>) -> String {
    name.value.trim_end_matches('/').to_ascii_lowercase()
}

/// What `Host` is held against: a name without scheme, port and path.
fn host(name: &At<String>, problems: &mut Diagnostics) {
    let written = name.value.trim_end_matches('/');
    let bare = written.split_once("://").map_or(written, |(_, rest)| rest);
    // In square brackets stands an address, which needs no name.
    if bare.starts_with('[') || written.parse::<IpAddr>().is_ok() {
        return;
    }
    let bare = bare.split(['/', ':']).next().unwrap_or_default();
    if bare != written {
        let message = format!("`{}` is not the name of a host", name.value);
        let hint = format!(
            "write it without scheme, port and path, like `{}`",
            match bare {
                "" => "desk.example",
                bare => bare,
            }
        );
        problems.push(Diagnostic::error(&name.place, message).hint(hint));
    }
}

/// What browsers send as `Origin`: scheme, host and port.
fn origin(name: &At<String>, problems: &mut Diagnostics) {
    if !["http://", "https://"].iter().any(|scheme| name.value.starts_with(scheme)) {
        let message = format!("`{}` is not an origin", name.value);
        let hint = format!("write it with its scheme: `https://{}`", name.value);
        problems.push(Diagnostic::error(&name.place, message).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, File};

    #[test]
    fn a_host_has_no_scheme_port_or_path() {
        let problems = |host: &str| {
            let text = format!("[serve]\nhosts = [\"{host}\"]\n");
            Config::parse(File::new("wirefold.toml", text), "desk".as_ref()).1.to_string()
        };
        for good in ["desk.example.org", "Desk.example.org/", "192.0.2.1", "[2001:db8::1]"] {
            assert_eq!(problems(good), "", "{good}");
        }
        for bad in ["https://desk.example.org", "desk.example.org:8910", "desk.example.org/wire"] {
            let said = problems(bad);
            assert!(
                said.contains("without scheme, port and path, like `desk.example.org`"),
                "{said}"
            );
        }
    }
}
