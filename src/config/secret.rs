//! Secrets: never in the configuration itself, but in a file or a variable that it names.

use std::fmt;
use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::Table;
use super::resolve;

/// Where a secret is found. It is read when it is needed, and never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// In a file, without the line's end.
    File(PathBuf),
    /// In a variable of the environment.
    Env(String),
}

impl Secret {
    /// Reads it.
    ///
    /// # Errors
    /// When there is none, in a sentence that names where it should be.
    pub fn load(&self) -> Result<String, String> {
        let found = match self {
            Secret::File(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display())),
            Secret::Env(name) => std::env::var(name)
                .map_err(|_| format!("the variable {name} is not set in the environment")),
        };
        let secret = found?.trim_end_matches(['\r', '\n']).to_owned();
        if secret.is_empty() { Err(format!("{self} is empty")) } else { Ok(secret) }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::File(path) => path.display().fmt(f),
            Secret::Env(name) => write!(f, "the variable {name}"),
        }
    }
}

/// Reads the two keys under which a secret can stand, `…_file` and `…_env`.
pub(super) fn read(
    table: &mut Table<'_>,
    keys: [&'static str; 2],
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<Secret> {
    let file = table.get::<PathBuf>(keys[0], problems);
    let env = table.get::<String>(keys[1], problems);
    match (file, env) {
        (Some(_), Some(env)) => {
            let message = format!("`{}` and `{}` are both given", keys[0], keys[1]);
            problems.push(Diagnostic::error(&env.place, message).hint("leave out one of them"));
            None
        }
        (Some(file), None) => Some(Secret::File(resolve(folder, file.value))),
        (None, env) => env.map(|name| Secret::Env(name.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_without_the_end_of_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "s3cret \n").unwrap();
        assert_eq!(Secret::File(file).load().as_deref(), Ok("s3cret "));
    }

    #[test]
    fn a_secret_that_is_not_there_is_named_by_its_place() {
        let missing = Secret::Env("WIREFOLD_NO_SUCH_VARIABLE".to_owned()).load().unwrap_err();
        assert!(missing.contains("WIREFOLD_NO_SUCH_VARIABLE"), "{missing}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("empty");
        std::fs::write(&file, "\n").unwrap();
        assert!(Secret::File(file).load().unwrap_err().contains("empty"));
    }
}
