//! Embargoes that are only written: `EMBARGOED until 0001 GMT Monday`, `NOT FOR RELEASE BEFORE …`,
//! in a note to editors, a headline or the first lines of a text.
//!
//! Read for the formats that only agencies send; a web page that talks about embargoes is news. So
//! is most of what agencies tell about them: only a note may state one anywhere, a headline or text
//! has it at the begin of a line, and words that are news as well count with a time alone.

use jiff::Timestamp;

use super::date::Dates;
use crate::item::{Item, Marker};

mod end;

use end::is_time;

/// What only an embargo begins with, in small letters.
const STATEMENTS: &[&str] = &[
    "not for publication or broadcast before",
    "not for publication or broadcast until",
    "not to be published before",
    "not to be published until",
    "not for publication before",
    "not for publication until",
    "not for release before",
    "not for release until",
    "not for broadcast before",
    "not for broadcast until",
    "not for use before",
    "not for use until",
    "hold for release",
    "under embargo until",
    "embargoed for release",
    "embargoed for publication",
    "embargoed until",
    "embargoed till",
    "sperrfrist bis",
    "sous embargo jusqu'au",
    "sous embargo jusqu'à",
    "embargado hasta",
    "bajo embargo hasta",
    "sotto embargo fino",
    "под эмбарго до",
];
/// What an embargo begins with and news, too: "Embargo on arms lifted", "For use in war".
const NOUNS: &[&str] =
    &["under embargo", "embargoed", "embargo", "sperrfrist", "эмбарго", "hold until"];
/// The same of what is no word for an embargo, so that nothing but a time makes it one.
const RELEASES: &[&str] = &["for release", "for use"];
/// What a line with one of them holds, in small letters: few do.
const STEMS: &[&str] = &[
    "embarg",
    "эмбарг",
    "sperrfrist",
    "for release",
    "for use",
    "for publication",
    "be published",
    "for broadcast",
    "hold until",
];
/// Words that may stand before either.
const LEADS: &[&str] =
    &["strict", "strictly", "embargo", "achtung", "attention", "note", "eds", "editors"];
/// Words between either and a time, after which an embargo has an end, readable or not.
const UNTIL: &[&str] = &[
    "until", "till", "bis", "jusqu'au", "jusqu'à", "jusqu'a", "hasta", "fino", "до", "tot", "até",
];
/// Other words before a time.
const BEFORE_TIMES: &[&str] = &["to", "am"];
/// Words right before an embargo that tell of one that was; `been` may stand between.
const PAST: &[&str] = &[
    "was",
    "were",
    "had",
    "previously",
    "originally",
    "formerly",
    "earlier",
    "longer",
    "lifted",
    "removes",
    "removed",
    "ends",
];
/// Words after one that tell that there is none, or none any more.
const OVER: &[&str] = &[
    "none",
    "nil",
    "n/a",
    "lifted",
    "expired",
    "removed",
    "ended",
    "released",
    "immediate",
    "immediately",
    "keine",
    "keiner",
    "aufgehoben",
    "abgelaufen",
    "sofort",
    "aucun",
    "levé",
    "ninguno",
    "nessuno",
];
/// The same if nothing follows: "no use on air", "frei mit Redebeginn" are embargoes.
const OVER_ALONE: &[&str] = &["no", "off", "over", "frei"];
/// Words after those of `OVER` with which an embargo is not over yet: "none of it before the vote".
const CONDITIONS: &[&str] = &[
    "before", "after", "when", "once", "upon", "on", "from", "if", "unless", "except", "only",
    "ab", "vor", "nach", "mit", "avant", "après", "antes", "prima", "dopo",
];
/// Lines of a note with a stem, and openings of a line, that are looked at.
const MOST: usize = 32;
/// Words around an opening that are looked at.
const NEAR: usize = 64;
/// Lines of a text that are looked at.
const LINES: usize = 3;
/// Longer lines of a text are prose, in bytes.
const LONGEST: usize = 300;

/// Where a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Note,
    Headline,
    Text,
}

