//! Which channels carried a story, in the log.

use std::collections::BTreeSet;

use jiff::Timestamp;
use redb::ReadableTable;

use super::Tables;
use crate::log::error::LogError;
use crate::log::frame::{self, Kind};
use crate::log::meta::Meta;
use crate::log::remembered::Carried;
use crate::story::StoryId;

impl Tables<'_> {
    /// Adds to the channels that carried a story; writes only when one is new.
    pub(super) fn carry(
        &mut self,
        story: StoryId,
        channels: &[String],
        meta: &Meta,
    ) -> Result<(), LogError> {
        self.note(story, channels, &[], meta)
    }

    /// Which of these channels have carried nothing of a story so far, or nothing that was not withdrawn
    /// before it begins anew.
    pub(super) fn firsts(
        &self,
        story: StoryId,
        channels: &[String],
    ) -> Result<Vec<bool>, LogError> {
        if channels.is_empty() {
            return Ok(Vec::new());
        }
        let carried = self.carried(story)?.unwrap_or_else(|| nowhere(story));
        let Carried { channels: all, before, .. } = carried;
        let is_first = |channel| !all.contains(channel) || before.contains(channel);
        Ok(channels.iter().map(is_first).collect())
    }

    /// All that was told of a story was withdrawn, and it will begin anew.
    pub(super) fn end(&mut self, story: StoryId, meta: &Meta) -> Result<(), LogError> {
        let carried = self.carried(story)?;
        self.note(story, &[], &carried.map(|it| it.channels).unwrap_or_default(), meta)
    }

    /// A story became another one, which counts as carried where it was.
    pub(super) fn carry_over(
        &mut self,
        alias: StoryId,
        kept: StoryId,
        meta: &Meta,
    ) -> Result<(), LogError> {
        let Some(Carried { channels, before, .. }) = self.carried(alias)? else { return Ok(()) };
        let (before, since): (Vec<_>, Vec<_>) =
            channels.into_iter().partition(|channel| before.contains(channel));
        let Carried { channels, .. } = self.carried(kept)?.unwrap_or_else(|| nowhere(kept));
        let before: Vec<_> = before.into_iter().filter(|it| !channels.contains(it)).collect();
        self.note(kept, &since, &before, meta)
    }

    /// The channels that carried a story. Of a damaged row it is not known.
    fn carried(&self, story: StoryId) -> Result<Option<Carried>, LogError> {
        let stored =
            self.carried.get(story.0).map_err(|error| self.store.fault("Reading", error))?;
        let Some(stored) = stored else { return Ok(None) };
        let opened = frame::open(stored.value(), &story.0.to_le_bytes());
        Ok(opened.and_then(|opened| Carried::read(&opened)).ok())
    }

    /// Notes that channels carried a story, of them `before` only before it ended.
    fn note(
        &mut self,
        story: StoryId,
        since: &[String],
        before: &[String],
        meta: &Meta,
    ) -> Result<(), LogError> {
        if since.is_empty() && before.is_empty() {
            return Ok(());
        }
        let key = story.0.to_le_bytes();
        // A damaged row is replaced by what is known now; `log verify` would have told.
        let was = self.carried(story)?.unwrap_or_else(|| nowhere(story));
        let all: BTreeSet<&String> = was.channels.iter().chain(since).chain(before).collect();
        let only_before: BTreeSet<&String> =
            was.before.iter().filter(|it| !since.contains(it)).chain(before).collect();
        if all.len() == was.channels.len() && only_before.len() == was.before.len() {
            return Ok(());
        }
        let owned = |names: BTreeSet<&String>| names.into_iter().cloned().collect();
        let row = Carried { story, at: meta.at, channels: owned(all), before: owned(only_before) };
        // Most stories never end: their rows are as ever.
        match row.before.is_empty() {
            true => frame::seal(Kind::Carried, &key, &row, &mut self.bytes)?,
            false => frame::seal(Kind::Carried, &key, &(&row, &row.before), &mut self.bytes)?,
        }
        self.carried
            .insert(story.0, self.bytes.as_slice())
            .map_err(|error| self.store.fault("Writing", error))?;
        Ok(())
    }
}

/// A story that no channel carried.
fn nowhere(story: StoryId) -> Carried {
    Carried { story, at: Timestamp::UNIX_EPOCH, channels: Vec::new(), before: Vec::new() }
}
