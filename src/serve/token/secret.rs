//! Where tokens come from, and what is kept of them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use ring::rand::{SecureRandom, SystemRandom};
use tracing::{info, warn};

use super::TokenError;

/// A shorter token could be guessed.
const SHORTEST: usize = 16;

pub(super) type Digest = [u8; 32];

/// Digests are compared in place of tokens: they have one length.
pub(super) fn digest(token: &str) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref());
    digest
}

/// The digest of a token that is good for one.
pub(super) fn digest_of(token: &str, name: &str) -> Result<Digest, TokenError> {
    if token.len() < SHORTEST || token.contains(char::is_whitespace) {
        return Err(TokenError(format!(
            "the token named `{name}` is shorter than {SHORTEST} characters or has a space"
        )));
    }
    Ok(digest(token))
}

pub(super) fn from_variable(variable: &str) -> Result<String, TokenError> {
    std::env::var(variable)
        .map_err(|_| TokenError(format!("the variable {variable} of `token_env` is not set")))
}

/// `None` when there is no such file.
pub(super) fn from_file(path: &Path) -> Result<Option<String>, TokenError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            warn_if_open(path);
            Ok(Some(text))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault(path, &error)),
    }
}

/// Makes a file with a new token, and tells what is in it.
pub(super) fn make_file(path: &Path, name: &str) -> Result<String, TokenError> {
    let text = format!("{name} {}\n", make()?);
    write(path, &text).map_err(|error| fault(path, &error))?;
    info!(file = %path.display(), "made a token that may do everything");
    Ok(text)
}

fn fault(path: &Path, error: &io::Error) -> TokenError {
    TokenError(format!("the token file {} cannot be used: {error}", path.display()))
}

/// 32 random bytes as hex digits.
fn make() -> Result<String, TokenError> {
    let mut bytes = [0_u8; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        TokenError("the system gives no random numbers to make a token of".to_owned())
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
pub(super) fn warn_if_open(path: &Path) {
    use std::os::unix::fs::MetadataExt;
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0);
    if open {
        warn!(file = %path.display(), "others on this machine can read the tokens: chmod 600");
    }
}

#[cfg(not(unix))]
pub(super) fn warn_if_open(_: &Path) {}
