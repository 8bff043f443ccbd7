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
    let notes = item.ednote.iter().flat_map(|note| note.lines()).map(|line| (Place::Note, line));
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

/// Whether a line states an embargo, and its end if it can be read.
fn stated(line: &str, place: Place, dates: &Dates) -> Option<Option<Timestamp>> {
    let lower = line.to_lowercase();
    if !STEMS.iter().any(|stem| lower.contains(stem)) {
        return None;
    }
    let words = words(line);
    let bare: Vec<String> = words.iter().map(|word| bare(word)).collect();
    let openings = (0..words.len()).filter_map(|at| Opening::read(at, &words, &bare));
    let ends = openings.filter_map(|opening| opening.end(place, dates));
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
    /// What follows that.
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
            until: bare[behind..from].iter().any(|word| UNTIL.contains(&word.as_str())),
            rest: &words[from..],
        })
    }

    /// The end of the embargo that is stated, if one is; none within where it cannot be read.
    fn end(&self, place: Place, dates: &Dates) -> Option<Option<Timestamp>> {
        let note = place == Place::Note;
        let dated = is_time(self.rest);
        let end = if dated { end::read(self.rest, dates) } else { None };
        let capitals = !self.said.iter().any(|word| word.contains(char::is_lowercase));
        // `EMBARGOED: check against delivery`, or nothing more.
        let colon = self.said.last().is_some_and(|word| word.ends_with(':'));
        let alone = self.kind == Kind::Noun && (colon || self.rest.is_empty());
        let holds = match (self.kind, note) {
            (Kind::Statement, true) => dated || self.leads(note),
            (Kind::Statement, false) => self.leads(note) && (dated || capitals),
            (kind, true) => {
                let noun = kind == Kind::Noun && (self.until || (capitals && self.is_participle()));
                self.leads(note) && (dated || alone || noun)
            }
            (_, false) => {
                // In a line of capitals they tell nothing: "EMBARGO: WHAT IT MEANS".
                let shouted = place == Place::Headline
                    && !self.is_participle()
                    && !self.rest.is_empty()
                    && !self.rest.iter().any(|word| word.contains(char::is_lowercase));
                let named = alone && (end.is_some() || (capitals && !shouted));
                self.leads(note) && (named || end.is_some_and(|end| end.whole))
            }
        };
        holds.then(|| end.and_then(|end| end.until))
    }

    fn is_participle(&self) -> bool {
        bare(self.said[0]) == "embargoed"
    }

    /// Whether it begins its line, or in a note a sentence.
    fn leads(&self, note: bool) -> bool {
        let (words, bare) = self.before;
        let closes = |word: &str| word.ends_with(['.', '!', '?', ';', ':', '-', '–', '—', '|']);
        let passed = |bare: &str| bare.is_empty() || LEADS.contains(&bare);
        let last = words
            .iter()
            .zip(bare)
            .rev()
            .find(|(word, bare)| (note && closes(word)) || !passed(bare));
        last.is_none_or(|(word, _)| note && closes(word))
    }
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
