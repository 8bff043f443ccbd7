//! Bearer tokens: who may write. On loopback, too, since other people's programs and any web page
//! can reach it.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use ring::rand::{SecureRandom, SystemRandom};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use tracing::{info, warn};

use super::App;
use super::problem::Problem;

/// Name of a token that has none of its own, and so of the source its items come from.
const DEFAULT: &str = "push";
/// A shorter token could be guessed.
const SHORTEST: usize = 16;

/// The tokens that are known, as digests.
pub(super) struct Tokens(Vec<(String, Digest)>);

type Digest = [u8; 32];

/// There is no token to be had.
#[derive(Debug)]
pub(super) struct TokenError(String);

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Tokens {
    /// Reads the token file and the variable of the environment. Makes the file with a new token
    /// when neither is there.
    pub(super) fn load(file: &Path, variable: Option<&str>) -> Result<Tokens, TokenError> {
        let mut tokens = Vec::new();
        if let Some(variable) = variable {
            let token = std::env::var(variable).map_err(|_| {
                TokenError(format!("the variable {variable} of `token_env` is not set"))
            })?;
            tokens.extend(parse(&token)?);
        }
        let fault = |error: io::Error| {
            TokenError(format!("the token file {} cannot be used: {error}", file.display()))
        };
        match fs::read_to_string(file) {
            Ok(text) => {
                warn_if_open(file);
                tokens.extend(parse(&text)?);
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
            Err(_) if variable.is_some() => {}
            Err(_) => {
                let token = make().map_err(TokenError)?;
                write(file, &token).map_err(fault)?;
                info!(file = %file.display(), "made a token for pushing items");
                tokens.extend(parse(&token)?);
            }
        }
        if tokens.is_empty() {
            return Err(TokenError(format!(
                "there is no token in {}: write one to it, or remove it to have one made",
                file.display()
            )));
        }
        Ok(Tokens(tokens))
    }

    /// The name of a token, found in a time that tells nothing about the tokens.
    fn name_of(&self, token: &str) -> Option<&str> {
        let digest = digest(token);
        let mut found = u32::MAX;
        for (index, (_, known)) in (0_u32..).zip(&self.0) {
            let same: Choice = known.ct_eq(&digest);
            found.conditional_assign(&index, same);
        }
        self.0.get(found as usize).map(|(name, _)| name.as_str())
    }
}

/// One token a line, `NAME TOKEN` or `TOKEN`; `#` begins a comment line.
fn parse(text: &str) -> Result<Vec<(String, Digest)>, TokenError> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let token = |line: &str| {
        let (name, token) = line.split_once(char::is_whitespace).unwrap_or((DEFAULT, line));
        let token = token.trim();
        if token.len() < SHORTEST || token.contains(char::is_whitespace) {
            return Err(TokenError(format!(
                "the token named `{name}` is shorter than {SHORTEST} characters or has a space"
            )));
        }
        Ok((name.to_owned(), digest(token)))
    };
    lines.map(token).collect()
}

/// Digests are compared in place of tokens: they have one length.
fn digest(token: &str) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref());
    digest
}

/// 32 random bytes as hex digits.
fn make() -> Result<String, String> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| "the system gives no random numbers to make a token of".to_owned())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, token: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{DEFAULT} {token}")?;
    file.sync_all()
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::MetadataExt;
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0);
    if open {
        warn!(file = %path.display(), "others on this machine can read the tokens: chmod 600");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

/// Whoever has shown a token: its name.
#[derive(Clone, Debug)]
pub(super) struct Caller(pub(super) String);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Problem> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let name = token.and_then(|token| app.tokens.name_of(token)).ok_or_else(|| {
            let detail =
                "send `Authorization: Bearer TOKEN` with a token of `token_file` in [serve]";
            Problem::new(StatusCode::UNAUTHORIZED, detail)
        })?;
        app.limiter().pass(name, app.context.clock.now()).map_err(|wait| {
            let detail =
                format!("the token `{name}` asks more often than `rate` in [serve] allows");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(wait)
        })?;
        Ok(Caller(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets/token");
        let made = Tokens::load(&file, None).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let token = text.trim().strip_prefix("push ").unwrap();
        assert_eq!(token.len(), 64);
        assert_eq!(made.name_of(token), Some("push"));
        assert_eq!(Tokens::load(&file, None).unwrap().name_of(token), Some("push"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn tokens_have_names_and_only_whole_tokens_are_known() {
        let text = "# desk tokens\nalpha aaaaaaaaaaaaaaaa\n\n  bbbbbbbbbbbbbbbb\n";
        let tokens = Tokens(parse(text).unwrap());
        assert_eq!(tokens.name_of("aaaaaaaaaaaaaaaa"), Some("alpha"));
        assert_eq!(tokens.name_of("bbbbbbbbbbbbbbbb"), Some("push"));
        for wrong in ["", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "alpha", "alpha aaaaaaaaaaaaaaaa"]
        {
            assert_eq!(tokens.name_of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_token_that_could_be_guessed_and_an_empty_file_are_refused() {
        assert!(parse("alpha secret").is_err());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        fs::write(&file, "# nothing yet\n").unwrap();
        let error = Tokens::load(&file, None).err().unwrap().to_string();
        assert!(error.contains("no token"), "{error}");
    }
}
