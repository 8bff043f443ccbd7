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
        if channels.is_empty() {
            return Ok(());
        }
        let was = self.carried(story)?;
        self.note(was, channels, &[], meta)
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
        let Carried { channels: all, before, .. } = self.carried(story)?;
        let is_first = |channel| !all.contains(channel) || before.contains(channel);
        Ok(channels.iter().map(is_first).collect())
    }

    /// All that was told of a story was withdrawn, and it will begin anew.
    pub(super) fn end(&mut self, story: StoryId, meta: &Meta) -> Result<(), LogError> {
        let was = self.carried(story)?;
        let before = was.channels.clone();
        self.note(was, &[], &before, meta)
    }

    /// A story became another one, which counts as carried where it was.
    pub(super) fn carry_over(
        &mut self,
        alias: StoryId,
        kept: StoryId,
        meta: &Meta,
    ) -> Result<(), LogError> {
        let Carried { channels, before, .. } = self.carried(alias)?;
        let (before, since): (Vec<_>, Vec<_>) =
            channels.into_iter().partition(|channel| before.contains(channel));
        let was = self.carried(kept)?;
        let before: Vec<_> = before.into_iter().filter(|it| !was.channels.contains(it)).collect();
        self.note(was, &since, &before, meta)
    }

    /// The channels that carried a story. A damaged row is replaced by what is known from then on; `log
    /// verify` would have told.
    fn carried(&self, story: StoryId) -> Result<Carried, LogError> {
        let stored =
            self.carried.get(story.0).map_err(|error| self.store.fault("Reading", error))?;
        let read = stored.and_then(|stored| {
            let opened = frame::open(stored.value(), &story.0.to_le_bytes());
            opened.and_then(|opened| Carried::read(&opened)).ok()
        });
        Ok(read.unwrap_or_else(|| {
            let at = Timestamp::UNIX_EPOCH;
            Carried { story, at, channels: Vec::new(), before: Vec::new() }
        }))
    }

    /// Notes beside what `was` known of a story that channels carried it, of them `before` only before it
    /// began anew.
    fn note(
        &mut self,
        was: Carried,
        since: &[String],
        before: &[String],
        meta: &Meta,
    ) -> Result<(), LogError> {
        let story = was.story;
        let key = story.0.to_le_bytes();
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
