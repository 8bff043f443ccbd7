//! What an error of the database means for a delivery.

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::net::chain;
use crate::sink::error::SinkError;
use crate::terminal::escape;

/// Characters of the database's sentence that are shown.
const SHOWN: usize = 500;

/// What went wrong.
pub(super) enum Fault {
    /// There is no connection, or the tables are not what they should be.
    NotReady(Error),
    /// These rows were not written.
    NotWritten(Error),
    /// A sentence of ours.
    Own(String),
}

/// What is asked before anything is written.
impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::NotReady(error)
    }
}

impl Fault {
    /// What follows; `makes_tables` when those that are missing are made.
    pub(super) fn into_sink_error(self, schema: &str, makes_tables: bool) -> SinkError {
        let (error, writing) = match self {
            Fault::Own(message) => return SinkError::passing(message),
            Fault::NotReady(error) => (error, false),
            Fault::NotWritten(error) => (error, true),
        };
        let said = error.as_db_error().map_or_else(|| chain(&error), said);
        match error.code() {
            Some(state) if writing && is_final(state) => SinkError::refused(said),
            Some(&SqlState::UNDEFINED_TABLE) if !makes_tables => SinkError::passing(format!(
                "the tables are not in the schema `{schema}` ({said}): set `create_tables = true`, \
                 or make them as docs/brokers.md says"
            )),
            Some(&SqlState::UNDEFINED_COLUMN) => SinkError::passing(format!(
                "the tables in the schema `{schema}` are not as docs/brokers.md has them ({said}): \
                 add the column, which `create_tables` does not do to a table that is there"
            )),
            _ => SinkError::passing(format!("PostgreSQL: {said}")),
        }
    }
}

/// True when the rows themselves cannot be stored, today or tomorrow: data that has no place in its
/// column (class 22), that a constraint forbids (23), or that passes a limit of the server (54).
fn is_final(state: &SqlState) -> bool {
    ["22", "23", "54"].iter().any(|class| state.code().starts_with(class))
}

/// The database's sentence and its detail, which may repeat what an item says, in one line.
pub(super) fn said(error: &DbError) -> String {
    let whole = error.to_string();
    let line = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    escape(&line.chars().take(SHOWN).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_rows_is_final() {
        for state in [
            SqlState::UNTRANSLATABLE_CHARACTER,
            SqlState::CHECK_VIOLATION,
            SqlState::UNIQUE_VIOLATION,
            SqlState::PROGRAM_LIMIT_EXCEEDED,
        ] {
            assert!(is_final(&state), "{state:?}");
        }
        for state in [
            SqlState::DISK_FULL,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::QUERY_CANCELED,
            SqlState::INSUFFICIENT_PRIVILEGE,
            SqlState::UNDEFINED_COLUMN,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ] {
            assert!(!is_final(&state), "{state:?}");
        }
    }
}
