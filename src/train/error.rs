//! What can go wrong in training.

use std::fmt;
use std::path::Path;

/// Why training stopped, as a full sentence that says what to do.
#[derive(Debug)]
pub struct TrainError {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TrainError {
    /// An error told in full by `message`.
    pub(crate) fn new(message: impl Into<String>) -> TrainError {
        TrainError { message: message.into(), source: None }
    }

    /// `path` cannot be read, written or understood because of `error`.
    pub(crate) fn file(
        what: &str,
        path: &Path,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> TrainError {
        let source = error.into();
        let message = format!("The {what} {} cannot be used: {source}.", path.display());
        TrainError { message, source: Some(source) }
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TrainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
