//! What a configuration leaves at a loose end: nothing that is wrong in it, but that nobody may have meant, or
//! that is missing on this machine. Said by `check`, which is asked before the daemon is.

use std::collections::HashSet;
use std::path::Path;

use super::check::RESERVED;
use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use super::login::Login;
use super::reader::At;
use super::{Address, Config, Endpoint, Secret, SinkKind, SourceKind};

impl Config {
    /// What is left at a loose end, as warnings.
    pub fn loose_ends(&self) -> Diagnostics {
        let mut found = Diagnostics::default();
        if self.sources.is_empty() && self.serve.is_none() {
            let message = "nothing comes in: there is no source, and no [serve] to push to";
            let nothing =
                Diagnostic { severity: Severity::Warning, ..Diagnostic::general(message) };
            found.push(nothing.hint("`wirefold run` ends at once"));
        }
        dead_ends(self, &mut found);
        unnamed_publishers(self, &mut found);
        missing(self, &mut found);
        found
    }
}

/// Channels that nothing comes to or nobody reads, and sinks that nothing comes to.
fn dead_ends(config: &Config, found: &mut Diagnostics) {
    let rules = config.rules.iter().filter(|rule| rule.enabled);
    let fed: HashSet<String> = rules.flat_map(|rule| At::values(&rule.channels)).collect();
    let read: HashSet<String> =
        config.sinks.iter().flat_map(|it| At::values(&it.channels)).collect();
    for name in config.channels.iter().map(|channel| &channel.name) {
        if !fed.contains(&name.value) {
            let message = format!("no rule sends to the channel `{}`", name.value);
            found.push(Diagnostic::warning(&name.place, message));
        }
        if config.serve.is_none() && !read.contains(&name.value) {
            let message = format!("nobody reads the channel `{}`", name.value);
            let hint = "add it to the `channels` of a sink, or let people ask: [serve]";
            found.push(Diagnostic::warning(&name.place, message).hint(hint));
        }
    }
    for sink in &config.sinks {
        let is_fed = |name: &At<String>| {
            fed.contains(&name.value) || RESERVED.contains(&name.value.as_str())
        };
        if !sink.channels.is_empty() && !sink.channels.iter().any(is_fed) {
            let message = format!("nothing comes to the sink `{}`", sink.name.value);
            let hint = "no rule sends to any of its channels";
            found.push(Diagnostic::warning(&sink.name.place, message).hint(hint));
        }
    }
}

/// Where publishers are counted and nobody says which names are of one.
fn unnamed_publishers(config: &Config, found: &mut Diagnostics) {
    if !config.publishers.is_empty() {
        return;
    }
    let counting = config.channels.iter().filter(|channel| channel.policy.publishers.is_some());
    let places = counting.map(|channel| ("`min_publishers`", &channel.name.place));
    let asking = config.rules.iter().filter(|rule| rule.query.value.contains("publishers:"));
    for (what, place) in places.chain(asking.map(|rule| ("`publishers:`", &rule.query.place))) {
        let message = format!("{what} counts every name as a publisher of its own");
        let hint = "two feeds of one outlet are two: say in [[publisher]] which names are one";
        found.push(Diagnostic::warning(place, message).hint(hint));
    }
}

/// What the daemon will look for and not find.
fn missing(config: &Config, found: &mut Diagnostics) {
    for source in &config.sources {
        let mut say = |message| found.push(Diagnostic::warning(&source.name.place, message));
        match &source.kind {
            SourceKind::File { path, .. } if !path.exists() => {
                say(format!("there is no file {} now", path.display()));
            }
            SourceKind::Directory(directory) if !directory.path.exists() => {
                let path = directory.path.display();
                say(format!("there is no directory {path} now: a start makes it"));
            }
            SourceKind::Feed(feed) => absent(&login(feed.login.as_ref()), None, &mut say),
            SourceKind::Nats(nats) => {
                let others = [&nats.server.token, &nats.server.credentials];
                let secrets: Vec<_> = others.into_iter().flatten().collect();
                absent(&secrets, Some(&nats.server.endpoint), &mut say);
            }
            _ => {}
        }
    }
    for sink in &config.sinks {
        let mut say = |message| found.push(Diagnostic::warning(&sink.name.place, message));
        let mut secrets = sink.kind.secrets();
        let endpoint = match &sink.kind {
            SinkKind::Webhook(hook) => {
                secrets.extend(login(hook.login.as_ref()));
                secrets.extend(&hook.secret);
                if let Address::Secret(address) = &hook.address {
                    secrets.push(address);
                }
                None
            }
            SinkKind::Nats(nats) => Some(&nats.server.endpoint),
            SinkKind::Redis(redis) => Some(&redis.endpoint),
            SinkKind::Postgres(postgres) => Some(&postgres.endpoint),
            SinkKind::Mail(mail) => Some(&mail.endpoint),
            SinkKind::Stdout { .. } | SinkKind::File { .. } => None,
        };
        // Its password is among the secrets.
        let ca_file = endpoint.and_then(|endpoint| endpoint.ca_file.as_deref());
        secrets.iter().filter_map(|secret| secret.load().err()).for_each(&mut say);
        certificates(ca_file, &mut say);
    }
    for token in config.serve.iter().flat_map(|serve| &serve.tokens) {
        let mut say = |message| found.push(Diagnostic::warning(&token.name.place, message));
        absent(&[&token.secret], None, &mut say);
    }
}

