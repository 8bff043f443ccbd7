//! Why a delivery failed, and what follows from it.

use std::fmt;
use std::time::Duration;

use crate::log::LogError;

/// Why a sink did not deliver. The kind says what the courier does next.
#[derive(Debug)]
pub struct SinkError {
    kind: SinkErrorKind,
    message: String,
    after: Option<Duration>,
}

/// What follows from a [`SinkError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkErrorKind {
    /// The same delivery may succeed later: it is tried again.
    Passing,
    /// This delivery will never be taken; others may be. It becomes a dead letter.
    Refused,
    /// The receiver is there no more. The sink is paused until a person resumes it.
    Gone,
    /// No attempt can succeed before the configuration or the program is mended. The daemon stops.
    Fatal,
}

impl SinkError {
    /// The same delivery may succeed later.
    pub fn passing(message: impl Into<String>) -> SinkError {
        SinkError::new(SinkErrorKind::Passing, message)
    }

    /// This delivery will never be taken.
    pub fn refused(message: impl Into<String>) -> SinkError {
        SinkError::new(SinkErrorKind::Refused, message)
    }

    /// The receiver is there no more.
    pub fn gone(message: impl Into<String>) -> SinkError {
        SinkError::new(SinkErrorKind::Gone, message)
    }

    /// No attempt can succeed.
    pub fn fatal(message: impl Into<String>) -> SinkError {
        SinkError::new(SinkErrorKind::Fatal, message)
    }

    /// The receiver has said when to come again.
    pub fn after(self, wait: Duration) -> SinkError {
        SinkError { after: Some(wait), ..self }
    }

    /// What follows.
    pub fn kind(&self) -> SinkErrorKind {
        self.kind
    }

    /// When the receiver wants to be asked again.
    pub fn wait(&self) -> Option<Duration> {
        self.after
    }

    fn new(kind: SinkErrorKind, message: impl Into<String>) -> SinkError {
        SinkError { kind, message: message.into(), after: None }
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SinkError {}

impl From<LogError> for SinkError {
    fn from(error: LogError) -> SinkError {
        match error.is_transient() {
            true => SinkError::passing(error.to_string()),
            false => SinkError::fatal(error.to_string()),
        }
    }
}
