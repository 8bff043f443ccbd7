//! Notices of wire circuits: the short labels that say what a message is, `2ND LEAD`, `BULLETIN
//! KILL`, `1st Ld-Writethru`.
//!
//! A label is a notice only if all its words are those of notices: `3 Killed`, `Prelim Results` and
//! `USA-SKILLS/` name stories, and a kill takes a story away.

use crate::item::Marker;

/// What words say of the n-th message.
type Says = fn(u16) -> Marker;

/// Words of notices and what they say, the gravest first: `1ST LEAD (CORRECTION)` is a correction.
const WORDS: &[(&[&str], Says)] = &[
    (&["KILL", "KILLS", "STORNO"], |_| Marker::Kill),
    (
        &[
            "WITHDRAW",
            "WITHDRAWS",
            "WITHDRAWN",
            "WITHDRAWAL",
            "WITHHOLD",
            "ELIMINATE",
            "ELIMINATION",
            "ZURÜCKZIEHUNG",
            "ZURUECKZIEHUNG",
            "ZURÜCKGEZOGEN",
            "ZURUECKGEZOGEN",
        ],
        |_| Marker::Withdrawn,
    ),
    (
        &[
            "CORRECT",
            "CORRECTS",
            "CORRECTED",
            "CORRECTING",
            "CORRECTION",
            "CORRECTIVE",
            "BERICHTIGT",
            "BERICHTIGTE",
            "BERICHTIGUNG",
            "KORREKTUR",
            "KORRIGIERT",
            "KORRIGIERTE",
        ],
        |_| Marker::Corrected,
    ),
    (&["HFR"], |_| Marker::Embargoed),
    (&["REFILE"], |_| Marker::Refile),
    (&["REPEAT", "REPEATS", "WIEDERHOLUNG"], |_| Marker::Repeat),
    (
        &["LEAD", "LD", "WRITETHRU", "ADD", "INSERT", "SUB", "UPDATE", "UPDATES", "ROUNDUP"],
        Marker::Lead,
    ),
    (&["URGENT", "EXTRA", "FLASH", "BULLETIN", "NEWSALERT", "EIL", "EILMELDUNG"], |_| {
        Marker::Breaking
    }),
    (&["ADVISORY"], |_| Marker::Advisory),
    (&["EXCLUSIVE"], |_| Marker::Exclusive),
];

/// Words that may stand beside those of notices.
const FILLERS: &[&str] = &["MANDATORY", "NOTICE", "NEW", "NEUE", "FASSUNG", "ACHTUNG", "ATTENTION"];

/// Words that stories are about as well: notices in capitals only.
const NOUNS: &[&str] = &["WITHDRAWAL", "ELIMINATION"];

/// What a label says if it is a notice; of a `LEAD` without a number that it is the first.
pub(super) fn notice(label: &str) -> Option<Marker> {
    let mut number = None;
    let mut gravest: Option<usize> = None;
    for word in label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let (count, word) = numbered(word);
        number = number.or(count);
        let upper = word.to_uppercase();
        if word.is_empty() || FILLERS.contains(&upper.as_str()) {
            continue;
        }
        let names_story = word != upper && NOUNS.contains(&upper.as_str());
        let place = WORDS.iter().position(|(words, _)| words.contains(&upper.as_str()));
        let place = place.filter(|_| !names_story)?;
        gravest = Some(gravest.map_or(place, |before| before.min(place)));
    }
    Some(WORDS[gravest?].1(number.unwrap_or(1)))
}

/// Words for what is less than a story.
const PARTS: &[&str] = &[
    "graf",
    "grafs",
    "graph",
    "graphs",
    "para",
    "paras",
    "paragraph",
    "paragraphs",
    "line",
    "lines",
    "sentence",
    "sentences",
    "quote",
    "photo",
    "photos",
    "picture",
    "caption",
    "byline",
    "dateline",
    "headline",
    "first",
    "second",
    "third",
    "last",
    "final",
];