fn login(login: Option<&Login>) -> Vec<&Secret> {
    login.into_iter().map(|(Login::User(_, secret) | Login::Token(secret))| secret).collect()
}

/// Says which secrets cannot be read.
fn absent(secrets: &[&Secret], endpoint: Option<&Endpoint>, say: &mut impl FnMut(String)) {
    let password = endpoint.and_then(|endpoint| endpoint.password.as_ref());
    let all = secrets.iter().copied().chain(password);
    all.filter_map(|secret| secret.load().err()).for_each(&mut *say);
    certificates(endpoint.and_then(|endpoint| endpoint.ca_file.as_deref()), say);
}

fn certificates(file: Option<&Path>, say: &mut impl FnMut(String)) {
    if let Some(file) = file.filter(|file| !file.exists()) {
        say(format!("there is no file {} now", file.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    /// The warnings about a configuration in an empty folder.
    fn said(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let (config, problems) = Config::parse(File::new("wirefold.toml", text), folder.path());
        let config = config.unwrap_or_else(|| panic!("{problems}"));
        let found = config.loose_ends();
        assert!(!found.has_errors());
        let root = folder.path().display().to_string();
        found.sorted().iter().map(|it| it.message.replace(&root, "desk")).collect()
    }

    const DESK: &str = "[[channel]]\nname = \"a\"\n[[rule]]\nname = \"r\"\nquery = \"x\"\n\
                        channels = [\"a\"]\n[[source.stdin]]\nname = \"in\"\n";
    const OUT: &str = "[[sink.stdout]]\nname = \"out\"\nchannels = [\"a\"]\n";

    #[test]
    fn a_whole_desk_has_none() {
        assert_eq!(said(&format!("{DESK}{OUT}")), [""; 0]);
        assert_eq!(said(&format!("{DESK}[serve]\n")), [""; 0]);
        assert_eq!(said(Config::built_in().file.text()), [""; 0]);
    }

    #[test]
    fn channels_and_sinks_that_lead_nowhere_are_named() {
        assert_eq!(said(DESK), ["nobody reads the channel `a`"]);
        let more = "[[channel]]\nname = \"b\"\n[[sink.stdout]]\nname = \"s\"\nchannels = [\"b\"]\n\
                    [[sink.file]]\nname = \"t\"\npath = \"t\"\nchannels = [\"b\", \"unrouted\"]\n";
        let expected = ["no rule sends to the channel `b`", "nothing comes to the sink `s`"];
        assert_eq!(said(&format!("{DESK}{OUT}{more}")), expected);
        let deaf = said("[[channel]]\nname = \"a\"\n");
        assert!(deaf.iter().any(|it| it.starts_with("nothing comes in")), "{deaf:?}");
    }

    #[test]
    fn publishers_that_nobody_names_are_said_to_count_each_for_itself() {
        let counts = format!(
            "{DESK}{OUT}[[channel]]\nname = \"b\"\nmin_publishers = 2\ndeadline = \"5m\"\n[[rule]]\nname = \"q\"\n\
             query = \"x publishers:>=2\"\nchannels = [\"b\"]\n[serve]\n"
        );
        let expected = ["`min_publishers`", "`publishers:`"]
            .map(|it| format!("{it} counts every name as a publisher of its own"));
        assert_eq!(said(&counts), expected);
        assert_eq!(said(&format!("{counts}[[publisher]]\nname = \"Coast\"\n")), [""; 0]);
    }

    #[test]
    fn what_is_missing_on_this_machine_is_said() {
        let more = "[[source.file]]\nname = \"f\"\npath = \"f.txt\"\n\
                    [[source.directory]]\nname = \"d\"\npath = \"spool\"\n\
                    [[sink.webhook]]\nname = \"h\"\nchannels = [\"a\"]\nurl = \"https://a.example/\"\n\
                    secret_env = \"WIREFOLD_NO_SUCH_VARIABLE\"\n\
                    [serve]\n[[serve.token]]\nname = \"t\"\nfile = \"t\"\nscopes = [\"read\"]\n";
        let said = said(&format!("{DESK}{more}"));
        let expected = [
            "there is no file desk/f.txt now",
            "there is no directory desk/spool now: a start makes it",
            "the variable WIREFOLD_NO_SUCH_VARIABLE is not set in the environment",
            "desk/t cannot be read",
        ];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
