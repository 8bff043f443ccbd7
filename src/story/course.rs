//! How a story goes on when items of it are under embargo. They are not counted in it before they
//! come out; what it is then is found when anything is decided about it, since they come out though
//! no item comes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FoldDecision, StoryState};
use crate::item::Seq;

/// What a decision says of the items of its story that are under embargo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    /// Until when the item itself is held and not counted; [`Decision::OPEN_EMBARGO`] when that is
    /// not known.
    ///
    /// [`Decision::OPEN_EMBARGO`]: crate::log::Decision::OPEN_EMBARGO
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::optional")]
    pub until: Option<Timestamp>,
    /// Held items whose place it takes, or that it withdraws.
    pub ends: Vec<Seq>,
    /// Held items that it contradicts.
    pub contradicts: Vec<Seq>,
    /// The held items that are still to be counted after it, in the order in which they come out.
    pub to_come: Box<[Coming]>,
}

/// A held item, and what its story is once it is out, if nothing else comes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coming {
    /// The item.
    pub item: Seq,
    /// When its embargo ends; [`Decision::OPEN_EMBARGO`] when that is not known.
    ///
    /// [`Decision::OPEN_EMBARGO`]: crate::log::Decision::OPEN_EMBARGO
    #[serde(with = "jiff::fmt::serde::timestamp::microsecond::required")]
    pub until: Timestamp,
    /// The story then.
    pub state: StoryState,
}

/// A story as an item comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// The story with the item.
    pub state: StoryState,
    /// True when the item makes the story disputed.
    pub disputes: bool,
}

/// A story's state, now and as its held items come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The state without them.
    pub state: StoryState,
    /// They, in the order in which they come out.
    pub to_come: Box<[Coming]>,
}

impl Course {
    /// The state at a time until which nothing comes.
    pub fn at(&self, now: Timestamp) -> StoryState {
        let out = self.to_come.iter().rev().find(|coming| coming.until <= now);
        out.map_or(self.state, |coming| coming.state)
    }

    /// Whether all that was told by `now` was withdrawn, while others hold more of the story: with what comes
    /// out then it begins anew.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.at(now).killed && self.to_come.iter().any(|coming| !coming.state.killed)
    }

    /// The story as a held item comes out.
    pub fn with(&self, item: Seq) -> Option<Out> {
        let place = self.to_come.iter().position(|coming| coming.item == item)?;
        let before = place.checked_sub(1).map_or(self.state, |before| self.to_come[before].state);
        let state = self.to_come[place].state;
        Some(Out { state, disputes: state.disputed && !before.disputed })
    }
}

impl FoldDecision {
    /// How the story goes on from here.
    pub fn course(&self) -> Course {
        let to_come = self.ahead.as_ref().map(|ahead| ahead.to_come.clone());
        Course { state: self.state, to_come: to_come.unwrap_or_default() }
    }

    /// The story with the decision's own item, `item`: as it comes, or as it comes out.
    pub fn out(&self, item: Seq) -> Out {
        let held = self.ahead.as_ref().and_then(|_| self.course().with(item));
        held.unwrap_or(Out { state: self.state, disputes: self.disputes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::sample::{at, state};

    #[test]
    fn a_story_is_what_it_is_with_all_that_has_come_out() {
        let coming = |item, until, items, disputed| Coming {
            item: Seq(item),
            until: at(until),
            state: StoryState { items, disputed, ..state(1) },
        };
        let to_come = [coming(7, 60, 2, false), coming(3, 90, 3, true), coming(4, 90, 4, true)];
        let course = Course { state: state(1), to_come: to_come.into() };
        let items = |second| course.at(at(second)).items;
        assert_eq!([59, 60, 89, 90, 1_000].map(items), [1, 2, 2, 4, 4]);
        let with = |item| course.with(Seq(item)).map(|out| (out.state.items, out.disputes));
        assert_eq!([7, 3, 4].map(with), [Some((2, false)), Some((3, true)), Some((4, false))]);
        assert_eq!(with(8), None);
    }
}
