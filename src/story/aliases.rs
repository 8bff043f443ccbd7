//! Where stories lead that became others.

use foldhash::HashMap;

use super::StoryId;

/// Ids of stories that became others, each with the story that it means now. As large as what was
/// added and not forgotten.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    /// Always to what is no alias itself, so that one look is enough.
    leads: HashMap<StoryId, StoryId>,
    /// The ids that lead to a story.
    of: HashMap<StoryId, Vec<StoryId>>,
}

impl Aliases {
    /// The story that an id means now.
    pub(crate) fn resolve(&self, id: StoryId) -> StoryId {
        if self.leads.is_empty() {
            return id;
        }
        self.leads.get(&id).copied().unwrap_or(id)
    }

    /// Lets a story, and all that leads to it, lead to another one.
    pub(crate) fn add(&mut self, alias: StoryId, kept: StoryId) {
        let (alias, kept) = (self.resolve(alias), self.resolve(kept));
        if alias == kept {
            return;
        }
        let mut moved = self.of.remove(&alias).unwrap_or_default();
        moved.push(alias);
        self.leads.extend(moved.iter().map(|id| (*id, kept)));
        self.of.entry(kept).or_default().extend(moved);
    }

    /// Forgets the ids that lead to a story.
    pub(crate) fn forget(&mut self, story: StoryId) {
        for alias in self.of.remove(&story).into_iter().flatten() {
            self.leads.remove(&alias);
        }
    }

    /// Every alias with the story that it means now, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (StoryId, StoryId)> + '_ {
        self.leads.iter().map(|(alias, kept)| (*alias, *kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_what_its_story_became_in_the_end_in_whatever_order_it_is_told() {
        for told in [[(3, 2), (2, 1), (5, 3)], [(5, 3), (2, 1), (3, 2)], [(2, 1), (5, 3), (3, 2)]] {
            let mut aliases = Aliases::default();
            for (alias, kept) in told {
                aliases.add(StoryId(alias), StoryId(kept));
            }
            aliases.add(StoryId(9), StoryId(8));
            let found = [1, 2, 3, 4, 5, 9].map(|id| aliases.resolve(StoryId(id)).0);
            assert_eq!(found, [1, 1, 1, 4, 1, 8], "{told:?}");
            assert_eq!(aliases.iter().count(), 4);
            aliases.forget(StoryId(1));
            assert_eq!(aliases.iter().collect::<Vec<_>>(), [(StoryId(9), StoryId(8))]);
            assert_eq!(aliases.resolve(StoryId(5)), StoryId(5));
        }
    }
}
