//! Numbers that count nothing: "2026", "(2)", "COVID-19", "France 24".

use std::ops::Range;

use smallvec::SmallVec;

use super::tolls;
use crate::fold::profile::{Profile, Term};
use crate::fold::window::Live;
use crate::prepare::{Text, Word, term_id};

/// Years that are in the news. 2000 is a round number.
const YEARS: [Range<u32>; 2] = [1990..2000, 2001..2041];

/// What stands before the name of a source at the end of a headline.
const SEPARATORS: [&str; 3] = [" - ", " | ", " – "];

/// Words in the names of sources that have a number: "680 News".
const NUMBERED: [&str; 6] = ["france", "news", "radio", "channel", "tv", "fm"];

/// The digits of a headline: what each number is compared by, and whether it counts nothing where it
/// stands. None of a headline that has more of them than can be words of its own.
pub(super) struct Digits(pub(super) SmallVec<[(u32, bool); 4]>);

impl Digits {
    pub(super) fn of(headline: &str, profile: &Profile) -> Digits {
        let (mut end, source, tolled) = (0, source(headline), tolls::tells(profile));
        let places = std::iter::from_fn(|| {
            let start = end + headline[end..].find(|c: char| c.is_ascii_digit())?;
            let rest = &headline[start..];
            end = start + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            Some(start..end)
        });
        let read = |place: Range<usize>| {
            let of_source = source.is_some_and(|source| source <= place.start);
            (term_id(&headline[place.clone()]), of_source || is_idle(headline, place, tolled))
        };
        let mut all: SmallVec<_> = places.take(Text::MOST_WORDS + 1).map(read).collect();
        if all.len() > Text::MOST_WORDS {
            all.clear();
        }
        Digits(all)
    }

    /// Whether the number at a place of the headline counts nothing wherever it stands.
    pub(super) fn count_nothing(&self, profile: &Profile, at: usize, members: &[&Live]) -> bool {
        let mut same = self.0.iter().filter(|(id, _)| *id == profile.terms[at].id).peekable();
        same.peek().is_some()
            && !tolls::beside(profile, at)
            && !instead(profile, at, members)
            && same.all(|(_, idle)| *idle)
    }
}

/// Whether a number stands behind a word that has another one behind it in a member: "rises to 2012"
/// after "rises to 1987".
fn instead(profile: &Profile, at: usize, members: &[&Live]) -> bool {
    let Some(before) = at.checked_sub(1).map(|it| profile.terms[it].id) else { return false };
    let other = |pair: &[Term]| {
        pair[0].id == before && pair[1].is(Word::NUMBER) && pair[1].id != { profile.terms[at].id }
    };
    members.iter().any(|live| live.profile.terms.windows(2).any(other))
}

fn is_idle(headline: &str, place: Range<usize>, tolled: bool) -> bool {
    let (before, after) = (&headline[..place.start], &headline[place.end..]);
    let number = &headline[place];
    let year = !tolled
        && number.len() == 4
        && number.parse().is_ok_and(|year| YEARS.iter().any(|years| years.contains(&year)))
        && !before.ends_with(['$', '€', '£', '¥', '.', ',', '-'])
        && !after.starts_with('%');
    let part = before.ends_with('(') && after == ")";
    let named = before.strip_suffix('-').is_some_and(|it| it.ends_with(char::is_alphabetic));
    year || part || named
}

/// Where the name of a source begins that has a number.
fn source(headline: &str) -> Option<usize> {
    const LONGEST: usize = 3;
    let start = SEPARATORS.iter().filter_map(|it| Some(headline.rfind(it)? + it.len())).max()?;
    let words = || headline[start..].split_whitespace();
    let known = |word: &str| NUMBERED.iter().any(|it| it.eq_ignore_ascii_case(word));
    (words().nth(LONGEST).is_none() && words().any(known)).then_some(start)
}
