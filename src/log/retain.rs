//! Retention: what may go, in small steps between commits.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use serde::de::DeserializeOwned;

use super::error::{InTheWay, LogError};
use super::frame::{self, At};
use super::meta::Meta;
use super::record::{Position, Record};
use super::remembered::{Carried, Remembered};
use super::snapshot::read_logged;
use super::spared::{Removed, Spared};
use super::store::{ALIASES, Bytes, CARRIED, DECISIONS, IDENTITIES, LATER, Store};
use super::{Log, cursor};
use crate::clock::SLACK;
use crate::config::{FoldConfig, LogConfig, OnFull};
use crate::item::Seq;

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Records older than this go.
    pub records: Duration,
    /// Records younger than this do not go to make room: state is rebuilt from them.
    pub window: Duration,
    /// How long identities are kept.
    pub identities: Duration,
    /// How long it is kept which channels carried a story.
    pub carried: Duration,
    /// How large the store may grow, in bytes.
    pub max_size: u64,
    /// What happens when it is that large and nothing may go.
    pub on_full: OnFull,
}

/// What one step of retention did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Records of the decision stream that were removed.
    pub records: u64,
    /// How many of them some configured sink had not had.
    pub skipped: u64,
    /// How many of them are of the window by their own time, but ahead of the clock.
    pub ahead: u64,
    /// There is more to remove: call again.
    pub more: bool,
}

/// Records removed in one step: a few milliseconds, so that commits are not held up.
const STEP: u64 = 2_048;
/// A story can be corrected or killed that long after it was carried.
const CARRIED_FOR: Duration = Duration::from_secs(365 * 86_400);

impl Keep {
    /// What the configuration says.
    pub fn new(log: &LogConfig, fold: &FoldConfig) -> Keep {
        Keep {
            records: log.retain,
            window: fold.window,
            identities: fold.identity_retain,
            carried: CARRIED_FOR,
            max_size: log.max_size,
            on_full: log.on_full,
        }
    }

    /// How old a record must be to go for want of room, and the setting that says so.
    fn at_least(&self) -> (&'static str, Duration) {
        match self.records < self.window {
            true => ("`retain`", self.records),
            false => ("`window`", self.window),
        }
    }

    /// The same where all records stay for this long.
    fn holding_back(self, longest: Duration) -> Keep {
        let (records, window) = (self.records.max(longest), self.window.max(longest));
        Keep { records, window, ..self }
    }

    /// Bytes that items under an embargo may take when intake must not wait: with more, the log
    /// would be theirs alone.
    fn held(&self, incoming: u64) -> u64 {
        (self.budget() / 2).min(self.budget().saturating_sub(incoming))
    }

    /// Bytes of records that fit into `max_size`. Pages are not full to the brim, and identities
    /// and trees need room: the file was 1.2 times its records in measurements.
    fn budget(&self) -> u64 {
        self.max_size / 5 * 4
    }
}

impl Log {
    /// Whether `incoming` more bytes fit.
    pub fn has_room(&self, keep: &Keep, incoming: u64) -> bool {
        self.size() + incoming <= keep.budget()
    }

    /// Asks for room for `incoming` more bytes; `now` as for [`Log::trim`].
    ///
    /// # Errors
    /// Full when they do not fit.
    pub fn room(&self, keep: &Keep, incoming: u64, now: Timestamp) -> Result<(), LogError> {
        if self.has_room(keep, incoming) {
            return Ok(());
        }
        Err(LogError::full(keep.max_size, &self.in_the_way(keep, now)?))
    }

    /// Why the oldest records of a full log stay.
    fn in_the_way(&self, keep: &Keep, now: Timestamp) -> Result<InTheWay, LogError> {
        let view = self.view();
        let store = &self.0.store;
        let (bytes, oldest) = store.read(|transaction| Spared::held(store, transaction))?;
        if let Some(item) = oldest.filter(|_| bytes > keep.held(0)) {
            let until = view.decision_of(item)?.and_then(|(_, logged)| match logged.record {
                Record::Decision(decision) => decision.embargo,
                _ => None,
            });
            return Ok(InTheWay::Embargo { bytes, item, until });
        }
        let (first, end) = view.bounds()?;
        if first == end {
            return Ok(InTheWay::Nothing);
        }
        // A damaged record is of no age, as when it is removed.
        let at = view.record(first).ok().flatten().map_or(Timestamp::MIN, |logged| logged.at);
        let (setting, kept) = match (keep.at_least(), self.held_back()) {
            ((_, kept), longest) if longest > kept => ("what a [[channel]] holds back", longest),
            (least, _) => least,
        };
        if at >= cutoff(self.writer().meta.at.max(now), kept) && at <= ageless(now) {
            return Ok(InTheWay::Age(setting));
        }
        let behind = self.cursors().furthest_behind().filter(|(_, next)| *next <= first);
        Ok(behind.map_or(InTheWay::Nothing, |(sink, _)| InTheWay::Sink(sink)))
    }

