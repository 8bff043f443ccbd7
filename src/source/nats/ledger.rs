//! The ledger: which messages of a consumer are in the log, kept so that a message that comes again
//! is not taken in again.
//!
//! Before the records of a message are sent, the ledger notes the number that the first of them will
//! have. The note is durable no later than the records. On the next start, the numbers that the log
//! has given tell which of the noted messages became durable, wholly or in part; a message that was
//! acknowledged too late, or never because of a kill, is then acknowledged and not folded twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::item::Seq;

use super::ranges::Ranges;

/// Ranges that are kept at most. Messages that are forgotten beyond it, and come again after all,
/// are still recognised by their identity.
const RANGES: usize = 4_096;

/// Times of publication that are kept at most: more than a server that was killed forgets.
const PUBLISHED: usize = 20_000;

/// What is known of a consumer's messages, by their number in the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// Which consumer: when it was made. Another one counts from another start.
    consumer: String,
    /// In the log.
    durable: Ranges,
    /// On the way: number of their first record, and how many records they have.
    under_way: BTreeMap<u64, (Seq, u64)>,
    /// Were on the way when the daemon died.
    tried: BTreeMap<u64, Tried>,
    /// When those that this run took in were published, in nanoseconds: with its number that tells a
    /// message from any other.
    #[serde(skip)]
    published: BTreeMap<u64, i128>,
    /// When the latest of all that were taken in was published. Stored behind the rest.
    #[serde(skip)]
    latest: Option<i128>,
    /// Those that are known without their time were published by then.
    #[serde(skip)]
    before: i128,
}

/// A message that was on the way when the daemon died.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tried {
    /// How often.
    pub(super) times: u32,
    /// Records of it, from the first, that are in the log all the same.
    pub(super) durable: u64,
}

/// What is known of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// To be taken in.
    No(Tried),
    /// On the way.
    UnderWay,
    /// In the log: to be acknowledged.
    Durable,
}

impl Ledger {
    /// As it was stored.
    pub(super) fn read(stored: &[u8]) -> Ledger {
        let Ok((ledger, behind)) = postcard::take_from_bytes::<Ledger>(stored) else {
            return Ledger::default();
        };
        // None: stored by a version that did not keep it.
        let latest = postcard::from_bytes::<i128>(behind).ok();
        Ledger { latest, before: latest.unwrap_or(i128::MAX), ..ledger }
    }

    /// To be stored.
    pub(super) fn write(&self) -> Result<Vec<u8>, postcard::Error> {
        match self.latest {
            Some(latest) => postcard::to_allocvec(&(self, latest)),
            None => postcard::to_allocvec(self),
        }
    }

    /// Finds out what became of the messages that were on the way, when the next record will be
    /// number `next`. Whether the daemon died is known of its end.
    pub(super) fn settle(&mut self, next: Seq, died: bool) {
        // Of the run before, which may not have got to the end of what it had sent on.
        self.published.clear();
        for (message, (first, records)) in std::mem::take(&mut self.under_way) {
            let durable = next.0.saturating_sub(first.0).min(records);
            if durable == records {
                self.durable(message);
            } else {
                let tried = self.tried.entry(message).or_default();
                tried.times += u32::from(died);
                tried.durable += durable;
            }
        }
    }

    /// From which number on what is on the way may have the numbers of other messages that the consumer
    /// made at `made` sends: it is another one, or it has not delivered as much as far as its server
    /// knows, whose store then has gone back in time.
    pub(super) fn outdated_from(&self, made: &str, delivered: u64) -> Option<u64> {
        if self.consumer != made {
            return Some(0);
        }
        let next = delivered.checked_add(1)?;
        self.under_way.range(next..).next().map(|_| next)
    }

    /// The ledger is of the consumer that was made at `made`; of another nothing is known.
    pub(super) fn keep_for(&mut self, made: String) {
        if self.consumer != made {
            // Nothing is known yet, and whatever comes is later than that.
            *self = Ledger { consumer: made, latest: Some(0), ..Ledger::default() };
        }
    }

    /// Messages from `number` on may be others than those that had their numbers before: the time of
    /// their publication tells.
    pub(super) fn forget_from(&mut self, number: u64) {
        self.durable.remove_from(number);
        self.under_way.split_off(&number);
        self.tried.split_off(&number);
    }

    /// Whether what is known of the number is of another message than the one that was published then:
    /// the store went back in time, whether or not anybody lived to note it.
    pub(super) fn is_of_another(&self, number: u64, published: i128) -> bool {
        let is_known = self.durable.contains(number)
            || self.under_way.contains_key(&number)
            || self.tried.contains_key(&number);
        let another = match self.published.get(&number) {
            Some(at) => *at != published,
            None => published > self.before,
        };
        is_known && another
    }

    /// What is known of the message of this number that was published then.
    pub(super) fn known(&self, message: u64, published: i128) -> Known {
        let at = self.published.get(&message);
        if self.under_way.contains_key(&message) {
            Known::UnderWay
        } else if at.is_some_and(|at| *at != published) {
            // Another message that has its number.
            Known::No(Tried::default())
        } else if self.durable.contains(message) || at.is_some() {
            Known::Durable
        } else {
            Known::No(self.tried.get(&message).copied().unwrap_or_default())
        }
    }

    /// The message, published then, is sent on as `records` records, the first of them with number
    /// `first`.
    pub(super) fn send(&mut self, message: u64, published: i128, first: Seq, records: u64) {
        self.under_way.insert(message, (first, records));
        self.latest = self.latest.max(Some(published));
        self.published.insert(message, published);
        if self.published.len() > PUBLISHED {
            let at = self.published.pop_first().map_or(published, |(_, at)| at);
            self.before = self.before.max(at);
        }
    }

    /// All of the message is in the log.
    pub(super) fn durable(&mut self, message: u64) {
        self.under_way.remove(&message);
        self.tried.remove(&message);
        self.durable.insert(message);
        while self.durable.len() > RANGES {
            self.durable.remove_lowest();
        }
    }

    /// The server knows that everything up to `message` is acknowledged: it comes again only when the
    /// store goes back in time.
    pub(super) fn acknowledged(&mut self, message: u64) {
        self.durable.insert_through(message);
        self.tried.retain(|tried, _| *tried > message);
    }
}

#[cfg(test)]
mod tests;
