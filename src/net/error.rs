//! Why a fetch failed.

use std::fmt;

/// Why a fetch failed: a sentence for a person, a kind for the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchError {
    kind: FetchErrorKind,
    message: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FetchErrorKind {
    /// The address is not one of HTTP.
    Address,
    /// The address leads to where its source may not reach.
    Refused,
    /// No connection: name, network or TLS.
    Connect,
    /// No connection, since this process or machine has too many files open already.
    NoFiles,
    /// The answer took too long.
    Timeout,
    /// A limit of size or ratio was passed.
    TooLarge,
    /// Too many redirects, or one that goes nowhere.
    Redirect,
    /// The answer is not HTTP, or its body cannot be decoded.
    Protocol,
}

impl FetchError {
    pub(super) fn new(kind: FetchErrorKind, message: impl Into<String>) -> FetchError {
        FetchError { kind, message: message.into() }
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> FetchErrorKind {
        self.kind
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FetchError {}

/// An error with all its causes in one line: the innermost says what happened, the outer ones
/// only that something did.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
