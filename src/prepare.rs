//! Prepare: from an item as sent to text that can be compared.

use std::borrow::Cow;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::item::{Arrival, Item, Language, Marker, Reject, RejectKind, Seq};

mod attribution;
mod clean;
mod language;
mod marker;
mod polarity;
mod stage;
mod text;
mod word;
mod words;

pub(crate) use clean::is_invisible;
pub use polarity::{Polarity, Stance};
pub use text::{Text, term_id, text};
pub use word::Word;
pub use words::{Stages, Turns};
pub(crate) use words::{failures, negations};

/// The normalised comparison text of an item: NFKC, markers, suffixes and attributions taken off,
/// white space folded. Case is kept: capitals tell names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Headline(pub(crate) String);

impl Headline {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An item ready to be folded.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its number.
    pub seq: Seq,
    /// When it was taken in.
    pub received: Timestamp,
    /// Event time: the item's own, at most 5 minutes after `received`.
    pub event: Timestamp,
    /// The item as sent; without a headline, with the line of its body that stands for one.
    pub item: Item,
    /// What is compared; empty for what withdraws another item without a word.
    pub headline: Headline,
    /// The headline with its attributions, where some were taken off: see [`Prepared::told`].
    pub attributed: Option<String>,
    /// Declared language, or a guess.
    pub language: Option<Language>,
    /// Whether the language is declared, or told by the words of the headline, and no mere guess.
    pub language_told: bool,
    /// Markers of header and headline.
    pub markers: Vec<Marker>,
    /// Publisher suffixes and attributions taken off the headline, as written.
    pub attributions: Vec<String>,
    /// What fold compares.
    pub text: Text,
}

impl Prepared {
    /// Whether it takes back what its provider told, and its source may do that.
    pub fn kills(&self) -> bool {
        self.item.kills(&self.markers)
    }

    /// The headline as rules search it: without markers and publisher suffixes, but with who says
    /// it.
    pub fn told(&self) -> &str {
        self.attributed.as_deref().unwrap_or(self.headline.as_str())
    }
}

/// An intake record that did not become an item.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// Its number.
    pub seq: Seq,
    /// When it was taken in.
    pub received: Timestamp,
    /// Name of the configured source.
    pub source: String,
    /// Why, where, and its bytes.
    pub reject: Reject,
}

/// How far an item's own time may lie in the future.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The stage that prepares items. It keeps no state: the same arrival always gives the same
/// result.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prepare;

impl Prepare {
    /// A prepare stage.
    pub fn new() -> Prepare {
        Prepare
    }

    /// Prepares one intake record. Recovery calls it with what the log holds.
    pub fn prepare(self, arrival: Arrival) -> Result<Prepared, Rejected> {
        let Arrival { seq, received, source, record } = arrival;
        match record {
            Err(reject) => Err(Rejected { seq, received, source, reject }),
            Ok(mut item) => match cleaned_headline(&item) {
                Some(Line { text, of_body }) => {
                    if of_body {
                        // Whoever is shown the item, now or from the log, must see what it says.
                        item.headline.clone_from(&text);
                    }
                    Ok(prepared(seq, received, item, &text))
                }
                None if withdraws_by_name(&item) => Ok(prepared(seq, received, item, "")),
                None => {
                    let ends_later = item.embargoed.is_some_and(|end| end > received);
                    let is_held = ends_later || item.has_open_embargo(&item.markers);
                    let reason = "The item has neither a headline nor a body to take one from.";
                    let reject = Reject::of(RejectKind::NoText, reason, &item, is_held);
                    Err(Rejected { seq, received, source, reject })
                }
            },
        }
    }
}

/// A headline in plain text.
struct Line {
    text: String,
    /// The item has none of its own.
    of_body: bool,
}

/// Whether an item is accepted: it has a headline, or a body to take one from, or needs none.
pub fn is_accepted(item: &Item) -> bool {
    cleaned_headline(item).is_some() || withdraws_by_name(item)
}

