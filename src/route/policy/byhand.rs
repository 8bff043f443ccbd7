//! What corrections by hand do to what is held back.

use jiff::Timestamp;

use super::Policies;
use crate::config::Repeats;
use crate::item::Seq;
use crate::story::{Course, StoryId};

impl Policies {
    /// A person's correction was delivered: what waited of that story is out of date.
    pub(in crate::route) fn told(&mut self, channel: &str, story: StoryId, now: Timestamp) {
        let Some(keeper) = self.keepers.get_mut(channel) else { return };
        keeper.take(story);
        keeper.took_place(now);
    }

    /// An item has left its story: another one stands for what waits, of a story that was not shown
    /// yet the latest, of the publisher `family`.
    pub(in crate::route) fn left(
        &mut self,
        story: StoryId,
        item: Seq,
        left: Option<&(Option<Seq>, Course)>,
        family: u32,
    ) {
        for keeper in self.keepers.values_mut() {
            let Some(mut pending) = keeper.take(story) else { continue };
            let Some((latest, course)) = left else { continue };
            pending.publishers = course.state.publishers;
            let latest = latest.map(|latest| (latest, family));
            if pending.give_up(|_, it| it == item, latest) {
                keeper.put(story, pending);
            }
        }
    }

    /// Two stories are one: what waited of the other waits as this one, unless that waits itself.
    /// Where a channel has carried either, which `carried` tells with its policy for repeats, what
    /// waits is no longer new to it.
    pub(in crate::route) fn unite(
        &mut self,
        kept: StoryId,
        alias: StoryId,
        carried: impl Fn(&str) -> Option<Repeats>,
    ) {
        for (channel, keeper) in &mut self.keepers {
            let mut pending = match (keeper.take(kept), keeper.take(alias)) {
                (Some(mut own), Some(other)) => {
                    own.take_in(other);
                    own
                }
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => continue,
            };
            match carried(channel) {
                Some(Repeats::First) if pending.first => continue,
                Some(_) => pending.first = false,
                None => {}
            }
            keeper.put(kept, pending);
        }
    }
}
