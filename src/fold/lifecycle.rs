//! Corrections and kills: which item of the same provider they mean, and what becomes of its story.
//!
//! In this order: does it correct or kill? Has that been done, or is there a newer version (`known`)?
//! Whom does it mean? A name is surer than words, and words are surer than a slugline, under which
//! wires run many stories. A kill that means nothing that came is kept, and waits. What does neither
//! is asked whether a kill came before it.

use jiff::Timestamp;

use super::candidates::Found;
use super::identity::{Known, Names};
use super::profile::Profile;
use super::stories::Story;
use super::window::Live;
use super::{Candidate, Fold};
use crate::item::Seq;
use crate::prepare::{Prepared, Rejected, version_time};
use crate::story::{Evidence, FoldDecision, StoryId, Verdict};

/// From which probability a kill means an item that it does not name.
const WITHDRAWS: f32 = 0.8;

impl Fold {
    /// Corrections and kills: of the same provider, from a source that may, found by name.
    pub(super) fn lifecycle(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
        known: Option<Known>,
        found: &Found,
    ) -> Option<Result<FoldDecision, Rejected>> {
        if !prepared.item.lifecycle {
            return None;
        }
        let Some(verdict) = Verdict::claimed_by(prepared) else {
            let grave = match known {
                Some(known) => Some(known).filter(|kill| self.waits_for(prepared, kill)),
                None => self.grave(prepared, names),
            }?;
            let reason = "A kill of this item came before it.".to_owned();
            return Some(Ok(self.again(prepared, profile, Verdict::Repeat, grave, reason)));
        };
        let known = known.filter(|known| self.is_last_said(names, known));
        if let Some(outcome) = self.resent(prepared, profile, names, known, verdict) {
            return Some(outcome);
        }
        let kills = verdict == Verdict::Kill;
        let named = self.named(profile, names, known);
        let target = named
            .map(|known| (known.seq, known.story, "Names"))
            .or_else(|| {
                self.of_slugline(profile).map(|(seq, story)| (seq, story, "Has the slugline of"))
            })
            .or_else(|| {
                let alike = kills.then(|| self.alike(profile, found))?;
                alike.map(|(seq, story)| (seq, story, "Is nearly word for word"))
            });
        match target {
            Some((of, story, how)) => {
                let reason = format!("{how} item {of}, of the same provider.");
                let evidence = Evidence { of: Some(of), ..self.because(reason) };
                let mut decision = self.decided(prepared, profile, verdict, story, evidence);
                if kills && !decision.state.killed {
                    decision.evidence.reason.push_str(" Others stand by the story.");
                }
                Some(Ok(decision))
            }
            None if kills => {
                let reason = "Withdraws an item that has not come yet: kept until it does.";
                let story = StoryId(self.next_story);
                Some(Ok(self.decided(prepared, profile, verdict, story, self.because(reason))))
            }
            None => None,
        }
    }

    /// Lets what withdraws an item of its source by its uri, and does not say who sent it, be of the same
    /// provider. `logged`: the family that it had before a restart, which may find less; 0 for none.
    pub(super) fn know_provider(
        &self,
        prepared: &Prepared,
        profile: &mut Profile,
        names: &mut Names,
        logged: u32,
    ) {
        let item = &prepared.item;
        let told = item.publisher.is_some() || item.uri.is_none() && item.amends.is_none();
        if told || !prepared.kills() {
            return;
        }
        let amends = || names.amends.iter().flatten().find_map(|name| self.known_as(name));
        let own = names.rungs.first().and_then(|uri| self.known_as(&uri.name));
        let known = own.or_else(amends);
        let sent = known.and_then(|known| self.window.sent(known.seq));
        let family = sent.map(|live| live.profile.family).or((logged != 0).then_some(logged));
        let only = || self.stories.get(known?.story)?.only_family();
        if let Some(family) = family.or_else(only) {
            profile.family = family;
            *names = Names::of(prepared, family);
        }
    }

    /// The item of the same provider that a correction or kill names: by the uri it says it amends, or its
    /// own, else its headline, else its page.
    fn named(&self, profile: &Profile, names: &Names, known: Option<Known>) -> Option<Known> {
        let own = |known: &Known| self.is_own(known, profile);
        let anywhere = || names.anywhere.as_ref().and_then(|rung| self.known_as(&rung.name));
        let headline = || names.headline.as_ref().and_then(|name| self.known_as(name)).filter(own);
        let page = || names.rungs.iter().skip(1).find_map(|rung| self.known_as(&rung.name));
        let amends =
            || names.amends.iter().flatten().find_map(|name| self.known_as(name).filter(own));
        let uri = known.filter(own).or_else(amends).or_else(|| anywhere().filter(own));
        uri.or_else(headline).or_else(|| page().filter(own))
    }