/// What takes a story back, said by a line of a note to editors: `MANDATORY KILL`, `KILL: the story is
/// false`. In capitals, and up to the first mark: `KILL paragraph 3` and `KILL (3rd graf)` take back a
/// paragraph, and what is withheld may come yet.
pub(super) fn noted(note: &str) -> Option<Marker> {
    note.lines().find_map(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        let line = ["EDS:", "Eds:"].iter().find_map(|to| line.strip_prefix(to)).unwrap_or(line);
        let end = line.find([':', '.', ';', '-', '–', '—', '(']).unwrap_or(line.len());
        let (label, rest) = line.split_at(end);
        let label = label.trim().trim_start_matches("STORY ");
        let mut words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let of_part = words.next().map(str::to_lowercase).is_some_and(|word| {
            word.starts_with(|c: char| c.is_ascii_digit()) || PARTS.contains(&word.as_str())
        });
        let shouted = !label.contains(char::is_lowercase) && !label.contains("WITHHOLD");
        let story = shouted && !of_part;
        notice(label).filter(|said| story && matches!(said, Marker::Kill | Marker::Withdrawn))
    })
}

/// The number that a word begins with, and the rest without its ordinal ending: `1stLd`, `2ND`.
fn numbered(word: &str) -> (Option<u16>, &str) {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = word.split_at(digits);
    let Ok(number) = number.parse() else { return (None, word) };
    let ordinal = |end: &str| rest.get(..2).is_some_and(|it| it.eq_ignore_ascii_case(end));
    let ended = ["st", "nd", "rd", "th"].into_iter().any(ordinal);
    (Some(number), if ended { &rest[2..] } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_whose_words_are_all_of_notices_say_what_a_message_is() {
        for (label, expected) in [
            ("KILL", Marker::Kill),
            ("Kill", Marker::Kill),
            ("BULLETIN KILL", Marker::Kill),
            ("MANDATORY KILL ADVISORY", Marker::Kill),
            ("ELIMINATION", Marker::Withdrawn),
            ("Correction", Marker::Corrected),
            ("1ST LEAD (CORRECTION)", Marker::Corrected),
            ("Berichtigte Wiederholung", Marker::Corrected),
            ("1st Ld-Writethru", Marker::Lead(1)),
            ("1stLd-Writethru", Marker::Lead(1)),
            ("12th Ld", Marker::Lead(12)),
            ("2ND LEAD", Marker::Lead(2)),
            ("ROUNDUP 3", Marker::Lead(3)),
            ("2nd Add", Marker::Lead(2)),
            ("HFR", Marker::Embargoed),
            ("EXTRA", Marker::Breaking),
        ] {
            assert_eq!(notice(label), Some(expected), "{label:?}");
        }
    }

    #[test]
    fn a_note_takes_back_a_story_if_its_label_says_no_more() {
        for (note, expected) in [
            ("KILL: the story is false, do not use", Marker::Kill),
            ("MANDATORY KILL", Marker::Kill),
            ("STORY KILL. A substitute will follow.", Marker::Kill),
            (
                "For global distribution\n-- EDS: BULLETIN KILL - wrong person named --",
                Marker::Kill,
            ),
            ("WITHDRAWN (duplicate)", Marker::Withdrawn),
        ] {
            assert_eq!(noted(note), Some(expected), "{note:?}");
        }
        for note in [
            "KILL paragraph 3",
            "KILL PARAGRAPH 3: wrong figure",
            "KILL (3rd graf)",
            "KILL - paragraph 3, wrong figure",
            "KILL: last sentence",
            "WITHHOLD: not before 1800 GMT",
            "Kill: a review of the film",
            "Police say they will kill the order",
            "UPDATES: adds quotes",
            "STORY: ferry",
            "",
        ] {
            assert_eq!(noted(note), None, "{note:?}");
        }
    }

    #[test]
    fn labels_that_name_stories_are_no_notices() {
        for label in [
            "3 Killed",
            "Elimination Game",
            "Elimination",
            "Troop Withdrawal",
            "Withdrawal",
            "Prelim Results",
            "Corrections Dept",
            "Glance",
            "Address",
            "Leader",
            "Skills",
            "POLICE KILL",
            "TEILNEHMER",
            "350",
            "a0512",
            "",
        ] {
            assert_eq!(notice(label), None, "{label:?}");
        }
    }
}
