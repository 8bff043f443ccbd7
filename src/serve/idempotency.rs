//! `Idempotency-Key`: a push that is sent again is answered as before, not taken in again.
//!
//! After the IETF draft draft-ietf-httpapi-idempotency-key-header. Answers are kept in memory: a
//! push repeated after a restart is taken in again, where its items are repeats by identity.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Answers kept; beyond it the oldest go.
const MOST: usize = 10_000;
/// Bytes of all answers kept.
const MOST_BYTES: usize = 16 << 20;

/// A token's name and the key it has sent.
pub(super) type Key = (String, String);

/// The answer that a push was given: status and JSON.
pub(super) type Reply = (u16, String);

/// What to do with a push that has a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Push {
    /// It is the first of its key: take it in.
    First,
    /// The first one is still being worked on.
    Running,
    /// It was answered so.
    Answered(Reply),
    /// Its key was used for something else.
    Different,
}

/// Keys and their answers.
#[derive(Debug, Default)]
pub(super) struct Replies {
    known: HashMap<Key, Known>,
    /// Answered keys, oldest first.
    order: VecDeque<(Timestamp, Key)>,
    bytes: usize,
}

#[derive(Debug)]
struct Known {
    /// Digest of what was pushed.
    digest: u128,
    reply: Option<Reply>,
}

impl Replies {
    /// A push with that key and digest begins.
    pub(super) fn begin(&mut self, key: &Key, digest: u128, now: Timestamp) -> Push {
        self.forget(|at| now.duration_since(at) > KEPT);
        match self.known.get(key) {
            None => {
                self.known.insert(key.clone(), Known { digest, reply: None });
                Push::First
            }
            Some(known) if known.digest != digest => Push::Different,
            Some(Known { reply: None, .. }) => Push::Running,
            Some(Known { reply: Some(reply), .. }) => Push::Answered(reply.clone()),
        }
    }

    /// The push has been answered.
    pub(super) fn answer(&mut self, key: Key, reply: Reply, now: Timestamp) {
        let Some(known) = self.known.get_mut(&key) else { return };
        self.bytes += reply.1.len();
        known.reply = Some(reply);
        self.order.push_back((now, key));
        while self.order.len() > MOST || self.bytes > MOST_BYTES {
            let Some((_, oldest)) = self.order.pop_front() else { break };
            self.remove(&oldest);
        }
    }

    /// The push came to nothing: the next one of its key is the first.
    pub(super) fn abandon(&mut self, key: &Key) {
        self.known.remove(key);
    }

    fn forget(&mut self, too_old: impl Fn(Timestamp) -> bool) {
        while self.order.front().is_some_and(|(at, _)| too_old(*at)) {
            let Some((_, key)) = self.order.pop_front() else { break };
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &Key) {
        let reply = self.known.remove(key).and_then(|known| known.reply);
        self.bytes -= reply.map_or(0, |(_, body)| body.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key(name: &str) -> Key {
        ("push".to_owned(), name.to_owned())
    }

    fn reply(body: &str) -> Reply {
        (202, body.to_owned())
    }

    #[test]
    fn a_push_is_taken_in_once_and_answered_as_before() {
        let mut replies = Replies::default();
        assert_eq!(replies.begin(&key("a"), 1, at(0)), Push::First);
        assert_eq!(replies.begin(&key("a"), 1, at(0)), Push::Running);
        replies.answer(key("a"), reply("done"), at(1));
        assert_eq!(replies.begin(&key("a"), 1, at(2)), Push::Answered(reply("done")));
        assert_eq!(replies.begin(&key("a"), 2, at(2)), Push::Different);
        let other = ("other".to_owned(), "a".to_owned());
        assert_eq!(replies.begin(&other, 2, at(2)), Push::First, "keys belong to their token");
    }

    #[test]
    fn a_push_that_came_to_nothing_may_come_again() {
        let mut replies = Replies::default();
        replies.begin(&key("a"), 1, at(0));
        replies.abandon(&key("a"));
        assert_eq!(replies.begin(&key("a"), 2, at(1)), Push::First);
    }

    #[test]
    fn answers_are_kept_for_a_day_and_within_bounds() {
        let mut replies = Replies::default();
        replies.begin(&key("a"), 1, at(0));
        replies.answer(key("a"), reply("done"), at(0));
        assert_ne!(replies.begin(&key("a"), 1, at(86_400)), Push::First);
        assert_eq!(replies.begin(&key("a"), 1, at(86_401)), Push::First);
        let large = "x".repeat(MOST_BYTES / 4);
        for n in 0..9 {
            let key = key(&n.to_string());
            replies.begin(&key, 1, at(90_000));
            replies.answer(key, reply(&large), at(90_000));
        }
        assert_eq!((replies.order.len(), replies.bytes), (4, MOST_BYTES));
        assert_eq!(replies.begin(&key("8"), 1, at(90_000)), Push::Answered(reply(&large)));
    }
}