    /// Removes up to a few thousand records that need not be kept: those past their time, and,
    /// when `incoming` bytes would not fit, the oldest. A record that a configured sink has not
    /// had stays, unless there is no room and `on_full` is `Skip`. So does an item under an embargo
    /// with its decision, though what came after it goes; with `Skip` and no room, as long as all
    /// of those do not take more than half.
    ///
    /// `now` is the time of the last record; while nothing can be committed for want of room that of
    /// the clock, so that records go on ageing. Those ahead of the clock have no age: for want of room
    /// they go, the oldest first.
    pub fn trim(&self, keep: &Keep, incoming: u64, now: Timestamp) -> Result<Trimmed, LogError> {
        let keep = &keep.holding_back(self.held_back());
        let mut writer = self.writer();
        let store = &self.0.store;
        writer.settle(store)?;
        let mut meta = writer.meta;
        let (unsaved, behind) = {
            let cursors = self.cursors();
            (cursors.unsaved(), cursors.furthest_behind().map(|(_, next)| next))
        };
        let behind = behind.unwrap_or(meta.next_position);
        let excess = (meta.bytes + incoming).saturating_sub(keep.budget());
        let cuts = store.read(|transaction| {
            let (ageless, now, end) = (ageless(now), meta.at.max(now), meta.next_position);
            Plan { keep, now, ageless, end, behind, incoming, excess }.cuts(store, transaction)
        })?;
        if cuts.is_empty() {
            return Ok(Trimmed::default());
        }
        writer.stale = true;
        let removed = store.write(|transaction| {
            let removed = cuts.carry_out(store, transaction)?;
            meta.bytes = meta.bytes.saturating_sub(removed.bytes);
            cursor::save(store, transaction, &unsaved)?;
            meta.save(store, transaction)?;
            Ok(removed)
        })?;
        writer.meta = meta;
        writer.stale = false;
        self.cursors().saved(&unsaved);
        let (from, to) = (cuts.first.0, cuts.decisions.0);
        let skipped = to.saturating_sub(behind.0.max(from)) + cuts.given_up;
        // Sizes were estimated: while there is no room and something went, there may be more.
        let more = cuts.more || (to > from && meta.bytes + incoming > keep.budget());
        Ok(Trimmed { records: removed.records, skipped, ahead: cuts.ahead, more })
    }
}

/// What may go, and why.
struct Plan<'k> {
    keep: &'k Keep,
    /// Time of the newest record, on a quiet wire nothing ages; or of the intake that waits.
    now: Timestamp,
    /// Records after this go for want of room: see [`ageless`].
    ageless: Timestamp,
    /// The first position that is not written.
    end: Position,
    /// The first position that some configured sink has not had.
    behind: Position,
    /// Bytes that are to be added.
    incoming: u64,
    /// Bytes that have to go to make room.
    excess: u64,
}

/// Where each table is cut: what is before goes.
struct Cuts {
    first: Position,
    decisions: Position,
    intake: Seq,
    /// What stays though it is before that.
    spared: Spared,
    /// Items under an embargo that do not.
    given_up: u64,
    /// What was spared before is to be cleared away.
    leaves: bool,
    identities: u64,
    carried: u64,
    /// Records of the window that go since they are ahead of the clock.
    ahead: u64,
    more: bool,
}

/// Where the decision stream is cut.
struct Cut {
    first: Position,
    /// The first position that stays.
    to: Position,
    going: u64,
    ahead: u64,
}

