//! Stories that became another one. Outlives the records, as long as what carried them does.

use redb::ReadableTable;

use super::error::LogError;
use super::read::View;
use super::store::ALIASES;
use crate::story::StoryId;

impl View {
    /// Calls `each` with every story that is an alias, and the story it is an alias of. That one
    /// may be an alias itself.
    pub fn aliases(&self, mut each: impl FnMut(StoryId, StoryId)) -> Result<(), LogError> {
        self.0.read(|transaction| {
            let fault = |error| self.0.fault("Reading", error);
            // A log of an earlier version has no such table.
            let Ok(table) = transaction.open_table(ALIASES) else { return Ok(()) };
            for stored in table.iter().map_err(fault)? {
                let (alias, kept) = stored.map_err(fault)?;
                each(StoryId(alias.value()), StoryId(kept.value()));
            }
            Ok(())
        })
    }

    /// The story that an id means now: itself, unless it became another one.
    pub fn resolve(&self, story: StoryId) -> Result<StoryId, LogError> {
        self.0.read(|transaction| {
            let fault = |error| self.0.fault("Reading", error);
            let Ok(table) = transaction.open_table(ALIASES) else { return Ok(story) };
            let mut resolved = story;
            while let Some(kept) = table.get(resolved.0).map_err(fault)? {
                // An alias is always of an older story: this ends.
                resolved = StoryId(kept.value().min(resolved.0.saturating_sub(1)));
            }
            Ok(resolved)
        })
    }
}
