//! Secrets: the configuration names where one is kept, never the secret itself.

use std::path::{Path, PathBuf};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::Table;
use super::resolve;

/// Where a secret is kept. Read when it is needed, so that `wirefold check` works without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A variable of the environment.
    Env(String),
    /// A file.
    File(PathBuf),
}

impl Secret {
    /// The secret without the white space around it.
    ///
    /// # Errors
    /// When it is not there or empty, with where it was looked for.
    pub fn read(&self) -> Result<String, String> {
        let (found, place) = match self {
            Secret::Env(name) => {
                let found = std::env::var(name).map_err(|_| {
                    format!("the variable {name} of the environment is not set, or not text")
                })?;
                (found, format!("the variable {name} of the environment"))
            }
            Secret::File(path) => {
                let place = format!("the file {}", path.display());
                let found = std::fs::read_to_string(path)
                    .map_err(|error| format!("{place} cannot be read: {error}"))?;
                (found, place)
            }
        };
        match found.trim() {
            "" => Err(format!("{place} is empty")),
            secret => Ok(secret.to_owned()),
        }
    }
}

/// Reads the keys `…_env` and `…_file`, of which at most one may be there.
pub(super) fn read(
    table: &mut Table<'_>,
    [env, file]: [&'static str; 2],
    folder: &Path,
    problems: &mut Diagnostics,
) -> Option<Secret> {
    let variable = table.get::<String>(env, problems);
    let path = table.get::<PathBuf>(file, problems);
    if let (Some(_), Some(path)) = (&variable, &path) {
        let problem = Diagnostic::error(&path.place, format!("both `{env}` and `{file}` are set"));
        problems.push(problem.hint("keep one of them"));
    }
    variable
        .map(|name| Secret::Env(name.value))
        .or(path.map(|path| Secret::File(resolve(folder, path.value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_without_its_line_end_and_an_empty_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "whsec_abc\n").unwrap();
        assert_eq!(Secret::File(path.clone()).read().as_deref(), Ok("whsec_abc"));
        std::fs::write(&path, " \n").unwrap();
        assert!(Secret::File(path).read().unwrap_err().contains("secret is empty"));
        let missing = Secret::Env("WIREFOLD_NO_SUCH_SECRET".to_owned());
        assert!(missing.read().unwrap_err().contains("WIREFOLD_NO_SUCH_SECRET"));
    }
}