    /// Whether what an item is known as by its content alone, which wires send again about other news, is
    /// the last under its headline.
    fn is_last_said(&self, names: &Names, known: &Known) -> bool {
        let by_name = names.rungs.first().is_some_and(|rung| rung.exact.is_some());
        let headline = || names.headline.as_ref().and_then(|name| self.known_as(name));
        by_name || headline().is_none_or(|last| last.seq <= known.seq)
    }

    /// Whether what is known is in a story that an item's provider told, too, or of which nothing is
    /// known.
    pub(super) fn is_own(&self, known: &Known, profile: &Profile) -> bool {
        self.stories.get(known.story).is_none_or(|story| {
            let unknown = story.items == 0 && self.held.of(known.story).is_empty();
            unknown || self.has_family(known.story, story, profile.family)
        })
    }

    /// The newest item of the window with an item's provider and slugline, and its story; `None` if
    /// several stories have it: wires run many under one.
    fn of_slugline(&self, profile: &Profile) -> Option<(Seq, StoryId)> {
        let slugline = profile.slugline.filter(|_| profile.family != 0)?;
        let has_it = |live: &&Live| {
            live.profile.slugline == Some(slugline) && live.profile.family == profile.family
        };
        let mut found = None;
        for live in self.window.items().filter(has_it) {
            let story = self.stories.resolve(live.story);
            if found.is_some_and(|(_, other)| other != story) {
                return None;
            }
            found = Some((live.seq, story));
        }
        found
    }

    /// The item of the window of the same provider that has nearly a kill's words, and its story;
    /// `None` if several stories may be meant.
    fn alike(&self, profile: &Profile, found: &Found) -> Option<(Seq, StoryId)> {
        if profile.family == 0 {
            return None;
        }
        let (mut candidates, _) = self.compare(profile, &found.places);
        let own = |it: &Candidate| {
            self.window.get(it.place).is_some_and(|live| live.profile.family == profile.family)
        };
        candidates.retain(|it| it.probability >= self.threshold && own(it));
        let best = candidates.iter().max_by(|a, b| a.probability.total_cmp(&b.probability))?;
        let one_story = candidates.iter().all(|it| it.story == best.story);
        let sure = one_story && best.probability >= WITHDRAWS;
        let told = self.stories.get(best.story).is_some_and(|story| !story.killed);
        (sure && told).then_some((best.seq, best.story))
    }

    /// The kill that came before an item of a new name: of its uri, by another line of its provider;
    /// of its headline, after it was made; or one that has waited for its headline within the window.
    fn grave(&self, prepared: &Prepared, names: &Names) -> Option<Known> {
        let anywhere = names.anywhere.as_ref().and_then(|rung| self.known_as(&rung.name));
        let withdrawn = anywhere.filter(|known| {
            let killed = self.stories.get(known.story).is_some_and(|story| story.killed);
            killed && known.age_of(prepared).is_le() && !self.is_to_come(known)
        });
        if withdrawn.is_some() {
            return withdrawn;
        }
        self.known_as(names.headline.as_ref()?).filter(|known| {
            self.waits_for(prepared, known) || self.was_withdrawn_since(prepared, known)
        })
    }

    /// Whether all of a story was withdrawn after an item with a headline of it was made, and within
    /// the window: it is a copy, in another format or by another way. What was made after what a kill
    /// withdrew is none, where nobody knows when that was made.
    fn was_withdrawn_since(&self, prepared: &Prepared, known: &Known) -> bool {
        let story = self.stories.get(known.story).filter(|_| self.is_over(known.story));
        let until = story.map(|story| story.gone_until);
        let made = version_time(&prepared.item, prepared.received).map(Timestamp::as_second);
        until.zip(made).is_some_and(|(until, made)| {
            made <= until && until.saturating_sub(made) <= self.window_length
        })
    }

    /// Whether a kill waits for what it withdraws, and an item comes within the window.
    fn waits_for(&self, prepared: &Prepared, kill: &Known) -> bool {
        let waited = prepared.received.as_second() - kill.received;
        let waits = self.stories.get(kill.story).is_some_and(Story::waits);
        waits && waited <= self.window_length
    }
}

#[cfg(test)]
mod tests;