/// Adds the embargo that an item's words state, if no field states one; where its end cannot be
/// read, the marker alone.
pub(super) fn add(item: &mut Item, dates: &Dates) {
    if item.embargoed.is_some() {
        return;
    }
    let text = item.body.iter().flat_map(|body| body.lines().take(LINES));
    let text = text.filter(|line| line.len() <= LONGEST).map(|line| (Place::Text, line));
    let notes = item.ednote.iter().flat_map(|note| note.lines());
    let notes = notes.filter(|line| has_stem(line)).take(MOST).map(|line| (Place::Note, line));
    let lines = notes.chain([(Place::Headline, item.headline.as_str())]).chain(text);
    // A release that is over by the time the version was made is history.
    let made = item.versioncreated.unwrap_or(dates.received);
    // Nor does an old file that is read again name a day of this year.
    let dates = &Dates { received: made, ..dates.clone() };
    let mut found = None;
    for stated in lines.filter_map(|(place, line)| stated(line, place, dates)) {
        found = Some(stated);
        if stated.is_some() {
            break;
        }
    }
    match found {
        Some(Some(until)) => item.embargoed = Some(until),
        Some(None) if !item.markers.contains(&Marker::Embargoed) => {
            item.markers.push(Marker::Embargoed);
        }
        _ => {}
    }
}

fn has_stem(line: &str) -> bool {
    let lower = line.to_lowercase();
    STEMS.iter().any(|stem| lower.contains(stem))
}

/// Whether a line states an embargo, and its end if it can be read.
fn stated(line: &str, place: Place, dates: &Dates) -> Option<Option<Timestamp>> {
    if !has_stem(line) {
        return None;
    }
    let words = words(line);
    let bare: Vec<String> = words.iter().map(|word| bare(word)).collect();
    let openings = (0..words.len()).filter_map(|at| Opening::read(at, &words, &bare));
    let ends = openings.take(MOST).filter_map(|opening| opening.end(place, dates));
    // Of several, the first that tells its end.
    ends.reduce(|first, next| first.or(next))
}

/// What the words that open an embargo are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Statement,
    Noun,
    Release,
}

/// Words that open an embargo, where they stand in their line, and what follows.
struct Opening<'a> {
    kind: Kind,
    /// The words before them, as written and bare.
    before: (&'a [&'a str], &'a [String]),
    said: &'a [&'a str],
    /// Whether a word follows after which an embargo has an end.
    until: bool,
    /// What follows that, as far as it is looked at.
    rest: &'a [&'a str],
}

impl<'a> Opening<'a> {
    /// The longest opening that begins with a word of a line.
    fn read(at: usize, words: &'a [&'a str], bare: &'a [String]) -> Option<Opening<'a>> {
        let begins = |opening: &str| {
            let mut said = bare[at..].iter();
            opening.split(' ').all(|word| said.next().is_some_and(|said| said == word))
        };
        let kinds = [(Kind::Statement, STATEMENTS), (Kind::Noun, NOUNS), (Kind::Release, RELEASES)];
        let (kind, opening) = kinds.iter().find_map(|(kind, openings)| {
            Some((*kind, *openings.iter().find(|opening| begins(opening))?))
        })?;
        let behind = at + opening.split(' ').count();
        let skipped = |word: &&String| {
            [UNTIL, BEFORE_TIMES, end::FILLERS].iter().any(|words| words.contains(&word.as_str()))
        };
        let from = behind + bare[behind..].iter().take_while(skipped).count();
        Some(Opening {
            kind,
            before: (&words[..at], &bare[..at]),
            said: &words[at..behind],
            until: bare[behind..from].iter().any(|word| is_until(word)),
            rest: &words[from..words.len().min(from + NEAR)],
        })
    }

