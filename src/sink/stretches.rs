//! Which channels a sink delivers along the log: what one configuration decided on those that it had
//! then, what the next decides on its own. So also when the sink lags behind both, when the daemon was
//! started in between, and when the sink is sent back.

use serde::{Deserialize, Serialize};

use crate::log::Position;

/// Stretches that are remembered.
const MOST: usize = 32;

/// What a sink delivers, stretch by stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretches {
    /// In the order of the log.
    stretches: Vec<Stretch>,
}

/// The channels from the record on that notes a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// Digest of the configuration; of the first stretch none.
    pub(super) config: String,
    /// Its record is here, or later.
    pub(super) since: Position,
    pub(super) channels: Vec<String>,
    /// The position behind that record, once it was read.
    from: Option<Position>,
}

impl Stretches {
    /// The same channels all along.
    pub(super) fn always(channels: Vec<String>) -> Stretches {
        let from = Some(Position::default());
        Stretches { stretches: vec![Stretch { channels, from, ..Stretch::default() }] }
    }

    /// Other channels in the end, from the record of a configuration on, which is at `since` or later.
    /// The same ones count as others while a record is waited for that may never come: another
    /// configuration took its place before it came into force. Returns whether anything is new.
    pub(super) fn change(&mut self, config: &str, since: Position, channels: Vec<String>) -> bool {
        let Some(last) = self.stretches.last() else {
            // Never here, or only with a version that wrote no such thing down.
            *self = Stretches::always(channels);
            return false;
        };
        let is_known = last.config == config || self.waits_since().is_none();
        if last.channels == channels && is_known {
            return false;
        }
        if self.stretches.len() == MOST {
            self.stretches.remove(self.least_needed());
        }
        self.stretches.push(Stretch { config: config.to_owned(), since, channels, from: None });
        true
    }

    /// The stretch without which the others say the same, nearly: what is over, or another one that
    /// changed nothing.
    fn least_needed(&self) -> usize {
        let same = |pair: &[Stretch]| pair[0].channels == pair[1].channels;
        let is_over = self.stretches[1].from.is_some();
        let waiting =
            self.stretches.windows(2).position(|pair| pair[1].from.is_none() && same(pair));
        if is_over { 0 } else { waiting.unwrap_or(0) + 1 }
    }

    /// Where the first record that is waited for may be, at the earliest.
    pub(super) fn waits_since(&self) -> Option<Position> {
        let waits = |stretch: &&Stretch| stretch.from.is_none();
        self.stretches.iter().filter(waits).map(|stretch| stretch.since).min()
    }

    /// The channels in the end.
    pub(super) fn last(&self) -> &[String] {
        self.stretches.last().map_or(&[], |last| &last.channels)
    }

    /// The channels at a position, and the stretches that follow.
    pub(super) fn at(&self, next: Position) -> (&[String], &[Stretch]) {
        let place = self.place_of(next);
        let then = self.stretches.get(place + 1..).unwrap_or_default();
        (self.stretches.get(place).map_or(&[], |stretch| &stretch.channels), then)
    }

    /// The record of a configuration was read; `from` is behind it. What waits for one before it has never
    /// come into force.
    pub(super) fn turned(&mut self, config: &str, from: Position) {
        let is_it = |stretch: &Stretch| {
            stretch.config == config
                && stretch.since < from
                && stretch.from.is_none_or(|known| known == from)
        };
        let Some(place) = self.stretches.iter().position(is_it) else { return };
        let mut later = self.stretches.split_off(place);
        later[0].from = Some(from);
        self.stretches.retain(|stretch| stretch.from.is_some());
        self.stretches.append(&mut later);
    }

    /// The sink is sent to `to`: it delivers what it had there, and what the channels that it has in the
    /// end stretches then.
    pub(super) fn sent_to(&mut self, to: Position) {
        let (place, last) = (self.place_of(to), self.last().to_vec());
        for stretch in self.stretches.iter_mut().skip(place) {
            let added = last.iter().filter(|channel| !stretch.channels.contains(channel));
            let added: Vec<String> = added.cloned().collect();
            stretch.channels.extend(added);
        }
    }