/// Whether an item takes back another by its name, which it can without a word.
fn withdraws_by_name(item: &Item) -> bool {
    item.uri.is_some() && item.kills(&item.markers)
}

/// The headline in plain text, or the first sentence of the body when there is none.
fn cleaned_headline(item: &Item) -> Option<Line> {
    let headline = clean::clean(&item.headline);
    if says_something(&headline) {
        return Some(Line { text: headline, of_body: false });
    }
    let line = item.body.as_deref()?.lines().map(clean::clean).find(|line| says_something(line))?;
    Some(Line { text: first_sentence(&line).to_owned(), of_body: true })
}

fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// The first sentence, at most 300 bytes of it.
fn first_sentence(line: &str) -> &str {
    const LONGEST: usize = 300;
    let line = &line[..line.floor_char_boundary(LONGEST)];
    // A full stop after a short word is an abbreviation ("Gen. Ortega").
    let ends = |at: &usize| {
        let word = line[..*at].rsplit(' ').next().unwrap_or_default();
        word.chars().count() > 3 || line.as_bytes()[*at] != b'.'
    };
    let stops = [". ", "! ", "? "].iter().flat_map(|stop| line.match_indices(stop));
    let mut stops: Vec<usize> = stops.map(|(at, _)| at).collect();
    stops.sort_unstable();
    stops.into_iter().find(ends).map_or(line, |at| line[..=at].trim_end_matches('.'))
}

/// The markers of an item, from header and headline together: what [`Prepared::markers`] holds,
/// for readers of the log, which keeps items as sent.
pub fn markers(item: &Item) -> Vec<Marker> {
    let mut markers = item.markers.clone();
    if let Some(Line { text, .. }) = cleaned_headline(item) {
        without_markers(&text, item, &mut markers, &mut Vec::new());
    }
    markers
}

/// When an item is said to have happened: the time it was sent with, but never far ahead.
pub fn event_time(item: &Item, received: Timestamp) -> Timestamp {
    item.versioncreated.map_or(received, |at| at.min(latest(received)))
}

/// The time that tells versions of an item apart: its own, unless that is still to come. One wrong
/// time in the future would make every later version an older one.
pub fn version_time(item: &Item, received: Timestamp) -> Option<Timestamp> {
    item.versioncreated.filter(|at| *at <= latest(received))
}

/// The latest time that an item received then is believed to be of.
fn latest(received: Timestamp) -> Timestamp {
    received.checked_add(AHEAD).unwrap_or(Timestamp::MAX)
}

/// A cleaned headline without markers and publisher suffixes.
fn without_markers<'a>(
    line: &'a str,
    item: &Item,
    markers: &mut Vec<Marker>,
    attributions: &mut Vec<String>,
) -> Cow<'a, str> {
    let publisher = item.publisher.as_deref();
    let line = attribution::without_publisher(line, publisher, attributions);
    match marker::strip(line, markers) {
        // "Dam opens - Coast News | UPDATE".
        Cow::Borrowed(rest) => attribution::without_publisher(rest, publisher, attributions).into(),
        rest => rest,
    }
}

fn prepared(seq: Seq, received: Timestamp, item: Item, line: &str) -> Prepared {
    let event = event_time(&item, received);
    let mut markers = item.markers.clone();
    let mut attributions = Vec::new();
    let told = without_markers(line, &item, &mut markers, &mut attributions);
    let publisher = item.publisher.as_deref();
    let compared = attribution::without_attribution(&told, publisher, &mut attributions);
    let attributed = (compared.len() < told.len()).then(|| told.to_string());
    let guess = if item.language.is_none() { language::guess(compared) } else { None };
    let language = item.language.or(guess.map(|guess| guess.language));
    let language_told = guess.is_none_or(|guess| guess.told);
    let text = text(compared, language);
    let headline = Headline(compared.to_owned());
    Prepared {
        seq,
        received,
        event,
        item,
        headline,
        attributed,
        language,
        language_told,
        markers,
        attributions,
        text,
    }
}

#[cfg(test)]
mod tests;
