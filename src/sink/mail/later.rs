//! What stands behind the state of a mail sink. An older version passes it over, and what an older
//! version wrote ends before it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Span, State, is_letter};
use crate::log::Position;

/// What is durable, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Later {
    /// Who has a digest that is being sent, or never gets it.
    pub(super) served: BTreeMap<String, Vec<String>>,
    /// Digests that were given up, by the ids of their dead letters.
    pub(super) refused: BTreeMap<String, Refused>,
}

/// A digest that was given up: sent once more, it is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    pub(super) channel: String,
    pub(super) span: Span,
    /// When it was due, in seconds.
    pub(super) due: i64,
    /// Who has it, or never gets it.
    pub(super) served: Vec<String>,
}

/// Reads what [`encode`] wrote, or an older version.
pub(super) fn decode(own: &[u8]) -> (State, Later) {
    match postcard::take_from_bytes(own) {
        Ok((state, behind)) => (state, postcard::from_bytes(behind).unwrap_or_default()),
        Err(_) => Default::default(),
    }
}

pub(super) fn encode(state: &State, later: &Later) -> Vec<u8> {
    // Names and numbers: encoding them cannot fail.
    postcard::to_allocvec(&(state, later)).unwrap_or_default()
}

/// A state as it is stored, without what was collected and is not mailed: the sink was sent to another
/// place of the log, and collects from there. Dead letters that were asked for again are of no place.
pub(in crate::sink) fn pass_over(own: &[u8]) -> Vec<u8> {
    let (mut state, mut later) = decode(own);
    state.waiting.clear();
    state.sending.retain(|key, _| is_letter(key));
    later.served.retain(|key, _| is_letter(key));
    encode(&state, &later)
}

/// A state that was stored since, without the letters that another one, of before that, has done with.
pub(in crate::sink) fn settle(stored: &[u8], done: &[u8]) -> Vec<u8> {
    let ((mut state, later), (done, _)) = (decode(stored), decode(done));
    state.sending.retain(|key, _| !is_letter(key) || done.sending.contains_key(key));
    encode(&state, &later)
}

/// The first position that a digest will be made of, by a state as it is stored.
pub(in crate::sink) fn needs(own: &[u8]) -> Option<Position> {
    let (state, _) = decode(own);
    let sending = state.sending.values().map(|(span, _)| span);
    state.waiting.values().chain(sending).map(|span| span.from).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_version_wrote_is_read_and_the_other_way_round() {
        let span = Span { from: Position(3), to: Position(9) };
        let state = State { waiting: [("a".to_owned(), span)].into(), ..State::default() };
        let older = postcard::to_allocvec(&state).unwrap();
        assert_eq!(decode(&older), (state.clone(), Later::default()));
        let served = [("a".to_owned(), vec!["desk@example.org".to_owned()])].into();
        let later = Later { served, ..Later::default() };
        let newer = encode(&state, &later);
        assert_eq!(decode(&newer), (state.clone(), later));
        assert_eq!(postcard::from_bytes::<State>(&newer).unwrap(), state);
        assert_eq!(decode(&[]), Default::default());
    }

    #[test]
    fn a_letter_that_was_sent_while_the_sink_went_elsewhere_is_not_sent_again() {
        let span = Span { from: Position(3), to: Position(9) };
        let with = |keys: &[&str]| {
            let sending = keys.iter().map(|key| ((*key).to_owned(), (span, 0))).collect();
            encode(&State { sending, ..State::default() }, &Later::default())
        };
        let stored = pass_over(&with(&["harbour/7", "harbour/8", "harbour"]));
        assert_eq!(stored, with(&["harbour/7", "harbour/8"]));
        assert_eq!(settle(&stored, &with(&["harbour/8", "harbour"])), with(&["harbour/8"]));
    }
}
