//! A set of numbers that come mostly in order, kept as ranges.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ranges(
    /// First to last of each range; they neither touch nor overlap.
    BTreeMap<u64, u64>,
);

impl Ranges {
    pub(super) fn contains(&self, number: u64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, last)| *last >= number)
    }

    pub(super) fn insert(&mut self, number: u64) {
        if self.contains(number) {
            return;
        }
        let before = self.0.range(..number).next_back().map(|(first, last)| (*first, *last));
        let first = match before {
            Some((first, last)) if last + 1 == number => first,
            _ => number,
        };
        let last = number.checked_add(1).and_then(|next| self.0.remove(&next)).unwrap_or(number);
        self.0.insert(first, last);
    }

    /// Puts in everything up to and including `number`.
    pub(super) fn insert_through(&mut self, number: u64) {
        // What begins right behind it is of the same range.
        let kept = self.0.split_off(&number.saturating_add(2));
        let last = self.0.values().next_back().map_or(number, |last| number.max(*last));
        self.0 = kept;
        self.0.insert(0, last);
    }

    /// Takes out everything from `number` on.
    pub(super) fn remove_from(&mut self, number: u64) {
        self.0.split_off(&number);
        if let Some(mut range) = self.0.last_entry() {
            let last = number.saturating_sub(1).min(*range.get());
            range.insert(last);
        }
    }

    /// How many ranges there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes out the lowest range.
    pub(super) fn remove_lowest(&mut self) {
        self.0.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_hold_what_a_plain_set_holds(
            steps in proptest::collection::vec((0_u64..40, 0_u8..20), 0..80)
        ) {
            let (mut ranges, mut plain) = (Ranges::default(), std::collections::BTreeSet::new());
            for (number, cut) in steps {
                match cut {
                    0 | 1 => {
                        ranges.insert_through(number);
                        plain.extend(0..=number);
                    }
                    2 => {
                        ranges.remove_from(number);
                        plain.retain(|held| *held < number);
                    }
                    _ => {
                        ranges.insert(number);
                        plain.insert(number);
                    }
                }
                for number in 0..41 {
                    prop_assert_eq!(ranges.contains(number), plain.contains(&number));
                }
                let gaps = plain.iter().filter(|held| !plain.contains(&(**held + 1))).count();
                prop_assert_eq!(ranges.len(), gaps, "neighbours are one range");
            }
        }
    }
}
