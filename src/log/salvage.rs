//! Takes what can be read out of a damaged log into a new file, which gets its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use redb::{ReadableTable, TableDefinition, Value};

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
    /// Keys at which nothing could be read: rows, or nothing, nobody can tell.
    pub lost: u64,
    /// Whether how far sinks had come could not be read: they start anew.
    pub cursors_lost: bool,
    /// Where the damaged file is kept.
    pub kept: PathBuf,
}

/// Keys that are read and written together.
const CHUNK: u64 = 4_096;
/// Reads that fail, each of which opens the file anew. With more there is too little left to save.
const MOST: u64 = 100_000;

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
    let old = match Store::open_read_only(path.clone()) {
        // A kill came before the damage: what a start would mend is mended in memory.
        Err(error) if error.kind() == LogErrorKind::Unclean => trial::over(path.clone())?,
        opened => opened?,
    };
    let mut meta = old.read(|transaction| Meta::load(&old, transaction))?;
    let (new_path, kept) = (path.with_extension("salvaged"), path.with_extension("damaged"));
    if new_path.exists() {
        std::fs::remove_file(&new_path).map_err(|e| LogError::io(&new_path, "Removing", e))?;
    }
    let new = Store::open(new_path.clone(), Box::new(|builder, path| builder.create(path)))?;
    Meta::load_or_init(&new)?;
    let end = meta.next_seq.0.max(meta.next_position.0).max(meta.next_story.0);
    let mut copy = Copy { old, new, end, done: Salvaged { kept, ..Salvaged::default() } };
    meta.bytes = copy.table(INTAKE)? + copy.table(DECISIONS)? + copy.table(SPARED)?;
    copy.table(LATER)?;
    copy.table(HELD)?;
    copy.table(IDENTITIES)?;
    copy.table(CARRIED)?;
    copy.table(ALIASES)?;
    copy.cursors()?;
    copy.new.write(|transaction| meta.save(&copy.new, transaction))?;
    let Copy { old, new, done, .. } = copy;
    drop((old, new));
    // At no moment is there no log: a start would make an empty one.
    std::fs::hard_link(&path, &done.kept).map_err(|e| LogError::io(&done.kept, "Making", e))?;
    std::fs::rename(&new_path, &path).map_err(|e| LogError::io(&path, "Replacing", e))?;
    Ok(done)
}

struct Copy {
    old: Store,
    new: Store,
    /// No key is as large.
    end: u64,
    done: Salvaged,
}

impl Copy {
    /// Copies a table. Returns the bytes of its values.
    fn table<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
    ) -> Result<u64, LogError> {
        let mut bytes = 0;
        for start in (0..self.end).step_by(CHUNK as usize) {
            let mut rows = Vec::new();
            self.read(table, start..self.end.min(start + CHUNK), &mut rows)?;
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
            self.done.rows += rows.len() as u64;
            bytes += rows.iter().map(|(_, value)| value.len() as u64).sum::<u64>();
        }
        Ok(bytes)
    }

    /// The rows of a range of keys. Where one cannot be read, those around it are.
    fn read<V: Value>(
        &mut self,
        table: TableDefinition<'static, u64, V>,
        keys: Range<u64>,
        rows: &mut Vec<(u64, Vec<u8>)>,
    ) -> Result<(), LogError> {
        let read = self.old.read(|transaction| {
            let fault = |error| self.old.fault("Reading", error);
            let table = transaction.open_table(table).map_err(|e| self.old.fault("Reading", e))?;
            let mut found = Vec::new();
            for row in table.range(keys.clone()).map_err(fault)? {
                let (key, value) = row.map_err(fault)?;
                found.push((key.value(), V::as_bytes(&value.value()).as_ref().to_vec()));
            }
            Ok(found)
        });
        match read {
            Ok(found) => {
                rows.extend(found);
                Ok(())
            }
            Err(error) if error.kind() == LogErrorKind::Corrupt && self.done.lost < MOST => {
                let middle = keys.start + (keys.end - keys.start) / 2;
                if middle == keys.start {
                    self.done.lost += 1;
                    return Ok(());
                }
                self.read(table, keys.start..middle, rows)?;
                self.read(table, middle..keys.end, rows)
            }
            Err(error) => Err(error),
        }
    }

    /// Copies how far sinks and sources have come, or nothing of it.
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
            Ok(found)
        });
        let rows = match read {
            Ok(rows) => rows,
            Err(error) if error.kind() == LogErrorKind::Corrupt => {
                self.done.cursors_lost = true;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
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
