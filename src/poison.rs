//! Poison: an item that was in hand when a stage panicked, twice in a row, is rejected instead of
//! tried a third time, so that one bad item cannot crash-loop a newsroom (DESIGN section 8.7).
//!
//! A panic in a stage leaves its state in doubt, so the daemon stops and is started again by its
//! supervisor; the source sends the item again. What was in hand is written beside the log, since
//! the item itself never reached it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::format::Record;
use crate::item::{Reject, RejectKind};

mod purpose;

pub(crate) use purpose::panic_if_asked;

/// Poison items remembered; beyond it the oldest is forgotten.
const MOST: usize = 1_000;

/// What an item is known by across a restart: a digest of its source and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(u64);

impl Mark {
    /// No item in hand.
    pub const NONE: Mark = Mark(0);

    /// The mark of a record of `source`.
    pub fn of(source: &str, record: &Record) -> Mark {
        let mut hasher = Xxh3::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(source.as_bytes());
        match record {
            Ok(item) => {
                part(item.uri.as_deref().unwrap_or_default().as_bytes());
                part(&item.version.unwrap_or_default().to_le_bytes());
                part(item.headline.as_bytes());
                part(item.body.as_deref().unwrap_or_default().as_bytes());
            }
            Err(reject) => part(&reject.bytes),
        }
        Mark(hasher.digest().max(1))
    }
}

/// The item that a stage has in hand at the moment. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct InHand(Arc<AtomicU64>);

impl InHand {
    /// Takes an item in hand, or puts it down with [`Mark::NONE`].
    pub fn hold(&self, mark: Mark) {
        self.0.store(mark.0, Ordering::Relaxed);
    }

    /// What is in hand.
    pub fn held(&self) -> Option<Mark> {
        Some(Mark(self.0.load(Ordering::Relaxed))).filter(|mark| *mark != Mark::NONE)
    }
}

/// What earlier runs panicked on.
#[derive(Debug)]
pub struct Poison {
    path: PathBuf,
    known: Known,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    /// In hand at the last panic.
    last: Option<Panic>,
    /// In hand at two panics in a row, oldest first.
    poison: Vec<Panic>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Panic {
    item: Mark,
    stage: String,
    message: String,
}

impl Poison {
    /// Reads what stands in the data directory. A file that cannot be understood is as good as
    /// none: the worst that follows is one more restart.
    pub fn load(data: &Path) -> Poison {
        let path = data.join("panics.json");
        let known = std::fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Poison { path, known }
    }

    /// The reject that stands in for a poison item; `None` for any other.
    pub fn reject(&self, mark: Mark, record: &Record) -> Option<Reject> {
        let panic = self.known.poison.iter().find(|panic| panic.item == mark)?;
        let reason = format!(
            "the stage `{}` panicked twice with this item in hand: {}.",
            panic.stage, panic.message
        );
        Some(match record {
            Ok(item) => {
                // No clock here: whatever has an embargo counts as held.
                let held = item.embargoed.is_some() || item.has_open_embargo(&item.markers);
                Reject::of(RejectKind::Poison, reason, item, held)
            }
            Err(reject) => {
                let bytes = &reject.bytes;
                Reject { offset: None, ..Reject::new(RejectKind::Poison, reason, 0, bytes) }
            }
        })
    }

    /// Notes that `stage` panicked with `item` in hand.
    pub fn note(&mut self, stage: &str, item: Mark, message: &str) -> io::Result<()> {
        let panic = Panic { item, stage: stage.to_owned(), message: message.to_owned() };
        let again = self.known.last.as_ref().is_some_and(|last| last.item == item);
        if again && self.known.poison.iter().all(|known| known.item != item) {
            self.known.poison.push(panic.clone());
            let over = self.known.poison.len().saturating_sub(MOST);
            self.known.poison.drain(..over);
        }
        self.known.last = Some(panic);
        std::fs::write(&self.path, serde_json::to_vec_pretty(&self.known)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Item;

    fn record(headline: &str) -> Record {
        Ok(Item { headline: headline.to_owned(), ..Item::default() })
    }

    #[test]
    fn an_item_in_hand_at_two_panics_in_a_row_is_poison() {
        let folder = tempfile::tempdir().unwrap();
        let (bad, good) = (record("bad"), record("good"));
        let (bad_mark, good_mark) = (Mark::of("s", &bad), Mark::of("s", &good));
        Poison::load(folder.path()).note("fold", bad_mark, "index 3").unwrap();
        assert!(Poison::load(folder.path()).reject(bad_mark, &bad).is_none(), "once is chance");
        Poison::load(folder.path()).note("fold", bad_mark, "index 3").unwrap();
        let poison = Poison::load(folder.path());
        let reject = poison.reject(bad_mark, &bad).unwrap();
        assert_eq!(reject.kind, RejectKind::Poison);
        assert!(reject.reason.contains("`fold`"), "{}", reject.reason);
        assert_eq!(reject.bytes, br#"{"headline":"bad","pubstatus":"usable"}"#);
        assert!(poison.reject(good_mark, &good).is_none());
    }

    #[test]
    fn two_panics_on_different_items_poison_neither() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (record("a"), record("b"));
        let mut poison = Poison::load(folder.path());
        poison.note("fold", Mark::of("s", &a), "").unwrap();
        poison.note("fold", Mark::of("s", &b), "").unwrap();
        assert!(poison.reject(Mark::of("s", &a), &a).is_none());
        assert!(poison.reject(Mark::of("s", &b), &b).is_none());
    }

    #[test]
    fn the_mark_depends_on_source_and_text() {
        let record = record("a");
        assert_eq!(Mark::of("s", &record), Mark::of("s", &record));
        assert_ne!(Mark::of("s", &record), Mark::of("t", &record));
    }
}
