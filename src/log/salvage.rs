//! Takes what can be read out of a damaged log into a new file, which gets its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use redb::{ReadableTable, ReadableTableMetadata, TableDefinition, Value};

use super::directory::{self, Directory};
use super::error::{LogError, LogErrorKind};
use super::meta::Meta;
use super::store::{
    ALIASES, CARRIED, CURSORS, DECISIONS, HELD, IDENTITIES, INTAKE, LATER, SPARED, Store,
};
use super::trial;

/// What was taken over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Rows of all tables that could be read.
    pub rows: u64,
    /// Rows that were there and could not.
    pub lost: u64,
    /// Whether how far sinks had come could not all be read: some or all start anew.
    pub cursors_lost: bool,
    /// Where the damaged file is kept.
    pub kept: PathBuf,
}

/// Keys that are read and written together.
const CHUNK: u64 = 4_096;
/// Reads that fail, each of which opens the file anew. With more there is too little left to save.
const MOST: u64 = 200_000;

/// Makes a new file of what can be read of the log in `dir`. The old one stays beside it as
/// `log.damaged`.
///
/// # Errors
/// When there is no log, a daemon has it, nothing of it can be read, the disk does not let us write,
/// or there is a `log.damaged` already. The log is as before in every case.
pub fn salvage(dir: &Path) -> Result<Salvaged, LogError> {
    let path = directory::store_in(dir);
    if !path.exists() {
        return Err(LogError::missing(path));
    }
    let _held = Directory::hold(dir)?;
    let (new, kept) = (path.with_extension("salvaged"), path.with_extension("damaged"));
    if kept.exists() {
        return Err(LogError::kept_before(&kept));
    }
    let outcome = copy(&path, &new).and_then(|done| {
        // At no moment is there no log: a start would make an empty one.
        std::fs::hard_link(&path, &kept).map_err(|e| LogError::io(&kept, "Making", e))?;
        std::fs::rename(&new, &path).map_err(|e| LogError::io(&path, "Replacing", e))?;
        Ok(Salvaged { kept, ..done })
    });
    if outcome.is_err() {
        // Half a copy is of no use; what went wrong before is what is told.
        let _ = std::fs::remove_file(&new);
    }
    outcome
}

/// Copies what can be read of the store at `path` to a new one.
fn copy(path: &Path, new: &Path) -> Result<Salvaged, LogError> {
    // Where that fails, too, it was more than a part of the file that is damaged.
    let nothing = |error: LogError| match error.kind() {
        LogErrorKind::Corrupt => LogError::nothing_left(path),
        _ => error,
    };
    let old = match trial::read(path.to_owned()) {
        // A kill came before the damage: what a start would mend is mended in memory.
        Err(error) if error.kind() == LogErrorKind::Unclean => trial::over(path.to_owned()),
        opened => opened,
    };
    let old = old.map_err(nothing)?;
    let mut meta = old.read(|transaction| Meta::load(&old, transaction)).map_err(nothing)?;
    if new.exists() {
        std::fs::remove_file(new).map_err(|e| LogError::io(new, "Removing", e))?;
    }
    let new = Store::open(new.to_owned(), Box::new(|builder, path| builder.create(path)))?;
    Meta::load_or_init(&new)?;
    let end = meta.next_seq.0.max(meta.next_position.0).max(meta.next_story.0);
    let mut copy = Copy { old, new, end, failed: 0, done: Salvaged::default() };
    meta.bytes = copy.tables().map_err(nothing)?;
    copy.cursors()?;
    copy.new.write(|transaction| meta.save(&copy.new, transaction))?;
    Ok(copy.done)
}

struct Copy {
    old: Store,
    new: Store,
    /// No key is as large.
    end: u64,
    /// Reads that failed so far.
    failed: u64,
    done: Salvaged,
}

/// Rows by key, as stored.
type Rows = BTreeMap<u64, Vec<u8>>;

impl Copy {
    /// Copies all that has numbers for keys. Returns the bytes of the records.
    fn tables(&mut self) -> Result<u64, LogError> {
        let bytes = self.table(INTAKE)? + self.table(DECISIONS)? + self.table(SPARED)?;
        self.table(LATER)?;
        self.table(HELD)?;
        self.table(IDENTITIES)?;
        self.table(CARRIED)?;
        self.table(ALIASES)?;
        Ok(bytes)
    }

