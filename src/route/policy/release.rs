//! What time brings about: gates open, deadlines pass.

use jiff::Timestamp;

use super::keeper::{Keeper, Limits, Step};
use super::pending::Pending;
use super::{Policies, Released};
use crate::log::record::Timer;
use crate::log::{Digest, DigestEntry, Gate, Withheld};
use crate::story::StoryId;

impl Policies {
    /// Looks at what is due at `now`.
    pub(in crate::route) fn wake(&mut self, now: Timestamp) -> Released {
        let mut released = Released::default();
        for (channel, keeper) in &mut self.keepers {
            keeper.wake(channel, now, &mut released);
        }
        self.keepers.retain(|_, keeper| !keeper.is_idle());
        released
    }
}

impl Keeper {
    fn wake(&mut self, channel: &str, now: Timestamp, released: &mut Released) {
        let mut together: Vec<(StoryId, Pending)> = Vec::new();
        for story in self.due(now) {
            let Some(pending) = self.take(story) else { continue };
            self.look_at(channel, story, pending, now, &mut together, released);
        }
        let told = self.left_out.filter(|left_out| left_out.due <= now);
        if let Some(left_out) = told
            && together.is_empty()
        {
            match self.free_at(now) {
                // The notice itself keeps to the rate.
                Some(free) => {
                    let due = free;
                    self.left_out = Some(super::keeper::LeftOut { due, ..left_out });
                    return;
                }
                None => self.took_place(now),
            }
        }
        if !together.is_empty() {
            // The place on the channel is used already: all that waits for one comes along.
            let others = self.pending.iter().filter(|(_, it)| it.gate == Gate::Rate);
            let others: Vec<StoryId> = others.map(|(story, _)| *story).collect();
            for story in others {
                let Some(pending) = self.take(story) else { continue };
                self.look_at(channel, story, pending, now, &mut together, released);
            }
        }
        self.put_together(channel, together, now, released);
    }

    fn look_at(
        &mut self,
        channel: &str,
        story: StoryId,
        mut pending: Pending,
        now: Timestamp,
        together: &mut Vec<(StoryId, Pending)>,
        released: &mut Released,
    ) {
        let with_room = pending.together && !together.is_empty();
        let (item, channel) = (pending.item, channel.to_owned());
        let urgent = pending.urgent;
        let held_back = |channel, gate, until, word: &str| {
            let withheld = Withheld { channel, gate, until, urgent };
            let (channels, reason) = (Vec::new(), format!("{word}{withheld}."));
            let withheld = vec![withheld];
            Timer { at: now, story, item, channels, withheld, reason, shown: None }
        };
        match self.step(story, &pending, now, with_room) {
            Step::Go if pending.together => {
                if together.is_empty() {
                    self.took_place(now);
                }
                self.carried(story, pending.first, now);
                together.push((story, pending));
            }
            Step::Go => {
                self.delivered(story, pending.first, now);
                let (channels, withheld) = (vec![channel], Vec::new());
                let reason = pending.reason();
                let timer = Timer { at: now, story, item, channels, withheld, reason, shown: None };
                released.timers.push(timer);
            }
            Step::Wait(gate, until) => {
                // A start finds out by itself that there is no place.
                let needs_place = matches!(gate, Gate::Rate | Gate::Updates);
                if !needs_place && (gate, until) != (pending.gate, pending.until) {
                    released.timers.push(held_back(channel, gate, Some(until), "Still "));
                }
                pending.hold(gate, until);
                self.put(story, pending);
            }
            Step::Drop(gate) => {
                self.leave_out(gate, pending.count, now);
                released.timers.push(held_back(channel, gate, None, ""));
            }
        }
    }

    /// Makes digests of what goes out together. A single story goes out as itself.
    fn put_together(
        &mut self,
        channel: &str,
        mut together: Vec<(StoryId, Pending)>,
        now: Timestamp,
        released: &mut Released,
    ) {
        let due = self.left_out.filter(|it| it.due <= now || !together.is_empty());
        if due.is_none()
            && let [(story, pending)] = &together[..]
        {
            let (story, item, reason) = (*story, pending.item, pending.reason());
            let (channels, withheld) = (vec![channel.to_owned()], Vec::new());
            let timer = Timer { at: now, story, item, channels, withheld, reason, shown: None };
            released.timers.push(timer);
            return;
        }
        if together.is_empty() && due.is_none() {
            return;
        }
        self.left_out = None;
        together.sort_by_key(|(story, pending)| (pending.since, *story));
        let quiet = together.iter().any(|(_, pending)| pending.gate == Gate::Quiet);
        let mut left_out = due.map_or(0, |due| due.count);
        let mut limits = due.map(|due| due.limits).unwrap_or_default();
        together.iter().for_each(|(_, pending)| limits.note(pending.gate));
        let first = together.first().map(|(_, pending)| pending.since);
        let since = first.into_iter().chain(due.map(|due| due.since)).min().unwrap_or(now);
        let entries: Vec<DigestEntry> = together
            .iter()
            .map(|(story, it)| DigestEntry { story: *story, item: it.item, count: it.count })
            .collect();
        let reason = reason(quiet, limits, entries.len(), left_out);
        let mut parts: Vec<&[DigestEntry]> = entries.chunks(Digest::MOST).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for (n, part) in parts.into_iter().enumerate() {
            if n > 0 {
                self.took_place(now);
            }
            released.digests.push(Digest {
                at: now,
                channel: channel.to_owned(),
                since,
                entries: part.to_vec(),
                left_out: std::mem::take(&mut left_out),
                reason: reason.clone(),
                shown: Vec::new(),
            });
        }
    }
}

fn reason(quiet: bool, limits: Limits, stories: usize, left_out: u64) -> String {
    let why = match limits {
        _ if quiet => "Quiet hours",
        Limits { updates: true, rate: false } => "More updates of a story than the channel takes",
        Limits { updates: true, rate: true } => "More than the channel takes",
        Limits { updates: false, .. } => "More than the channel's rate",
    };
    let held = match stories {
        0 => String::new(),
        1 => ": 1 story was held".to_owned(),
        n => format!(": {n} stories were held"),
    };
    let dropped = match left_out {
        1 => "1 delivery was dropped".to_owned(),
        n => format!("{n} deliveries were dropped"),
    };
    match (left_out, stories) {
        (0, _) => format!("{why}{held}."),
        (_, 0) => format!("{why}: {dropped}."),
        (_, _) => format!("{why}{held}, {dropped}."),
    }
}