impl Plan<'_> {
    fn cuts(&self, store: &Store, transaction: &ReadTransaction) -> Result<Cuts, LogError> {
        let open =
            |table| transaction.open_table(table).map_err(|error| store.fault("Reading", error));
        let decisions = open(DECISIONS)?;
        let Cut { first, to: cut, going, ahead } = self.decisions(store, &decisions)?;
        let remembered = |row: Vec<Remembered>| row.last().map(|last| last.received);
        let identities =
            expired(store, &open(IDENTITIES)?, cutoff(self.now, self.keep.identities), remembered)?;
        let carried = |row: Carried| Some(row.at);
        let carried =
            expired(store, &open(CARRIED)?, cutoff(self.now, self.keep.carried), carried)?;
        let intake = first_decided(store, transaction, &decisions, cut)?;
        let mut spared = Spared::find(store, transaction, cut, intake)?;
        let given_up = match self.keep.on_full {
            OnFull::Skip if self.excess > 0 => spared.give_up(self.keep.held(self.incoming)),
            _ => 0,
        };
        Ok(Cuts {
            first,
            decisions: cut,
            intake,
            leaves: spared.leaves(store, transaction)?,
            spared,
            given_up,
            identities: identities.unwrap_or(0),
            carried: carried.unwrap_or(0),
            ahead,
            more: going == STEP,
        })
    }

    fn decisions(&self, store: &Store, table: &ReadOnlyTable<u64, Bytes>) -> Result<Cut, LogError> {
        let fault = |error| store.fault("Reading", error);
        let old = cutoff(self.now, self.keep.records);
        let young = cutoff(self.now, self.keep.window);
        let (mut first, mut cut) = (None, self.end);
        let (mut freed, mut going, mut ahead) = (0, 0, 0);
        for stored in table.iter().map_err(fault)?.take(STEP as usize) {
            let (key, bytes) = stored.map_err(fault)?;
            let position = Position(key.value());
            cut = position;
            first = first.or(Some(position));
            // A damaged record goes with its neighbours.
            let at = frame::open(bytes.value(), &position.0.to_le_bytes())
                .and_then(|opened| opened.read())
                .map_or(Timestamp::MIN, |At(at)| at);
            let no_room = freed < self.excess;
            let force = no_room && self.keep.on_full == OnFull::Skip;
            let may_go = at < old || (no_room && (at < young || at > self.ageless));
            if !force && (position >= self.behind || !may_go) {
                break;
            }
            // Its item is about as large again: better to free too little and come back.
            freed += 2 * bytes.value().len() as u64;
            going += 1;
            ahead += u64::from(at >= young && at > self.ageless);
            cut = position.next();
        }
        Ok(Cut { first: first.unwrap_or(cut), to: cut, going, ahead })
    }
}

impl Cuts {
    fn is_empty(&self) -> bool {
        self.first == self.decisions && self.identities == 0 && self.carried == 0 && !self.leaves
    }

    fn carry_out(
        &self,
        store: &Store,
        transaction: &WriteTransaction,
    ) -> Result<Removed, LogError> {
        let cut = |table: TableDefinition<'static, u64, Bytes>, to: u64| {
            transaction
                .open_table(table)
                .map_err(|error| store.fault("Writing", error))?
                .retain_in(..to, |_, _| false)
                .map_err(|error| store.fault("Writing", error))
        };
        cut(IDENTITIES, self.identities)?;
        cut(CARRIED, self.carried)?;
        // Ids lead to older stories: where those are forgotten, they lead nowhere.
        transaction
            .open_table(ALIASES)
            .map_err(|error| store.fault("Writing", error))?
            .retain_in(..self.carried, |_, _| false)
            .map_err(|error| store.fault("Writing", error))?;
        transaction
            .open_table(LATER)
            .map_err(|error| store.fault("Writing", error))?
            .retain_in(..self.decisions.0, |_, _| false)
            .map_err(|error| store.fault("Writing", error))?;
        self.spared.cut(store, transaction, self.decisions, self.intake)
    }
}

/// The first intake record that was decided about at `cut` or later.
fn first_decided(
    store: &Store,
    transaction: &ReadTransaction,
    decisions: &ReadOnlyTable<u64, Bytes>,
    cut: Position,
) -> Result<Seq, LogError> {
    let fault = |error| store.fault("Reading", error);
    let mut needed = Meta::load(store, transaction)?.next_seq;
    for stored in decisions.range(cut.0..).map_err(fault)? {
        let (key, bytes) = stored.map_err(fault)?;
        // From the first item on, all later ones have higher numbers.
        if let Ok(logged) = read_logged(Position(key.value()), bytes.value())
            && let Record::Decision(_) | Record::Rejected(_) = logged.record
        {
            needed = logged.record.item().unwrap_or(needed);
            break;
        }
    }
    Ok(needed)
}

/// The key after the last row that is older than `cutoff`.
fn expired<T: DeserializeOwned>(
    store: &Store,
    table: &ReadOnlyTable<u64, Bytes>,
    cutoff: Timestamp,
    at: impl Fn(T) -> Option<Timestamp>,
) -> Result<Option<u64>, LogError> {
    let fault = |error| store.fault("Reading", error);
    let mut bound = None;
    for stored in table.iter().map_err(fault)?.take(STEP as usize) {
        let (key, bytes) = stored.map_err(fault)?;
        let key = key.value();
        let row = frame::open(bytes.value(), &key.to_le_bytes()).and_then(|opened| opened.read());
        // A damaged row goes with its neighbours.
        if row.ok().and_then(&at).is_some_and(|at| at >= cutoff) {
            break;
        }
        bound = Some(key + 1);
    }
    Ok(bound)
}

/// The time after which records are ahead of the clock, which shows `now`: how old they are is not
/// known, and they would not grow older until the clock has caught up.
fn ageless(now: Timestamp) -> Timestamp {
    now.saturating_add(SLACK).unwrap_or(Timestamp::MAX)
}

/// The time before which records are older than `keep`.
fn cutoff(now: Timestamp, keep: Duration) -> Timestamp {
    SignedDuration::try_from(keep)
        .ok()
        .and_then(|keep| now.checked_sub(keep).ok())
        .unwrap_or(Timestamp::MIN)
}
