//! Tokens: who asks, and what they may. On loopback too, since other people's programs and any web
//! page can reach it.
//!
//! A token is sent as `Authorization: Bearer`. Where one can only read, as feed readers and
//! browsers do, it may also be the password of `Basic`, or `?token=` in the address: neither can
//! make a web page write in its user's name.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use tokio_util::sync::CancellationToken;

use crate::config::{Secret, ServeConfig, TokenConfig};

mod caller;
mod current;
mod secret;

pub(super) use caller::{Admin, Pusher, Reader};
pub(super) use current::{Current, follow};

use secret::Digest;

/// Name of a token that has none of its own, and so of the source its items come from.
const DEFAULT: &str = "push";

/// The tokens that are known, as digests.
pub(super) struct Tokens(Vec<(Digest, Grant)>);

/// What the bearer of a token may do.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) name: Arc<str>,
    sight: Sight,
    push: bool,
    admin: bool,
    /// Its items may correct and kill; `None`: as their format has it.
    pub(super) lifecycle: Option<bool>,
    /// A rate and a burst of its own.
    pace: (Option<f64>, Option<u32>),
    /// It is not what its token grants any more.
    pub(super) ended: CancellationToken,
}

/// What one may read.
#[derive(Clone, Debug, PartialEq)]
enum Sight {
    Nothing,
    Everything,
    Channels(Arc<BTreeSet<String>>),
}

/// There is no token to be had.
#[derive(Debug)]
pub(super) struct TokenError(String);

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tokens {
    /// Reads every token that `config` names. Makes the token file when it names none that may do
    /// everything: the commands on this machine need one.
    pub(super) fn load(config: &ServeConfig) -> Result<Tokens, TokenError> {
        let file = &config.token_file;
        let mut tokens = Tokens(Vec::new());
        if let Some(variable) = &config.token_env {
            tokens.add_all(secret::from_variable(variable)?, config.lifecycle)?;
        }
        for token in &config.tokens {
            if let Secret::File(path) = &token.secret {
                secret::warn_if_open(path);
            }
            let text = token.secret.load().map_err(|error| {
                TokenError(format!("there is no token `{}`: {error}", token.name.value))
            })?;
            tokens.add(text.trim(), Grant::of(token))?;
        }
        match secret::from_file(file)? {
            Some(text) => tokens.add_all(text, config.lifecycle)?,
            None if tokens.0.iter().any(|(_, grant)| grant.admin) => {}
            None => tokens.add_all(secret::make_file(file, DEFAULT)?, config.lifecycle)?,
        }
        if tokens.0.is_empty() {
            return Err(TokenError(empty(file)));
        }
        Ok(tokens)
    }

    /// Tokens that may do everything: one a line, `NAME TOKEN` or `TOKEN`; `#` begins a comment.
    fn add_all(&mut self, text: String, lifecycle: Option<bool>) -> Result<(), TokenError> {
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, token) = line.split_once(char::is_whitespace).unwrap_or((DEFAULT, line));
            self.add(token.trim(), Grant { lifecycle, ..Grant::everything(name) })?;
        }
        Ok(())
    }

    fn add(&mut self, token: &str, grant: Grant) -> Result<(), TokenError> {
        let digest = secret::digest_of(token, &grant.name)?;
        if let Some((_, other)) = self.0.iter().find(|(known, _)| *known == digest) {
            let (name, other) = (&grant.name, &other.name);
            let message = format!("`{name}` and `{other}` are the same token: make one of its own");
            return Err(TokenError(message));
        }
        self.0.push((digest, grant));
        Ok(())
    }

    /// What a token grants, found in a time that tells nothing about the tokens.
    fn grant(&self, token: &str) -> Option<&Grant> {
        let digest = secret::digest(token);
        let mut found = u32::MAX;
        for (index, (known, _)) in (0_u32..).zip(&self.0) {
            let same: Choice = known.ct_eq(&digest);
            found.conditional_assign(&index, same);
        }
        self.0.get(found as usize).map(|(_, grant)| grant)
    }
}

fn empty(file: &Path) -> String {
    let file = file.display();
    format!("there is no token in {file}: write one to it, or remove it to have one made")
}

impl Grant {
    fn everything(name: &str) -> Grant {
        Grant {
            name: name.into(),
            sight: Sight::Everything,
            push: true,
            admin: true,
            lifecycle: None,
            pace: (None, None),
            ended: CancellationToken::new(),
        }
    }

    /// Whoever reads without a token, where that is allowed.
    fn public() -> Grant {
        Grant { push: false, admin: false, ..Grant::everything("(public)") }
    }

    fn of(config: &TokenConfig) -> Grant {
        let sight = match &config.channels {
            _ if config.admin => Sight::Everything,
            _ if !config.read => Sight::Nothing,
            None => Sight::Everything,
            Some(channels) => {
                let names = channels.iter().map(|name| name.value.clone());
                Sight::Channels(Arc::new(names.collect()))
            }
        };
        Grant {
            name: config.name.value.as_str().into(),
            sight,
            push: config.push || config.admin,
            admin: config.admin,
            lifecycle: config.lifecycle,
            pace: (config.rate, config.burst),
            ended: CancellationToken::new(),
        }
    }

    /// Who it is, and what it may do.
    fn rights(&self) -> (&str, &Sight, bool, bool) {
        (&self.name, &self.sight, self.push, self.admin)
    }

    /// Whether a channel may be read.
    pub(super) fn sees(&self, channel: &str) -> bool {
        match &self.sight {
            Sight::Nothing => false,
            Sight::Everything => true,
            Sight::Channels(channels) => channels.contains(channel),
        }
    }

    /// Whether every channel may be read.
    pub(super) fn sees_all(&self) -> bool {
        matches!(self.sight, Sight::Everything)
    }

    /// Whether anything may be read.
    fn reads(&self) -> bool {
        !matches!(self.sight, Sight::Nothing)
    }
}

#[cfg(test)]
mod tests;
