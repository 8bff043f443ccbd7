//! What a courier must know again after a restart, beside its cursor.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::stretches::Stretches;
use crate::channel::Event;
use crate::log::Position;

/// Dead letters that a sink keeps. One more pauses it: a receiver that takes nothing at all is a
/// matter for a person.
pub(super) const MOST_LETTERS: usize = if cfg!(test) { 40 } else { 1_000 };
/// Reasons come from receivers and are cut at this many bytes.
const LONGEST_REASON: usize = 500;

/// The durable state of a courier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// Why nothing is delivered.
    pub(super) paused: Option<Pause>,
    /// What has been tried in vain for the next delivery.
    pub(super) effort: Option<Effort>,
    /// What was not taken, by position and channel.
    letters: BTreeMap<(Position, String), DeadLetter>,
    /// Which channels it delivers from where on. Stored behind the others.
    #[serde(skip)]
    pub(super) stretches: Stretches,
}

/// Why a sink stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pause {
    /// Since when.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub at: Timestamp,
    /// Who or what stopped it, in words.
    pub reason: String,
}

/// Attempts at one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Effort {
    /// The delivery.
    pub(super) id: String,
    /// When the first attempt failed.
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub(super) since: Timestamp,
    /// Attempts that failed.
    pub(super) attempts: u32,
}

/// A delivery that was given up. Its content stays in the log as long as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The delivery id, `channel/position`.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The position in the log.
    pub position: Position,
    /// When it was given up.
    #[serde(with = "time")]
    pub at: Timestamp,
    /// Attempts that were made.
    pub attempts: u32,
    /// What the receiver said.
    pub reason: String,
    /// It is to be delivered once more.
    pub again: bool,
}

/// A time that people read as text, and that is stored in microseconds.
mod time {
    use jiff::Timestamp;
    use jiff::fmt::serde::timestamp::microsecond::required as stored;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { at.serialize(to) } else { stored::serialize(at, to) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        if from.is_human_readable() {
            Timestamp::deserialize(from)
        } else {
            stored::deserialize(from)
        }
    }
}

/// Version of the encoding of [`State`].
const VERSION: u8 = 1;

