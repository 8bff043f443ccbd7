//! Numbers that count nothing: "2026", "(2)", "COVID-19", "France 24".

use std::ops::Range;

use super::tolls;
use crate::fold::profile::Profile;
use crate::prepare::term_id;

/// Years that are in the news. 2000 is a round number.
const YEARS: [Range<u32>; 2] = [1990..2000, 2001..2041];

/// What stands before the name of a source at the end of a headline.
const SEPARATORS: [&str; 3] = [" - ", " | ", " – "];

/// Words in the names of sources that have a number: "680 News".
const NUMBERED: [&str; 6] = ["france", "news", "radio", "channel", "tv", "fm"];

/// Whether the number at a place of a headline counts nothing wherever it stands.
pub(super) fn counts_nothing(headline: &str, profile: &Profile, at: usize) -> bool {
    let mut end = 0;
    let mut places = std::iter::from_fn(|| {
        let start = end + headline[end..].find(|c: char| c.is_ascii_digit())?;
        let rest = &headline[start..];
        end = start + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        Some(start..end)
    })
    .filter(|place| term_id(&headline[place.clone()]) == profile.terms[at].id)
    .peekable();
    let tolled = || tolls::beside(profile, at);
    places.peek().is_some() && !tolled() && places.all(|place| is_idle(headline, place))
}

fn is_idle(headline: &str, place: Range<usize>) -> bool {
    let (before, after) = (&headline[..place.start], &headline[place.end..]);
    let number = &headline[place];
    let year = number.len() == 4
        && number.parse().is_ok_and(|year| YEARS.iter().any(|years| years.contains(&year)))
        && !before.ends_with(['$', '€', '£', '¥', '.', ',', '-'])
        && !after.starts_with('%');
    let part = before.ends_with('(') && after == ")";
    let named = before.strip_suffix('-').is_some_and(|it| it.ends_with(char::is_alphabetic));
    year || part || named || is_of_source(headline, before.len())
}

/// Whether what stands at a place is of the name of a source.
fn is_of_source(headline: &str, at: usize) -> bool {
    const LONGEST: usize = 3;
    let source = SEPARATORS.iter().filter_map(|it| Some(headline.rfind(it)? + it.len())).max();
    let Some(source) = source.filter(|start| *start <= at) else { return false };
    let words = || headline[source..].split_whitespace();
    let known = |word: &str| NUMBERED.iter().any(|it| it.eq_ignore_ascii_case(word));
    words().count() <= LONGEST && words().any(known)
}
