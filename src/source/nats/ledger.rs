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

    /// Whether numbers that the consumer made at `made` sends may be those of other messages than are
    /// known here: it is another one, or it has delivered nothing beyond `delivered` as far as its server
    /// knows, whose store then has gone back in time.
    pub(super) fn is_outdated(&self, made: &str, delivered: u64) -> bool {
        let on_the_way = self.under_way.last_key_value().map(|(number, _)| *number);
        !self.is_of(made) || self.durable.last().max(on_the_way) > Some(delivered)
    }

    /// Whether it is of the consumer that was made then.
    pub(super) fn is_of(&self, made: &str) -> bool {
        self.consumer == made
    }

    /// The ledger is of the consumer that was made at `made`; of another nothing is known, nor of what
    /// that has not delivered. It may be known all the same when it comes: by its identity.
    pub(super) fn keep_for(&mut self, made: String, delivered: u64) {
        if self.consumer != made {
            *self = Ledger { consumer: made, ..Ledger::default() };
        }
        if self.is_outdated(&self.consumer, delivered) {
            self.forget_from(delivered.saturating_add(1));
        }
    }

    /// Messages from `number` on may be others than those that had their numbers before: the time of
    /// their publication tells.
    pub(super) fn forget_from(&mut self, number: u64) {
        self.durable.remove_from(number);
        self.under_way.split_off(&number);
        self.tried.split_off(&number);
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
        self.published.insert(message, published);
        if self.published.len() > PUBLISHED {
            self.published.pop_first();
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

    /// The server knows that everything up to `message` is acknowledged: it never comes again.
    pub(super) fn acknowledged(&mut self, message: u64) {
        self.durable.remove_through(message);
        self.tried.retain(|tried, _| *tried > message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(messages: &[(u64, u64, u64)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (message, first, records) in messages {
            ledger.send(*message, 0, Seq(*first), *records);
        }
        ledger
    }

    #[test]
    fn a_message_whose_records_are_all_in_the_log_is_not_taken_in_again() {
        let mut ledger = sent(&[(7, 100, 2), (8, 102, 3), (9, 105, 1)]);
        assert_eq!(ledger.known(8, 0), Known::UnderWay);
        ledger.settle(Seq(104), true);
        assert_eq!(ledger.known(7, 0), Known::Durable);
        assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 1, durable: 2 }));
        assert_eq!(ledger.known(9, 0), Known::No(Tried { times: 1, durable: 0 }));
    }

    #[test]
    fn what_is_left_of_a_message_after_two_deaths_adds_up() {
        let mut ledger = sent(&[(8, 102, 5)]);
        ledger.settle(Seq(104), true);
        // The two records in the log are not sent again.
        ledger.send(8, 0, Seq(104), 3);
        ledger.settle(Seq(105), true);
        assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 2, durable: 3 }));
    }

    #[test]
    fn an_orderly_end_is_held_against_no_message() {
        let mut ledger = sent(&[(8, 102, 5)]);
        ledger.settle(Seq(104), false);
        assert_eq!(ledger.known(8, 0), Known::No(Tried { times: 0, durable: 2 }));
    }

    #[test]
    fn a_message_without_records_is_durable_at_once() {
        let mut ledger = sent(&[(3, 50, 0)]);
        ledger.settle(Seq(50), true);
        assert_eq!(ledger.known(3, 0), Known::Durable);
    }

    #[test]
    fn what_the_server_will_not_send_again_is_forgotten() {
        let mut ledger = Ledger::default();
        for message in [1, 2, 3, 5] {
            ledger.durable(message);
        }
        ledger.acknowledged(2);
        assert_eq!(ledger.known(2, 0), Known::No(Tried::default()));
        assert_eq!(ledger.known(3, 0), Known::Durable);
    }

    #[test]
    fn another_consumer_starts_from_nothing() {
        let mut ledger = Ledger::default();
        ledger.keep_for("monday".to_owned(), 0);
        ledger.durable(1);
        assert!(!ledger.is_outdated("monday", 1));
        ledger.keep_for("monday".to_owned(), 1);
        assert_eq!(ledger.known(1, 0), Known::Durable);
        assert!(ledger.is_outdated("tuesday", 1));
        ledger.keep_for("tuesday".to_owned(), 1);
        assert_eq!(ledger.known(1, 0), Known::No(Tried::default()));
    }

    #[test]
    fn a_store_that_went_back_in_time_numbers_other_messages_alike() {
        let mut ledger = Ledger::default();
        ledger.keep_for("monday".to_owned(), 0);
        (1..=200).for_each(|message| ledger.durable(message));
        ledger.send(201, 7, Seq(900), 1);
        assert!(ledger.is_outdated("monday", 100) && ledger.is_outdated("monday", 200));
        ledger.keep_for("monday".to_owned(), 100);
        assert_eq!(ledger.known(100, 0), Known::Durable);
        for message in [101, 200, 201] {
            assert_eq!(ledger.known(message, 0), Known::No(Tried::default()), "{message}");
        }
        assert_eq!(ledger.known(201, 7), Known::Durable, "the same, which the server forgot");
        assert!(!ledger.is_outdated("monday", 100));
    }

    #[test]
    fn a_stream_with_gaps_does_not_make_the_ledger_grow_without_end() {
        let mut ledger = Ledger::default();
        (0..3 * RANGES as u64).for_each(|message| ledger.durable(2 * message));
        assert_eq!(ledger.durable.len(), RANGES);
        assert_eq!(ledger.known(2 * (3 * RANGES as u64 - 1), 0), Known::Durable);
    }
}