impl State {
    /// Reads what [`State::encode`] wrote; empty bytes are a courier that was never here.
    pub(super) fn decode(bytes: &[u8]) -> Option<State> {
        match bytes {
            [] => Some(State::default()),
            [VERSION, stored @ ..] => {
                let (state, behind) = postcard::take_from_bytes::<State>(stored).ok()?;
                let stretches = match behind {
                    [] => Stretches::default(),
                    behind => postcard::from_bytes(behind).ok()?,
                };
                Some(State { stretches, ..state })
            }
            _ => None,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        // Fails only for sequences of unknown length, which it has none of.
        postcard::to_extend(&(self, &self.stretches), vec![VERSION]).unwrap_or_default()
    }

    /// The dead letters, oldest first.
    pub(super) fn letters(&self) -> impl Iterator<Item = &DeadLetter> {
        self.letters.values()
    }

    /// The number of dead letters.
    pub(super) fn dead(&self) -> usize {
        self.letters.len()
    }

    /// Whether one more can be kept.
    pub(super) fn has_room(&self) -> bool {
        self.letters.len() < MOST_LETTERS
    }

    /// Keeps a delivery as a dead letter. One that comes again after a kill is the same letter. A gap
    /// is on no channel and is not kept.
    pub(super) fn bury(&mut self, event: &Event, at: Timestamp, attempts: u32, reason: &str) {
        let Some(channel) = event.channel() else { return };
        self.keep(DeadLetter {
            id: event.id(),
            channel: channel.to_owned(),
            position: event.position(),
            at,
            attempts,
            reason: cut(reason),
            again: false,
        });
    }

    /// Keeps a dead letter.
    pub(super) fn keep(&mut self, letter: DeadLetter) {
        self.letters.insert((letter.position, letter.channel.clone()), letter);
    }

    /// The oldest letter that is to be delivered once more.
    pub(super) fn again(&self) -> Option<&DeadLetter> {
        self.letters.values().find(|letter| letter.again)
    }

    /// Marks the letters of these ids, or all, to be delivered once more. Returns how many.
    pub(super) fn mark(&mut self, ids: &[String]) -> usize {
        let chosen = self.letters.values_mut().filter(|letter| chosen(ids, &letter.id));
        chosen.map(|letter| letter.again = true).count()
    }

    /// Forgets the letters of these ids, or all. Returns how many.
    pub(super) fn discard(&mut self, ids: &[String]) -> usize {
        let before = self.letters.len();
        self.letters.retain(|_, letter| !chosen(ids, &letter.id));
        before - self.letters.len()
    }

    /// A letter was not taken once more, and stays dead.
    pub(super) fn refused_again(&mut self, letter: &DeadLetter, at: Timestamp, reason: &str) {
        self.failed_again(letter, at, reason);
        if let Some(letter) = self.letters.get_mut(&(letter.position, letter.channel.clone())) {
            letter.again = false;
        }
    }

    /// A letter was not taken once more, and is attempted again.
    pub(super) fn failed_again(&mut self, letter: &DeadLetter, at: Timestamp, reason: &str) {
        let key = (letter.position, letter.channel.clone());
        let Some(letter) = self.letters.get_mut(&key) else { return };
        letter.at = at;
        letter.attempts = letter.attempts.saturating_add(1);
        letter.reason = cut(reason);
    }
}

/// No ids mean all.
fn chosen(ids: &[String], id: &str) -> bool {
    ids.is_empty() || ids.iter().any(|chosen| chosen == id)
}

pub(super) fn cut(reason: &str) -> String {
    reason[..reason.floor_char_boundary(LONGEST_REASON)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Lost, VERSION as EVENT};
    use crate::log::GapCause;

    #[test]
    fn a_state_comes_back_as_it_was_and_a_strange_one_is_noticed() {
        let effort = Effort { id: "a/7".to_owned(), since: Timestamp::UNIX_EPOCH, attempts: 3 };
        let stretches = Stretches::always(vec!["a".to_owned()]);
        let state = State { effort: Some(effort), stretches, ..State::default() };
        assert_eq!(State::decode(&state.encode()), Some(state.clone()));
        // As earlier versions wrote it.
        let bare = State { stretches: Stretches::default(), ..state };
        let written = postcard::to_extend(&bare, vec![VERSION]).unwrap();
        assert_eq!(State::decode(&written), Some(bare));
        assert_eq!(State::decode(&[]), Some(State::default()));
        assert_eq!(State::decode(&[VERSION + 1, 0]), None);
        assert_eq!(State::decode(&[VERSION, 1]), None);
    }

    #[test]
    fn a_dead_letter_is_told_in_words_and_stored_as_ever() {
        let letter = DeadLetter {
            id: "a/7".to_owned(),
            channel: "a".to_owned(),
            position: Position(7),
            at: "2026-03-01T06:00:00Z".parse().unwrap(),
            attempts: 1,
            reason: "no".to_owned(),
            again: false,
        };
        let told = serde_json::to_value(&letter).unwrap();
        assert_eq!(told["at"], "2026-03-01T06:00:00Z");
        // As versions wrote it that told it in microseconds.
        let stored = postcard::to_allocvec(&letter).unwrap();
        let as_ever = ("a/7", "a", 7_u64, 1_772_344_800_000_000_i64, 1_u32, "no", false);
        assert_eq!(stored, postcard::to_allocvec(&as_ever).unwrap());
        assert_eq!(postcard::from_bytes::<DeadLetter>(&stored).unwrap(), letter);
    }

    #[test]
    fn a_gap_is_nobodys_dead_letter() {
        let lost = Lost { v: EVENT, from: Position(1), to: Position(3), cause: GapCause::Trimmed };
        let mut state = State::default();
        state.bury(&Event::Gap(lost), Timestamp::UNIX_EPOCH, 1, "no");
        assert_eq!(state.dead(), 0);
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        assert_eq!(cut(&"é".repeat(400)).len(), 500);
        assert_eq!(cut(&format!("a{}", "é".repeat(400))).len(), 499);
    }
}
