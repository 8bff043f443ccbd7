//! What a sink has given up, and what becomes of it when it is tried once more.

use super::{Keeper, Turn};
use crate::channel::Event;
#[cfg(feature = "mail")]
use crate::log::Position;
use crate::sink::state::{DeadLetter, State, cut};

impl Keeper {
    /// Keeps a delivery as a dead letter. False when there is no room for one more.
    pub(in crate::sink) fn bury(&self, event: &Event, attempts: u32, reason: &str) -> bool {
        let now = self.clock.now();
        let mut inner = self.lock();
        if event.channel().is_some() && !inner.state.has_room() {
            return false;
        }
        inner.state.bury(event, now, attempts, reason);
        inner.live.retry_at = None;
        // Before the cursor: killed between the two, it is tried and buried again, not lost.
        self.note_state(&inner.state);
        true
    }

    /// Keeps what was made of the deliveries of a channel, this one the first, as a dead letter with the
    /// id of that. Returns the id, or nothing when there is no room for one more.
    #[cfg(feature = "mail")]
    pub(in crate::sink) fn bury_digest(
        &self,
        channel: &str,
        first: Position,
        reason: &str,
    ) -> Option<String> {
        let (at, id) = (self.clock.now(), format!("{channel}/{first}"));
        let mut inner = self.lock();
        if !inner.state.has_room() {
            return None;
        }
        inner.state.keep(DeadLetter {
            id: id.clone(),
            channel: channel.to_owned(),
            position: first,
            at,
            attempts: 1,
            reason: cut(reason),
            again: false,
        });
        self.note_state(&inner.state);
        Some(id)
    }

    /// Whether there is a dead letter of this id.
    #[cfg(feature = "mail")]
    pub(in crate::sink) fn has_letter(&self, id: &str) -> bool {
        self.lock().state.letters().any(|letter| letter.id == id)
    }

    /// A dead letter was delivered after all. Not if it was only collected, and what was collected has
    /// been passed over since.
    pub(in crate::sink) fn risen(&self, turn: Turn, letter: &DeadLetter, own: Vec<u8>) {
        let mut inner = self.lock();
        if self.collects && inner.turn != turn {
            return;
        }
        inner.state.discard(std::slice::from_ref(&letter.id));
        inner.own = own;
        self.note_state(&inner.state);
        self.note_cursor(&inner);
    }

    /// A dead letter was not taken once more.
    pub(in crate::sink) fn refused_again(&self, letter: &DeadLetter, reason: &str) {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.state.refused_again(letter, now, reason);
        self.note_state(&inner.state);
    }

    /// A dead letter was not taken once more, and will be attempted again.
    pub(in crate::sink) fn failed_again(&self, letter: &DeadLetter, reason: &str) {
        let now = self.clock.now();
        let mut inner = self.lock();
        inner.live.error = Some((now, cut(reason)));
        inner.state.failed_again(letter, now, reason);
        self.note_state(&inner.state);
    }

    /// Changes the dead letters.
    pub(in crate::sink) fn with_letters(&self, change: impl FnOnce(&mut State) -> usize) -> usize {
        let mut inner = self.lock();
        let count = change(&mut inner.state);
        // Whatever waited is attempted at once.
        inner.live.retry_at = None;
        self.note_state(&inner.state);
        self.changed.notify_one();
        count
    }
}