    /// Copies a table. Returns the bytes of its values.
    fn table<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
    ) -> Result<u64, LogError> {
        let there = self.length(table)?;
        let sound = self.walk(table)? == Some(there);
        let (mut copied, mut bytes) = (0, 0);
        for start in (0..self.end).step_by(CHUNK as usize) {
            let keys = start..self.end.min(start + CHUNK);
            let mut rows = self.scan(table, keys.clone())?;
            if !sound {
                let missing: Vec<u64> = keys.filter(|key| !rows.contains_key(key)).collect();
                self.find(table, &missing, &mut rows)?;
            }
            if rows.is_empty() {
                continue;
            }
            self.new.write(|transaction| {
                let fault = |error| self.new.fault("Writing", error);
                let mut table =
                    transaction.open_table(table).map_err(|e| self.new.fault("Writing", e))?;
                for (key, value) in &rows {
                    table.insert(key, V::from_bytes(value)).map_err(fault)?;
                }
                Ok(())
            })?;
            copied += rows.len() as u64;
            bytes += rows.values().map(|value| value.len() as u64).sum::<u64>();
        }
        self.done.rows += copied;
        self.done.lost += there.saturating_sub(copied);
        Ok(bytes)
    }

    /// How many rows a table has, by its own account.
    fn length<V: Value>(&self, table: TableDefinition<'static, u64, V>) -> Result<u64, LogError> {
        self.old.read(|transaction| {
            let table = transaction.open_table(table).map_err(|e| self.old.fault("Reading", e))?;
            table.len().map_err(|error| self.old.fault("Reading", error))
        })
    }

    /// How many rows a walk through a table meets, in order; `None` when it fails. A damaged page
    /// may also end a walk early, or send it elsewhere, with no word of it.
    fn walk<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
    ) -> Result<Option<u64>, LogError> {
        let walked = self.old.read(|transaction| {
            let fault = |error| self.old.fault("Reading", error);
            let table = transaction.open_table(table).map_err(|e| self.old.fault("Reading", e))?;
            let (mut met, mut last) = (0, None);
            for row in table.iter().map_err(fault)? {
                let key = Some(row.map_err(fault)?.0.value());
                met += u64::from(key > last);
                last = key;
            }
            Ok(met)
        });
        self.unless_damaged(walked)
    }

    /// The rows of a range of keys, as far as one look at all of them tells.
    fn scan<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
        keys: Range<u64>,
    ) -> Result<Rows, LogError> {
        let scanned = self.old.read(|transaction| {
            let fault = |error| self.old.fault("Reading", error);
            let table = transaction.open_table(table).map_err(|e| self.old.fault("Reading", e))?;
            let mut rows = Rows::new();
            for row in table.range(keys.clone()).map_err(fault)? {
                let (key, value) = row.map_err(fault)?;
                if keys.contains(&key.value()) {
                    rows.insert(key.value(), V::as_bytes(&value.value()).as_ref().to_vec());
                }
            }
            Ok(rows)
        });
        self.unless_damaged(scanned).map(Option::unwrap_or_default)
    }

    /// Looks `keys` up one by one, which no damage at another one hinders, and adds what is there.
    fn find<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
        keys: &[u64],
        rows: &mut Rows,
    ) -> Result<(), LogError> {
        let found = self.old.read(|transaction| {
            let fault = |error| self.old.fault("Reading", error);
            let table = transaction.open_table(table).map_err(|e| self.old.fault("Reading", e))?;
            let mut found = Rows::new();
            for key in keys {
                if let Some(value) = table.get(key).map_err(fault)? {
                    found.insert(*key, V::as_bytes(&value.value()).as_ref().to_vec());
                }
            }
            Ok(found)
        });
        match self.unless_damaged(found)? {
            Some(mut found) => rows.append(&mut found),
            None if keys.len() > 1 => {
                let (before, behind) = keys.split_at(keys.len() / 2);
                self.find(table, before, rows)?;
                self.find(table, behind, rows)?;
            }
            None => {}
        }
        Ok(())
    }

    /// What was read; `None` when damage hindered it, of which there may not be too much.
    fn unless_damaged<T>(&mut self, read: Result<T, LogError>) -> Result<Option<T>, LogError> {
        match read {
            Err(error) if error.kind() == LogErrorKind::Corrupt && self.failed < MOST => {
                self.failed += 1;
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// Copies how far sinks and sources have come, as far as it can be read in one look.
    fn cursors(&mut self) -> Result<(), LogError> {
        let read = self.old.read(|transaction| {
            let fault = |error| self.old.fault("Reading", error);
            let table =
                transaction.open_table(CURSORS).map_err(|e| self.old.fault("Reading", e))?;
            let mut found = Vec::new();
            for row in table.iter().map_err(fault)? {
                let (key, value) = row.map_err(fault)?;
                found.push((key.value().to_owned(), value.value().to_vec()));
            }
            let all = found.len() as u64 >= table.len().map_err(fault)?;
            Ok((found, all))
        });
        let (rows, all) = self.unless_damaged(read)?.unwrap_or_default();
        self.done.cursors_lost = !all;
        self.new.write(|transaction| {
            let fault = |error| self.new.fault("Writing", error);
            let mut table =
                transaction.open_table(CURSORS).map_err(|e| self.new.fault("Writing", e))?;
            for (key, value) in &rows {
                table.insert(key.as_str(), value.as_slice()).map_err(fault)?;
            }
            Ok(())
        })?;
        self.done.rows += rows.len() as u64;
        Ok(())
    }
}