    fn place_of(&self, next: Position) -> usize {
        let is_on = |stretch: &Stretch| stretch.from.is_some_and(|from| from <= next);
        self.stretches.iter().rposition(is_on).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    /// The channels at a position and in the end.
    fn at(stretches: &Stretches, next: u64) -> [String; 2] {
        [stretches.at(Position(next)).0.join(" "), stretches.last().join(" ")]
    }

    /// `a`, then `b` by a configuration that never came into force, then `c` from 9 on.
    fn turned() -> Stretches {
        let mut stretches = Stretches::default();
        stretches.change("one", Position(1), channels("a"));
        assert!(stretches.change("two", Position(5), channels("b")));
        assert!(stretches.change("three", Position(6), channels("c")));
        stretches.turned("three", Position(9));
        stretches
    }

    #[test]
    fn channels_change_at_the_record_that_says_so() {
        let stretches = turned();
        assert_eq!(at(&stretches, 8), ["a", "c"]);
        assert_eq!(at(&stretches, 9), ["c", "c"]);
        assert_eq!(stretches.at(Position(8)).1.len(), 1, "what never came into force is forgotten");
    }

    #[test]
    fn a_record_of_the_same_configuration_at_another_time_is_another_one() {
        let mut stretches = turned();
        stretches.change("one", Position(12), channels("d"));
        stretches.turned("one", Position(11));
        stretches.turned("three", Position(12));
        assert_eq!(at(&stretches, 30), ["c", "d"]);
        stretches.change("three", Position(14), channels("c"));
        stretches.turned("one", Position(13));
        stretches.turned("three", Position(20));
        assert_eq!(
            ["a", "c", "d", "c"],
            [8, 9, 13, 20].map(|next| at(&stretches, next)[0].clone())[..]
        );
    }

    #[test]
    fn the_same_channels_by_a_third_configuration_need_not_wait_for_the_second() {
        let mut stretches = Stretches::always(channels("a"));
        assert!(!stretches.change("one", Position(1), channels("a")));
        assert!(stretches.change("two", Position(2), channels("b")));
        assert!(!stretches.change("two", Position(3), channels("b")));
        assert!(stretches.change("three", Position(3), channels("b")));
        stretches.turned("three", Position(7));
        assert_eq!([at(&stretches, 6), at(&stretches, 7)], [["a", "b"], ["b", "b"]]);
    }

    #[test]
    fn what_is_sent_back_delivers_what_it_had_and_what_it_has_now() {
        let mut stretches = turned();
        stretches.sent_to(Position(4));
        assert_eq!([at(&stretches, 4), at(&stretches, 9)], [["a c", "c"], ["c", "c"]]);
    }

    #[test]
    fn so_much_is_remembered_and_no_more() {
        let mut stretches = Stretches::always(channels("a"));
        for n in 0..500 {
            stretches.change(&n.to_string(), Position(n), channels(&n.to_string()));
            stretches.turned(&n.to_string(), Position(n + 1));
        }
        assert_eq!(
            (stretches.stretches.len(), at(&stretches, 500)),
            (MOST, ["499".into(), "499".into()])
        );
    }

    #[test]
    fn reloads_that_change_nothing_do_not_push_out_the_one_that_did() {
        let mut stretches = Stretches::always(channels("a"));
        for n in 0..500 {
            stretches.change(&n.to_string(), Position(n), channels("b"));
        }
        assert_eq!(stretches.stretches.len(), MOST);
        stretches.turned("0", Position(2));
        assert_eq!([at(&stretches, 1), at(&stretches, 2)], [["a", "b"], ["b", "b"]]);
        stretches.turned("499", Position(600));
        assert_eq!(at(&stretches, 600), ["b", "b"]);
    }
}
