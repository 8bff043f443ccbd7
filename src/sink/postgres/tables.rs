//! The tables: made where they are not there, left alone where they are.

use tokio_postgres::error::Severity;
use tokio_postgres::{Client, Error};

use super::fault::said;

/// How they are made, `@` for the schema.
const SCHEMA: &str = include_str!("schema.sql");
const MAKE_SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS @;";
const TABLES: [&str; 5] = ["stories", "items", "deliveries", "rejected", "gaps"];

const IS_THERE: &str = "
SELECT to_regnamespace($1) IS NOT NULL,
       (SELECT bool_and(to_regclass($1 || '.' || name) IS NOT NULL) FROM unnest($2::text[]) AS t (name))";

/// Makes what is missing. A role that may make nothing is asked for nothing when all is there.
pub(super) async fn make(client: &Client, schema: &str) -> Result<(), Error> {
    let is_there = client.query_one(IS_THERE, &[&schema, &&TABLES[..]]).await?;
    let (has_schema, has_tables): (bool, bool) = (is_there.try_get(0)?, is_there.try_get(1)?);
    if has_tables {
        return Ok(());
    }
    let text = if has_schema { SCHEMA.replace(MAKE_SCHEMA, "") } else { SCHEMA.to_owned() };
    client.batch_execute(&text.replace('@', schema)).await
}

/// Whether the items have a column for publisher families, which tables of earlier versions have not.
const HAS_FAMILIES: &str = "
SELECT to_regclass($1 || '.items') IS NULL
       OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($1 || '.items')
                                                 AND attname = 'family' AND NOT attisdropped)";
/// Who reads the table for long is not waited for, nor made to wait.
const ADD_FAMILIES: &str = "
SET LOCAL lock_timeout = '500ms'; ALTER TABLE @.items ADD COLUMN IF NOT EXISTS family bigint";

/// The column of the items for publisher families.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Families {
    There,
    /// Its owner has to add it.
    Missing,
    /// It could not be added for now: why.
    NotYet(String),
}

/// Whether the items have a column for publisher families. `adds`: where they have none, it is added, if
/// the role may.
pub(super) async fn families(client: &Client, schema: &str, adds: bool) -> Result<Families, Error> {
    if client.query_one(HAS_FAMILIES, &[&schema]).await?.try_get(0)? {
        return Ok(Families::There);
    }
    if !adds {
        return Ok(Families::Missing);
    }
    match client.batch_execute(&ADD_FAMILIES.replace('@', schema)).await {
        Ok(()) => Ok(Families::There),
        Err(error) => not_added(error),
    }
}

/// What an error says of a table that was to be changed: nothing, when it is the connection that ends.
fn not_added(error: Error) -> Result<Families, Error> {
    match error.as_db_error() {
        Some(why) if !matches!(why.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) => {
            // Class 42: the role may not, or what has the name is no table.
            let is_final = why.code().code().starts_with("42");
            Ok(if is_final { Families::Missing } else { Families::NotYet(said(why)) })
        }
        _ => Err(error),
    }
}

/// What there is to say of tables of an earlier version.
pub(super) fn without_families(schema: &str, families: &Families) -> Option<String> {
    let remedy = match families {
        Families::There => return None,
        Families::Missing => format!(
            "have its owner ALTER TABLE {schema}.items ADD COLUMN family bigint, and restart"
        ),
        Families::NotYet(why) => {
            format!("the column `family` could not be added ({why}): every batch tries again")
        }
    };
    Some(format!(
        "the table `{schema}.items` is of an earlier version: what a publisher told under another of its \
         names keeps standing when it withdraws that; {remedy}"
    ))
}

/// What there is to say of a database that keeps text in `encoding`: some have no place for all of
/// it.
pub(super) fn unfit(encoding: &str) -> Option<String> {
    // The latter takes any bytes.
    let fit = ["UTF8", "SQL_ASCII"].contains(&encoding);
    (!fit).then(|| {
        format!(
            "the database keeps text in {encoding}: a delivery with a character that is not in it \
             becomes a dead letter; use a database in UTF8"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_are_looked_for_are_those_that_are_made() {
        assert!(SCHEMA.contains(MAKE_SCHEMA));
        let made: Vec<_> = SCHEMA
            .lines()
            .filter_map(|line| {
                line.strip_prefix("CREATE TABLE IF NOT EXISTS @.")?.strip_suffix(" (")
            })
            .collect();
        assert_eq!(made, TABLES);
    }

    #[test]
    fn a_database_that_cannot_hold_every_character_is_told_of() {
        assert_eq!((unfit("UTF8"), unfit("SQL_ASCII")), (None, None));
        assert!(unfit("LATIN1").unwrap().contains("LATIN1"));
    }
}
