//! What is new in an item of a known story.

use super::profile::Profile;
use super::stories::Story;
use super::window::Live;
use crate::item::Marker;
use crate::prepare::{Prepared, Word};
use crate::story::Verdict;

/// A term of this weight is in less than one headline of a thousand.
const RARE: f32 = 7.0;
/// So many rare terms that no compared member has are a new fact.
const FACT: u32 = 3;

/// What an item is to its story, and why. `members` are those that it was matched with; `disputes`:
/// it contradicts one of them; `ties`: it shows that several stories are this one.
pub(super) fn novelty(
    prepared: &Prepared,
    profile: &Profile,
    story: &Story,
    members: &[&Live],
    disputes: bool,
    ties: bool,
) -> (Verdict, &'static str) {
    let has = |marker: Marker| prepared.markers.contains(&marker);
    let same_family = story.has_family(profile.family)
        || members.iter().any(|live| live.profile.family == profile.family);
    if has(Marker::Corrected) && prepared.item.lifecycle && same_family {
        return (Verdict::Correction, "a correction by its provider");
    }
    if disputes && !story.disputed {
        return (Verdict::Development, "it contradicts what was reported");
    }
    if ties {
        return (Verdict::Development, "it shows several stories to be one");
    }
    if has(Marker::Repeat) || members.iter().any(|live| profile.same_words(&live.profile)) {
        return (Verdict::Repeat, "nothing new");
    }
    let update = members.iter().map(|live| live.profile.update).max().unwrap_or(0);
    if profile.update > update {
        return (Verdict::Development, "a later version of the wire");
    }
    if profile.rank < story.best_rank {
        return (Verdict::Development, "a better-ranked publisher");
    }
    let unseen = profile.distinct().filter(|term| {
        !members.iter().any(|live| live.profile.terms.iter().any(|it| it.id == term.id))
    });
    let (mut number, mut rare) = (false, 0);
    for term in unseen {
        number |= term.is(Word::NUMBER);
        rare += u32::from(term.weight() >= RARE);
    }
    match (number || new_result(profile, members), rare >= FACT) {
        (true, _) => (Verdict::Development, "a new number"),
        (false, true) => (Verdict::Development, "a new fact"),
        (false, false) => (Verdict::Repeat, "nothing new"),
    }
}

/// Whether two numbers that stand together, as in a result, stand so in no member: "2-2" after "2-1".
fn new_result(profile: &Profile, members: &[&Live]) -> bool {
    fn results(profile: &Profile) -> impl Iterator<Item = (u32, u32)> + '_ {
        let pairs =
            profile.terms.windows(2).filter(|pair| pair.iter().all(|it| it.is(Word::NUMBER)));
        pairs.map(|pair| (pair[0].id, pair[1].id))
    }
    let told = |result| members.iter().any(|live| results(&live.profile).any(|it| it == result));
    results(profile).any(|result| !told(result))
}
