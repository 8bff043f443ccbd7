//! What was announced and has happened: "to testify", and then "testifies".

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::tolls::has;
use crate::fold::profile::{Profile, Term};
use crate::fold::window::Live;
use crate::item::Language;
use crate::prepare::Word;

/// English verbs of what is announced with a time or a place, each as it follows "to", and as it
/// tells that it has happened. Others say the same before and after: "to help", "helps".
const EVENTS: &[&str] = &[
    "address addresses addressed",
    "adopt adopts adopted",
    "announce announces announced",
    "appear appears appeared",
    "approve approves approved",
    "arrest arrests arrested",
    "arrive arrives arrived",
    "award awards awarded",
    "become becomes became",
    "begin begins began begun",
    "charge charges charged",
    "close closes closed",
    "confirm confirms confirmed",
    "decide decides decided",
    "declare declares declared",
    "elect elects elected",
    "end ends ended",
    "execute executes executed",
    "expire expires expired",
    "hear hears heard",
    "hike hikes hiked",
    "hold holds held",
    "inaugurate inaugurates inaugurated",
    "indict indicts indicted",
    "land lands landed",
    "launch launches launched",
    "lose loses lost",
    "meet meets met",
    "open opens opened",
    "pass passes passed",
    "plead pleads pleaded",
    "raise raises raised",
    "ratify ratifies ratified",
    "release releases released",
    "reopen reopens reopened",
    "resign resigns resigned",
    "resume resumes resumed",
    "return returns returned",
    "reveal reveals revealed",
    "rule rules ruled",
    "sign signs signed",
    "speak speaks spoke spoken",
    "start starts started",
    "step steps stepped",
    "swear swears swore sworn",
    "testify testifies testified",
    "unveil unveils unveiled",
    "vote votes voted",
    "win wins won",
];

/// What may stand between somebody and what is to come: "is set to".
const ANNOUNCES: &str = "set poised expected due plans planned ready scheduled likely about mulls \
    weighs considers seeks eyes ponders";

/// Whether it tells as done what was only to come in a member, of the same one: the word before.
pub(super) fn has_come(headline: &str, profile: &Profile, members: &[&Live]) -> bool {
    let english = profile.language.is_none_or(|language| language == Language::ENGLISH);
    english
        && !profile.asks
        && (1..profile.terms.len()).any(|at| done(headline, profile, at, members))
}

fn done(headline: &str, profile: &Profile, at: usize, members: &[&Live]) -> bool {
    static EVENT: LazyLock<Lexicon> =
        LazyLock::new(|| Lexicon::new([("en", EVENTS.iter().copied())]));
    let events = EVENT.of(None);
    let event = |term: &Term| events.groups(term.id).next();
    let is = |term: &Term, group| event(term) == Some(group);
    let term = profile.terms[at];
    let (false, Some(group)) = (term.is(Word::COMING), event(&term)) else { return false };
    let forms = EVENTS[usize::from(group)].split(' ').skip(1);
    let doer = doer(&profile.terms, at);
    let announced = |live: &&Live| {
        let terms = &live.profile.terms;
        let to_come = |at: usize| terms[at].is(Word::COMING) && is(&terms[at], group);
        (1..terms.len()).any(|at| to_come(at) && doer.is_some() && self::doer(terms, at) == doer)
    };
    let told =
        |live: &&Live| live.profile.terms.iter().any(|it| is(it, group) && !it.is(Word::COMING));
    members.iter().any(announced)
        && !members.iter().any(told)
        && forms.into_iter().any(|form| has(headline, &[form]) && !has(headline, &["be", form]))
}

/// The word before another, but for those that announce.
fn doer(terms: &[Term], at: usize) -> Option<u32> {
    terms[..at].iter().rev().find(|term| !announces(term)).map(|term| term.id)
}

/// Whether a word is one that announces.
pub(super) fn announces(term: &Term) -> bool {
    static READ: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new([("en", [ANNOUNCES])]));
    READ.of(None).has(0, term.id)
}