    /// The end of the embargo that is stated, if one is; none within where it cannot be read.
    fn end(&self, place: Place, dates: &Dates) -> Option<Option<Timestamp>> {
        let note = place == Place::Note;
        let leads = self.leads(note);
        // Nearly all openings end here, before anything is read.
        if !(leads || note && self.kind == Kind::Statement) || self.is_past() || self.is_over() {
            return None;
        }
        let dated = is_time(self.rest);
        let end = if dated { end::read(self.rest, dates) } else { None };
        if end.is_some_and(|end| end.lifted) {
            return None;
        }
        let capitals = !self.said.iter().any(|word| word.contains(char::is_lowercase));
        // `EMBARGOED: check against delivery`, or nothing more.
        let colon = self.said.last().is_some_and(|word| word.ends_with(':'));
        let alone = self.kind == Kind::Noun && (colon || self.rest.is_empty());
        let holds = match (self.kind, note) {
            (Kind::Statement, true) => dated || leads,
            (Kind::Statement, false) => dated || capitals,
            // "For use until Aug. 31", "for use 30 days" are terms, and a day that has begun is
            // the day of release.
            (Kind::Release, _) if self.until => false,
            (Kind::Release, true) => end.is_some_and(|end| end.until.is_some() || !end.whole),
            (Kind::Noun, true) => {
                dated || alone || self.until || (capitals && self.is_participle())
            }
            (_, false) => {
                // In a line of capitals they tell nothing: "EMBARGO: WHAT IT MEANS".
                let shouted = place == Place::Headline
                    && !self.is_participle()
                    && !self.rest.is_empty()
                    && !self.rest.iter().any(|word| word.contains(char::is_lowercase));
                let named = alone && (end.is_some() || (capitals && !shouted));
                named || end.is_some_and(|end| end.whole && end.until.is_some())
            }
        };
        holds.then(|| end.and_then(|end| end.until))
    }

    /// Whether what stands right before tells of an embargo that was: "Story was embargoed until".
    fn is_past(&self) -> bool {
        let between = |bare: &&String| {
            bare.is_empty() || *bare == "been" || *bare == "under" || LEADS.contains(&bare.as_str())
        };
        let (words, bare) = self.before;
        let near = words.iter().zip(bare).rev().take(NEAR).take_while(|(word, _)| !closes(word));
        let last = near.map(|(_, bare)| bare).find(|bare| !between(bare));
        last.is_some_and(|last| PAST.contains(&last.as_str()))
    }

    /// Whether what follows tells that there is no embargo: "Embargo: none", "Sperrfrist: sofort
    /// frei", but not "embargoed until released".
    fn is_over(&self) -> bool {
        let last = self.said.last().map(|word| bare(word)).unwrap_or_default();
        if self.kind == Kind::Release || self.until || last == "before" || is_until(&last) {
            return false;
        }
        let sentence = end::sentence(self.rest).iter().map(|word| bare(word));
        let sentence: Vec<String> = sentence.take_while(|bare| !bare.is_empty()).collect();
        let from = usize::from(sentence.first().is_some_and(|word| word == "for"));
        let Some((first, behind)) = sentence[from..].split_first() else { return false };
        let open = |word: &String| {
            end::tells(word) || is_until(word) || CONDITIONS.contains(&word.as_str())
        };
        (OVER_ALONE.contains(&first.as_str()) && behind.is_empty())
            || (OVER.contains(&first.as_str()) && !behind.iter().any(open))
    }

    fn is_participle(&self) -> bool {
        bare(self.said[0]) == "embargoed"
    }

    /// Whether it begins its line, or in a note a sentence.
    fn leads(&self, note: bool) -> bool {
        let (words, bare) = self.before;
        let passed = |bare: &str| bare.is_empty() || LEADS.contains(&bare);
        let last = words
            .iter()
            .zip(bare)
            .rev()
            .take(NEAR)
            .find(|(word, bare)| (note && closes(word)) || !passed(bare));
        last.is_none_or(|(word, _)| note && closes(word))
    }
}

/// Whether a word is the last of what stands before an embargo in a note.
fn closes(word: &str) -> bool {
    word.ends_with(['.', '!', '?', ';', ':', '-', '–', '—', '|'])
}

fn is_until(bare: &str) -> bool {
    UNTIL.contains(&bare)
}

/// The words of a line; a colon ends one: `Embargo:0001`.
fn words(line: &str) -> Vec<&str> {
    let words = line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let parts = words.flat_map(|word| {
        let colon = word.find(':').filter(|at| word[..*at].ends_with(char::is_alphabetic));
        let (head, tail) = word.split_at(colon.map_or(word.len(), |at| at + 1));
        [head, tail]
    });
    parts.filter(|word| !word.is_empty()).collect()
}

/// A word in small letters without the signs around it.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('’', "'")
}

#[cfg(test)]
mod tests;
