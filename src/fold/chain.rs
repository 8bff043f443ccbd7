//! The chain of a wire: a marked version of a headline in which only numbers changed.
//!
//! Numbers that clash tell two events apart, and rightly: "12 killed" and "350 killed" are two
//! attacks. Not so when one provider says `UPDATE 3-` or `CORRECTED-` and every other word is the
//! same.

use jiff::SignedDuration;
use smallvec::SmallVec;

use super::Fold;
use super::identity::{Known, Names};
use super::profile::Profile;
use super::stories::Part;
use super::window::Live;
use crate::item::Marker;
use crate::prepare::Prepared;
use crate::story::{Evidence, FoldDecision, Verdict};

/// Updates of one story follow within a day; the same words a day later are the next day's report.
const UPDATED_WITHIN: SignedDuration = SignedDuration::from_hours(20);

impl Fold {
    /// The decision, unless it opens a story that the item's chain already has.
    pub(super) fn in_chain(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
        decision: FoldDecision,
    ) -> FoldDecision {
        if decision.verdict != Verdict::New {
            return decision;
        }
        let Some((known, verdict)) = self.before_it(prepared, profile, names) else {
            return decision;
        };
        let Some(story) = self.stories.get(known.story) else { return decision };
        let reason = format!("A marked version of item {} with another number.", known.seq);
        let part = Part::of(prepared, verdict);
        let state = story.after(profile, prepared.event, part);
        FoldDecision {
            evidence: Evidence { of: Some(known.seq), reason, ..decision.evidence },
            nearness: decision.nearness,
            ..FoldDecision::bare(verdict, known.story, state, false)
        }
    }

    /// The version before an item that says it is one, of the same provider, and what the item is
    /// to it.
    pub(super) fn before_it(
        &self,
        prepared: &Prepared,
        profile: &Profile,
        names: &Names,
    ) -> Option<(Known, Verdict)> {
        let known = self.known_as(names.numberless.as_ref()?)?;
        let story = self.stories.get(known.story)?;
        self.has_family(known.story, story, profile.family).then_some(())?;
        let has = |test: fn(&Marker) -> bool| prepared.markers.iter().any(test);
        let before = known.event.unwrap_or(known.received);
        let gap = prepared.event.as_second().saturating_sub(before).unsigned_abs();
        if has(|marker| *marker == Marker::Corrected) {
            return (gap <= self.window_length.unsigned_abs())
                .then_some((known, Verdict::Correction));
        }
        let updates = has(|marker| matches!(marker, Marker::Update(_) | Marker::Lead(_)));
        let soon = gap <= UPDATED_WITHIN.as_secs().unsigned_abs();
        (updates && soon && !story.killed).then_some((known, Verdict::Development))
    }
}

/// Whether a provider sends the words of another day, told by `members`, anew: "Stocks end
/// higher". What it marks says itself what it is, and what was told within the day is told again.
pub(super) fn sent_anew(prepared: &Prepared, profile: &Profile, members: &[&Live]) -> bool {
    if !prepared.markers.is_empty() || !profile.timed || profile.family == 0 {
        return false;
    }
    let told = members.iter().map(|live| &live.profile).filter(|it| profile.same_words(it));
    let told: SmallVec<[&Profile; 8]> = told.collect();
    let another_day = |it: &&Profile| {
        let gap = it.event.abs_diff(profile.event);
        it.timed && gap > UPDATED_WITHIN.as_secs().unsigned_abs()
    };
    told.iter().any(|it| it.family == profile.family) && told.iter().all(another_day)
}
