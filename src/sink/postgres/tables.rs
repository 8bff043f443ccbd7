//! The tables: made where they are not there, left alone where they are.

use tokio_postgres::{Client, Error};

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
SET LOCAL lock_timeout = '3s'; ALTER TABLE @.items ADD COLUMN IF NOT EXISTS family bigint";

/// Whether the items have a column for publisher families. `adds`: where they have none, it is added, if
/// the role may.
pub(super) async fn families(client: &Client, schema: &str, adds: bool) -> Result<bool, Error> {
    let has: bool = client.query_one(HAS_FAMILIES, &[&schema]).await?.try_get(0)?;
    if has || !adds {
        return Ok(has);
    }
    match client.batch_execute(&ADD_FAMILIES.replace('@', schema)).await {
        Ok(()) => Ok(true),
        Err(error) if error.as_db_error().is_some() => Ok(false),
        Err(error) => Err(error),
    }
}

/// What there is to say of tables of an earlier version.
pub(super) fn without_families(schema: &str) -> String {
    format!(
        "the table `{schema}.items` is of an earlier version: what a publisher told under another of its \
         names keeps standing when it withdraws that; have its owner ALTER TABLE {schema}.items ADD COLUMN \
         family bigint, and restart"
    )
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
