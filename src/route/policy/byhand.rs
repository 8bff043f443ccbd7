//! What corrections by hand do to what is held back.

use jiff::Timestamp;

use super::Policies;
use crate::item::Seq;
use crate::story::{Course, StoryId};

impl Policies {
    /// A person's correction was delivered: what waited of that story is out of date.
    pub(in crate::route) fn told(&mut self, channel: &str, story: StoryId, now: Timestamp) {
        let Some(keeper) = self.keepers.get_mut(channel) else { return };
        keeper.take(story);
        keeper.took_place(now);
    }

    /// An item has left its story: another one stands for what waits.
    pub(in crate::route) fn left(
        &mut self,
        story: StoryId,
        item: Seq,
        left: Option<&(Option<Seq>, Course)>,
    ) {
        for keeper in self.keepers.values_mut() {
            let Some(mut pending) = keeper.take(story) else { continue };
            let Some((latest, course)) = left else { continue };
            pending.publishers = course.state.publishers;
            if pending.item == item {
                let Some(latest) = *latest else { continue };
                (pending.item, pending.rank) = (latest, u32::MAX);
            }
            keeper.put(story, pending);
        }
    }

    /// Two stories are one: what waited of the other waits as this one, unless that waits itself.
    pub(in crate::route) fn unite(&mut self, kept: StoryId, alias: StoryId) {
        for keeper in self.keepers.values_mut() {
            let Some(pending) = keeper.take(alias) else { continue };
            if !keeper.pending.contains_key(&kept) {
                keeper.put(kept, pending);
            }
        }
    }
}
