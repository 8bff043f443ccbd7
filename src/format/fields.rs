//! Small readings that several formats share.

use super::date::Moment;
use super::{MAX_RECORDS, Record};
use crate::item::{Item, Language, PubStatus, Reject, RejectKind, Subject};

/// Shorter than this, a "byline" without a verb is a byline; longer, it is a sentence.
const MAX_BYLINE: usize = 200;

/// A byline without its "By"; none when nothing is left.
pub(super) fn byline(text: &str) -> Option<String> {
    let text = super::text::one_line(text);
    let name = match text.split_once(' ') {
        Some((by, name)) if by.eq_ignore_ascii_case("by") || by.eq_ignore_ascii_case("by:") => name,
        _ => &text,
    };
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
    (!name.is_empty() && name.len() <= MAX_BYLINE).then(|| name.to_owned())
}

/// An IPTC urgency: its first digit, since some send `3 (routine)`; zero is no urgency.
pub(super) fn urgency(text: &str) -> Option<u8> {
    let digits = text.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|n| (1..=9).contains(n))
}

/// A language code, or its English name as some feeds write it.
pub(super) fn language(text: &str) -> Option<Language> {
    let text = text.trim();
    Language::parse(text).or_else(|| match text.to_ascii_lowercase().as_str() {
        "english" => Some(Language::ENGLISH),
        "french" => Language::parse("fr"),
        "german" => Language::parse("de"),
        "spanish" => Language::parse("es"),
        _ => None,
    })
}

/// A subject from one word: a code when it looks like one, otherwise a name.
pub(super) fn subject(text: &str) -> Subject {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let code = !text.contains(' ') && (text.contains(':') || digits * 2 > text.len());
    if code {
        Subject { code: Some(text.to_owned()), name: None }
    } else {
        Subject { code: None, name: Some(text.to_owned()) }
    }
}

impl Reject {
    /// Refuses a record that is longer than its source allows.
    pub(super) fn too_large(offset: u64, max_record: usize, bytes: &[u8]) -> Reject {
        let reason = format!(
            "The record is longer than {max_record} bytes. Raise `max_record` of the source if such items \
             are wanted."
        );
        Reject::new(RejectKind::TooLarge, reason, offset, bytes)
    }

    /// Stands for all records from `offset` on of an input that holds too many.
    pub(crate) fn too_many(offset: u64) -> Reject {
        let reason = format!(
            "There are more than {MAX_RECORDS} records in one document: those from offset {offset} \
             on were not read. Send them in parts, or as `ndjson`, one a line."
        );
        Reject::new(RejectKind::TooLarge, reason, offset, b"")
    }

    /// Whether it stands for all records that were not read.
    pub(crate) fn stands_for_many(&self) -> bool {
        self.kind == RejectKind::TooLarge && self.bytes.is_empty()
    }
}

/// Whether a document, whose records in `out` begin at `begun`, may have one more. If not, one reject
/// stands for all that follow from `offset` on.
pub(super) fn has_room(begun: usize, offset: u64, out: &mut Vec<Record>) -> bool {
    let room = out.len() - begun < MAX_RECORDS;
    if !room {
        out.push(Err(Reject::too_many(offset)));
    }
    room
}

/// Sets the status when the word is one, or one of those agencies have for a kill.
pub(super) fn set_status(item: &mut Item, word: &str) {
    let gone = ["kill", "retract", "withdrawn", "delete"];
    let lower = word.to_ascii_lowercase();
    if let Some(status) = PubStatus::parse(word.trim()) {
        item.pubstatus = status;
    } else if gone.iter().any(|word| lower.contains(word)) {
        item.pubstatus = PubStatus::Canceled;
    }
}

/// Sets until when an item is held back, after its status. An end that cannot be read has not passed:
/// until a later version says otherwise, the item is withheld.
pub(super) fn set_embargo(item: &mut Item, end: Option<Moment>) {
    match end {
        Some(end) => item.embargoed = Some(end.time),
        None if item.pubstatus == PubStatus::Usable => item.pubstatus = PubStatus::Withheld,
        None => {}
    }
}

