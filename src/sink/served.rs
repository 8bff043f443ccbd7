//! Which channels a sink delivers along the log: what one configuration decided on those that it had
//! then, what the next decides on its own. So also when the sink lags behind both, when the daemon was
//! started in between, and when the sink is sent back.

use serde::{Deserialize, Serialize};

use crate::log::Position;

/// Stretches that are remembered.
const MOST: usize = 32;

/// What a sink delivers, stretch by stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Served {
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

impl Served {
    /// The same channels all along.
    pub(super) fn always(channels: Vec<String>) -> Served {
        let from = Some(Position::default());
        Served { stretches: vec![Stretch { channels, from, ..Stretch::default() }] }
    }

    /// A start with a configuration that has these channels; `noted`: its record is in the log already,
    /// which ends at `end`.
    pub(super) fn start(
        &mut self,
        channels: Vec<String>,
        config: &str,
        noted: bool,
        end: Position,
    ) {
        match self.stretches.last() {
            Some(last) if noted && last.channels == channels => {}
            Some(_) if !noted => {
                self.change(config, end, channels);
            }
            // Never here, or only with a version that wrote no such thing down, or not configured
            // when that record was written.
            _ => *self = Served::always(channels),
        }
    }

    /// Other channels in the end. Also the same ones, if they wait for the record of a configuration that
    /// may never come into force. Returns whether anything is new.
    pub(super) fn change(&mut self, config: &str, since: Position, channels: Vec<String>) -> bool {
        let waits = |stretch: &Stretch| stretch.from.is_none();
        let is_last = self.stretches.last().is_some_and(|last| {
            last.channels == channels
                && (last.config == config || !self.stretches.iter().any(waits))
        });
        if is_last {
            return false;
        }
        if self.stretches.len() == MOST {
            // What is over, or else what came into force for the shortest time, if ever.
            self.stretches.remove(usize::from(waits(&self.stretches[1])));
        }
        self.stretches.push(Stretch { config: config.to_owned(), since, channels, from: None });
        true
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
    /// end carried then.
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
    fn at(served: &Served, next: u64) -> [String; 2] {
        [served.at(Position(next)).0.join(" "), served.last().join(" ")]
    }

    /// `a`, then `b` by a configuration that never came into force, then `c` from 9 on.
    fn turned() -> Served {
        let mut served = Served::default();
        served.start(channels("a"), "one", true, Position(1));
        served.start(channels("b"), "two", false, Position(5));
        assert!(served.change("three", Position(6), channels("c")));
        served.turned("three", Position(9));
        served
    }

    #[test]
    fn channels_change_at_the_record_that_says_so() {
        let served = turned();
        assert_eq!(at(&served, 8), ["a", "c"]);
        assert_eq!(at(&served, 9), ["c", "c"]);
        assert_eq!(served.at(Position(8)).1.len(), 1, "what never came into force is forgotten");
    }

    #[test]
    fn a_record_of_the_same_configuration_at_another_time_is_another_one() {
        let mut served = turned();
        served.change("one", Position(12), channels("d"));
        served.turned("one", Position(11));
        served.turned("three", Position(12));
        assert_eq!(at(&served, 30), ["c", "d"]);
        served.change("three", Position(14), channels("c"));
        served.turned("one", Position(13));
        served.turned("three", Position(20));
        assert_eq!(
            ["a", "c", "d", "c"],
            [8, 9, 13, 20].map(|next| at(&served, next)[0].clone())[..]
        );
    }

    #[test]
    fn the_same_channels_by_a_third_configuration_need_not_wait_for_the_second() {
        let mut served = Served::always(channels("a"));
        assert!(!served.change("one", Position(1), channels("a")));
        assert!(served.change("two", Position(2), channels("b")));
        assert!(!served.change("two", Position(3), channels("b")));
        assert!(served.change("three", Position(3), channels("b")));
        served.turned("three", Position(7));
        assert_eq!([at(&served, 6), at(&served, 7)], [["a", "b"], ["b", "b"]]);
    }

    #[test]
    fn a_start_whose_configuration_is_noted_already_waits_for_no_record() {
        let mut served = Served::always(channels("a"));
        served.start(channels("b"), "one", true, Position(5));
        assert_eq!(served, Served::always(channels("b")));
        let mut served = turned();
        served.start(channels("c"), "three", true, Position(20));
        assert_eq!(served, turned());
    }

    #[test]
    fn what_is_sent_back_delivers_what_it_had_and_what_it_has_now() {
        let mut served = turned();
        served.sent_to(Position(4));
        assert_eq!([at(&served, 4), at(&served, 9)], [["a c", "c"], ["c", "c"]]);
    }

    #[test]
    fn so_much_is_remembered_and_no_more() {
        let mut served = Served::always(channels("a"));
        for n in 0..500 {
            served.change(&n.to_string(), Position(n), channels(&n.to_string()));
        }
        assert_eq!((served.stretches.len(), at(&served, 0)), (MOST, ["a".into(), "499".into()]));
        let mut served = Served::always(channels("a"));
        for n in 0..500 {
            served.change(&n.to_string(), Position(n), channels(&n.to_string()));
            served.turned(&n.to_string(), Position(n + 1));
        }
        assert_eq!(
            (served.stretches.len(), at(&served, 500)),
            (MOST, ["499".into(), "499".into()])
        );
    }
}
