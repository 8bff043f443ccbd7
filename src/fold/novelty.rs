//! What is new in an item of a known story.

use std::cell::LazyCell;

use super::chain::sent_anew;
use super::disputed::overtaken;
use super::profile::{Profile, Term};
use super::stories::Story;
use super::window::Live;
use crate::item::Marker;
use crate::prepare::{Prepared, Stance, Word};
use crate::story::Verdict;

mod changed;
mod come;
mod lexicon;
mod numbers;
mod opposites;
mod tolls;

use changed::Changed;

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
    let same_family = || {
        story.has_family(profile.family)
            || members.iter().any(|live| live.profile.family == profile.family)
    };
    let corrects = has(Marker::Corrected) && prepared.item.lifecycle;
    if corrects && same_family() {
        return (Verdict::Correction, "a correction by its provider");
    }
    if disputes && !story.disputed {
        return (Verdict::Development, "it contradicts what was reported");
    }
    if ties {
        return (Verdict::Development, "it shows several stories to be one");
    }
    if corrects {
        return (Verdict::Development, "a correction of what is not known");
    }
    // "RPT-" is also sent with a headline that tells more than the last.
    // "Testifies" has the words of "to testify".
    let headline = prepared.headline.as_str();
    let come = LazyCell::new(|| come::has_come(headline, profile, members));
    let taken_back = LazyCell::new(|| taken_back(headline, profile, members));
    let told = LazyCell::new(|| {
        members.iter().any(|live| same_news(profile, &live.profile)) && !*come && !*taken_back
    });
    if has(Marker::Repeat) && (members.is_empty() || *told) {
        return (Verdict::Repeat, "nothing new");
    }
    if profile.update > last_update(profile, members) {
        return (Verdict::Development, "a later version of the wire");
    }
    if sent_anew(prepared, profile, members) {
        return (Verdict::Development, "sent anew on another day");
    }
    if *told {
        return (Verdict::Repeat, "nothing new");
    }
    if profile.rank < story.best_rank {
        return (Verdict::Development, "a better-ranked publisher");
    }
    match news(headline, profile, members, || *come, || *taken_back) {
        Some(news) => (Verdict::Development, news),
        None => (Verdict::Repeat, "nothing new"),
    }
}

/// The last version of its headline that its wire has sent; where the members have none of its
/// wire, that of any. A story may have more headlines that are numbered: those with which it does
/// not share most words.
fn last_update(profile: &Profile, members: &[&Live]) -> u16 {
    let own = |it: &Profile| profile.family != 0 && it.family == profile.family;
    let of_own = members.iter().any(|live| own(&live.profile));
    let those = members.iter().map(|live| &live.profile).filter(|it| !of_own || own(it));
    let those = those.filter(|it| profile.shares_most(it));
    those.map(|it| it.update).max().unwrap_or(0)
}

/// Whether the two have the same words, and none that turns what they say: "not", "up" for "down".
fn same_news(a: &Profile, b: &Profile) -> bool {
    a.same_words(b) && !a.turns.against(b.turns)
}

/// What of it no member has told. `come`: what was to come has; `taken_back`: a figure is.
fn news(
    headline: &str,
    profile: &Profile,
    members: &[&Live],
    come: impl Fn() -> bool,
    taken_back: impl Fn() -> bool,
) -> Option<&'static str> {
    let untold = |term: &Term| {
        !members.iter().any(|live| live.profile.terms.iter().any(|it| it.id == term.id))
    };
    let digits = LazyCell::new(|| numbers::Digits::of(headline, profile));
    let (mut number, mut rare) = (false, 0);
    for (at, term) in profile.terms.iter().enumerate().filter(|(_, term)| untold(term)) {
        let first = !term.is(Word::AGAIN);
        let counts = || !digits.count_nothing(profile, at, members);
        number |= first && term.is(Word::NUMBER) && counts()
            || tolls::counts(headline, profile, at, members);
        rare += u32::from(term.weight() >= RARE && first);
    }
    let other = || tolls::counts_others(profile, members);
    if number || other() || new_result(profile, members) || taken_back() {
        return Some("a new number");
    }
    let denies = |it: &Profile| matches!(it.polarity.stance, Stance::Denies | Stance::Untrue);
    let denied = |it: &Profile| {
        let untrue = matches!(it.polarity.stance, Stance::Negates | Stance::WillNot);
        denies(it) || untrue || it.turns.negates()
    };
    if denies(profile) && !members.iter().any(|live| denied(&live.profile)) {
        return Some("a denial");
    }
    if rare >= FACT {
        return Some("a new fact");
    }
    let stages = members.iter().map(|live| live.profile.stages);
    if let Some(stage) = profile.stages.new_beside(stages) {
        return Some(stage);
    }
    if come() {
        return Some("what was to come");
    }
    let changed =
        || members.iter().filter_map(|live| Changed::new(headline, profile, &live.profile));
    let all = |differs: &dyn Fn(&Profile) -> bool| members.iter().all(|it| differs(&it.profile));
    let opposite = all(&|it| it.turns.against(profile.turns)) && changed().any(|it| it.turned())
        || all(&|it| it.turns.fails() != profile.turns.fails()) && changed().any(|it| it.failed())
        || changed().any(|it| it.opposed(&untold));
    if opposite {
        return Some("the opposite");
    }
    if members.iter().any(|live| overtaken(&live.profile, profile)) {
        return Some("what had not been so far");
    }
    changed().find_map(|it| it.otherwise(&untold))
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

/// Whether it takes back the figure that its provider told last, in the same words, for one that it
/// told before.
fn taken_back(headline: &str, profile: &Profile, members: &[&Live]) -> bool {
    let own = || {
        let family = |live: &&&Live| live.profile.family == profile.family;
        members.iter().filter(family)
    };
    let has = |live: &&Live, term: &Term| live.profile.terms.iter().any(|it| it.id == { term.id });
    let told = |term: &Term| own().any(|live| has(live, term));
    let last = || {
        let last = own().max_by_key(|live| (live.profile.event, live.seq))?;
        Some(&last.profile).filter(|it| it.event <= profile.event)
    };
    let changed = |last| Changed::new(headline, profile, last);
    profile.family != 0
        && tolls::tells(profile)
        && last().and_then(changed).is_some_and(|it| it.recounted(&told))
}

#[cfg(test)]
mod tests;