/// Whether a value of an embargo says that there is one: some write zeros, or that there is none.
pub(super) fn states_embargo(value: &str) -> bool {
    let none = [
        "no", "none", "n/a", "nil", "null", "false", "now", "unknown", "tbd", "released", "usable",
    ];
    let over = ["immediate", "sofort", "upon receipt"];
    let lower = value.trim().to_lowercase();
    lower.chars().any(|c| c.is_alphanumeric() && !matches!(c, '0' | 't' | 'z'))
        && !none.contains(&lower.as_str())
        && !over.iter().any(|words| lower.contains(words))
}

/// Whether a note to editors, or a line of it, begins with a correction: `CORRECTS name in para 3`.
pub(super) fn notes_correction(note: &str) -> bool {
    note.lines().any(|line| {
        let mut words = line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let first = words.find(|word| !word.eq_ignore_ascii_case("eds")).unwrap_or_default();
        let verbs = ["corrects", "correcting", "corrected", "corrige", "rectifie", "rectificatif"];
        // "Correction" alone heads a note; "Correction: none" and "Correction officers" are none.
        let noun = first == "CORRECTION" || first == "Correction" && line.contains(':');
        let none =
            words.next().is_some_and(|next| ["none", "no", "n"].contains(&&*next.to_lowercase()));
        verbs.contains(&&*first.to_lowercase()) || noun && !none
    })
}

/// Whether a word says that something is corrected, in English or French.
pub(super) fn corrects(said: &str) -> bool {
    let lower = said.to_ascii_lowercase();
    let apart = ["correctly", "correctional", "correctness"].contains(&lower.as_str());
    (lower.contains("correct") && !apart) || lower.contains("rectif")
}

/// Trimmed text, or none.
pub(super) fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Wrapped lines as paragraphs: a blank or indented line begins one, and so does what follows a
/// line that `ends` one.
pub(super) fn paragraphs<'a>(
    lines: impl Iterator<Item = &'a str>,
    ends: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines {
        let text = line.trim();
        open &= !text.is_empty() && !line.starts_with([' ', '\t']);
        match paragraphs.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(text);
            }
            _ if text.is_empty() => {}
            _ => paragraphs.push(text.to_owned()),
        }
        open = !text.is_empty() && !ends(text);
    }
    paragraphs
}

/// The place of a dateline that opens a text, the agency's name in brackets after it, and where
/// the news begins: `Berlin (dpa) - …`, `ATLANTA (AP) _ …`.
pub(super) fn dateline(text: &str) -> Option<(String, &str, &str)> {
    /// Longer openings are sentences.
    const MAX: usize = 60;
    let (place, rest) = text.split_once(" (").filter(|(place, _)| place.len() <= MAX)?;
    let (agency, rest) = rest.split_once(')').filter(|(agency, _)| agency.len() <= MAX)?;
    let news = rest.trim_start().strip_prefix(['-', '_', '–', '—'])?;
    // `LONDON, Nov 28 (Reuters) -`
    let dated = |part: &&str| part.contains(|c: char| c.is_ascii_digit());
    let parts: Vec<&str> = place.split(", ").take_while(|part| !dated(part)).collect();
    let place = some(&parts.join(", "))?;
    Some((place, agency, news.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_are_paragraphs() {
        let lines = ["   one", "two", "", "three", "   four", "end=", "six"];
        let found = paragraphs(lines.into_iter(), |line| line.ends_with('='));
        assert_eq!(found, ["one two", "three", "four end=", "six"]);
    }

    #[test]
    fn a_dateline_gives_its_place() {
        let found = dateline("Bergen (example) - The ferry sailed.");
        assert_eq!(found, Some(("Bergen".to_owned(), "example", "The ferry sailed.")));
        let place = |text| dateline(text).map(|(place, ..)| place);
        assert_eq!(place("BERGEN, Nov 28 (Example) - The ferry.").as_deref(), Some("BERGEN"));
        assert_eq!(place("Ulm, Ill., Nov 28 (Ex) - The ferry.").as_deref(), Some("Ulm, Ill."));
        assert_eq!(dateline("The ferry (and its crew) sailed."), None);
        assert_eq!(dateline("The ferry sailed."), None);
    }
}
